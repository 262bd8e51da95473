package call

import (
	"sync"
	"sync/atomic"

	"legekonsultasjon/core/media"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// gate is shut until the connection is confirmed and the patient admitted: what comes in meanwhile is thrown away, and
// nothing goes out. It stands behind the senders that hold no track, as a second lock.
type gate struct{ open atomic.Bool }

func (g *gate) set(open bool) { g.open.Store(open) }
func (g *gate) isOpen() bool  { return g.open.Load() }

func (g *gate) writer(track *webrtc.TrackLocalStaticRTP) func(*rtp.Packet) error {
	return func(p *rtp.Packet) error {
		if !g.open.Load() {
			return nil
		}
		return track.WriteRTP(p)
	}
}

func (g *gate) reader(track *webrtc.TrackRemote) func([]byte) (int, error) {
	return func(packet []byte) (int, error) {
		for {
			n, _, err := track.Read(packet)
			if err != nil || g.open.Load() {
				return n, err
			}
		}
	}
}

func (g *gate) taker(take func([]byte)) func([]byte) {
	return func(packet []byte) {
		if g.open.Load() {
			take(packet)
		}
	}
}

// videoSink passes pictures on while it is open, to a sink that can be changed. Nothing is shown after set(false) has
// returned.
type videoSink struct {
	first func() // called for the first picture since it was opened, or nil

	mu    sync.Mutex
	sink  media.VideoSink
	open  bool
	shown bool
}

// Show implements media.VideoSink.
func (s *videoSink) Show(f *media.Frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.open || s.sink == nil {
		return
	}
	s.sink.Show(f)
	if !s.shown && s.first != nil {
		s.first()
	}
	s.shown = true
}

// Clear implements media.VideoSink.
func (s *videoSink) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sink != nil {
		s.sink.Clear()
	}
}

func (s *videoSink) set(open bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open && !open && s.sink != nil {
		s.sink.Clear()
	}
	s.open, s.shown = open, false
}

func (s *videoSink) change(sink media.VideoSink) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sink != nil && !same(s.sink, sink) {
		s.sink.Clear()
	}
	s.sink = sink
}
