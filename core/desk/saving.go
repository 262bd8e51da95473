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
	mailTest             Test
	smsTest, reserveTest Test
	previews             []SMSPreview // of the SMS, once written
	saved                bool
	problem              *Problem
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
	mailBefore := s.Mail
	s.Mail = settings.Mail{Provider: c.Mail.Provider, ByPassword: c.Mail.ByPassword, ClientID: c.Mail.ClientID, Tenant: c.Mail.Tenant,
		Host: c.Mail.Host, Port: c.Mail.Port, Security: c.Mail.Security, User: c.Mail.User,
		From: c.Mail.From, FromName: c.Mail.FromName}
	first, reserve := smsStored(c.SMS), smsStored(c.SMSReserve)
	c.SMSSecret, c.SMSReserveSecret = smsSecret(s.SMS, first, c.SMSSecret), smsSecret(s.SMSReserve, reserve, c.SMSReserveSecret)
	s.SMS, s.SMSReserve = first, reserve
	s.RelayOnly, s.Chime = c.RelayOnly, c.Chime
	if c.PIN != "" {
		s.PINTime = string(c.PIN)
	}
	if c.KeepDays > 0 {
		s.KeepDays = c.KeepDays
	}
	if slices.Contains([]string{"nb", "nn", "en"}, c.Language) {
		s.Language = c.Language
	}
	if slices.Contains([]string{"system", "light", "dark"}, c.Theme) {
		s.Theme = c.Theme
	}
	if !l.saveSettings() {
		l.settingsView.problem = l.problems[slotSettings]
		return
	}
	l.mailChanged(mailBefore, c.MailClient)
	l.saveMailClient(c.MailClient)
	if p := l.problems[slotSMS]; p != nil { // it will be said again if it is still so
		l.problems[slotSMS] = nil
	}
	l.saveSecrets(c.MailPassword, c.SMSSecret, c.SMSReserveSecret)
}

func (l *loop) saveSecrets(mail, sms, reserve *string) {
	store := l.secrets
	l.start(func(ctx context.Context) func() {
		var err error
		if mail != nil {
			err = setSecret(ctx, store, settings.SecretMailPassword, *mail)
		}
		if sms != nil && err == nil {
			err = setSecret(ctx, store, settings.SecretSMS, *sms)
		}
		if reserve != nil && err == nil {
			err = setSecret(ctx, store, settings.SecretSMSReserve, *reserve)
		}
		return func() {
			if mail != nil {
				l.accounts.MailPassword = *mail
			}
			if sms != nil {
				l.accounts.SMSSecret = *sms
			}
			if reserve != nil {
				l.accounts.SMSReserveSecret = *reserve
			}
			if l.settingsView.saved = err == nil; err != nil {
				l.settingsView.problem = diskProblem(err, "secretNotSaved")
			}
		}
	})
}

// saveMailClient stores what Google calls a client secret.
func (l *loop) saveMailClient(secret *string) {
	store := l.secrets
	if secret == nil || store == nil {
		return
	}
	l.start(func(ctx context.Context) func() {
		if err := setSecret(ctx, store, settings.SecretMailClient, *secret); err != nil {
			return func() { l.settingsView.problem = diskProblem(err, "secretNotSaved") }
		}
		return nil
	})
}

// testMail sends a test message to the doctor's own address.
func (l *loop) testMail() {
	l.test(&l.settingsView.mailTest, l.letterAccounts(), l.settings.Email, "")
}

// testSMS sends one to the given number, by the first gateway or by the reserve alone.
func (l *loop) testSMS(c DoTestSMS) {
	view, accounts := &l.settingsView.smsTest, l.letterAccounts()
	if c.Reserve {
		view = &l.settingsView.reserveTest
		accounts.SMS, accounts.SMSSecret = accounts.SMSReserve, accounts.SMSReserveSecret
	}
	accounts.SMSReserve, accounts.SMSReserveSecret = settings.SMS{}, ""
	number, err := l.Post.Phone(c.Phone, c.Country, l.settings.Language)
	if err != nil {
		*view = Test{Problem: refused(err, "phoneNotUnderstood")}
		return
	}
	l.test(view, accounts, "", number.Number)
}

func (l *loop) test(view *Test, accounts Accounts, email, number string) {
	if view.Busy {
		return
	}
	*view = Test{Busy: true}
	language := l.invite.language
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
