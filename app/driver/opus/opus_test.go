package opus

import (
	"math"
	"math/rand/v2"
	"testing"

	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/jitter"
)

func pair(t testing.TB) (media.AudioEncoder, media.AudioDecoder) {
	t.Helper()
	e, err := NewEncoder()
	if err != nil {
		t.Fatal(err)
	}
	d, err := NewDecoder()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	t.Cleanup(d.Close)
	return e, d
}

// voice is a buzz with formants that glide and syllables that come and go, near enough to speech for the encoder to take it
// for that.
func voice(n int) []int16 {
	pcm := make([]int16, media.Packet20)
	for i := range pcm {
		t := float64(n*media.Packet20+i) / media.SampleRate
		turn := 2 * math.Pi * t
		phase := 120*turn - 20/0.7*math.Cos(0.7*turn)
		pitch := 120 + 20*math.Sin(0.7*turn)
		low := 600 + 200*math.Sin(2.3*turn)
		var v float64
		for k := 1; k <= 20; k++ {
			f := float64(k) * pitch
			formant := math.Exp(-math.Pow((f-low)/200, 2)) + 0.6*math.Exp(-math.Pow((f-1700)/300, 2))
			v += formant * math.Sin(float64(k)*phase)
		}
		pcm[i] = int16(5000 * v * (0.55 + 0.45*math.Sin(5*turn)))
	}
	return pcm
}

func TestRoundTrip(t *testing.T) {
	e, d := pair(t)
	packet, got := make([]byte, 1000), make([]int16, media.Packet20, 4*media.Packet20)
	bytes := 0
	for n := range 100 {
		size, err := e.Encode(voice(n), packet)
		if err != nil {
			t.Fatal(err)
		}
		bytes += size
		if s := jitter.Samples(packet[:size]); s != media.Packet20 {
			t.Fatalf("the packet says %d samples", s)
		}
		samples, err := d.Decode(packet[:size], got)
		if err != nil || samples != media.Packet20 {
			t.Fatal(samples, err)
		}
		if n > 10 && math.Abs(media.Level(got)-media.Level(voice(n))) > 8 {
			t.Errorf("packet %d: level %.1f dBFS instead of %.1f", n, media.Level(got), media.Level(voice(n)))
		}
	}
	if rate := bytes * 8 / 2; rate < 15_000 || rate > 45_000 {
		t.Errorf("%d bit/s", rate)
	}
}

func TestSilenceIsNotSent(t *testing.T) {
	e, _ := pair(t)
	packet, silence := make([]byte, 1000), make([]int16, media.Packet20)
	suspended := 0
	for range 100 {
		n, err := e.Encode(silence, packet)
		if err != nil {
			t.Fatal(err)
		}
		if n <= 2 {
			suspended++
		}
	}
	if suspended < 70 {
		t.Errorf("%d of 100 packets of silence suspended", suspended)
	}
}

// A lost packet comes back from the next one's redundancy better than from nothing: compared with a decoder that loses
// nothing.
func TestRedundancy(t *testing.T) {
	e, whole := pair(t)
	_, fec := pair(t)
	_, plc := pair(t)
	if err := e.SetPacketLoss(20); err != nil {
		t.Fatal(err)
	}
	packet := make([]byte, 1000)
	want, got := make([]int16, media.Packet20), make([]int16, media.Packet20, 8000)
	var recovered, invented float64
	decode := func(d media.AudioDecoder, b []byte, pcm []int16) {
		t.Helper()
		if _, err := d.Decode(b, pcm); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 200 {
		size, err := e.Encode(voice(n), packet)
		if err != nil {
			t.Fatal(err)
		}
		b, lost, after := packet[:size], n%5 == 3, n%5 == 4
		if after {
			if err := fec.DecodeFEC(b, got); err != nil {
				t.Fatal(err)
			}
			recovered += distance(got, want)
			if err := plc.Conceal(got); err != nil {
				t.Fatal(err)
			}
			invented += distance(got, want)
		}
		decode(whole, b, want)
		if !lost {
			decode(fec, b, got)
			decode(plc, b, got)
		}
	}
	t.Logf("off by %.3g with redundancy, by %.3g without", recovered, invented)
	if recovered >= invented*0.6 {
		t.Errorf("redundancy is off by %.3g, concealment by %.3g", recovered, invented)
	}
}

func distance(a, b []int16) float64 {
	sum := 0.0
	for i := range a {
		d := float64(a[i]) - float64(b[i])
		sum += d * d
	}
	return sum
}

func TestLimits(t *testing.T) {
	e, d := pair(t)
	for ask, want := range map[int]int{1000: 24_000, 40_000: 40_000, 500_000: 64_000} {
		if err := e.SetBitrate(ask); err != nil {
			t.Fatal(err)
		}
		if got, _ := e.(*Encoder).lib.Bitrate(); got != want {
			t.Errorf("asked for %d, got %d", ask, got)
		}
	}
	if _, err := e.Encode(make([]int16, 480), make([]byte, 1000)); err == nil {
		t.Error("10 ms were encoded")
	}
	pcm := make([]int16, media.Packet20, 10*media.Packet20)
	for i := range pcm[:cap(pcm)] {
		pcm[:cap(pcm)][i] = 77
	}
	if err := d.Conceal(pcm); err != nil {
		t.Fatal(err)
	}
	for _, v := range pcm[media.Packet20:cap(pcm)] {
		if v != 77 {
			t.Fatal("written behind the end of pcm")
		}
	}
}

func TestGarbage(t *testing.T) {
	_, d := pair(t)
	chance := rand.New(rand.NewPCG(1, 2))
	pcm := make([]int16, 5760)
	for range 2000 {
		b := make([]byte, chance.IntN(200))
		for i := range b {
			b[i] = byte(chance.Uint32())
		}
		_, _ = d.Decode(b, pcm)
		_ = d.DecodeFEC(b, pcm[:media.Packet20])
	}
}

func TestClosed(t *testing.T) {
	e, d := pair(t)
	e.Close()
	d.Close()
	if _, err := e.Encode(make([]int16, media.Packet20), make([]byte, 100)); err == nil {
		t.Error("a closed encoder encodes")
	}
	if err := d.Conceal(make([]int16, media.Packet20)); err == nil {
		t.Error("a closed decoder decodes")
	}
}

func BenchmarkEncode(b *testing.B) {
	e, _ := pair(b)
	pcm, packet := voice(7), make([]byte, 1000)
	for b.Loop() {
		if _, err := e.Encode(pcm, packet); err != nil {
			b.Fatal(err)
		}
	}
}

// A heart sounds at 40 Hz: speech coding takes most of it away, the flat mode leaves it, from the next packet on, and sends
// the pauses too.
func TestAHeartIsHeard(t *testing.T) {
	flat := false
	e, err := NewEncoderFor(func() bool { return flat })()
	if err != nil {
		t.Fatal(err)
	}
	d, err := NewDecoder()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	t.Cleanup(d.Close)
	pcm, packet, out := make([]int16, media.Packet20), make([]byte, 1000), make([]int16, media.Packet20)
	bytes, n := 0, 0
	send := func(packets int, amplitude float64) (level float64) {
		var all []int16
		bytes = 0
		for range packets {
			for i := range pcm {
				pcm[i] = int16(amplitude * math.Sin(2*math.Pi*40*float64(n*media.Packet20+i)/media.SampleRate))
			}
			n++
			size, err := e.Encode(pcm, packet)
			if err != nil {
				t.Fatal(err)
			}
			bytes += size
			if _, err := d.Decode(packet[:size], out); err != nil {
				t.Fatal(err)
			}
			all = append(all, out...)
		}
		return media.Level(all[len(all)/2:])
	}
	asSpeech := send(50, 8000)
	flat = true
	asItIs := send(50, 8000)
	sent := media.Level(pcm)
	t.Logf("sent %.1f dBFS; as speech %.1f, as it is %.1f with %d bytes a second", sent, asSpeech, asItIs, bytes)
	if math.Abs(asItIs-sent) > 1 || asSpeech > asItIs-2 {
		t.Errorf("sent %.1f dBFS, heard %.1f, as speech %.1f", sent, asItIs, asSpeech)
	}
	if send(50, 0); bytes < 50*3 {
		t.Errorf("%d bytes in a second of silence", bytes)
	}
	flat = false
	if again := send(50, 8000); again > asItIs-2 {
		t.Errorf("speech again: %.1f dBFS", again)
	}
}
