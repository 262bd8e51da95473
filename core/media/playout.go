package media

import (
	"slices"
	"time"
)

// playout decides when a picture is shown: at once on a good line, and so much later on a bad one that the pictures which
// had to be sent again come in time as a rule. It trades delay against standing still. It is pure.
type playout struct {
	began  bool
	last   uint32                   // timestamp of the newest picture
	at     time.Duration            // the same in time since the first
	base   [baseSpans]time.Duration // least transit in each span, the running one first
	rolled time.Duration
	before time.Duration             // transit of the newest
	late   [lateWindow]time.Duration // ring: how late each came by itself
	mended [lateWindow]time.Duration // the same of those alone of which a part had to be sent again
	count  int
	sorted [lateWindow]time.Duration // to sort in
	delay  time.Duration
	hold   time.Duration // besides, to go with the voice
}

const (
	videoClock = 90000
	// The delay is measured from the least transit of the last spans.
	baseSpan, baseSpans = 2 * time.Second, 6
	// lateWindow is how many pictures are looked back upon: ten seconds of thirty a second.
	lateWindow = 300
	// lateShare of the pictures may come after their time: one in ten seconds, and one at the beginning, when everything
	// starts at once.
	lateShare = .004
	// tolerable is the stutter that is not made good by delay.
	tolerable = 50 * time.Millisecond
	// rough is a line on which so many of the pictures that are looked back upon had to be mended and came later than is
	// tolerable.
	rough     = 8
	mostDelay = 400 * time.Millisecond
	// jump is a change of the transit that is no delay: a new stream, or a clock that was set.
	jump = 3 * time.Second

	delayUp   = 30 * time.Millisecond // per picture
	delayDown = time.Millisecond      // per picture
)

// complete takes in that a picture could be shown from now on, once for each picture and in their order; mended says that
// it waited for what was sent again.
func (p *playout) complete(timestamp uint32, now time.Duration, mended bool) {
	p.at += time.Duration(int32(timestamp-p.last)) * time.Second / videoClock
	p.last = timestamp
	transit := now - p.at
	if !p.began || (transit-p.least()).Abs() > jump {
		*p = playout{began: true, last: timestamp, rolled: now, hold: p.hold}
		for i := range p.base {
			p.base[i] = now
		}
		transit = now
	}
	if now-p.rolled >= baseSpan {
		p.rolled = now
		copy(p.base[1:], p.base[:])
		p.base[0] = transit
	}
	p.base[0] = min(p.base[0], transit)
	late := transit - p.least()
	if transit < p.before {
		late = 0 // what held up the one before held up this one: one stall is one picture late, however many queued behind it
	}
	p.before = transit
	i := p.count % lateWindow
	p.late[i], p.mended[i] = late, 0
	if mended {
		p.mended[i] = late
	}
	p.count++
	p.settle()
}

// settle moves the delay towards what the last pictures needed: all but the rare one, and where many had to be mended the
// latest of these too, for there will be others like it.
func (p *playout) settle() {
	want := p.latest(&p.late, max(int(float64(p.pictures())*lateShare), 1)) - tolerable
	if p.latest(&p.mended, rough-1) > tolerable {
		want = max(want, p.latest(&p.mended, 0))
	}
	want = min(max(want, 0), mostDelay)
	p.delay += min(max(want-p.delay, -delayDown), delayUp)
}

// pictures is how many are looked back upon.
func (p *playout) pictures() int { return min(p.count, lateWindow) }

// latest is how late the latest is but for so many, 0 where there are not as many.
func (p *playout) latest(of *[lateWindow]time.Duration, but int) time.Duration {
	some := p.sorted[:p.pictures()]
	if but >= len(some) {
		return 0
	}
	copy(some, of[:])
	slices.Sort(some)
	return some[len(some)-1-but]
}

// due is when a picture is to be shown.
func (p *playout) due(timestamp uint32) time.Duration {
	at := p.at + time.Duration(int32(timestamp-p.last))*time.Second/videoClock
	return at + p.least() + p.extra()
}

// extra is how much later than as soon as possible pictures are shown.
func (p *playout) extra() time.Duration { return min(p.delay+p.hold, mostDelay) }

func (p *playout) least() time.Duration { return slices.Min(p.base[:]) }
