package uitest

import (
	"errors"

	"legekonsultasjon/core/media"
)

// RGBA converts a frame plainly (BT.601, limited range), for pictures that need no speed: views are tested without
// drivers.
func RGBA(dst []byte, stride int, src *media.Frame) error {
	if len(dst) < (src.Height-1)*stride+src.Width*4 {
		return errors.New("picture size")
	}
	for y := range src.Height {
		for x := range src.Width {
			luma := 1.164 * (float64(src.Y[y*src.YStride+x]) - 16)
			at := y/2*src.CStride + x/2
			u, v := float64(src.U[at])-128, float64(src.V[at])-128
			px := dst[y*stride+x*4:][:4]
			px[0], px[1], px[2], px[3] = channel(luma+1.596*v), channel(luma-0.392*u-0.813*v), channel(luma+2.017*u), 0xFF
		}
	}
	return nil
}

func channel(v float64) byte { return byte(min(255, max(0, v+0.5))) }

// Mirror exchanges left and right.
func Mirror(dst, src *media.Frame) {
	dst.Resize(src.Width, src.Height)
	flip(dst.Y, dst.YStride, src.Y, src.YStride, src.Width, src.Height)
	cw, ch := (src.Width+1)/2, (src.Height+1)/2
	flip(dst.U, dst.CStride, src.U, src.CStride, cw, ch)
	flip(dst.V, dst.CStride, src.V, src.CStride, cw, ch)
}

func flip(dst []byte, dstStride int, src []byte, srcStride, width, height int) {
	for y := range height {
		for x := range width {
			dst[y*dstStride+x] = src[y*srcStride+width-1-x]
		}
	}
}
