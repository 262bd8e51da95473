//go:build cgo && !nolibyuv

package yuv

/*
#cgo LDFLAGS: -lyuv
#include <stdint.h>
#include <stdlib.h>
#include <libyuv.h>
*/
import "C"

import (
	"errors"
	"unsafe"

	"legekonsultasjon/core/media"
)

// Native says whether libyuv does the work.
const Native = true

func ptr(b []byte) *C.uint8_t { return (*C.uint8_t)(unsafe.SliceData(b)) }

func scale(dst, src *media.Frame) {
	C.I420Scale(
		ptr(src.Y), C.int(src.YStride), ptr(src.U), C.int(src.CStride), ptr(src.V), C.int(src.CStride),
		C.int(src.Width), C.int(src.Height),
		ptr(dst.Y), C.int(dst.YStride), ptr(dst.U), C.int(dst.CStride), ptr(dst.V), C.int(dst.CStride),
		C.int(dst.Width), C.int(dst.Height), C.kFilterBox)
}

// libyuv names the words of a little-endian machine: its ABGR is R, G, B, A in memory.
func toRGBA(dst []byte, stride int, f *media.Frame) {
	C.I420ToABGR(ptr(f.Y), C.int(f.YStride), ptr(f.U), C.int(f.CStride), ptr(f.V), C.int(f.CStride),
		ptr(dst), C.int(stride), C.int(f.Width), C.int(f.Height))
}

func toBGRA(dst []byte, stride int, f *media.Frame) {
	C.I420ToARGB(ptr(f.Y), C.int(f.YStride), ptr(f.U), C.int(f.CStride), ptr(f.V), C.int(f.CStride),
		ptr(dst), C.int(stride), C.int(f.Width), C.int(f.Height))
}

func mirror(dst, src *media.Frame) {
	C.I420Mirror(
		ptr(src.Y), C.int(src.YStride), ptr(src.U), C.int(src.CStride), ptr(src.V), C.int(src.CStride),
		ptr(dst.Y), C.int(dst.YStride), ptr(dst.U), C.int(dst.CStride), ptr(dst.V), C.int(dst.CStride),
		C.int(src.Width), C.int(src.Height))
}

func yuy2(dst *media.Frame, data []byte, stride int) {
	C.YUY2ToI420(ptr(data), C.int(stride),
		ptr(dst.Y), C.int(dst.YStride), ptr(dst.U), C.int(dst.CStride), ptr(dst.V), C.int(dst.CStride),
		C.int(dst.Width), C.int(dst.Height))
}

func uyvy(dst *media.Frame, data []byte, stride int) {
	C.UYVYToI420(ptr(data), C.int(stride),
		ptr(dst.Y), C.int(dst.YStride), ptr(dst.U), C.int(dst.CStride), ptr(dst.V), C.int(dst.CStride),
		C.int(dst.Width), C.int(dst.Height))
}

func nv12(dst *media.Frame, uv []byte) {
	C.SplitUVPlane(ptr(uv), C.int(2*dst.CStride), ptr(dst.U), C.int(dst.CStride), ptr(dst.V), C.int(dst.CStride),
		C.int((dst.Width+1)/2), C.int((dst.Height+1)/2))
}

func mjpeg(dst *media.Frame, data []byte) error {
	rc := C.MJPGToI420(ptr(data), C.size_t(len(data)),
		ptr(dst.Y), C.int(dst.YStride), ptr(dst.U), C.int(dst.CStride), ptr(dst.V), C.int(dst.CStride),
		C.int(dst.Width), C.int(dst.Height), C.int(dst.Width), C.int(dst.Height))
	if rc != 0 {
		return errors.New("jpeg: not decodable")
	}
	return nil
}
