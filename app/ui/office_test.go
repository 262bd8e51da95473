package ui_test

import (
	"strings"
	"testing"

	"legekonsultasjon/app/ui/part"
	"legekonsultasjon/app/ui/uitest"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/signaling"
)

// TestThePasswordIsThereForThePasscode: it stays between the form and the passcode, and goes after that.
func TestThePasswordIsThereForThePasscode(t *testing.T) {
	f := uitest.Open(uitest.SignIn(), 1180, 760, 1)
	for label, text := range map[string]string{"Serveradresse": "https://a.example", "E-post": "kari@a.example", "Passord": "fire ugler"} {
		typeInto(t, f, label, text)
	}
	f.Window.Render(uitest.AskPasscode())
	typeInto(t, f, "Engangskode", "123 456")
	press(t, f, "button", "Logg inn")
	got, ok := f.Last().(desk.DoSignIn)
	if !ok || got.Password != "fire ugler" || got.Passcode != "123 456" || got.Server == "" || got.Email == "" {
		t.Fatalf("posted %+v", f.Last())
	}
	f.Window.Render(uitest.WrongPasscode())
	if !strings.Contains(says(f), "Koden stemmer ikke") {
		t.Error(says(f))
	}
	press(t, f, "button", "Tilbake")
	if _, ok := f.Last().(desk.DoBackToSignIn); !ok {
		t.Errorf("posted %+v", f.Last())
	}
	f.Window.Render(uitest.Home())
	f.Window.Render(uitest.SignIn())
	if find(t, f, "entry", "Passord"); strings.Contains(says(f), "fire ugler") {
		t.Error("the password is still there after the sign-in")
	}
}

// TestTheAddressIsThereAfterTheBeginning: who began with a code does not type the server's address again to sign in.
func TestTheAddressIsThereAfterTheBeginning(t *testing.T) {
	empty := uitest.SignIn()
	empty.SignIn.Server, empty.SignIn.Email = "", ""
	f := uitest.Open(empty, 1180, 760, 1)
	typeInto(t, f, "E-post", "kari@a.example")
	begin := uitest.Begin()
	begin.SignIn.Server, begin.SignIn.Email = "", ""
	f.Window.Render(begin)
	if text := facts(find(t, f, "entry", "E-post")).Text; text != "kari@a.example" {
		t.Errorf("what was typed before is %q now", text)
	}
	f.Window.Render(uitest.Home())
	known := uitest.SignIn()
	known.SignIn.Server = "https://a.example"
	f.Window.Render(known)
	if text := facts(find(t, f, "entry", "Serveradresse")).Text; text != "https://a.example" {
		t.Errorf("the server's address is %q", text)
	}
}

func TestChoosingAPassword(t *testing.T) {
	f := uitest.Open(uitest.Choose(), 1180, 1600, 1)
	if !strings.Contains(says(f), "JBSW Y3DP EHPK 3PXP") || strings.Contains(says(f), "Bruk engangskode") {
		t.Error(says(f))
	}
	typeInto(t, f, "Nytt passord", "kort")
	press(t, f, "button", "Ta kontoen i bruk")
	if len(f.Posted) != 0 || !strings.Contains(says(f), "Bruk minst tolv tegn") {
		t.Fatal(f.Posted, says(f))
	}
	typeInto(t, f, "Nytt passord", " og langt nok")
	press(t, f, "button", "Ta kontoen i bruk")
	if len(f.Posted) != 0 || !strings.Contains(says(f), "ikke like") {
		t.Fatal(f.Posted, says(f))
	}
	typeInto(t, f, "Gjenta passordet", "kort og langt nok")
	press(t, f, "button", "Ta kontoen i bruk")
	if len(f.Posted) != 0 || !strings.Contains(says(f), "seks sifrene appen viser.") {
		t.Fatal(f.Posted, says(f))
	}
	typeInto(t, f, "Sifrene i appen", "492039")
	press(t, f, "button", "Ta kontoen i bruk")
	if got := f.Last(); got != (desk.DoEnrol{Password: "kort og langt nok", Passcode: "492039"}) {
		t.Fatalf("posted %+v", got)
	}
	free := uitest.Choose()
	free.SignIn.PasscodeRequired = false
	f.Window.Render(free)
	press(t, f, "check", "Bruk engangskode fra en app på telefonen")
	press(t, f, "button", "Ta kontoen i bruk")
	if got := f.Last(); got != (desk.DoEnrol{Password: "kort og langt nok"}) {
		t.Fatalf("posted %+v", got)
	}
}

// TestAnAdministratorPresses goes through what can be done with people.
func TestAnAdministratorPresses(t *testing.T) {
	f := uitest.Open(uitest.People(), 1180, 2400, 1)
	press(t, f, "button", "Logg ut") // the first is Per's: one's own machine has none
	if got, ok := f.Last().(desk.DoRevoke); !ok || got.ID == "" {
		t.Errorf("posted %+v", f.Last())
	}
	typeInto(t, f, "Navn, slik pasientene leser det", "Ola")
	press(t, f, "button", "Legg til")
	if _, added := f.Last().(desk.DoAddPerson); added || !strings.Contains(says(f), "Skriv e-postadressen.") {
		t.Fatalf("posted %+v", f.Last())
	}
	f = uitest.Open(uitest.HandOver(), 1180, 760, 1)
	if !strings.Contains(says(f), "7K3M-9QRT-2XWV-H5NP") {
		t.Error(says(f))
	}
	press(t, f, "button", "Jeg har skrevet den ned")
	if f.Last() != (desk.DoHandedOver{}) {
		t.Errorf("posted %+v", f.Last())
	}
}

// TestTypingInTheClinicStaysWhileOthersChange: an answer about something else does not undo what was typed.
func TestTypingInTheClinicStaysWhileOthersChange(t *testing.T) {
	s := uitest.People()
	f := uitest.Open(s, 1180, 2400, 1)
	press(t, f, "check", "Krev engangskode")
	o := *s.Office
	o.Done, o.DonePart = 1, desk.PartPeople
	s.Office = &o
	f.Window.Render(s)
	press(t, f, "button", "Lagre")
	got, ok := f.Last().(desk.DoChangeClinic)
	if !ok || got.Clinic.PasscodeRequired || got.Clinic.IdleHours != 168 || got.Clinic.AbsoluteHours != 720 {
		t.Fatalf("posted %+v", f.Last())
	}
	done := o
	done.Done, done.DonePart = 2, desk.PartClinic
	s.Office = &done
	f.Window.Render(s)
	if button := find(t, f, "button", "Lagre"); facts(button).Enabled {
		t.Error("saved, and it can be saved again")
	}
}

func TestAReceptionistReadsWhy(t *testing.T) {
	f := uitest.Open(uitest.Receptionist(), 1180, 760, 1)
	if !strings.Contains(says(f), "Bare en lege kan trykke Delta.") {
		t.Error(says(f))
	}
	if facts(find(t, f, "button", "Delta")).Enabled {
		t.Error("Delta can be pressed")
	}
	find(t, f, "button", "Konto").(*part.Button).Press()
	if f.Last() != (desk.DoOpenOffice{}) {
		t.Errorf("posted %+v", f.Last())
	}
	admin := uitest.Home()
	admin.Account.Role = signaling.RoleAdministrator
	f.Window.Render(admin)
	find(t, f, "button", "Konto og personer")
}
