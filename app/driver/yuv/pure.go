//go:build !cgo || nolibyuv

package yuv

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"

	"legekonsultasjon/core/media"
)

// Native says whether libyuv does the work.
const Native = false

func scale(dst, src *media.Frame) {
	plane(dst.Y, dst.YStride, dst.Width, dst.Height, src.Y, src.YStride, src.Width, src.Height)
	dw, dh, sw, sh := (dst.Width+1)/2, (dst.Height+1)/2, (src.Width+1)/2, (src.Height+1)/2
	plane(dst.U, dst.CStride, dw, dh, src.U, src.CStride, sw, sh)
	plane(dst.V, dst.CStride, dw, dh, src.V, src.CStride, sw, sh)
}

// plane averages the source samples under every target sample; going up, that is the nearest one.
func plane(dst []byte, dStride, dw, dh int, src []byte, sStride, sw, sh int) {
	for y := range dh {
		y0, y1 := span(y, dh, sh)
		row := dst[y*dStride:][:dw]
		for x := range row {
			x0, x1 := span(x, dw, sw)
			sum := 0
			for sy := y0; sy < y1; sy++ {
				for _, v := range src[sy*sStride+x0 : sy*sStride+x1] {
					sum += int(v)
				}
			}
			n := (x1 - x0) * (y1 - y0)
			row[x] = byte((sum + n/2) / n)
		}
	}
}

func span(i, n, of int) (from, to int) {
	from = i * of / n
	return from, max(from+1, (i+1)*of/n)
}

func toRGBA(dst []byte, stride int, f *media.Frame) { convert(dst, stride, f, 0, 2) }
func toBGRA(dst []byte, stride int, f *media.Frame) { convert(dst, stride, f, 2, 0) }

// convert is BT.601, limited range, in 16-bit fixed point.
func convert(dst []byte, stride int, f *media.Frame, red, blue int) {
	for y := range f.Height {
		luma := f.Y[y*f.YStride:][:f.Width]
		us, vs := f.U[y/2*f.CStride:], f.V[y/2*f.CStride:]
		out := dst[y*stride:][:4*f.Width]
		for x, l := range luma {
			c := 76309 * (int(l) - 16)
			u, v := int(us[x/2])-128, int(vs[x/2])-128
			p := out[4*x : 4*x+4 : 4*x+4]
			p[red] = clamp(c + 104597*v)
			p[1] = clamp(c - 25675*u - 53279*v)
			p[blue] = clamp(c + 132201*u)
			p[3] = 255
		}
	}
}

func clamp(v int) byte { return byte(min(max((v+1<<15)>>16, 0), 255)) }

func mirror(dst, src *media.Frame) {
	cw, ch := (src.Width+1)/2, (src.Height+1)/2
	mirrorPlane(dst.Y, dst.YStride, src.Y, src.YStride, src.Width, src.Height)
	mirrorPlane(dst.U, dst.CStride, src.U, src.CStride, cw, ch)
	mirrorPlane(dst.V, dst.CStride, src.V, src.CStride, cw, ch)
}

func mirrorPlane(dst []byte, dStride int, src []byte, sStride, width, height int) {
	for y := range height {
		from, to := src[y*sStride:][:width], dst[y*dStride:][:width]
		for x, v := range from {
			to[width-1-x] = v
		}
	}
}

func yuy2(dst *media.Frame, data []byte, stride int) { unweave(dst, data, stride, 0, 1, 3) }
func uyvy(dst *media.Frame, data []byte, stride int) { unweave(dst, data, stride, 1, 0, 2) }

// unweave takes 4-byte groups of two pixels apart; the chroma of two rows is averaged.
func unweave(dst *media.Frame, data []byte, stride, luma, cb, cr int) {
	for y := range dst.Height {
		row, out := data[y*stride:], dst.Y[y*dst.YStride:]
		for x := range dst.Width {
			out[x] = row[2*x+luma]
		}
	}
	for cy := range (dst.Height + 1) / 2 {
		a, b := data[2*cy*stride:], data[min(2*cy+1, dst.Height-1)*stride:]
		u, v := dst.U[cy*dst.CStride:], dst.V[cy*dst.CStride:]
		for x := range (dst.Width + 1) / 2 {
			u[x] = byte((int(a[4*x+cb]) + int(b[4*x+cb]) + 1) / 2)
			v[x] = byte((int(a[4*x+cr]) + int(b[4*x+cr]) + 1) / 2)
		}
	}
}

func nv12(dst *media.Frame, uv []byte) {
	for i := range dst.U {
		dst.U[i], dst.V[i] = uv[2*i], uv[2*i+1]
	}
}

func mjpeg(dst *media.Frame, data []byte) error {
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("jpeg: %w", err)
	}
	switch p := img.(type) {
	case *image.YCbCr:
		planar(dst, p)
	case *image.Gray:
		dst.Black()
		for y := range dst.Height {
			copy(dst.Y[y*dst.YStride:][:dst.Width], p.Pix[y*p.Stride:])
		}
	default:
		return fmt.Errorf("jpeg: %T", img)
	}
	return nil
}
