package media

import "time"

// backlog says what becomes of pictures that come faster than this machine shows them. It is pure.
type backlog struct {
	shown time.Duration // when a picture was last shown
	asked time.Duration // when a key frame was last asked for
}

const (
	// farBehind is how late a picture may be before all up to the next key frame are left out.
	farBehind = 150 * time.Millisecond
	// askBehind is how late it may be before a key frame is asked for, from which to go on.
	askBehind = 300 * time.Millisecond
	// keyWait is how long after that one is asked for again at the earliest. It is dear to both sides, but nothing else
	// bounds the delay until the sender sends less.
	keyWait = time.Second
	// longStill is how long a machine that is behind may go without showing anything to catch up.
	longStill = 150 * time.Millisecond
)

// far says whether a picture that is so late is not worth its time, where a newer key frame is there.
func (b *backlog) far(behind time.Duration) bool { return behind > farBehind }

// still says whether it is time to show something again, however old.
func (b *backlog) still(now time.Duration) bool { return now-b.shown >= longStill }

// askKey says whether a key frame is to be asked for.
func (b *backlog) askKey(behind, now time.Duration) bool {
	if behind <= askBehind || now-b.asked < keyWait {
		return false
	}
	b.asked = now
	return true
}

// strain watches what it costs this machine to decode and show pictures, as effort does for encoding. It is pure.
type strain struct {
	effort effort
	limit  int // highest rung
	before uint32
	began  bool
}

func newStrain() strain { return strain{limit: len(ladder) - 1} }

// take looks at one picture of so many pixels that took so long, and reports whether the limit has changed. One that had
// to be left out took all of its time.
func (s *strain) take(spent time.Duration, timestamp uint32, now time.Duration, pixels int, shown bool) (changed bool) {
	passed := time.Duration(int32(timestamp-s.before)) * time.Second / videoClock
	s.before = timestamp
	if !s.began {
		s.began = true
		return false
	}
	interval := min(max(passed, time.Second/60), time.Second/5)
	if !shown {
		spent = max(spent, interval)
	}
	limit := s.effort.take(spent, interval, now, min(rungOf(pixels), s.limit))
	changed, s.limit = limit != s.limit, limit
	return changed
}

// most is how large pictures may be, and how many a second.
func (s *strain) most() (pixels, fps int) { return ladder[s.limit].pixels, ladder[s.limit].fps }

// rungOf is the rung that pictures of so many pixels stand on; of two with the same size, the one with more of them.
func rungOf(pixels int) int {
	for i, r := range ladder {
		if pixels <= r.pixels && (i+1 == len(ladder) || ladder[i+1].pixels > r.pixels) {
			return i
		}
	}
	return len(ladder) - 1
}
