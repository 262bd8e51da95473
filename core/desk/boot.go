package desk

import (
	"context"
	"errors"
	"time"

	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/mediadevice"
	"legekonsultasjon/core/settings"
	"legekonsultasjon/core/signaling"
)

// secretTimeout bounds one question to the secret store: a keyring may wait for the user.
const secretTimeout = 5 * time.Second

// boot reads the settings and looks for the secrets.
func (l *loop) boot() {
	loaded, err := l.Settings.Load()
	l.settings = loaded
	if err != nil {
		l.problems[slotSettings] = settingsProblem(err)
		l.Log.Warn("settings", "code", l.problems[slotSettings].Code)
	}
	l.saveSettings() // a first run keeps its installation id
	l.signIn = SignIn{Server: loaded.Server, Email: loaded.Email}
	l.invite.country, l.invite.language = loaded.Country, loaded.Letters
	l.start(func(ctx context.Context) func() {
		l.Devices.Watch(ctx, func(i mediadevice.Inventory) { l.post(func() { l.inventoryChanged(i) }) })
		return nil
	})
	l.watchRoute()
	if loaded.SealedFile || l.Keyring == nil {
		l.askPassphrase()
		return
	}
	l.openVault(l.Keyring, false)
}

func (l *loop) askPassphrase() {
	l.unlock, l.booting = true, false
	l.signIn.SealedFile = true
	l.signIn.NewPassphrase = !settings.SealedExists(l.Sealed)
}

// unlockWith opens the sealed file, which takes a good part of a second.
func (l *loop) unlockWith(passphrase string) {
	if !l.unlock || l.signIn.Busy {
		return
	}
	l.signIn.Busy, l.signIn.Problem = true, nil
	l.start(func(context.Context) func() {
		sealed, err := settings.OpenSealed(l.Sealed, passphrase)
		return func() {
			l.signIn.Busy = false
			if err != nil {
				l.signIn.Problem = sealedProblem(err)
				return
			}
			l.unlock, l.signIn.NewPassphrase = false, false
			if !l.settings.SealedFile {
				l.settings.SealedFile = true
				l.saveSettings()
			}
			l.openVault(sealed, true)
		}
	})
}

func sealedProblem(err error) *Problem {
	switch {
	case errors.Is(err, settings.ErrWrongPassphrase):
		return &Problem{Code: "wrongPassphrase"}
	case errors.Is(err, settings.ErrShortPassphrase):
		return &Problem{Code: "shortPassphrase"}
	}
	return diskProblem(err, "sealedFileBroken")
}

// vault is what the secrets of a profile come to.
type vault struct {
	key      string // of the book
	dayList  string // whose calendar is followed, and its address
	missing  bool   // there is a book, and its key is gone
	session  string
	accounts Accounts

	mailToken, mailClient string

	installation signaling.InstallationID
}

// openVault reads all secrets from store, makes the book's key at the first run, and opens the book.
func (l *loop) openVault(store settings.SecretStore, sealed bool) {
	l.booting = true
	installation := l.settings.Installation
	l.start(func(ctx context.Context) func() {
		v, err := readVault(ctx, store, l.Book, installation)
		return func() {
			if l.secrets != nil && l.secrets != store || l.unlock && !sealed {
				return // the doctor has given up on this one meanwhile
			}
			l.booting = false
			if err != nil {
				l.noVault(err, sealed)
				return
			}
			if l.keyring.away {
				l.keyring, l.problems[slotSecrets] = missingKeyring{}, nil
			}
			if l.settings.Installation != v.installation {
				l.settings.Installation = v.installation
				l.saveSettings()
			}
			l.secrets, l.session, l.accounts = store, v.session, v.accounts
			if l.settings.Server == "" { // the settings were lost: nobody knows whose session it is
				l.session = ""
			}
			l.openMail(v.mailToken, v.mailClient)
			l.openBook(v)
			if l.session != "" {
				l.connect()
			}
		}
	})
}

func readVault(ctx context.Context, store settings.SecretStore, book string, ours signaling.InstallationID) (v vault, err error) {
	if v.installation, err = keepInstallation(ctx, store, ours); err != nil {
		return v, err
	}
	for _, want := range []struct {
		name string
		into *string
	}{
		{settings.SecretBookKey, &v.key}, {settings.SecretSession, &v.session},
		{settings.SecretMailPassword, &v.accounts.MailPassword}, {settings.SecretMailToken, &v.mailToken},
		{settings.SecretMailClient, &v.mailClient}, {settings.SecretSMS, &v.accounts.SMSSecret},
		{settings.SecretSMSReserve, &v.accounts.SMSReserveSecret}, {settings.SecretDayList, &v.dayList},
	} {
		if *want.into, err = getSecret(ctx, store, want.name); err != nil {
			return v, err
		}
	}
	if v.key != "" {
		return v, nil
	}
	if appointment.Exists(book) {
		v.missing = true
		return v, nil
	}
	v.key = appointment.NewKey()
	return v, setSecret(ctx, store, settings.SecretBookKey, v.key)
}

// keepInstallation stores the installation's id beside the secrets. The one that stands there wins: a lost settings file
// must not make us a stranger to our own invitations.
func keepInstallation(ctx context.Context, store settings.SecretStore, ours signaling.InstallationID,
) (signaling.InstallationID, error) {
	kept, err := getSecret(ctx, store, settings.SecretInstallation)
	if err != nil {
		return ours, err
	}
	var id signaling.InstallationID
	if kept != "" && id.UnmarshalText([]byte(kept)) == nil {
		return id, nil
	}
	return ours, setSecret(ctx, store, settings.SecretInstallation, ours.String())
}

// getSecret returns "" for one that is not there.
func getSecret(ctx context.Context, store settings.SecretStore, name string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, secretTimeout)
	defer cancel()
	secret, err := store.Get(ctx, name)
	if errors.Is(err, settings.ErrNotFound) {
		return "", nil
	}
	return secret, err
}

func setSecret(ctx context.Context, store settings.SecretStore, name, secret string) error {
	ctx, cancel := context.WithTimeout(ctx, secretTimeout)
	defer cancel()
	if secret == "" {
		return store.Delete(ctx, name)
	}
	return store.Set(ctx, name, secret)
}

// noVault: the keyring does not work here, so the sealed file takes its place.
func (l *loop) noVault(err error, sealed bool) {
	l.Log.Warn("secret store does not work", "sealed", sealed)
	if sealed {
		l.problems[slotBook] = diskProblem(err, "sealedFileBroken")
		return
	}
	if appointment.Exists(l.Book) && !settings.SealedExists(l.Sealed) {
		// It worked before and holds the book's key: it is locked or slow, not missing. A new sealed file would part us
		// from our own invitations, so that is the doctor's decision.
		l.booting, l.keyring.away = true, true
		l.keyring.retry = l.now().Add(keyringRetry)
		l.problems[slotSecrets] = &Problem{Code: "keyringLocked"}
		return
	}
	l.askPassphrase()
}

// keyringRetry is how often a keyring that does not answer is asked again.
const keyringRetry = 10 * time.Second

// missingKeyring is a keyring that worked in an earlier run and does not now.
type missingKeyring struct {
	away  bool
	asked bool // the doctor wants to wait for it
	retry time.Time
}

func (l *loop) retryKeyring(now time.Time) {
	if l.keyring.away && !now.Before(l.keyring.retry) {
		l.keyring.retry = now.Add(keyringRetry)
		l.openVault(l.Keyring, false)
	}
}

func (l *loop) giveUpKeyring() {
	if l.keyring.away {
		l.keyring = missingKeyring{}
		l.problems[slotSecrets] = nil
		l.askPassphrase()
	}
}

func (l *loop) openBook(v vault) {
	if v.missing {
		l.problems[slotBook] = &Problem{Code: "bookKeyMissing"}
		return
	}
	book, err := appointment.OpenBook(l.Book, v.key)
	if err != nil {
		l.problems[slotBook] = &Problem{Code: appointment.CodeUnreadable}
		l.Log.Error("book", "code", appointment.CodeUnreadable)
		return
	}
	if book.Recovered() {
		l.problems[slotBook] = &Problem{Code: "bookRecovered"}
		l.Log.Warn("book", "code", "bookRecovered")
	}
	l.book = book
	l.openTray(v.key)
	l.takeUpFollowing(v.dayList)
	l.afterCrash()
}

// afterCrash puts right what the program could not finish when it ended: letters that were under way are unsure, and a
// call that ran was left.
func (l *loop) afterCrash() {
	lost := l.book.Recovered() // nobody knows what the lost generation said of the letters that were due
	for _, a := range l.book.All() {
		for _, i := range a.Invitations {
			for _, d := range i.Deliveries {
				if lost && d.Due(l.now()) && l.step(i.ID, appointment.SendStarted{Number: d.Number}) || d.State == appointment.Sending {
					l.step(i.ID, appointment.SendInterrupted{Number: d.Number})
				}
			}
			if !a.Running.IsZero() {
				l.step(i.ID, appointment.CallBroken{})
			}
		}
	}
	l.overlookAll()
	l.save()
}
