package ui_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"

	"legekonsultasjon/app/ui"
	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/app/ui/tile"
	"legekonsultasjon/app/ui/uitest"
	"legekonsultasjon/core/desk"
)

// Where the program cannot take echo out it says so, and offers no choice of how.
func TestEchoThatStaysIsSaid(t *testing.T) {
	uitest.Open(uitest.SettingsOpen(), 1180, 2400, 1) // a test app
	surface := tile.NewRaster(tile.Paint{Do: func(do func()) { do() }, RGBA: uitest.RGBA, Mirror: uitest.Mirror}, part.NewSkin(theme.Dark(), theme.NewFonts()))
	w := ui.New(ui.Options{Surface: surface, Post: func(desk.Command) {}, EchoStays: true}, uitest.SettingsOpen())
	canvas := test.NewWindow(nil).Canvas().(software.WindowlessCanvas)
	w.AttachCanvas(canvas)
	advised, offered := false, false
	part.Walk(canvas.Content(), func(o fyne.CanvasObject) {
		if told, ok := o.(part.Told); ok {
			advised = advised || strings.Contains(told.Facts().Text, "Bruk hodetelefon")
			offered = offered || told.Facts().Label == "Ekko"
		}
	})
	if !advised || offered {
		t.Errorf("advised %v, offered %v", advised, offered)
	}
}

// In the settings microphone and camera are tried by a button each, which ends the try again. What is shown comes and goes.
func TestMicrophoneAndCameraAreTried(t *testing.T) {
	f := uitest.Open(uitest.SettingsOpen(), 1180, 2400, 1)
	shown := func() (meter *part.Meter, picture *canvas.Image) {
		part.Walk(f.Top(), func(o fyne.CanvasObject) {
			switch o := o.(type) {
			case *part.Meter:
				meter = o
			case *canvas.Image:
				if o.Image != nil && o.Image.Bounds().Dx() == 320 {
					picture = o
				}
			}
		})
		return meter, picture
	}
	if m, p := shown(); m != nil || p != nil {
		t.Error("something is shown before it is asked for")
	}
	f.Press("Prøv mikrofonen")
	if f.Last() != (desk.DoTryInput{Kind: "microphone", On: true}) {
		t.Errorf("%#v", f.Last())
	}
	f.Press("Vis kamerabildet")
	if f.Last() != (desk.DoTryInput{Kind: "camera", On: true}) {
		t.Errorf("%#v", f.Last())
	}

	f.Window.Render(uitest.Trying())
	m, p := shown()
	if m == nil || p == nil {
		t.Fatal("no bar or no picture")
	}
	if share := m.Share(); share < .7 || share > .75 {
		t.Errorf("at -21 dBFS %.2f of the bar is full", share)
	}
	f.Press("Skjul kamerabildet")
	f.Press("Slutt å lytte")
	if f.Last() != (desk.DoTryInput{Kind: "microphone"}) {
		t.Errorf("%#v", f.Last())
	}
	f.Window.Render(uitest.SettingsOpen())
	if m, p := shown(); m != nil || p != nil {
		t.Error("something is shown after its end")
	}
}
