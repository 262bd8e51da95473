package ui

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/core/call"
	"legekonsultasjon/core/desk"
)

// panelView is why the call is as it is: one line of plain words, curves of the last two minutes, and a report to copy.
// It is drawn once for each sample, which is once a second, and only while it is open.
type panelView struct {
	w       *Window
	content fyne.CanvasObject
	words   *part.Prose
	facts   *part.Prose
	plots   []*panelPlot
	copied  *part.Prose
	drawn   int // Number of what is shown
	state   desk.CallState
}

// panelPlot is one plot with its name and newest value.
type panelPlot struct {
	name  string // catalogue key
	value *part.Line
	plot  *part.Plot
	top   float64 // what the upper edge stands for, unless there is more
	show  func(desk.Sample) string
	of    []func(desk.Sample) float64
}

// panelSeconds is how long a plot reaches back.
const panelSeconds = 120

func newPanelView(w *Window, k *part.Skin) *panelView {
	v := &panelView{w: w, drawn: -1}
	v.words, v.facts, v.copied = k.NewProse(part.NameStyle(), ""), k.NewProse(part.SmallStyle(), ""), k.NewProse(part.SmallStyle(), "")
	column := part.Column(12, k.NewLine(part.HeadStyle(), w.t("call.connection"), 24), v.words)
	v.plots = v.makePlots()
	for _, p := range v.plots {
		p.value, p.plot = k.NewLine(part.NameStyle(), "", 0), k.NewPlot(44, panelSeconds)
		name := k.NewLine(part.LabelStyle(), w.t(p.name), 24)
		column.Add(part.Column(4, part.Row(8, part.Grow(name), p.value), p.plot))
	}
	column.Add(v.facts)
	column.Add(part.Row(0, k.NewButton(part.Lined, w.t("panel.copy"), v.copy).Sized(40, 10, 16), part.Space()))
	column.Add(v.copied)
	v.content = k.Card(k.NewScroll(part.Pad(20, column)))
	return v
}

func (v *panelView) makePlots() []*panelPlot {
	one := func(name string, top float64, words string, of func(desk.Sample) float64) *panelPlot {
		show := func(s desk.Sample) string {
			if of(s) < 0 {
				return ""
			}
			return v.w.t(words, "n", whole(of(s)))
		}
		return &panelPlot{name: name, top: top, show: show, of: []func(desk.Sample) float64{of}}
	}
	rate := &panelPlot{name: "panel.rate", top: 200, of: []func(desk.Sample) float64{kbitsIn, kbitsOut}, show: func(s desk.Sample) string {
		return v.w.t("panel.kbits", "in", whole(kbitsIn(s)), "out", whole(kbitsOut(s)))
	}}
	height := &panelPlot{name: "panel.height", top: 720, of: []func(desk.Sample) float64{heightIn, heightOut}, show: func(s desk.Sample) string {
		return v.w.t("panel.pixels", "in", whole(heightIn(s)), "out", whole(heightOut(s)))
	}}
	return []*panelPlot{
		one("panel.roundTrip", 100, "panel.ms", roundTrip), one("panel.loss", 5, "panel.percent", loss), rate, height,
		one("panel.processor", 100, "panel.percent", processor),
	}
}

func roundTrip(s desk.Sample) float64 { return s.RoundTripMS }
func loss(s desk.Sample) float64      { return s.LossPercent }
func kbitsIn(s desk.Sample) float64   { return float64(s.In) / 1000 }
func kbitsOut(s desk.Sample) float64  { return float64(s.Out) / 1000 }
func heightIn(s desk.Sample) float64  { return float64(s.InHeight) }
func heightOut(s desk.Sample) float64 { return float64(s.OutHeight) }
func processor(s desk.Sample) float64 { return s.Processor }

func whole(v float64) string { return strconv.Itoa(int(math.Round(v))) }

// Render draws what is new.
func (v *panelView) Render(c *desk.Call) {
	p := c.Panel
	if p == nil {
		v.drawn = -1
		return
	}
	if v.drawn == p.Number && v.state == c.State {
		return
	}
	if v.drawn < 0 {
		v.copied.Set("")
	}
	v.drawn, v.state = p.Number, c.State
	v.words.Set(v.inWords(c))
	v.facts.Set(v.around(p))
	for _, plot := range v.plots {
		plot.draw(p.Samples)
	}
	v.content.Refresh()
}

func (p *panelPlot) draw(samples []desk.Sample) {
	if len(samples) == 0 {
		return
	}
	p.value.Set(p.show(samples[len(samples)-1]))
	tones := []part.Tone{part.Accent, part.Text}
	var curves []part.Curve
	for i, of := range p.of {
		curves = append(curves, part.Curve{Values: values(samples, of), Tone: tones[i], Dashed: i > 0})
	}
	p.plot.Set(p.top, curves...)
}

func values(samples []desk.Sample, of func(desk.Sample) float64) []float64 {
	out := make([]float64, len(samples))
	for i, s := range samples {
		out[i] = of(s)
	}
	return out
}

// inWords is the one line above the curves.
func (v *panelView) inWords(c *desk.Call) string {
	switch {
	case c.State == desk.CallInterrupted:
		return v.w.t("panel.interrupted")
	case c.State != desk.CallSecure:
		return v.w.t("panel.connecting")
	case c.Network != (call.Network{}):
		return v.w.call.network(c)
	case busy(c.Panel.Samples):
		return v.w.t("panel.busy")
	}
	return v.w.t("panel.good")
}

// busyProcessor is when the machine itself is the likely reason, in percent of one core on average of busyFor samples.
const (
	busyProcessor = 160
	busyFor       = 10
)

func busy(samples []desk.Sample) bool {
	last := samples[max(0, len(samples)-busyFor):]
	sum := 0.0
	for _, s := range last {
		sum += s.Processor
	}
	return len(last) == busyFor && sum/busyFor > busyProcessor
}

// around are the facts below the curves.
func (v *panelView) around(p *desk.Panel) string {
	said := []string{v.w.t("panel.direct")}
	if p.Relayed {
		said[0] = v.w.t("panel.relayed")
	}
	if p.Own > 0 {
		said = append(said, v.w.t("panel.own", "ms", strconv.Itoa(int(p.Own.Milliseconds())), "loss", whole(p.OwnLoss)))
	}
	if p.Breaks > 0 {
		said = append(said, v.w.t("panel.breaks", "n", strconv.Itoa(p.Breaks)))
	}
	return strings.Join(said, " ")
}

// copy puts the report on the clipboard.
func (v *panelView) copy() {
	c := v.w.state.Call
	if c == nil || c.Panel == nil {
		return
	}
	fyne.CurrentApp().Clipboard().SetContent(v.report(c))
	v.copied.Set(v.w.t("panel.copied"))
	v.content.Refresh()
}

// report is what somebody who helps needs to know, and nothing of who speaks with whom, from where, or when.
func (v *panelView) report(c *desk.Call) string {
	p := c.Panel
	lines := []string{v.inWords(c), v.around(p), fmt.Sprintf("%s/%s, %d CPU, %d s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), len(p.Samples))}
	for _, of := range []struct {
		key   string
		value func(desk.Sample) float64
		unit  string
	}{
		{"panel.roundTrip", roundTrip, "ms"}, {"panel.loss", loss, "%"}, {"panel.rate", kbitsIn, "kbit/s <"}, {"panel.rate", kbitsOut, "kbit/s >"},
		{"panel.height", heightIn, "px <"}, {"panel.height", heightOut, "px >"}, {"panel.processor", processor, "%"},
	} {
		all := slices.DeleteFunc(values(p.Samples, of.value), func(x float64) bool { return x < 0 })
		if slices.Sort(all); len(all) > 0 {
			lines = append(lines, fmt.Sprintf("%s: %.0f %s (%.0f-%.0f)", v.w.t(of.key), all[len(all)/2], of.unit, all[0], all[len(all)-1]))
		}
	}
	return strings.Join(lines, "\n") + "\n"
}
