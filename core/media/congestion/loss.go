package congestion

import "time"

const (
	lossOver = time.Second // over which loss is counted
	muchLoss = 0.08        // beyond what is usual
	// lossPatience is how long less sending is given to make loss less.
	lossPatience = 1500 * time.Millisecond
	// usualFor is how long a loss is held for the line's own.
	usualFor = 30 * time.Second
)

// lossJudge tells the loss of a queue that is too short for its line from that of a bad line: only the first becomes
// less when less is sent.
type lossJudge struct {
	lost, all int
	since     time.Duration
	share     float64 // in the last lossOver
	fresh     bool    // share is new

	usual   float64 // the line's own
	usualAt time.Duration
	before  float64 // the share that made us send less; 0: none
	lowered time.Duration
}

func (l *lossJudge) count(lost bool) {
	l.all++
	if lost {
		l.lost++
	}
}

// judge closes a span of counting.
func (l *lossJudge) judge(now time.Duration) {
	l.fresh = false
	if now-l.since < lossOver || l.all < 20 {
		return
	}
	l.share, l.fresh = float64(l.lost)/float64(l.all), true
	l.lost, l.all, l.since = 0, 0, now
	if l.share < l.usual {
		l.usual = max(l.share, l.usual*.9)
	}
	if now-l.usualAt > usualFor {
		l.usual = 0
	}
	if l.before > 0 && now-l.lowered >= lossPatience {
		if l.share > l.before*.75 {
			l.usual, l.usualAt = max(l.usual, l.share), now
		}
		l.before = 0
	}
}

// less reports whether loss asks for less sending now, once for each span of counting.
func (l *lossJudge) less(now time.Duration) bool {
	if !l.fresh || l.before > 0 || l.share < 1.5*l.usual+muchLoss {
		return false
	}
	l.before, l.lowered = l.share, now
	return true
}
