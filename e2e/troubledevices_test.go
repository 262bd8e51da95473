package e2e

import (
	"os"
	"time"

	"legekonsultasjon/e2e/rig"
)

// phoneEnv is the environment of a patient's browser, with or without a sound server.
func (s *trouble) phoneEnv(sound bool) []string {
	env := silent(os.Environ())
	if sound {
		env = append(s.sound.Env(os.Environ()), "PULSE_SINK=patient-ear", "PULSE_SOURCE=patient-voice")
	}
	return append(env, "DISPLAY="+s.phones.Name)
}

// patient opens a letter and types its PIN; clicked is when he sent it.
func (s *trouble) patient(to string, sound bool, o rig.BrowserOptions) (p *rig.Page, clicked time.Time) {
	s.t.Helper()
	letter := s.letter(to)
	o.Dir, o.Env, o.Width, o.Height = mkdir(s.t, s.dir, "browsers"), s.phoneEnv(sound), 480, 900
	p = rig.NewChromium(s.t, o)
	p.Visit(letter.Link)
	p.Sees(20*time.Second, kari.Name)
	clicked = time.Now()
	typesPIN(p, letter.PIN)
	return p, clicked
}

// noDevices: the patient has no camera, the doctor neither camera nor microphone nor speaker. They are told, and meet.
func (s *trouble) noDevices() {
	p, clicked := s.patient(byMail, true, rig.BrowserOptions{})
	s.pageSays(p, "page: no camera, from the PIN on", clicked, s.page("help.noCamera.title"))
	p.Sees(time.Second, s.page("help.noCamera.text"))
	p.PressWords(5*time.Second, s.page("help.soundOnly"))
	p.Sees(20*time.Second, s.page("waiting.title"))
	s.desktop.Press(20*time.Second, s.w("waiting.join"))
	joined := s.desktop.Clicked()
	s.says("no microphone in a call", joined, s.w("problem.noMicrophone"))
	s.says("no camera in a call", joined, s.w("problem.noCamera"))
	s.says("no speaker in a call", joined, s.w("problem.noSpeaker"))
	s.meets(p)
	s.desktop.Press(5*time.Second, s.w("call.leave"))
	p.Sees(20*time.Second, "har avsluttet samtalen")
	s.desktop.Press(10*time.Second, s.w("waiting.finish"))
	s.desktop.Sees(10*time.Second, s.w("day.status.finished"))
}

// pageWithoutMicrophone: Chromium's stand-ins for devices come both or not at all, so the camera is a canvas here.
func (s *trouble) pageWithoutMicrophone() {
	p, clicked := s.patient(bySMS, false, rig.BrowserOptions{Preload: rig.CanvasCamera(s.t, s.stage.patient)})
	s.pageSays(p, "page: no microphone, from the PIN on", clicked, s.page("help.noMicrophone.title"))
	p.Sees(time.Second, s.page("help.noMicrophone.text"))
	p.PressWords(5*time.Second, s.page("help.noVoice"))
	p.Sees(20*time.Second, s.page("waiting.title"))
}

// pageWithoutDevices: a machine with neither.
func (s *trouble) pageWithoutDevices() {
	p, clicked := s.patient(offline, false, rig.BrowserOptions{})
	s.pageSays(p, "page: neither camera nor microphone, from the PIN on", clicked, s.page("help.none.title"))
	p.Sees(time.Second, s.page("help.none.text"))
	p.PressWords(5*time.Second, s.page("help.without"))
	p.Sees(20*time.Second, s.page("waiting.title"))
}

// pageRefused: the patient pressed no when the browser asked.
func (s *trouble) pageRefused() {
	p, clicked := s.patient(noMail, true, rig.BrowserOptions{Video: s.stage.patient.File, Refuses: true})
	s.pageSays(p, "page: devices refused, from the PIN on", clicked, s.page("help.denied.title"))
	p.Sees(time.Second, s.page("help.other.2"))
	p.PressWords(5*time.Second, s.page("help.without"))
	p.Sees(20*time.Second, s.page("waiting.title"))
}
