package access

import (
	"bytes"
	"crypto/ecdh"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// hexBytes is lower-case hex in the vector file.
type hexBytes []byte

func (h *hexBytes) UnmarshalText(text []byte) error {
	raw, err := hex.DecodeString(string(text))
	*h = raw
	return err
}

// vectorFile has the form of testdata/access.json. ACCESS_VECTORS names another file of that form.
type vectorFile struct {
	Suite  string
	Cases  []vectorCase
	Accept struct {
		Links      []struct{ Why, Fragment string }
		TypedCodes []struct{ Why, Code string }
	}
	Refuse struct {
		Links      []struct{ Why, Fragment string }
		TypedCodes []struct{ Why, Code string }
		M1         []refusedBytes
		M2         []refusedBytes
		Plaintexts []refusedBytes
	}
}

type refusedBytes struct {
	Why   string
	Bytes hexBytes
}

type vectorCase struct {
	Name, Link, TypedCode                     string
	Secret, PRK, InvitationID, Admission, PSK hexBytes
	AdmissionHash                             hexBytes
	Note                                      struct {
		Key, Nonce, AAD, Stored hexBytes
		Plaintext               string
	}
	Handshake struct {
		PatientPrivate, DoctorPrivate, PatientNonce, DoctorNonce hexBytes
		Epoch                                                    uint32
		M1, M2, Transcript, ECDH                                 hexBytes
		KPD, KDP, CP, CD, SAS                                    hexBytes
	}
	Frames []struct {
		Dir     string
		Seq     uint64
		Message string
		Wire    hexBytes
	}
	Resume  struct{ DevicePublic, Signature hexBytes }
	Confirm struct {
		Offer, Answer                                       string
		FingerprintP, FingerprintD, FromPatient, FromDoctor hexBytes
	}
}

func readVectors(t testing.TB) vectorFile {
	path := os.Getenv("ACCESS_VECTORS")
	if path == "" {
		path = "testdata/access.json"
	}
	raw, err := os.ReadFile(path)
	if err != nil && !filepath.IsAbs(path) { // as seen from where make was called
		raw, err = os.ReadFile(filepath.Join("../..", path))
	}
	if err != nil {
		t.Fatal(err)
	}
	var v vectorFile
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	if v.Suite != protocol || len(v.Cases) == 0 {
		t.Fatalf("%s: suite %q with %d cases", path, v.Suite, len(v.Cases))
	}
	return v
}

// equal names a step whose value differs, in hex.
func equal(t *testing.T, step string, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Errorf("%s: got %x, want %x", step, got, want)
	}
}

func TestVectors(t *testing.T) {
	for _, c := range readVectors(t).Cases {
		t.Run(c.Name, func(t *testing.T) {
			s := Secret(c.Secret)
			checkLink(t, c, s)
			k := s.Derive()
			checkDerived(t, c, s, k)
			checkNote(t, c, k)
			patient, doctor := checkHandshake(t, c, k)
			checkFrames(t, c, patient, doctor)
			checkProofs(t, c, patient, doctor)
		})
	}
}

func checkLink(t *testing.T, c vectorCase, s Secret) {
	host, fragment, _ := strings.Cut(c.Link, "/#")
	if link, err := Link(host, s); err != nil || link != c.Link {
		t.Errorf("link: %q, %v", link, err)
	}
	if got, err := ParseFragment(fragment); err != nil || got != s {
		t.Errorf("fragment %q: %v", fragment, err)
	}
	if got, ok := FindLink("Hei!\n" + c.Link + "\nHilsen legen"); !ok || got != s {
		t.Error("link in a message not found")
	}
	if got := s.TypedCode(); got != c.TypedCode {
		t.Errorf("typed code: got %s, want %s", got, c.TypedCode)
	}
	if got, err := ParseTypedCode(c.TypedCode); err != nil || got != s {
		t.Errorf("typed code read: %v", err)
	}
}

func checkDerived(t *testing.T, c vectorCase, s Secret, k Keys) {
	hash := sha256.Sum256(k.Admission[:])
	equal(t, "prk", s.prk(), c.PRK)
	equal(t, "invitationID", k.InvitationID[:], c.InvitationID)
	equal(t, "admission", k.Admission[:], c.Admission)
	equal(t, "admissionHash", hash[:], c.AdmissionHash)
	equal(t, "psk", k.PSK[:], c.PSK)
	equal(t, "note key", k.NoteKey[:], c.Note.Key)
}

func checkNote(t *testing.T, c vectorCase, k Keys) {
	equal(t, "note aad", noteAAD(k), c.Note.AAD)
	stored, err := sealNote(k, [12]byte(c.Note.Nonce), []byte(c.Note.Plaintext))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "note", stored, c.Note.Stored)
	plain, err := openNote(k, c.Note.Stored)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "note opened", plain, []byte(c.Note.Plaintext))
	var want NoteContent
	if err := json.Unmarshal([]byte(c.Note.Plaintext), &want); err != nil {
		t.Fatal(err)
	}
	if got, err := OpenNote(k, c.Note.Stored); err != nil || got != want {
		t.Errorf("note: got %+v, %v", got, err)
	}
}

func privateKey(t testing.TB, raw []byte) *ecdh.PrivateKey {
	key, err := ecdh.P256().NewPrivateKey(raw)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func checkHandshake(t *testing.T, c vectorCase, k Keys) (patient, doctor *Session) {
	h := c.Handshake
	dp, dd := privateKey(t, h.PatientPrivate), privateKey(t, h.DoctorPrivate)
	p := newPatient(k, h.Epoch-1, dp, [16]byte(h.PatientNonce))
	equal(t, "m1", p.M1(), h.M1)
	if id, err := InvitationOf(h.M1); err != nil || id != k.InvitationID {
		t.Errorf("invitation of m1: %v", err)
	}
	m2, doctor, err := respond(k, h.M1, h.Epoch, dd, [16]byte(h.DoctorNonce))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "m2", m2, h.M2)
	patient, err = p.Receive(h.M2)
	if err != nil {
		t.Fatal(err)
	}
	shared, err := dp.ECDH(dd.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "ecdh", shared, h.ECDH)
	keys := deriveSession(k, transcript(h.M1, h.M2), shared)
	equal(t, "transcript", keys.th[:], h.Transcript)
	equal(t, "kPD", keys.pd[:], h.KPD)
	equal(t, "kDP", keys.dp[:], h.KDP)
	equal(t, "cP", keys.cP[:], h.CP)
	equal(t, "cD", keys.cD[:], h.CD)
	equal(t, "sas", keys.sas[:], h.SAS)
	return patient, doctor
}

func checkFrames(t *testing.T, c vectorCase, patient, doctor *Session) {
	for i, f := range c.Frames {
		from, to := patient, doctor
		if f.Dir == "D" {
			from, to = doctor, patient
		}
		from.sent, to.received = f.Seq, f.Seq
		wire, err := from.SealJSON([]byte(f.Message))
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "frame sealed", wire, f.Wire)
		text, err := to.OpenJSON(f.Wire)
		if err != nil {
			t.Fatalf("frame %d: %v", i, err)
		}
		equal(t, "frame opened", text, []byte(f.Message))
	}
}

func checkProofs(t *testing.T, c vectorCase, patient, doctor *Session) {
	if !VerifyResume(c.Resume.DevicePublic, doctor.TH(), c.Resume.Signature) {
		t.Error("resume signature refused")
	}
	if VerifyResume(c.Resume.DevicePublic, [32]byte{}, c.Resume.Signature) {
		t.Error("resume signature of another session taken")
	}
	f := c.Confirm
	fpP, fpD := [32]byte(f.FingerprintP), [32]byte(f.FingerprintD)
	for _, s := range []*Session{patient, doctor} {
		fromP := s.Confirmation(RolePatient, f.Offer, f.Answer, fpP, fpD)
		fromD := s.Confirmation(RoleDoctor, f.Offer, f.Answer, fpP, fpD)
		equal(t, "confirmation of the patient", fromP[:], f.FromPatient)
		equal(t, "confirmation of the doctor", fromD[:], f.FromDoctor)
		if !VerifyConfirmation(f.FromDoctor, fromD) || VerifyConfirmation(f.FromPatient, fromD) || VerifyConfirmation(nil, fromD) {
			t.Error("confirmation compared wrongly")
		}
	}
}

func TestVectorsAccepted(t *testing.T) {
	v := readVectors(t)
	want := Secret(v.Cases[0].Secret)
	for _, a := range v.Accept.Links {
		if got, err := ParseFragment(a.Fragment); err != nil || got != want {
			t.Errorf("link, %s: %v", a.Why, err)
		}
	}
	for _, a := range v.Accept.TypedCodes {
		if got, err := ParseTypedCode(a.Code); err != nil || got != want {
			t.Errorf("typed code, %s: %v", a.Why, err)
		}
	}
}

func TestVectorsRefused(t *testing.T) {
	v := readVectors(t)
	c := v.Cases[0]
	k := Secret(c.Secret).Derive()
	refused := func(kind, why string, err error) {
		t.Helper()
		if err == nil {
			t.Errorf("%s taken: %s", kind, why)
		}
	}
	for _, r := range v.Refuse.Links {
		_, err := ParseFragment(r.Fragment)
		refused("link", r.Why, err)
	}
	for _, r := range v.Refuse.TypedCodes {
		_, err := ParseTypedCode(r.Code)
		refused("typed code", r.Why, err)
	}
	for _, r := range v.Refuse.M1 {
		_, _, err := Respond(k, r.Bytes, 1)
		refused("m1", r.Why, err)
	}
	for _, r := range v.Refuse.M2 {
		p := newPatient(k, 0, privateKey(t, c.Handshake.PatientPrivate), [16]byte(c.Handshake.PatientNonce))
		_, err := p.Receive(r.Bytes)
		refused("m2", r.Why, err)
	}
	for _, r := range v.Refuse.Plaintexts {
		_, err := openPlaintext(r.Bytes)
		refused("plaintext", r.Why, err)
	}
}

// openPlaintext is what a session does with a plaintext once the tag was right.
func openPlaintext(plain []byte) (Message, error) {
	text, err := unpad(plain)
	if err != nil {
		return nil, err
	}
	return DecodeMessage(text)
}
