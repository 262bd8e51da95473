package ui_test

import (
	"testing"
	"time"

	"legekonsultasjon/app/ui/uitest"
	"legekonsultasjon/core/desk"
)

func TestTheFormOfAListFollowsAnAddress(t *testing.T) {
	f := uitest.Open(uitest.Home(), 1180, 760, 1)
	press(t, f, "button", "Hent timer")
	typeInto(t, f, "Kalenderadresse", "https://timebok.example/x.ics")
	press(t, f, "button", "Vis timene")
	if f.Last() != (desk.DoSubscribe{Address: "https://timebok.example/x.ics"}) {
		t.Fatalf("%#v", f.Last())
	}
	f.Window.Render(uitest.ImportRefused())
	find(t, f, "label", "Kalenderadressen må begynne med https:// eller webcal://.")
	if got := facts(find(t, f, "entry", "Kalenderadresse")).Text; got != "https://timebok.example/x.ics" {
		t.Errorf("the field holds %q", got)
	}
	f.Window.Render(uitest.ImportCalendar())
	find(t, f, "label", "Timer i timebok.example")
	if n := len(f.Canvas.Overlays().List()); n != 1 {
		t.Fatalf("%d dialogs", n)
	}
	f.Window.Render(uitest.Home())
	if f.Canvas.Overlays().Top() != nil {
		t.Fatal("the preview stays")
	}
}

// TestAListIsTakenByOnePress: the keyboard begins on the way back.
func TestAListIsTakenByOnePress(t *testing.T) {
	f := uitest.Open(uitest.Home(), 1180, 760, 1)
	f.Window.Render(uitest.Import())
	if got := facts(find(t, f, "button", "Avbryt")); !got.Focused {
		t.Errorf("the keyboard is not on %+v", got)
	}
	press(t, f, "button", "Legg i Dagens timer")
	if f.Last() != (desk.DoTakeImport{}) {
		t.Fatalf("%#v", f.Last())
	}
}

func TestDraftsAreVerifiedFromTheirRows(t *testing.T) {
	f := uitest.Open(uitest.Drafts(), 1180, 760, 1)
	press(t, f, "button", "Kontroller")
	if f.Last() != (desk.DoOpenDraft{Draft: uitest.ID(30)}) {
		t.Fatalf("%#v", f.Last())
	}
	press(t, f, "button", "Gå gjennom")
	if f.Last() != (desk.DoGoThrough{}) {
		t.Fatalf("%#v", f.Last())
	}
}

// TestTheNextDraftIsADialogOfItsOwn: the same number again, with nothing ticked and its own words; what was half typed in the
// form stays.
func TestTheNextDraftIsADialogOfItsOwn(t *testing.T) {
	f := uitest.Open(uitest.Drafts(), 1180, 760, 1)
	typeInto(t, f, "E-post", "halv")
	f.Window.Render(uitest.VerifyDraft())
	if _, name, note := dialog(t, f); name != "Anne B." || note != "kne" {
		t.Fatalf("name %q, note %q", name, note)
	}
	press(t, f, "check", numberTick)
	press(t, f, "button", "Send invitasjon")
	if f.Last() != (desk.DoSend{Name: "Anne B.", Note: "kne", Serial: 3}) {
		t.Fatalf("%#v", f.Last())
	}
	s := uitest.VerifyDraft()
	s.Verify.Serial, s.Verify.Name, s.Verify.Note = 4, "Bo", ""
	f.Window.Render(s)
	if ticked, name, note := dialog(t, f); ticked || name != "Bo" || note != "" {
		t.Fatalf("ticked %v, name %q, note %q", ticked, name, note)
	}
	press(t, f, "button", "Hopp over")
	if f.Last() != (desk.DoSkip{}) {
		t.Fatalf("%#v", f.Last())
	}
	f.Window.Render(uitest.Drafts())
	if got := facts(find(t, f, "entry", "E-post")).Text; got != "halv" {
		t.Errorf("the form holds %q", got)
	}
}

// TestWhatCameFromOutsideIsCorrectedInTheForm: the form takes it once and leaves it alone after that.
func TestWhatCameFromOutsideIsCorrectedInTheForm(t *testing.T) {
	f := uitest.Open(uitest.Home(), 1180, 760, 1)
	s := uitest.Home()
	s.Invite.Prefill = &desk.Prefill{Serial: 7, Phone: "+46701234567", Country: "NO", Email: "a@b.no", At: s.Now.Add(3 * time.Hour), Language: "en"}
	s.Invite.PhoneProblem = &desk.Problem{Code: "phoneTooShort"}
	f.Window.Render(s)
	number := facts(find(t, f, "entry", "Telefonnummer"))
	if number.Text != "70 123 45 67" || !number.Focused || facts(find(t, f, "entry", "E-post")).Text != "a@b.no" {
		t.Errorf("%+v", number)
	}
	typeInto(t, f, "Telefonnummer", "1")
	f.Window.Render(s)
	if got := facts(find(t, f, "entry", "Telefonnummer")).Text; got == "70 123 45 67" {
		t.Error("it was filled in again")
	}
	press(t, f, "button", "Inviter")
	c, ok := f.Last().(desk.DoInvite)
	if !ok || c.At.IsZero() || c.Language != "en" || c.Email != "a@b.no" {
		t.Errorf("%#v", f.Last())
	}
}
