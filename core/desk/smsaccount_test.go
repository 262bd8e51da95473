package desk_test

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/settings"
)

func (o *office) saves(c desk.DoSaveSettings) desk.Settings {
	o.t.Helper()
	o.do(desk.DoOpenSettings{})
	o.until("open", func(s desk.State) bool { return s.Screen == desk.ScreenSettings && !s.Settings.Saved })
	o.do(c)
	s := o.until("saved", func(s desk.State) bool { return s.Settings.Saved })
	o.do(desk.DoCloseSettings{})
	return s.Settings
}

func TestAGatewaysSecretIsNotTakenToAnother(t *testing.T) {
	consultation(t, func(o *office) {
		first, second := "nøkkel", "reserve"
		sveve := desk.SMSSettings{Gateway: "sveve", Values: map[string]string{"user": "lege", "sender": "Legesenter"}}
		link := desk.SMSSettings{Gateway: "link", Values: map[string]string{"user": "lege", "platform": "COMMON_API", "partner": "1", "sender": "Lege"}}
		s := o.saves(desk.DoSaveSettings{SMS: sveve, SMSSecret: &first, SMSReserve: link, SMSReserveSecret: &second})
		if !s.SMS.HasSecret || !s.SMSReserve.HasSecret || !reflect.DeepEqual(s.SMSReserve.Values, link.Values) {
			t.Fatalf("%+v %+v", s.SMS, s.SMSReserve)
		}
		if p := s.SMSPreviews; len(p) != 3 || p[0].Language != "nb" || p[0].Segments != 1 || p[0].Room != 160 || p[2].Units == 0 {
			t.Fatalf("%+v", p)
		}
		sveve.Values["sender"] = "Lege"
		if s = o.saves(desk.DoSaveSettings{SMS: sveve, SMSReserve: link}); !s.SMS.HasSecret || s.SMS.Values["sender"] != "Lege" {
			t.Fatalf("an edit lost the secret: %+v", s.SMS)
		}
		o.close()
		o.open()
		if s := o.until("as before", online).Settings; !s.SMS.HasSecret || !s.SMSReserve.HasSecret || !reflect.DeepEqual(s.SMS.Values, sveve.Values) {
			t.Fatalf("after a restart %+v %+v", s.SMS, s.SMSReserve)
		}
		twilio := desk.SMSSettings{Gateway: "twilio", Values: map[string]string{"user": "AC1", "sender": "Lege"}}
		if s = o.saves(desk.DoSaveSettings{SMS: twilio, SMSReserve: desk.SMSSettings{}}); s.SMS.HasSecret || s.SMSReserve.HasSecret || s.SMSReserve.Gateway != "" {
			t.Fatalf("Twilio is given Sveve's: %+v %+v", s.SMS, s.SMSReserve)
		}
	})
}

// Settings of the time when every gateway was a template are read as they were meant.
func TestOlderSMSSettingsGoOn(t *testing.T) {
	const form = `"method":"POST","headers":"Content-Type: application/x-www-form-urlencoded",`
	for file, want := range map[string]desk.SMSSettings{
		`"preset":"sveve","url":"https://sveve.no/SMS/SendMessage",` + form + `"body":"user={user}&passwd={secret}&to={number}&msg={text}&from={sender}&f=json","sender":"Lege","user":"u"`: {
			Gateway: "sveve"},
		`"preset":"json","url":"https://sms.example","method":"POST","headers":"","body":"{text}","sender":"Lege"`: {Gateway: "template"},
		`"preset":"","url":"https://sms.example","method":"PUT","headers":"","body":"{text}","sender":"Lege"`:      {Gateway: "template"},
		`"preset":"sveve","url":"https://sveve.no/SMS/SendMessage",` + form + `"body":"user={user}&to={number}&msg={text}","sender":"Lege"`: {
			Gateway: "template"},
		`"preset":"","url":"","method":"POST","headers":"","body":"","sender":""`: {Gateway: ""},
	} {
		path := filepath.Join(t.TempDir(), "settings.json")
		if err := os.WriteFile(path, []byte(`{"version":1,"sms":{`+file+`}}`), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := settings.Open(path, "w").Load()
		if err != nil {
			t.Fatal(err)
		}
		if got := desk.SMSViewOf(s.SMS); got.Gateway != want.Gateway || want.Gateway != "" && got.Values["sender"] != "Lege" {
			t.Errorf("%s\nis %+v", file, got)
		}
		if back := desk.SMSStoredOf(desk.SMSViewOf(s.SMS)); want.Gateway != "" && (back.URL != s.SMS.URL || back.Body != s.SMS.Body || back.User != s.SMS.User) {
			t.Errorf("%+v came back as %+v", s.SMS, back)
		}
	}
}
