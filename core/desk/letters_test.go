package desk_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/deliver"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/settings"
	"legekonsultasjon/core/signaling"
)

// pillarBox is a deliver.Channel that keeps what was put in.
type pillarBox struct {
	messages []deliver.Message
	err      error
}

func (b *pillarBox) Send(_ context.Context, m deliver.Message) (string, error) {
	b.messages = append(b.messages, m)
	return "receipt", b.err
}

func letters(mail, sms *pillarBox) desk.Letters {
	return desk.Letters{
		Mail: func(settings.Mail, string) (deliver.Channel, error) { return mail, nil },
		SMS:  func(settings.SMS, string) (deliver.Channel, error) { return sms, nil },
	}
}

func parcel(kind appointment.Letter, d appointment.Draft) desk.Parcel {
	d.Language = "nb"
	a := appointment.New(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), d, "klinikk.example")
	delivery := a.Invitations[0].Deliveries[0]
	delivery.Letter = kind
	return desk.Parcel{
		Letter: kind, Delivery: delivery, Appointment: a, Invitation: a.Invitations[0], Server: "https://klinikk.example",
		Account:  signaling.Account{Doctor: "Demolege", Clinic: "Legesenteret", ClinicPhone: "22 22 22 22"},
		Accounts: desk.Accounts{Mail: settings.Mail{From: "post@klinikk.example"}},
	}
}

func TestWhatALetterCarries(t *testing.T) {
	mail, sms := &pillarBox{}, &pillarBox{}
	post := letters(mail, sms)
	byMail := parcel(appointment.LetterInvitation, appointment.Draft{Email: "a@example.no", Name: "Hemmelig Navn", Note: "grunnen"})
	bySMS := parcel(appointment.LetterInvitation, appointment.Draft{Phone: "+4798765432", Country: "NO"})
	for _, p := range []desk.Parcel{byMail, bySMS} {
		if o := post.Send(t.Context(), p); o.Reason != "" || o.Receipt != "receipt" {
			t.Fatalf("%+v", o)
		}
	}
	link := func(p desk.Parcel) string {
		l, err := access.Link(p.Server, p.Invitation.Secret)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	m := mail.messages[0]
	holds(t, "mail", m.Text+m.HTML, link(byMail), string(byMail.Invitation.PIN.PIN), byMail.Invitation.Secret.TypedCode())
	lacks(t, "mail", m.Text+m.HTML+m.Subject+string(m.Calendar), "Hemmelig Navn", "grunnen")
	lacks(t, "calendar", string(m.Calendar), string(byMail.Invitation.PIN.PIN), byMail.Invitation.Secret.TypedCode())
	if m.To != "a@example.no" || m.Method != "REQUEST" {
		t.Errorf("to %q, method %q", m.To, m.Method)
	}
	s := sms.messages[0]
	holds(t, "sms", s.Text, link(bySMS), string(bySMS.Invitation.PIN.PIN))
	lacks(t, "sms", s.Text, bySMS.Invitation.Secret.TypedCode())
	if s.To != "+4798765432" || s.ID == m.ID {
		t.Errorf("to %q, id %q", s.To, s.ID)
	}

	off := byMail
	off.Letter, off.Appointment.Sequence, off.Invitation.Secret = appointment.LetterCancelled, 1, access.Secret{}
	off.Delivery.Number = 2
	if o := post.Send(t.Context(), off); o.Reason != "" {
		t.Fatalf("%+v", o)
	}
	c := mail.messages[1]
	if c.Method != "CANCEL" || c.ID == m.ID {
		t.Errorf("method %q, id %q", c.Method, c.ID)
	}
	lacks(t, "cancellation", c.Text+c.HTML+string(c.Calendar), "/#")
}

func TestWhatBecomesOfALetter(t *testing.T) {
	for code, want := range map[deliver.Code]desk.Outcome{
		deliver.Unreachable: {Reason: "unreachable", Temporary: true},
		deliver.BadReceiver: {Reason: "badReceiver"},
		deliver.Unknown:     {Reason: "unknown", Unsure: true},
	} {
		post := letters(&pillarBox{err: &deliver.Error{Code: code, Err: errors.New("x")}}, &pillarBox{})
		if got := post.Send(t.Context(), parcel(appointment.LetterInvitation, appointment.Draft{Email: "a@example.no"})); got != want {
			t.Errorf("%s: %+v, want %+v", code, got, want)
		}
	}
}

func TestAccountsThatAreNotSetUp(t *testing.T) {
	post := desk.NewLetters(time.Now, nil)
	mail, sms := post.Check(desk.Accounts{})
	if mail == nil || mail.Code != "mailNotReady" || sms == nil || sms.Code != "smsNotReady" {
		t.Errorf("%+v, %+v", mail, sms)
	}
	mail, sms = post.Check(desk.Accounts{
		Mail: settings.Mail{Host: "smtp.klinikk.example", Port: 587, Security: "starttls", User: "u", From: "post@klinikk.example"},
		SMS: settings.SMS{URL: "https://sms.example/send", Method: "POST", Body: `{"to":"{number}","text":"{text}"}`,
			Headers: "Content-Type: application/json", Sender: "Legekontor"},
	})
	if mail != nil || sms != nil {
		t.Errorf("%+v, %+v", mail, sms)
	}
}

func TestNumbersAndAddressesAsTyped(t *testing.T) {
	post := desk.NewLetters(time.Now, nil)
	n, err := post.Phone(" 987 65 432", "NO", "nb")
	if err != nil || n.Number != "+4798765432" || !strings.HasSuffix(n.Grouped, "987 65 432") || n.Name != "Norge" || !n.Mobile {
		t.Errorf("%+v, %v", n, err)
	}
	if got := post.Group("+4798765432"); got != n.Grouped {
		t.Errorf("grouped %q", got)
	}
	for typed, want := range map[string]string{"": "phoneEmpty", "987": "phoneTooShort", "98765432987654329876": "phoneTooLong"} {
		var refusal *desk.Refusal
		if _, err := post.Phone(typed, "NO", "nb"); !errors.As(err, &refusal) || refusal.Code != want {
			t.Errorf("%q: %v, want %s", typed, err, want)
		}
	}
	if a, err := post.Email(" <a@example.no>. "); err != nil || a != "a@example.no" {
		t.Errorf("%q, %v", a, err)
	}
	if _, err := post.Email("a@b"); err == nil {
		t.Error("took a@b")
	}
}

func TestServerAddressesAsTyped(t *testing.T) {
	for typed, want := range map[string]string{
		"klinikk.example": "https://klinikk.example", " klinikk.example:8443/ ": "https://klinikk.example:8443",
		"localhost:8700": "http://localhost:8700", "127.0.0.1:1": "http://127.0.0.1:1", "[::1]:1": "http://[::1]:1",
		"http://klinikk.example": "http://klinikk.example", "": "",
	} {
		if got := desk.CompleteAddress(typed); got != want {
			t.Errorf("%q became %q, want %q", typed, got, want)
		}
	}
}

func holds(t *testing.T, what, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s lacks %q:\n%s", what, part, text)
		}
	}
}

func lacks(t *testing.T, what, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(text, part) {
			t.Errorf("%s holds %q:\n%s", what, part, text)
		}
	}
}
