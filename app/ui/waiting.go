package ui

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/theme"
	"legekonsultasjon/assets"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/signaling"
)

// waitingView is Venter på time: one row per patient, longest wait first.
type waitingView struct {
	w       *Window
	content *fyne.Container
	count   *part.Chip
	head    *fyne.Container
	empty   fyne.CanvasObject
	hint    *part.Line
	card    *fyne.Container
	list    *fyne.Container
	noDelta *part.Prose
	rows    map[signaling.InvitationID]*waitingRow
}

func newWaitingView(w *Window) *waitingView {
	k := w.skin
	v := &waitingView{w: w, rows: map[signaling.InvitationID]*waitingRow{}}
	v.count = k.NewChip(part.Count, "", false)
	v.head = part.Row(10, k.NewLine(part.HeadStyle(), w.t("waiting.title"), 0), v.count)
	strong := part.Style{Size: theme.Strong, Weight: assets.Medium, Tone: part.Text, Align: fyne.TextAlignCenter}
	v.hint = k.NewLine(part.SoftStyle().Centred(), "", 24)
	v.empty = k.Card(part.Inset(54, 16, 54, 16, part.Column(8,
		part.CentreBoth(k.NewIcon("person-large", part.Soft, 44)),
		k.NewLine(strong, w.t("waiting.empty"), 24), v.hint)))
	v.list = part.Column(0)
	v.card = k.Card(v.list)
	v.noDelta = k.NewProse(part.SmallStyle(), w.t("waiting.noDelta"))
	v.content = part.Column(12, v.head, v.noDelta, v.empty, v.card)
	return v
}

func (v *waitingView) Render(s desk.State) {
	show(v.count, len(s.Waiting) > 0)
	show(v.noDelta, !s.Account.MayJoin())
	show(v.empty, len(s.Waiting) == 0)
	show(v.card, len(s.Waiting) > 0)
	v.count.Set(part.Count, strconv.Itoa(len(s.Waiting)))
	v.hint.Set(v.w.t(map[bool]string{true: "waiting.emptyHint", false: "waiting.emptyHintSilent"}[s.Settings.Chime]))
	objects := make([]fyne.CanvasObject, 0, 2*len(s.Waiting))
	rows := make(map[signaling.InvitationID]*waitingRow, len(s.Waiting))
	first := true
	for _, r := range s.Waiting {
		row := v.rows[r.Invitation]
		if row == nil {
			row = newWaitingRow(v.w, r.Invitation)
		}
		row.Render(r, first && canTake(r))
		first = first && !canTake(r)
		rows[r.Invitation] = row
		if len(objects) > 0 {
			objects = append(objects, row.rule)
		}
		objects = append(objects, row.content)
	}
	v.rows = rows
	v.list.Objects = objects
}

// canTake reports whether the row's Delta is the next thing to do.
func canTake(r desk.WaitingRow) bool {
	return (r.CanJoin || r.Resumable) && r.Away.IsZero() && !r.NewDevice && !r.Locked
}

func show(o fyne.CanvasObject, yes bool) {
	if yes {
		o.Show()
	} else {
		o.Hide()
	}
}

// waitingRow is one patient.
type waitingRow struct {
	w           *Window
	id          signaling.InvitationID
	row         desk.WaitingRow
	content     *fyne.Container
	rule        fyne.CanvasObject
	name, small *part.Line
	chip        *part.Chip
	join        *part.Button
	finish      *part.Button
	more        *part.Button
	extra       *fyne.Container
	why         *part.Prose
	yes, no     *part.Button
}

func newWaitingRow(w *Window, id signaling.InvitationID) *waitingRow {
	k := w.skin
	r := &waitingRow{w: w, id: id, rule: k.Rule()}
	r.name, r.small = k.NewLine(part.NameStyle(), "", 24), k.NewLine(part.SmallStyle(), "", 24)
	r.chip = k.NewChip(part.Plain, "", false)
	r.join = k.NewButton(part.Lined, "", func() { w.post(desk.DoJoin{Invitation: id}) })
	r.finish = k.NewButton(part.Quiet, w.t("waiting.finish"), func() { w.post(desk.DoFinish{Invitation: id}) })
	r.more = k.NewIconButton("dots", w.t("row.more"), r.menu).Sized(36, theme.Radius, 8)
	avatar := k.Avatar(44, part.RaisedTone, part.LineTone, k.NewIcon("person", part.Soft, 22))
	line := part.Row(14, avatar, part.Grow(container.New(&said{}, r.name, r.small, r.chip)), part.Row(4, r.finish, r.join, r.more))
	r.why = k.NewProse(part.SmallStyle().With(part.Text), "")
	r.yes, r.no = k.NewButton(part.Lined, "", nil).Sized(36, theme.Radius, 14), k.NewButton(part.Quiet, "", nil).Sized(36, theme.Radius, 10)
	r.extra = part.Inset(2, 0, 0, 58, part.Row(10, part.Grow(r.why), r.no, r.yes))
	r.content = part.Inset(14, 16, 14, 16, part.Column(6, line, r.extra))
	return r
}

// menu offers what is seldom needed.
func (r *waitingRow) menu() {
	w, id := r.w, r.id
	items := []part.MenuItem{
		{Words: w.t("row.readAloud"), Press: func() { w.post(desk.DoReadAloud{Invitation: id}) }},
		{Words: w.t("row.newPIN"), Press: func() { w.post(desk.DoNewPIN{Invitation: id}) }},
		{Words: w.t("row.finish"), Press: func() { w.post(desk.DoFinish{Invitation: id}) }},
	}
	openMenuAt(r.more, w.skin, items)
}

func (r *waitingRow) Render(d desk.WaitingRow, next bool) {
	w := r.w
	r.row = d
	here := d.HeldBy == ""
	quiet := !d.Away.IsZero() || !here
	style := part.NameStyle()
	if quiet {
		style = style.With(part.Soft)
	}
	r.name.SetStyle(style)
	r.name.Set(d.Label)
	r.small.Set(r.detail(d))
	r.chip.Set(r.since(d))
	kind, words := part.Lined, w.t("waiting.join")
	if d.Resumable {
		words = w.t("waiting.resume")
	}
	if next {
		kind = part.Filled
	}
	r.join.SetKind(kind)
	r.join.SetWords(words)
	r.join.SetEnabled(d.CanJoin || d.Resumable)
	show(r.join, here)
	show(r.finish, here && d.Resumable)
	show(r.more, here)
	r.renderExtra(d)
}

// detail is the small line of a row, which is cut off where there is no room: until when, or where, he can be taken comes
// before who he is.
func (r *waitingRow) detail(d desk.WaitingRow) string {
	w := r.w
	ready, same, until := "", "", ""
	if d.Ready {
		ready = w.t("waiting.ready")
	}
	if d.SameWay {
		same = w.t("waiting.sameWay")
	}
	if d.Resumable && !d.ResumeUntil.IsZero() {
		until = w.t("waiting.resumable", "time", clock(d.ResumeUntil))
	}
	if d.HeldBy != "" && !d.HolderAway {
		until = w.t("waiting.heldBy", "workstation", d.HeldBy)
	}
	return joined(w.t("waiting.appointment", "time", clock(d.At)), until, d.Detail, ready, same, d.Note)
}

// since is the chip: how long he has waited, or since when he is away.
func (r *waitingRow) since(d desk.WaitingRow) (part.ChipTone, string) {
	w := r.w
	if !d.Away.IsZero() {
		return part.Plain, w.t("waiting.away", "time", clock(d.Away))
	}
	waited := w.now.Sub(d.Since)
	switch {
	case d.Since.IsZero():
		return part.Plain, w.t("waiting.ready")
	case d.Late:
		return part.Late, w.t("waiting.since", "duration", w.minutes(waited))
	case waited.Minutes() < 1:
		return part.Plain, w.t("waiting.sinceNow")
	}
	return part.Plain, w.t("waiting.since", "duration", w.minutes(waited))
}

// renderExtra is the second line of a row that asks for a decision.
func (r *waitingRow) renderExtra(d desk.WaitingRow) {
	w, id := r.w, r.id
	show(r.extra, d.NewDevice || d.Locked || d.HolderAway)
	show(r.yes, d.NewDevice || d.Locked)
	show(r.no, d.NewDevice)
	switch {
	case d.NewDevice:
		r.why.Set(w.t("waiting.newDevice"))
		r.yes.SetWords(w.t("waiting.consent"))
		r.yes.SetPress(func() { w.post(desk.DoConsent{Invitation: id, Yes: true}) })
		r.no.SetWords(w.t("waiting.refuse"))
		r.no.SetPress(func() { w.post(desk.DoConsent{Invitation: id}) })
	case d.Locked:
		r.why.Set(w.t("waiting.locked"))
		r.yes.SetWords(w.t("waiting.newPIN"))
		r.yes.SetPress(func() { w.post(desk.DoNewPIN{Invitation: id}) })
	case d.HolderAway:
		r.why.Set(w.t("waiting.holderAway", "workstation", d.HeldBy))
	}
}

// said sets name, small line and chip: the chip at the right of both where there is room, else at the right of the name.
type said struct{}

const (
	saidHeight = 44
	saidRoomy  = 420
)

func (said) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	name, small, chip := objects[0], objects[1], objects[2]
	c := chip.MinSize()
	beside := size.Width - c.Width - 12
	below := size.Width
	y := (size.Height - c.Height) / 2
	if size.Width >= saidRoomy {
		below = beside
	} else {
		y = -2
	}
	name.Move(fyne.NewPos(0, 0))
	name.Resize(fyne.NewSize(beside, 22))
	small.Move(fyne.NewPos(0, 23))
	small.Resize(fyne.NewSize(below, 20))
	chip.Move(fyne.NewPos(size.Width-c.Width, y))
	chip.Resize(c)
}

func (said) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(120, saidHeight) }
