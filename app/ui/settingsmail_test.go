package ui_test

import (
	"strings"
	"testing"

	"legekonsultasjon/app/ui/uitest"
	"legekonsultasjon/core/desk"
)

func TestAProviderFillsItsServerAndAsksForItsOwn(t *testing.T) {
	f := uitest.Open(uitest.SettingsOpen(), 1180, 3000, 1)
	choose := func(from, to string) {
		t.Helper()
		press(t, f, "select", from)
		press(t, f, "item", to)
	}
	choose("E-postleverandør", "Google")
	for _, want := range []string{"Klient-ID", "Klientnøkkel"} {
		find(t, f, "entry", want)
	}
	if said := says(f); strings.Contains(said, "E-posttjener (SMTP)") || strings.Contains(said, "Leietaker") {
		t.Errorf("asks for too much:\n%s", said)
	}
	typeInto(t, f, "Klient-ID", "app")
	typeInto(t, f, "Klientnøkkel", "ikke hemmelig")
	press(t, f, "button", "Lagre")
	c, ok := f.Last().(desk.DoSaveSettings)
	if !ok || c.Mail.Provider != "google" || c.Mail.ByPassword || c.Mail.Host != "smtp.gmail.com" || c.Mail.Port != 465 || c.Mail.Security != "tls" ||
		c.Mail.ClientID != "app" || c.MailClient == nil || *c.MailClient != "ikke hemmelig" || c.MailPassword != nil {
		t.Errorf("%+v", f.Last())
	}
	choose("E-postleverandør", "Google") // this desk has not answered with what was saved
	choose("Innlogging", "Med passord")
	find(t, f, "entry", "Passord")
	press(t, f, "button", "Lagre")
	if c, ok := f.Last().(desk.DoSaveSettings); !ok || !c.Mail.ByPassword {
		t.Errorf("%+v", f.Last())
	}
}

func TestTheSignInAtTheProviderIsSaid(t *testing.T) {
	for _, tt := range []struct {
		in    desk.MailSignIn
		says  string
		press string
		posts desk.Command
	}{
		{desk.MailSignIn{}, "Ikke logget inn.", "Logg inn", desk.DoMailSignIn{}},
		{desk.MailSignIn{}, "Ikke logget inn.", "Logg inn på en annen enhet", desk.DoMailSignIn{ByDevice: true}},
		{desk.MailSignIn{Busy: true, URL: "https://login.example"}, "Fullfør innloggingen i nettleseren.", "Avbryt innloggingen", desk.DoMailSignInStop{}},
		{desk.MailSignIn{Busy: true, Code: "ABCD-1234", CodeURL: "https://login.example/device"}, "skriv koden ABCD-1234", "Avbryt innloggingen", desk.DoMailSignInStop{}},
		{desk.MailSignIn{SignedIn: true, User: "video@sentrum.example"}, "Logget inn som video@sentrum.example.", "Logg ut av e-posten", desk.DoMailSignOut{}},
		{desk.MailSignIn{Again: true, User: "video@sentrum.example"}, "er gått ut", "Logg inn", desk.DoMailSignIn{}},
		{desk.MailSignIn{Problem: &desk.Problem{Code: "mailSignIn.declined"}}, "ble avslått", "Logg inn", desk.DoMailSignIn{}},
	} {
		f := uitest.Open(uitest.SettingsMail(tt.in), 1180, 3000, 1)
		if !strings.Contains(says(f), tt.says) {
			t.Errorf("no %q in\n%s", tt.says, says(f))
		}
		press(t, f, "button", tt.press)
		if f.Last() != tt.posts {
			t.Errorf("%s posted %+v", tt.press, f.Last())
		}
	}
}
