// Package media moves pictures and sound between devices and RTP: frames, sources, sinks and codecs as interfaces, and
// the sending and receiving pipelines between them. It is pure Go; hardware and codecs are injected from app/driver.
package media

import (
	"context"
	"time"
)

// SampleRate and Channels of all sound in the program; a Quantum is the 10 ms unit in which it moves.
const (
	SampleRate = 48000
	Channels   = 1
	Quantum    = SampleRate / 100 // samples
)

// Frame is one picture in I420 (BT.601, limited range): luma, then two chroma planes of half size, rounded up. A frame
// handed to a callback is valid only until the callback returns; whoever wants it longer copies it.
type Frame struct {
	Y, U, V          []byte
	YStride, CStride int
	Width, Height    int
	At               time.Duration // capture time on Clock
}

// Clock is the monotonic time since the program began: the one clock that captured frames and samples are stamped with.
type Clock func() time.Duration

// VideoFormat is what is asked of a source; a source may deliver less and says so in its frames.
type VideoFormat struct {
	Width, Height int
	FPS           int
}

// VideoSource delivers pictures until ctx ends or the device fails; it calls deliver from one goroutine.
type VideoSource interface {
	Run(ctx context.Context, want VideoFormat, deliver func(*Frame)) error
}

// VideoSink shows pictures, the newest wins. Show must not block and copies what it keeps. Clear shows no picture.
type VideoSink interface {
	Show(*Frame)
	Clear()
}

// AudioSource delivers sound until ctx ends or the device fails: pcm is one Quantum, mono, valid until deliver returns;
// at is the capture time of its first sample.
type AudioSource interface {
	Run(ctx context.Context, deliver func(pcm []int16, at time.Duration)) error
}

// AudioSink plays sound until ctx ends or the device fails: fill writes one Quantum into pcm and must not block.
type AudioSink interface {
	Run(ctx context.Context, fill func(pcm []int16)) error
}

// VideoEncoder encodes VP8. It is used by one goroutine.
type VideoEncoder interface {
	// Encode returns the bitstream of f, valid until the next call, or nil when the frame was dropped. A change of
	// the frame's size is followed with a key frame.
	Encode(f *Frame, keyFrame bool) (bitstream []byte, isKey bool, err error)
	SetBitrate(bitsPerSecond int) error
	Close()
}

// VideoDecoder decodes VP8. It is used by one goroutine. The frame is valid until the next call.
type VideoDecoder interface {
	Decode(bitstream []byte) (*Frame, error)
	Close()
}

// AudioEncoder encodes Opus, 20 ms (two Quanta) at a time.
type AudioEncoder interface {
	Encode(pcm []int16, packet []byte) (n int, err error) // n of 2 or less means DTX: nothing need be sent
	SetBitrate(bitsPerSecond int) error
	SetPacketLoss(percent int) error
	Close()
}

// AudioDecoder decodes Opus into 20 ms of pcm.
type AudioDecoder interface {
	Decode(packet []byte, pcm []int16) (samples int, err error)
	DecodeFEC(packet []byte, pcm []int16) error // the packet before this one, from its redundancy
	Conceal(pcm []int16) error                  // a packet that is lost for good
	Close()
}

// Codecs makes codecs; app/driver fills it in.
type Codecs struct {
	NewVideoEncoder func(f VideoFormat, bitsPerSecond int) (VideoEncoder, error)
	NewVideoDecoder func() (VideoDecoder, error)
	NewAudioEncoder func() (AudioEncoder, error)
	NewAudioDecoder func() (AudioDecoder, error)
}
