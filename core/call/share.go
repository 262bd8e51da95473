package call

import "time"

// Bit rates of what is inside the packets.
const (
	fullVoice   = 32_000
	leastVoice  = 24_000 // never less: sound comes first
	voiceWire   = 28_000 // what fifty packets a second carry besides
	pictureWire = 0.93   // the share of a picture's rate that is not headers
	leastView   = 45_000 // of a picture worth sending at all
	mostView    = 2_500_000
	startView   = 950_000

	// tightLine is the line on which the voice takes its least.
	tightLine = 160_000
)

const (
	// hopeless is how long the line must be too narrow for a picture until sound alone is the state of things.
	hopeless = 3 * time.Second
	// Sound alone is left by trying: first after so long, then after twice that, up to the longest.
	firstTrial, longestWait = 4 * time.Second, 60 * time.Second
	// proven is how long a picture must have lasted for the next trial to come early again.
	proven = 20 * time.Second
	// trial is how long after a beginning a picture that fails counts as a failed trial.
	trial = 8 * time.Second
	// lossy is the share of lost packets that speaks against a picture. During a trial the estimate still rises slowly, so
	// only that, or a queue, is evidence of a narrow line, for as long as lately.
	lossy  = .15
	lately = 2 * time.Second
)

// share divides the line between sound and picture. Sound comes first: where both do not fit, the picture goes.
type share struct {
	soundOnly bool
	narrow    time.Duration // since when a picture has not fitted, while it has not
	squeezed  bool          // narrow is valid
	changed   time.Duration // when soundOnly changed last
	wait      time.Duration // how long sound alone lasts this time
	seen      time.Duration // when the line was last seen to be too narrow, rather than believed
}

// portion is what the encoders get, in bit/s; a picture of 0 is none.
type portion struct {
	voice, picture int
	soundOnly      bool
}

// next is the division at now.
func (s *share) next(l line, now time.Duration) portion {
	p := portion{voice: fullVoice}
	if l.rate < tightLine {
		p.voice = leastVoice
	}
	room := (l.rate - voiceWire - float64(p.voice)) * pictureWire
	fits := room >= leastView
	if s.soundOnly {
		s.hope(l, now)
	} else {
		s.doubt(l, fits, now)
	}
	if p.soundOnly = s.soundOnly; p.soundOnly {
		return p
	}
	switch {
	case fits:
		p.picture = int(min(room, mostView))
	case !l.draining: // a trial, or a moment's weakness
		p.picture = leastView
	}
	return p
}

// renew forgets how long a picture has not fitted: nothing did while the path was lost.
func (s *share) renew() { s.squeezed = false }

// doubt turns to sound alone when a picture has not fitted for long.
func (s *share) doubt(l line, fits bool, now time.Duration) {
	if l.draining || l.loss >= lossy {
		s.seen = now
	}
	trying := s.wait > 0 && now-s.changed < trial
	if fits || trying && now-s.seen > lately {
		s.squeezed = false
		if now-s.changed > proven {
			s.wait = 0
		}
		return
	}
	if !s.squeezed {
		s.squeezed, s.narrow = true, now
	}
	if now-s.narrow < hopeless {
		return
	}
	s.soundOnly, s.squeezed = true, false
	if s.wait > 0 && now-s.changed < trial {
		s.wait = min(2*s.wait, longestWait)
	} else {
		s.wait = max(s.wait, firstTrial)
	}
	s.changed = now
}

// hope tries a picture again when nothing waits and next to nothing is lost.
func (s *share) hope(l line, now time.Duration) {
	if now-s.changed >= s.wait && !l.draining && l.loss < lossy {
		s.soundOnly, s.changed = false, now
	}
}
