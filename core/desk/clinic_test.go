package desk_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/webrtc/v4"
	"go.uber.org/goleak"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/call"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/desk/desktest"
	"legekonsultasjon/core/intake"
	"legekonsultasjon/core/mediadevice"
	"legekonsultasjon/core/route"
	"legekonsultasjon/core/settings"
	"legekonsultasjon/core/signaling"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// office is one workstation: a profile, the desk that runs on it, and everything around it. Time is synctest's.
type office struct {
	t        *testing.T
	server   *desktest.Server
	post     *desktest.Post
	peers    *desktest.Peers
	keyring  *desktest.Keyring
	routes   chan route.Change          // capacity 1: the network changes at one's word
	probe    atomic.Pointer[call.Probe] // what the own network is like
	loop     error                      // of the way through the relay
	devices  desk.Devices
	profile  string
	name     string
	copies   string                              // folder for copies; the profile when empty
	calendar func(string) (intake.Source, error) // of subscriptions, or nil
	watch    func(desk.State)                    // called with every state, or nil
	slept    atomic.Int64                        // how far the machine's clock went on without us

	desk    *desk.Desk
	stop    context.CancelFunc
	ended   chan error
	changed chan struct{} // capacity 1

	mu     sync.Mutex
	state  desk.State
	chimes int
}

// consultation tells a story in a bubble of time of its own.
func consultation(t *testing.T, story func(o *office)) {
	t.Helper()
	withDevices(t, fixed(), story)
}

// withDevices tells one on a machine with these devices.
func withDevices(t *testing.T, devices desk.Devices, story func(o *office)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, newServer(), "kontor-1")
		o.devices = devices
		defer func() { o.stop() }() // when the story fails
		o.open()
		o.signIn()
		story(o)
		o.close()
	})
}

func newServer() *desktest.Server {
	return desktest.NewServer(signaling.Account{
		Doctor: "Demolege", Email: "lege@klinikk.example", Clinic: "Legesenteret", ClinicPhone: "22 22 22 22",
	}, "riktig passord")
}

func newOffice(t *testing.T, server *desktest.Server, name string) *office {
	return &office{
		t: t, server: server, post: &desktest.Post{}, peers: &desktest.Peers{}, keyring: &desktest.Keyring{},
		routes:  make(chan route.Change, 1),
		devices: fixed(),
		profile: t.TempDir(), name: name,
	}
}

// PatientArrived implements desk.Notifier.
func (o *office) PatientArrived(bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.chimes++
}

func (o *office) deps() desk.Deps {
	return desk.Deps{
		Server: o.server, Settings: settings.Open(filepath.Join(o.profile, "settings.json"), o.name),
		Keyring: o.keyring, Sealed: filepath.Join(o.profile, "secrets"), Book: o.book(), Post: o.post,
		NewPeer: o.peers.New, Notifier: o, Show: o.show, Route: o.route,
		Probe:    o.probing,
		TryRelay: func(context.Context, []webrtc.ICEServer) (call.Loop, error) { return okLoop, o.loop },
		Clock:    o.clock, Calendar: o.calendar, Copies: cmp.Or(o.copies, o.profile),
		Devices: o.devices,
	}
}

// fixed are devices that never change.
func fixed() desk.Devices {
	return desktest.Devices{Inventory: mediadevice.Inventory{
		{Kind: mediadevice.Camera, ID: "c", Name: "Kamera"}, {Kind: mediadevice.Microphone, ID: "m", Name: "Mikrofon"},
		{Kind: mediadevice.Microphone, ID: "h", Name: "Headset"},
	}}
}

func (o *office) route(ctx context.Context, changed func(route.Change)) {
	for {
		select {
		case c := <-o.routes:
			changed(c)
		case <-ctx.Done():
			return
		}
	}
}

func (o *office) book() string { return filepath.Join(o.profile, "book") }

// clock is the machine's.
func (o *office) clock() time.Time { return time.Now().Add(time.Duration(o.slept.Load())) }

// probing answers what the test has set; at first there is nothing wrong and nothing sent.
func (o *office) probing(context.Context, []webrtc.ICEServer) (call.Probe, error) {
	if p := o.probe.Load(); p != nil {
		return *p, nil
	}
	return call.Probe{}, nil
}

func (o *office) show(s desk.State) {
	if o.watch != nil {
		o.watch(s)
	}
	o.mu.Lock()
	o.state = s
	o.mu.Unlock()
	select {
	case o.changed <- struct{}{}:
	default:
	}
}

// open starts the program.
func (o *office) open() {
	o.t.Helper()
	o.start()
	o.until("started", func(s desk.State) bool { return !s.SignIn.Busy || s.Screen == desk.ScreenUnlock })
}

func (o *office) start() {
	ctx, cancel := context.WithCancel(context.Background())
	o.desk, o.stop, o.ended, o.changed = desk.New(o.deps()), cancel, make(chan error, 1), make(chan struct{}, 1)
	running, ended := o.desk, o.ended
	go func() { ended <- running.Run(ctx) }()
}

// close ends the program in good order.
func (o *office) close() {
	o.t.Helper()
	o.stop()
	<-o.ended
	synctest.Wait()
}

// crash ends the program as a power loss does: what is on the disk at this moment is all that is left.
func (o *office) crash() {
	o.t.Helper()
	synctest.Wait()
	kept := map[string][]byte{}
	files, _ := filepath.Glob(filepath.Join(o.profile, "*"))
	for _, f := range files {
		kept[f], _ = os.ReadFile(f)
	}
	o.stop()
	<-o.ended
	synctest.Wait()
	files, _ = filepath.Glob(filepath.Join(o.profile, "*"))
	for _, f := range files {
		_ = os.Remove(f)
	}
	for f, data := range kept {
		if err := os.WriteFile(f, data, 0o600); err != nil {
			o.t.Fatal(err)
		}
	}
}

func (o *office) signIn() {
	o.t.Helper()
	o.do(desk.DoSignIn{Server: "klinikk.example", Email: "lege@klinikk.example", Password: "riktig passord"})
	o.until("signed in and online", online)
}

func online(s desk.State) bool { return s.Screen == desk.ScreenHome && s.Connection == desk.Online }

func (o *office) do(c desk.Command) {
	o.t.Helper()
	if !o.desk.Do(c) {
		o.t.Fatalf("%T was dropped", c)
	}
}

// until waits for a state, at most five minutes of the story's time.
func (o *office) until(what string, is func(desk.State) bool) desk.State {
	o.t.Helper()
	limit := time.After(5 * time.Minute)
	for {
		synctest.Wait()
		if s := o.now(); is(s) {
			return s
		}
		select {
		case <-o.changed:
		case <-limit:
			o.t.Fatalf("%s: never %s; state %+v", o.name, what, o.now())
		}
	}
}

func (o *office) now() desk.State {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.state
}

// settle lets everything that is under way come to rest and returns the state.
func (o *office) settle() desk.State {
	synctest.Wait()
	return o.now()
}

func (o *office) heard() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.chimes
}

// invite goes through form and dialog and waits until the letter is sent.
func (o *office) invite(name, email string) desk.Parcel {
	o.t.Helper()
	before := len(o.post.Letters())
	o.do(desk.DoInvite{Email: email, Language: "nb"})
	o.until("asked to verify", func(s desk.State) bool { return s.Verify != nil && s.Verify.Email == email })
	o.do(desk.DoSend{Name: name})
	o.until("sent", func(s desk.State) bool { return len(o.post.Letters()) > before && o.status(name) == desk.Sent })
	letters := o.post.Letters()
	return letters[len(letters)-1]
}

func (o *office) status(label string) desk.Status {
	for _, row := range o.now().Day {
		if row.Label == label {
			return row.Status
		}
	}
	return ""
}

func (o *office) row(label string) (desk.WaitingRow, bool) {
	for _, row := range o.now().Waiting {
		if row.Label == label {
			return row, true
		}
	}
	return desk.WaitingRow{}, false
}

func (o *office) is(label string, want desk.Status) {
	o.t.Helper()
	o.until(fmt.Sprintf("%s is %s", label, want), func(desk.State) bool { return o.status(label) == want })
}

// patient is someone who got a letter.
type patient struct {
	*desktest.Patient
	t   *testing.T
	pin string
}

func (o *office) patient(letter desk.Parcel) *patient {
	return &patient{
		Patient: desktest.NewPatient(o.server, letter.Invitation.Secret), t: o.t, pin: string(letter.Invitation.PIN.PIN),
	}
}

// arrives opens the link, types the PIN and is in the waiting room.
func (p *patient) arrives() {
	p.t.Helper()
	p.greets()
	p.types(p.pin, access.PINResult{OK: true, TriesLeft: access.PINTries})
}

func (p *patient) greets() access.Ready {
	p.t.Helper()
	ready, err := p.Greet()
	if err != nil {
		p.t.Fatal(err)
	}
	return ready
}

func (p *patient) types(pin string, want access.PINResult) {
	p.t.Helper()
	got, err := p.TypePIN(pin)
	if err != nil || got != want {
		p.t.Fatalf("PIN: %+v, %v; want %+v", got, err, want)
	}
}

func (p *patient) returns(want access.ResumeResult) {
	p.t.Helper()
	got, err := p.Return()
	if err != nil || got != want {
		p.t.Fatalf("resume: %+v, %v; want %+v", got, err, want)
	}
}

func (p *patient) hears(kind string) access.Message {
	p.t.Helper()
	m, err := p.Await(kind)
	if err != nil {
		p.t.Fatal(err)
	}
	return m
}

func (p *patient) hearsBye(reason string) {
	p.t.Helper()
	if bye := p.hears("bye").(access.Bye); bye.Reason != reason {
		p.t.Fatalf("bye %s, want %s", bye.Reason, reason)
	}
}

// wrong is a PIN that is not the right one.
func (p *patient) wrong() string {
	if p.pin == "000000" {
		return "000001"
	}
	return "000000"
}

// peerOf is the newest peer of an invitation.
func (o *office) peer(n int) *desktest.Peer {
	o.t.Helper()
	o.until(fmt.Sprintf("peer %d is made", n), func(desk.State) bool { return len(o.peers.All()) > n })
	return o.peers.All()[n]
}

func confirm(p *desktest.Peer) {
	p.Report(call.StateChanged{State: call.Connecting})
	p.Report(call.StateChanged{State: call.Confirmed})
}

var resumedIn = access.ResumeResult{OK: true, TriesLeft: access.PINTries}

func openBook(t *testing.T, o *office) *appointment.Book {
	t.Helper()
	key, err := o.keyring.Get(context.Background(), settings.SecretBookKey)
	if err != nil {
		t.Fatal(err)
	}
	b, err := appointment.OpenBook(o.book(), key)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
