package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"legekonsultasjon/app/ui/theme"
)

// Field is a labelled text field, 44 px tall without its label. Its text belongs to whoever types: Begin sets it only
// while nobody has typed. Problem words stand under it.
type Field struct {
	widget.BaseWidget
	skin    *Skin
	label   *Line
	entry   *entry
	problem *Prose
	begun   string
	setting bool // the program changes the text, no person
	rows    int
}

// NewField makes a field; label "" leaves the label out.
func (k *Skin) NewField(label, hint string) *Field {
	f := &Field{skin: k, rows: 1}
	f.label = k.NewLine(LabelStyle(), label, 24)
	f.problem = k.NewProse(SmallStyle().With(Stop), "")
	f.entry = newEntry(k, f)
	f.entry.SetPlaceHolder(hint)
	f.ExtendBaseWidget(f)
	return f
}

// Secret hides what is typed.
func (f *Field) Secret() *Field { f.entry.Password = true; return f }

// Rows makes the field taller, for several lines.
func (f *Field) Rows(n int) *Field {
	f.rows = n
	f.entry.MultiLine = true
	f.entry.Wrapping = fyne.TextWrapBreak
	f.entry.SetMinRowsVisible(n)
	return f
}

// OnChange is called after every change of the text by a person.
func (f *Field) OnChange(fn func(string)) *Field {
	f.entry.OnChanged = func(s string) {
		if !f.setting {
			fn(s)
		}
	}
	return f
}

// OnEnter is called when Enter is pressed in a field of one line.
func (f *Field) OnEnter(fn func()) *Field { f.entry.OnSubmitted = func(string) { fn() }; return f }

// OnLeave is called when the keyboard goes elsewhere.
func (f *Field) OnLeave(fn func()) *Field { f.entry.leave = fn; return f }

// OnPaste lets fn change what is pasted; it returns false when the text was taken elsewhere and nothing is to be pasted.
func (f *Field) OnPaste(fn func(string) (string, bool)) *Field { f.entry.paste = fn; return f }

// Text is what stands in the field.
func (f *Field) Text() string { return f.entry.Text }

// SetText replaces it.
func (f *Field) SetText(s string) {
	f.begun = s
	if f.entry.Text != s {
		f.setting = true
		f.entry.SetText(s)
		f.setting = false
		f.entry.CursorColumn = len([]rune(s))
		f.entry.Refresh()
	}
}

// Type replaces the text as if it had been typed, without calling OnChange: Begin leaves it alone.
func (f *Field) Type(s string) {
	begun := f.begun
	f.SetText(s)
	f.begun = begun
}

// Begin sets a remembered value, unless somebody has changed the field since the last Begin.
func (f *Field) Begin(s string) {
	if f.entry.Text == f.begun && f.begun != s && !f.entry.focused {
		f.SetText(s)
	}
}

// Changed reports whether somebody has typed since the last Begin or SetText.
func (f *Field) Changed() bool { return f.entry.Text != f.begun }

// SetHint changes the placeholder.
func (f *Field) SetHint(s string) {
	if f.entry.PlaceHolder != s {
		f.entry.SetPlaceHolder(s)
	}
}

// SetProblem shows words under the field, or none. It reports whether the height may have changed.
func (f *Field) SetProblem(words string) bool {
	if f.problem.Words() == words {
		return false
	}
	f.problem.Set(words)
	f.Refresh()
	return true
}

// SetEnabled switches it.
func (f *Field) SetEnabled(on bool) {
	if on == !f.entry.Disabled() {
		return
	}
	if on {
		f.entry.Enable()
	} else {
		f.entry.Disable()
	}
	f.Refresh()
}

// SelectAll marks the text, so that what is typed replaces it.
func (f *Field) SelectAll() { f.entry.Entry.TypedShortcut(&fyne.ShortcutSelectAll{}) }

// OnKey lets fn take keys before the field does; it returns whether it took one.
func (f *Field) OnKey(fn func(fyne.KeyName) bool) *Field { f.entry.extraKey = fn; return f }

// Focus gives it the keyboard.
func (f *Field) Focus() { f.skin.Focus(f.entry) }

// Children implements Parent.
func (f *Field) Children() []fyne.CanvasObject {
	return []fyne.CanvasObject{f.label, f.entry, f.problem}
}

func (f *Field) frameHeight() float32 {
	if f.rows == 1 {
		return theme.FieldHeight
	}
	return float32(f.rows)*20 + 24
}

// HeightFor implements Flow.
func (f *Field) HeightFor(width float32) float32 {
	h := f.frameHeight()
	if f.label.Words() != "" {
		h += 24
	}
	if f.problem.Words() != "" {
		h += 6 + f.problem.HeightFor(width)
	}
	return h
}

// CreateRenderer implements fyne.Widget.
func (f *Field) CreateRenderer() fyne.WidgetRenderer {
	frame := canvas.NewRectangle(nil)
	frame.CornerRadius = theme.Radius
	r := &drawn{objects: []fyne.CanvasObject{frame, f.label, f.entry, f.problem}}
	r.layout = func(s fyne.Size) {
		y := float32(0)
		if f.label.Words() != "" {
			place(f.label, 0, 0, s.Width, 18)
			y = 24
		}
		h := f.frameHeight()
		place(frame, 0, y, s.Width, h)
		eh := f.entry.MinSize().Height
		if f.rows > 1 {
			eh = h - 8
		}
		place(f.entry, 6, y+(h-eh)/2, s.Width-12, eh)
		place(f.problem, 0, y+h+6, s.Width, f.problem.HeightFor(s.Width))
	}
	r.min = func() fyne.Size { return fyne.NewSize(80, f.HeightFor(max(80, f.Size().Width))) }
	r.refresh = func() {
		p := f.skin.Palette
		frame.FillColor, frame.StrokeColor, frame.StrokeWidth = p.Card, p.Edge, 1
		switch {
		case f.entry.Disabled():
			frame.FillColor, frame.StrokeColor = p.Raised, p.Line
		case f.entry.focused:
			frame.StrokeColor, frame.StrokeWidth = p.Accent, 2
		case f.problem.Words() != "":
			frame.StrokeColor, frame.StrokeWidth = p.Stop, 1.5
		}
		r.layout(f.Size())
	}
	r.refresh()
	return r
}
