package desk

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/call"
	"legekonsultasjon/core/deliver"
	"legekonsultasjon/core/deliver/email"
	"legekonsultasjon/core/deliver/oauth"
	"legekonsultasjon/core/intake"
	"legekonsultasjon/core/mediadevice"
	"legekonsultasjon/core/route"
	"legekonsultasjon/core/settings"
	"legekonsultasjon/core/signaling"

	"github.com/pion/webrtc/v4"
)

// Deps is everything that the desk is given. All of it stays the caller's; nothing may be nil except where it says so.
type Deps struct {
	Server   Server
	Settings *settings.Store
	Keyring  settings.SecretStore // nil or ErrUnavailable: there is none, and the sealed file takes its place
	Sealed   string               // path of the sealed secret file
	Book     string               // path of the book
	Copies   string               // folder for copies of what is known of a patient
	Post     Post
	NewPeer  func(call.Config, call.Channel) (Peer, error) // adds codecs and the media clock
	Devices  Devices
	Notifier Notifier
	// Browser opens an address in the system's browser, to sign in at the mail provider.
	Browser       func(url string) error
	MailProviders []oauth.Provider // nil are those that are known
	// Calendar makes the source of a calendar from its address; nil is intake.NewSubscription over the network.
	Calendar func(address string) (intake.Source, error)
	Clock    func() time.Time // the machine's clock, in the user's time zone
	Log      *slog.Logger     // ids only
	Loopback bool             // calls on one machine: tests and the demo
	// Route tells of every change of the way to the network until ctx ends, and blocks until then: route.Watch. Nil is a
	// machine that never moves.
	Route func(ctx context.Context, changed func(route.Change))
	// Processor is the processor time that the program has used so far, for the connection panel. Nil cannot tell.
	Processor func() time.Duration
	// TryRelay connects with oneself through the relay before a call: call.TryRelay. Nil cannot.
	TryRelay Relay
	// Probe looks at this computer's own network, to tell it from the patient's: call.ProbeServer. Nil cannot tell.
	Probe func(ctx context.Context, servers []webrtc.ICEServer) (call.Probe, error)
	// Show is handed every new State, from the loop. It must not block: keep the newest and draw it elsewhere.
	Show func(State)
}

// Server is the signaling server's client side. Network is the real one.
type Server interface {
	SignIn(ctx context.Context, url string, s signaling.SignIn) (signaling.SignedIn, error)
	SignOut(ctx context.Context, url string, s signaling.SignOut) error
	// Dial opens a desktop's socket; the desk sends Hello.
	Dial(ctx context.Context, url string) (signaling.Conn, error)
	AccountServer
}

// Network is the real Server.
type Network struct{ signaling.Client }

// Dial implements Server.
func (n Network) Dial(ctx context.Context, url string) (signaling.Conn, error) {
	return signaling.Dial(ctx, url, signaling.PathDesktop, signaling.DialOptions{Client: n.Client})
}

// Peer is one peer connection with a patient: *call.Peer. Only Close blocks.
type Peer interface {
	Start()
	Receive(access.Message)
	Attach(call.Channel)
	Detach()
	Admit()
	Hold()
	SetMicrophone(on bool)
	SetCamera(on bool)
	SetDevices(call.Devices)
	SetServers([]webrtc.ICEServer)
	Rerouted(route.Change)
	Restart()
	TellNetwork(call.Network)
	SetVolume(gain float64)
	Close()
}

var _ Peer = (*call.Peer)(nil)

// Notifier tells somebody who does not look at the window.
type Notifier interface {
	// PatientArrived shows "En pasient venter" and, if wanted, sounds the chime. It must not block.
	PatientArrived(chime bool)
}

// Devices are the machine's cameras, microphones and speakers, and the places where pictures are shown.
type Devices interface {
	// Watch calls changed with the inventory soon and after every change, until ctx ends; it blocks until then.
	Watch(ctx context.Context, changed func(mediadevice.Inventory))
	// Use returns what a call captures from and plays to, with the sinks for both pictures. A selection that found
	// nothing is a nil device in the result. Nothing is opened yet.
	Use(camera, microphone, speaker mediadevice.Selection) call.Devices
}

// Post reads addresses and sends letters. Letters is the real one.
type Post interface {
	// Phone reads a number as typed for a country (ISO 3166). The error is a *Refusal.
	Phone(typed, country, language string) (Phone, error)
	// Email reads an address as typed and returns it trimmed. The error is a *Refusal.
	Email(typed string) (string, error)
	// Group writes an E.164 number as people say it.
	Group(number string) string
	// Send hands one letter over and waits for the answer until ctx ends.
	Send(ctx context.Context, p Parcel) Outcome
	// Test sends a test message by e-mail or, with a phone number, by SMS.
	Test(ctx context.Context, a Accounts, email, phone, language string) Outcome
	// Report asks what became of an SMS that was taken, once, until ctx ends. What cannot be known now is Underway.
	Report(ctx context.Context, a Accounts, receipt string) deliver.Fate
	// Check says what is wrong with the accounts as far as can be seen without network; nil is nothing.
	Check(a Accounts) (mail, sms *Refusal)
}

// Phone is a number that was understood.
type Phone struct {
	Number  string // E.164
	Grouped string // as people say it
	Country string // ISO 3166
	Name    string // of the country
	Mobile  bool
}

// Refusal says by a stable code why something is not taken: "problem.<Code>" in the catalogue.
type Refusal struct {
	Code string
	Args map[string]string
}

func (r *Refusal) Error() string { return r.Code }

// Accounts is what letters go out through.
type Accounts struct {
	Mail         settings.Mail
	MailPassword string
	MailTokens   email.Tokens // take the password's place where one signs in at the provider; nil while nobody has
	SMS          settings.SMS
	SMSSecret    string

	SMSReserve       settings.SMS // takes over when the other refuses; empty for none
	SMSReserveSecret string
}

// Parcel is one letter and the way it goes.
type Parcel struct {
	Accounts    Accounts
	Letter      appointment.Letter
	Delivery    appointment.Delivery
	Appointment appointment.Appointment
	Invitation  appointment.Invitation
	Account     signaling.Account // whose name and clinic the letter carries
	Server      string            // address that the link leads to
}

// Outcome is what came of handing a letter over. Reason is empty when it was accepted, else a code of "problem.<code>".
type Outcome struct {
	Receipt   string
	Reason    string
	Temporary bool   // worth another try
	Unsure    bool   // nobody can tell whether it was taken
	Instead   string // why the reserve took it and not the first gateway: a code like Reason; "" otherwise
}

// Desk is the running application. Do may be called from any goroutine.
type Desk struct {
	deps     Deps
	commands chan Command // capacity commandQueue
}

// commandQueue bounds the commands that wait. A person cannot fill it; when it is full, Do drops the command.
const commandQueue = 64

// New makes a desk that does nothing before Run.
func New(deps Deps) *Desk {
	if deps.Clock == nil {
		deps.Clock = time.Now
	}
	if deps.Browser == nil {
		deps.Browser = func(string) error { return errors.New("no browser here") }
	}
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	return &Desk{deps: deps, commands: make(chan Command, commandQueue)}
}

// Do posts a command and returns at once. It reports false when the queue was full and the command was dropped.
func (d *Desk) Do(c Command) bool {
	select {
	case d.commands <- c:
		return true
	default:
		return false
	}
}
