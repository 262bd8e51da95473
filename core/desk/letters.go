package desk

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/deliver"
	"legekonsultasjon/core/deliver/email"
	"legekonsultasjon/core/deliver/sms"
	"legekonsultasjon/core/letter"
	"legekonsultasjon/core/phone"
	"legekonsultasjon/core/settings"
)

// Letters is the real Post: words from core/letter, channels from core/deliver.
type Letters struct {
	// Mail and SMS make the channel of an account. A *deliver.Error with NotSetUp says that the account is of no use.
	Mail func(account settings.Mail, password string) (deliver.Channel, error)
	SMS  func(account settings.SMS, secret string) (deliver.Channel, error)
	// MailByToken is Mail for an account at whose provider one signs in.
	MailByToken func(account settings.Mail, tokens email.Tokens) (deliver.Channel, error)
}

// NewLetters makes the Post of this program: the clinic's SMTP account and its SMS gateway. Certificates are verified
// by roots; nil is the machine's.
func NewLetters(clock func() time.Time, roots *x509.CertPool) Letters {
	return Letters{
		Mail: func(a settings.Mail, password string) (deliver.Channel, error) {
			return email.New(email.Settings{
				Host: a.Host, Port: a.Port, Security: email.Security(a.Security), User: a.User, Password: password,
				From: a.From, FromName: a.FromName, Roots: roots,
			}, email.Usual(), clock)
		},
		MailByToken: func(a settings.Mail, tokens email.Tokens) (deliver.Channel, error) {
			return email.New(email.Settings{
				Host: a.Host, Port: a.Port, Security: email.Security(a.Security), User: a.Mailbox(), Tokens: tokens,
				From: a.From, FromName: a.FromName, Roots: roots,
			}, email.Usual(), clock)
		},
		SMS: func(a settings.SMS, secret string) (deliver.Channel, error) {
			return sms.Open(smsAccount(a, secret), roots, smsTimeout)
		},
	}
}

// smsTimeout bounds one request to a gateway.
const smsTimeout = 20 * time.Second

// Phone implements Post.
func (Letters) Phone(typed, country, language string) (Phone, error) {
	n, err := phone.Parse(typed, country)
	switch {
	case errors.Is(err, phone.ErrEmpty):
		return Phone{}, &Refusal{Code: "phoneEmpty"}
	case errors.Is(err, phone.ErrTooShort):
		return Phone{}, &Refusal{Code: "phoneTooShort"}
	case errors.Is(err, phone.ErrTooLong):
		return Phone{}, &Refusal{Code: "phoneTooLong"}
	case err != nil:
		return Phone{}, &Refusal{Code: "phoneNotUnderstood", Args: map[string]string{"country": phone.CountryName(country, language)}}
	case n.Kind == phone.Fixed:
		return Phone{}, &Refusal{Code: "phoneFixed"}
	}
	return Phone{
		Number: n.E164, Grouped: n.Grouped(), Country: n.Country, Name: phone.CountryName(n.Country, language),
		Mobile: n.Kind == phone.Mobile,
	}, nil
}

// Email implements Post.
func (Letters) Email(typed string) (string, error) {
	a, err := phone.ParseAddress(typed)
	if err != nil {
		return "", &Refusal{Code: "emailNotUnderstood"}
	}
	return a.Mailbox(), nil
}

// Group implements Post.
func (Letters) Group(number string) string {
	n, err := phone.Parse(number, "")
	if err != nil {
		return number
	}
	return n.Grouped()
}

// Check implements Post.
func (p Letters) Check(a Accounts) (mail, sms *Refusal) {
	if _, err := p.mail(a); err != nil {
		mail = &Refusal{Code: "mailNotReady"}
	}
	if len(p.gateways(a)) == 0 {
		sms = &Refusal{Code: "smsNotReady"}
	}
	return mail, sms
}

// Send implements Post.
func (p Letters) Send(ctx context.Context, parcel Parcel) Outcome {
	facts, err := parcel.facts()
	if err != nil {
		return Outcome{Reason: string(deliver.NotSetUp)}
	}
	write := writerOf(parcel.Letter)
	if write == nil {
		return Outcome{Reason: string(deliver.NotSetUp)}
	}
	id := fmt.Sprintf("%s-%d@%s", parcel.Appointment.Room, parcel.Delivery.Number, host(parcel.Server))
	email, number := parcel.to()
	return p.hand(ctx, parcel.Accounts, facts, write, deliver.Message{ID: id, Attempt: parcel.Delivery.Attempts}, email, number)
}

// writerOf is what writes a kind of letter, nil for one that is not known.
func writerOf(kind appointment.Letter) func(letter.Facts) (letter.Letter, error) {
	return map[appointment.Letter]func(letter.Facts) (letter.Letter, error){
		appointment.LetterInvitation: letter.Invitation, appointment.LetterInformation: letter.Information,
		appointment.LetterReminder: letter.Reminder, appointment.LetterPIN: letter.PIN, appointment.LetterNewPIN: letter.NewPIN,
		appointment.LetterMoved: letter.Moved, appointment.LetterCancelled: letter.Cancellation,
	}[kind]
}

// to is the address or the number that the letter goes to; the other is empty.
func (p Parcel) to() (email, number string) {
	if p.Delivery.Way == appointment.ByMail {
		return p.Invitation.Email, ""
	}
	return "", p.Invitation.Phone
}

// Test implements Post.
func (p Letters) Test(ctx context.Context, a Accounts, email, number, language string) Outcome {
	facts := letter.Facts{Language: language, From: a.Mail.From, To: email}
	id := fmt.Sprintf("%s@test", access.NewPIN()) // distinct enough for a test; says nothing
	return p.hand(ctx, a, facts, letter.Trial, deliver.Message{ID: id}, email, number)
}

// hand writes the letter into m and hands it to the channel of its receiver.
func (p Letters) hand(ctx context.Context, a Accounts, facts letter.Facts, write func(letter.Facts) (letter.Letter, error),
	m deliver.Message, email, number string) Outcome {
	words, err := write(facts)
	if err != nil {
		return Outcome{Reason: string(deliver.NotSetUp)}
	}
	if email == "" {
		m.To, m.Text = number, words.SMS
		receipt, passed, err := deliver.Over(ctx, m, p.gateways(a)...)
		o := outcomeOf(receipt, err)
		if err == nil && len(passed) > 0 {
			o.Instead = string(deliver.CodeOf(passed[0]))
		}
		return o
	}
	channel, err := p.mail(a)
	if err != nil {
		return Outcome{Reason: string(deliver.CodeOf(err))}
	}
	m.To, m.Subject, m.Text, m.HTML = email, words.Subject, words.Text, words.HTML
	m.Calendar, m.Method = words.Calendar, string(words.Method)
	receipt, err := channel.Send(ctx, m)
	return outcomeOf(receipt, err)
}

// gateways are the accounts for SMS that are set up, in the order in which they are tried.
func (p Letters) gateways(a Accounts) (ways []deliver.Channel) {
	if c, err := p.SMS(a.SMS, a.SMSSecret); err == nil {
		ways = append(ways, c)
	}
	if smsOf(a.SMSReserve) != "" {
		if c, err := p.SMS(a.SMSReserve, a.SMSReserveSecret); err == nil {
			ways = append(ways, c)
		}
	}
	return ways
}

// Report implements Post.
func (p Letters) Report(ctx context.Context, a Accounts, receipt string) deliver.Fate {
	for _, way := range p.gateways(a) {
		if r, ok := way.(deliver.Reporter); ok {
			if fate, _ := r.Report(ctx, receipt); fate != deliver.Untold { // an error leaves it under way
				return fate
			}
		}
	}
	return deliver.Untold
}

func outcomeOf(receipt string, err error) Outcome {
	if err == nil {
		return Outcome{Receipt: receipt}
	}
	var e *deliver.Error
	temporary := errors.As(err, &e) && e.Temporary()
	code := deliver.CodeOf(err)
	return Outcome{Reason: string(code), Temporary: temporary, Unsure: code == deliver.Unknown}
}

// problemCode is the catalogue's name of a test's failure.
func (o Outcome) problemCode() string { return "test." + o.Reason }

func (p Parcel) facts() (letter.Facts, error) {
	a, i := p.Appointment, p.Invitation
	f := letter.Facts{
		Language: a.Language, Clinic: p.Account.Clinic, ClinicPhone: p.Account.ClinicPhone, Doctor: p.Account.Doctor,
		At: a.At, Now: a.Now, Length: a.Length, Written: p.Delivery.At, UID: a.UID, Sequence: a.Sequence,
		From: p.Accounts.Mail.From, To: i.Email, Host: host(p.Server), PINComes: p.pinComes(),
	}
	if p.Letter == appointment.LetterCancelled {
		return f, nil
	}
	link, err := access.Link(p.Server, i.Secret)
	if err != nil {
		return f, err
	}
	if p.Letter.HasPIN() {
		f.PIN = string(i.PIN.PIN)
	}
	if p.Letter.HasLink() {
		f.Link = link
	}
	if p.Letter.HasLink() && p.Delivery.Way == appointment.ByMail {
		f.TypedCode = i.Secret.TypedCode()
	}
	return f, nil
}

// pinComes is how the patient gets a PIN that this letter does not bring.
func (p Parcel) pinComes() letter.PINWay {
	sent, pending, planned := p.Invitation.PINPlan()
	switch {
	case p.Letter.HasPIN(), p.Letter == appointment.LetterMoved && sent:
		return letter.PINHere
	case p.Invitation.TwoWays() && (sent || planned && pending.Planned.IsZero()):
		return letter.PINBySMS
	case planned && !pending.Planned.IsZero():
		return letter.PINLater
	case p.Appointment.PIN == appointment.PINAloud:
		return letter.PINAloud
	}
	return letter.PINLater
}
