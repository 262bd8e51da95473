package part

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// entry is Fyne's text entry without a frame: Field draws that. Its menu has our words, and what is pasted can be cleaned.
type entry struct {
	widget.Entry
	skin    *Skin
	field   *Field
	focused bool
	leave   func()
	paste   func(string) (string, bool)

	extraKey func(fyne.KeyName) bool
}

func newEntry(k *Skin, f *Field) *entry {
	e := &entry{skin: k, field: f}
	e.ExtendBaseWidget(e)
	return e
}

// Facts implements Told.
func (e *entry) Facts() Facts {
	text := e.Text
	if e.Password { // as many dots as stand there
		text = strings.Repeat("•", len([]rune(text)))
	}
	return Facts{Kind: "entry", Label: e.field.label.Words(), Text: text, Enabled: !e.Disabled(), Focused: e.focused}
}

// FocusGained implements fyne.Focusable.
func (e *entry) FocusGained() {
	e.focused = true
	e.Entry.FocusGained()
	e.field.Refresh()
	e.skin.Reveal(e.field)
}

// FocusLost implements fyne.Focusable.
func (e *entry) FocusLost() {
	e.focused = false
	e.Entry.FocusLost()
	e.field.Refresh()
	if e.leave != nil {
		e.leave()
	}
}

// TypedKey implements fyne.Focusable.
func (e *entry) TypedKey(k *fyne.KeyEvent) {
	if e.extraKey != nil && e.extraKey(k.Name) {
		return
	}
	if k.Name == fyne.KeyEscape {
		e.skin.escape()
		return
	}
	e.Entry.TypedKey(k)
}

// TypedShortcut implements fyne.Shortcutable.
func (e *entry) TypedShortcut(s fyne.Shortcut) {
	if p, ok := s.(*fyne.ShortcutPaste); ok {
		e.pasteFrom(p.Clipboard)
		return
	}
	e.Entry.TypedShortcut(s)
	if own, ok := s.(*desktop.CustomShortcut); ok && e.skin.Shortcut != nil { // Fyne gives those of the window to the field alone
		e.skin.Shortcut(own)
	}
}

// pasteFrom pastes through the cleaner.
func (e *entry) pasteFrom(c fyne.Clipboard) {
	text := c.Content()
	if e.paste == nil {
		e.Entry.TypedShortcut(&fyne.ShortcutPaste{Clipboard: c})
		return
	}
	clean, here := e.paste(text)
	if !here {
		return
	}
	e.Entry.TypedShortcut(&fyne.ShortcutPaste{Clipboard: fixed(clean)})
}

// fixed is a clipboard that holds one text.
type fixed string

func (f fixed) Content() string   { return string(f) }
func (f fixed) SetContent(string) {}

// TappedSecondary implements fyne.SecondaryTappable with a menu of our own words.
func (e *entry) TappedSecondary(at *fyne.PointEvent) {
	if e.Disabled() {
		return
	}
	e.skin.Focus(e)
	board := fyne.CurrentApp().Clipboard()
	w := e.skin.Words
	items := []MenuItem{{w.Paste, func() { e.pasteFrom(board) }}}
	if !e.Password {
		items = append([]MenuItem{
			{w.Cut, func() { e.Entry.TypedShortcut(&fyne.ShortcutCut{Clipboard: board}) }},
			{w.Copy, func() { e.Entry.TypedShortcut(&fyne.ShortcutCopy{Clipboard: board}) }},
		}, items...)
	}
	items = append(items, MenuItem{w.SelectAll, func() { e.Entry.TypedShortcut(&fyne.ShortcutSelectAll{}) }})
	e.skin.OpenMenu(e, at.AbsolutePosition, items)
}
