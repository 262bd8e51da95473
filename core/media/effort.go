package media

import "time"

// effort watches what encoding costs and says how high on the ladder this machine can go. It is pure.
type effort struct {
	share  float64       // of the time between pictures that encoding takes, over the last eight or so
	usual  float64       // the same over a few seconds: one slow picture does not count
	since  time.Duration // since when it has been as it is: too much, little, or neither
	was    int           // -1, 0, 1
	wait   time.Duration // in little effort before a higher rung is tried
	lifted time.Duration // when one was last tried
	limit  int           // highest rung
	begun  bool
}

const (
	tooHard, easy = .75, .4
	hardFor       = 2 * time.Second
	// A machine that was too slow for a rung is asked again first after so long, then ever later.
	firstEasy, longestEasy = 10 * time.Second, 3 * time.Minute
	// lasting is how long a rung that was tried must do for it not to have been too much.
	lasting = time.Minute
)

// take looks at one picture that took so long to encode, where pictures come every interval, on the rung in use; it
// returns the highest rung from now on.
func (e *effort) take(spent, interval, now time.Duration, rung int) int {
	if !e.begun {
		*e = effort{begun: true, limit: len(ladder) - 1, wait: firstEasy, since: now, lifted: -longestEasy}
	}
	one := spent.Seconds() / interval.Seconds()
	e.share += (one - e.share) / 8
	e.usual += (one - e.usual) / 64
	is := 0
	switch {
	case e.share > tooHard:
		is = 1
	case e.usual < easy:
		is = -1
	}
	if is != e.was {
		e.was, e.since = is, now
	}
	switch {
	case is == 1 && now-e.since >= hardFor && min(rung, e.limit) > 0:
		e.lower(min(rung, e.limit)-1, now)
	case is == -1 && now-e.since >= e.wait && e.limit < len(ladder)-1 && rung == e.limit:
		e.limit, e.since, e.lifted = e.limit+1, now, now
	}
	return e.limit
}

func (e *effort) lower(to int, now time.Duration) {
	if now-e.lifted < max(2*e.wait, lasting) { // what was tried was too much
		e.wait = min(2*e.wait, longestEasy)
	} else {
		e.wait = firstEasy
	}
	e.limit, e.since = to, now
	e.share, e.usual = (tooHard+easy)/2, (tooHard+easy)/2
}
