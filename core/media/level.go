package media

import (
	"math"
	"sync/atomic"
)

// Silence is the level in dBFS that stands for no sound at all.
const Silence = -100.0

// Level is the loudness of pcm in dBFS: 0 for a square wave of full scale, -3 for a full sine, Silence for zeros.
func Level(pcm []int16) float64 {
	if len(pcm) == 0 {
		return Silence
	}
	var sum float64
	for _, s := range pcm {
		v := float64(s)
		sum += v * v
	}
	if sum == 0 {
		return Silence
	}
	return max(Silence, 10*math.Log10(sum/float64(len(pcm))/(32768*32768)))
}

// releasePerQuantum is how fast a meter falls back, in dB per 10 ms: 24 dB per second, about a VU meter's pace.
const releasePerQuantum = 0.24

// Meter holds a level for showing: it rises at once and falls calmly. The zero value is ready and silent. One goroutine
// adds, any goroutine reads.
type Meter struct{ bits atomic.Uint64 } // float64 bits of the decibels above Silence

// Add takes in one Quantum of sound.
func (m *Meter) Add(pcm []int16) {
	held := m.Level() - releasePerQuantum
	m.bits.Store(math.Float64bits(max(Level(pcm), held, Silence) - Silence))
}

// Level is the held level in dBFS, between Silence and 0.
func (m *Meter) Level() float64 { return math.Float64frombits(m.bits.Load()) + Silence }

// Reset makes the meter silent.
func (m *Meter) Reset() { m.bits.Store(0) }
