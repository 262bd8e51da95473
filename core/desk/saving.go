package desk

import (
	"context"
	"slices"

	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/durable"
	"legekonsultasjon/core/settings"
)

// settingsView is what the settings screen shows beyond the stored values.
type settingsView struct {
	mailTest, smsTest Test
	saved             bool
	problem           *Problem
}

// saveSettings writes the settings. When that goes wrong they count until the program ends, and the banner says so.
func (l *loop) saveSettings() bool {
	if err := l.Settings.Save(l.settings); err != nil {
		l.problems[slotSettings] = settingsProblem(err)
		l.Log.Error("settings not saved", "code", l.problems[slotSettings].Code)
		return false
	}
	if p := l.problems[slotSettings]; p != nil && p.Code != settings.CodeBroken {
		l.problems[slotSettings] = nil
	}
	return true
}

// doSaveSettings stores what the screen holds: the values in the file, changed secrets in the secret store.
func (l *loop) doSaveSettings(c DoSaveSettings) {
	l.settingsView.saved, l.settingsView.problem = false, nil
	s := &l.settings
	s.Mail = settings.Mail{Host: c.Mail.Host, Port: c.Mail.Port, Security: c.Mail.Security, User: c.Mail.User,
		From: c.Mail.From, FromName: c.Mail.FromName}
	s.SMS = settings.SMS{Preset: c.SMS.Preset, URL: c.SMS.URL, Method: c.SMS.Method, Headers: c.SMS.Headers,
		Body: c.SMS.Body, Sender: c.SMS.Sender, User: c.SMS.User}
	s.RelayOnly, s.Chime = c.RelayOnly, c.Chime
	if c.PIN != "" {
		s.PINTime = string(c.PIN)
	}
	if slices.Contains([]string{"nb", "en"}, c.Language) {
		s.Language = c.Language
	}
	if slices.Contains([]string{"system", "light", "dark"}, c.Theme) {
		s.Theme = c.Theme
	}
	if !l.saveSettings() {
		l.settingsView.problem = l.problems[slotSettings]
		return
	}
	l.saveSecrets(c.MailPassword, c.SMSSecret)
}

func (l *loop) saveSecrets(mail, sms *string) {
	store := l.secrets
	l.start(func(ctx context.Context) func() {
		var err error
		if mail != nil {
			err = setSecret(ctx, store, settings.SecretMailPassword, *mail)
		}
		if sms != nil && err == nil {
			err = setSecret(ctx, store, settings.SecretSMS, *sms)
		}
		return func() {
			if mail != nil {
				l.accounts.MailPassword = *mail
			}
			if sms != nil {
				l.accounts.SMSSecret = *sms
			}
			if l.settingsView.saved = err == nil; err != nil {
				l.settingsView.problem = diskProblem(err, "secretNotSaved")
			}
		}
	})
}

// testMail sends a test message to the doctor's own address.
func (l *loop) testMail() {
	l.test(&l.settingsView.mailTest, l.settings.Email, "")
}

// testSMS sends one to the given number.
func (l *loop) testSMS(typed, country string) {
	number, err := l.Post.Phone(typed, country, l.settings.Language)
	if err != nil {
		l.settingsView.smsTest = Test{Problem: refused(err, "phoneNotUnderstood")}
		return
	}
	l.test(&l.settingsView.smsTest, "", number.Number)
}

func (l *loop) test(view *Test, email, number string) {
	if view.Busy {
		return
	}
	*view = Test{Busy: true}
	accounts, language := l.letterAccounts(), l.invite.language
	l.start(func(ctx context.Context) func() {
		ctx, cancel := context.WithTimeout(ctx, sendTimeout)
		defer cancel()
		outcome := l.Post.Test(ctx, accounts, email, number, language)
		return func() {
			*view = Test{OK: outcome.Reason == "" && !outcome.Unsure}
			if !view.OK {
				view.Problem = &Problem{Code: outcome.problemCode()}
			}
		}
	})
}

// newBook begins an empty book after one that cannot be read, which is set aside.
func (l *loop) newBook() {
	if l.book != nil || l.secrets == nil {
		return
	}
	if appointment.Exists(l.Book) {
		if err := setBookAside(l.Book); err != nil {
			l.problems[slotBook] = &Problem{Code: appointment.CodeNotSaved}
			return
		}
	}
	l.problems[slotBook] = nil
	l.openVault(l.secrets, l.settings.SealedFile)
}

func setBookAside(path string) error {
	for _, p := range []string{path, path + ".previous"} {
		if !appointment.Exists(p) {
			continue
		}
		if _, err := durable.SetAside(p); err != nil {
			return err
		}
	}
	return nil
}
