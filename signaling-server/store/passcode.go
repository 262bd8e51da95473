package store

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"legekonsultasjon/core/signaling"
)

// Passcode is what the server keeps of an authenticator (RFC 6238). The secret is sealed under a key that the password
// gives, which the server sees only while somebody signs in: a stolen disk holds no passcodes to come.
type Passcode struct {
	Salt     []byte   `json:"salt"`     // of the key
	Sealed   []byte   `json:"sealed"`   // nonce, ciphertext, tag (AES-256-GCM)
	LastStep int64    `json:"lastStep"` // the step of the passcode that was used last: it and earlier ones are refused
	Recovery []string `json:"recovery"` // hashes of the recovery codes that are left
}

const (
	passcodeStep   = 30 // seconds, RFC 6238 section 4.1
	passcodeAround = 1  // steps before and after this one that are taken too, for clocks that differ
	secretSize     = 20 // bytes: what RFC 4226 section 4 asks for
	recoveryCodes  = 10
	recoverySize   = 12 // characters of five bits
)

var errWrongPasscode = &Error{Code: signaling.WrongPasscode}

// stepOf finds the step whose passcode was given. ok is false when none near now has it.
func stepOf(secret, passcode string, now time.Time) (step int64, ok bool) {
	current := now.Unix() / passcodeStep
	for s := current - passcodeAround; s <= current+passcodeAround; s++ {
		want, err := hotp.GenerateCodeCustom(secret, uint64(s), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(passcode)) == 1 {
			step, ok = s, true
		}
	}
	return step, ok
}

// newPasscode checks what an authenticator shows for a new secret and seals it. Codes: BadMessage for a secret that is none,
// WrongPasscode, TryLater.
func (s *Store) newPasscode(ctx context.Context, id DoctorID, password, secret, passcode string) (*Passcode, []string, error) {
	step, ok := stepOf(secret, onlyDigits(passcode), s.opts.Now())
	if !ok {
		return nil, nil, errWrongPasscode
	}
	p, err := s.sealPasscode(ctx, id, password, secret)
	if err != nil {
		return nil, nil, err
	}
	p.LastStep = step
	codes := make([]string, recoveryCodes)
	for i := range codes {
		codes[i] = newCode(recoverySize)
		p.Recovery = append(p.Recovery, codeHash("recovery", id, codes[i]))
	}
	return p, codes, nil
}

// sealPasscode seals a secret in base32 under a password.
func (s *Store) sealPasscode(ctx context.Context, id DoctorID, password, secret string) (*Passcode, error) {
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil || len(raw) != secretSize {
		return nil, &Error{Code: signaling.BadMessage, Err: errors.New("not a secret of 20 bytes in base32")}
	}
	p := &Passcode{Salt: newSalt()}
	seal, err := s.passcodeKey(ctx, password, p.Salt)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, seal.NonceSize())
	_, _ = rand.Read(nonce)
	p.Sealed = seal.Seal(nonce, nonce, raw, passcodeData(id))
	return p, nil
}

func passcodeData(id DoctorID) []byte { return []byte("legekonsultasjon/1 passcode" + string(id)) }

func (s *Store) passcodeKey(ctx context.Context, password string, salt []byte) (cipher.AEAD, error) {
	leave, err := s.hasher.turn(ctx, true)
	if err != nil {
		return nil, &Error{Code: signaling.TryLater, Err: err}
	}
	defer leave()
	block, err := aes.NewCipher(stretch(password, salt))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// openPasscode returns the secret in base32. The password has been checked, so a failure means a damaged record.
func (s *Store) openPasscode(ctx context.Context, id DoctorID, password string, p *Passcode) (string, error) {
	seal, err := s.passcodeKey(ctx, password, p.Salt)
	if err != nil {
		return "", err
	}
	if len(p.Sealed) < seal.NonceSize() {
		return "", &Error{Code: signaling.StoreDown, Err: errors.New("passcode's secret is damaged")}
	}
	raw, err := seal.Open(nil, p.Sealed[:seal.NonceSize()], p.Sealed[seal.NonceSize():], passcodeData(id))
	if err != nil {
		return "", &Error{Code: signaling.StoreDown, Err: errors.New("passcode's secret is damaged")}
	}
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw), nil
}

// spend uses up a passcode or a recovery code of d, whose secret is given. It changes d only; whoever writes d back first has
// used it, and the other one finds it used.
func (d *Doctor) spend(secret, typed string, now time.Time) error {
	if digits := onlyDigits(typed); len(digits) == otp.DigitsSix.Length() {
		step, ok := stepOf(secret, digits, now)
		if !ok || step <= d.Passcode.LastStep {
			return errWrongPasscode
		}
		d.Passcode.LastStep = step
		return nil
	}
	hash := codeHash("recovery", d.ID, readCode(typed))
	for i, have := range d.Passcode.Recovery {
		if subtle.ConstantTimeCompare([]byte(have), []byte(hash)) == 1 {
			d.Passcode.Recovery = slices.Delete(slices.Clone(d.Passcode.Recovery), i, i+1)
			return nil
		}
	}
	return errWrongPasscode
}

// onlyDigits is what was typed without spaces, "" when anything else than digits is left.
func onlyDigits(typed string) string {
	s := strings.ReplaceAll(strings.TrimSpace(typed), " ", "")
	if !allDigits(s) {
		return ""
	}
	return s
}

// crockford is the alphabet of codes that people type: no I, L, O, U.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// newCode draws n characters of five bits each, in groups of four.
func newCode(n int) string {
	random := make([]byte, n)
	_, _ = rand.Read(random)
	var b strings.Builder
	for i, r := range random {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(crockford[r&31])
	}
	return b.String()
}

// readCode is a code as typed without what does not count: case, spaces, dashes, and O for 0, I and L for 1.
func readCode(typed string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == 'O':
			return '0'
		case r == 'I' || r == 'L':
			return '1'
		case r == ' ' || r == '-' || r == '–' || r == '—' || r == '\u00a0':
			return -1
		}
		return r
	}, strings.ToUpper(strings.TrimSpace(typed)))
}

// codeHash is what is kept of a code. Its 60 or 80 random bits need no costly hash.
func codeHash(kind string, id DoctorID, code string) string {
	sum := sha256.Sum256([]byte("legekonsultasjon/1 " + kind + string(id) + readCode(code)))
	return hex.EncodeToString(sum[:])
}
