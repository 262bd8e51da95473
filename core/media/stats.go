package media

import (
	"sync"
	"time"
)

// VideoStats is what a video pipeline has done since it was made, and its pace over the last second or so.
type VideoStats struct {
	Frames    uint64 // encoded and sent, or decoded and shown
	KeyFrames uint64 // among Frames
	Dropped   uint64 // captured and not sent (newest wins), or received and not shown
	Packets   uint64
	Bytes     uint64 // of RTP payload
	Errors    uint64 // of the codec or of the transport
	Asked     uint64 // key frames asked for: by the far side of a sender, of the far side by a receiver

	Width, Height int     // of the newest frame
	FPS           float64 // over the last second
	Bitrate       float64 // bit/s over the last second
}

// AudioStats is what an audio pipeline has done since it was made.
type AudioStats struct {
	Packets   uint64 // sent or received
	Bytes     uint64 // of RTP payload
	Suspended uint64 // sender: 20 ms periods not sent because of silence (DTX)
	Recovered uint64 // receiver: packets restored from the redundancy of the next one
	Concealed uint64 // receiver: 20 ms periods invented for packets that never came
	Quiet     uint64 // receiver: 20 ms periods without any packet: the far side was silent, or nothing got through
	Played    uint64 // receiver: 20 ms periods played, those that were concealed or quiet among them
	Late      uint64 // receiver: packets that came after their time
	Shortened uint64 // receiver: times that playing was hurried
	Stretched uint64 // receiver: times that playing was slowed
	Starved   uint64 // receiver: periods of 10 ms or less that the sink had to fill with silence, since it was last opened
	Errors    uint64 // of the codec or of the transport

	Delay  time.Duration // receiver: sound waiting in the jitter buffer now
	Target time.Duration // receiver: what Delay should be
	Level  float64       // dBFS
}

// tally guards VideoStats and measures the pace.
type tally struct {
	mu    sync.Mutex
	stats VideoStats

	windowStart  time.Duration
	windowFrames uint64
	windowBytes  uint64
}

func (t *tally) add(change func(*VideoStats)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	change(&t.stats)
}

// frame counts one frame at now.
func (t *tally) frame(now time.Duration, width, height, packets, bytes int, key bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := &t.stats
	if s.Frames == 0 {
		t.windowStart = now // what came before the first picture is no pace
	}
	s.Frames++
	if key {
		s.KeyFrames++
	}
	s.Packets += uint64(packets)
	s.Bytes += uint64(bytes)
	s.Width, s.Height = width, height
	t.windowFrames++
	t.windowBytes += uint64(bytes)
	t.roll(now)
}

// roll closes the window once it is a second old.
func (t *tally) roll(now time.Duration) {
	age := now - t.windowStart
	if age < time.Second {
		return
	}
	t.stats.FPS = float64(t.windowFrames) / age.Seconds()
	t.stats.Bitrate = float64(t.windowBytes) * 8 / age.Seconds()
	t.windowStart, t.windowFrames, t.windowBytes = now, 0, 0
}

func (t *tally) read(now time.Duration) VideoStats {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.roll(now)
	return t.stats
}
