package access

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
)

// NoteContent is what the page can show before the doctor is online. It never holds anything about the patient or the
// reason of the appointment.
type NoteContent struct {
	V      int    `json:"v"` // 1; SealNote sets it
	Clinic string `json:"clinic"`
	Doctor string `json:"doctor"`
	Phone  string `json:"phone,omitempty"` // the clinic's number, as the clinic writes it
	At     string `json:"at"`              // RFC 3339 with the clinic's offset
	Lang   string `json:"lang"`            // "nb", "nn" or "en": the language of the invitation
	Info   string `json:"info,omitempty"`  // practical words from the clinic to all patients
}

const (
	noteBlock    = 512 // the JSON is filled with spaces to a multiple of it
	noteOverhead = 12 + 16
	// MaxNote is the most that a sealed note may take, in bytes; the server stores no more.
	MaxNote = 8 << 10
)

// SealNote seals the content under the note key with a fresh nonce: nonce(12) || ciphertext || tag.
func SealNote(k Keys, n NoteContent) ([]byte, error) {
	var nonce [12]byte
	_, _ = rand.Read(nonce[:])
	n.V = 1
	plain, err := encodeJSON(n)
	if err != nil {
		return nil, fmt.Errorf("note: %w", err)
	}
	return sealNote(k, nonce, plain)
}

func sealNote(k Keys, nonce [12]byte, plain []byte) ([]byte, error) {
	if fill := -len(plain) & (noteBlock - 1); fill > 0 {
		plain = append(plain, bytes.Repeat([]byte{' '}, fill)...)
	}
	if len(plain)+noteOverhead > MaxNote {
		return nil, fmt.Errorf("note: %w", ErrTooLarge)
	}
	return newAEAD(k.NoteKey[:]).Seal(nonce[:], nonce[:], plain, noteAAD(k)), nil
}

// OpenNote opens a stored note. The server may serve an older one: after the handshake the time that the desktop sends
// counts.
func OpenNote(k Keys, stored []byte) (NoteContent, error) {
	plain, err := openNote(k, stored)
	if err != nil {
		return NoteContent{}, err
	}
	var n NoteContent
	members, err := readObject(plain)
	if err == nil {
		err = unmarshalMembers(members, &n)
	}
	if err != nil || n.V != 1 {
		return NoteContent{}, fmt.Errorf("%w: content not understood", ErrNote)
	}
	return n, nil
}

func openNote(k Keys, stored []byte) ([]byte, error) {
	if len(stored) > MaxNote || len(stored) <= noteOverhead || (len(stored)-noteOverhead)%noteBlock != 0 {
		return nil, fmt.Errorf("%w: length", ErrNote)
	}
	plain, err := newAEAD(k.NoteKey[:]).Open(nil, stored[:12], stored[12:], noteAAD(k))
	if err != nil {
		return nil, fmt.Errorf("%w: tag", ErrNote)
	}
	return plain, nil
}

func noteAAD(k Keys) []byte {
	aad := append([]byte(protocol+" note"), k.InvitationID[:]...)
	return append(aad, 0x01)
}

// encodeJSON is json.Marshal without HTML escapes and without a line end.
func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
