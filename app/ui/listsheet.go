package ui

import (
	"fyne.io/fyne/v2"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/core/desk"
)

// listSheet is a dialog over the home screen that is built anew whenever what it lists has changed: letters that were
// missed, letters of which nobody knows whether they went, all about a patient.
type listSheet struct {
	w     *Window
	width float32
	sheet *part.Sheet
	of    string // what it was built for
}

func newListSheet(w *Window, width float32) listSheet {
	return listSheet{w: w, width: width, sheet: w.skin.NewSheet(width, part.Layers())}
}

// render opens the dialog while there is something to list, and closes it otherwise: of tells all that is listed, "" is
// nothing. build makes the body and says which of its buttons has the keyboard first. Escape does escape, or nothing.
func (v *listSheet) render(s desk.State, of string, escape func(), build func(*part.Skin) (body fyne.CanvasObject, first fyne.Focusable)) {
	show := of != "" && s.Screen == desk.ScreenHome
	if !show || v.of != of {
		v.sheet.Close()
	}
	if !show || v.sheet.IsOpen() {
		return
	}
	k := part.NewSkin(v.w.skin.Palette, v.w.fonts)
	k.Canvas, k.Escape = v.w.canvas, escape
	v.of = of
	body, first := build(k)
	v.sheet = k.NewSheet(v.width, body)
	v.sheet.Open(v.w.canvas, first)
}

// ruled is a card of rows with a line between them.
func ruled(k *part.Skin, rows []fyne.CanvasObject) fyne.CanvasObject {
	var objects []fyne.CanvasObject
	for i, row := range rows {
		if i > 0 {
			objects = append(objects, k.Rule())
		}
		objects = append(objects, row)
	}
	return k.Card(part.Column(0, objects...))
}

// letterAnswer is one thing to do with a letter of a list.
type letterAnswer struct {
	look    part.Kind
	key     string
	command desk.Command
}

// letterRow is one letter of a list: whose, what of it, and the answers on the right.
func (w *Window) letterRow(k *part.Skin, who, what string, answers ...letterAnswer) fyne.CanvasObject {
	words := part.Column(2, k.NewProse(part.NameStyle(), who), k.NewProse(part.SmallStyle(), what))
	if len(answers) == 0 {
		return part.Inset(10, 16, 10, 16, words)
	}
	var buttons []fyne.CanvasObject
	for _, a := range answers {
		buttons = append(buttons, k.NewButton(a.look, w.t(a.key), func() { w.post(a.command) }).Sized(36, 8, 10))
	}
	return part.Inset(10, 8, 10, 16, part.Row(8, part.Grow(words), part.Row(0, buttons...)))
}
