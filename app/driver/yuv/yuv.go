// Package yuv converts and scales pictures: with libyuv where there is C, in pure Go otherwise (build tag nolibyuv, or
// CGO_ENABLED=0), with the same results to within rounding.
//
// All functions check sizes before they touch memory. None keeps what it is given; none allocates once dst has grown.
package yuv

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"

	"legekonsultasjon/core/media"
)

// ErrSize is returned where the bytes given do not hold a picture of the size given, or the size is out of bounds.
var ErrSize = errors.New("picture size")

// Scale fills dst, which has its size and planes already, with the picture of src. It implements media.Scale. Frames that
// are not valid are left alone.
func Scale(dst, src *media.Frame) {
	if !dst.Valid() || !src.Valid() {
		return
	}
	if dst.Width == src.Width && dst.Height == src.Height {
		at := src.At
		dst.CopyFrom(src)
		dst.At = at
		return
	}
	scale(dst, src)
}

// RGBA writes src into dst as R, G, B, 255, which is what image.RGBA holds; stride is the bytes from one row to the next.
func RGBA(dst []byte, stride int, src *media.Frame) error { return packed(dst, stride, src, toRGBA) }

// BGRA writes src into dst as B, G, R, 255, which is what X11 and Windows show.
func BGRA(dst []byte, stride int, src *media.Frame) error { return packed(dst, stride, src, toBGRA) }

func packed(dst []byte, stride int, src *media.Frame, write func([]byte, int, *media.Frame)) error {
	if !src.Valid() || stride < 4*src.Width || len(dst) < stride*(src.Height-1)+4*src.Width {
		return ErrSize
	}
	write(dst, stride, src)
	return nil
}

// Mirror makes dst the mirror image of src, left and right exchanged.
func Mirror(dst, src *media.Frame) {
	if !src.Valid() {
		return
	}
	dst.Resize(src.Width, src.Height)
	dst.At = src.At
	mirror(dst, src)
}

// FromYUY2 converts Y U Y V, as most web cameras deliver it; stride is the bytes from one row to the next.
func FromYUY2(dst *media.Frame, data []byte, stride, width, height int) error {
	return interleaved(dst, data, stride, width, height, yuy2)
}

// FromUYVY converts U Y V Y.
func FromUYVY(dst *media.Frame, data []byte, stride, width, height int) error {
	return interleaved(dst, data, stride, width, height, uyvy)
}

func interleaved(dst *media.Frame, data []byte, stride, width, height int, convert func(*media.Frame, []byte, int)) error {
	row := (width + 1) / 2 * 4
	if !allowed(width, height) || stride < row || len(data) < stride*(height-1)+row {
		return ErrSize
	}
	dst.Resize(width, height)
	convert(dst, data, stride)
	return nil
}

// FromNV12 converts luma followed by interleaved U V, without padding.
func FromNV12(dst *media.Frame, data []byte, width, height int) error {
	luma := width * height
	if !allowed(width, height) || len(data) < luma+2*((width+1)/2)*((height+1)/2) {
		return ErrSize
	}
	dst.Resize(width, height)
	copy(dst.Y, data[:luma])
	nv12(dst, data[luma:])
	return nil
}

// FromMJPEG decodes a JPEG picture and brings its full range of values to the limited one of a Frame.
func FromMJPEG(dst *media.Frame, data []byte) error {
	info, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("jpeg header: %w", err)
	}
	if !allowed(info.Width, info.Height) {
		return ErrSize
	}
	dst.Resize(info.Width, info.Height)
	if err := mjpeg(dst, data); err != nil {
		return err
	}
	limit(dst)
	return nil
}

// FromImage converts what a Go decoder gives: *image.YCbCr of any subsampling, fullRange telling whether it uses all 256
// values (JPEG) or 16..235 (cameras' raw formats).
func FromImage(dst *media.Frame, img image.Image, fullRange bool) error {
	p, ok := img.(*image.YCbCr)
	if !ok {
		return fmt.Errorf("%w: %T", ErrSize, img)
	}
	b := p.Rect
	if !allowed(b.Dx(), b.Dy()) {
		return ErrSize
	}
	dst.Resize(b.Dx(), b.Dy())
	planar(dst, p)
	if fullRange {
		limit(dst)
	}
	return nil
}

func allowed(width, height int) bool {
	return width > 0 && height > 0 && width <= media.MaxSide && height <= media.MaxSide
}

// planar copies luma, and the chroma sample nearest to the middle of every 2 x 2 block.
func planar(dst *media.Frame, p *image.YCbCr) {
	b := p.Rect
	for y := range dst.Height {
		copy(dst.Y[y*dst.YStride:][:dst.Width], p.Y[p.YOffset(b.Min.X, b.Min.Y+y):])
	}
	for cy := range (dst.Height + 1) / 2 {
		u, v := dst.U[cy*dst.CStride:], dst.V[cy*dst.CStride:]
		y := b.Min.Y + 2*cy
		if p.SubsampleRatio == image.YCbCrSubsampleRatio420 || p.SubsampleRatio == image.YCbCrSubsampleRatio422 {
			from, n := p.COffset(b.Min.X, y), (dst.Width+1)/2
			copy(u[:n], p.Cb[from:])
			copy(v[:n], p.Cr[from:])
			continue
		}
		for cx := range (dst.Width + 1) / 2 {
			i := p.COffset(b.Min.X+2*cx, y)
			u[cx], v[cx] = p.Cb[i], p.Cr[i]
		}
	}
}

// The tables bring full range to limited range.
var lumaLimit, chromaLimit = limitTables()

func limitTables() (luma, chroma [256]byte) {
	for i := range 256 {
		luma[i] = byte(16 + (i*219+127)/255)
		chroma[i] = byte(128 + ((i-128)*224+sign(i-128)*127)/255)
	}
	return luma, chroma
}

func sign(i int) int {
	if i < 0 {
		return -1
	}
	return 1
}

func limit(f *media.Frame) {
	through(f.Y, &lumaLimit)
	through(f.U, &chromaLimit)
	through(f.V, &chromaLimit)
}

func through(plane []byte, table *[256]byte) {
	for i, v := range plane {
		plane[i] = table[v]
	}
}
