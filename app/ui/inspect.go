//go:build inspect

package ui

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/tile"
	"legekonsultasjon/core/desk"
)

// Seen is one visible part of the window: what it is, what it says, and where it stands in pixels of the window. What is
// scrolled out of sight has no width.
type Seen struct {
	Kind    string `json:"kind"`
	Text    string `json:"text"`
	Label   string `json:"label"`
	Enabled bool   `json:"enabled"`
	Focused bool   `json:"focused"`
	Checked bool   `json:"checked"`
	X       int    `json:"x"`
	Y       int    `json:"y"`
	W       int    `json:"w"`
	H       int    `json:"h"`
}

// Inspection is what a test reads: the parts of the topmost layer, and which window and screen they belong to.
type Inspection struct {
	Screen string  `json:"screen"`
	Window uintptr `json:"window"` // X11 id, 0 elsewhere: its geometry says where the content lies on the screen
	Layers int     `json:"layers"` // dialogs and menus over the content
	Scale  float32 `json:"scale"`
	Width  int     `json:"width"` // of the content, in pixels
	Height int     `json:"height"`
	Parts  []Seen  `json:"widgets"`
}

// inspectEvery bounds how often the window is looked through.
const inspectEvery = 100 * time.Millisecond

// InspectTo writes an Inspection to a file, whole at a time, whenever it changed, until ctx ends. It is in test builds
// only, and reads only. While there is a file of that name with .pause behind it, it looks at nothing: a measurement is under way.
func (w *Window) InspectTo(ctx context.Context, path string, do func(func())) {
	every := time.NewTicker(inspectEvery)
	defer every.Stop()
	var last string
	seen := make(chan Inspection, 1) // capacity 1: one look at a time
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		if _, err := os.Stat(path + ".pause"); err == nil {
			continue
		}
		do(func() { seen <- w.inspection() })
		select {
		case <-ctx.Done():
			return
		case i := <-seen:
			if text, err := json.Marshal(i); err == nil && string(text) != last && replace(path, text) == nil {
				last = string(text)
			}
		}
	}
}

func replace(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".inspect-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

func (w *Window) inspection() Inspection {
	names := map[desk.Screen]string{desk.ScreenUnlock: "unlock", desk.ScreenSignIn: "signIn", desk.ScreenHome: "home",
		desk.ScreenCall: "call", desk.ScreenSettings: "settings", desk.ScreenOffice: "office"}
	i := Inspection{Screen: names[w.state.Screen], Scale: w.canvas.Scale()}
	if n, ok := w.window.(driver.NativeWindow); ok {
		n.RunNative(func(context any) {
			if x, ok := context.(driver.X11WindowContext); ok {
				i.Window = x.WindowHandle
			}
		})
	}
	top := w.canvas.Content()
	overlays := w.canvas.Overlays().List()
	if i.Layers = len(overlays); i.Layers > 0 {
		top = overlays[i.Layers-1]
	}
	i.Width, i.Height = int(w.canvas.Size().Width*i.Scale+.5), int(w.canvas.Size().Height*i.Scale+.5)
	look := &looker{scale: i.Scale}
	if _, ours := top.(part.Parent); !ours && i.Layers > 0 {
		look.inFyne = true
	}
	look.walk(top, rect{0, 0, w.canvas.Size().Width, w.canvas.Size().Height})
	i.Parts = look.parts
	return i
}

type rect struct{ left, top, right, bottom float32 }

func (r rect) cut(o rect) rect {
	return rect{max(r.left, o.left), max(r.top, o.top), min(r.right, o.right), min(r.bottom, o.bottom)}
}

type looker struct {
	scale  float32
	parts  []Seen
	inFyne bool // in a dialog of Fyne's own
}

func (l *looker) walk(o fyne.CanvasObject, clip rect) {
	if o == nil || !o.Visible() {
		return
	}
	at, size := fyne.CurrentApp().Driver().AbsolutePositionForObject(o), o.Size()
	here := rect{at.X, at.Y, at.X + size.Width, at.Y + size.Height}
	if s, ok := o.(*part.Segments); ok {
		l.segments(s, here, clip)
	} else if t, ok := o.(part.Told); ok {
		if f := t.Facts(); f.Kind != "label" || f.Text != "" {
			l.add(f, here, clip)
		}
	} else if p, ok := o.(tile.Pictured); ok {
		for _, p := range p.Pictures() {
			x, y := here.left+p.X, here.top+p.Y
			l.add(part.Facts{Kind: "picture", Label: p.Name, Enabled: true}, rect{x, y, x + p.W, y + p.H}, clip)
		}
	}
	switch o := o.(type) {
	case *fyne.Container:
		for _, i := range o.Objects {
			l.walk(i, clip)
		}
	case *part.Scroll:
		for _, i := range o.Children() {
			l.walk(i, clip.cut(here))
		}
	case part.Parent:
		for _, i := range o.Children() {
			l.walk(i, clip)
		}
	case fyne.Widget:
		if l.inFyne {
			l.fyne(o, here, clip)
		}
	}
}

// fyne tells what a dialog of Fyne's own is made of: that for files is one.
func (l *looker) fyne(o fyne.Widget, here, clip rect) {
	switch o := o.(type) {
	case *widget.Label:
		l.add(part.Facts{Kind: "text", Text: o.Text, Enabled: true}, here, clip)
	case *widget.Button:
		l.add(part.Facts{Kind: "button", Text: o.Text, Enabled: !o.Disabled()}, here, clip)
	default:
		for _, i := range test.WidgetRenderer(o).Objects() {
			l.walk(i, clip.cut(here))
		}
	}
}

// segments are told one by one: each is something to click.
func (l *looker) segments(s *part.Segments, here, clip rect) {
	words, widths := s.Parts()
	f := s.Facts()
	x := here.left
	for i, word := range words {
		one := f
		one.Text, one.Checked = word, i == s.Chosen()
		l.add(one, rect{x, here.top, x + widths[i], here.bottom}, clip)
		x += widths[i]
	}
}

func (l *looker) add(f part.Facts, r, clip rect) {
	px := func(v float32) int { return int(math.Round(float64(v * l.scale))) }
	x, y := (r.left+r.right)/2, (r.top+r.bottom)/2
	s := Seen{Kind: f.Kind, Text: f.Text, Label: f.Label, Enabled: f.Enabled, Focused: f.Focused, Checked: f.Checked,
		X: px(r.left), Y: px(r.top)}
	if x > clip.left && x < clip.right && y > clip.top && y < clip.bottom {
		s.W, s.H = px(r.right-r.left), px(r.bottom-r.top)
	}
	l.parts = append(l.parts, s)
}
