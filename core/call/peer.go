package call

import (
	"context"
	"log/slog"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/media"
	"legekonsultasjon/core/route"

	"github.com/pion/webrtc/v4"
)

// Peer is one peer connection with the patient, from the first offer to its end. It belongs for life to the session that
// it began in, until it is confirmed. Its methods only post to its one goroutine and may be called from any; after the
// end they do nothing. It ends by itself when it reaches Failed, NotGenuine or Closed.
type Peer struct {
	cfg   Config
	box   *mailbox
	ended chan struct{} // closed when everything has ended

	// What follows belongs to the loop.
	facts     facts
	channel   Channel
	number    int // of the last offer, where the channel does not count itself
	conn      *connection
	flow      *flow
	quality   *quality
	quiet     quiet
	deadlines [timers]time.Time
	alarm     *time.Timer
	pulse     *time.Ticker
	over      bool
}

// NewPeer makes a peer that negotiates through channel. It does nothing on the network before Start, but has to be closed.
func NewPeer(cfg Config, channel Channel) (*Peer, error) {
	cfg = cfg.completed()
	p := &Peer{cfg: cfg, box: newMailbox(), ended: make(chan struct{}), channel: channel}
	var err error
	if p.conn, err = newConnection(cfg, p.box.post); err != nil {
		return nil, err
	}
	p.flow = newFlow(cfg, p.conn, p.box.post)
	p.quality = &quality{conn: p.conn, flow: p.flow}
	microphone, camera := cfg.has(cfg.Devices)
	p.facts = facts{
		session: true, relayOnly: cfg.RelayOnly,
		microphone: true, camera: true, hasMicrophone: microphone, hasCamera: camera,
	}
	p.alarm = time.NewTimer(time.Hour)
	p.pulse = time.NewTicker(pulse)
	go p.run()
	return p, nil
}

// completed fills in what may be left out.
func (cfg Config) completed() Config {
	if cfg.Clock == nil {
		began := time.Now()
		cfg.Clock = func() time.Duration { return time.Since(began) }
	}
	if cfg.Events == nil {
		cfg.Events = func(Event) {}
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	cfg.Log = cfg.Log.With("peer", cfg.Number)
	if cfg.Video == (media.VideoFormat{}) {
		cfg.Video = media.VideoFormat{Width: 1280, Height: 720, FPS: 30}
	}
	return cfg
}

// has tells which of the two senders can work with these devices.
func (cfg Config) has(d Devices) (microphone, camera bool) {
	return d.Microphone != nil && cfg.Codecs.NewAudioEncoder != nil, d.Camera != nil && cfg.Codecs.NewVideoEncoder != nil
}

// Start begins to negotiate. A second call does nothing.
func (p *Peer) Start() { p.box.post(started{}) }

// Receive takes an Answer or a Candidate that came in the session, and a Bye if its reason is a Mismatch: the patient's
// side has seen it. Other messages are not the peer's.
func (p *Peer) Receive(m access.Message) {
	switch m := m.(type) {
	case access.Answer:
		p.box.post(answerCame{m})
	case *access.Answer:
		p.box.post(answerCame{*m})
	case access.Candidate:
		p.box.post(candidateCame{m})
	case *access.Candidate:
		p.box.post(candidateCame{*m})
	case access.Bye:
		if m.Reason == access.ByeMismatch {
			p.box.post(impostor{})
		}
	}
}

// Attach gives a confirmed peer a new proven session after a reconnection: later offers travel there, beginning at once
// with an ICE restart if the path is lost. A peer that is not confirmed closes.
func (p *Peer) Attach(channel Channel) { p.box.post(attached{channel}) }

// Detach says that the session is lost. Before the confirmation the peer closes; afterwards media goes on.
func (p *Peer) Detach() { p.box.post(detached{}) }

// Admit is Delta: tracks are attached at once if the connection is confirmed, otherwise as soon as it is.
func (p *Peer) Admit() { p.box.post(admitted{}) }

// Hold takes the tracks away again: media stops in both directions and the connection stays.
func (p *Peer) Hold() { p.box.post(held{}) }

// SetMicrophone mutes (false): the microphone goes on, so that its level can be shown, and not one packet is sent.
func (p *Peer) SetMicrophone(on bool) { p.box.post(microphoneSet{on}) }

// SetCamera switches the camera off (false): the device is closed and nothing is sent.
func (p *Peer) SetCamera(on bool) { p.box.post(cameraSet{on}) }

// SetDevices changes devices, during a call too. Those that stay the same go on undisturbed, unless they had failed.
func (p *Peer) SetDevices(d Devices) {
	microphone, camera := p.cfg.has(d)
	p.box.post(devicesSet{d, microphone, camera})
}

// SetServers replaces Config.ICEServers: their credentials are short-lived, and a path that is lost hours later is looked
// for with fresh ones.
func (p *Peer) SetServers(servers []webrtc.ICEServer) { p.box.post(serversSet{servers}) }

// Rerouted says that the computer stands elsewhere in the network: a path that began where it stands no more is looked
// for anew at once.
func (p *Peer) Rerouted(c route.Change) { p.box.post(rerouted{c}) }

// Restart says that the patient's side has lost the path, whatever it looks like from here.
func (p *Peer) Restart() { p.box.post(routeGone{}) }

// SetVolume makes the patient louder or quieter than sent: 1 is as sent, 0 silent, 4 the most.
func (p *Peer) SetVolume(gain float64) { p.box.post(volumeSet{gain}) }

// TellNetwork makes the patient's page say what the line is like, from the confirmation on. It is for the desk to say it
// again to a new Peer.
func (p *Peer) TellNetwork(n Network) { p.box.post(networkSet{n}) }

// Close ends the peer and returns when everything has ended, at the latest after about closeTimeout. A second call waits
// for the same.
func (p *Peer) Close() {
	p.box.post(closed{})
	<-p.ended
}

// closeTimeout bounds how long the end of a connection, and then that of the devices, is waited for.
const closeTimeout = 4 * time.Second

// pulse is how often levels are reported and the sending rate is set.
const pulse = 100 * time.Millisecond

func (p *Peer) run() {
	defer close(p.ended)
	defer p.alarm.Stop()
	defer p.pulse.Stop()
	for !p.over {
		select {
		case <-p.box.ready:
			for _, e := range p.box.take() {
				p.handle(e)
			}
		case now := <-p.alarm.C:
			p.ring(now)
		case <-p.pulse.C:
			p.beat()
		}
	}
	p.end()
}

// handle lets the machine look at one event and at whatever its actions lead to.
func (p *Peer) handle(e event) {
	p.note(e)
	events := []event{e}
	for len(events) > 0 && !p.over {
		var actions []action
		p.facts, actions = Step(p.facts, events[0])
		events = events[1:]
		for _, a := range actions {
			events = append(events, p.do(a)...)
		}
	}
}

// note takes the part of an event that the machine does not look at.
func (p *Peer) note(e event) {
	switch e := e.(type) {
	case attached:
		p.channel, p.number = e.channel, 0
	case devicesSet:
		p.flow.setDevices(e.devices)
	case serversSet:
		if err := p.conn.setServers(e.servers); err != nil {
			p.cfg.Log.Warn("fresh STUN and TURN servers cannot be used", "cause", err)
		}
	case volumeSet:
		p.flow.setVolume(e.gain)
	case tooMuch:
		p.cfg.Log.Info("pictures are asked for", "pixels", e.pixels, "a second", e.fps)
		_ = p.conn.channel.SendText(pictureMessage(e.pixels, e.fps))
	case trackFound:
		p.flow.receive(e.track, e.receiver)
	case trackEnded:
		p.flow.forget(e.track)
	}
}

func (p *Peer) ring(now time.Time) {
	for t, due := range p.deadlines {
		if !due.IsZero() && !due.After(now) {
			p.deadlines[t] = time.Time{}
			p.cfg.Log.Info("time is up", "for", timer(t))
			p.handle(timeUp{timer(t)})
		}
	}
	p.setAlarm()
}

// setAlarm sets the one alarm to the next deadline.
func (p *Peer) setAlarm() {
	next := time.Hour
	for _, due := range p.deadlines {
		if !due.IsZero() {
			next = min(next, max(time.Until(due), 0))
		}
	}
	p.alarm.Reset(next)
}

// beat does what is done at regular times.
func (p *Peer) beat() {
	state := p.facts.State()
	if state != Confirmed && state != Interrupted {
		return
	}
	if levels, ok := p.flow.levels(); ok {
		p.cfg.Events(levels)
	}
	if state == Confirmed { // of a path that is lost nothing is learnt
		p.flow.setRate()
	}
	if silence, ok := p.quiet.look(time.Now(), p.conn); ok && p.facts.flows() {
		p.box.post(fellSilent{silence})
	}
	if q, ok := p.quality.sample(time.Now()); ok && state == Confirmed {
		p.cfg.Events(q)
	}
}

// end closes the connection and waits for pion, the pipelines and the devices, each for a limited time.
func (p *Peer) end() {
	p.box.end()
	p.flow.stop()
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_ = p.conn.pc.GracefulClose()
		p.flow.wait()
	}()
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	select {
	case <-gone:
	case <-ctx.Done():
		p.cfg.Log.Warn("the connection or a device did not end in time")
	}
}
