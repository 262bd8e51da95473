package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"legekonsultasjon/app/ui/theme"
)

// Check is a box of 22 px with words beside it; the words can be clicked too.
type Check struct {
	control
	words string
	on    bool
}

// NewCheck makes a box, unticked; change is called when a person changes it.
func (k *Skin) NewCheck(words string, change func(bool)) *Check {
	c := &Check{words: words}
	c.begin(k, c, func() {
		c.on = !c.on
		c.Refresh()
		if change != nil {
			change(c.on)
		}
	})
	return c
}

// On reports whether it is ticked.
func (c *Check) On() bool { return c.on }

// SetOn ticks or unticks it without calling change.
func (c *Check) SetOn(on bool) { c.set(&c.on, on) }

// Facts implements Told.
func (c *Check) Facts() Facts {
	return Facts{Kind: "check", Text: c.words, Enabled: !c.off, Focused: c.focused, Checked: c.on}
}

// HeightFor implements Flow.
func (c *Check) HeightFor(width float32) float32 {
	lines := c.skin.wrap(BodyStyle(), c.words, width-32)
	return max(32, float32(len(lines))*BodyStyle().leading()+10)
}

// CreateRenderer implements fyne.Widget.
func (c *Check) CreateRenderer() fyne.WidgetRenderer {
	box := canvas.NewRectangle(nil)
	box.CornerRadius, box.StrokeWidth = 6, 2
	mark := newIcon()
	focus := newRing()
	words := c.skin.NewProse(BodyStyle(), c.words)
	r := &drawn{objects: []fyne.CanvasObject{box, mark, words, focus.Rectangle}}
	r.layout = func(s fyne.Size) {
		place(box, 0, 5, 22, 22)
		place(mark, 3, 8, 16, 16)
		place(words, 32, 5, s.Width-32, s.Height-10)
		focus.CornerRadius = 9
		place(focus.Rectangle, -4, 1, 30, 30)
	}
	r.min = func() fyne.Size { return fyne.NewSize(60, c.HeightFor(max(60, c.Size().Width))) }
	r.refresh = func() {
		p := c.skin.Palette
		box.FillColor, box.StrokeColor = p.Card, p.Edge
		mark.Hide()
		if c.on {
			box.FillColor, box.StrokeColor = p.Accent, p.Accent
			c.skin.paintIcon(mark, "check", 16, p.OnAccent)
			mark.Show()
		} else if c.hovered {
			box.StrokeColor = p.Accent
		}
		if c.off {
			box.FillColor, box.StrokeColor = p.Raised, p.Line
		}
		focus.show(c.skin, c.focused && c.ringed)
	}
	r.refresh()
	return r
}

// Segments is a choice of few, set side by side in one frame: arrow keys choose.
type Segments struct {
	control
	words  []string
	chosen int
	over   int
	change func(int)
}

// NewSegments makes it with the first chosen.
func (k *Skin) NewSegments(words []string, change func(int)) *Segments {
	s := &Segments{words: words, change: change, over: -1}
	s.begin(k, s, nil)
	s.extraKey = s.key
	return s
}

// Chosen is the index of the choice.
func (s *Segments) Chosen() int { return s.chosen }

// Choose changes it without calling change.
func (s *Segments) Choose(i int) {
	if s.chosen != i {
		s.chosen = i
		s.Refresh()
	}
}

func (s *Segments) pick(i int) {
	if i < 0 || i >= len(s.words) || i == s.chosen || s.off {
		return
	}
	s.Choose(i)
	if s.change != nil {
		s.change(i)
	}
}

func (s *Segments) key(k *fyne.KeyEvent) bool {
	switch k.Name {
	case fyne.KeyLeft, fyne.KeyUp:
		s.pick(s.chosen - 1)
	case fyne.KeyRight, fyne.KeyDown:
		s.pick(s.chosen + 1)
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		s.pick((s.chosen + 1) % len(s.words))
	default:
		return false
	}
	return true
}

// Tapped implements fyne.Tappable.
func (s *Segments) Tapped(e *fyne.PointEvent) {
	s.control.Tapped(e)
	x := float32(0)
	for i, w := range s.widths(s.Size().Width) {
		if e.Position.X >= x && e.Position.X < x+w {
			s.pick(i)
		}
		x += w
	}
}

// Parts returns where each segment stands, for tests: label, x and width.
func (s *Segments) Parts() (words []string, widths []float32) {
	return s.words, s.widths(s.Size().Width)
}

// Facts implements Told.
func (s *Segments) Facts() Facts {
	return Facts{Kind: "segment", Text: s.words[s.chosen], Enabled: !s.off, Focused: s.focused}
}

func (s *Segments) widths(total float32) []float32 {
	out := make([]float32, len(s.words))
	sum := float32(0)
	for i, w := range s.words {
		out[i] = s.skin.measure(NameStyle(), w).Width + 34
		sum += out[i]
	}
	for i := range out {
		out[i] += (total - sum) / float32(len(out))
	}
	return out
}

// CreateRenderer implements fyne.Widget.
func (s *Segments) CreateRenderer() fyne.WidgetRenderer {
	frame, fill := canvas.NewRectangle(nil), canvas.NewRectangle(nil)
	frame.CornerRadius, frame.StrokeWidth = theme.Radius, 1
	focus := newRing()
	r := &drawn{objects: []fyne.CanvasObject{fill, focus.Rectangle}}
	labels := make([]*canvas.Text, len(s.words))
	rules := make([]*canvas.Rectangle, len(s.words)-1)
	for i, w := range s.words {
		labels[i] = s.skin.text(NameStyle().Centred(), w)
		r.objects = append(r.objects, labels[i])
		if i > 0 {
			rules[i-1] = canvas.NewRectangle(nil)
			r.objects = append(r.objects, rules[i-1])
		}
	}
	r.objects = append(r.objects, frame)
	r.layout = func(size fyne.Size) {
		place(frame, 0, 0, size.Width, size.Height)
		focus.around(size, theme.Radius)
		x := float32(0)
		for i, w := range s.widths(size.Width) {
			h := labels[i].MinSize().Height
			place(labels[i], x, (size.Height-h)/2, w, h)
			if i > 0 {
				place(rules[i-1], x, 0, 1, size.Height)
			}
			if i == s.chosen {
				place(fill, x, 0, w, size.Height)
			}
			x += w
		}
	}
	r.min = func() fyne.Size {
		sum := float32(0)
		for _, w := range s.words {
			sum += s.skin.measure(NameStyle(), w).Width + 34
		}
		return fyne.NewSize(sum, theme.ControlHeight)
	}
	r.refresh = func() {
		p := s.skin.Palette
		frame.StrokeColor, frame.FillColor = p.Edge, nil
		fill.FillColor = p.AccentSoft
		fill.TopLeftCornerRadius, fill.BottomLeftCornerRadius, fill.TopRightCornerRadius, fill.BottomRightCornerRadius = 0, 0, 0, 0
		if s.chosen == 0 {
			fill.TopLeftCornerRadius, fill.BottomLeftCornerRadius = theme.Radius, theme.Radius
		}
		if s.chosen == len(s.words)-1 {
			fill.TopRightCornerRadius, fill.BottomRightCornerRadius = theme.Radius, theme.Radius
		}
		for i, l := range labels {
			l.Color, l.FontSource = p.Text, s.skin.Fonts.Medium
			if i == s.chosen {
				l.Color, l.FontSource = p.Accent, s.skin.Fonts.SemiBold
			}
		}
		for _, rule := range rules {
			rule.FillColor = p.Edge
		}
		focus.show(s.skin, s.focused && s.ringed)
		r.layout(s.Size())
	}
	r.refresh()
	return r
}
