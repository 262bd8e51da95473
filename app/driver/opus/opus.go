// Package opus encodes and decodes speech with libopus: mono, 48 kHz, packets of 20 ms, with redundancy for lost packets
// (FEC) and without packets in silence (DTX).
package opus

import (
	"errors"
	"fmt"

	libopus "github.com/hraban/opus"

	"legekonsultasjon/core/media"
)

// Bounds of the bit rate. Below 24 kbit/s libopus narrows the sound and leaves no room for redundancy; speech gains
// nothing above 64.
const (
	minBitrate     = 24_000
	maxBitrate     = 64_000
	defaultBitrate = 32_000
	// flatBitrate is for sound that is a finding, not speech: nothing below what a line of speech carries is thrown away.
	flatBitrate = 96_000
)

// assumedLoss is what the encoder prepares for before the far side reports: without any it adds no redundancy at all.
const assumedLoss = 5

// complexity of 0..10: 6 costs 40 % less than 9, and nobody hears the difference in speech.
const complexity = 6

var errClosed = errors.New("opus: closed")

// Encoder implements media.AudioEncoder.
type Encoder struct {
	lib    *libopus.Encoder
	speech *libopus.Encoder
	// music is made when it is first wanted: libopus takes all below 60 Hz out of speech, and a heart with it.
	music *libopus.Encoder
	flat  func() bool
	loss  int
}

// NewEncoder makes an Encoder for speech, in the form that media.Codecs wants.
func NewEncoder() (media.AudioEncoder, error) { return newEncoder(func() bool { return false }) }

// NewEncoderFor makes Encoders that follow flat from one packet to the next: while it says so, all of the sound is sent as
// it is, at 96 kbit/s and in silence too. It must not block.
func NewEncoderFor(flat func() bool) func() (media.AudioEncoder, error) {
	return func() (media.AudioEncoder, error) { return newEncoder(flat) }
}

func newEncoder(flat func() bool) (media.AudioEncoder, error) {
	lib, err := libopus.NewEncoder(media.SampleRate, media.Channels, libopus.AppVoIP)
	if err != nil {
		return nil, fmt.Errorf("opus encoder: %w", err)
	}
	err = errors.Join(
		lib.SetInBandFEC(true),
		lib.SetDTX(true),
		lib.SetComplexity(complexity),
		lib.SetBitrate(defaultBitrate),
		lib.SetPacketLossPerc(assumedLoss),
	)
	if err != nil {
		return nil, fmt.Errorf("opus encoder: %w", err)
	}
	return &Encoder{lib: lib, speech: lib, flat: flat, loss: assumedLoss}, nil
}

// choose puts the encoder to work that the moment asks for.
func (e *Encoder) choose() error {
	if !e.flat() {
		e.lib = e.speech
		return nil
	}
	if e.music == nil {
		lib, err := libopus.NewEncoder(media.SampleRate, media.Channels, libopus.AppAudio)
		if err != nil {
			return fmt.Errorf("opus encoder: %w", err)
		}
		err = errors.Join(lib.SetInBandFEC(true), lib.SetComplexity(complexity), lib.SetBitrate(flatBitrate), lib.SetPacketLossPerc(e.loss))
		if err != nil {
			return fmt.Errorf("opus encoder: %w", err)
		}
		e.music = lib
	}
	e.lib = e.music
	return nil
}

// Encode implements media.AudioEncoder: pcm is 20 ms.
func (e *Encoder) Encode(pcm []int16, packet []byte) (int, error) {
	if e.lib == nil {
		return 0, errClosed
	}
	if len(pcm) != media.Packet20 {
		return 0, fmt.Errorf("opus: %d samples, not 20 ms", len(pcm))
	}
	if err := e.choose(); err != nil {
		return 0, err
	}
	return e.lib.Encode(pcm, packet[:len(packet):len(packet)]) // libopus is told the capacity
}

// SetBitrate implements media.AudioEncoder; what is asked for is brought within 24 to 64 kbit/s. It holds for speech.
func (e *Encoder) SetBitrate(bitsPerSecond int) error {
	if e.lib == nil {
		return errClosed
	}
	return e.speech.SetBitrate(min(max(bitsPerSecond, minBitrate), maxBitrate))
}

// SetPacketLoss implements media.AudioEncoder. A little loss is always prepared for, since reports come late; more than
// 30 % would leave nothing of the speech itself.
func (e *Encoder) SetPacketLoss(percent int) error {
	if e.lib == nil {
		return errClosed
	}
	e.loss = min(max(percent, assumedLoss), 30)
	err := e.speech.SetPacketLossPerc(e.loss)
	if e.music != nil {
		err = errors.Join(err, e.music.SetPacketLossPerc(e.loss))
	}
	return err
}

// Close implements media.AudioEncoder; the memory belongs to the garbage collector.
func (e *Encoder) Close() { e.lib, e.speech, e.music = nil, nil, nil }

// Decoder implements media.AudioDecoder.
type Decoder struct{ lib *libopus.Decoder }

// NewDecoder makes a Decoder, in the form that media.Codecs wants.
func NewDecoder() (media.AudioDecoder, error) {
	lib, err := libopus.NewDecoder(media.SampleRate, media.Channels)
	if err != nil {
		return nil, fmt.Errorf("opus decoder: %w", err)
	}
	return &Decoder{lib: lib}, nil
}

// Decode implements media.AudioDecoder. A packet longer than pcm is an error.
func (d *Decoder) Decode(packet []byte, pcm []int16) (int, error) {
	if d.lib == nil {
		return 0, errClosed
	}
	return d.lib.Decode(packet, exact(pcm))
}

// DecodeFEC implements media.AudioDecoder; pcm is as long as the missing packet. Where the packet holds no redundancy,
// libopus conceals.
func (d *Decoder) DecodeFEC(packet []byte, pcm []int16) error {
	if d.lib == nil {
		return errClosed
	}
	return d.lib.DecodeFEC(packet, exact(pcm))
}

// Conceal implements media.AudioDecoder.
func (d *Decoder) Conceal(pcm []int16) error {
	if d.lib == nil {
		return errClosed
	}
	return d.lib.DecodePLC(exact(pcm))
}

// exact hides the capacity behind pcm's length: the binding would have libopus write it full.
func exact(pcm []int16) []int16 { return pcm[:len(pcm):len(pcm)] }

// Close implements media.AudioDecoder; the memory belongs to the garbage collector.
func (d *Decoder) Close() { d.lib = nil }
