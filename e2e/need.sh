#!/bin/sh
# Installs what the named groups of make targets need, or says exactly what to install.
# usage: need.sh GROUP...   groups: go build page check demo e2e sms mail certificate packages
set -eu

fail() { echo "$*" >&2; exit 1; }

packages() {
	case $1 in
	go) ;;
	build) echo gcc g++ libc6-dev pkg-config xorg-dev libgl1-mesa-dev libwayland-dev libxkbcommon-dev libvpx-dev libopus-dev libyuv-dev libtgowt-dev libwebrtc-audio-processing-dev ;;
	page) command -v node >/dev/null && command -v npm >/dev/null || echo nodejs npm ;;
	check) echo nats-server ;;
	demo) [ -n "${DISPLAY:-}" ] || echo xvfb libgl1-mesa-dri ;;
	certificate) echo pebble ;;
	e2e) echo xvfb libgl1-mesa-dri x11-xserver-utils xdotool pulseaudio pulseaudio-utils dbus gnome-keyring chromium firefox-esr espeak-ng fonts-inter fonts-noto-color-emoji nats-server coturn e2fsprogs mount iproute2 ;;
	packages) echo debootstrap systemd-container iproute2 dpkg-dev rpm lintian desktop-file-utils appstream xvfb libgl1-mesa-dri ;;
	sms) echo kannel kannel-extras ;;
	mail) echo postfix dovecot-core python3-icalendar python3-vobject ;;
	*) fail "need.sh: unknown group $1" ;;
	esac
}

# Go 1.21 is the first that fetches the toolchain named in go.mod.
check_go() {
	command -v go >/dev/null || fail "Go is missing. Install Go 1.21 or newer from https://go.dev/dl and put it on PATH."
	v=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null | sed 's/^go//; s/[a-z].*//')
	major=${v%%.*}; rest=${v#*.}; minor=${rest%%.*}
	[ "${major:-0}" -gt 1 ] || [ "${minor:-0}" -ge 21 ] ||
		fail "Go $v is too old: this needs Go 1.21 or newer, from https://go.dev/dl (Debian 12's own is 1.19)."
}

case $(uname -s) in
Linux) ;;
Darwin)
	command -v pkg-config >/dev/null && pkg-config --exists vpx opus ||
		fail "Run first: brew install pkg-config libvpx opus libyuv node"
	check_go; exit 0 ;;
*)
	fail "On Windows, in an MSYS2 MINGW64 shell: pacman -S mingw-w64-x86_64-{gcc,pkgconf,libvpx,opus,libyuv,nodejs} make git, and Go from https://go.dev/dl" ;;
esac

missing=
for group in "$@"; do
	[ "$group" = go ] && check_go
	for p in $(packages "$group"); do
		dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $p"
	done
done
[ -n "$missing" ] || exit 0

command -v apt-get >/dev/null || fail "Install these packages first (Debian's names):$missing"
root=
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null || fail "Run as root, or install sudo. Needed:$missing"
	root=sudo
fi
echo "Installing:$missing"
log=$(mktemp)
# Servers among them are for tests, which start their own: none of them may begin to serve this machine by itself.
case $missing in *postfix*) echo "postfix postfix/main_mailer_type select No configuration" | $root debconf-set-selections ;; esac
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
	printf '#!/bin/sh\nexit 101\n' | $root tee $policy >/dev/null && $root chmod 755 $policy
	trap '$root rm -f $policy' EXIT
fi
if ! { $root apt-get update -qq && $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } >"$log" 2>&1; then
	tail -n 5 "$log" >&2
	fail "apt-get could not install:$missing (the whole log: $log)"
fi
rm -f "$log"

# Tests start gateways of their own: what a package starts by itself is stopped again, and stays so.
case " $missing " in
*" kannel "*) { $root service kannel stop; $root update-rc.d kannel disable; } >/dev/null 2>&1 || true ;;
esac
