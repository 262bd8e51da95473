package appointment

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"legekonsultasjon/core/durable"
	"legekonsultasjon/core/signaling"
)

// Codes of BookError; words for them are in the catalogue under "problem.".
const (
	CodeUnreadable = "bookUnreadable" // the file is there and does not open with this key
	CodeNotSaved   = "bookNotSaved"   // writing went wrong; memory and the old file are untouched
	CodeDiskFull   = "diskFull"
)

// BookError is a problem with the book's file.
type BookError struct {
	Code string
	Err  error
}

func (e *BookError) Error() string { return e.Code + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *BookError) Unwrap() error { return e.Err }

// KeyLen is the length of a book's key in bytes.
const KeyLen = 32

// bookMark begins the file and is authenticated with it: magic and version.
const bookMark = "legekonsultasjon book 1\n"

const nonceLen = 12

// maxBook bounds what is read, in bytes: far above any real book.
const maxBook = 256 << 20

// NewKey draws a key in the form that Open takes and a SecretStore keeps.
func NewKey() string {
	key := make([]byte, KeyLen)
	_, _ = rand.Read(key) // never fails; it ends the program instead
	return base64.RawURLEncoding.EncodeToString(key)
}

// Book is the desktop's own store of its appointments: one file, encrypted with AES-256-GCM, written whole, the
// generation before it kept as .previous. One goroutine owns it.
//
// Changes are made in memory by Put and are safe once Save returned nil. After a Save that failed memory and the file on
// the disk are as they were before it, and Dirty stays true: save again later.
type Book struct {
	path         string
	aead         cipher.AEAD
	write        func(path, previous string, data []byte) error
	appointments []Appointment // by time, then by when they were made
	dirty        bool
	recovered    bool
}

type bookContent struct {
	Appointments []Appointment `json:"appointments"`
}

// Exists reports whether there is a book at path, in either generation.
func Exists(path string) bool {
	for _, p := range []string{path, previous(path)} {
		if _, err := os.Stat(p); !errors.Is(err, fs.ErrNotExist) {
			return true
		}
	}
	return false
}

// OpenBook reads the book at path; without one it is empty. key is what NewKey drew. When the newest generation is lost
// or broken the one before it is used (Recovered says so) and the broken file is set aside. When neither opens the error
// is a *BookError with CodeUnreadable, nothing is touched, and there is no Book that could overwrite anything.
func OpenBook(path, key string) (*Book, error) { return openBook(path, key, durable.WriteKeeping) }

func openBook(path, key string, write func(string, string, []byte) error) (*Book, error) {
	aead, err := bookCipher(key)
	if err != nil {
		return nil, &BookError{CodeUnreadable, err}
	}
	b := &Book{path: path, aead: aead, write: write}
	newest := b.read(path)
	if newest == nil {
		return b, nil
	}
	older := b.read(previous(path))
	lost := errors.Is(newest, fs.ErrNotExist)
	if lost && errors.Is(older, fs.ErrNotExist) {
		return b, nil // the first run
	}
	if older != nil {
		return nil, &BookError{CodeUnreadable, newest}
	}
	if !lost {
		if _, err := durable.SetAside(path); err != nil {
			return nil, &BookError{CodeUnreadable, errors.Join(newest, err)}
		}
	}
	b.recovered = true
	b.skipEpochs()
	return b, nil
}

func previous(path string) string { return path + ".previous" }

func bookCipher(key string) (cipher.AEAD, error) {
	raw, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil || len(raw) != KeyLen {
		return nil, errors.New("not a book key")
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// read fills the book from one file.
func (b *Book) read(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.Size() > maxBook {
		return fmt.Errorf("%d bytes are too many for a book", info.Size())
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	sealed, ok := bytes.CutPrefix(data, []byte(bookMark))
	if !ok || len(sealed) < nonceLen {
		return errors.New("not a book of this version")
	}
	plain, err := b.aead.Open(nil, sealed[:nonceLen], sealed[nonceLen:], []byte(bookMark))
	if err != nil {
		return errors.New("altered, or written with another key")
	}
	var content bookContent
	if err := json.Unmarshal(plain, &content); err != nil {
		return err
	}
	b.appointments = content.Appointments
	return nil
}

// skipEpochs makes up for answers and peer connections that the lost generation may have counted.
func (b *Book) skipEpochs() {
	for n := range b.appointments {
		for m := range b.appointments[n].Invitations {
			b.appointments[n].Invitations[m].Epoch += 2
			b.appointments[n].Invitations[m].Peers += 2
		}
	}
	b.dirty = true
}

// Recovered reports that the newest generation was lost and the one before it is in use.
func (b *Book) Recovered() bool { return b.recovered }

// Dirty reports that memory holds what the file does not.
func (b *Book) Dirty() bool { return b.dirty }

// All returns the appointments by time. The slice is the caller's; the appointments are values.
func (b *Book) All() []Appointment { return slices.Clone(b.appointments) }

// Find returns the appointment of an invitation.
func (b *Book) Find(id signaling.InvitationID) (Appointment, bool) {
	for _, a := range b.appointments {
		if _, ok := a.Invitation(id); ok {
			return a, true
		}
	}
	return Appointment{}, false
}

// Put adds an appointment or replaces the one of the same room, in memory.
func (b *Book) Put(a Appointment) {
	b.dirty = true
	at := slices.IndexFunc(b.appointments, func(have Appointment) bool { return have.Room == a.Room })
	if at >= 0 {
		b.appointments[at] = a
	} else {
		b.appointments = append(b.appointments, a)
	}
	slices.SortStableFunc(b.appointments, func(x, y Appointment) int {
		if c := x.At.Compare(y.At); c != 0 {
			return c
		}
		return x.Made.Compare(y.Made)
	})
}

// DropExpired removes records that are past their keeping time, in memory, and reports whether there were any: Scrub then
// takes them off the disk.
func (b *Book) DropExpired(now time.Time, kept time.Duration) bool {
	before := len(b.appointments)
	b.appointments = slices.DeleteFunc(b.appointments, func(a Appointment) bool { return a.Expired(now, kept) })
	dropped := len(b.appointments) != before
	b.dirty = b.dirty || dropped
	return dropped
}

// Save writes the book if anything changed. It returns when the disk has it. The error is a *BookError.
func (b *Book) Save() error {
	if !b.dirty {
		return nil
	}
	plain, err := json.Marshal(bookContent{b.appointments})
	if err != nil {
		return &BookError{CodeNotSaved, err}
	}
	data := append([]byte(bookMark), make([]byte, nonceLen)...)
	nonce := data[len(bookMark):]
	_, _ = rand.Read(nonce)
	data = b.aead.Seal(data, nonce, plain, []byte(bookMark))
	if err := b.write(b.path, previous(b.path), data); err != nil {
		code := CodeNotSaved
		if durable.IsFull(err) {
			code = CodeDiskFull
		}
		return &BookError{code, err}
	}
	b.dirty = false
	return nil
}

// Scrub saves twice, so that what was wiped is not in the generation before either.
func (b *Book) Scrub() error {
	b.dirty = true
	if err := b.Save(); err != nil {
		return err
	}
	b.dirty = true
	return b.Save()
}
