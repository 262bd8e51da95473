package app

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

func TestCalmShowsNoAnimationsAndIsTheSameOtherwise(t *testing.T) {
	a := test.NewTempApp(t)
	fyne.SetCurrentApp(calm{a})
	t.Cleanup(func() { fyne.SetCurrentApp(a) })
	if fyne.CurrentApp().Settings().ShowAnimations() {
		t.Error("animations are shown")
	}
	if fyne.CurrentApp().Driver() != a.Driver() || fyne.CurrentApp().Settings().Theme() != a.Settings().Theme() {
		t.Error("another program")
	}
}
