package desk

import (
	"slices"
	"sync"
	"time"

	"github.com/pion/webrtc/v4"

	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/call"
	"legekonsultasjon/core/media"
	"legekonsultasjon/core/signaling"
)

// early is how many waiting patients are connected before Delta, the longest-waiting ones.
const early = 3

// maxRetries bounds the peer connections that are made in a row when each fails.
const maxRetries = 3

// peerHandle is a Peer and what it has reported.
type peerHandle struct {
	Peer
	number    int
	box       *peerBox
	state     call.State
	confirmed bool
	admitted  bool
	remote    call.RemoteTracks // what the patient has switched on; he may say so before Delta
}

// peerBox takes the events of a peer without blocking it: of every kind only the newest is kept.
type peerBox struct {
	wake chan<- struct{}

	mu      sync.Mutex
	state   *call.State
	sealed  bool // was confirmed
	remote  *call.RemoteTracks
	picture bool
	quality *call.Quality
	lost    []call.DeviceLost // at most one of each device
}

func (b *peerBox) put(e call.Event) {
	if _, ok := e.(call.Levels); ok {
		return // ten a second, and no State shows them
	}
	b.mu.Lock()
	switch e := e.(type) {
	case call.StateChanged:
		b.state = &e.State
		b.sealed = b.sealed || e.State == call.Confirmed
	case call.RemoteTracks:
		b.remote = &e
	case call.FirstPicture:
		b.picture = true
	case call.Quality:
		b.quality = &e
	case call.DeviceLost:
		b.lost = append(slices.DeleteFunc(b.lost, func(o call.DeviceLost) bool { return o.Device == e.Device }), e)
	}
	b.mu.Unlock()
	select {
	case b.wake <- struct{}{}:
	default: // the loop will look anyway
	}
}

// take empties the box.
func (b *peerBox) take() *peerBox {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := &peerBox{state: b.state, sealed: b.sealed, remote: b.remote, picture: b.picture, quality: b.quality,
		lost: b.lost}
	b.state, b.sealed, b.remote, b.picture, b.quality, b.lost = nil, false, nil, false, nil, nil
	return out
}

// connectPeers makes a peer for the patient in the call and for the longest-waiting ones, and for nobody before a right
// PIN or resume.
func (l *loop) connectPeers() {
	for _, g := range l.toConnect() {
		if g.peer == nil && g.live() != nil && !g.broken && !g.sessions.Stopped() && g.retries < maxRetries &&
			!l.now().Before(g.retryAt) {
			l.makePeer(g)
		}
	}
}

// toConnect also closes what is no longer among the first.
func (l *loop) toConnect() []*guest {
	var waiting, chosen []*guest
	for _, g := range l.guests {
		switch {
		case l.call != nil && l.call.id == g.id:
			chosen = append(chosen, g)
		case g.in && g.live() != nil:
			waiting = append(waiting, g)
		}
	}
	since := l.waits()
	slices.SortFunc(waiting, func(x, y *guest) int { return since[x.id].Compare(since[y.id]) })
	for n, g := range waiting {
		if n < early {
			chosen = append(chosen, g)
		} else if g.peer != nil {
			l.dropPeer(g)
		}
	}
	return chosen
}

func (l *loop) waits() map[signaling.InvitationID]time.Time {
	since := map[signaling.InvitationID]time.Time{}
	for id := range l.guests {
		if _, i, ok := l.find(id); ok {
			since[id] = i.Since
		}
	}
	return since
}

func (l *loop) makePeer(g *guest) {
	if !l.step(g.id, appointment.PeerMade{}) {
		return
	}
	l.save()
	_, i, _ := l.find(g.id)
	box := &peerBox{wake: l.wake}
	peer, err := l.NewPeer(call.Config{
		Number: i.Peers, ICEServers: iceServers(l.ice), RelayOnly: l.settings.RelayOnly, Loopback: l.Loopback,
		Devices: l.devices(),
		Video:   media.VideoFormat{Width: 1280, Height: 720, FPS: 30},
		Events:  box.put, Log: l.Log.With("invitation", g.id.String()),
	}, g.live())
	if err != nil {
		l.Log.Error("peer", "invitation", g.id, "err", err)
		l.peerFailed(g)
		return
	}
	g.peer = &peerHandle{Peer: peer, number: i.Peers, box: box}
	peer.Start()
	if l.call != nil && l.call.id == g.id {
		l.admitPeer(g)
	}
}

// setServers keeps the servers for new peers, and hands them to those that there are: their credentials run out.
func (l *loop) setServers(servers []signaling.ICEServer) {
	l.ice = servers
	for _, g := range l.guests {
		if g.peer != nil {
			g.peer.SetServers(iceServers(servers))
		}
	}
}

func iceServers(from []signaling.ICEServer) []webrtc.ICEServer {
	to := make([]webrtc.ICEServer, 0, len(from))
	for _, s := range from {
		server := webrtc.ICEServer{URLs: s.URLs, Username: s.Username}
		if s.Credential != "" {
			server.Credential = s.Credential
		}
		to = append(to, server)
	}
	return to
}

// onPage is what the page still has: the number of a confirmed peer connection or 0, and whether its path is lost.
type onPage struct {
	peer int
	lost bool
}

// takeUpPeer goes on with a confirmed peer connection in a new session if the page still has it too; otherwise a new one
// is made.
func (l *loop) takeUpPeer(g *guest, k *link, has onPage) {
	if g.peer == nil {
		return
	}
	if g.peer.confirmed && has.peer == g.peer.number {
		g.peer.Attach(k)
		if has.lost {
			g.peer.Restart()
		}
		return
	}
	l.dropPeer(g)
}

// admitPeer opens media both ways, now or as soon as the connection is confirmed.
func (l *loop) admitPeer(g *guest) {
	p := g.peer
	if p == nil || p.admitted {
		return
	}
	p.admitted = true
	p.SetMicrophone(l.call.microphone)
	p.SetCamera(l.call.camera)
	p.SetVolume(float64(l.call.volume) / 100)
	p.Admit()
	l.markBegun(g)
}

// markBegun notes the moment from which media can flow.
func (l *loop) markBegun(g *guest) {
	if c := l.call; c != nil && c.id == g.id && c.began.IsZero() && g.peer != nil && g.peer.confirmed {
		c.began = l.now()
	}
}

// dropPeer closes a guest's peer; its devices and sockets end in the background.
func (l *loop) dropPeer(g *guest) {
	if g.peer == nil {
		return
	}
	peer := g.peer.Peer
	g.peer = nil
	l.work.Add(1)
	go func() {
		defer l.work.Done()
		peer.Close()
	}()
	if c := l.call; c != nil && c.id == g.id {
		c.picture, c.quality = false, ""
	}
}

// takePeerEvents looks into every box.
func (l *loop) takePeerEvents() {
	for _, g := range l.guests {
		if g.peer != nil {
			l.peerReported(g, g.peer.box.take())
		}
	}
}

func (l *loop) peerReported(g *guest, news *peerBox) {
	if c := l.call; c != nil && c.id == g.id {
		c.take(news)
		if news.quality != nil {
			l.watchNetwork(g, *news.quality)
		}
		for _, lost := range news.lost {
			l.deviceFailed(lost.Device)
		}
	}
	if news.remote != nil {
		g.peer.remote = *news.remote
	}
	if news.sealed {
		l.peerConfirmed(g)
	}
	if news.state == nil {
		return
	}
	if c := l.call; c != nil && c.id == g.id && *news.state == call.Interrupted {
		c.panel.breaks++
	}
	g.peer.state = *news.state
	switch *news.state {
	case call.Failed:
		l.peerFailed(g)
	case call.NotGenuine:
		l.peerNotGenuine(g)
	case call.Closed:
		l.dropPeer(g)
	}
}

// take keeps what a report says of the running call.
func (c *running) take(news *peerBox) {
	c.picture = c.picture || news.picture
	if news.quality != nil {
		c.quality = judge(*news.quality)
	}
	for _, lost := range news.lost {
		c.lost[lost.Device] = lostCode(lost.Device)
	}
}

// judge names a quality.
func judge(q call.Quality) string {
	switch {
	case q.LossPercent > 8 || q.RoundTripMS > 800:
		return "bad"
	case q.LossPercent > 2 || q.RoundTripMS > 400:
		return "slow"
	}
	return "good"
}

func lostCode(d call.Device) string {
	return [...]string{call.Camera: "cameraLost", call.Microphone: "microphoneLost", call.Speaker: "speakerLost"}[d]
}
