package mail

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"legekonsultasjon/core/deliver/oauth/oauthtest"
)

// port is one of Postfix's ways in: what it says differently from the others.
type port string

const (
	startTLS   port = "starttls"
	implicit   port = "tls"
	loginOnly  port = "login"
	bearerOnly port = "bearer"
	otherName  port = "other"   // certificate of another host
	expired    port = "expired" // certificate that has ended
	foreign    port = "foreign" // certificate of an authority that nobody trusts
	plainOnly  port = "plain"   // no TLS at all
	full       port = "full"    // no room left on the disk
)

// ways are the ports with what Postfix's master.cf says about each.
var ways = map[port]string{
	startTLS:   "",
	implicit:   "-o smtpd_tls_wrappermode=yes",
	loginOnly:  "-o smtpd_sasl_mechanism_filter=login",
	bearerOnly: "-o smtpd_sasl_mechanism_filter=oauthbearer",
	otherName:  "-o smtpd_tls_chain_files=%s/other.pem",
	expired:    "-o smtpd_tls_chain_files=%s/expired.pem -o smtpd_tls_wrappermode=yes",
	foreign:    "-o smtpd_tls_chain_files=%s/foreign.pem",
	plainOnly:  "-o smtpd_tls_security_level=none",
	full:       "-o queue_minfree=1000000000000000",
}

// The clinic's account.
const (
	user     = "post@lege.example"
	password = "hemmelig nok"
)

// office is the running servers.
type office struct {
	folder string
	ports  map[port]int
	trust  authority
	tokens *oauthtest.Server
}

// open starts the servers and ends them with the test.
func open(t *testing.T) *office {
	t.Helper()
	need(t, "postfix", "postfix")
	need(t, "dovecot", "dovecot-core")
	folder, err := os.MkdirTemp("/tmp", "mail") // short: the path of a socket has 107 bytes at most
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { asRoot(t, "rm", "-rf", folder) })
	o := &office{folder: folder, ports: map[port]int{}, trust: newAuthority(t),
		tokens: oauthtest.New(oauthtest.Rules{User: user, Rotate: true, TokenSize: 1500})} // as long as Microsoft's
	t.Cleanup(o.tokens.Close)
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	month, hosts := time.Now().AddDate(0, 1, 0), []string{"localhost", "127.0.0.1"}
	o.trust.issue(t, folder, "good", month, hosts...)
	o.trust.issue(t, folder, "other", month, "mail.elsewhere.example")
	o.trust.issue(t, folder, "expired", time.Now().AddDate(0, 0, -1), hosts...)
	newAuthority(t).issue(t, folder, "foreign", month, hosts...)
	o.dovecot(t)
	o.postfix(t)
	return o
}

func need(t *testing.T, program, aptPackage string) {
	t.Helper()
	for _, folder := range append(filepath.SplitList(os.Getenv("PATH")), "/usr/sbin", "/sbin") {
		if _, err := os.Stat(filepath.Join(folder, program)); err == nil {
			return
		}
	}
	t.Fatalf("%s is missing: apt-get install --no-install-recommends %s", program, aptPackage)
}

// root is the command as root runs it.
func root(name string, args ...string) *exec.Cmd {
	if os.Getuid() != 0 {
		name, args = "sudo", append([]string{"-n", name}, args...)
	}
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "PATH="+os.Getenv("PATH")+":/usr/sbin:/sbin", "LC_ALL=C")
	return cmd
}

func asRoot(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := root(name, args...).CombinedOutput(); err != nil {
		t.Errorf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

func (o *office) write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(o.folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// run starts a server and ends it with the test: that one process, which ends those that it started.
func (o *office) run(t *testing.T, name string, args ...string) {
	t.Helper()
	cmd, out := root(name, args...), new(bytes.Buffer)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Postfix ends its group
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = cmd.Wait() }()
	t.Cleanup(func() {
		if t.Failed() {
			o.tellLogs(t)
			t.Logf("%s said:\n%s", name, out)
		}
		asRoot(t, "kill", "-TERM", strconv.Itoa(cmd.Process.Pid))
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			t.Errorf("%s does not end", name)
			_ = cmd.Process.Kill()
		}
	})
}

func (o *office) tellLogs(t *testing.T) {
	for _, name := range []string{"postfix.log", "dovecot.log"} {
		out, _ := root("tail", "-n", "60", filepath.Join(o.folder, name)).CombinedOutput()
		t.Logf("%s:\n%s", name, out)
	}
}

// until waits for a condition that a server brings about.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for limit := time.After(20 * time.Second); !done(); {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("%s: not within 20 s", what)
		}
	}
}

// dovecot is the part that knows passwords and asks the token server.
func (o *office) dovecot(t *testing.T) {
	t.Helper()
	users := o.write(t, "users", user+":{PLAIN}"+password+"::::::\n")
	tokens := o.write(t, "oauth2.conf", fmt.Sprintf(`introspection_url = %s/introspect
introspection_mode = post
username_attribute = email
active_attribute = active
active_value = true
`, o.tokens.URL))
	conf := o.write(t, "dovecot.conf", fmt.Sprintf(`base_dir = %[1]s/run
state_dir = %[1]s/state
log_path = %[1]s/dovecot.log
auth_verbose = yes
protocols =
ssl = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
passdb {
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN %[2]s
}
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = %[3]s
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=%[1]s
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service auth {
  unix_listener %[1]s/auth.sock {
    mode = 0666
  }
}
`, o.folder, users, tokens))
	for _, folder := range []string{"run", "state"} {
		asRoot(t, "mkdir", filepath.Join(o.folder, folder))
	}
	o.run(t, "dovecot", "-F", "-c", conf)
	until(t, "dovecot", func() bool { _, err := os.Stat(filepath.Join(o.folder, "auth.sock")); return err == nil })
}

// postfix takes the letters; those it takes lie in the folder inbox.
func (o *office) postfix(t *testing.T) {
	t.Helper()
	o.write(t, "etc/main.cf", o.mainConf())
	o.write(t, "etc/content", "/^Subject: .*refuse-me/ REJECT content refused\n")
	o.write(t, "etc/master.cf", o.masterConf(t))
	for _, folder := range []string{"spool", "data", "inbox"} {
		asRoot(t, "mkdir", "-p", filepath.Join(o.folder, folder))
	}
	asRoot(t, "chown", "postfix", filepath.Join(o.folder, "data"), filepath.Join(o.folder, "inbox"))
	etc := filepath.Join(o.folder, "etc")
	asRoot(t, "postfix", "-c", etc, "check")
	programs, err := root("postconf", "-d", "-h", "daemon_directory").Output()
	if err != nil {
		t.Fatal(err)
	}
	o.run(t, filepath.Join(strings.TrimSpace(string(programs)), "master"), "-d", "-c", etc)
	for _, p := range o.ports {
		until(t, "postfix", func() bool {
			conn, err := net.Dial("tcp", address(p))
			if err == nil {
				_ = conn.Close()
			}
			return err == nil
		})
	}
}

func (o *office) mainConf() string {
	return fmt.Sprintf(`compatibility_level = 3.6
queue_directory = %[1]s/spool
data_directory = %[1]s/data
maillog_file = %[1]s/postfix.log
maillog_file_prefixes = %[1]s
myhostname = mail.lege.example
mydestination =
mynetworks =
inet_protocols = ipv4
inet_interfaces = 127.0.0.1
alias_maps =
local_recipient_maps =
default_transport = error:no mail leaves this machine
virtual_mailbox_domains = eksempel.no
virtual_mailbox_base = %[1]s/inbox
virtual_mailbox_maps = inline:{ola@eksempel.no=ola/}
virtual_uid_maps = static:%[2]s
virtual_gid_maps = static:%[3]s
smtpd_tls_security_level = encrypt
smtpd_tls_chain_files = %[1]s/good.pem
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = %[1]s/auth.sock
smtpd_sender_login_maps = inline:{%[4]s=%[4]s}
smtpd_sender_restrictions = reject_sender_login_mismatch
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = check_recipient_access inline:{{grey@eksempel.no=451 4.7.1 Greylisted, please try again later}}, reject_unlisted_recipient, permit_sasl_authenticated, reject
smtpd_error_sleep_time = 0
smtpd_hard_error_limit = 100
message_size_limit = 200000
header_checks = regexp:%[1]s/etc/content
smtpd_client_connection_rate_limit = 0
anvil_rate_time_unit = 1s
`, o.folder, id("postfix", "-u"), id("postfix", "-g"), user)
}

func id(name, what string) string {
	out, _ := exec.Command("id", what, name).Output()
	return strings.TrimSpace(string(out))
}

func (o *office) masterConf(t *testing.T) string {
	var b strings.Builder
	for name, says := range ways {
		o.ports[name] = freePort(t)
		says = strings.ReplaceAll(says, "%s", o.folder)
		fmt.Fprintf(&b, "%s inet n - n - - smtpd %s\n", address(o.ports[name]), says)
	}
	b.WriteString(`cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
`)
	return b.String()
}

func address(p int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(p)) }

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	a, _ := l.Addr().(*net.TCPAddr)
	return a.Port
}

// inbox are the letters that lie in ola's mailbox with this id, as they were taken.
func (o *office) inbox(t *testing.T, id string) []string {
	t.Helper()
	out, err := root("sh", "-c", "cat "+filepath.Join(o.folder, "inbox", "ola", "new")+"/* 2>/dev/null || true").Output()
	if err != nil {
		t.Fatal(err)
	}
	var letters []string
	for _, text := range strings.Split(string(out), "Return-Path: ")[1:] {
		if strings.Contains(text, "Message-ID: <"+id+"@") {
			letters = append(letters, text)
		}
	}
	return letters
}
