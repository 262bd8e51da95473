package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// Flow is an object whose height depends on its width.
type Flow interface {
	HeightFor(width float32) float32
}

// flowLayout is a layout that knows the height of its objects for a width.
type flowLayout interface {
	heightFor(objects []fyne.CanvasObject, width float32) float32
}

// HeightFor is the height that an object wants at a width.
func HeightFor(o fyne.CanvasObject, width float32) float32 {
	switch o := o.(type) {
	case Flow:
		return o.HeightFor(width)
	case *fyne.Container:
		if l, ok := o.Layout.(flowLayout); ok {
			return l.heightFor(o.Objects, width)
		}
	}
	return o.MinSize().Height
}

// Column stacks objects, each as wide as the column, with a gap between those that are visible.
func Column(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&column{gap: gap}, objects...)
}

type column struct{ gap, width float32 }

func (c *column) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	c.width = size.Width
	y := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		h := HeightFor(o, size.Width)
		place(o, 0, y, size.Width, h)
		y += h + c.gap
	}
}

func (c *column) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	total, any := float32(0), false
	for _, o := range objects {
		if o.Visible() {
			total += HeightFor(o, width) + c.gap
			any = true
		}
	}
	if any {
		total -= c.gap
	}
	return total
}

func (c *column) MinSize(objects []fyne.CanvasObject) fyne.Size {
	width := float32(0)
	for _, o := range objects {
		if o.Visible() {
			width = max(width, o.MinSize().Width)
		}
	}
	return fyne.NewSize(width, c.heightFor(objects, max(width, c.width)))
}

// Row sets objects beside each other, centred in height. Those that grow share what the others leave.
func Row(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&row{gap: gap}, objects...)
}

// TopRow is a Row whose objects begin at the top.
func TopRow(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&row{gap: gap, top: true}, objects...)
}

// Grow marks an object of a Row to take the width that is left.
func Grow(o fyne.CanvasObject) fyne.CanvasObject { return container.New(&grow{inset{}}, o) }

// Wide gives an object of a Row a fixed width.
func Wide(width float32, o fyne.CanvasObject) fyne.CanvasObject {
	return container.New(&wide{inset{}, width}, o)
}

// Space is an empty object that grows.
func Space() fyne.CanvasObject { return container.New(&grow{inset{}}) }

type row struct {
	gap float32
	top bool
}

func grows(o fyne.CanvasObject) bool {
	c, ok := o.(*fyne.Container)
	if !ok {
		return false
	}
	_, ok = c.Layout.(*grow)
	return ok
}

// widths hands out the width of a row.
func (r *row) widths(objects []fyne.CanvasObject, width float32) []float32 {
	out := make([]float32, len(objects))
	left, growing, shown := width, 0, 0
	for i, o := range objects {
		if !o.Visible() {
			continue
		}
		shown++
		if grows(o) {
			growing++
			continue
		}
		out[i] = o.MinSize().Width
		left -= out[i]
	}
	left -= r.gap * float32(max(0, shown-1))
	for i, o := range objects {
		if o.Visible() && grows(o) {
			out[i] = max(0, left/float32(growing))
		}
	}
	return out
}

func (r *row) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	x := float32(0)
	for i, w := range r.widths(objects, size.Width) {
		o := objects[i]
		if !o.Visible() {
			continue
		}
		h := min(HeightFor(o, w), size.Height)
		y := (size.Height - h) / 2
		if r.top {
			y = 0
		}
		place(o, x, y, w, h)
		x += w + r.gap
	}
}

func (r *row) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	tallest := float32(0)
	for i, w := range r.widths(objects, width) {
		if objects[i].Visible() {
			tallest = max(tallest, HeightFor(objects[i], w))
		}
	}
	return tallest
}

func (r *row) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var m fyne.Size
	shown := 0
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		shown++
		s := o.MinSize()
		m = fyne.NewSize(m.Width+s.Width, max(m.Height, s.Height))
	}
	m.Width += r.gap * float32(max(0, shown-1))
	return m
}

// Inset keeps a distance around one object.
func Inset(top, right, bottom, left float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(&inset{top, right, bottom, left}, o)
}

// Pad keeps the same distance on all sides.
func Pad(d float32, o fyne.CanvasObject) *fyne.Container { return Inset(d, d, d, d, o) }

type inset struct{ top, right, bottom, left float32 }

func (l *inset) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		place(o, l.left, l.top, size.Width-l.left-l.right, size.Height-l.top-l.bottom)
	}
}

func (l *inset) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	tallest := float32(0)
	for _, o := range objects {
		if o.Visible() {
			tallest = max(tallest, HeightFor(o, width-l.left-l.right))
		}
	}
	return tallest + l.top + l.bottom
}

func (l *inset) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var m fyne.Size
	for _, o := range objects {
		if o.Visible() {
			m = m.Max(o.MinSize())
		}
	}
	return m.AddWidthHeight(l.left+l.right, l.top+l.bottom)
}

type grow struct{ inset }

func (g *grow) MinSize(objects []fyne.CanvasObject) fyne.Size {
	m := g.inset.MinSize(objects)
	return fyne.NewSize(min(m.Width, 40), m.Height)
}

type wide struct {
	inset
	width float32
}

func (w *wide) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(w.width, w.heightFor(objects, w.width))
}

// Layers lays objects over each other, each filling the place.
func Layers(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&inset{}, objects...)
}

// Centre keeps one object at most width wide in the middle of its place, from the top when it is taller.
func Centre(width float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(&centre{width}, o)
}

type centre struct{ width float32 }

func (c *centre) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		w := min(c.width, size.Width)
		h := HeightFor(o, w)
		place(o, (size.Width-w)/2, max(0, (size.Height-h)/2), w, h)
	}
}

func (c *centre) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	return (&inset{}).heightFor(objects, min(width, c.width))
}

func (c *centre) MinSize(objects []fyne.CanvasObject) fyne.Size {
	m := (&inset{}).MinSize(objects)
	return fyne.NewSize(min(m.Width, c.width), c.heightFor(objects, c.width))
}

// Ends sets the first object at the left and the others at the right end of a row.
func Ends(gap float32, first fyne.CanvasObject, others ...fyne.CanvasObject) *fyne.Container {
	return Row(gap, append([]fyne.CanvasObject{first, Space()}, others...)...)
}

// CentreBoth sets an object of its own minimal size in the middle.
func CentreBoth(o fyne.CanvasObject) *fyne.Container { return container.New(&both{}, o) }

type both struct{ inset }

func (b *both) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		middle(o, 0, 0, size.Width, size.Height)
	}
}

func newTall(h float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(&fixedHeight{height: h}, o)
}

type fixedHeight struct {
	inset
	height float32
}

func (f *fixedHeight) heightFor([]fyne.CanvasObject, float32) float32 { return f.height }

func (f *fixedHeight) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(f.inset.MinSize(objects).Width, f.height)
}
