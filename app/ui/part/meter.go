package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Meter is a bar that shows how loud something is.
type Meter struct {
	widget.BaseWidget
	skin  *Skin
	share float32
}

// NewMeter makes an empty one.
func (k *Skin) NewMeter() *Meter {
	m := &Meter{skin: k}
	m.ExtendBaseWidget(m)
	return m
}

// Set fills so much of it: 0 to 1. It draws nothing when nothing changes.
func (m *Meter) Set(share float64) {
	s := float32(min(max(share, 0), 1))
	if s == m.share {
		return
	}
	m.share = s
	m.Refresh()
}

// Share is how much of it is filled.
func (m *Meter) Share() float64 { return float64(m.share) }

const meterHeight = 10

// HeightFor is its own, whatever the width.
func (m *Meter) HeightFor(float32) float32 { return meterHeight }

// CreateRenderer implements fyne.Widget.
func (m *Meter) CreateRenderer() fyne.WidgetRenderer {
	groove, bar := canvas.NewRectangle(nil), canvas.NewRectangle(nil)
	groove.CornerRadius, bar.CornerRadius = meterHeight/2, meterHeight/2
	groove.StrokeWidth = 1
	width := float32(0)
	fill := func() {
		p := m.skin.Palette
		groove.FillColor, groove.StrokeColor, bar.FillColor = p.Ground, p.Line, p.Ok
		place(bar, 0, 0, width*m.share, meterHeight)
		bar.Hidden = m.share == 0
	}
	return &drawn{
		objects: []fyne.CanvasObject{groove, bar},
		layout: func(s fyne.Size) {
			width = s.Width
			place(groove, 0, 0, s.Width, meterHeight)
			fill()
		},
		min:     func() fyne.Size { return fyne.NewSize(120, meterHeight) },
		refresh: fill,
	}
}
