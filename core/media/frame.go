package media

// MaxSide bounds the width and the height of any picture that the program touches.
const MaxSide = 4096

// NewFrame returns a black frame of the given size with planes of its own.
func NewFrame(width, height int) *Frame {
	f := new(Frame)
	f.Resize(width, height)
	f.Black()
	return f
}

// Resize gives f planes for a picture of the given size, without padding, and reuses its memory where that suffices and is
// not more than twice as much: sizes change seldom, and what was large once need not stay so. The content is undefined
// afterwards.
func (f *Frame) Resize(width, height int) {
	cw, ch := (width+1)/2, (height+1)/2
	f.Width, f.Height, f.YStride, f.CStride = width, height, width, cw
	f.Y = fitted(f.Y, width*height)
	f.U = fitted(f.U, cw*ch)
	f.V = fitted(f.V, cw*ch)
}

func fitted(b []byte, n int) []byte {
	if cap(b) < n || cap(b) > 2*n {
		return make([]byte, n)
	}
	return b[:n]
}

// Black paints f black.
func (f *Frame) Black() {
	fill(f.Y, 16)
	fill(f.U, 128)
	fill(f.V, 128)
}

func fill(b []byte, v byte) {
	for i := range b {
		b[i] = v
	}
}

// CopyFrom makes f an equal copy of src, in f's own memory.
func (f *Frame) CopyFrom(src *Frame) {
	f.Resize(src.Width, src.Height)
	cw, ch := (src.Width+1)/2, (src.Height+1)/2
	copyPlane(f.Y, f.YStride, src.Y, src.YStride, src.Width, src.Height)
	copyPlane(f.U, f.CStride, src.U, src.CStride, cw, ch)
	copyPlane(f.V, f.CStride, src.V, src.CStride, cw, ch)
	f.At = src.At
}

func copyPlane(dst []byte, dstStride int, src []byte, srcStride, width, height int) {
	if dstStride == width && srcStride == width {
		copy(dst[:width*height], src)
		return
	}
	for row := range height {
		copy(dst[row*dstStride:][:width], src[row*srcStride:][:width])
	}
}

// Valid reports whether f's size is within bounds and its planes hold what its size and strides promise. Frames from
// outside (devices, decoders, files) are checked once, where they enter.
func (f *Frame) Valid() bool {
	if f == nil || f.Width <= 0 || f.Height <= 0 || f.Width > MaxSide || f.Height > MaxSide {
		return false
	}
	cw, ch := (f.Width+1)/2, (f.Height+1)/2
	return planeHolds(f.Y, f.YStride, f.Width, f.Height) &&
		planeHolds(f.U, f.CStride, cw, ch) && planeHolds(f.V, f.CStride, cw, ch)
}

func planeHolds(plane []byte, stride, width, height int) bool {
	return stride >= width && len(plane) >= stride*(height-1)+width
}
