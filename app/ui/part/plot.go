package part

import (
	"image"
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Curve is one line of a Plot. A dashed one is told from another without its colour.
type Curve struct {
	Values []float64 // negative for unknown
	Tone   Tone
	Dashed bool
}

// Plot draws curves over the last seconds: the newest value at the right edge, length values from edge to edge.
type Plot struct {
	widget.BaseWidget
	skin   *Skin
	height float32
	length int
	curves []Curve
	top    float64 // the value at the upper edge
}

// NewPlot makes an empty plot.
func (k *Skin) NewPlot(height float32, length int) *Plot {
	p := &Plot{skin: k, height: height, length: length, top: 1}
	p.ExtendBaseWidget(p)
	return p
}

// Set draws other curves. top is the least value that the upper edge stands for; a higher one among the values raises it.
func (p *Plot) Set(top float64, curves ...Curve) {
	p.curves, p.top = curves, top
	for _, c := range curves {
		for _, v := range c.Values {
			p.top = max(p.top, v)
		}
	}
	p.Refresh()
}

// HeightFor is its own, whatever the width.
func (p *Plot) HeightFor(float32) float32 { return p.height }

// CreateRenderer implements fyne.Widget.
func (p *Plot) CreateRenderer() fyne.WidgetRenderer {
	raster := canvas.NewRaster(p.draw)
	return &drawn{
		objects: []fyne.CanvasObject{raster},
		layout:  func(s fyne.Size) { place(raster, 0, 0, s.Width, s.Height) },
		min:     func() fyne.Size { return fyne.NewSize(120, p.height) },
		refresh: func() {},
	}
}

// draw paints the plot in pixels.
func (p *Plot) draw(w, h int) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	if w < 2 || h < 2 {
		return img
	}
	base := Faint(p.skin.Palette)
	base.A = 90
	for x := range w {
		img.SetNRGBA(x, h-1, base)
	}
	thick := max(1, h/28)
	for _, c := range p.curves {
		p.curve(img, c, thick)
	}
	return img
}

func (p *Plot) curve(img *image.NRGBA, c Curve, thick int) {
	bounds, ink := img.Bounds(), c.Tone(p.skin.Palette)
	step := float64(bounds.Dx()-1) / float64(max(1, p.length-1))
	at := func(i int) (x, y float64) {
		x = float64(bounds.Dx()-1) - float64(len(c.Values)-1-i)*step
		y = float64(bounds.Dy()-1-thick) * (1 - min(1, c.Values[i]/p.top))
		return x, y
	}
	for i := 1; i < len(c.Values); i++ {
		if c.Values[i] < 0 || c.Values[i-1] < 0 {
			continue
		}
		x0, y0 := at(i - 1)
		x1, y1 := at(i)
		stroke(img, x0, y0, x1, y1, thick, c.Dashed, ink)
	}
}

// stroke draws a line column by column, so that steep parts have no gaps.
func stroke(img *image.NRGBA, x0, y0, x1, y1 float64, thick int, dashed bool, ink color.NRGBA) {
	from, to := int(math.Round(x0)), int(math.Round(x1))
	for x := max(0, from); x <= min(to, img.Bounds().Dx()-1); x++ {
		if dashed && x/4%2 == 1 {
			continue
		}
		along := func(x float64) float64 {
			if x1 == x0 {
				return y1
			}
			return y0 + (y1-y0)*min(1, max(0, (x-x0)/(x1-x0)))
		}
		a, b := along(float64(x)-0.5), along(float64(x)+0.5)
		for y := int(min(a, b)); y <= int(max(a, b))+thick-1; y++ {
			if y >= 0 && y < img.Bounds().Dy() {
				img.SetNRGBA(x, y, ink)
			}
		}
	}
}
