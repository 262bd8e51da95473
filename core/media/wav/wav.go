// Package wav reads and writes WAVE files of 16-bit PCM.
package wav

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"legekonsultasjon/core/media"
)

// ErrFormat is returned for what is no WAVE file, or one of another kind than 16-bit PCM.
var ErrFormat = errors.New("not a 16-bit PCM wave file")

// maxData bounds the sound in a file: eleven minutes of 48 kHz mono.
const maxData = 64 << 20

// Clip is a piece of sound; the samples of several channels are interleaved.
type Clip struct {
	Rate, Channels int
	PCM            []int16
}

// Read reads a whole file. A data chunk that is cut short, or whose length was never filled in, gives what is there.
func Read(in io.Reader) (Clip, error) {
	var riff [12]byte
	if _, err := io.ReadFull(in, riff[:]); err != nil {
		return Clip{}, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if string(riff[:4]) != "RIFF" || string(riff[8:]) != "WAVE" {
		return Clip{}, ErrFormat
	}
	var c Clip
	for {
		var head [8]byte
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return Clip{}, fmt.Errorf("%w: no sound in it", ErrFormat)
		}
		size := int64(binary.LittleEndian.Uint32(head[4:]))
		switch string(head[:4]) {
		case "fmt ":
			if err := c.format(in, size); err != nil {
				return Clip{}, err
			}
		case "data":
			return c.data(in, size)
		default:
			if _, err := io.CopyN(io.Discard, in, size+size&1); err != nil {
				return Clip{}, fmt.Errorf("%w: %w", ErrFormat, err)
			}
		}
	}
}

const (
	formatPCM        = 1
	formatExtensible = 0xfffe
)

func (c *Clip) format(in io.Reader, size int64) error {
	if size < 16 || size > 64 {
		return ErrFormat
	}
	b := make([]byte, size+size&1)
	if _, err := io.ReadFull(in, b); err != nil {
		return fmt.Errorf("%w: %w", ErrFormat, err)
	}
	le := binary.LittleEndian
	kind, bits := le.Uint16(b), le.Uint16(b[14:])
	c.Channels, c.Rate = int(le.Uint16(b[2:])), int(le.Uint32(b[4:]))
	if kind != formatPCM && kind != formatExtensible || bits != 16 ||
		c.Channels < 1 || c.Channels > 8 || c.Rate < 4000 || c.Rate > 192000 {
		return fmt.Errorf("%w: format %d, %d bits, %d channels, %d Hz", ErrFormat, kind, bits, c.Channels, c.Rate)
	}
	return nil
}

func (c *Clip) data(in io.Reader, size int64) (Clip, error) {
	if c.Channels == 0 {
		return Clip{}, fmt.Errorf("%w: sound before its format", ErrFormat)
	}
	b, err := io.ReadAll(io.LimitReader(in, min(size, maxData)))
	if err != nil {
		return Clip{}, err
	}
	whole := len(b) / (2 * c.Channels) * c.Channels
	c.PCM = make([]int16, whole)
	for i := range c.PCM {
		c.PCM[i] = int16(binary.LittleEndian.Uint16(b[2*i:]))
	}
	return *c, nil
}

// Mono is the clip as the program's sound: one channel at media.SampleRate, the channels averaged, the rate changed by
// linear interpolation (enough for speech in tests and for chimes).
func (c Clip) Mono() []int16 {
	mono := c.averaged()
	if c.Rate == media.SampleRate || len(mono) == 0 {
		return mono
	}
	n := int(int64(len(mono)) * media.SampleRate / int64(c.Rate))
	out := make([]int16, n)
	for i := range out {
		at := int64(i) * int64(c.Rate)
		from, part := int(at/media.SampleRate), at%media.SampleRate
		a := int64(mono[from])
		b := int64(mono[min(from+1, len(mono)-1)])
		out[i] = int16(a + (b-a)*part/media.SampleRate)
	}
	return out
}

func (c Clip) averaged() []int16 {
	if c.Channels == 1 {
		return c.PCM
	}
	out := make([]int16, len(c.PCM)/c.Channels)
	for i := range out {
		sum := 0
		for _, s := range c.PCM[i*c.Channels:][:c.Channels] {
			sum += int(s)
		}
		out[i] = int16(sum / c.Channels)
	}
	return out
}

// Write writes c as a whole file.
func Write(out io.Writer, c Clip) error {
	size := 2 * len(c.PCM)
	b := make([]byte, 0, 44+size)
	le := binary.LittleEndian
	b = append(b, "RIFF"...)
	b = le.AppendUint32(b, uint32(36+size))
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(b, formatPCM)
	b = le.AppendUint16(b, uint16(c.Channels))
	b = le.AppendUint32(b, uint32(c.Rate))
	b = le.AppendUint32(b, uint32(c.Rate*c.Channels*2))
	b = le.AppendUint16(b, uint16(c.Channels*2))
	b = le.AppendUint16(b, 16)
	b = append(b, "data"...)
	b = le.AppendUint32(b, uint32(size))
	for _, s := range c.PCM {
		b = le.AppendUint16(b, uint16(s))
	}
	_, err := out.Write(b)
	return err
}
