package media

import (
	"bytes"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
)

// cut makes packets of frames by the packetizer; each frame's first byte says key (0) or not (1).
func cut(frames ...[]byte) []rtp.Packet {
	p, out := newPacketizer(65533, 7), []rtp.Packet(nil)
	for i, f := range frames {
		_, _, _ = p.send(f, uint32(i*3000), func(p *rtp.Packet) error {
			out = append(out, *p.Clone())
			return nil
		})
	}
	return out
}

func frame(key bool, n, size int) []byte {
	b := bytes.Repeat([]byte{byte(n)}, size)
	b[0] = 1
	if key {
		b[0] = 0
	}
	return b
}

// The payload descriptor is read by pion's parser as it was meant.
func TestPacketizer(t *testing.T) {
	for _, size := range []int{1, videoMTU - vp8Descriptor, videoMTU - vp8Descriptor + 1, 50_000} {
		want := frame(true, 9, size)
		var got []byte
		packets := cut(want)
		for i, p := range packets {
			var v codecs.VP8Packet
			part, err := v.Unmarshal(p.Payload)
			if err != nil {
				t.Fatal(err)
			}
			if (v.S == 1) != (i == 0) || v.PID != 0 || v.PictureID != 8 || p.Marker != (i == len(packets)-1) ||
				p.SequenceNumber != uint16(65533+i) || len(p.Payload) > videoMTU {
				t.Fatalf("packet %d of %d: %+v %+v", i, len(packets), p.Header, v)
			}
			got = append(got, part...)
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("%d bytes came back as %d", size, len(got))
		}
	}
}

// story feeds packets in an order and gives the numbers of the frames that come out.
func story(a *assembler, packets []rtp.Packet, order []int, now time.Duration) (out []int) {
	for _, i := range order {
		a.push(&packets[i].Header, packets[i].Payload, now, false)
		for {
			f, _ := a.pop(now)
			if f == nil {
				break
			}
			out = append(out, int(f[len(f)-1]))
		}
	}
	return out
}

func TestAssembler(t *testing.T) {
	// Frame 1 (key) is packets 0-2, frame 2 is 3-4, frame 3 is 5, frame 4 (key) is 6-7, frame 5 is 8.
	packets := cut(frame(true, 1, 3000), frame(false, 2, 2000), frame(false, 3, 100), frame(true, 4, 2000), frame(false, 5, 10))
	for _, c := range []struct {
		name  string
		order []int
		want  []int
	}{
		{"in order", []int{0, 1, 2, 3, 4, 5, 6, 7, 8}, []int{1, 2, 3, 4, 5}},
		{"the last packet brings the frame", []int{0, 1, 2}, []int{1}},
		{"out of order", []int{1, 0, 2, 5, 4, 3, 8, 7, 6}, []int{1, 2, 3, 4, 5}},
		{"twice", []int{0, 0, 1, 1, 2, 2, 0, 3, 4, 4, 5}, []int{1, 2, 3}},
		{"a gap holds up what depends on it", []int{0, 1, 2, 4, 5}, []int{1}},
		{"until it is filled", []int{0, 1, 2, 4, 5, 3}, []int{1, 2, 3}},
		{"a key frame behind a gap needs no filling", []int{0, 1, 2, 4, 5, 6, 7, 8}, []int{1, 4, 5}},
		{"and what comes too late is nothing", []int{0, 1, 2, 4, 5, 6, 7, 3, 8}, []int{1, 4, 5}},
		{"nothing begins without a key frame", []int{3, 4, 5}, nil},
		{"a beginning in the middle waits for the next key frame", []int{2, 3, 4, 5, 6, 7, 8}, []int{4, 5}},
	} {
		a := newAssembler()
		if got := story(a, packets, c.order, 0); !equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func equal(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestAGapIsGivenUp(t *testing.T) {
	packets := cut(frame(true, 1, 100), frame(false, 2, 100), frame(false, 3, 100), frame(false, 4, 100), frame(true, 5, 100))
	a := newAssembler()
	story(a, packets, []int{0, 2}, 0)
	at, ok := a.deadline()
	if !ok || at < minGapWait || at > maxGapWait {
		t.Fatalf("deadline %v %v", at, ok)
	}
	if a.expire(at - 1) {
		t.Fatal("given up too early")
	}
	if !a.expire(at) || !a.waitKey {
		t.Fatal("not given up")
	}
	if got := story(a, packets, []int{3, 4}, at); !equal(got, []int{5}) {
		t.Errorf("afterwards came %v", got)
	}
}

// drop takes all frames that are ready.
func drop(a *assembler) {
	for f, _ := a.pop(0); f != nil; f, _ = a.pop(0) {
	}
}

// Quick retransmissions make it impatient, slow ones patient.
func TestPatienceIsLearnt(t *testing.T) {
	for _, took := range []time.Duration{10 * time.Millisecond, 200 * time.Millisecond} {
		frames := [][]byte{frame(true, 0, 10)}
		for n := range 100 {
			frames = append(frames, frame(false, n, 10))
		}
		packets := cut(frames...)
		a, now := newAssembler(), time.Duration(0)
		story(a, packets, []int{0}, 0)
		for n := 1; n+1 < len(packets); n += 2 {
			story(a, packets, []int{n + 1}, now)
			asked := now + mostPatience
			if got := a.nacks.take(asked); len(got) != 1 || got[0] != packets[n].SequenceNumber {
				t.Fatalf("asked for %v", got)
			}
			a.push(&packets[n].Header, packets[n].Payload, asked+took, true)
			drop(a)
			now += time.Second
		}
		if w := a.wait(); w < minGapWait || w > max(minGapWait, 6*took) {
			t.Errorf("retransmissions take %v, it waits %v", took, w)
		}
	}
}

func TestPaddingAndLongHoles(t *testing.T) {
	packets := cut(frame(true, 1, 10), frame(false, 2, 10), frame(false, 3, 10), frame(true, 4, 10))
	packets[1].Payload = nil // a probe of the sender's bandwidth
	a := newAssembler()
	if got := story(a, packets, []int{0, 1, 2}, 0); !equal(got, []int{1, 3}) {
		t.Errorf("padding: %v", got)
	}
	packets[3].SequenceNumber += 20000
	if got := story(a, packets, []int{3}, 0); !equal(got, []int{4}) {
		t.Errorf("a long hole: %v", got)
	}
}

func TestAssemblerMakesNoGarbage(t *testing.T) {
	a, p, f := newAssembler(), newPacketizer(1, 1), frame(true, 1, 30_000)
	ts := uint32(0)
	once := func() {
		ts += 3000
		_, _, _ = p.send(f, ts, func(p *rtp.Packet) error {
			a.push(&p.Header, p.Payload, 0, false)
			return nil
		})
		if got, _ := a.pop(0); len(got) != len(f) {
			t.Fatal("no frame")
		}
	}
	for range 100 { // more packets than the window has slots
		once()
	}
	held := len(a.spare)
	for i := range a.slots {
		if a.slots[i].payload != nil {
			held++
		}
	}
	if most := len(f)/videoMTU + 2; held > most {
		t.Errorf("memory for %d packets, of which %d are under way at a time", held, most)
	}
	if n := testing.AllocsPerRun(100, once); n > 0 {
		t.Errorf("%v allocations per frame", n)
	}
}

func FuzzAssembler(f *testing.F) {
	f.Add([]byte{0, 1, 0x90, 0x80, 0x80, 1, 0, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		a, now := newAssembler(), time.Duration(0)
		for len(data) > 4 {
			n := min(int(data[0]&15), len(data)-4)
			h := rtp.Header{SequenceNumber: uint16(data[1])<<6 ^ uint16(data[2]), Timestamp: uint32(data[3] & 3), Marker: data[0]&16 != 0}
			a.push(&h, data[4:4+n], now, data[0]&32 != 0)
			for range window + 1 {
				if b, _ := a.pop(now); b == nil {
					break
				}
			}
			now += time.Duration(data[0]) * time.Millisecond
			a.expire(now)
			data = data[4+n:]
		}
	})
}
