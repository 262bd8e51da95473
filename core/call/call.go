// Package call is the encrypted call with one patient: negotiation, confirmation over the live certificates, tracks,
// reconnection (docs/ACCESS.md, Negotiation and confirmation). It is pure Go on pion/webrtc; devices and codecs are
// injected. Nothing is shown or sent before the confirmation has been verified and the doctor has pressed Delta.
package call

import (
	"log/slog"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/media"

	"github.com/pion/interceptor"
	"github.com/pion/transport/v5"
	"github.com/pion/webrtc/v4"
)

// Channel is the proven session with the patient that negotiation travels through. The peer's goroutine calls it.
type Channel interface {
	// Send seals and relays one message. An error means that the session is over. It must not wait for the network: a
	// queue that is full is an error too.
	Send(access.Message) error
	// Confirmation is the value that role ('P' or 'D') must send over the data channel.
	Confirmation(role byte, offer, answer string, fingerprintP, fingerprintD [32]byte) [32]byte
}

// Numbering is a Channel that counts the offers of its session itself. A session in which more than one Peer negotiates
// needs it, since an answer names its offer by the number alone; without it a Peer counts from 1 at every Attach.
type Numbering interface {
	// NextNegotiation is called once for every offer.
	NextNegotiation() int
}

// Devices are what a call captures from and plays to. A nil source is a missing device: the call goes on without.
type Devices struct {
	Camera     media.VideoSource
	Microphone media.AudioSource
	Speaker    media.AudioSink
	Picture    media.VideoSink // the patient
	SelfView   media.VideoSink // the doctor's own picture
}

// Config makes a Peer.
type Config struct {
	Number     int                // counts peer connections within the invitation, from 1 (access.Offer.Peer)
	ICEServers []webrtc.ICEServer // from signaling.Welcome
	RelayOnly  bool               // only relay candidates until Admit ("Bare via relé")
	Loopback   bool               // include loopback candidates: tests and the demo on one machine
	Codecs     media.Codecs
	Clock      media.Clock
	Devices    Devices
	Video      media.VideoFormat // what the camera is asked for
	// Scale makes smaller pictures for a thin line; nil sends them as the camera gives them.
	Scale media.Scale
	// Begin is what the packets of each track count from; nil is at random.
	Begin func() media.Numbers
	// Events is called from the peer's own goroutine and must not block.
	Events func(Event)
	// Log takes one line per negotiation and failure, without addresses; nil is none.
	Log *slog.Logger
	// Net is the network; nil is the machine's. A virtual one serves tests.
	Net transport.Net
	// Interceptors may add to the RTP chain before anything else does, next to the wire: what it counts is what is
	// sent and received. Nil is nothing.
	Interceptors func(*interceptor.Registry)
}

// State is how far the connection is.
type State int

const (
	New         State = iota
	Connecting        // ICE, DTLS and the confirmation are under way
	Confirmed         // connected and checked on both sides; media may flow once admitted
	Interrupted       // the path is lost; ICE restart is under way
	Failed            // gave up; a new Peer is needed
	NotGenuine        // Mismatch: closed at once, keys must be wiped
	Closed
)

// String is for logs and tests.
func (s State) String() string {
	return [...]string{"new", "connecting", "confirmed", "interrupted", "failed", "not genuine", "closed"}[s]
}

// Event is one of the types below.
type Event interface{ event() }

// StateChanged reports a new State.
type StateChanged struct{ State State }

// RemoteTracks reports which tracks the patient has switched on.
type RemoteTracks struct{ Microphone, Camera bool }

// FirstPicture reports that the patient's first picture was shown.
type FirstPicture struct{}

// DeviceLost reports that a local device failed; the rest of the call goes on.
type DeviceLost struct {
	Device Device
	Err    error
}

// Levels reports the peak of the last 100 ms on both sides, dBFS, at most ten times a second.
type Levels struct{ Local, Remote float64 }

// Quality is sampled once a second while connected.
type Quality struct {
	RoundTripMS           float64
	LossPercent           float64 // of what the patient sent, last second
	SendBitrate, Bitrate  int     // bits per second, out and in
	Width, Height, FPS    int     // of the picture received
	SendWidth, SendHeight int
	Relayed               bool
	// SoundOnly says that the line out is too narrow for a picture: none is sent until it is wider.
	SoundOnly bool
	// Strained says that this machine is too busy for larger pictures out, whatever the line carries.
	Strained bool
	LipsMS   float64 // by how much the patient's picture is behind his voice
	Audio    AudioFigures
}

// AudioFigures are counts of 20 ms of the patient's sound since its track began.
type AudioFigures struct {
	Played    uint64 // all
	Concealed uint64 // invented for packets that were lost
	Quiet     uint64 // without any packet: the patient was silent, or nothing got through
}

// Device is one of the three kinds.
type Device int

const (
	Camera Device = iota
	Microphone
	Speaker
)

func (StateChanged) event() {}
func (RemoteTracks) event() {}
func (FirstPicture) event() {}
func (DeviceLost) event()   {}
func (Levels) event()       {}
func (Quality) event()      {}
