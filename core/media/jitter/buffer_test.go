package jitter_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"legekonsultasjon/core/media/jitter"
)

const period = 20 * time.Millisecond

// packet says "20 ms of CELT" and carries its number.
func packet(n int) []byte { return []byte{31 << 3, byte(n), byte(n >> 8)} }

func number(p []byte) int { return int(p[1]) | int(p[2])<<8 }

// line is a network between a speaker and a player, in simulated time.
type line struct {
	buffer *jitter.Buffer
	sent   int
	delay  func(n int) time.Duration
	lost   func(n int) bool
	silent func(n int) bool // the period is not sent (DTX)
	drift  float64          // the player's clock runs so much faster

	onTheWay []flight
	sequence uint16
	played   map[jitter.Kind]int
	paces    map[jitter.Pace]int
	numbers  []int
	delays   []time.Duration
	now, due time.Duration
}

type flight struct {
	at       time.Duration
	sequence uint16
	n        int
}

func newLine() *line {
	return &line{
		buffer: jitter.New(), sequence: 65500, due: 5 * time.Millisecond, played: map[jitter.Kind]int{}, paces: map[jitter.Pace]int{},
		delay:  func(int) time.Duration { return 30 * time.Millisecond },
		lost:   func(int) bool { return false },
		silent: func(int) bool { return false },
	}
}

// run goes on for so many periods of the sender's time.
func (l *line) run(periods int) {
	const step = time.Millisecond
	for end := l.now + time.Duration(periods)*period; l.now < end; l.now += step {
		if l.now%period == 0 {
			l.send(l.now)
		}
		l.arrive(l.now)
		for l.now >= l.due {
			samples := l.play(l.now)
			l.due += time.Duration(samples / (1 + l.drift) / jitter.SampleRate * float64(time.Second))
		}
	}
}

func (l *line) send(now time.Duration) {
	n := l.sent
	l.sent++
	if l.silent(n) {
		return
	}
	l.sequence++
	if !l.lost(n) {
		l.onTheWay = append(l.onTheWay, flight{now + l.delay(n), l.sequence, n})
	}
}

func (l *line) arrive(now time.Duration) {
	kept := l.onTheWay[:0]
	for _, f := range l.onTheWay {
		if f.at <= now {
			l.buffer.Put(f.sequence, uint32(0xfffff000+f.n*jitter.Period), packet(f.n), now)
		} else {
			kept = append(kept, f)
		}
	}
	l.onTheWay = kept
}

func (l *line) play(now time.Duration) float64 {
	s := l.buffer.Step(now)
	l.played[s.Kind]++
	samples := s.Samples
	if s.Kind != jitter.Wait {
		defer func() { l.paces[s.Pace]++ }()
	}
	if s.Kind == jitter.Play {
		l.numbers = append(l.numbers, number(s.Payload))
		l.delays = append(l.delays, now-time.Duration(number(s.Payload))*period)
		switch s.Pace {
		case jitter.Hurry:
			samples -= 300
		case jitter.Slow:
			samples += 300
		}
	}
	return float64(samples) / s.Rate
}

func (l *line) check(t *testing.T) {
	t.Helper()
	for i := 1; i < len(l.numbers); i++ {
		if l.numbers[i] <= l.numbers[i-1] {
			t.Fatalf("packet %d was played after %d", l.numbers[i], l.numbers[i-1])
		}
	}
}

func (l *line) delayAtEnd() time.Duration {
	sum := time.Duration(0)
	last := l.delays[len(l.delays)-100:]
	for _, d := range last {
		sum += d
	}
	return sum / time.Duration(len(last))
}

func TestASteadyLine(t *testing.T) {
	l := newLine()
	l.run(1000)
	l.check(t)
	if len(l.numbers) < 990 || l.played[jitter.Conceal]+l.played[jitter.Recover]+l.played[jitter.Quiet] > 2 {
		t.Errorf("played %d: %v", len(l.numbers), l.played)
	}
	if d := l.delayAtEnd(); d > 30*time.Millisecond+50*time.Millisecond {
		t.Errorf("30 ms on the way took %v", d)
	}
}

func TestJitterIsWaitedFor(t *testing.T) {
	l := newLine()
	chance := rand.New(rand.NewPCG(1, 2))
	l.delay = func(int) time.Duration { return 30*time.Millisecond + time.Duration(chance.IntN(80))*time.Millisecond }
	l.run(3000)
	l.check(t)
	bad := l.played[jitter.Conceal] + l.played[jitter.Recover] + l.played[jitter.Quiet]
	if bad > 150 {
		t.Errorf("of 3000 periods %d were not played in time: %v, late %d", bad, l.played, l.buffer.Late)
	}
	if d := l.delayAtEnd(); d < 90*time.Millisecond || d > 190*time.Millisecond {
		t.Errorf("30 to 110 ms on the way took %v; target %v", d, l.buffer.Target())
	}
}

func TestItCalmsDownAgain(t *testing.T) {
	l := newLine()
	chance := rand.New(rand.NewPCG(3, 4))
	l.delay = func(n int) time.Duration {
		if n < 500 {
			return 30*time.Millisecond + time.Duration(chance.IntN(150))*time.Millisecond
		}
		return 30 * time.Millisecond
	}
	l.run(500)
	high := l.buffer.Target()
	l.run(4000)
	l.check(t)
	if low := l.buffer.Target(); high < 100*time.Millisecond || low > 40*time.Millisecond {
		t.Errorf("target %v in the storm, %v after it", high, low)
	}
	if d := l.delayAtEnd(); d > 100*time.Millisecond {
		t.Errorf("after the storm 30 ms on the way still take %v", d)
	}
}

func TestLossIsRecoveredOrConcealed(t *testing.T) {
	l := newLine()
	l.lost = func(n int) bool { return n > 50 && (n%20 == 3 || n%50 == 30 || n%50 == 31) }
	l.run(1000)
	l.check(t)
	// 48 single ones, and 19 pairs of which the second is in the next packet.
	if r, c := l.played[jitter.Recover], l.played[jitter.Conceal]; r < 55 || r > 75 || c < 12 || c > 30 {
		t.Errorf("recovered %d, concealed %d", r, c)
	}
}

func TestSilenceIsNoLoss(t *testing.T) {
	l := newLine()
	l.silent = func(n int) bool { return n%100 >= 50 && n%20 != 0 }
	l.run(1000)
	l.check(t)
	if l.played[jitter.Conceal]+l.played[jitter.Recover] > 0 {
		t.Errorf("silence was taken for loss: %v", l.played)
	}
	if want := 500 + 500/20 + 2; len(l.numbers) < want-15 {
		t.Errorf("%d packets played", len(l.numbers))
	}
	if d := l.delayAtEnd(); d > 90*time.Millisecond {
		t.Errorf("delay %v", d)
	}
}

func TestClocksDrift(t *testing.T) {
	for _, drift := range []float64{0.0003, -0.0003} {
		l := newLine()
		l.drift = drift
		l.run(30000) // ten minutes: 180 ms of drift
		l.check(t)
		if d := l.delayAtEnd(); d > 90*time.Millisecond || d < 30*time.Millisecond {
			t.Errorf("drift %v: delay %v", drift, d)
		}
		if l.played[jitter.Quiet]+l.played[jitter.Conceal] > 30 {
			t.Errorf("drift %v: %v", drift, l.played)
		}
		if l.paces[jitter.Hurry]+l.paces[jitter.Slow] > 0 {
			t.Errorf("drift %v was made good by stretching: %v", drift, l.paces)
		}
	}
}

// After a second without a network everything comes at once: it is not played a second late.
func TestAStallIsCutShort(t *testing.T) {
	l := newLine()
	l.delay = func(n int) time.Duration {
		if n >= 500 && n < 550 {
			return time.Duration(550-n)*period + 30*time.Millisecond
		}
		return 30 * time.Millisecond
	}
	l.run(1500)
	l.check(t)
	if d := l.delayAtEnd(); d > 150*time.Millisecond {
		t.Errorf("delay %v", d)
	}
}

func TestDuplicatesAndNonsense(t *testing.T) {
	b := jitter.New()
	for n := range 500 {
		b.Put(7, 7, packet(7), time.Duration(n)*time.Millisecond)
		b.Put(uint16(n), uint32(n), nil, 0)
		b.Put(uint16(n), uint32(n), make([]byte, 5000), 0)
	}
	if s := b.Step(time.Second); s.Kind != jitter.Play || number(s.Payload) != 7 {
		t.Errorf("got %+v", s)
	}
	if s := b.Step(time.Second); s.Kind != jitter.Quiet {
		t.Errorf("the same was played twice: %+v", s)
	}
}

func TestSamples(t *testing.T) {
	for _, c := range []struct {
		packet []byte
		want   int
	}{
		{nil, 0}, {[]byte{31 << 3}, 960}, {[]byte{1 << 3}, 960}, {[]byte{3 << 3}, 2880}, {[]byte{31<<3 | 1}, 1920},
		{[]byte{13 << 3}, 960}, {[]byte{28 << 3}, 120}, {[]byte{31<<3 | 3}, 0}, {[]byte{31<<3 | 3, 3}, 2880}, {[]byte{3<<3 | 3, 63}, 0},
	} {
		if got := jitter.Samples(c.packet); got != c.want {
			t.Errorf("% x: %d samples, want %d", c.packet, got, c.want)
		}
	}
}

func FuzzBuffer(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x00\x00\xf8abcdefgh\x01\x02\x03\x04"))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, now := jitter.New(), time.Duration(0)
		for len(data) >= 8 {
			now += time.Duration(data[0]) * time.Millisecond
			b.Put(uint16(data[1])<<8|uint16(data[2]), uint32(data[3])<<24|uint32(data[4])<<8, data[5:8], now)
			if data[0]&1 == 0 {
				if s := b.Step(now); s.Samples <= 0 || s.Samples > 5760 {
					t.Fatalf("%d samples", s.Samples)
				}
			}
			data = data[8:]
		}
	})
}

func BenchmarkPutAndStep(b *testing.B) {
	buffer, p := jitter.New(), packet(1)
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		now := time.Duration(n) * period
		buffer.Put(uint16(n), uint32(n*jitter.Period), p, now)
		buffer.Step(now + 10*time.Millisecond)
	}
}

// A voice that is ordered to wait for its picture waits, and catches up when it need not any more.
func TestOrderedDelay(t *testing.T) {
	b, now := jitter.New(), time.Duration(0)
	delay := func(seconds int) time.Duration {
		for range 50 * seconds {
			b.Put(uint16(now/(20*time.Millisecond)), uint32(now/(20*time.Millisecond))*jitter.Period, []byte{31 << 3, 1}, now)
			b.Step(now)
			now += 20 * time.Millisecond
		}
		return b.Target()
	}
	before := delay(5)
	b.SetLeast(b.Need() + 100*time.Millisecond)
	if got := delay(5); got != before+100*time.Millisecond {
		t.Errorf("aims at %v, did at %v", got, before)
	}
	b.SetLeast(0)
	if got := delay(1); got != before {
		t.Errorf("aims at %v, did at %v", got, before)
	}
}
