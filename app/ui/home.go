package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/core/desk"
)

// homeView answers two questions: who is waiting, and whom do I invite.
type homeView struct {
	w       *Window
	content *fyne.Container
	top     *topBar
	banner  *banner
	waiting *waitingView
	drafts  *draftsLine
	day     *dayView
	invite  *inviteView
	columns *fyne.Container
}

func newHomeView(w *Window) *homeView {
	v := &homeView{w: w}
	v.top, v.banner = newTopBar(w), newBanner(w, w.skin)
	v.waiting, v.drafts, v.day, v.invite = newWaitingView(w), newDraftsLine(w), newDayView(w), newInviteView(w)
	left := w.skin.NewScroll(part.Inset(24, 10, 24, 24, part.Column(20, v.waiting.content, v.drafts.content, v.day.content)))
	right := w.skin.NewScroll(part.Inset(24, 24, 24, 4, v.invite.content))
	v.columns = container.New(&columns{}, left, right)
	page := container.New(&below{}, part.Column(0, v.top.content, v.banner.content), v.columns)
	v.content = part.Layers(w.skin.NewPlate(part.GroundTone, nil, 0), page)
	return v
}

func (v *homeView) Render(s desk.State) {
	v.top.Render(s)
	v.banner.Render(v.problem(s))
	v.waiting.Render(s)
	v.drafts.Render(s)
	v.day.Render(s)
	v.invite.Render(s)
	v.relayout()
}

// problem is what stands in the way of everything; a lost line is one, too.
func (v *homeView) problem(s desk.State) (words string, dismiss bool) {
	if s.Problem != nil {
		return v.w.problem(s.Problem), true
	}
	if s.Connection == desk.Offline {
		return v.w.t("offline.text"), false
	}
	return "", false
}

func (v *homeView) tick() {
	v.waiting.Render(v.w.state)
}

// relayout sets everything anew after heights may have changed. Nothing is redrawn that did not move.
func (v *homeView) relayout() {
	if v.content != nil {
		v.content.Refresh()
	}
}

// columns sets two objects side by side, the second 392 wide, or a little narrower in a small window.
type columns struct{}

const sideWidth = 392 + 24 + 4

func (columns) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	side := float32(sideWidth)
	if size.Width < 1040 {
		side = 372 + 24 + 4
	}
	if size.Width < 800 {
		side = size.Width * 0.48
	}
	gap := float32(6)
	objects[0].Move(fyne.NewPos(0, 0))
	objects[0].Resize(fyne.NewSize(size.Width-side-gap, size.Height))
	objects[1].Move(fyne.NewPos(size.Width-side, 0))
	objects[1].Resize(fyne.NewSize(side, size.Height))
}

func (columns) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(600, 300) }

// below gives the first object the height it wants and the second the rest.
type below struct{}

func (below) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	h := part.HeightFor(objects[0], size.Width)
	objects[0].Move(fyne.NewPos(0, 0))
	objects[0].Resize(fyne.NewSize(size.Width, h))
	objects[1].Move(fyne.NewPos(0, h))
	objects[1].Resize(fyne.NewSize(size.Width, max(0, size.Height-h)))
}

func (below) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(600, 400) }

// banner is a problem with words across the top.
type banner struct {
	content *fyne.Container
	words   *part.Prose
	close   *part.Button
}

func newBanner(w *Window, k *part.Skin) *banner {
	b := &banner{words: k.NewProse(part.BodyStyle(), "")}
	b.close = k.NewButton(part.Ink, w.t("problem.dismiss"), func() { w.post(desk.DoDismissProblem{}) }).Sized(32, 8, 10)
	row := part.Row(12, k.NewIcon("warning", part.Wait, 22), part.Grow(b.words), b.close)
	b.content = part.Layers(k.NewPlate(part.WaitSoft, nil, 0), part.Inset(8, 24, 8, 24, row))
	b.content.Hide()
	return b
}

func (b *banner) Render(words string, dismiss bool) {
	b.words.Set(words)
	if dismiss {
		b.close.Show()
	} else {
		b.close.Hide()
	}
	if words == "" {
		b.content.Hide()
	} else {
		b.content.Show()
	}
}
