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

	// The quickest packet of the last few spans is what delay is measured against; it follows the clocks' drift and route
	// changes.
	baseSpan  = time.Second
	baseSpans = 4
	// No delay is kept that nothing has needed for so many spans: the histogram alone remembers half a minute of a bad spell.
	peakSpans = 8
)

// estimator learns how much later than the quickest one packets come.
type estimator struct {
	weights [bins]float64
	total   float64

	seen        bool
	spanStarted time.Duration
	least       [baseSpans]time.Duration // transit time in each span, the running one first
	most        [peakSpans]time.Duration // lateness in each span, the running one first
	aim         time.Duration
}

// arrived takes in a packet's transit time: arrival minus timestamp, on two clocks that have nothing in common but their
// pace.
func (e *estimator) arrived(transit time.Duration) {
	if !e.seen {
		e.seen = true
		for i := range e.least {
			e.least[i] = transit
		}
	}
	e.least[0] = min(e.least[0], transit)
	late := transit - e.base()
	e.most[0] = max(e.most[0], late)
	bin := min(int(late/binWidth), bins-1)
	for i := range e.weights {
		e.weights[i] *= forget
	}
	e.weights[bin]++
	e.total = e.total*forget + 1
	e.settle()
}

// roll begins a new span now and then, before a packet is taken in. While nothing comes, nothing is forgotten.
func (e *estimator) roll(now time.Duration) {
	if now-e.spanStarted < baseSpan || !e.seen {
		return
	}
	e.spanStarted = now
	copy(e.least[1:], e.least[:])
	copy(e.most[1:], e.most[:])
	e.least[0], e.most[0] = maxTransit, 0
}

const maxTransit = 1 << 62

func (e *estimator) base() time.Duration {
	least := e.least[0]
	for _, t := range e.least[1:] {
		least = min(least, t)
	}
	return least
}

// settle computes the target: from the histogram, and no more than the latest packet lately needed.
func (e *estimator) settle() {
	sum, bin := 0.0, 0
	for ; bin < bins-1; bin++ {
		sum += e.weights[bin]
		if sum >= quantile*e.total {
			break
		}
	}
	peak := e.most[0]
	for _, t := range e.most[1:] {
		peak = max(peak, t)
	}
	bin = min(bin, int(peak/binWidth))
	e.aim = min(max(time.Duration(bin+1)*binWidth+binWidth, minTarget), maxTarget)
}

func (e *estimator) target() time.Duration { return max(e.aim, minTarget) }

// ahead is how long a sample would have waited if it had come as quickly as the quickest and were played at now.
func (e *estimator) ahead(now time.Duration, timestamp int64) time.Duration {
	return now - duration(timestamp) - e.base()
}
