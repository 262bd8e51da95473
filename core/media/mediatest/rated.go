package mediatest

import (
	"context"
	"encoding/binary"
	"errors"
	"sync"
	"time"

	"legekonsultasjon/core/media"
)

// Rated are codecs whose pictures have the sizes that a real encoder's would have at the rate that is asked for, and no
// content: for the study of lines. The sound is that of Codecs in packets as
// small as Opus's, good for a tone below 700 Hz.
func Rated() media.Codecs {
	c := Codecs()
	c.NewVideoEncoder = func(f media.VideoFormat, rate int) (media.VideoEncoder, error) {
		return &ratedEncoder{fps: max(f.FPS, 1), rate: rate}, nil
	}
	c.NewVideoDecoder = func() (media.VideoDecoder, error) { return &ratedDecoder{}, nil }
	c.NewAudioEncoder = func() (media.AudioEncoder, error) { return &thinEncoder{}, nil }
	c.NewAudioDecoder = func() (media.AudioDecoder, error) { return audioDecoder{thin, thinPast}, nil }
	return c
}

const (
	keyWeight   = 5     // times as many bits as another frame
	leastDetail = 0.006 // bits per pixel, however low the rate
)

type ratedEncoder struct {
	fps, rate     int
	width, height int
	number        uint32
	debt          float64 // bits beyond what the rate allows, paid back by later frames
	bits          []byte
}

func (e *ratedEncoder) Encode(f *media.Frame, key bool) ([]byte, bool, error) {
	if f.Width != e.width || f.Height != e.height {
		e.width, e.height, key = f.Width, f.Height, true
	}
	each := float64(e.rate) / float64(e.fps) // like libvpx, it believes in the rate of pictures that it was told
	e.debt = max(e.debt-each, -each)
	if e.debt > float64(e.rate)/2 && !key {
		return nil, false, nil // behind by half a second: the picture is dropped
	}
	size := each - max(e.debt, 0)/10
	if key {
		size = keyWeight * float64(e.rate) / float64(e.fps)
	}
	size = max(size, leastDetail*float64(e.width*e.height), 8*headBytes)
	e.debt += size
	e.number++
	b := append(e.bits[:0], 1)
	if key {
		b[0] = 0
	}
	b = binary.BigEndian.AppendUint16(b, uint16(f.Width))
	b = binary.BigEndian.AppendUint16(b, uint16(f.Height))
	b = binary.BigEndian.AppendUint32(b, e.number)
	e.bits = append(b, make([]byte, max(int(size)/8-headBytes, 0))...)
	return e.bits, key, nil
}

func (e *ratedEncoder) SetBitrate(rate int) error { e.rate = rate; return nil }
func (e *ratedEncoder) Close()                    {}

type ratedDecoder struct {
	frame  media.Frame
	number uint32
}

func (d *ratedDecoder) Decode(b []byte) (*media.Frame, error) {
	if len(b) < headBytes || b[0] > 1 {
		return nil, errors.New("not a frame")
	}
	number := binary.BigEndian.Uint32(b[5:])
	if b[0] == 1 && number != d.number+1 {
		return nil, ErrReference
	}
	d.number = number
	if w, h := int(binary.BigEndian.Uint16(b[1:])), int(binary.BigEndian.Uint16(b[3:])); w != d.frame.Width || h != d.frame.Height {
		d.frame.Resize(w, h)
		d.frame.Black()
	}
	return &d.frame, nil
}

func (d *ratedDecoder) Close() {}

// A thin packet is as a packet of Codecs, with an eighth and a sixteenth of the samples.
const (
	thin     = media.Packet20 / 16
	thinPast = media.Packet20 / 32
)

type thinEncoder struct {
	audioEncoder
	past [thinPast]byte
}

func (e *thinEncoder) Encode(pcm []int16, packet []byte) (int, error) {
	packet[0] = tocByte
	for i := range thin {
		packet[1+i] = byte(uint16(pcm[16*i]) >> 8)
	}
	copy(packet[1+thin:], e.past[:])
	for i := range e.past {
		e.past[i] = packet[1+2*i]
	}
	return 1 + thin + thinPast, nil
}

// Blank is a VideoSource of black pictures in the size and at the rate asked for.
type Blank struct{ Clock media.Clock }

// Run implements media.VideoSource.
func (c *Blank) Run(ctx context.Context, want media.VideoFormat, deliver func(*media.Frame)) error {
	f := media.NewFrame(want.Width, want.Height)
	tick := time.NewTicker(time.Second / time.Duration(want.FPS))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			f.At = c.Clock()
			deliver(f)
		}
	}
}

// Watch is a VideoSink that remembers when pictures were shown, and no picture.
type Watch struct {
	Clock media.Clock

	mu   sync.Mutex
	seen []Sight
}

// Sight is one picture that was shown.
type Sight struct {
	At            time.Duration
	Width, Height int
}

// Show implements media.VideoSink.
func (w *Watch) Show(f *media.Frame) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = append(w.seen, Sight{w.Clock(), f.Width, f.Height})
}

// Clear implements media.VideoSink.
func (w *Watch) Clear() {}

// Seen is a copy of what was shown.
func (w *Watch) Seen() []Sight {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]Sight(nil), w.seen...)
}

// Forget drops what was shown so far.
func (w *Watch) Forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = nil
}

// Times are those of Seen.
func (w *Watch) Times() []time.Duration {
	var at []time.Duration
	for _, s := range w.Seen() {
		at = append(at, s.At)
	}
	return at
}

// Frozen is how long pictures stood still between from and to, by the rule of WebRTC's statistics: a gap between two
// pictures is a freeze if it is longer than three times the mean gap, and longer than that by 150 ms. The whole of such a
// gap counts. longest is the longest gap of all, at the ends too.
func Frozen(at []time.Duration, from, to time.Duration) (frozen, longest time.Duration) {
	var inside []time.Duration
	for _, t := range at {
		if t >= from && t <= to {
			inside = append(inside, t)
		}
	}
	if len(inside) < 2 {
		return to - from, to - from
	}
	mean := (inside[len(inside)-1] - inside[0]) / time.Duration(len(inside)-1)
	limit := max(3*mean, mean+150*time.Millisecond)
	last := from
	for _, t := range append(inside, to) {
		if gap := t - last; gap > limit {
			frozen += gap
		}
		longest, last = max(longest, t-last), t
	}
	return frozen, longest
}

// Silent is how much of pcm is silence, in steps of a Quantum below level (dBFS), and the longest of it in a row.
func Silent(pcm []int16, level float64) (silent, longest time.Duration) {
	const step = 10 * time.Millisecond
	row := time.Duration(0)
	for ; len(pcm) >= media.Quantum; pcm = pcm[media.Quantum:] {
		if media.Level(pcm[:media.Quantum]) >= level {
			row = 0
			continue
		}
		row += step
		silent += step
		longest = max(longest, row)
	}
	return silent, longest
}
