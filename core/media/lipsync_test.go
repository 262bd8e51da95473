package media

import (
	"testing"
	"time"
)

// speaker is a far side whose tracks begin at any timestamps, and whose reports tell when.
type far struct{ sound, picture Report }

func newFar() far {
	return far{Report{NTP: 0xe000_0000_8000_0000, RTP: 0xffff_ff00}, Report{NTP: 0xe000_0001_0000_0000, RTP: 77}}
}

// at is the timestamps of what happens at a time, counted from the sound's report; the picture's is half a second later.
func (f far) at(t time.Duration) (sound, picture uint32) {
	return f.sound.RTP + uint32(t*SampleRate/time.Second), f.picture.RTP + uint32((t-500*ms)*videoClock/time.Second)
}

// meet runs the reconciliation over lines with these delays and returns how far apart lips and voice are in the end.
func meet(l *LipSync, soundDelay, pictureDelay time.Duration) (apart, sound, picture time.Duration) {
	f := newFar()
	l.Sound(f.sound)
	l.Picture(f.picture)
	for i := range 400 {
		now := 10*time.Second + time.Duration(i)*250*ms
		heard, _ := f.at(now - soundDelay - sound)
		_, seen := f.at(now - pictureDelay - picture)
		sound, picture = l.Step(Moment{heard, now}, Moment{seen, now})
	}
	return pictureDelay + picture - soundDelay - sound, sound, picture
}

func TestLipsAndVoiceMeet(t *testing.T) {
	for _, c := range []struct{ sound, picture time.Duration }{
		{100 * ms, 100 * ms}, {60 * ms, 30 * ms}, {200 * ms, 30 * ms}, {50 * ms, 220 * ms}, {20 * ms, 0}, {30 * ms, 0}, {0, 20 * ms},
	} {
		var l LipSync
		apart, sound, picture := meet(&l, c.sound, c.picture)
		t.Logf("%v: %v apart, sound held %v, picture %v", c, apart, sound, picture)
		if apart > mostBehind+5*ms || apart < -mostAhead-5*ms {
			t.Errorf("%v: %v apart", c, apart)
		}
		if sound > 0 && picture > 0 {
			t.Errorf("%v: both are held back, %v and %v", c, sound, picture)
		}
		if ahead := c.sound - c.picture; ahead <= mostAhead && ahead >= -mostBehind && (sound > 0 || picture > 0) {
			t.Errorf("%v: held back for nothing", c)
		}
	}
}

// When the line of the late one gets better, the early one is let go.
func TestLetsGo(t *testing.T) {
	var l LipSync
	if _, _, picture := meet(&l, 200*ms, 30*ms); picture < 100*ms {
		t.Fatalf("the picture was held back by %v", picture)
	}
	if apart, sound, picture := meet(&l, 40*ms, 30*ms); apart.Abs() > mostAhead || sound > 0 || picture > 25*ms {
		t.Errorf("%v apart, sound held %v, picture %v", apart, sound, picture)
	}
}

func TestLipSyncWithoutReports(t *testing.T) {
	var l LipSync
	if s, p := l.Step(Moment{1, time.Second}, Moment{2, time.Second}); s != 0 || p != 0 {
		t.Errorf("held back %v and %v", s, p)
	}
	f := newFar()
	f.picture.NTP += 100 << 32 // another clock
	l.Sound(f.sound)
	l.Picture(f.picture)
	if s, p := l.Step(Moment{f.sound.RTP, time.Second}, Moment{f.picture.RTP, time.Second}); s != 0 || p != 0 {
		t.Errorf("held back %v and %v by reports of different clocks", s, p)
	}
	if _, known := l.Skew(); known {
		t.Error("the skew of different clocks is not known")
	}
}

// What is held back is no more than lips and voice need: nearer than necessary would be delay for nothing.
func TestHoldsBackNoMoreThanNeeded(t *testing.T) {
	var l LipSync
	meet(&l, 200*ms, 30*ms)
	if _, _, picture := meet(&l, 120*ms, 30*ms); picture > 80*ms {
		t.Errorf("the picture is held back by %v to meet a voice 90 ms later", picture)
	}
	l = LipSync{}
	meet(&l, 30*ms, 200*ms)
	if _, sound, _ := meet(&l, 30*ms, 120*ms); sound > 80*ms {
		t.Errorf("the voice is held back by %v to meet a picture 90 ms later", sound)
	}
}
