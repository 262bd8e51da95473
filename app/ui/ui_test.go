package ui_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/uitest"
	"legekonsultasjon/core/desk"
)

// find returns the visible part with these facts in the topmost layer.
func find(t *testing.T, f *uitest.Face, kind, text string) fyne.CanvasObject {
	t.Helper()
	var found fyne.CanvasObject
	part.Walk(f.Top(), func(o fyne.CanvasObject) {
		if told, ok := o.(part.Told); ok && found == nil {
			if facts := told.Facts(); facts.Kind == kind && (facts.Text == text || facts.Label == text) {
				found = o
			}
		}
	})
	if found == nil {
		t.Fatalf("no %s %q; the window says:\n%s", kind, text, says(f))
	}
	return found
}

func facts(o fyne.CanvasObject) part.Facts { return o.(part.Told).Facts() }

// says is every word of the topmost layer.
func says(f *uitest.Face) string {
	var words []string
	part.Walk(f.Top(), func(o fyne.CanvasObject) {
		if told, ok := o.(part.Told); ok {
			words = append(words, told.Facts().Text)
		}
	})
	return strings.Join(words, "\n")
}

func press(t *testing.T, f *uitest.Face, kind, text string) {
	t.Helper()
	test.Tap(find(t, f, kind, text).(fyne.Tappable))
}

func key(f *uitest.Face, name fyne.KeyName) { f.Canvas.Focused().TypedKey(&fyne.KeyEvent{Name: name}) }

func typeInto(t *testing.T, f *uitest.Face, label, text string) {
	t.Helper()
	entry := find(t, f, "entry", label).(fyne.Focusable)
	f.Canvas.Focus(entry)
	test.Type(entry, text)
}

func TestInvitingByNumberPostsWhatWasTyped(t *testing.T) {
	f := uitest.Open(uitest.Home(), 1180, 760, 1)
	typeInto(t, f, "Telefonnummer", "987 65 432")
	key(f, fyne.KeyReturn)
	got, ok := f.Last().(desk.DoInvite)
	if !ok || got.Phone != "987 65 432" || got.Country != "NO" || got.Language != "nb" || !got.At.IsZero() || got.Email != "" {
		t.Fatalf("posted %+v", f.Last())
	}
}

func TestAnEmptyFieldIsNamedAndNothingIsPosted(t *testing.T) {
	f := uitest.Open(uitest.Home(), 1180, 760, 1)
	key(f, fyne.KeyReturn)
	if len(f.Posted) != 0 || !strings.Contains(says(f), "Skriv inn et telefonnummer.") {
		t.Fatalf("posted %v, says:\n%s", f.Posted, says(f))
	}
	typeInto(t, f, "Telefonnummer", "9")
	if strings.Contains(says(f), "Skriv inn et telefonnummer.") {
		t.Fatal("the words stay while the number is typed")
	}
}

// TestThePasswordStaysUntilItHasDoneItsWork: a server that cannot be reached costs nobody his typing.
func TestThePasswordStaysUntilItHasDoneItsWork(t *testing.T) {
	f := uitest.Open(uitest.SignIn(), 1180, 760, 1)
	for label, text := range map[string]string{"Serveradresse": "https://a.example", "E-post": "kari@a.example", "Passord": "hemmelig"} {
		typeInto(t, f, label, text)
	}
	signIn := func() desk.DoSignIn {
		t.Helper()
		press(t, f, "button", "Logg inn")
		c, _ := f.Posted[len(f.Posted)-1].(desk.DoSignIn)
		return c
	}
	signIn()
	s := uitest.SignIn()
	s.SignIn = desk.SignIn{Server: "https://a.example", Email: "kari@a.example", Problem: &desk.Problem{Code: "unreachable"}}
	f.Window.Render(s)
	if c := signIn(); c.Password != "hemmelig" {
		t.Errorf("the password has to be typed again after a failure: %q", c.Password)
	}
	f.Window.Render(uitest.Home())
	f.Window.Render(uitest.SignIn())
	press(t, f, "button", "Logg inn")
	if !strings.Contains(says(f), "Skriv inn passordet.") {
		t.Error("the password is kept after signing in")
	}
}

func TestEnterTwiceSendsNothing(t *testing.T) {
	f := uitest.Open(uitest.Home(), 1180, 760, 1)
	typeInto(t, f, "Telefonnummer", "98765432")
	key(f, fyne.KeyReturn)
	f.Window.Render(uitest.Verify())
	key(f, fyne.KeyReturn)
	if _, ok := f.Last().(desk.DoCorrect); !ok {
		t.Fatalf("the second Enter posted %+v", f.Last())
	}
}

func TestSendingWantsTheTick(t *testing.T) {
	f := uitest.Open(uitest.Verify(), 1180, 760, 1)
	if facts(find(t, f, "check", "Jeg har kontrollert nummeret mot journalen")).Checked {
		t.Fatal("the box is ticked at the start")
	}
	press(t, f, "button", "Send invitasjon")
	if len(f.Posted) != 0 {
		t.Fatalf("sent without tick: %v", f.Posted)
	}
	press(t, f, "check", "Jeg har kontrollert nummeret mot journalen")
	typeInto(t, f, "Navn eller initialer (bare du ser det)", " OH ")
	press(t, f, "button", "Send invitasjon")
	press(t, f, "button", "Send invitasjon")
	if len(f.Posted) != 1 || f.Posted[0] != (desk.DoSend{Name: "OH"}) {
		t.Fatalf("posted %+v", f.Posted)
	}
}

func TestTheNextDialogIsUntickedAgain(t *testing.T) {
	f := uitest.Open(uitest.Verify(), 1180, 760, 1)
	press(t, f, "check", "Jeg har kontrollert nummeret mot journalen")
	f.Window.Render(uitest.Home())
	f.Window.Render(uitest.Verify())
	if facts(find(t, f, "check", "Jeg har kontrollert nummeret mot journalen")).Checked || facts(find(t, f, "button", "Send invitasjon")).Enabled {
		t.Fatal("the tick of another number counts")
	}
}

func TestASentInvitationEmptiesTheForm(t *testing.T) {
	f := uitest.Open(uitest.Home(), 1180, 760, 1)
	typeInto(t, f, "Telefonnummer", "98765432")
	f.Window.Render(uitest.Verify())
	press(t, f, "check", "Jeg har kontrollert nummeret mot journalen")
	press(t, f, "button", "Send invitasjon")
	f.Window.Render(uitest.Home())
	if got := facts(find(t, f, "entry", "Telefonnummer")).Text; got != "" {
		t.Fatalf("the field still holds %q", got)
	}
}

func TestACorrectedNumberStaysInItsField(t *testing.T) {
	f := uitest.Open(uitest.Home(), 1180, 760, 1)
	typeInto(t, f, "Telefonnummer", "98765432")
	key(f, fyne.KeyReturn)
	f.Window.Render(uitest.Verify())
	key(f, fyne.KeyEscape)
	if _, ok := f.Last().(desk.DoCorrect); !ok {
		t.Fatalf("Escape posted %+v", f.Last())
	}
	f.Window.Render(uitest.Home())
	if got := facts(find(t, f, "entry", "Telefonnummer")); got.Text != "98765432" || !got.Focused {
		t.Fatalf("the field: %+v", got)
	}
}

func TestStatesDoNotDisturbTyping(t *testing.T) {
	f := uitest.Open(uitest.Home(), 1180, 760, 1)
	typeInto(t, f, "E-post", "ola.han")
	for i := range 5 {
		s := uitest.Full()
		s.Now = s.Now.Add(time.Duration(i) * time.Minute)
		f.Window.Render(s)
	}
	got := facts(find(t, f, "entry", "E-post"))
	if got.Text != "ola.han" || !got.Focused {
		t.Fatalf("the field: %+v", got)
	}
}

func TestPastingFindsWhatItIs(t *testing.T) {
	for _, c := range []struct{ into, text, number, address string }{
		{"Telefonnummer", "Tlf: +47 98 76 54 32", "987 65 432", ""},
		{"Telefonnummer", "Ola Hansen\nola.hansen@eksempel.no", "", "ola.hansen@eksempel.no"},
		{"E-post", "Ola Hansen <ola.hansen@eksempel.no>", "", "ola.hansen@eksempel.no"},
		{"E-post", "Mobil 98765432", "987 65 432", ""},
		{"E-post", "98765432 ola.hansen@eksempel.no", "987 65 432", "ola.hansen@eksempel.no"},
		{"Telefonnummer", "Time 24.11.2026 kl. 10:30. Ola, f. 010190 12345\nMob 987 65 432, ola@eksempel.no", "987 65 432", "ola@eksempel.no"},
		{"Telefonnummer", "Tlf 22 33 44 55 / 987 65 432", "987 65 432", ""},
	} {
		f := uitest.Open(uitest.Home(), 1180, 760, 1)
		entry := find(t, f, "entry", c.into).(fyne.Shortcutable)
		board := test.NewClipboard()
		board.SetContent(c.text)
		entry.TypedShortcut(&fyne.ShortcutPaste{Clipboard: board})
		if n, a := facts(find(t, f, "entry", "Telefonnummer")).Text, facts(find(t, f, "entry", "E-post")).Text; n != c.number || a != c.address {
			t.Errorf("%q into %s: number %q, address %q", c.text, c.into, n, a)
		}
	}
}

func TestDeltaJoinsTheRowThatWasPressed(t *testing.T) {
	f := uitest.Open(uitest.Home(), 1180, 760, 1)
	var joins []fyne.CanvasObject
	part.Walk(f.Top(), func(o fyne.CanvasObject) {
		if told, ok := o.(part.Told); ok && told.Facts().Text == "Delta" {
			joins = append(joins, o)
		}
	})
	if len(joins) != 2 {
		t.Fatalf("%d Delta", len(joins))
	}
	test.Tap(joins[1].(fyne.Tappable))
	if f.Last() != (desk.DoJoin{Invitation: uitest.ID(2)}) {
		t.Fatalf("posted %+v", f.Last())
	}
}

func TestRowsOfOthersAndAbsentHaveNoDelta(t *testing.T) {
	s := uitest.Full()
	for i, row := range s.Waiting {
		s.Waiting = []desk.WaitingRow{row}
		f := uitest.Open(s, 1180, 760, 1)
		enabled := false
		part.Walk(f.Top(), func(o fyne.CanvasObject) {
			if told, ok := o.(part.Told); ok && (told.Facts().Text == "Delta" || told.Facts().Text == "Ta opp igjen") {
				enabled = enabled || told.Facts().Enabled
			}
		})
		if want := row.CanJoin && row.HeldBy == ""; enabled != want {
			t.Errorf("row %d (%s): Delta %v, wants %v", i, row.Label, enabled, want)
		}
		s = uitest.Full()
	}
}

func TestSecureIsSaidOnlyWhenChecked(t *testing.T) {
	for _, state := range []desk.CallState{desk.CallConnecting, desk.CallSecure, desk.CallInterrupted, desk.CallPatientGone, desk.CallNotGenuine, desk.CallFailed} {
		s := uitest.Call()
		s.Call.State = state
		f := uitest.Open(s, 1180, 760, 1)
		if said := strings.Contains(says(f), "Sikker forbindelse, kontrollert"); said != (state == desk.CallSecure) {
			t.Errorf("%s: said %v", state, said)
		}
	}
}

func TestKeysOfTheCall(t *testing.T) {
	f := uitest.Open(uitest.Call(), 1180, 760, 1)
	for _, c := range []struct {
		toggle string
		want   desk.Command
	}{{"Mikrofon av", desk.DoMicrophone{On: true}}, {"Kamera", desk.DoCamera{On: false}}} {
		button := find(t, f, "toggle", c.toggle).(fyne.Focusable)
		f.Canvas.Focus(button)
		key(f, fyne.KeySpace)
		if f.Last() != c.want {
			t.Errorf("%s posted %+v", c.toggle, f.Last())
		}
	}
}

func TestEverythingIsReachedByTab(t *testing.T) {
	for name, s := range map[string]desk.State{"home": uitest.Home(), "verify": uitest.Verify(), "call": uitest.Call(), "settings": uitest.SettingsOpen(), "sign-in": uitest.SignIn()} {
		f := uitest.Open(s, 1180, 760, 1)
		want := map[fyne.CanvasObject]bool{}
		part.Walk(f.Top(), func(o fyne.CanvasObject) {
			if focusable, ok := o.(fyne.Focusable); ok {
				if d, ok := focusable.(fyne.Disableable); !ok || !d.Disabled() {
					want[o] = true
				}
			}
		})
		for range 2 * len(want) {
			f.Canvas.FocusNext()
			delete(want, f.Canvas.Focused().(fyne.CanvasObject))
		}
		for o := range want {
			t.Errorf("%s: Tab never reaches %+v", name, o.(part.Told).Facts())
		}
	}
}

func TestQuestionsBeginOnTheSafeAnswer(t *testing.T) {
	f := uitest.Open(uitest.Quit(), 1180, 760, 1)
	key(f, fyne.KeyReturn)
	if f.Last() != (desk.DoDismiss{}) {
		t.Fatalf("Enter posted %+v", f.Last())
	}
	press(t, f, "button", "Avslutt programmet")
	if f.Last() != (desk.DoQuit{Confirmed: true}) {
		t.Fatalf("posted %+v", f.Last())
	}
}

func TestSettingsKeepSecretsThatWereNotTyped(t *testing.T) {
	f := uitest.Open(uitest.SettingsOpen(), 1180, 1400, 1)
	typeInto(t, f, "Avsendernavn", "X")
	press(t, f, "button", "Lagre")
	got, ok := f.Last().(desk.DoSaveSettings)
	if !ok || got.MailPassword != nil || got.SMSSecret != nil || got.Mail.Port != 587 || !strings.HasSuffix(got.Mail.FromName, "X") {
		t.Fatalf("posted %+v", f.Last())
	}
}

func TestEveryDesignedStateHasWordsAndFits(t *testing.T) {
	for name, s := range map[string]desk.State{
		"home": uitest.Home(), "empty": uitest.Empty(), "first": uitest.First(), "full": uitest.Full(), "offline": uitest.Offline(),
		"problem": uitest.Problem(), "verify": uitest.Verify(), "email": uitest.VerifyEmail(), "aloud": uitest.Aloud(),
		"sign-in": uitest.SignInWrong(), "unlock": uitest.Unlock(), "call": uitest.CallBusy(), "stopped": uitest.CallNotGenuine(),
		"settings": uitest.SettingsOpen(), "quit": uitest.Quit(),
	} {
		for _, language := range []string{"nb", "nn", "en"} {
			s.Language = language
			f := uitest.Open(s, 960, 600, 1)
			for _, word := range strings.Fields(says(f)) {
				for _, family := range []string{"problem.", "notice.", "question.", "reason.", "day.", "waiting.", "call.", "verify.", "settings.", "invite."} {
					if strings.HasPrefix(word, family) && word != family {
						t.Errorf("%s (%s): no words for %s", name, language, word)
					}
				}
			}
			part.Walk(f.Top(), func(o fyne.CanvasObject) {
				if _, ok := o.(part.Told); !ok {
					return
				}
				x := fyne.CurrentApp().Driver().AbsolutePositionForObject(o).X
				if x < -0.5 || x+o.Size().Width > 960.5 {
					t.Errorf("%s (%s): %+v reaches from %.0f to %.0f", name, language, o.(part.Told).Facts(), x, x+o.Size().Width)
				}
			})
		}
	}
}

// retype replaces what stands in a field.
func retype(t *testing.T, f *uitest.Face, label, text string) {
	t.Helper()
	entry := find(t, f, "entry", label)
	f.Canvas.Focus(entry.(fyne.Focusable))
	for range []rune(facts(entry).Text) {
		key(f, fyne.KeyBackspace)
	}
	test.Type(entry.(fyne.Focusable), text)
}

func TestTheChosenGatewaySaysWhatItWants(t *testing.T) {
	f := uitest.Open(uitest.SettingsOpen(), 1180, 2400, 1)
	if !strings.Contains(says(f), "API-passord") || strings.Contains(says(f), "Account SID") {
		t.Fatalf("the form is not Sveve's: %s", says(f))
	}
	press(t, f, "select", "SMS-leverandør")
	press(t, f, "item", "Twilio")
	f.Window.Render(uitest.SettingsOpen()) // what was chosen is not taken back
	if strings.Contains(says(f), "API-passord") || !strings.Contains(says(f), "Account SID") {
		t.Fatalf("the form is not Twilio's: %s", says(f))
	}
	press(t, f, "button", "Lagre") // nothing was filled in: the gateway was only looked at
	if got, ok := f.Last().(desk.DoSaveSettings); !ok || got.SMS.Gateway != "" || got.SMSReserve.Gateway != "own" {
		t.Fatalf("posted %+v", f.Last())
	}
	before := f.Last()
	press(t, f, "select", "SMS-leverandør") // this desk has not answered with what was saved
	press(t, f, "item", "Twilio")
	typeInto(t, f, "Account SID", "AC1")
	press(t, f, "button", "Lagre")
	if !reflect.DeepEqual(f.Last(), before) || !strings.Contains(says(f), "Fyll ut dette feltet.") {
		t.Fatalf("saved without a token: %+v", f.Last())
	}
	typeInto(t, f, "Auth Token, eller API-nøkkelens hemmelighet", "hemmelig")
	retype(t, f, "Avsender", "Bø legekontor")
	press(t, f, "button", "Lagre")
	if !reflect.DeepEqual(f.Last(), before) || !strings.Contains(says(f), "A–Z") {
		t.Fatalf("saved with a sender that no gateway takes: %+v", f.Last())
	}
	retype(t, f, "Avsender", "Legekontor")
	press(t, f, "button", "Lagre")
	got, ok := f.Last().(desk.DoSaveSettings)
	want := desk.SMSSettings{Gateway: "twilio", Values: map[string]string{"user": "AC1", "sender": "Legekontor"}}
	if !ok || !reflect.DeepEqual(got.SMS, want) || got.SMSSecret == nil || *got.SMSSecret != "hemmelig" || got.SMSReserveSecret != nil {
		t.Fatalf("posted %+v", f.Last())
	}
}

func TestTheMessageIsShownAndCounted(t *testing.T) {
	f := uitest.Open(uitest.SettingsOpen(), 1180, 2400, 1)
	if !strings.Contains(says(f), "1 SMS") || !strings.Contains(says(f), "109 av 160") {
		t.Fatalf("no count: %s", says(f))
	}
	press(t, f, "select", "Slik blir meldingen")
	press(t, f, "item", "Nynorsk")
	if !strings.Contains(says(f), "2 SMS") || !strings.Contains(says(f), "šđá") {
		t.Fatalf("no count: %s", says(f))
	}
}
