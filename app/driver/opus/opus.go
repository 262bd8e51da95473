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
)

// assumedLoss is what the encoder prepares for before the far side reports: without any it adds no redundancy at all.
const assumedLoss = 5

// complexity of 0..10: 6 costs 40 % less than 9, and nobody hears the difference in speech.
const complexity = 6

var errClosed = errors.New("opus: closed")

// Encoder implements media.AudioEncoder.
type Encoder struct{ lib *libopus.Encoder }

// NewEncoder makes an Encoder for speech, in the form that media.Codecs wants.
func NewEncoder() (media.AudioEncoder, error) {
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
	return &Encoder{lib: lib}, nil
}

// Encode implements media.AudioEncoder: pcm is 20 ms.
func (e *Encoder) Encode(pcm []int16, packet []byte) (int, error) {
	if e.lib == nil {
		return 0, errClosed
	}
	if len(pcm) != media.Packet20 {
		return 0, fmt.Errorf("opus: %d samples, not 20 ms", len(pcm))
	}
	return e.lib.Encode(pcm, packet[:len(packet):len(packet)]) // libopus is told the capacity
}

// SetBitrate implements media.AudioEncoder; what is asked for is brought within 24 to 64 kbit/s.
func (e *Encoder) SetBitrate(bitsPerSecond int) error {
	if e.lib == nil {
		return errClosed
	}
	return e.lib.SetBitrate(min(max(bitsPerSecond, minBitrate), maxBitrate))
}

// SetPacketLoss implements media.AudioEncoder. A little loss is always prepared for, since reports come late; more than
// 30 % would leave nothing of the speech itself.
func (e *Encoder) SetPacketLoss(percent int) error {
	if e.lib == nil {
		return errClosed
	}
	return e.lib.SetPacketLossPerc(min(max(percent, assumedLoss), 30))
}

// Close implements media.AudioEncoder; the memory belongs to the garbage collector.
func (e *Encoder) Close() { e.lib = nil }

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
