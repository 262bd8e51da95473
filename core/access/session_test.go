package access

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
)

// pair is a finished handshake.
func pair(t testing.TB) (patient, doctor *Session) {
	t.Helper()
	k := NewSecret().Derive()
	p, err := NewPatient(k, 0)
	if err != nil {
		t.Fatal(err)
	}
	m2, doctor, err := Respond(k, p.M1(), 7)
	if err != nil {
		t.Fatal(err)
	}
	if patient, err = p.Receive(m2); err != nil {
		t.Fatal(err)
	}
	return patient, doctor
}

// carry seals at one side and opens at the other.
func carry(t testing.TB, from, to *Session, m Message) Message {
	t.Helper()
	wire, err := from.Seal(m)
	if err != nil {
		t.Fatalf("seal %s: %v", m.Type(), err)
	}
	got, err := to.Open(wire)
	if err != nil {
		t.Fatalf("open %s: %v", m.Type(), err)
	}
	return got
}

// granted is a pair after a right PIN.
func granted(t testing.TB) (patient, doctor *Session) {
	patient, doctor = pair(t)
	carry(t, doctor, patient, Ready{TriesLeft: 5, Time: "2026-12-01T09:30:00+01:00"})
	carry(t, patient, doctor, PIN{PIN: "048291"})
	carry(t, doctor, patient, PINResult{OK: true, TriesLeft: 5})
	return patient, doctor
}

func TestEveryMessageTravels(t *testing.T) {
	patient, doctor := granted(t)
	if !patient.Granted() || !doctor.Granted() || patient.Epoch() != 7 || patient.TH() != doctor.TH() {
		t.Error("the two sides do not agree")
	}
	mid, line := "0", uint16(0)
	for _, c := range []struct {
		from, to *Session
		m        Message
	}{
		{doctor, patient, Offer{Neg: 1, Peer: 1, SDP: "v=0\r\n<&>\u2028"}},
		{patient, doctor, Answer{Neg: 1, SDP: "v=0\r\n", OfferHash: strings.Repeat("ab", 32)}},
		{patient, doctor, Candidate{Neg: 1, Candidate: "candidate:1", SDPMid: &mid, SDPMLineIndex: &line}},
		{doctor, patient, Candidate{Neg: 1}},
		{doctor, patient, Admit{}},
		{doctor, patient, Hold{}},
		{doctor, patient, Note{Text: "Legen er 5 minutter forsinket. æøå"}},
		{patient, doctor, Resume{Signature: Bytes{1, 2, 250}}},
		{doctor, patient, ResumeResult{OK: true, Admitted: true, TriesLeft: 3}},
		{patient, doctor, PIN{PIN: "1", Device: Bytes{4, 255}}},
		{doctor, patient, Bye{Reason: ByeFinished}},
	} {
		got := carry(t, c.from, c.to, c.m)
		a, err := EncodeMessage(got)
		if err != nil {
			t.Fatal(err)
		}
		b, err := EncodeMessage(c.m)
		if err != nil || !bytes.Equal(a, b) {
			t.Errorf("%s: got %s, want %s, %v", c.m.Type(), a, b, err)
		}
	}
}

// TestOrder tries every message at every stage and from both sides, sealed by a peer that does not mind.
func TestOrder(t *testing.T) {
	all := []Message{
		Ready{Time: "x"}, PIN{}, PINResult{}, Resume{}, ResumeResult{}, Offer{}, Answer{}, Candidate{}, Admit{}, Hold{}, Note{}, Bye{},
	}
	fresh := func(t testing.TB) (*Session, *Session) { return pair(t) }
	readied := func(t testing.TB) (*Session, *Session) {
		p, d := pair(t)
		carry(t, d, p, Ready{TriesLeft: 5, Time: "x"})
		return p, d
	}
	asked := func(t testing.TB) (*Session, *Session) { // a right PIN on another device is not yet in
		p, d := readied(t)
		carry(t, d, p, PINResult{OK: true, NewDevice: true})
		return p, d
	}
	for _, stage := range []struct {
		name  string
		at    func(testing.TB) (*Session, *Session)
		fromP string
		fromD string
	}{
		{"fresh", fresh, "bye", "ready"},
		{"readied", readied, "bye pin resume", "bye ready pinResult resumeResult"},
		{"new device", asked, "bye pin resume", "bye ready pinResult resumeResult"},
		{"granted", granted, "bye pin resume answer candidate", "bye ready pinResult resumeResult offer candidate admit hold note"},
	} {
		for _, m := range all {
			for _, sender := range []Role{RolePatient, RoleDoctor} {
				patient, doctor := stage.at(t)
				from, to, allowed := patient, doctor, strings.Fields(stage.fromP)
				if sender == RoleDoctor {
					from, to, allowed = doctor, patient, strings.Fields(stage.fromD)
				}
				want := false
				for _, name := range allowed {
					want = want || name == m.Type()
				}
				text, err := EncodeMessage(m)
				if err != nil {
					t.Fatal(err)
				}
				wire, err := from.SealJSON(text)
				if err != nil {
					t.Fatal(err)
				}
				_, err = to.Open(wire)
				if (err == nil) != want || err != nil && !errors.Is(err, ErrRefused) {
					t.Errorf("%s: %s from %c: %v", stage.name, m.Type(), sender, err)
				}
				if to.Over() == want {
					t.Errorf("%s: %s from %c: over is %v", stage.name, m.Type(), sender, to.Over())
				}
				if _, err := from.Seal(m); (err == nil) != want {
					t.Errorf("%s: %s sealed by %c: %v", stage.name, m.Type(), sender, err)
				}
			}
		}
	}
}

func TestBrokenFrames(t *testing.T) {
	alter := map[string]func(first, second []byte) []byte{
		"repeat":    func(first, _ []byte) []byte { return first },
		"tag":       func(_, second []byte) []byte { second[len(second)-1] ^= 1; return second },
		"seq":       func(_, second []byte) []byte { second[16]++; return second },
		"truncated": func(_, second []byte) []byte { return second[:len(second)-1] },
		"header":    func(_, second []byte) []byte { return second[:frameHeader] },
		"longer":    func(_, second []byte) []byte { return append(second, make([]byte, MaxFrame)...) },
	}
	for name, f := range alter {
		t.Run(name, func(t *testing.T) {
			patient, doctor := pair(t)
			first, _ := doctor.Seal(Ready{Time: "x"})
			if _, err := patient.Open(first); err != nil {
				t.Fatal(err)
			}
			second, _ := doctor.Seal(Ready{Time: "x"})
			good := bytes.Clone(second)
			if _, err := patient.Open(f(first, second)); !errors.Is(err, ErrBroken) {
				t.Fatalf("got %v", err)
			}
			if _, err := patient.Open(good); !errors.Is(err, ErrBroken) {
				t.Errorf("opened after a break: %v", err)
			}
			if _, err := patient.Seal(PIN{}); !errors.Is(err, ErrSessionOver) {
				t.Errorf("sealed after a break: %v", err)
			}
			last, err := patient.Seal(Bye{Reason: ByeBroken})
			if err != nil {
				t.Fatal(err)
			}
			if m, err := doctor.Open(last); err != nil || m.(Bye).Reason != ByeBroken {
				t.Errorf("the last word did not arrive: %v", err)
			}
			patient.Wipe()
			patient.Wipe()
			if _, err := patient.Seal(Bye{}); !errors.Is(err, ErrSessionOver) {
				t.Errorf("sealed after wipe: %v", err)
			}
			if _, err := patient.Open(good); !errors.Is(err, ErrSessionOver) {
				t.Errorf("opened after wipe: %v", err)
			}
		})
	}
}

func TestForeignFramesChangeNothing(t *testing.T) {
	patient, doctor := pair(t)
	_, other := pair(t)
	wire, _ := doctor.Seal(Ready{Time: "x"})
	foreign, _ := other.Seal(Ready{Time: "x"})
	version2 := bytes.Clone(wire)
	version2[0] = 2
	for _, w := range [][]byte{nil, {1}, wire[:frameHeader-1], foreign, version2} {
		if _, err := patient.Open(w); !errors.Is(err, ErrNotThisSession) {
			t.Errorf("%d bytes: %v", len(w), err)
		}
	}
	if reflected, _ := patient.SealJSON([]byte(`{"type":"bye","reason":""}`)); patient.Names(reflected) {
		if _, err := patient.Open(reflected); !errors.Is(err, ErrBroken) {
			t.Errorf("a reflected frame: %v", err)
		}
	}
	patient2, doctor2 := pair(t)
	wire, _ = doctor2.Seal(Ready{Time: "x"})
	_, _ = patient2.Open(foreign)
	if _, err := patient2.Open(wire); err != nil {
		t.Errorf("after a foreign frame: %v", err)
	}
}

func TestSizes(t *testing.T) {
	patient, doctor := granted(t)
	longest := Offer{Neg: 1, Peer: 1}
	text, _ := EncodeMessage(longest)
	longest.SDP = strings.Repeat("x", MaxJSON-len(text))
	wire, err := doctor.Seal(longest)
	if err != nil || len(wire) != MaxFrame {
		t.Fatalf("%d bytes, %v", len(wire), err)
	}
	if _, err := patient.Open(wire); err != nil {
		t.Error(err)
	}
	longest.SDP += "x"
	if _, err := doctor.Seal(longest); !errors.Is(err, ErrTooLarge) {
		t.Errorf("one byte more: %v", err)
	}
	carry(t, doctor, patient, Admit{}) // nothing was counted
	for n, want := range map[int]int{0: 256, 252: 256, 253: 512, 508: 512, 509: 768} {
		if padded(n) != want {
			t.Errorf("%d bytes fill %d, want %d", n, padded(n), want)
		}
	}
}

func TestTextRefused(t *testing.T) {
	for text, ok := range map[string]bool{
		`{"type":"bye","reason":"left"}`:                            true,
		` {"reason":"left", "type":"bye"} `:                         true,
		`{"type":"bye","reason":"left","later":{"a":[1,{"b":2}]}}`:  true,
		`{"type":"candidate","neg":1,"candidate":"","sdpMid":null}`: true,
		`{"type":"bye","Reason":"left"}`:                            false, // another name
		`{"TYPE":"bye","reason":"left"}`:                            false,
		`{"type":"bye","reason":"left","x":{"a":1,"A":2}}`:          false,
		`{"type":"bye","reason":"left","x":[{"ø":1,"Ø":2}]}`:        false,
		`{"type":"bye","\u0074ype":"pin","reason":"left"}`:          false,
		`{"type":"bye","reason":"left","reaſon":"x"}`:               false,
		`{"type":"bye"}`:                                                    false,
		`{"type":"bye","reason":null}`:                                      false,
		`{"type":"bye","reason":7}`:                                         false,
		`{"type":"later"}`:                                                  false,
		`{"type":["bye"],"reason":""}`:                                      false,
		`{"type":"pinResult","ok":true,"triesLeft":-1}`:                     false,
		`{"type":"pinResult","ok":true,"triesLeft":1.5}`:                    false,
		`{"type":"pinResult","ok":true,"triesLeft":3000000000}`:             false,
		`{"type":"pinResult","ok":1,"triesLeft":1}`:                         false,
		`{"type":"resume","signature":"AQ="}`:                               false,
		`{"type":"resume","signature":"AR"}`:                                false, // not canonical
		`{"type":"resume","signature":"A\nQ"}`:                              false,
		`{"type":"resume","signature":"AQ"}`:                                true,
		`{"type":"candidate","neg":1,"candidate":"","sdpMLineIndex":70000}`: false,
		"\ufeff" + `{"type":"bye","reason":""}`:                             false,
		"{\"type\":\"bye\",\"reason\":\"\xff\"}":                            false,
		`null`:                                                              false, `"bye"`: false, ``: false, `{`: false,
		`{"type":"bye","reason":""}x`: false,
		`{"type":"admit","x":` + strings.Repeat("[", 15) + strings.Repeat("]", 15) + `}`: true,
		`{"type":"admit","x":` + strings.Repeat("[", 16) + strings.Repeat("]", 16) + `}`: false,
	} {
		if _, err := DecodeMessage([]byte(text)); (err == nil) != ok {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestHandshakeRefusals(t *testing.T) {
	k, other := NewSecret().Derive(), NewSecret().Derive()
	p, _ := NewPatient(k, 4)
	if _, _, err := Respond(other, p.M1(), 5); !errors.Is(err, ErrHandshake) {
		t.Errorf("another invitation's m1: %v", err)
	}
	if _, _, err := Respond(k, p.M1(), 0); !errors.Is(err, ErrHandshake) {
		t.Errorf("epoch 0: %v", err)
	}
	old, _, _ := Respond(k, p.M1(), 4)
	if _, err := p.Receive(old); !errors.Is(err, ErrHandshake) {
		t.Errorf("old epoch: %v", err)
	}
	if _, err := p.Receive(p.M1()); !errors.Is(err, ErrHandshake) {
		t.Errorf("reflected m1: %v", err)
	}
	m2, _, _ := Respond(k, p.M1(), 5)
	if _, err := p.Receive(m2); err != nil {
		t.Errorf("the right one after refused ones: %v", err)
	}
	if _, err := p.Receive(m2); !errors.Is(err, ErrHandshake) {
		t.Errorf("answered twice: %v", err)
	}
}

func TestResume(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	device, err := key.PublicKey.Bytes()
	if err != nil || !ValidDevice(device) || ValidDevice(device[:33]) || ValidDevice(nil) {
		t.Fatalf("device point: %v", err)
	}
	th := [32]byte{1}
	for range 20 { // r or s with leading zeros among them, now and then
		sig, err := SignResume(key, th)
		if err != nil || len(sig) != ResumeLen || !VerifyResume(device, th, sig) {
			t.Fatalf("signature: %v", err)
		}
		sig[7] ^= 1
		if VerifyResume(device, th, sig) || VerifyResume(device, th, sig[:63]) || VerifyResume(device, th, make([]byte, 64)) {
			t.Fatal("altered signature taken")
		}
	}
}

func TestNoteRoundTrip(t *testing.T) {
	k := NewSecret().Derive()
	want := NoteContent{V: 1, Clinic: "Legesenteret", Doctor: "Kari Nordmann", Phone: "22 33 44 55", At: "2026-12-01T09:30:00+01:00", Lang: "nb", Info: "Ha legitimasjon klar. <æøå>"}
	a, err := SealNote(k, want)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := SealNote(k, want)
	if bytes.Equal(a, b) || (len(a)-28)%512 != 0 {
		t.Error("nonce used twice, or length tells the content")
	}
	if got, err := OpenNote(k, a); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := OpenNote(NewSecret().Derive(), a); !errors.Is(err, ErrNote) {
		t.Errorf("another key: %v", err)
	}
	moved := k
	moved.InvitationID[0] ^= 1
	if _, err := OpenNote(moved, a); !errors.Is(err, ErrNote) {
		t.Errorf("another invitation: %v", err)
	}
	want.Info = strings.Repeat("x", MaxNote)
	if _, err := SealNote(k, want); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too long: %v", err)
	}
}
