// Package vpx encodes and decodes VP8 with libvpx: a thin wrapper for calls, in real time, with one thread each way.
//
// Encoder and decoder keep all state on the C side in one struct; a call crosses the border once per frame.
package vpx

/*
#cgo pkg-config: vpx
#include "vpx.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"unsafe"

	"legekonsultasjon/core/media"
)

// ErrBitstream is returned for what libvpx cannot decode.
var ErrBitstream = errors.New("not a decodable VP8 frame")

// Bounds of the bit rate, in bit/s; what is asked for is brought within them.
const (
	minBitrate = 30_000
	maxBitrate = 8_000_000
)

// Encoder implements media.VideoEncoder.
type Encoder struct {
	state *C.lk_encoder
	fps   int
	rate  int
	ticks int64
}

// NewEncoder makes an Encoder, in the form that media.Codecs wants; the size is taken from the frames.
func NewEncoder(f media.VideoFormat, bitsPerSecond int) (media.VideoEncoder, error) {
	if f.FPS <= 0 {
		f.FPS = 30
	}
	state := C.lk_encoder_new()
	if state == nil {
		return nil, errors.New("vp8 encoder: out of memory")
	}
	return &Encoder{state: state, fps: f.FPS, rate: bounded(bitsPerSecond)}, nil
}

func bounded(bitsPerSecond int) int { return min(max(bitsPerSecond, minBitrate), maxBitrate) }

// Encode implements media.VideoEncoder. The bitstream lies in C memory that the next call overwrites.
func (e *Encoder) Encode(f *media.Frame, keyFrame bool) ([]byte, bool, error) {
	if e.state == nil {
		return nil, false, errors.New("vp8 encoder: closed")
	}
	if !f.Valid() {
		return nil, false, media.ErrFrame
	}
	if f.Width != int(e.state.width) || f.Height != int(e.state.height) {
		if rc := C.lk_encoder_open(e.state, C.uint(f.Width), C.uint(f.Height), C.uint(e.rate/1000), C.uint(e.fps)); rc != 0 {
			return nil, false, fmt.Errorf("vp8 encoder %dx%d: code %d", f.Width, f.Height, int(rc))
		}
		keyFrame = true
	}
	e.ticks++
	rc := C.lk_encoder_encode(e.state,
		(*C.uchar)(unsafe.SliceData(f.Y)), (*C.uchar)(unsafe.SliceData(f.U)), (*C.uchar)(unsafe.SliceData(f.V)),
		C.int(f.YStride), C.int(f.CStride), C.int64_t(e.ticks), flag(keyFrame))
	if rc != 0 {
		return nil, false, fmt.Errorf("vp8 encode: code %d", int(rc))
	}
	if e.state.data == nil || e.state.size == 0 {
		return nil, false, nil // dropped by the rate control
	}
	return unsafe.Slice((*byte)(e.state.data), int(e.state.size)), e.state.is_key != 0, nil
}

func flag(b bool) C.int {
	if b {
		return 1
	}
	return 0
}

// SetBitrate implements media.VideoEncoder.
func (e *Encoder) SetBitrate(bitsPerSecond int) error {
	e.rate = bounded(bitsPerSecond)
	if e.state == nil || e.state.width == 0 {
		return nil
	}
	if rc := C.lk_encoder_bitrate(e.state, C.uint(e.rate/1000)); rc != 0 {
		return fmt.Errorf("vp8 bit rate: code %d", int(rc))
	}
	return nil
}

// Close frees the encoder; a second call does nothing.
func (e *Encoder) Close() {
	if e.state != nil {
		C.lk_encoder_free(e.state)
		e.state = nil
	}
}

// Decoder implements media.VideoDecoder.
type Decoder struct {
	state *C.lk_decoder
	frame media.Frame
}

// NewDecoder makes a Decoder, in the form that media.Codecs wants.
func NewDecoder() (media.VideoDecoder, error) {
	state := C.lk_decoder_new()
	if state == nil {
		return nil, errors.New("vp8 decoder: cannot be made")
	}
	return &Decoder{state: state}, nil
}

// Decode implements media.VideoDecoder. The planes lie in libvpx's memory. A frame that is not for showing gives nil.
// Pictures larger than media.MaxSide are refused before memory is taken for them.
func (d *Decoder) Decode(bitstream []byte) (*media.Frame, error) {
	if d.state == nil || len(bitstream) == 0 {
		return nil, ErrBitstream
	}
	if !sizeAllowed(bitstream) {
		return nil, fmt.Errorf("%w: size", ErrBitstream)
	}
	rc := C.lk_decoder_decode(d.state, (*C.uchar)(unsafe.SliceData(bitstream)), C.uint(len(bitstream)))
	if rc != 0 {
		return nil, fmt.Errorf("%w: code %d", ErrBitstream, int(rc))
	}
	if d.state.out.y == nil {
		return nil, nil
	}
	return d.wrap(&d.state.out)
}

// sizeAllowed reads the size from a key frame's header (RFC 6386, section 9.1).
func sizeAllowed(b []byte) bool {
	if b[0]&1 != 0 {
		return true
	}
	if len(b) < 10 || b[3] != 0x9d || b[4] != 0x01 || b[5] != 0x2a {
		return false
	}
	w := int(b[6]) | int(b[7]&0x3f)<<8
	h := int(b[8]) | int(b[9]&0x3f)<<8
	return w > 0 && h > 0 && w <= media.MaxSide && h <= media.MaxSide
}

func (d *Decoder) wrap(p *C.lk_picture) (*media.Frame, error) {
	w, h := int(p.width), int(p.height)
	f := &d.frame
	f.Width, f.Height = w, h
	f.YStride, f.CStride = int(p.y_stride), int(p.c_stride)
	if w <= 0 || h <= 0 || f.YStride < w || f.CStride < (w+1)/2 {
		return nil, ErrBitstream
	}
	ch := (h + 1) / 2
	f.Y = unsafe.Slice((*byte)(p.y), f.YStride*(h-1)+w)
	f.U = unsafe.Slice((*byte)(p.u), f.CStride*(ch-1)+(w+1)/2)
	f.V = unsafe.Slice((*byte)(p.v), f.CStride*(ch-1)+(w+1)/2)
	return f, nil
}

// Close frees the decoder; a second call does nothing.
func (d *Decoder) Close() {
	if d.state != nil {
		C.lk_decoder_free(d.state)
		d.state = nil
	}
}
