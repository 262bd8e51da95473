package tile

import (
	"image"
	"image/color"
	"sync/atomic"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/mosaic"
)

// Raster is the surface drawn by Fyne itself.
type Raster struct {
	paint   Paint
	moved   func() // told after every layout; Child follows it
	view    *stage
	big     [mosaic.Most]*pane
	own     *pane
	asked   atomic.Bool // a repaint is under way
	closed  atomic.Bool
	visible bool
}

// NewRaster makes a surface drawn with the call's skin.
func NewRaster(p Paint, skin *part.Skin) *Raster {
	r := &Raster{paint: p, moved: func() {}}
	for i := range r.big {
		r.big[i] = newPane(r, false)
	}
	r.own = newPane(r, true)
	r.view = newStage(r, skin)
	return r
}

// Object implements Surface.
func (r *Raster) Object() fyne.CanvasObject { return r.view }

// Picture implements Surface.
func (r *Raster) Picture(n int) media.VideoSink { return r.big[n] }

// SelfView implements Surface.
func (r *Raster) SelfView() media.VideoSink { return r.own }

// SetMessage implements Surface.
func (r *Raster) SetMessage(words string, _ bool) {
	if r.view.message.Words() != words {
		r.view.message.Set(words)
		r.view.Refresh()
	}
}

// SetOwn implements Surface.
func (r *Raster) SetOwn(shown bool, label string) {
	r.view.label.Set(label)
	if r.view.ownShown != shown {
		r.view.ownShown = shown
		r.view.Refresh()
	}
}

// SetVisible implements Surface: pictures that nobody can see are not converted.
func (r *Raster) SetVisible(on bool) {
	r.visible = on
	if on {
		r.ask()
	}
}

// Cover implements Surface: what Fyne draws lies under a dialog anyway.
func (r *Raster) Cover(bool) {}

// Moved implements Surface.
func (r *Raster) Moved() {}

// Host implements Surface: Fyne knows the window.
func (r *Raster) Host(fyne.Window) {}

// Thrifty implements Surface: every picture repaints the window anyway.
func (r *Raster) Thrifty() bool { return false }

// Close implements Surface.
func (r *Raster) Close() { r.closed.Store(true) }

// ask asks for one repaint, unless one is under way.
func (r *Raster) ask() {
	if !r.closed.Load() && r.asked.CompareAndSwap(false, true) {
		r.paint.Do(r.draw)
	}
}

// draw runs on Fyne's goroutine: it takes the newest pictures and shows them.
func (r *Raster) draw() {
	r.asked.Store(false)
	if !r.visible || r.closed.Load() {
		return
	}
	changed := r.own.take()
	for _, p := range r.big {
		changed = p.take() || changed
	}
	if changed {
		r.view.Refresh()
	}
}

// release gives the pictures' memory back while they are shown elsewhere.
func (r *Raster) release() {
	for _, p := range r.big {
		p.release()
	}
	r.own.release()
	r.view.Refresh()
}

// there are the participants who have a picture.
func (r *Raster) there() []*pane {
	var out []*pane
	for _, p := range r.big {
		if !p.rgba.Rect.Empty() {
			out = append(out, p)
		}
	}
	return out
}

// pane is one of the pictures.
type pane struct {
	owner   *Raster
	mirror  bool
	box     *media.Mailbox
	mine    *media.Frame
	turned  media.Frame
	rgba    *image.RGBA
	cleared atomic.Bool
	raster  *canvas.Raster
	came    atomic.Uint64 // size of the newest picture, shown here or elsewhere
}

func newPane(r *Raster, mirror bool) *pane {
	p := &pane{owner: r, mirror: mirror, box: media.NewMailbox(), rgba: image.NewRGBA(image.Rect(0, 0, 0, 0))}
	p.raster = canvas.NewRaster(func(int, int) image.Image { return p.rgba })
	return p
}

// Show implements media.VideoSink.
func (p *pane) Show(f *media.Frame) {
	p.cleared.Store(false)
	p.saw(f)
	p.box.Put(f)
	p.owner.ask()
}

// Clear implements media.VideoSink.
func (p *pane) Clear() {
	p.box.Empty()
	p.came.Store(0)
	p.cleared.Store(true)
	p.owner.ask()
}

// take converts the newest picture into the one buffer that Fyne uploads from. It reports whether anything changed.
func (p *pane) take() bool {
	if p.cleared.Load() {
		had := !p.rgba.Rect.Empty()
		p.rgba.Rect = image.Rectangle{}
		return had
	}
	f := p.box.Take(p.mine)
	if f == nil {
		return false
	}
	p.mine = f
	if p.mirror {
		p.turned.Resize(f.Width, f.Height)
		p.owner.paint.Mirror(&p.turned, f)
		f = &p.turned
	}
	if size := f.Width * f.Height * 4; cap(p.rgba.Pix) < size {
		p.rgba.Pix = make([]byte, size)
	} else {
		p.rgba.Pix = p.rgba.Pix[:size]
	}
	p.rgba.Stride, p.rgba.Rect = f.Width*4, image.Rect(0, 0, f.Width, f.Height)
	if err := p.owner.paint.RGBA(p.rgba.Pix, p.rgba.Stride, f); err != nil {
		p.rgba.Rect = image.Rectangle{}
	}
	return true
}

// saw notes the shape of a picture.
func (p *pane) saw(f *media.Frame) { p.came.Store(uint64(f.Width)<<32 | uint64(f.Height)) }

func (p *pane) size() (w, h float32) {
	came := p.came.Load()
	return float32(came >> 32), float32(uint32(came))
}

// release gives the memory of the pictures back, on Fyne's goroutine: they are shown elsewhere from now on.
func (p *pane) release() {
	p.box.Release()
	p.mine, p.turned = nil, media.Frame{}
	*p.rgba = image.RGBA{}
}

// stage is the dark place with the pictures in it.
type stage struct {
	widget.BaseWidget
	owner    *Raster
	skin     *part.Skin
	message  *part.Prose
	label    *part.Line
	ownShown bool
}

func newStage(r *Raster, skin *part.Skin) *stage {
	s := &stage{owner: r, skin: skin, ownShown: true}
	s.message = skin.NewProse(messageStyle(), "")
	s.label = skin.NewLine(part.SmallStyle().With(part.Text), "", 0)
	s.ExtendBaseWidget(s)
	return s
}

// messageStyle is that of words in place of a picture, messageWidth how wide they may run.
func messageStyle() part.Style {
	return part.Style{Size: theme.Large, Tone: part.Soft, Align: fyne.TextAlignCenter}
}

func messageWidth(place float32) float32 { return min(520, place-48) }

// Children implements part.Parent.
func (s *stage) Children() []fyne.CanvasObject { return []fyne.CanvasObject{s.message, s.label} }

// Pictures implements Pictured.
func (s *stage) Pictures() []Picture {
	size := s.Size()
	out := []Picture{}
	if s.message.Words() == "" {
		out = append(out, Picture{"patient", 0, 0, size.Width, size.Height})
	}
	if s.ownShown {
		ow, oh := s.owner.own.size()
		at := mosaic.Own(ow, oh, size.Width, size.Height, 1)
		out = append(out, Picture{"self", at.X, at.Y, at.W, at.H})
	}
	return out
}

// CreateRenderer implements fyne.Widget.
func (s *stage) CreateRenderer() fyne.WidgetRenderer {
	ground, behind, frame := canvas.NewRectangle(nil), canvas.NewRectangle(nil), canvas.NewRectangle(nil)
	ground.CornerRadius, frame.CornerRadius = 16, 4
	frame.StrokeWidth, frame.StrokeColor = 2, color.NRGBA{255, 255, 255, 0x40}
	tag := canvas.NewRectangle(color.NRGBA{0, 0, 0, 0x80})
	tag.CornerRadius = 9
	return &stageRenderer{s, ground, behind, frame, tag}
}

type stageRenderer struct {
	s                          *stage
	ground, behind, frame, tag *canvas.Rectangle
}

func (r *stageRenderer) Layout(size fyne.Size) {
	s, o := r.s, r.s.owner
	put(r.ground, 0, 0, size.Width, size.Height)
	there := o.there()
	for i, cell := range mosaic.Cells(len(there), size.Width, size.Height, 8) {
		w, h := there[i].size()
		at := mosaic.Contain(w, h, cell)
		put(there[i].raster, at.X, at.Y, at.W, at.H)
	}
	width := messageWidth(size.Width)
	mh := s.message.HeightFor(width)
	put(s.message, (size.Width-width)/2, (size.Height-mh)/2, width, mh)
	ow, oh := o.own.size()
	at := mosaic.Own(ow, oh, size.Width, size.Height, 1)
	x, y, w, h := at.X, at.Y, at.W, at.H
	put(r.behind, x, y, w, h)
	put(o.own.raster, x, y, w, h)
	put(r.frame, x-2, y-2, w+4, h+4)
	m := s.label.MinSize()
	put(r.tag, x+6, y+h-m.Height-5, m.Width+12, m.Height)
	put(s.label, x+12, y+h-m.Height-5, m.Width, m.Height)
	s.owner.moved()
}

func (r *stageRenderer) MinSize() fyne.Size { return fyne.NewSize(240, 160) }

func (r *stageRenderer) Refresh() {
	r.ground.FillColor, r.behind.FillColor = r.s.skin.Palette.Raised, r.s.skin.Palette.Card
	r.Layout(r.s.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *stageRenderer) Objects() []fyne.CanvasObject {
	o := r.s.owner
	objects := []fyne.CanvasObject{r.ground}
	if r.s.message.Words() == "" {
		for _, p := range o.there() {
			objects = append(objects, p.raster)
		}
	} else {
		objects = append(objects, r.s.message)
	}
	if r.s.ownShown {
		objects = append(objects, r.behind)
		if !o.own.rgba.Rect.Empty() {
			objects = append(objects, o.own.raster)
		}
		objects = append(objects, r.frame, r.tag, r.s.label)
	}
	return objects
}

func (r *stageRenderer) Destroy() {}

func put(o fyne.CanvasObject, x, y, w, h float32) {
	o.Move(fyne.NewPos(x, y))
	o.Resize(fyne.NewSize(w, h))
}
