package e2e

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"legekonsultasjon/e2e/rig"
)

// The likeness of speech has a target, which is logged, and a floor, which fails: a machine that stalls while it runs two
// sound servers, a browser and a window shifts the sound within a long stretch, and docs/adr/0005-speech-figure.md says why
// the test does not fail for that. Within a piece of 2.5 s the right speech is there or it is not.
const (
	speechFloor  = .85 // of the best piece of 2.5 s
	speechTarget = .9  // of the best stretch of 10.5 s

	stretch, stretches = 525, 3 // of 20 ms each
	piece              = 125
)

// speech records the doctor's ear while the patient speaks and then the patient's while the doctor does, and compares
// three stretches of more than ten seconds each. They speak in turns: while both do, a browser's echo canceller lowers
// the voice that it sends.
func (s *stage) speech(patient *rig.Process) {
	s.t.Helper()
	said := filepath.Join(s.dir, "doctor.wav")
	rig.Speech(s.t, said, doctorSays, "40")
	if patient != nil {
		s.hears("patient to doctor", s.heard, s.sound)
		patient.Stop()
	} else {
		s.hearsFile("patient to doctor", s.spoken(), s.sound)
	}
	s.sound.Play(s.t, s.dir, "mic", rig.Repeat(s.t, said, 20))
	s.hears("doctor to patient", s.sound, s.heard)
}

// hearsFile compares what comes out of an ear with a file that a browser plays as its microphone.
func (s *stage) hearsFile(what, wav string, ear *rig.Sound) {
	s.t.Helper()
	recording := s.listen("ear", ear, "ear.monitor")
	heard := recording.end(s.t)
	said := rig.Envelope(rig.Samples(s.t, wav))
	s.compare(what, len(heard), func(from, n int) (float64, int) {
		r, lag := rig.BestCorrelation(said, heard[from:from+n], len(said), true)
		return r, from - lag
	})
}

// hears compares what comes out of an ear with what a microphone was given at the same time, at most one second earlier.
func (s *stage) hears(what string, mouth, ear *rig.Sound) {
	s.t.Helper()
	const early, latest = 15, 65 // the two recordings do not begin at the same instant
	first, second := s.listen("mouth", mouth, "mic.monitor"), s.listen("ear", ear, "ear.monitor")
	said, heard := first.end(s.t), second.end(s.t)
	s.compare(what, min(len(said), len(heard))-latest, func(from, n int) (float64, int) {
		r, lag := rig.BestCorrelation(heard[from:], said[from+early:from+early+n], early+latest, false)
		return r, lag - early
	})
}

// compare logs and judges the likeness of stretches and pieces out of n steps of 20 ms; like gives it for one of them,
// with the lag in steps.
func (s *stage) compare(what string, n int, like func(from, n int) (float64, int)) {
	s.t.Helper()
	best, all := 0.0, ""
	for from := 0; from+stretch <= n; from += stretch {
		r, _ := like(from, stretch)
		best, all = max(best, r), all+fmt.Sprintf(" %.3f", r)
	}
	verdict := "meets"
	if best < speechTarget {
		verdict = "MISSES"
	}
	s.t.Logf("correlation %s: %.3f (each of %.1f s:%s), %s the target of %.1f", what, best, stretch*.02, all, verdict, speechTarget)
	sure, path := best, ""
	for from := 0; from+piece <= n; from += piece {
		r, lag := like(from, piece)
		sure, path = max(sure, r), path+fmt.Sprintf(" %.2f@%d", r, lag*20)
	}
	s.t.Logf("pieces %s (likeness@lag in ms):%s", what, path)
	if sure < speechFloor {
		s.t.Errorf("%s: no piece is like what was spoken: %.3f", what, sure)
	}
}

// listening is a recording under way.
type listening struct {
	process *rig.Process
	file    string
}

func (s *stage) listen(name string, sound *rig.Sound, source string) listening {
	s.t.Helper()
	s.takes++
	file := filepath.Join(s.dir, fmt.Sprintf("%s-%d.raw", name, s.takes))
	return listening{sound.Record(s.t, s.dir, source, file), file}
}

// end waits until all stretches are recorded and returns their envelope.
func (l listening) end(t testing.TB) []float64 {
	t.Helper()
	const want = (stretch*stretches + 100) * 960
	rig.Until(t, 60*time.Second, "a recording", func() bool { return rig.RecordedSamples(l.file) >= want })
	l.process.Stop()
	return rig.Envelope(rig.Recorded(t, l.file))
}
