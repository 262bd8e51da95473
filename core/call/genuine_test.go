package call_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/call"
	"legekonsultasjon/core/call/calltest"
)

// forgedLine is a second fingerprint as a relay with the session's keys would put it in.
func forgedLine(algorithm string, length int) string {
	return "a=fingerprint:" + algorithm + " " + strings.TrimSuffix(strings.Repeat("AB:", length), ":") + "\r\n"
}

// fingerprintAt puts line into sdp: on session or media level, before or after what is there.
func fingerprintAt(sdp, line string, media, last bool) string {
	session, sections, _ := strings.Cut(sdp, "m=")
	sections = "m=" + sections
	switch {
	case !media && last:
		return session + line + sections
	case !media:
		return strings.Replace(session, "t=0 0\r\n", "t=0 0\r\n"+line, 1) + sections
	case last:
		return sdp + line
	}
	head, rest, _ := strings.Cut(sections, "a=") // the first attribute of the first section
	return session + head + line + "a=" + rest
}

// answers changes the answers that a link carries.
func answers(change func(*access.Answer)) func(byte, access.Message) access.Message {
	return func(_ byte, m access.Message) access.Message {
		if a, ok := m.(access.Answer); ok {
			change(&a)
			return a
		}
		return m
	}
}

// endsNotGenuine expects the Mismatch at the doctor's side, at once, without one packet of sound or picture sent and
// without one picture shown, though the doctor has pressed Delta.
func endsNotGenuine(t *testing.T, p props, within time.Duration) {
	t.Helper()
	s := newStage(t, p)
	s.admit()
	began := time.Now()
	s.peer.Start()
	s.awaitState(0, call.NotGenuine)
	if took := time.Since(began); took > within {
		t.Errorf("after %v", took)
	}
	s.peer.Close()
	if s.sent.Sent() != 0 || s.screen.Shown() != 0 || len(s.speaker.Played()) != 0 {
		t.Errorf("%d packets sent, %d pictures shown, %d samples played", s.sent.Sent(), s.screen.Shown(), len(s.speaker.Played()))
	}
	if states := s.states(); states[len(states)-1] != call.NotGenuine {
		t.Errorf("states %v", states)
	}
}

func TestSecondFingerprints(t *testing.T) {
	for _, algorithm := range []struct {
		name   string
		length int
	}{{"sha-256", 32}, {"sha-1", 20}} {
		for _, media := range []bool{false, true} {
			for _, last := range []bool{false, true} {
				name := algorithm.name + map[bool]string{false: " session", true: " media"}[media] + map[bool]string{false: " first", true: " last"}[last]
				t.Run(name, func(t *testing.T) {
					link := calltest.NewLink()
					line := forgedLine(algorithm.name, algorithm.length)
					link.Tamper = answers(func(a *access.Answer) { a.SDP = fingerprintAt(a.SDP, line, media, last) })
					endsNotGenuine(t, props{link: link}, 3*time.Second)
				})
			}
		}
	}
}

func TestForgedAnswers(t *testing.T) {
	for name, change := range map[string]func(*access.Answer){
		"another hash of the offer": func(a *access.Answer) { a.OfferHash = strings.Repeat("0", 64) },
		"no hash":                   func(a *access.Answer) { a.OfferHash = "" },
		"garbage":                   func(a *access.Answer) { a.SDP = "v=0\r\n" },
		"a=crypto":                  func(a *access.Answer) { a.SDP += "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\n" },
		"one octet of it":           func(a *access.Answer) { a.SDP += "a=x-note:1\r\n" }, // gated, and not what the patient has hashed
		"another certificate":       func(a *access.Answer) { a.SDP = otherFingerprint(a.SDP) },
	} {
		t.Run(name, func(t *testing.T) {
			link := calltest.NewLink()
			link.Tamper = answers(change)
			endsNotGenuine(t, props{link: link}, 5*time.Second)
		})
	}
}

// otherFingerprint replaces every fingerprint by one and the same other.
func otherFingerprint(sdp string) string {
	lines := strings.SplitAfter(sdp, "\r\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "a=fingerprint:") {
			lines[i] = forgedLine("sha-256", 32)
		}
	}
	return strings.Join(lines, "")
}

// A relay that has the session's keys but not those of the confirmation terminates DTLS itself, in the patient's place,
// and sends pictures at once.
func TestRelayInTheMiddle(t *testing.T) {
	wrong := calltest.NewLink()
	for name, faults := range map[string]calltest.Faults{
		"sends what it computes": {Impatient: true, Trusting: true},
		"sends text":             {Impatient: true, Trusting: true, Text: true},
	} {
		t.Run(name, func(t *testing.T) {
			endsNotGenuine(t, props{faults: faults, patient: func(c *calltest.Config) { c.Confirmation = wrong.Confirmation }}, 5*time.Second)
		})
	}
	t.Run("sends nothing", func(t *testing.T) {
		t.Parallel()
		began := time.Now()
		endsNotGenuine(t, props{faults: calltest.Faults{Trusting: true, Silent: true}}, 13*time.Second)
		if took := time.Since(began); took < 10*time.Second {
			t.Errorf("after %v already", took)
		}
	})
	t.Run("reflects", func(t *testing.T) {
		endsNotGenuine(t, props{faults: calltest.Faults{Trusting: true, Reflect: true}}, 5*time.Second)
	})
}

// offerHash is that of the first offer, as the doctor sent it.
func offerHash(l *calltest.Link) string {
	for _, m := range l.Sent() {
		if o, ok := m.(access.Offer); ok {
			hash := sha256.Sum256([]byte(o.SDP))
			return hex.EncodeToString(hash[:])
		}
	}
	return ""
}

// A patient whose connection is forged sees it too.
func TestPatientSeesForgedOffer(t *testing.T) {
	link := calltest.NewLink()
	link.Tamper = func(from byte, m access.Message) access.Message {
		if o, ok := m.(access.Offer); ok {
			o.SDP = strings.Replace(o.SDP, "s=-", "s=x", 1)
			return o
		}
		if a, ok := m.(access.Answer); ok { // as the relay has to
			a.OfferHash = offerHash(link)
			return a
		}
		return m
	}
	s := newStage(t, props{link: link, faults: calltest.Faults{Silent: true}}) // else the doctor may be the first to see it
	s.admit()
	s.peer.Start()
	s.awaitPatient(func(p calltest.Status) bool { return p.Mismatch })
	s.awaitState(0, call.NotGenuine)
	if s.sent.Sent() != 0 || s.picture.Shown() != 0 {
		t.Error("media in spite of it")
	}
}

func TestWithheld(t *testing.T) {
	for name, withheld := range map[string]func(access.Message) bool{
		"answer":     func(m access.Message) bool { return m.Type() == "answer" },
		"candidates": func(m access.Message) bool { return m.Type() == "candidate" },
	} {
		t.Run(name, func(t *testing.T) {
			link := calltest.NewLink()
			link.Tamper = func(_ byte, m access.Message) access.Message {
				if withheld(m) {
					return nil
				}
				return m
			}
			s := newStage(t, props{link: link})
			s.admit()
			s.peer.Start()
			s.awaitState(0, call.Connecting)
			s.stays("RTP", s.sent.Sent)
			s.peer.Close()
			if s.sent.Sent() != 0 || s.screen.Shown() != 0 {
				t.Error("media without an answer")
			}
		})
	}
}

func TestByeMismatch(t *testing.T) {
	s := newStage(t, props{})
	mark := s.confirm()
	s.peer.Receive(access.Bye{Reason: access.ByeLeft}) // is for others
	s.peer.Receive(access.Bye{Reason: access.ByeMismatch})
	s.awaitState(mark, call.NotGenuine)
}
