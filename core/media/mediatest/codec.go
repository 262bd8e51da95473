// Package mediatest holds small complete codecs and devices in pure Go, so that whatever moves media can be tested
// without hardware and without C.
package mediatest

import (
	"encoding/binary"
	"errors"

	"legekonsultasjon/core/media"
)

// ErrReference is returned by the video decoder for a frame whose predecessor it has not seen, as a damaged VP8 stream
// gives.
var ErrReference = errors.New("the frame before this one is missing")

// Codecs are stand-ins for VP8 and Opus: the video keeps every luma sample and no colour, the sound 8 bits of every
// second sample; frames depend on the ones before, packets carry the one before as redundancy, silence is DTX.
func Codecs() media.Codecs {
	return media.Codecs{
		NewVideoEncoder: func(media.VideoFormat, int) (media.VideoEncoder, error) { return &videoEncoder{}, nil },
		NewVideoDecoder: func() (media.VideoDecoder, error) { return &videoDecoder{}, nil },
		NewAudioEncoder: func() (media.AudioEncoder, error) { return &audioEncoder{}, nil },
		NewAudioDecoder: func() (media.AudioDecoder, error) { return audioDecoder{present, previous}, nil },
	}
}

// headBytes of a frame: not-key flag, width, height, number.
const headBytes = 9

type videoEncoder struct {
	bits          []byte
	number        uint32
	width, height int
}

func (e *videoEncoder) Encode(f *media.Frame, key bool) ([]byte, bool, error) {
	if f.Width != e.width || f.Height != e.height {
		e.width, e.height, key = f.Width, f.Height, true
	}
	e.number++
	b := append(e.bits[:0], 1)
	if key {
		b[0] = 0
	}
	b = binary.BigEndian.AppendUint16(b, uint16(f.Width))
	b = binary.BigEndian.AppendUint16(b, uint16(f.Height))
	b = binary.BigEndian.AppendUint32(b, e.number)
	for y := range f.Height {
		b = append(b, f.Y[y*f.YStride:][:f.Width]...)
	}
	e.bits = b
	return b, key, nil
}

func (e *videoEncoder) SetBitrate(int) error { return nil }
func (e *videoEncoder) Close()               {}

type videoDecoder struct {
	frame  media.Frame
	number uint32
}

func (d *videoDecoder) Decode(b []byte) (*media.Frame, error) {
	if len(b) < headBytes || b[0] > 1 {
		return nil, errors.New("not a frame")
	}
	w, h := int(binary.BigEndian.Uint16(b[1:])), int(binary.BigEndian.Uint16(b[3:]))
	number := binary.BigEndian.Uint32(b[5:])
	if len(b) != headBytes+w*h {
		return nil, errors.New("cut short")
	}
	if b[0] == 1 && number != d.number+1 {
		return nil, ErrReference
	}
	d.number = number
	d.frame.Resize(w, h)
	d.frame.Black()
	copy(d.frame.Y, b[headBytes:])
	return &d.frame, nil
}

func (d *videoDecoder) Close() {}

// A packet is a TOC byte that says "20 ms of CELT", then this packet's samples at 24 kHz and the previous one's at 12 kHz.
const (
	tocByte  = 31 << 3
	present  = media.Packet20 / 2
	previous = media.Packet20 / 4
)

type audioEncoder struct{ last [previous]byte }

func (e *audioEncoder) Encode(pcm []int16, packet []byte) (int, error) {
	if len(pcm) != media.Packet20 || len(packet) < 1+present+previous {
		return 0, errors.New("buffer size")
	}
	packet[0] = tocByte
	silent := true
	for i := range present {
		packet[1+i] = byte(uint16(pcm[2*i]) >> 8)
		silent = silent && pcm[2*i] == 0
	}
	copy(packet[1+present:], e.last[:])
	for i := range previous {
		e.last[i] = packet[1+2*i]
	}
	if silent {
		return 1, nil
	}
	return 1 + present + previous, nil
}

func (e *audioEncoder) SetBitrate(int) error    { return nil }
func (e *audioEncoder) SetPacketLoss(int) error { return nil }
func (e *audioEncoder) Close()                  {}

// audioDecoder reads packets of so many samples of this packet and of the one before.
type audioDecoder struct{ now, past int }

func (d audioDecoder) Decode(packet []byte, pcm []int16) (int, error) {
	if len(packet) != 1+d.now+d.past || len(pcm) < media.Packet20 {
		return 0, errors.New("not a packet")
	}
	spread(pcm[:media.Packet20], packet[1:1+d.now])
	return media.Packet20, nil
}

func (d audioDecoder) DecodeFEC(packet []byte, pcm []int16) error {
	if len(packet) != 1+d.now+d.past || len(pcm) != media.Packet20 {
		return errors.New("not a packet")
	}
	spread(pcm, packet[1+d.now:])
	return nil
}

func (audioDecoder) Conceal(pcm []int16) error { clear(pcm); return nil }
func (audioDecoder) Close()                    {}

func spread(pcm []int16, from []byte) {
	each := len(pcm) / len(from)
	for i := range pcm {
		pcm[i] = int16(uint16(from[i/each]) << 8)
	}
}
