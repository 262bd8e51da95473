package desk

import (
	"context"
	"time"

	"legekonsultasjon/core/call"
)

// limits of a line that people notice, and for how many of the last samples, one a second, they count.
const (
	slowLoss      = 3.0 // percent
	slowRoundTrip = 400 // ms
	slowSamples   = 3   // of the last window: then it is said
	fastSamples   = 6   // good ones in a row: then it is said no more
	window        = 5
)

// What the own network may be like when the line is slow, before it is taken for the cause.
const (
	ownRoundTrip = 200 * time.Millisecond
	ownLoss      = 0.1
	probeAgain   = 10 * time.Second
)

// lineWatch judges the samples of one call. Its methods are pure but for what they remember.
type lineWatch struct {
	recent   [window]bool // slow or not
	at       int
	good     int // in a row
	slow     bool
	own      call.Whose // whose it is, by the last probe
	best     int        // the tallest picture sent so far
	height   int        // of the newest
	alone    bool       // sound goes out without a picture
	strained bool       // the machine keeps the picture small, not the line
	probedAt time.Time
	probing  bool
}

// take looks at one sample.
func (w *lineWatch) take(q call.Quality) {
	w.alone, w.strained = q.SoundOnly, q.Strained
	slow := q.SoundOnly || q.LossPercent > slowLoss || q.RoundTripMS > slowRoundTrip
	w.height, w.best = q.SendHeight, max(w.best, q.SendHeight)
	reduced := w.picture() != call.PictureFull
	w.recent[w.at%window] = slow || reduced
	w.at++
	if slow || reduced {
		w.good = 0
	} else {
		w.good++
	}
	switch n := count(w.recent); {
	case n >= slowSamples:
		w.slow = true
	case w.good >= fastSamples:
		w.slow = false
	}
}

func count(all [window]bool) (n int) {
	for _, is := range all {
		if is {
			n++
		}
	}
	return n
}

// picture says how much of the own picture goes out. The first seconds of a call begin small and are not judged.
func (w *lineWatch) picture() call.PictureSize {
	if w.alone {
		return call.PictureOff
	}
	if !w.strained && w.height > 0 && w.height*4 < w.best*3 {
		return call.PictureReduced
	}
	return call.PictureFull
}

// says is what people are told.
func (w *lineWatch) says() call.Network {
	if !w.slow && !w.alone { // a picture that is missing is said at once
		return call.Network{}
	}
	n := call.Network{Slow: w.own, Picture: w.picture()}
	if n.Slow == "" {
		n.Slow = call.Somebodys
	}
	return n
}

// learn takes what the own network is like.
func (w *lineWatch) learn(p call.Probe, err error) {
	w.probing = false
	switch {
	case err != nil || p.Sent == 0:
		w.own = ""
	case p.RoundTrip > ownRoundTrip || float64(p.Lost) > ownLoss*float64(p.Sent):
		w.own = call.Doctors
	default:
		w.own = call.Patients
	}
}

// due says whether the own network should be looked at now.
func (w *lineWatch) due(now time.Time) bool {
	return count(w.recent) >= slowSamples-1 && !w.probing && now.Sub(w.probedAt) >= probeAgain
}

// watchNetwork takes one sample of the call's line and tells the patient what has changed.
func (l *loop) watchNetwork(g *guest, q call.Quality) {
	c, before := l.call, l.call.network.says()
	c.network.take(q)
	c.panel.take(q, l.now(), l.processor())
	if l.Probe != nil && c.network.due(l.now()) {
		l.probe(c)
	}
	if g.peer != nil && before != c.network.says() {
		l.tellNetwork(g)
	}
}

// tellNetwork makes the patient's page say the same.
func (l *loop) tellNetwork(g *guest) {
	g.peer.TellNetwork(l.call.network.says())
}

func (l *loop) probe(c *running) {
	c.network.probing, c.network.probedAt = true, l.now()
	servers := iceServers(l.ice)
	l.start(func(ctx context.Context) func() {
		p, err := l.Probe(ctx, servers)
		return func() {
			before := c.network.says()
			c.network.learn(p, err)
			c.panel.probe = p
			if g := l.guests[c.id]; l.call == c && g != nil && g.peer != nil && before != c.network.says() {
				l.tellNetwork(g)
			}
		}
	})
}
