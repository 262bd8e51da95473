package access

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func FuzzParseFragment(f *testing.F) {
	v := readVectors(f)
	for _, a := range append(v.Accept.Links, v.Refuse.Links...) {
		f.Add(a.Fragment)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseFragment(text)
		if err != nil {
			return
		}
		if !strings.HasPrefix(percentDecode(text), s.fragment()) {
			t.Error("the secret is not what was written")
		}
		if found, ok := FindLink("x https://lege.example/#" + text); !ok || found != s {
			t.Error("not found in a message")
		}
	})
}

func FuzzParseTypedCode(f *testing.F) {
	v := readVectors(f)
	for _, a := range append(v.Accept.TypedCodes, v.Refuse.TypedCodes...) {
		f.Add(a.Code)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseTypedCode(text)
		if err != nil {
			return
		}
		if back, err := ParseTypedCode(s.TypedCode()); err != nil || back != s {
			t.Error("taken, but another code is written")
		}
	})
}

func FuzzM1(f *testing.F) {
	v := readVectors(f)
	k := Secret(v.Cases[0].Secret).Derive()
	f.Add([]byte(v.Cases[0].Handshake.M1))
	for _, r := range v.Refuse.M1 {
		f.Add([]byte(r.Bytes))
	}
	f.Fuzz(func(t *testing.T, m1 []byte) {
		id, idErr := InvitationOf(m1)
		m2, s, err := Respond(k, m1, 1)
		if err == nil && (idErr != nil || id != k.InvitationID || len(m1) != M1Len || len(m2) != M2Len || s == nil) {
			t.Error("taken, but not an m1 of this invitation")
		}
	})
}

func FuzzM2(f *testing.F) {
	v := readVectors(f)
	c := v.Cases[0]
	k := Secret(c.Secret).Derive()
	key := privateKey(f, c.Handshake.PatientPrivate)
	f.Add([]byte(c.Handshake.M2))
	for _, r := range v.Refuse.M2 {
		f.Add([]byte(r.Bytes))
	}
	f.Fuzz(func(t *testing.T, m2 []byte) {
		s, err := newPatient(k, 0, key, [16]byte(c.Handshake.PatientNonce)).Receive(m2)
		if err == nil && (len(m2) != M2Len || m2[0] != 1 || m2[17] != RoleDoctor || s.Epoch() == 0) {
			t.Error("taken, but not an m2")
		}
	})
}

// FuzzOpen gives a session frames that were not sealed for it: whatever opens must be the very frame.
func FuzzOpen(f *testing.F) {
	c := readVectors(f).Cases[0]
	for _, frame := range c.Frames {
		f.Add([]byte(frame.Wire))
	}
	k := Secret(c.Secret).Derive()
	f.Fuzz(func(t *testing.T, wire []byte) {
		_, s, err := respond(k, c.Handshake.M1, 1, privateKey(t, c.Handshake.DoctorPrivate), [16]byte(c.Handshake.DoctorNonce))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.OpenJSON(wire); err == nil && !bytes.Equal(wire, c.Frames[0].Wire) {
			t.Error("a forged frame opened")
		}
	})
}

// FuzzMalleability flips one bit of a sealed frame: it must not open.
func FuzzMalleability(f *testing.F) {
	f.Add([]byte("x"), uint32(0))
	f.Add([]byte(strings.Repeat("sdp", 300)), uint32(77777))
	f.Fuzz(func(t *testing.T, text []byte, bit uint32) {
		patient, doctor := pair(t)
		if len(text) > MaxJSON {
			return
		}
		wire, err := doctor.SealJSON(text)
		if err != nil {
			t.Fatal(err)
		}
		at := int(bit) % (8 * len(wire))
		wire[at/8] ^= 1 << (at % 8)
		_, err = patient.OpenJSON(wire)
		inPrefix := at/8 < 1+prefixLen
		if inPrefix && !errors.Is(err, ErrNotThisSession) || !inPrefix && !errors.Is(err, ErrBroken) {
			t.Errorf("bit %d: %v", at, err)
		}
	})
}

func FuzzPlaintext(f *testing.F) {
	v := readVectors(f)
	for _, r := range v.Refuse.Plaintexts {
		f.Add([]byte(r.Bytes))
	}
	for _, frame := range v.Cases[0].Frames {
		plain, err := pad([]byte(frame.Message))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(plain)
	}
	f.Fuzz(func(t *testing.T, plain []byte) {
		text, err := unpad(plain)
		if err != nil {
			return
		}
		if again, err := pad(text); err != nil || !bytes.Equal(again, plain) {
			t.Error("taken, but pad makes another")
		}
		m, err := DecodeMessage(text)
		if err != nil {
			return
		}
		once, err := EncodeMessage(m)
		if err != nil {
			t.Fatal(err)
		}
		back, err := DecodeMessage(once)
		if err != nil {
			t.Fatal(err)
		}
		if twice, _ := EncodeMessage(back); !bytes.Equal(once, twice) {
			t.Errorf("%s became %s", once, twice)
		}
	})
}

func FuzzGateSDP(f *testing.F) {
	f.Add(goodSDP())
	f.Add(strings.Replace(goodSDP(), "t=0 0\r\n", "t=0 0\r\na=fingerprint:sha-1 AB:CD\r\n", 1))
	f.Add(goodSDP() + "a=fingerprint:sha-256 " + printB + "\r\n")
	f.Fuzz(func(t *testing.T, sdp string) {
		print, err := GateSDP(sdp)
		if err != nil {
			return
		}
		// What any parser, however lenient, can find must be this print: nothing else that looks like one is left.
		low := strings.ToLower(sdp)
		for rest := low; ; {
			_, after, found := strings.Cut(rest, "fingerprint")
			if !found {
				break
			}
			value, ok := strings.CutPrefix(after, ":sha-256 ")
			if !ok || len(value) < 95 {
				t.Fatal("an odd fingerprint passed")
			}
			if got, ok := parseFingerprint("sha-256 " + value[:95]); !ok || got != print {
				t.Fatal("another fingerprint passed")
			}
			rest = value
		}
	})
}

// FuzzNote opens whatever the server may serve.
func FuzzNote(f *testing.F) {
	c := readVectors(f).Cases[0]
	k := Secret(c.Secret).Derive()
	f.Add([]byte(c.Note.Stored))
	f.Fuzz(func(t *testing.T, stored []byte) {
		if _, err := OpenNote(k, stored); err == nil && !bytes.Equal(stored, c.Note.Stored) {
			t.Error("a forged note opened")
		}
	})
}
