package part

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/assets"
)

// ChipTone is what a chip means.
type ChipTone int

const (
	Plain ChipTone = iota
	Good
	Late
	Count
	Bad
)

// Chip is a small state in words, with a dot where the state is alive.
type Chip struct {
	widget.BaseWidget
	skin  *Skin
	tone  ChipTone
	words string
	dot   bool
}

// NewChip makes a chip, 24 px tall.
func (k *Skin) NewChip(tone ChipTone, words string, dot bool) *Chip {
	c := &Chip{skin: k, tone: tone, words: words, dot: dot}
	c.ExtendBaseWidget(c)
	return c
}

// Set changes it. It reports whether anything changed, and so whether the row has to be laid out anew.
func (c *Chip) Set(tone ChipTone, words string) bool {
	if c.tone == tone && c.words == words {
		return false
	}
	c.tone, c.words = tone, words
	c.Refresh()
	return true
}

// Facts implements Told.
func (c *Chip) Facts() Facts { return Facts{Kind: "label", Text: c.words, Enabled: true} }

func (c *Chip) colours() (ground, ink color.NRGBA) {
	p := c.skin.Palette
	switch c.tone {
	case Good:
		return p.OkSoft, p.Ok
	case Late:
		return p.WaitSoft, p.Wait
	case Count:
		return p.AccentSoft, p.Accent
	case Bad:
		return p.StopSoft, p.Stop
	default:
		return p.Raised, p.Soft
	}
}

// CreateRenderer implements fyne.Widget.
func (c *Chip) CreateRenderer() fyne.WidgetRenderer {
	ground, dot := canvas.NewRectangle(nil), canvas.NewCircle(nil)
	ground.CornerRadius = 12
	style := Style{Size: theme.Small, Weight: assets.Medium, Tone: Soft}
	label := c.skin.text(style, c.words)
	r := &drawn{objects: []fyne.CanvasObject{ground, label}}
	left := float32(10)
	if c.dot {
		r.objects = append(r.objects, dot)
		left = 24
	}
	r.layout = func(s fyne.Size) {
		place(ground, 0, (s.Height-24)/2, s.Width, 24)
		place(dot, 10, (s.Height-8)/2, 8, 8)
		label.Text = c.skin.cut(style, c.words, s.Width-left-8)
		h := label.MinSize().Height
		place(label, left, (s.Height-h)/2, s.Width-left-8, h)
	}
	r.min = func() fyne.Size {
		return fyne.NewSize(min(c.skin.measure(style, c.words).Width, 300)+left+10, 24)
	}
	r.refresh = func() {
		fill, ink := c.colours()
		ground.FillColor, dot.FillColor, label.Color = fill, ink, ink
		label.Text = c.words
		r.layout(c.Size())
	}
	r.refresh()
	return r
}

// Plate is a filled rectangle with round corners behind something.
type Plate struct {
	widget.BaseWidget
	skin             *Skin
	fill, edge       Tone
	radius, edgeWide float32
}

// NewPlate makes one; a nil edge draws none.
func (k *Skin) NewPlate(fill, edge Tone, radius float32) *Plate {
	p := &Plate{skin: k, fill: fill, edge: edge, radius: radius, edgeWide: 1}
	p.ExtendBaseWidget(p)
	return p
}

// SetTones changes the colours.
func (p *Plate) SetTones(fill, edge Tone) {
	p.fill, p.edge = fill, edge
	p.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (p *Plate) CreateRenderer() fyne.WidgetRenderer {
	rect := canvas.NewRectangle(nil)
	rect.CornerRadius = p.radius
	r := &drawn{objects: []fyne.CanvasObject{rect}}
	r.layout = func(s fyne.Size) { place(rect, 0, 0, s.Width, s.Height) }
	r.min = func() fyne.Size { return fyne.Size{} }
	r.refresh = func() {
		rect.FillColor = p.fill(p.skin.Palette)
		rect.StrokeWidth = 0
		if p.edge != nil {
			rect.StrokeColor, rect.StrokeWidth = p.edge(p.skin.Palette), p.edgeWide
		}
	}
	r.refresh()
	return r
}

// Tones of surfaces.
var (
	GroundTone  Tone = func(p *theme.Palette) color.NRGBA { return p.Ground }
	CardTone    Tone = func(p *theme.Palette) color.NRGBA { return p.Card }
	RaisedTone  Tone = func(p *theme.Palette) color.NRGBA { return p.Raised }
	LineTone    Tone = func(p *theme.Palette) color.NRGBA { return p.Line }
	EdgeTone    Tone = func(p *theme.Palette) color.NRGBA { return p.Edge }
	AccentSoft  Tone = func(p *theme.Palette) color.NRGBA { return p.AccentSoft }
	WaitSoft    Tone = func(p *theme.Palette) color.NRGBA { return p.WaitSoft }
	StopSoft    Tone = func(p *theme.Palette) color.NRGBA { return p.StopSoft }
	OkSoft      Tone = func(p *theme.Palette) color.NRGBA { return p.OkSoft }
	Transparent Tone = func(*theme.Palette) color.NRGBA { return color.NRGBA{} }
)

// Card sets content on a card: white, radius 16, a line of 1 px.
func (k *Skin) Card(content fyne.CanvasObject) *fyne.Container {
	return Layers(k.NewPlate(CardTone, LineTone, theme.CardRadius), content)
}

// Rule is a line of 1 px across.
func (k *Skin) Rule() fyne.CanvasObject { return Tall(1, k.NewPlate(LineTone, nil, 0)) }

// Tall gives an object a fixed height.
func Tall(h float32, o fyne.CanvasObject) *fyne.Container { return newTall(h, o) }

// OrLine is a rule with a word in the middle.
func (k *Skin) OrLine(word string) fyne.CanvasObject {
	style := SmallStyle().With(Faint)
	return Row(12, Grow(k.Rule()), k.NewLine(style, word, 0), Grow(k.Rule()))
}

// Icon is an icon of a size in a tone.
type Icon struct {
	widget.BaseWidget
	skin *Skin
	name string
	tone Tone
	size float32
}

// NewIcon makes an icon.
func (k *Skin) NewIcon(name string, tone Tone, size float32) *Icon {
	i := &Icon{skin: k, name: name, tone: tone, size: size}
	i.ExtendBaseWidget(i)
	return i
}

// CreateRenderer implements fyne.Widget.
func (i *Icon) CreateRenderer() fyne.WidgetRenderer {
	img := newIcon()
	r := &drawn{objects: []fyne.CanvasObject{img}}
	r.layout = func(s fyne.Size) { place(img, (s.Width-i.size)/2, (s.Height-i.size)/2, i.size, i.size) }
	r.min = func() fyne.Size { return fyne.NewSize(i.size, i.size) }
	r.refresh = func() { i.skin.paintIcon(img, i.name, i.size, i.tone(i.skin.Palette)) }
	r.refresh()
	return r
}

// Avatar is a round plate with an icon or initials.
func (k *Skin) Avatar(size float32, fill, edge Tone, inner fyne.CanvasObject) fyne.CanvasObject {
	return Wide(size, Tall(size, Layers(k.NewPlate(fill, edge, size/2), CentreBoth(inner))))
}
