package desk

import (
	"strings"

	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/gsm"
)

// SMSCount is what an invitation amounts to by SMS.
type SMSCount struct {
	Letters  int    // that go by SMS, the reminder among them
	Segments int    // that are charged for, in all
	Odd      string // characters that make them shorter: they are not in the phones' own alphabet
}

// countSMS writes what a draft would send by SMS, with a link and a PIN that lead nowhere, and measures it.
func (l *loop) countSMS(d *draft) (count SMSCount) {
	if d.phone.Number == "" {
		return count
	}
	a := appointment.New(l.now(), l.appointmentOf(d), host(l.settings.Server))
	i := a.Invitations[0]
	for _, letter := range i.Deliveries {
		if letter.Way != appointment.BySMS {
			continue
		}
		p := Parcel{Accounts: Accounts{Mail: l.settings.Mail}, Letter: letter.Letter, Delivery: letter, Appointment: a, Invitation: i,
			Account: l.settings.Account, Server: l.settings.Server}
		facts, err := p.facts()
		if err != nil {
			continue
		}
		words, err := writerOf(letter.Letter)(facts)
		if err != nil {
			continue
		}
		size := gsm.Measure(words.SMS)
		count.Letters++
		count.Segments += size.Segments
		for _, c := range size.Odd {
			if !strings.ContainsRune(count.Odd, c) {
				count.Odd += string(c)
			}
		}
	}
	return count
}

// appointmentOf is the appointment that a draft would make, without what the doctor writes for himself.
func (l *loop) appointmentOf(d *draft) appointment.Draft {
	return appointment.Draft{
		Owner: l.owner(), At: d.at, Length: d.length, PIN: d.pin, Language: d.language,
		Phone: d.phone.Number, Country: d.phone.Country, Email: d.email,
	}
}
