package jitter

import "time"

const (
	binWidth = 10 * time.Millisecond
	bins     = 50
	// forget is the weight that an old packet keeps with every new one: half of it is gone after 7 s of speech.
	forget = 0.998
	// quantile of the packets should make it in time; the rest is for redundancy and concealment.
	quantile = 0.97

	minTarget = 20 * time.Millisecond
	maxTarget = 400 * time.Millisecond

	// The quickest packet of this long is what delay is measured against; it follows the clocks' drift and route changes.
	baseSpan = 5 * time.Second
)

// estimator learns how much later than the quickest one packets come.
type estimator struct {
	weights [bins]float64
	total   float64

	seen        bool
	current     time.Duration // least transit time in the running span
	previous    time.Duration // and in the one before
	spanStarted time.Duration
	aim         time.Duration
}

// arrived takes in a packet's transit time: arrival minus timestamp, on two clocks that have nothing in common but their
// pace.
func (e *estimator) arrived(transit time.Duration) {
	if !e.seen {
		e.seen, e.current, e.previous = true, transit, transit
	}
	e.current = min(e.current, transit)
	late := transit - e.base()
	bin := min(int(late/binWidth), bins-1)
	for i := range e.weights {
		e.weights[i] *= forget
	}
	e.weights[bin]++
	e.total = e.total*forget + 1
	e.settle()
}

// roll begins a new span now and then.
func (e *estimator) roll(now time.Duration) {
	if now-e.spanStarted < baseSpan || !e.seen {
		return
	}
	e.spanStarted = now
	e.previous = e.current
	e.current = maxTransit
}

const maxTransit = 1 << 62

func (e *estimator) base() time.Duration { return min(e.current, e.previous) }

// settle computes the target from the histogram.
func (e *estimator) settle() {
	sum, bin := 0.0, 0
	for ; bin < bins-1; bin++ {
		sum += e.weights[bin]
		if sum >= quantile*e.total {
			break
		}
	}
	e.aim = min(max(time.Duration(bin+1)*binWidth+binWidth, minTarget), maxTarget)
}

func (e *estimator) target() time.Duration { return max(e.aim, minTarget) }

// ahead is how long a sample would have waited if it had come as quickly as the quickest and were played at now.
func (e *estimator) ahead(now time.Duration, timestamp int64) time.Duration {
	return now - duration(timestamp) - e.base()
}
