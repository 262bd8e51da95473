package e2e

import (
	"encoding/base64"
	"image"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"legekonsultasjon/e2e/rig"
)

// TestConsultation is the main story: invite by e-mail, link, PIN, waiting room, Delta, and they see and hear each
// other. It judges content: which frame is on the screen and how like the clip it is, and whether the speech that
// arrives is the speech that was spoken.
func TestConsultation(t *testing.T) {
	for name, open := range map[string]browser{"chromium": rig.NewChromium, "firefox": rig.NewFirefox} {
		t.Run(name, func(t *testing.T) { consultation(t, name, open) })
	}
}

func consultation(t *testing.T, name string, open browser) {
	s := newStage(t, options{})
	letter := s.inviteByMail("ola.hansen@eksempel.no", "Ola H.")
	s.say(os.Getenv("E2E_AUDIO"))
	o := rig.BrowserOptions{Video: s.patient.File, Audio: s.spoken()}
	var patient *rig.Process
	if name == "firefox" {
		o = rig.BrowserOptions{Preload: rig.CanvasCamera(t, s.patient)}
		patient = s.heard.Play(t, s.dir, "mic", rig.Repeat(t, s.spoken(), 20))
	}
	p := s.opens(open, letter.Link, o)
	waits(p, letter.PIN)

	s.desktop.Sees(20*time.Second, "Ola H.")
	pressed := time.Now()
	s.desktop.Press(10*time.Second, "Delta")
	s.meets(p)
	s.pictures(p, pressed)
	s.speech(patient)

	s.desktop.Press(5*time.Second, "Avslutt")
	s.desktop.Sees(10*time.Second, "Ta opp igjen")
	p.Sees(10*time.Second, "har avsluttet samtalen")
	s.desktop.Press(5*time.Second, "Ta opp igjen")
	s.meets(p)
	s.desktop.Press(5*time.Second, "Avslutt")
	s.desktop.Press(10*time.Second, "Fullfør")
	p.Sees(20*time.Second, "Konsultasjonen er ferdig")
	s.desktop.Sees(10*time.Second, "Fullført")
}

const (
	patientSays = "God dag, doktor. Kneet er fortsatt vondt når jeg går i trapper, men det er bedre enn i forrige uke. Jeg sover godt om natten, og jeg tar tablettene slik vi ble enige om. Kan jeg begynne å gå på ski igjen?"
	doctorSays  = "Så fint at det går bedre. Da fortsetter vi med øvelsene i to uker til, og så tar vi en ny prat. Hvis kneet hovner opp eller blir varmt, ringer du oss med en gang. Ski kan du vente med litt til."
)

// pictures looks at both screens for at least 100 different frames each after the first five seconds.
func (s *stage) pictures(p *rig.Page, pressed time.Time) {
	s.t.Helper()
	seen := func() bool {
		luma, ok := s.desktop.Frame("patient", s.patient)
		_, numbered := rig.Number(luma)
		return ok && numbered
	}
	rig.Until(s.t, 20*time.Second, "the patient's picture in the doctor's window", seen)
	s.t.Logf("join: first numbered picture in the window %d ms after Delta", time.Since(pressed).Milliseconds())
	s.judge("doctor sees patient", s.patient, pressed, func() []byte { luma, _ := s.desktop.Frame("patient", s.patient); return luma }, s.inset())
	s.judge("patient sees doctor", s.doctor, pressed, func() []byte { return remoteFrame(p) }, image.Rectangle{})
}

// inset is where the doctor's own picture covers the patient's, in the coordinates that pictures are compared in.
func (s *stage) inset() image.Rectangle {
	big, ok := s.desktop.Find(func(w rig.Widget) bool { return w.Kind == "picture" && w.Label == "patient" })
	small, ok2 := s.desktop.Find(func(w rig.Widget) bool { return w.Kind == "picture" && w.Label == "self" })
	if !ok || !ok2 {
		return image.Rectangle{}
	}
	return rig.Inside(small.Rect(), big.Rect(), s.patient)
}

func (s *stage) judge(what string, clip *rig.Clip, pressed time.Time, frame func() []byte, mask image.Rectangle) {
	s.t.Helper()
	var likeness []float64
	last := -1
	rig.Until(s.t, 90*time.Second, "100 frames: "+what, func() bool {
		if time.Since(pressed) < 5*time.Second {
			return false
		}
		luma := frame()
		if len(luma) == 0 {
			return false
		}
		n, ok := rig.Number(luma)
		if ok && n < len(clip.Luma) && n != last {
			last = n
			likeness = append(likeness, rig.SSIM(luma, clip.Luma[n], mask))
		}
		return len(likeness) >= 100
	})
	slices.Sort(likeness)
	median := likeness[len(likeness)/2]
	s.t.Logf("ssim %s: median %.3f of %d frames, lowest %.3f", what, median, len(likeness), likeness[0])
	if median < .85 {
		s.t.Errorf("%s: SSIM %.3f, want 0.85", what, median)
	}
}

// remoteFrame is the luma of the page's picture of the doctor at 320x240.
func remoteFrame(p *rig.Page) []byte {
	var text string
	err := p.Eval(`(() => { const v = document.querySelector("video.remote"); if (!v || !v.videoWidth) return "";
		const c = document.createElement("canvas"); c.width = 320; c.height = 240;
		const g = c.getContext("2d", {willReadFrequently: true}); g.drawImage(v, 0, 0, 320, 240);
		const d = g.getImageData(0, 0, 320, 240).data; let s = "";
		for (let i = 0; i < d.length; i += 4) s += String.fromCharCode(16 + ((66 * d[i] + 129 * d[i+1] + 25 * d[i+2]) >> 8));
		return btoa(s) })()`, &text)
	if err != nil || text == "" {
		return nil
	}
	luma, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil
	}
	return luma
}

// spoken is what the patient says.
func (s *stage) spoken() string { return filepath.Join(s.dir, "patient.wav") }

// say makes what the patient says: the given WAV file, or a voice.
func (s *stage) say(given string) {
	s.t.Helper()
	if given == "" {
		rig.Speech(s.t, s.spoken(), patientSays, "60")
		return
	}
	text, err := os.ReadFile(given)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(s.spoken(), text, 0o600); err != nil {
		s.t.Fatal(err)
	}
}
