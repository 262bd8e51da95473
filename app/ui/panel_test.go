package ui_test

import (
	"image/png"
	"math"
	"os"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"legekonsultasjon/app/ui/uitest"
	"legekonsultasjon/core/call"
	"legekonsultasjon/core/desk"
)

// twoMinutes are samples of a line that becomes bad in the second one.
func twoMinutes() *desk.Panel {
	p := &desk.Panel{Number: 120, Relayed: true, Breaks: 1, Own: 18_000_000}
	for i := range 120 {
		s := desk.Sample{RoundTripMS: 40 + 6*math.Sin(float64(i)), Out: 1_400_000, In: 1_300_000, OutHeight: 720, InHeight: 720, Processor: 38}
		if i > 70 {
			s = desk.Sample{RoundTripMS: 420 + 90*math.Sin(float64(i)/2), LossPercent: 6, Out: 310_000, In: 280_000, OutHeight: 180, InHeight: 360, Processor: 31}
		}
		p.Samples = append(p.Samples, s)
	}
	return p
}

// The panel says in words why, draws once for each sample, and copies a report that names nobody.
func TestConnectionPanel(t *testing.T) {
	s := uitest.Call()
	f := uitest.Open(s, 1180, 860, 1)
	press(t, f, "toggle", "Forbindelse")
	if open, ok := f.Last().(desk.DoPanel); !ok || !open.Open {
		t.Fatalf("posted %#v", f.Last())
	}
	c := *s.Call
	c.Panel, c.Network = twoMinutes(), call.Network{Slow: call.Patients, Picture: call.PictureReduced}
	s.Call = &c
	f.Window.Render(s)
	for _, words := range []string{"Pasientens nett er tregt, bildet er satt ned.", "310", "via serveren", "18 ms", "Svartid"} {
		if !strings.Contains(says(f), words) {
			t.Errorf("does not say %q", words)
		}
	}
	if name := os.Getenv("PANEL_PICTURE"); name != "" {
		out, err := os.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		if err := png.Encode(out, f.Picture()); err != nil {
			t.Fatal(err)
		}
	}
	press(t, f, "button", "Kopier rapport")
	report := fyne.CurrentApp().Clipboard().Content()
	if !strings.Contains(report, "kbit/s") || strings.Contains(report, c.Label) || c.Detail != "" && strings.Contains(report, c.Detail) {
		t.Errorf("the report:\n%s", report)
	}
	press(t, f, "toggle", "Forbindelse")
	if open, ok := f.Last().(desk.DoPanel); !ok || open.Open {
		t.Errorf("posted %#v", f.Last())
	}
}
