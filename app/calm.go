package app

import "fyne.io/fyne/v2"

// calm is the program without Fyne's animations. The caret of a text field, for one, fades in and out for ever, and every
// step of it repaints the whole window: where the processor draws, a window left alone took more than a third of one.
type calm struct{ fyne.App }

// Settings implements fyne.App.
func (a calm) Settings() fyne.Settings { return calmSettings{a.App.Settings()} }

type calmSettings struct{ fyne.Settings }

// ShowAnimations implements fyne.Settings.
func (calmSettings) ShowAnimations() bool { return false }
