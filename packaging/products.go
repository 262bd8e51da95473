package main

// product is one program and how it is packed.
type product struct {
	name        string // of the package and its binary
	source      string // Go package
	folder      string // with its texts and scripts
	versionName string // variable that the linker fills in
	cgo         bool
	manual      string // section of its manual page
	documents   []string
	fonts       string // licence of the fonts built in
}

var products = []product{
	{
		name: "signaling-server", source: "./signaling-server", folder: "packaging/server", versionName: "main.release",
		manual: "8", documents: []string{"docs/OPERATIONS.md", "docs/FIRST-CALL.md", "docs/THREATS.md"},
		fonts: "signaling-server/web/fonts/OFL.txt",
	},
	{
		name: "legekonsultasjon", source: ".", folder: "packaging/desktop", versionName: "legekonsultasjon/app.release",
		cgo: true, manual: "1", documents: []string{"docs/MAIL.md", "docs/THREATS.md"}, fonts: "assets/fonts/OFL.txt",
	},
}

// opened are the shared libraries that the desktop program opens while it runs, so that no linker names them: GLFW's for
// X11, Wayland and OpenGL, and the sound server's by miniaudio. What it does without stands under recommends in nfpm.yaml.
var opened = []string{"libX11.so.6", "libX11-xcb.so.1", "libXcursor.so.1", "libXext.so.6", "libXi.so.6", "libXinerama.so.1",
	"libXrandr.so.2", "libXrender.so.1", "libXxf86vm.so.1", "libwayland-client.so.0", "libwayland-cursor.so.0",
	"libwayland-egl.so.1", "libxkbcommon.so.0", "libEGL.so.1", "libGL.so.1", "libGLX.so.0", "libpulse.so.0"}

// openedInDebian are the packages of opened.
var openedInDebian = []string{"libx11-6", "libx11-xcb1", "libxcursor1", "libxext6", "libxi6", "libxinerama1", "libxrandr2",
	"libxrender1", "libxxf86vm1", "libwayland-client0", "libwayland-cursor0", "libwayland-egl1", "libxkbcommon0", "libegl1",
	"libgl1", "libglx0", "libpulse0"}
