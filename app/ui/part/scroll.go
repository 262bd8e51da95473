package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// Scroll shows content that may be taller than its place, and brings what gets the keyboard into sight.
type Scroll struct {
	widget.BaseWidget
	content fyne.CanvasObject
	tall    *tall
	scroll  *container.Scroll
}

// NewScroll makes a vertical scroll.
func (k *Skin) NewScroll(content fyne.CanvasObject) *Scroll {
	s := &Scroll{content: content, tall: &tall{}}
	s.scroll = container.NewVScroll(container.New(s.tall, content))
	s.ExtendBaseWidget(s)
	k.scrolls = append(k.scrolls, s)
	return s
}

// Children implements Parent.
func (s *Scroll) Children() []fyne.CanvasObject { return []fyne.CanvasObject{s.content} }

// HeightFor implements Flow: all of the content, for places that have room.
func (s *Scroll) HeightFor(width float32) float32 { return HeightFor(s.content, width) }

// ToTop scrolls back.
func (s *Scroll) ToTop() { s.scroll.ScrollToTop() }

// Sight is the part of the content that is seen: its offset and height.
func (s *Scroll) Sight() (offset, height float32) { return s.scroll.Offset.Y, s.scroll.Size().Height }

// CreateRenderer implements fyne.Widget.
func (s *Scroll) CreateRenderer() fyne.WidgetRenderer {
	r := &drawn{objects: []fyne.CanvasObject{s.scroll}}
	r.layout = func(size fyne.Size) {
		s.tall.width = size.Width
		place(s.scroll, 0, 0, size.Width, size.Height)
	}
	r.min = func() fyne.Size { return fyne.NewSize(s.content.MinSize().Width, 40) }
	r.refresh = func() {}
	return r
}

// tall gives the content the height it wants at the width it gets.
type tall struct{ width float32 }

func (t *tall) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		place(o, 0, 0, size.Width, max(size.Height, HeightFor(o, size.Width)))
	}
}

func (t *tall) MinSize(objects []fyne.CanvasObject) fyne.Size {
	h := float32(0)
	for _, o := range objects {
		h = max(h, HeightFor(o, t.width))
	}
	return fyne.NewSize(0, h)
}

// Reveal scrolls whatever holds o so that it is seen.
func (k *Skin) Reveal(o fyne.CanvasObject) {
	for _, s := range k.scrolls {
		if s.Visible() && holds(s.content, o) {
			s.reveal(o)
		}
	}
}

func (s *Scroll) reveal(o fyne.CanvasObject) {
	d := fyne.CurrentApp().Driver()
	top := d.AbsolutePositionForObject(o).Y - d.AbsolutePositionForObject(s.content).Y
	bottom := top + o.Size().Height
	const air = 12
	offset, seen := s.Sight()
	switch {
	case top-air < offset:
		offset = max(0, top-air)
	case bottom+air > offset+seen:
		offset = bottom + air - seen
	default:
		return
	}
	s.scroll.ScrollToOffset(fyne.NewPos(0, offset))
}

// holds reports whether o stands somewhere inside tree.
func holds(tree, o fyne.CanvasObject) bool {
	found := false
	Walk(tree, func(x fyne.CanvasObject) {
		found = found || x == o
	})
	return found
}

// Walk visits the visible objects of a tree, parents first.
func Walk(o fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	if o == nil || !o.Visible() {
		return
	}
	visit(o)
	var inner []fyne.CanvasObject
	switch o := o.(type) {
	case *fyne.Container:
		inner = o.Objects
	case Parent:
		inner = o.Children()
	}
	for _, i := range inner {
		Walk(i, visit)
	}
}
