package media

import "time"

// Report is what an RTCP sender report says about one track: the moment RTP had this timestamp on the sender's wall clock
// (RFC 3550, section 6.4.1).
type Report struct {
	NTP uint64 // seconds since 1900 in 32.32 fixed point
	RTP uint32
}

// at is the moment of a timestamp on the sender's wall clock, from an arbitrary zero: reports of one sender share it.
func (r Report) at(timestamp uint32, rate int) time.Duration {
	seconds, fraction := r.NTP>>32, r.NTP&0xffffffff
	since := time.Duration(seconds)*time.Second + time.Duration(fraction*uint64(time.Second)>>32)
	return since + time.Duration(int32(timestamp-r.RTP))*time.Second/time.Duration(rate)
}

// Moment is a timestamp of a track with the time at which it is heard or seen here.
type Moment struct {
	Timestamp uint32
	At        time.Duration
}

// LipSync keeps a voice and a face together: it says by how much either has to be held back beyond what its own jitter
// asks for. It is pure. The zero value knows nothing and holds nothing back.
type LipSync struct {
	sound, picture       Report
	hasSound, hasPicture bool
	holdSound            time.Duration
	holdPicture          time.Duration
	skew                 time.Duration
	known                bool
}

const (
	// A picture may be so much later than its voice, and so much earlier, without anything being done. A voice that comes
	// late is usual, as with whoever speaks at the other end of a room: people notice it far later than one that comes first
	// (ITU-R BT.1359). It stays within 40 ms either way.
	mostBehind, mostAhead = 20 * time.Millisecond, 35 * time.Millisecond
	// nearBehind and nearAhead are how far apart they are left when one is held back: nearer would be delay for nothing.
	nearBehind, nearAhead = 12 * time.Millisecond, 29 * time.Millisecond
	// letGo is how fast what is held back needlessly is let go.
	letGo = 2 * time.Millisecond
	// syncStep is the most that is changed at once, four times a second at most: a voice 5 % slower for a second or two.
	syncStep = 12 * time.Millisecond
	// mostHold bounds what one is held back for the other: a picture on the worst line waits for mostDelay, and a voice on
	// the same line for some of that by itself.
	mostHold = 360 * time.Millisecond
	// absurd is a skew that no line makes: reports of different clocks.
	absurd = 2 * time.Second
)

// Sound takes in a sender report of the voice's track.
func (l *LipSync) Sound(r Report) { l.sound, l.hasSound = r, r.NTP != 0 }

// Picture takes in a sender report of the picture's track.
func (l *LipSync) Picture(r Report) { l.picture, l.hasPicture = r, r.NTP != 0 }

// Skew is by how much the picture is behind the voice, smoothed; false while that is not known.
func (l *LipSync) Skew() (time.Duration, bool) { return l.skew, l.known }

// Step compares what is heard with what is seen and returns by how much each is to be held back from now on. It is to be
// called about four times a second while both come.
func (l *LipSync) Step(heard, seen Moment) (sound, picture time.Duration) {
	if !l.hasSound || !l.hasPicture {
		return l.holdSound, l.holdPicture
	}
	skew := (seen.At - l.picture.at(seen.Timestamp, videoClock)) - (heard.At - l.sound.at(heard.Timestamp, SampleRate))
	if skew.Abs() > absurd {
		l.known = false
		l.holdSound, l.holdPicture = 0, 0
		return 0, 0
	}
	if !l.known {
		l.skew, l.known = skew, true
	}
	l.skew += (skew - l.skew) / 4
	switch {
	case l.skew > mostBehind:
		l.delay(&l.holdSound, &l.holdPicture, l.skew-mostBehind)
	case l.skew < -mostAhead:
		l.delay(&l.holdPicture, &l.holdSound, -l.skew-mostAhead)
	case l.skew > -nearAhead:
		l.holdPicture -= min(l.holdPicture, l.skew+nearAhead, letGo)
		fallthrough
	default:
		if l.skew < nearBehind {
			l.holdSound -= min(l.holdSound, nearBehind-l.skew, letGo)
		}
	}
	return l.holdSound, l.holdPicture
}

// delay lets go of the late one before it holds back the early one.
func (l *LipSync) delay(early, late *time.Duration, by time.Duration) {
	by = min(by, syncStep)
	back := min(*late, by)
	*late -= back
	*early = min(*early+by-back, mostHold)
}
