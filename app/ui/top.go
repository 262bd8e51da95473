package ui

import (
	"fyne.io/fyne/v2"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/assets"
	"legekonsultasjon/core/desk"
)

// mark is the sign of the program: a plus on the accent.
func mark(k *part.Skin) fyne.CanvasObject {
	plate := part.Layers(k.NewPlate(part.Accent, nil, 9), part.CentreBoth(k.NewIcon("plus", part.OnAccent, 18)))
	return part.Wide(30, part.Tall(30, plate))
}

// topBar is the line above home: who is signed in, and whether the server answers.
type topBar struct {
	w              *Window
	content        *fyne.Container
	chip           *part.Chip
	doctor, clinic *part.Line
	initials       *part.Line
	office         *part.Button
	row            *fyne.Container
}

func newTopBar(w *Window) *topBar {
	k := w.skin
	t := &topBar{w: w}
	t.chip = k.NewChip(part.Plain, w.t("top.connecting"), true)
	right := part.BodyStyle()
	right.Align, right.Leading = fyne.TextAlignTrailing, 1.25
	small := part.SmallStyle()
	small.Align, small.Leading = fyne.TextAlignTrailing, 1.25
	t.doctor, t.clinic = k.NewLine(right, "", 190), k.NewLine(small, "", 190)
	t.initials = k.NewLine(part.Style{Size: theme.Small, Weight: assets.SemiBold, Tone: part.Accent}, "", 0)
	avatar := k.Avatar(34, part.AccentSoft, nil, t.initials)
	settings := k.NewButton(part.Ink, w.t("top.settings"), func() { w.post(desk.DoOpenSettings{}) })
	t.office = k.NewButton(part.Ink, w.t("top.account"), func() { w.post(desk.DoOpenOffice{}) })
	out := k.NewButton(part.Ink, w.t("top.signOut"), func() { w.post(desk.DoSignOut{}) })
	name := k.NewLine(part.Style{Size: theme.Strong, Weight: assets.SemiBold, Tone: part.Text}, w.t("app.name"), 0)
	t.row = part.Row(12, mark(k), name, part.Space(), t.chip, part.Column(0, t.doctor, t.clinic), avatar, t.office, settings, out)
	t.content = bar(k, 60, part.Inset(0, 24, 0, 24, t.row))
	return t
}

// bar is a card across the window with a line below.
func bar(k *part.Skin, height float32, inner fyne.CanvasObject) *fyne.Container {
	return part.Column(0, part.Tall(height-1, part.Layers(k.NewPlate(part.CardTone, nil, 0), inner)), k.Rule())
}

func (t *topBar) Render(s desk.State) {
	t.doctor.Set(s.Account.Doctor)
	t.clinic.Set(s.Account.Clinic)
	t.initials.Set(initials(s.Account.Doctor))
	words := "top.account"
	if s.Account.Administers() {
		words = "top.people"
	}
	t.office.SetWords(t.w.t(words))
	tone, key := part.Plain, "top.connecting"
	switch s.Connection {
	case desk.Online:
		tone, key = part.Good, "top.online"
	case desk.Offline:
		tone, key = part.Bad, "top.offline"
	}
	t.chip.Set(tone, t.w.t(key))
	t.row.Refresh()
}
