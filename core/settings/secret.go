package settings

import (
	"context"
	"errors"
)

// SecretStore keeps the few secrets of the program: the session, the book's key, the mail password, the gateway's
// secret. The operating system's keyring is one implementation (app/driver/keyring), Sealed another. Calls may block on
// the user or the disk until ctx ends; they are safe from several goroutines.
type SecretStore interface {
	// Get returns the secret, ErrNotFound when there is none of that name, or ErrUnavailable.
	Get(ctx context.Context, name string) (string, error)
	// Set stores the secret, replacing an older one of that name.
	Set(ctx context.Context, name, secret string) error
	// Delete removes it. Deleting what is not there succeeds.
	Delete(ctx context.Context, name string) error
}

// ErrNotFound says that the store works and holds nothing of that name.
var ErrNotFound = errors.New("no such secret")

// ErrUnavailable says that there is no store here, or that it is locked or does not answer.
var ErrUnavailable = errors.New("no secret store available")

// Names of the secrets in a SecretStore.
const (
	SecretSession      = "session"       // what SignedIn gave
	SecretBookKey      = "book key"      // 32 bytes, base64url
	SecretMailPassword = "mail password" // of the clinic's SMTP account
	SecretMailToken    = "mail token"    // refresh token of the mail provider
	SecretMailClient   = "mail client"   // what Google calls a desktop program's client secret
	SecretInstallation = "installation"  // its id, in case the settings file is lost
	SecretSMS          = "sms secret"    // of the account at the SMS gateway
	SecretDayList      = "day list"      // whose calendar is followed, and its address
	SecretSMSReserve   = "sms reserve"   // of the account at the gateway that takes over
)
