package desk

import (
	"slices"
	"time"

	"legekonsultasjon/core/call"
)

// panelLength is how many samples the connection panel shows, one a second.
const panelLength = 120

// Panel is why the call is as it is: the connection panel, while it is open.
type Panel struct {
	Samples []Sample // oldest first, one a second, at most panelLength
	Number  int      // of samples so far: another number is something to draw
	Relayed bool
	Breaks  int           // how often the path was lost in this call
	Own     time.Duration // round trip to the server, by the last probe; 0 for unknown
	OwnLoss float64       // percent, of that probe
}

// Sample is one second of a call.
type Sample struct {
	RoundTripMS, LossPercent float64
	Out, In                  int     // bit/s
	OutHeight, InHeight      int     // of the pictures, in pixels
	Processor                float64 // percent of one processor core, this program alone; negative for unknown
}

// DoPanel opens and closes the connection panel of the call.
type DoPanel struct{ Open bool }

func (DoPanel) command() {}

// panel collects what it shows, whether or not it is open: who opens it wants to know what was.
type panel struct {
	open    bool
	samples []Sample
	number  int
	relayed bool
	breaks  int
	probe   call.Probe

	busy   time.Duration // the program's processor time at the last sample
	busyAt time.Time
}

// take adds a sample of the line. used is the program's processor time so far, negative for unknown.
func (p *panel) take(q call.Quality, now time.Time, used time.Duration) {
	s := Sample{RoundTripMS: q.RoundTripMS, LossPercent: q.LossPercent, Out: q.SendBitrate, In: q.Bitrate, OutHeight: q.SendHeight,
		InHeight: q.Height, Processor: -1}
	if passed := now.Sub(p.busyAt); used >= 0 && !p.busyAt.IsZero() && passed > 0 {
		s.Processor = 100 * (used - p.busy).Seconds() / passed.Seconds()
	}
	p.busy, p.busyAt = used, now
	if len(p.samples) == panelLength {
		p.samples = p.samples[1:]
	}
	p.samples = append(slices.Clip(p.samples), s)
	p.number++
	p.relayed = q.Relayed
}

// view is nil while it is closed.
func (p *panel) view() *Panel {
	if !p.open {
		return nil
	}
	out := &Panel{Samples: p.samples, Number: p.number, Relayed: p.relayed, Breaks: p.breaks, Own: p.probe.RoundTrip}
	if p.probe.Sent > 0 {
		out.OwnLoss = 100 * float64(p.probe.Lost) / float64(p.probe.Sent)
	}
	return out
}

// openPanel looks at the own network when it opens.
func (l *loop) openPanel(open bool) {
	if l.call == nil {
		return
	}
	l.call.panel.open = open
	if open && l.Probe != nil && !l.call.network.probing {
		l.probe(l.call)
	}
}

// processor is the program's processor time so far; negative for unknown.
func (l *loop) processor() time.Duration {
	if l.Processor == nil {
		return -1
	}
	return l.Processor()
}
