package ui

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/assets"
	"legekonsultasjon/core/desk"
)

// importSheet asks where the appointments come from, a file or a calendar, and shows what a list holds before anything is
// made of it.
type importSheet struct {
	w         *Window
	sheet     *part.Sheet
	asking    bool // the form is open, not the preview
	shown     *desk.Import
	address   *part.Field
	problem   *part.Prose
	followed  *part.Prose
	show      *part.Button
	fetch     *part.Button
	forget    *part.Button
	subscribe *fyne.Container
	following *fyne.Container
}

func newImportSheet(w *Window) *importSheet {
	return &importSheet{w: w, sheet: w.skin.NewSheet(560, part.Layers())}
}

// openImport opens the form.
func (w *Window) openImport() {
	if w.canvas == nil || w.imports.sheet.IsOpen() {
		return
	}
	w.imports.ask()
}

func (v *importSheet) skin(escape func()) *part.Skin {
	k := part.NewSkin(v.w.skin.Palette, v.w.fonts)
	k.Canvas, k.Words, k.Escape = v.w.canvas, v.w.skin.Words, escape
	return k
}

func sheetTitle() part.Style {
	return part.Style{Size: theme.Heading, Weight: assets.SemiBold, Tone: part.Text, Leading: 1.25}
}

// ask builds the form.
func (v *importSheet) ask() {
	w := v.w
	k := v.skin(v.close)
	v.asking = true
	small := part.SmallStyle()
	choose := k.NewButton(part.Lined, w.t("import.choose"), v.choose)
	v.address = k.NewField(w.t("import.address"), "https://").OnEnter(v.follow).OnChange(func(string) { v.problem.Set(""); show(v.problem, false) })
	v.problem = k.NewProse(part.BodyStyle().With(part.Stop), "")
	v.show = k.NewButton(part.Lined, w.t("import.show"), v.follow)
	v.followed = k.NewProse(part.BodyStyle(), "")
	v.fetch = k.NewButton(part.Lined, w.t("import.fetch"), func() { w.post(desk.DoFetch{}) }).Sized(40, theme.Radius, 12)
	v.forget = k.NewButton(part.Ink, w.t("import.unsubscribe"), func() { w.post(desk.DoUnsubscribe{}) }).Sized(40, theme.Radius, 12)
	v.subscribe = part.Column(12, v.address, part.Row(0, part.Space(), v.show))
	v.following = part.Column(8, v.followed, part.Row(8, v.fetch, v.forget, part.Space()))
	body := part.Column(0,
		k.NewProse(sheetTitle(), w.t("import.title")), gap(6), k.NewProse(part.SoftStyle(), w.t("import.text")), gap(20),
		k.NewProse(part.NameStyle(), w.t("import.file")), gap(4), k.NewProse(small, w.t("import.fileHint")), gap(12), part.Row(0, choose, part.Space()),
		gap(22), k.NewProse(part.NameStyle(), w.t("import.calendar")), gap(4), k.NewProse(small, w.t("import.calendarHint")), gap(12),
		v.subscribe, v.following, part.Inset(8, 0, 0, 0, v.problem), gap(14),
		part.Row(10, part.Space(), k.NewButton(part.Lined, w.t("import.close"), v.close)))
	v.sheet = k.NewSheet(560, body)
	v.fill(w.state)
	v.sheet.Open(w.canvas, choose)
}

func (v *importSheet) close() {
	v.asking = false
	v.sheet.Close()
}

// choose opens the file dialog in the form's place.
func (v *importSheet) choose() {
	w := v.w
	if w.window == nil {
		return
	}
	v.close()
	d := dialog.NewFileOpen(func(f fyne.URIReadCloser, err error) {
		if err != nil || f == nil {
			return
		}
		defer f.Close()
		w.post(desk.DoImportFile{Path: f.URI().Path()})
	}, w.window)
	d.SetTitleText(w.t("import.chooseTitle"))
	d.SetConfirmText(w.t("import.chooseOpen"))
	d.SetDismissText(w.t("import.chooseBack"))
	d.SetFilter(storage.NewExtensionFileFilter([]string{".csv", ".txt", ".tsv", ".ics", ".CSV", ".TXT", ".ICS"}))
	d.SetView(dialog.ListView) // with the ends of names: it is .csv or .ics that counts
	d.Show()
	d.Resize(fyne.NewSize(820, 560)) // before Show Fyne 2.8.1 has nothing to resize, and panics
}

func (v *importSheet) follow() {
	if !v.w.state.DayList.Busy {
		v.w.post(desk.DoSubscribe{Address: v.address.Text()})
	}
}

// fill brings the form up to date.
func (v *importSheet) fill(s desk.State) {
	w, d := v.w, s.DayList
	v.problem.Set(w.problem(d.Problem))
	show(v.problem, d.Problem != nil)
	words := w.t("import.followedNew", "host", d.Subscribed)
	if !d.Fetched.IsZero() {
		words = w.t("import.followed", "host", d.Subscribed, "when", w.at(d.Fetched))
	}
	v.followed.Set(words)
	show(v.following, d.Subscribed != "")
	show(v.subscribe, d.Subscribed == "")
	for b, key := range map[*part.Button]string{v.show: "import.show", v.fetch: "import.fetch"} {
		if d.Busy {
			key = "import.busy"
		}
		b.SetWords(w.t(key))
		b.SetEnabled(!d.Busy)
	}
	v.sheet.Refresh()
}

// Render opens the preview when a list was read and closes it when the doctor has decided.
func (v *importSheet) Render(s desk.State) {
	switch {
	case s.Screen != desk.ScreenHome:
		v.shown = nil
		v.close()
	case s.Import == nil && v.shown != nil:
		v.shown = nil
		v.sheet.Close()
	case s.Import != nil && (v.shown == nil || !v.sheet.IsOpen()):
		v.close()
		v.preview(s.Import)
	case v.asking && v.sheet.IsOpen():
		v.fill(s)
	}
}

// preview shows what a list holds.
func (v *importSheet) preview(i *desk.Import) {
	w := v.w
	back := func() { w.post(desk.DoDropImport{}) }
	k := v.skin(back)
	v.shown = i
	take := w.t("import.take")
	if i.Subscribes {
		take = w.t("import.follow")
	}
	do := k.NewButton(part.Filled, take, func() { w.post(desk.DoTakeImport{}) })
	do.SetEnabled(len(i.Rows) > 0 || i.Subscribes)
	cancel := k.NewButton(part.Lined, w.t("import.back"), back)
	objects := []fyne.CanvasObject{k.NewProse(sheetTitle(), w.t("import.preview", "name", i.Name)), gap(6),
		k.NewProse(part.SoftStyle(), v.counts(i)), gap(16)}
	if len(i.Rows) > 0 {
		objects = append(objects, v.rows(k, i.Rows), gap(16))
	}
	if len(i.Troubles) > 0 {
		objects = append(objects, k.NewProse(part.NameStyle(), w.t("import.troubles")), gap(8), v.troubles(k, i.Troubles), gap(16))
	}
	objects = append(objects, k.NewProse(part.SmallStyle(), w.t("import.text")), gap(18), part.Row(10, part.Space(), cancel, do))
	v.sheet = k.NewSheet(600, part.Column(0, objects...))
	v.sheet.Open(w.canvas, cancel)
}

func (v *importSheet) counts(i *desk.Import) string {
	words := v.w.t("import.count", "count", strconv.Itoa(len(i.Rows)))
	switch len(i.Rows) {
	case 0:
		words = v.w.t("import.countNone")
	case 1:
		words = v.w.t("import.countOne")
	}
	if i.Known > 0 {
		words += " " + v.w.t("import.known", "count", strconv.Itoa(i.Known))
	}
	if i.Left > 0 {
		words += " " + v.w.t("import.left", "count", strconv.Itoa(i.Left))
	}
	return words
}

// listed is how many rows a preview shows before it only counts: what nobody reads through is not drawn.
const listed = 60

func (v *importSheet) rows(k *part.Skin, rows []desk.ImportRow) fyne.CanvasObject {
	var objects []fyne.CanvasObject
	for n, r := range rows[:min(len(rows), listed)] {
		if n > 0 {
			objects = append(objects, k.Rule())
		}
		when := part.Wide(150, part.Column(0, k.NewProse(part.NameStyle(), clock(r.At)), k.NewProse(part.SmallStyle(), v.w.day(r.At))))
		name := k.NewProse(part.NameStyle(), r.Name)
		to := k.NewProse(part.SmallStyle(), r.To)
		who := part.Column(0, name, to)
		if r.Name == "" {
			who = part.Column(0, k.NewProse(part.BodyStyle(), r.To))
		}
		objects = append(objects, part.Inset(8, 16, 8, 16, part.Row(12, when, part.Grow(who))))
	}
	objects = v.more(k, objects, len(rows))
	return card(k, objects, len(rows) > 5, 316)
}

func (v *importSheet) troubles(k *part.Skin, troubles []desk.ImportTrouble) fyne.CanvasObject {
	w := v.w
	var objects []fyne.CanvasObject
	for n, t := range troubles[:min(len(troubles), listed)] {
		if n > 0 {
			objects = append(objects, k.Rule())
		}
		where := ""
		switch {
		case t.Line > 0:
			where = w.t("import.line", "line", strconv.Itoa(t.Line))
		case !t.At.IsZero():
			where = w.at(t.At)
		}
		objects = append(objects, part.Inset(8, 16, 8, 16, part.Column(0,
			k.NewProse(part.BodyStyle(), joined(where, w.words.Text("intake."+t.Code, nil))), k.NewProse(part.SmallStyle(), t.Text))))
	}
	objects = v.more(k, objects, len(troubles))
	return card(k, objects, len(troubles) > 3, 150)
}

// card is a list in a frame, of a height of its own where it is long: the buttons below stay in sight.
func card(k *part.Skin, objects []fyne.CanvasObject, long bool, height float32) fyne.CanvasObject {
	list := part.Column(0, objects...)
	if !long {
		return k.Card(list)
	}
	return k.Card(part.Tall(height, k.NewScroll(list)))
}

// more says how many are not listed.
func (v *importSheet) more(k *part.Skin, objects []fyne.CanvasObject, n int) []fyne.CanvasObject {
	if n <= listed {
		return objects
	}
	words := v.w.t("import.more", "count", strconv.Itoa(n-listed))
	return append(objects, k.Rule(), part.Inset(8, 16, 8, 16, k.NewProse(part.SmallStyle(), words)))
}

// dropped takes a file that was dropped on the window.
func (w *Window) dropped(_ fyne.Position, files []fyne.URI) {
	if len(files) == 1 && w.state.Screen == desk.ScreenHome {
		w.post(desk.DoImportFile{Path: files[0].Path()})
	}
}
