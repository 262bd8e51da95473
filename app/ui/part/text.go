package part

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/assets"
)

// Style is how a text is set.
type Style struct {
	Size   float32
	Weight assets.Weight
	Tone   Tone
	Align  fyne.TextAlign
	// Leading is the height of a line as a multiple of Size; 0 is 1.45.
	Leading float32
}

// The styles of DESIGN: regular for text, semibold for titles and names.
func BodyStyle() Style  { return Style{Size: theme.Body, Weight: assets.Regular, Tone: Text} }
func SoftStyle() Style  { return Style{Size: theme.Body, Weight: assets.Regular, Tone: Soft} }
func SmallStyle() Style { return Style{Size: theme.Small, Weight: assets.Regular, Tone: Soft} }
func LabelStyle() Style { return Style{Size: theme.Small, Weight: assets.Medium, Tone: Soft} }
func NameStyle() Style  { return Style{Size: theme.Body, Weight: assets.SemiBold, Tone: Text} }
func HeadStyle() Style  { return Style{Size: theme.Large, Weight: assets.SemiBold, Tone: Text} }
func TitleStyle() Style {
	return Style{Size: theme.Title, Weight: assets.SemiBold, Tone: Text, Leading: 1.25}
}

// With returns the style in another tone.
func (s Style) With(t Tone) Style { s.Tone = t; return s }

// Centred returns the style centred.
func (s Style) Centred() Style { s.Align = fyne.TextAlignCenter; return s }

func (s Style) leading() float32 {
	if s.Leading == 0 {
		return s.Size * theme.Em * 1.45
	}
	return s.Size * theme.Em * s.Leading
}

func (k *Skin) font(w assets.Weight) fyne.Resource {
	switch w {
	case assets.SemiBold:
		return k.Fonts.SemiBold
	case assets.Medium:
		return k.Fonts.Medium
	default:
		return k.Fonts.Regular
	}
}

func (k *Skin) text(s Style, words string) *canvas.Text {
	t := canvas.NewText(words, s.Tone(k.Palette))
	t.TextSize, t.FontSource, t.Alignment = s.Size, k.font(s.Weight), s.Align
	return t
}

func (k *Skin) measure(s Style, words string) fyne.Size {
	size, _ := fyne.CurrentApp().Driver().RenderedTextSize(words, s.Size, fyne.TextStyle{}, k.font(s.Weight))
	return size
}

// Line is one line of text that ends in an ellipsis where its place ends.
type Line struct {
	widget.BaseWidget
	skin  *Skin
	style Style
	words string
	text  *canvas.Text
	least float32
}

// NewLine makes a line. It asks for no more width than least, unless least is 0: then for all of its text.
func (k *Skin) NewLine(s Style, words string, least float32) *Line {
	l := &Line{skin: k, style: s, words: words, least: least, text: k.text(s, words)}
	l.ExtendBaseWidget(l)
	return l
}

// Set changes the words.
func (l *Line) Set(words string) {
	if l.words == words {
		return
	}
	l.words = words
	l.Refresh()
}

// SetStyle changes how they are set.
func (l *Line) SetStyle(s Style) {
	l.style = s
	l.text.TextSize, l.text.FontSource, l.text.Alignment = s.Size, l.skin.font(s.Weight), s.Align
	l.Refresh()
}

// Words returns what was set.
func (l *Line) Words() string { return l.words }

// Facts implements Told.
func (l *Line) Facts() Facts { return Facts{Kind: "label", Text: l.words, Enabled: true} }

// CreateRenderer implements fyne.Widget.
func (l *Line) CreateRenderer() fyne.WidgetRenderer {
	return &drawn{
		objects: []fyne.CanvasObject{l.text},
		layout: func(s fyne.Size) {
			l.text.Text = l.skin.cut(l.style, l.words, s.Width)
			h := l.text.MinSize().Height
			place(l.text, 0, (s.Height-h)/2, s.Width, h)
		},
		min: func() fyne.Size {
			m := l.skin.measure(l.style, l.words)
			if l.least > 0 {
				m.Width = min(m.Width, l.least)
			}
			return fyne.NewSize(m.Width, max(m.Height, l.style.leading()))
		},
		refresh: func() {
			l.text.Color = l.style.Tone(l.skin.Palette)
			l.text.Text = l.skin.cut(l.style, l.words, l.Size().Width)
		},
	}
}

// cut shortens words to width, ending in an ellipsis.
func (k *Skin) cut(s Style, words string, width float32) string {
	if width <= 0 || k.measure(s, words).Width <= width+0.5 {
		return words
	}
	runes := []rune(words)
	low, high := 0, len(runes)
	for low < high {
		mid := (low + high + 1) / 2
		if k.measure(s, string(runes[:mid])+"…").Width <= width {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return strings.TrimRight(string(runes[:low]), " ") + "…"
}

// Prose is text that wraps at words.
type Prose struct {
	widget.BaseWidget
	skin  *Skin
	style Style
	words string
	width float32
	lines []fyne.CanvasObject
}

// NewProse makes a paragraph.
func (k *Skin) NewProse(s Style, words string) *Prose {
	p := &Prose{skin: k, style: s, words: words}
	p.ExtendBaseWidget(p)
	return p
}

// Set changes the words. The parent has to be laid out anew when the height may change.
func (p *Prose) Set(words string) {
	if p.words == words {
		return
	}
	p.words = words
	p.Refresh()
}

// SetTone changes the colour.
func (p *Prose) SetTone(t Tone) {
	p.style.Tone = t
	p.Refresh()
}

// Words returns what was set.
func (p *Prose) Words() string { return p.words }

// Facts implements Told.
func (p *Prose) Facts() Facts { return Facts{Kind: "label", Text: p.words, Enabled: true} }

// HeightFor implements Flow.
func (p *Prose) HeightFor(width float32) float32 {
	return float32(len(p.skin.wrap(p.style, p.words, width))) * p.style.leading()
}

// CreateRenderer implements fyne.Widget.
func (p *Prose) CreateRenderer() fyne.WidgetRenderer { return &proseRenderer{p} }

type proseRenderer struct{ p *Prose }

func (r *proseRenderer) Layout(s fyne.Size) {
	p := r.p
	p.width = s.Width
	words := p.skin.wrap(p.style, p.words, s.Width)
	p.lines = p.lines[:0]
	for i, w := range words {
		t := p.skin.text(p.style, w)
		h := t.MinSize().Height
		place(t, 0, float32(i)*p.style.leading()+(p.style.leading()-h)/2, s.Width, h)
		p.lines = append(p.lines, t)
	}
}

func (r *proseRenderer) MinSize() fyne.Size {
	width := r.p.width
	if width == 0 {
		width = r.p.skin.measure(r.p.style, r.p.words).Width
	}
	return fyne.NewSize(24, r.p.HeightFor(width))
}

func (r *proseRenderer) Refresh() {
	r.Layout(r.p.Size())
	for _, o := range r.p.lines {
		o.Refresh()
	}
}

func (r *proseRenderer) Objects() []fyne.CanvasObject { return r.p.lines }
func (r *proseRenderer) Destroy()                     {}

// wrap breaks words into lines no wider than width; a word longer than a line is broken inside.
func (k *Skin) wrap(s Style, words string, width float32) []string {
	var lines []string
	for _, paragraph := range strings.Split(words, "\n") {
		lines = append(lines, k.wrapParagraph(s, paragraph, width)...)
	}
	return lines
}

func (k *Skin) wrapParagraph(s Style, words string, width float32) []string {
	if width <= 0 || k.measure(s, words).Width <= width+0.5 {
		return []string{words}
	}
	var lines []string
	line := ""
	for _, word := range strings.Fields(words) {
		longer := strings.TrimLeft(line+" "+word, " ")
		if k.measure(s, longer).Width <= width+0.5 {
			line = longer
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for k.measure(s, word).Width > width && len([]rune(word)) > 1 {
			fit := k.fit(s, word, width)
			lines, word = append(lines, string([]rune(word)[:fit])), string([]rune(word)[fit:])
		}
		line = word
	}
	return append(lines, line)
}

// fit is how many runes of a word go into width, at least one.
func (k *Skin) fit(s Style, word string, width float32) int {
	runes := []rune(word)
	n := 1
	for n < len(runes) && k.measure(s, string(runes[:n+1])).Width <= width {
		n++
	}
	return n
}
