package ui_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"legekonsultasjon/app/ui/uitest"
	"legekonsultasjon/core/desk"
)

func TestUnsureLettersAreAnsweredOneByOneOrAtOnce(t *testing.T) {
	f := uitest.Open(uitest.Unsure(), 1180, 760, 1)
	if got := says(f); !strings.Contains(got, "3 invitasjoner er kanskje sendt") || !strings.Contains(got, "Informasjonen, PIN-koden") {
		t.Fatalf("says:\n%s", got)
	}
	key(f, fyne.KeyReturn) // the keyboard begins where nothing is sent
	if f.Last() != (desk.DoUnsureAll{}) {
		t.Errorf("posted %+v", f.Last())
	}
	f.Press("Send alle på nytt")
	if f.Last() != (desk.DoUnsureAll{Again: true}) {
		t.Errorf("posted %+v", f.Last())
	}
	test.Tap(all(f, "La det være")[1].(fyne.Tappable))
	if f.Last() != (desk.DoLetBe{Invitation: uitest.ID(13)}) {
		t.Errorf("posted %+v", f.Last())
	}
	f.Window.Render(uitest.Home())
	if f.Canvas.Overlays().Top() != nil {
		t.Error("the list stays")
	}
}

func TestAllAboutAPatientIsSavedAndErased(t *testing.T) {
	s := uitest.Menu()
	s.Day[0].CanShow = true
	f := uitest.Open(s, 1180, 760, 1)
	f.Press("Flere valg")
	f.Press("Alt om pasienten")
	if f.Last() != (desk.DoShowPatient{Invitation: uitest.ID(13)}) {
		t.Fatalf("posted %+v", f.Last())
	}
	f = uitest.Open(uitest.Patient(), 1180, 760, 1)
	for _, words := range []string{"PIN-koden · SMS · sendes i dag kl. 11:45", "Informasjonen · e-post · kanskje sendt", "Kom ikke"} {
		if !strings.Contains(says(f), words) {
			t.Errorf("does not say %q:\n%s", words, says(f))
		}
	}
	if facts(find(t, f, "button", "Slett alt")).Enabled {
		t.Error("erases what is still to come")
	}
	f.Press("Lagre en kopi")
	if f.Last() != (desk.DoSavePatient{}) {
		t.Errorf("posted %+v", f.Last())
	}
	f = uitest.Open(uitest.PatientOver(), 1180, 760, 1)
	if !strings.Contains(says(f), "pasient-20261122-104712.json") {
		t.Errorf("does not say where the copy is:\n%s", says(f))
	}
	f.Press("Slett alt")
	if f.Last() != (desk.DoErasePatient{}) {
		t.Errorf("posted %+v", f.Last())
	}
	key(f, fyne.KeyEscape)
	if f.Last() != (desk.DoClosePatient{}) {
		t.Errorf("posted %+v", f.Last())
	}
}

func TestTheDialogSaysHowManySMSItIs(t *testing.T) {
	s := uitest.Verify()
	for want, count := range map[string]desk.SMSCount{
		"Det blir én SMS.":   {Letters: 1, Segments: 1, Odd: "đ"},
		"Det blir 3 SMS-er.": {Letters: 2, Segments: 3, Odd: "đ"},
		"«đ» finnes ikke":    {Letters: 1, Segments: 2, Odd: "đ"},
	} {
		s.Verify.SMS = count
		if got := says(uitest.Open(s, 1180, 760, 1)); !strings.Contains(got, want) || count.Segments == count.Letters && strings.Contains(got, "«đ»") {
			t.Errorf("%+v says:\n%s", count, got)
		}
	}
}

func TestHowLongTheBookIsKeptIsChosenInTheSettings(t *testing.T) {
	s := uitest.SettingsOpen()
	s.Settings.KeepDays = 14
	f := uitest.Open(s, 1180, 760, 1)
	if !strings.Contains(says(f), "14 dager etter timen") {
		t.Fatalf("says:\n%s", says(f))
	}
	f.Press("14 dager etter timen")
	f.Press("7 dager etter timen")
	f.Press("Lagre")
	if got, ok := f.Last().(desk.DoSaveSettings); !ok || got.KeepDays != 7 {
		t.Errorf("posted %+v", f.Last())
	}
}
