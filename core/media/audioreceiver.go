package media

import (
	"context"
	"errors"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"

	"legekonsultasjon/core/media/jitter"
)

// AudioReceiverConfig is what an AudioReceiver is made of.
type AudioReceiverConfig struct {
	// Read reads one RTP packet, blocking, as TrackRemote.Read does; an error ends the receiver.
	Read func(packet []byte) (n int, err error)
	// Unblock makes a pending Read return, as TrackRemote.SetReadDeadline with a time in the past does. It is called when
	// Run's ctx ends. Nil: Run does not wait for the reading goroutine, which then ends with the next packet or error.
	Unblock    func()
	NewDecoder func() (AudioDecoder, error)
	Clock      Clock
	// Failed is told, from Run's goroutine, that the sink failed; the receiver goes on unheard until SetSink. It must not
	// block. Nil: nobody wants to know.
	Failed func(error)
}

// AudioReceiver reads packets into a jitter buffer, from which the sink pulls sound at its own pace. Its methods may be
// called from any goroutine, before, during and after Run.
type AudioReceiver struct {
	cfg     AudioReceiverConfig
	changed chan struct{} // capacity 1: full means that Run will look anyway
	meter   Meter
	volume  atomic.Uint64 // float64 bits of the gain

	mu     sync.Mutex // never held while anything blocks: the sink's fill takes it
	sink   AudioSink
	buffer *jitter.Buffer
	stats  AudioStats

	playing Moment
}

// NewAudioReceiver makes a receiver that has no sink yet.
func NewAudioReceiver(cfg AudioReceiverConfig) *AudioReceiver {
	r := &AudioReceiver{cfg: cfg, changed: make(chan struct{}, 1), buffer: jitter.New()}
	r.SetVolume(1)
	return r
}

// SetSink changes the loudspeaker; nil is none. The old one is stopped before the new one starts. Setting the same sink
// again starts it again.
func (r *AudioReceiver) SetSink(sink AudioSink) {
	r.mu.Lock()
	r.sink = sink
	r.mu.Unlock()
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

// maxVolume is four times as loud, 12 dB.
const maxVolume = 4

// SetVolume makes this person louder or quieter than the others: 1 is as sent, 0 silent, 4 the most.
func (r *AudioReceiver) SetVolume(gain float64) {
	r.volume.Store(math.Float64bits(min(max(gain, 0), maxVolume)))
}

// SetDelay asks for sound to be held back so much longer than its jitter asks for: to go with the picture.
func (r *AudioReceiver) SetDelay(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	least := time.Duration(0)
	if d > 0 {
		least = r.buffer.Need() + d
	}
	r.buffer.SetLeast(least)
}

// soundAhead is how long before it is heard a device takes its sound: a Quantum waits before it, and two in its buffer.
const soundAhead = 30 * time.Millisecond

// Playing is what is heard, and when; false before anything is.
func (r *AudioReceiver) Playing() (Moment, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.playing, r.playing.At > 0
}

// Level is the level of what is being played, in dBFS.
func (r *AudioReceiver) Level() float64 { return r.meter.Level() }

// Stats is what the receiver has done.
func (r *AudioReceiver) Stats() AudioStats {
	now := r.cfg.Clock()
	r.mu.Lock()
	defer r.mu.Unlock()
	v := r.stats
	v.Level, v.Late, v.Delay, v.Target = r.meter.Level(), r.buffer.Late, r.buffer.Delay(now), r.buffer.Target()
	if s, ok := r.sink.(starving); ok {
		v.Starved += s.Starved()
	}
	return v
}

// starving is a sink that counts how often it had to play silence for want of sound, such as one whose program was kept
// from the processor.
type starving interface{ Starved() uint64 }

// audioInbox is how many packets may wait for the loop; when full the oldest is dropped.
const audioInbox = 64

// Run receives until ctx ends (nil) or Read fails (its error). It is called once.
func (r *AudioReceiver) Run(ctx context.Context) error {
	decoder, err := r.cfg.NewDecoder()
	if err != nil {
		return errors.Join(errors.New("audio decoder"), err)
	}
	defer decoder.Close()
	p := &audioPlaying{r: r, decoder: decoder, resampler: newResampler()}
	box := newInbox(audioInbox, r.cfg.Clock, func() { r.count(func(v *AudioStats) { v.Errors++ }) })
	go box.read(r.cfg.Read)
	var speaker station
	defer speaker.stop()
	r.poke()
	for {
		select {
		case <-ctx.Done():
			box.close(r.cfg.Unblock)
			return nil
		case err := <-box.done:
			return readEnded(ctx, err)
		case <-r.changed:
			r.restart(ctx, &speaker, p)
		case err := <-speaker.done:
			r.fail(speaker.ended(err))
		case p := <-box.packets:
			r.packet(p)
			box.recycle(p.bytes)
		}
	}
}

func (r *AudioReceiver) poke() {
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

func (r *AudioReceiver) restart(ctx context.Context, speaker *station, p *audioPlaying) {
	speaker.stop()
	r.meter.Reset()
	r.mu.Lock()
	sink := r.sink
	r.mu.Unlock()
	if sink != nil {
		speaker.start(ctx, func(ctx context.Context) error { return sink.Run(ctx, p.fill) })
	}
}

func (r *AudioReceiver) fail(err error) {
	r.meter.Reset()
	if r.cfg.Failed != nil {
		r.cfg.Failed(err)
	}
}

func (r *AudioReceiver) packet(in parcel) {
	var p rtp.Packet
	if err := p.Unmarshal(in.bytes); err != nil {
		r.count(func(v *AudioStats) { v.Errors++ })
		return
	}
	if len(p.Payload) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stats.Packets++
	r.stats.Bytes += uint64(len(p.Payload))
	r.buffer.Put(p.SequenceNumber, p.Timestamp, p.Payload, in.at)
}

func (r *AudioReceiver) count(change func(*AudioStats)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.stats)
}

// longest is the longest packet there is, stretched.
const longest = SampleRate*120/1000 + maxLag

// audioPlaying belongs to the running sink's goroutine; one sink ends before the next begins.
type audioPlaying struct {
	r       *AudioReceiver
	decoder AudioDecoder
	payload [jitter.MaxPayload]byte
	decoded [longest]int16 // as stretched
	// resampler and played absorb the drift of the clocks.
	resampler *resampler
	played    [longest + longest/100]int16
	ready     []int16 // not yet played, in played's memory
}

// fill writes one Quantum.
func (p *audioPlaying) fill(pcm []int16) {
	for filled := 0; filled < len(pcm); {
		if len(p.ready) == 0 {
			p.ready = p.more()
		}
		n := copy(pcm[filled:], p.ready)
		p.ready = p.ready[n:]
		filled += n
	}
	p.tell()
	if gain := math.Float64frombits(p.r.volume.Load()); gain != 1 {
		amplify(pcm, gain)
	}
	p.r.meter.Add(pcm)
}

// tell notes which sample the next one is that fill writes.
func (p *audioPlaying) tell() {
	now := p.r.cfg.Clock()
	p.r.mu.Lock()
	defer p.r.mu.Unlock()
	if position, ok := p.r.buffer.Position(); ok {
		p.r.playing = Moment{position - uint32(len(p.ready)), now + soundAhead}
	}
}

// amplify makes pcm louder or quieter, in place; what would be too loud is cut.
func amplify(pcm []int16, gain float64) {
	for i, v := range pcm {
		pcm[i] = int16(min(max(math.Round(gain*float64(v)), -32768), 32767))
	}
}

// more decodes the next packet's worth.
func (p *audioPlaying) more() []int16 {
	step := p.next()
	pcm := p.decoded[:step.Samples]
	n, err := p.decode(step, pcm)
	if err != nil {
		clear(pcm)
		n = len(pcm)
		p.r.count(func(v *AudioStats) { v.Errors++ })
	}
	return p.resampler.process(p.played[:0], p.paced(p.decoded[:n], step.Pace), step.Rate)
}

// next asks the jitter buffer, and copies the payload out from under the lock.
func (p *audioPlaying) next() jitter.Next {
	now := p.r.cfg.Clock()
	p.r.mu.Lock()
	defer p.r.mu.Unlock()
	step := p.r.buffer.Step(now)
	step.Payload = p.payload[:copy(p.payload[:], step.Payload)]
	p.r.stats.Played += uint64((step.Samples + Packet20/2) / Packet20)
	switch step.Kind {
	case jitter.Recover:
		p.r.stats.Recovered++
	case jitter.Conceal:
		p.r.stats.Concealed++
	case jitter.Quiet:
		p.r.stats.Quiet++
	}
	return step
}

func (p *audioPlaying) decode(step jitter.Next, pcm []int16) (int, error) {
	switch step.Kind {
	case jitter.Play:
		return p.decoder.Decode(step.Payload, pcm)
	case jitter.Recover:
		return len(pcm), p.decoder.DecodeFEC(step.Payload, pcm)
	case jitter.Conceal, jitter.Quiet:
		return len(pcm), p.decoder.Conceal(pcm)
	default:
		clear(pcm)
		return len(pcm), nil
	}
}

func (p *audioPlaying) paced(pcm []int16, pace jitter.Pace) []int16 {
	before := len(pcm)
	switch pace {
	case jitter.Hurry:
		pcm = shorten(pcm)
	case jitter.Slow:
		pcm = lengthen(p.decoded[:before])
	}
	if len(pcm) != before {
		p.r.count(func(v *AudioStats) {
			if len(pcm) < before {
				v.Shortened++
			} else {
				v.Stretched++
			}
		})
	}
	return pcm
}
