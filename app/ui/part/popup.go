package part

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/assets"
)

// MenuItem is one line of a small menu.
type MenuItem struct {
	Words string
	Press func()
}

const itemHeight = 36

// OpenMenu shows a small menu at a position of owner's canvas. Arrow keys move, Enter chooses, Escape closes.
func (k *Skin) OpenMenu(owner fyne.CanvasObject, at fyne.Position, items []MenuItem) {
	width := float32(120)
	for _, it := range items {
		width = max(width, k.measure(BodyStyle(), it.Words).Width+32)
	}
	k.openList(owner, at, width, items, -1)
}

// openList shows a list that scrolls when it is longer than the window; chosen is ticked, or -1.
func (k *Skin) openList(owner fyne.CanvasObject, at fyne.Position, width float32, items []MenuItem, chosen int) {
	c := fyne.CurrentApp().Driver().CanvasForObject(owner)
	if c == nil || len(items) == 0 {
		return
	}
	p := &popup{skin: k, at: at, width: width, canvas: c}
	p.inner = NewSkin(k.Palette, k.Fonts)
	p.inner.Canvas = c
	p.inner.Escape = p.close
	objects := make([]fyne.CanvasObject, len(items))
	for i, it := range items {
		item := newListItem(p, i, it, i == chosen)
		p.items = append(p.items, item)
		objects[i] = item
	}
	p.scroll = p.inner.NewScroll(Column(0, objects...))
	p.ExtendBaseWidget(p)
	c.Overlays().Add(p)
	p.focus(max(0, chosen), false)
}

// popup is a layer over the whole window: a click beside the list closes it.
type popup struct {
	widget.BaseWidget
	skin, inner *Skin
	canvas      fyne.Canvas
	at          fyne.Position
	width       float32
	items       []*listItem
	scroll      *Scroll
	typed       string
	typedAt     time.Time
}

func (p *popup) close() { p.canvas.Overlays().Remove(p) }

// Tapped implements fyne.Tappable.
func (p *popup) Tapped(*fyne.PointEvent) { p.close() }

// TappedSecondary implements fyne.SecondaryTappable.
func (p *popup) TappedSecondary(*fyne.PointEvent) { p.close() }

// Children implements Parent.
func (p *popup) Children() []fyne.CanvasObject { return []fyne.CanvasObject{p.scroll} }

func (p *popup) focus(i int, quiet bool) {
	i = min(max(i, 0), len(p.items)-1)
	p.canvas.Focus(p.items[i])
}

// seek moves to the first item that begins with what was typed within the last second.
func (p *popup) seek(r rune, from int) {
	now := time.Now()
	if now.Sub(p.typedAt) > time.Second {
		p.typed = ""
	}
	p.typed, p.typedAt = p.typed+strings.ToLower(string(r)), now
	for n := range p.items {
		i := (from + n) % len(p.items)
		if strings.HasPrefix(strings.ToLower(strings.TrimLeft(p.items[i].item.Words, "+")), strings.TrimLeft(p.typed, "+")) {
			p.focus(i, false)
			return
		}
	}
}

// CreateRenderer implements fyne.Widget.
func (p *popup) CreateRenderer() fyne.WidgetRenderer {
	card := canvas.NewRectangle(p.skin.Palette.Card)
	card.StrokeColor, card.StrokeWidth, card.CornerRadius = p.skin.Palette.Edge, 1, theme.Radius
	card.Shadow = canvas.Shadow{Color: p.skin.Palette.Shadow, BlurRadius: 16, Offset: fyne.NewPos(0, 4)}
	r := &drawn{objects: []fyne.CanvasObject{card, p.scroll}}
	r.layout = func(s fyne.Size) {
		full := float32(len(p.items))*itemHeight + 12
		h := min(full, s.Height-16, 330)
		x := min(max(8, p.at.X), s.Width-p.width-8)
		y := min(max(8, p.at.Y), s.Height-h-8)
		place(card, x, y, p.width, h)
		place(p.scroll, x+6, y+6, p.width-12, h-12)
	}
	r.min = func() fyne.Size { return fyne.NewSize(p.width, 60) }
	r.refresh = func() {}
	return r
}

// listItem is one line of a list.
type listItem struct {
	control
	owner  *popup
	index  int
	item   MenuItem
	chosen bool
}

func newListItem(p *popup, index int, it MenuItem, chosen bool) *listItem {
	l := &listItem{owner: p, index: index, item: it, chosen: chosen}
	l.begin(p.inner, l, func() {
		p.close()
		it.Press()
	})
	l.extraKey = l.arrow
	return l
}

func (l *listItem) arrow(k *fyne.KeyEvent) bool {
	to := map[fyne.KeyName]int{
		fyne.KeyDown: l.index + 1, fyne.KeyUp: l.index - 1,
		fyne.KeyPageDown: l.index + 8, fyne.KeyPageUp: l.index - 8,
		fyne.KeyHome: 0, fyne.KeyEnd: len(l.owner.items) - 1,
	}
	i, ok := to[k.Name]
	if ok {
		l.owner.focus(i, false)
	}
	return ok
}

// TypedRune implements fyne.Focusable.
func (l *listItem) TypedRune(r rune) {
	if r != ' ' {
		l.owner.seek(r, l.index)
	}
}

// Facts implements Told.
func (l *listItem) Facts() Facts {
	return Facts{Kind: "item", Text: l.item.Words, Enabled: true, Focused: l.focused, Checked: l.chosen}
}

// CreateRenderer implements fyne.Widget.
func (l *listItem) CreateRenderer() fyne.WidgetRenderer {
	ground := canvas.NewRectangle(nil)
	ground.CornerRadius = 7
	style := BodyStyle()
	if l.chosen {
		style.Weight = assets.SemiBold
	}
	label := l.skin.text(style, l.item.Words)
	r := &drawn{objects: []fyne.CanvasObject{ground, label}}
	r.layout = func(s fyne.Size) {
		place(ground, 0, 0, s.Width, s.Height)
		label.Text = l.skin.cut(style, l.item.Words, s.Width-20)
		h := label.MinSize().Height
		place(label, 10, (s.Height-h)/2, s.Width-20, h)
	}
	r.min = func() fyne.Size { return fyne.NewSize(60, itemHeight) }
	r.refresh = func() {
		p := l.skin.Palette
		ground.FillColor = nil
		label.Color = p.Text
		switch {
		case l.focused:
			ground.FillColor, label.Color = p.AccentSoft, p.Accent
		case l.hovered:
			ground.FillColor = p.Hover
		}
	}
	r.refresh()
	return r
}
