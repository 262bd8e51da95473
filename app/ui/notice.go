package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/core/desk"
)

// noticeBar is one quiet line at the bottom left, with Angre beside it where something can be undone. In a call it has a
// place of its own below the picture (callView).
type noticeBar struct {
	w       *Window
	content *fyne.Container
	words   *part.Line
	undo    *part.Button
	close   *part.Button
}

func newNoticeBar(w *Window) *noticeBar {
	k := w.skin
	n := &noticeBar{w: w, words: k.NewLine(part.BodyStyle(), "", 640)}
	n.undo = k.NewButton(part.Quiet, w.t("notice.undo"), nil).Sized(36, 8, 10)
	n.close = k.NewIconButton("close", w.t("notice.close"), func() { w.post(desk.DoDismiss{}) }).Sized(36, 8, 8)
	card := part.Layers(k.NewPlate(part.CardTone, part.EdgeTone, 12),
		part.Inset(6, 8, 6, 18, part.Row(8, n.words, n.undo, n.close)))
	n.content = container.New(&atBottom{}, card)
	n.content.Hide()
	return n
}

func (n *noticeBar) Render(s desk.State) {
	if s.Notice == nil || s.Screen == desk.ScreenCall {
		n.content.Hide()
		return
	}
	n.words.Set(n.w.words.Text("notice."+s.Notice.Code, s.Notice.Args))
	show(n.undo, s.Notice.Undo != nil)
	undo := s.Notice.Undo
	n.undo.SetPress(func() { n.w.post(undo) })
	n.content.Show()
	n.content.Refresh()
}

// atBottom sets an object of its own width 20 px from the bottom left.
type atBottom struct{}

func (atBottom) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		m := o.MinSize()
		width := min(m.Width, size.Width-40)
		o.Resize(fyne.NewSize(width, m.Height))
		o.Move(fyne.NewPos(24, size.Height-m.Height-20))
	}
}

func (atBottom) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
