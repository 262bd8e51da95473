package e2e

import (
	"strings"
	"testing"
	"time"

	"legekonsultasjon/e2e/rig"
)

// still are browser options of a story that does not look at pictures closely.
func (s *stage) still() rig.BrowserOptions { return rig.BrowserOptions{Video: s.patient.File} }

func TestInviteBySMS(t *testing.T) {
	s := newStage(t, options{still: true})
	letter := s.inviteBySMS("987 65 432", "+4798765432", "Anne B.")
	if strings.Contains(letter.Text, "Kari") {
		t.Error("the SMS names more than it must")
	}
	p := s.opens(rig.NewChromium, letter.Link, s.still())
	waits(p, letter.PIN)
	s.desktop.Sees(20*time.Second, "Anne B.")
	s.desktop.Press(10*time.Second, "Delta")
	s.meets(p)
}

func TestWrongPINFiveTimes(t *testing.T) {
	s := newStage(t, options{still: true})
	letter := s.inviteByMail("ola.hansen@eksempel.no", "Ola H.")
	wrong := "111111"
	if letter.PIN == wrong {
		wrong = "222222"
	}
	p := s.opens(rig.NewChromium, letter.Link, s.still())
	for left := 4; left >= 1; left-- {
		typesPIN(p, wrong)
		words := "Du har ett forsøk igjen"
		if left > 1 {
			words = "Du har " + string(rune('0'+left)) + " forsøk igjen"
		}
		p.Sees(30*time.Second, words)
		s.nobodyWaits()
		rig.Until(t, 30*time.Second, "the wait between tries", func() bool {
			return strings.Contains(p.Text(), "Delta")
		})
	}
	typesPIN(p, wrong)
	p.Sees(30*time.Second, "PIN-koden er sperret")
	p.Sees(5*time.Second, rig.ClinicPhone)
	s.desktop.Sees(20*time.Second, "PIN låst")
	// The right PIN comes too late.
	p.PressWords(10*time.Second, "Jeg har fått en ny kode")
	typesPIN(p, letter.PIN)
	p.Sees(30*time.Second, "PIN-koden er sperret")
}

// nobodyWaits fails when the window offers anybody to take in.
func (s *stage) nobodyWaits() {
	s.t.Helper()
	if w, ok := s.desktop.Find(func(w rig.Widget) bool { return w.Text == "Delta" && w.Kind == "button" }); ok {
		s.t.Fatalf("before a right PIN there is nobody to take in: %+v", w)
	}
}

func TestTwoPatientsWaitingTheSecondIsTakenFirst(t *testing.T) {
	s := newStage(t, options{still: true})
	one, two := s.inviteByMail("en@eksempel.no", "En Pasient"), s.inviteByMail("to@eksempel.no", "To Pasient")
	first := s.opens(rig.NewChromium, one.Link, s.still())
	waits(first, one.PIN)
	s.desktop.Sees(20*time.Second, "Delta")
	second := s.opens(rig.NewChromium, two.Link, s.still())
	waits(second, two.PIN)
	rig.Until(t, 20*time.Second, "both to wait", func() bool { return s.count("Delta") == 2 })

	s.desktop.Press(10*time.Second, "Delta", 1)
	s.meets(second)
	first.Sees(time.Second, "Du er i venterommet")
	if strings.Contains(first.Text()+second.Text(), "Pasient") {
		t.Error("a patient learns of another")
	}
	s.desktop.Press(10*time.Second, "Avslutt og ta neste")
	s.meets(first)
	second.Sees(10*time.Second, "har avsluttet samtalen")
}

// count is how many things to press say the words.
func (s *stage) count(words string) (n int) {
	for _, w := range s.desktop.Widgets() {
		if w.Text == words && w.Kind == "button" && w.Enabled {
			n++
		}
	}
	return n
}

func TestPatientReloadsWhileWaitingAndDuringTheCall(t *testing.T) {
	s := newStage(t, options{still: true})
	letter := s.inviteByMail("ola.hansen@eksempel.no", "Ola H.")
	p := s.opens(rig.NewChromium, letter.Link, s.still())
	waits(p, letter.PIN)
	s.desktop.Sees(20*time.Second, "Delta")
	if err := p.Reload(); err != nil {
		t.Fatal(err)
	}
	p.Sees(20*time.Second, "Du er i venterommet")
	s.desktop.Press(20*time.Second, "Delta")
	s.meets(p)
	if err := p.Reload(); err != nil {
		t.Fatal(err)
	}
	p.Sees(30*time.Second, "Sikker forbindelse, kontrollert")
	s.desktop.Sees(30*time.Second, "Sikker forbindelse, kontrollert")
	rig.Until(t, 20*time.Second, "the patient's picture again", func() bool {
		luma, ok := s.desktop.Frame("patient", s.patient)
		_, numbered := rig.Number(luma)
		return ok && numbered
	})
}

func TestServerRestartsWhileOneWaitsAndTwoTalk(t *testing.T) {
	s := newStage(t, options{still: true})
	one, two := s.inviteByMail("en@eksempel.no", "Den som snakker"), s.inviteByMail("to@eksempel.no", "Den som venter")
	talking := s.opens(rig.NewChromium, one.Link, s.still())
	waits(talking, one.PIN)
	s.desktop.Press(20*time.Second, "Delta")
	s.meets(talking)
	waiting := s.opens(rig.NewChromium, two.Link, s.still())
	waits(waiting, two.PIN)
	s.desktop.Sees(20*time.Second, "Avslutt og ta neste")

	s.server.Process.Kill()
	s.server.Start()
	rig.Until(t, 10*time.Second, "the picture to go on", s.moves)
	talking.Sees(5*time.Second, "Sikker forbindelse, kontrollert")
	waiting.Sees(30*time.Second, "Du er i venterommet")
	s.desktop.Press(30*time.Second, "Avslutt og ta neste")
	s.meets(waiting)
}

// moves says whether the patient's picture in the window changes its number within two seconds.
func (s *stage) moves() bool {
	numbers := map[int]bool{}
	_ = rig.WaitFor(s.t.Context(), 2*time.Second, func() bool {
		if luma, ok := s.desktop.Frame("patient", s.patient); ok {
			if n, ok := rig.Number(luma); ok {
				numbers[n] = true
			}
		}
		return len(numbers) > 5
	})
	return len(numbers) > 5
}
