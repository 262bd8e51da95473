package ui_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/uitest"
	"legekonsultasjon/core/desk"
)

// fingers press keys only, count them, and look after every press whether the focus can be seen.
type fingers struct {
	t *testing.T
	f *uitest.Face
	n int
}

func (h *fingers) press(names ...fyne.KeyName) {
	h.t.Helper()
	for _, name := range names {
		h.n++
		h.f.Canvas.Focused().TypedKey(&fyne.KeyEvent{Name: name})
		h.seen()
	}
}

func (h *fingers) write(text string) {
	h.t.Helper()
	for _, r := range text {
		h.n++
		h.f.Canvas.Focused().TypedRune(r)
	}
	h.seen()
}

func (h *fingers) control(name fyne.KeyName) {
	h.t.Helper()
	h.n++
	s := &desktop.CustomShortcut{KeyName: name, Modifier: fyne.KeyModifierControl}
	if o, ok := h.f.Canvas.Focused().(fyne.Shortcutable); ok {
		o.TypedShortcut(s)
	} else {
		h.f.Canvas.(fyne.Shortcutable).TypedShortcut(s)
	}
	h.seen()
}

// seen fails when nothing has the keyboard, or what has it cannot be seen.
func (h *fingers) seen() {
	h.t.Helper()
	o, ok := h.f.Canvas.Focused().(fyne.CanvasObject)
	if !ok {
		if h.f.Canvas.Overlays().Top() == nil && h.f.Last() != nil {
			return // a dialog has just been closed by a command; the next state shows what comes
		}
		h.t.Fatalf("after %d keys nothing has the keyboard", h.n)
	}
	told, ok := h.f.Canvas.Focused().(part.Told)
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
	size := h.f.Canvas.Size()
	if !ok || !told.Facts().Focused || at.Y < 0 || at.Y+o.Size().Height > size.Height || at.X < 0 || at.X+o.Size().Width > size.Width {
		h.t.Fatalf("after %d keys the focus is at %v %v, %+v", h.n, at, o.Size(), told)
	}
}

// forty is a day of 40 appointments; the 37th is Ola Tangen's.
func forty() desk.State {
	s := uitest.Empty()
	s.Day = nil
	for i := range 40 {
		at := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC).Add(time.Duration(i) * 12 * time.Minute)
		name := fmt.Sprintf("P%02d", i)
		if i == 36 {
			name = "Ola Tangen"
		}
		s.Day = append(s.Day, desk.DayRow{
			Invitation: uitest.ID(500 + i), Label: name, Detail: fmt.Sprintf("+47 400 00 0%02d", i), At: at, Length: 10 * time.Minute,
			Status: desk.Sent, CanResend: true, CanMove: true, CanAloud: true, CanNewPIN: true, CanCancel: true, CanShow: true,
		})
	}
	return s
}

// waits is the day of forty with the PIN of the 37th still to be sent: Send PIN is then the row's own button, and the first
// of its menu while the PIN is to be read aloud.
func waits(aloud bool) desk.State {
	s := forty()
	d := &s.Day[36]
	d.CanSendPIN, d.CanNewPIN = true, false
	if d.PINAloud = aloud; !aloud {
		d.PINAt = d.At.Add(-15 * time.Minute)
	}
	return s
}

// TestTheThirtySeventhOfFortyByKeys: find, send again, move, cancel, read the PIN, a new PIN, send the PIN, at most twelve
// keys each from the form's first field, the focus always in sight, also in the smallest window.
func TestTheThirtySeventhOfFortyByKeys(t *testing.T) {
	id := uitest.ID(536)
	for name, c := range map[string]struct {
		day  desk.State
		do   func(h *fingers)
		want desk.Command
	}{
		"send again":          {forty(), func(h *fingers) { h.write("s"); h.press(fyne.KeyReturn) }, desk.DoResend{Invitation: id}},
		"read":                {forty(), func(h *fingers) { h.write("l"); h.press(fyne.KeyReturn) }, desk.DoReadAloud{Invitation: id}},
		"send PIN":            {waits(false), func(h *fingers) { h.press(fyne.KeyReturn) }, desk.DoSendPIN{Invitation: id}},
		"send PIN read aloud": {waits(true), func(h *fingers) { h.press(fyne.KeyReturn) }, desk.DoSendPIN{Invitation: id}},
		"new PIN": {forty(), func(h *fingers) {
			h.write("s")
			h.write("e")
			h.press(fyne.KeyDown, fyne.KeyDown, fyne.KeyDown, fyne.KeyReturn)
		}, desk.DoNewPIN{Invitation: id}},
		"cancel": {forty(), func(h *fingers) { h.write("t"); h.press(fyne.KeyReturn) }, desk.DoCancel{Invitation: id}},
		"move": {forty(), func(h *fingers) { h.write("f"); h.press(fyne.KeyReturn); h.write("1730"); h.press(fyne.KeyReturn) },
			desk.DoMove{Invitation: id, At: time.Date(2026, 11, 22, 17, 30, 0, 0, time.UTC), Length: 10 * time.Minute}},
	} {
		for _, size := range []fyne.Size{{Width: 1180, Height: 760}, {Width: 960, Height: 600}} {
			f := uitest.Open(c.day, size.Width, size.Height, 1)
			h := &fingers{t: t, f: f}
			h.control(fyne.KeyF)
			h.write("ola")
			h.press(fyne.KeyReturn)
			c.do(h)
			if f.Last() != c.want || h.n > 12 {
				t.Errorf("%s: %d keys, posted %+v", name, h.n, f.Last())
			}
			t.Logf("%s: %d keys", name, h.n)
		}
	}
}

func TestArrowsLeadFromRowToRow(t *testing.T) {
	f := uitest.Open(forty(), 960, 600, 1)
	h := &fingers{t: t, f: f}
	h.control(fyne.KeyF)
	for range 40 {
		h.press(fyne.KeyDown)
	}
	h.press(fyne.KeyReturn)
	h.write("l")
	h.press(fyne.KeyReturn)
	if f.Last() != (desk.DoReadAloud{Invitation: uitest.ID(539)}) {
		t.Errorf("posted %+v", f.Last())
	}
	f = uitest.Open(forty(), 960, 600, 1)
	h = &fingers{t: t, f: f}
	h.control(fyne.KeyF)
	h.press(fyne.KeyDown, fyne.KeyDown, fyne.KeyUp, fyne.KeyUp)
	h.write("1512")
	if got := says(f); !strings.Contains(got, "Ola Tangen") || strings.Contains(got, "P35") {
		t.Errorf("found:\n%s", got)
	}
	h.press(fyne.KeyEscape)
	if got := says(f); !strings.Contains(got, "P35") {
		t.Error("Escape does not show all again")
	}
}

func TestBothFieldsOpenOneDialogByEitherButton(t *testing.T) {
	for n := range 2 {
		f := uitest.Open(uitest.Home(), 1180, 760, 1)
		typeInto(t, f, "Telefonnummer", "987 65 432")
		typeInto(t, f, "E-post", "ola@eksempel.no")
		buttons := all(f, "Inviter")
		test.Tap(buttons[n].(fyne.Tappable))
		if got, ok := f.Last().(desk.DoInvite); !ok || got.Phone != "987 65 432" || got.Email != "ola@eksempel.no" || !got.At.IsZero() {
			t.Errorf("button %d posted %+v", n, f.Last())
		}
	}
	s := uitest.Home()
	s.Invite.SMSReady = false // nothing goes to a number then, and the dialog says where it goes
	f := uitest.Open(s, 1180, 760, 1)
	typeInto(t, f, "Telefonnummer", "987 65 432")
	typeInto(t, f, "E-post", "ola@eksempel.no")
	key(f, fyne.KeyReturn)
	if got := f.Last().(desk.DoInvite); got.Phone != "" || got.Email == "" {
		t.Errorf("posted %+v", got)
	}
}

// all are the buttons of these words.
func all(f *uitest.Face, words string) (out []fyne.CanvasObject) {
	part.Walk(f.Top(), func(o fyne.CanvasObject) {
		if told, ok := o.(part.Told); ok && told.Facts().Text == words {
			out = append(out, o)
		}
	})
	return out
}

func TestEachOfTheTwoIsConfirmedByItself(t *testing.T) {
	f := uitest.Open(uitest.VerifyBoth(), 1180, 760, 1)
	for _, words := range []string{"Lenken går til", "PIN-koden går til", "Mente du gmail.example? Se etter om adressen er skrevet riktig."} {
		if !strings.Contains(says(f), words) {
			t.Errorf("the dialog does not say %q:\n%s", words, says(f))
		}
	}
	send := find(t, f, "button", "Send invitasjon")
	press(t, f, "check", "Jeg har kontrollert adressen mot journalen")
	if facts(send).Enabled {
		t.Fatal("sends with one of two confirmed")
	}
	press(t, f, "check", numberTick)
	press(t, f, "button", "Send invitasjon")
	if _, ok := f.Last().(desk.DoSend); !ok {
		t.Fatalf("posted %+v", f.Last())
	}
}

func TestALandlineIsSaidInTheDialog(t *testing.T) {
	s := uitest.Verify()
	words := "En fasttelefon tar ikke imot SMS."
	if f := uitest.Open(s, 1180, 760, 1); strings.Contains(says(f), words) {
		t.Error("said of a mobile")
	}
	s.Verify.Mobile = false
	if f := uitest.Open(s, 1180, 760, 1); !strings.Contains(says(f), words) {
		t.Error("not said")
	}
}

func TestAnAppointmentForLaterSaysLengthAndWhenThePINGoes(t *testing.T) {
	f := uitest.Open(uitest.Home(), 1180, 760, 1)
	typeInto(t, f, "Telefonnummer", "98765432")
	f.Press("Velg tid")
	f.Press("I morgen")
	typeInto(t, f, "Klokkeslett", "")
	find(t, f, "entry", "Klokkeslett")
	key(f, fyne.KeyReturn)
	f.Canvas.Focus(find(t, f, "entry", "Telefonnummer").(fyne.Focusable))
	key(f, fyne.KeyReturn)
	got, ok := f.Last().(desk.DoInvite)
	if !ok || got.At.Day() != 23 || got.Length != 20*time.Minute || got.PIN != desk.PINShortly {
		t.Errorf("posted %+v", f.Last())
	}
}

func TestTheCalendarGoesByArrowsAndChooses(t *testing.T) {
	f := uitest.Open(uitest.Home(), 1180, 760, 1)
	h := &fingers{t: t, f: f}
	f.Press("Kalender")
	h.press(fyne.KeyRight, fyne.KeyDown) // 22 -> 23 -> 30
	h.press(fyne.KeyDown)                // 7 December
	if !strings.Contains(says(f), "Desember 2026") {
		t.Fatalf("says:\n%s", says(f))
	}
	h.press(fyne.KeyPageUp, fyne.KeyReturn)
	if want := (desk.DoShowDay{Day: time.Date(2026, 11, 7, 0, 0, 0, 0, time.UTC)}); f.Last() != want {
		t.Errorf("posted %+v", f.Last())
	}
	if f.Canvas.Overlays().Top() != nil {
		t.Error("the calendar stays")
	}
	f.Press("Dagen etter")
	if want := (desk.DoShowDay{Day: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}); f.Last() != want {
		t.Errorf("posted %+v", f.Last())
	}
}

func TestWhatWasMissedIsListedUntilDealtWith(t *testing.T) {
	f := uitest.Open(uitest.Missed(), 1180, 760, 1)
	if got := says(f); !strings.Contains(got, "Dette ble ikke sendt") || !strings.Contains(got, "per@eksempel.no") {
		t.Fatalf("says:\n%s", got)
	}
	test.Tap(all(f, "Send nå")[0].(fyne.Tappable))
	if f.Last() != (desk.DoSendMissed{Invitation: uitest.ID(13), Number: 2}) {
		t.Errorf("posted %+v", f.Last())
	}
	key(f, fyne.KeyEscape)
	if f.Last() != (desk.DoCloseMissed{}) {
		t.Errorf("posted %+v", f.Last())
	}
	f.Window.Render(uitest.Home())
	if f.Canvas.Overlays().Top() != nil {
		t.Error("the list stays")
	}
}

func TestMovingIsRefusedInTheHourThatIsLeftOut(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	s := uitest.Home()
	s.Now = time.Date(2027, 3, 28, 0, 30, 0, 0, zone)
	f := uitest.Open(s, 1180, 760, 1)
	typeInto(t, f, "Telefonnummer", "98765432")
	f.Press("Velg tid")
	clock := find(t, f, "entry", "Klokkeslett").(fyne.Focusable)
	f.Canvas.Focus(clock)
	clock.(fyne.Shortcutable).TypedShortcut(&fyne.ShortcutSelectAll{})
	test.Type(clock, "0230")
	f.Canvas.Focus(find(t, f, "entry", "Telefonnummer").(fyne.Focusable))
	key(f, fyne.KeyReturn)
	if len(f.Posted) != 0 || !strings.Contains(says(f), "klokken stilles fram") {
		t.Errorf("posted %+v, says:\n%s", f.Posted, says(f))
	}
}
