package intake

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"legekonsultasjon/core/durable"
)

// DraftID names a draft.
type DraftID [16]byte

// MarshalText implements encoding.TextMarshaler.
func (id DraftID) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(id[:])), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (id *DraftID) UnmarshalText(text []byte) error {
	raw, err := hex.DecodeString(string(text))
	if err != nil || len(raw) != len(id) {
		return errors.New("not the id of a draft")
	}
	copy(id[:], raw)
	return nil
}

// Draft is an imported appointment that nobody has verified. Nothing has been made for it anywhere.
type Draft struct {
	ID    DraftID `json:"id"`
	Owner string  `json:"owner"` // the account that imported it
	Batch DraftID `json:"batch"` // of one import; zero for what a subscription brought
	UID   string  `json:"uid,omitempty"`
	Request
}

// Day is midnight before the draft's time, in the zone of the given one.
func (d Draft) day(zone *time.Location) time.Time {
	y, m, day := d.At.In(zone).Date()
	return time.Date(y, m, day, 0, 0, 0, 0, zone)
}

// Concerns reports that the draft is for this number or this address; empty ones are nobody's.
func (d Draft) Concerns(phone, email string) bool {
	return phone != "" && d.Phone == phone || email != "" && d.Email == email
}

// done remembers that the doctor has dealt with an event of a subscription, so that the next fetch does not bring it back.
type done struct {
	Owner string    `json:"owner"`
	UID   string    `json:"uid"`
	At    time.Time `json:"at"`
}

// Tray holds the drafts, by time, in a sealed file of its own: losing it costs an import and nothing else. One goroutine
// owns it.
type Tray struct {
	path   string
	aead   cipher.AEAD
	drafts []Draft
	done   []done
	dirty  bool
}

// maxDrafts bounds the tray.
const maxDrafts = 4 * MaxRows

const (
	trayMark  = "legekonsultasjon drafts 1\n" // begins the file and is authenticated with it
	trayNonce = 12
	maxTray   = 16 << 20
)

type trayContent struct {
	Drafts []Draft `json:"drafts"`
	Done   []done  `json:"done"`
}

// OpenTray reads the tray at path; without a file it is empty. key is the book's; the tray's own is derived from it. A
// file that does not open is set aside and the error says so beside an empty tray.
func OpenTray(path, key string) (*Tray, error) {
	raw, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil {
		return nil, errors.New("not a key")
	}
	sub, err := hkdf.Key(sha256.New, raw, nil, trayMark, 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(sub)
	if err != nil {
		return nil, err
	}
	t := &Tray{path: path}
	if t.aead, err = cipher.NewGCM(block); err != nil {
		return nil, err
	}
	err = t.read()
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return t, nil
	}
	_, aside := durable.SetAside(path)
	return t, errors.Join(err, aside)
}

func (t *Tray) read() error {
	info, err := os.Stat(t.path)
	if err != nil {
		return err
	}
	if info.Size() > maxTray {
		return fmt.Errorf("%d bytes are too many", info.Size())
	}
	data, err := os.ReadFile(t.path)
	if err != nil {
		return err
	}
	sealed, ok := bytes.CutPrefix(data, []byte(trayMark))
	if !ok || len(sealed) < trayNonce {
		return errors.New("no drafts of this version")
	}
	text, err := t.aead.Open(nil, sealed[:trayNonce], sealed[trayNonce:], []byte(trayMark))
	if err != nil {
		return err
	}
	var c trayContent
	if err := json.Unmarshal(text, &c); err != nil {
		return err
	}
	t.drafts, t.done = c.Drafts, c.Done
	return nil
}

// Save writes the tray if anything changed. After an error memory keeps everything; save again later.
func (t *Tray) Save() error {
	if !t.dirty {
		return nil
	}
	text, err := json.Marshal(trayContent{t.drafts, t.done})
	if err != nil {
		return err
	}
	data := append([]byte(trayMark), make([]byte, trayNonce)...)
	nonce := data[len(trayMark):]
	_, _ = rand.Read(nonce) // never fails; it ends the program instead
	if err := durable.WriteFile(t.path, t.aead.Seal(data, nonce, text, []byte(trayMark))); err != nil {
		return err
	}
	t.dirty = false
	return nil
}

// Drafts returns the drafts of an account by time. The slice is the caller's.
func (t *Tray) Drafts(owner string) []Draft {
	var out []Draft
	for _, d := range t.drafts {
		if d.Owner == owner {
			out = append(out, d)
		}
	}
	return out
}

// Find returns a draft.
func (t *Tray) Find(id DraftID) (Draft, bool) {
	i := t.index(id)
	if i < 0 {
		return Draft{}, false
	}
	return t.drafts[i], true
}

func (t *Tray) index(id DraftID) int {
	return slices.IndexFunc(t.drafts, func(d Draft) bool { return d.ID == id })
}

// NewDraftID draws one.
func NewDraftID() (id DraftID) {
	_, _ = rand.Read(id[:])
	return id
}

// Add makes drafts of rows, as one batch that RemoveBatch takes back, and returns how many. Rows of events that are there
// or were dealt with are left out, and what the tray has no room for.
func (t *Tray) Add(owner string, batch DraftID, rows []Row) (n int) {
	for _, r := range rows {
		if t.Known(owner, r) || len(t.drafts) >= maxDrafts {
			continue
		}
		t.drafts = append(t.drafts, Draft{ID: NewDraftID(), Owner: owner, Batch: batch, UID: r.UID, Request: r.Request})
		n++
	}
	t.changed(n > 0)
	return n
}

// Known reports whether a row is a draft already, or was dealt with.
func (t *Tray) Known(owner string, r Row) bool {
	for _, d := range t.drafts {
		if d.Owner == owner && (r.UID != "" && d.UID == r.UID || d.Phone == r.Phone && d.Email == r.Email && d.At.Equal(r.At)) {
			return true
		}
	}
	return r.UID != "" && slices.ContainsFunc(t.done, func(x done) bool { return x.Owner == owner && x.UID == r.UID })
}

// Follow brings the drafts of a subscription up to date: new events are added, moved ones move, those that are gone go.
// It returns how many are new.
func (t *Tray) Follow(owner string, rows []Row) (added int) {
	there := map[string]Row{}
	for _, r := range rows {
		if r.UID != "" {
			there[r.UID] = r
		}
	}
	before := len(t.drafts)
	t.drafts = slices.DeleteFunc(t.drafts, func(d Draft) bool {
		_, is := there[d.UID]
		return d.Owner == owner && d.UID != "" && d.Batch == DraftID{} && !is
	})
	t.changed(len(t.drafts) != before)
	for i, d := range t.drafts {
		if r, is := there[d.UID]; is && d.Owner == owner && d.UID != "" && !same(d.Request, r.Request) {
			t.drafts[i].Request = r.Request
			t.changed(true)
		}
	}
	return t.Add(owner, DraftID{}, rows)
}

// same compares moments, not how they are written.
func same(a, b Request) bool {
	at := a.At.Equal(b.At)
	a.At, b.At = time.Time{}, time.Time{}
	return at && a == b
}

// Remove takes a draft out for good: it was invited, or the doctor does not want it.
func (t *Tray) Remove(id DraftID) (Draft, bool) {
	i := t.index(id)
	if i < 0 {
		return Draft{}, false
	}
	d := t.drafts[i]
	t.drafts = slices.Delete(t.drafts, i, i+1)
	if d.UID != "" && d.Batch == (DraftID{}) {
		t.done = append(t.done, done{d.Owner, d.UID, d.At})
	}
	t.changed(true)
	return d, true
}

// PutBack undoes Remove.
func (t *Tray) PutBack(d Draft) {
	if t.index(d.ID) >= 0 {
		return
	}
	t.done = slices.DeleteFunc(t.done, func(x done) bool { return x.Owner == d.Owner && x.UID == d.UID && d.UID != "" })
	t.drafts = append(t.drafts, d)
	t.changed(true)
}

// RemoveBatch takes back what is left of an import, and returns how many.
func (t *Tray) RemoveBatch(batch DraftID) int {
	before := len(t.drafts)
	t.drafts = slices.DeleteFunc(t.drafts, func(d Draft) bool { return d.Batch == batch && batch != DraftID{} })
	t.changed(len(t.drafts) != before)
	return before - len(t.drafts)
}

// RemoveFollowed takes out what a subscription brought, with its memory.
func (t *Tray) RemoveFollowed(owner string) {
	t.drafts = slices.DeleteFunc(t.drafts, func(d Draft) bool { return d.Owner == owner && d.UID != "" && d.Batch == DraftID{} })
	t.done = slices.DeleteFunc(t.done, func(x done) bool { return x.Owner == owner })
	t.changed(true)
}

// Expire drops the drafts of days that are over, and the memory of events that cannot come back. It reports whether there
// were any.
func (t *Tray) Expire(now time.Time) bool {
	y, m, d := now.Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, now.Location())
	n := len(t.drafts) + len(t.done)
	t.drafts = slices.DeleteFunc(t.drafts, func(d Draft) bool { return d.day(now.Location()).Before(today) })
	t.done = slices.DeleteFunc(t.done, func(x done) bool { return x.At.Before(today) })
	over := len(t.drafts)+len(t.done) != n
	t.changed(over)
	return over
}

func (t *Tray) changed(is bool) {
	if is {
		t.dirty = true
		slices.SortStableFunc(t.drafts, func(a, b Draft) int { return a.At.Compare(b.At) })
	}
}
