// Package mosaic says where the pictures of a call stand in their place: the participants side by side, as large as they
// can be, and the doctor's own small in a corner. It is shared by all ways of drawing. All lengths of one call are in the
// same unit, whichever that is.
package mosaic

import "math"

// Most is how many participants' pictures there can be beside one's own.
const Most = 4

// Rect is a place.
type Rect struct{ X, Y, W, H float32 }

// shape is that of the picture that the cells are made for; any other is fitted into its cell.
const shape = 16.0 / 9

// Cells divides a place among n pictures, gap apart: in the arrangement of rows that makes them largest, the last row in
// the middle. n below 1 gives none, above Most that many.
func Cells(n int, width, height, gap float32) []Rect {
	n = min(n, Most)
	if n < 1 || width <= 0 || height <= 0 {
		return nil
	}
	columns, best := 1, float32(-1)
	for c := 1; c <= n; c++ {
		w, h := cell(n, c, width, height, gap)
		if size := min(w/shape, h); size > best {
			columns, best = c, size
		}
	}
	w, h := cell(n, columns, width, height, gap)
	w, h = max(w, 0), max(h, 0)
	out := make([]Rect, 0, n)
	for i := range n {
		row, column := i/columns, i%columns
		inRow := min(columns, n-row*columns)
		left := (width - float32(inRow)*w - float32(inRow-1)*gap) / 2
		out = append(out, Rect{left + float32(column)*(w+gap), float32(row) * (h + gap), w, h})
	}
	return out
}

func cell(n, columns int, width, height, gap float32) (w, h float32) {
	rows := (n + columns - 1) / columns
	return (width - float32(columns-1)*gap) / float32(columns), (height - float32(rows-1)*gap) / float32(rows)
}

// Contain is the largest rectangle of a picture's shape in the middle of a place.
func Contain(width, height float32, in Rect) Rect {
	if width <= 0 || height <= 0 {
		return Rect{}
	}
	scale := min(in.W/width, in.H/height)
	w, h := width*scale, height*scale
	return Rect{in.X + (in.W-w)/2, in.Y + (in.H-h)/2, w, h}
}

// Own is where the doctor's own picture stands in a place; unit is the size of one device-independent pixel. It shrinks
// with the place and keeps the shape of its picture, 16:9 where there is none yet.
func Own(width, height, placeWidth, placeHeight, unit float32) Rect {
	if width <= 0 || height <= 0 {
		width, height = 16, 9
	}
	most := min(216*unit, placeWidth*0.24)
	scale := min(most/width, min(162*unit, placeHeight*0.3)/height)
	w, h := width*scale, height*scale
	return Rect{placeWidth - w - 16*unit, placeHeight - h - 16*unit, w, h}
}

// Even rounds a place inwards to whole pixels and an even size, as pictures with halved chroma want it.
func (r Rect) Even() (x, y, w, h int) {
	x, y = int(math.Ceil(float64(r.X))), int(math.Ceil(float64(r.Y)))
	w, h = int(r.X+r.W)-x, int(r.Y+r.H)-y
	return x, y, max(w, 0) &^ 1, max(h, 0) &^ 1
}
