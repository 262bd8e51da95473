package desk

import (
	"strings"
	"time"

	"legekonsultasjon/core/gsm"
	"legekonsultasjon/core/letter"
)

// SMSPreview is the invitation as it goes out by SMS in one language, and what it amounts to.
type SMSPreview struct {
	Language string
	Text     string // with a link and a PIN that lead nowhere
	Segments int    // messages that are charged for
	Units    int    // characters, as networks count them
	Room     int    // that the segments hold
	Odd      string // characters that make the messages shorter: they are not in the phones' own alphabet
}

// smsPreviews shows the invitation in every language of letters, for an appointment tomorrow. They are written once for
// each time that the settings are opened.
func (l *loop) smsPreviews() []SMSPreview {
	if l.settingsOpen && l.settingsView.previews == nil && l.settings.Account.Clinic != "" && l.settings.Server != "" {
		l.settingsView.previews = l.writePreviews()
	}
	return l.settingsView.previews
}

func (l *loop) writePreviews() []SMSPreview {
	a, server := l.settings.Account, l.settings.Server
	tomorrow := l.now().AddDate(0, 0, 1)
	at := time.Date(tomorrow.Year(), tomorrow.Month(), tomorrow.Day(), 10, 30, 0, 0, tomorrow.Location())
	var out []SMSPreview
	for _, language := range []string{"nb", "nn", "en"} {
		words, err := letter.Invitation(letter.Facts{
			Language: language, Clinic: a.Clinic, ClinicPhone: a.ClinicPhone, Doctor: a.Doctor, At: at, Written: at.AddDate(0, 0, -1),
			Length: 20 * time.Minute, Link: server + "/#" + strings.Repeat("x", 22), PIN: "123456", Host: host(server),
		})
		if err != nil {
			continue
		}
		s := gsm.Measure(words.SMS)
		out = append(out, SMSPreview{Language: language, Text: words.SMS, Segments: s.Segments, Units: s.Units, Room: s.Room, Odd: s.Odd})
	}
	return out
}
