package e2e

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"legekonsultasjon/e2e/rig"
)

const (
	speechTarget = .9              // least likeness of a stretch
	stretch      = 525             // its length: 10.5 s in steps of 20 ms
	stride       = 125             // from one stretch to the next
	hearingTime  = 2 * time.Minute // for the first stretch that is good enough
)

// speech listens at the doctor's ear while the patient speaks and then at the patient's while the doctor does. They speak
// in turns: while both do, a browser's echo canceller lowers the voice that it sends.
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

// hearsFile compares what comes out of an ear with a file that a browser plays as its microphone, in a loop.
func (s *stage) hearsFile(what, wav string, ear *rig.Sound) {
	s.t.Helper()
	said := rig.Envelope(rig.Samples(s.t, wav))
	heard := s.listen("ear", ear, "ear.monitor")
	s.judgeSpeech(what, heard.steps, func(from int) (float64, string) {
		r, _ := heard.best(s.t, from, stretch, func(heard []float64) (float64, int) { return rig.BestCorrelation(said, heard, len(said), true) })
		return r, ""
	})
	heard.process.Stop()
}

// hears compares what comes out of an ear with what a microphone was given at the same time, at most one second earlier.
func (s *stage) hears(what string, mouth, ear *rig.Sound) {
	s.t.Helper()
	const early, latest = 15, 50 // the two recordings do not begin at the same instant
	said, heard := s.listen("mouth", mouth, "mic.monitor"), s.listen("ear", ear, "ear.monitor")
	ready := func() int { return min(said.steps(), heard.steps()) - early - latest }
	s.judgeSpeech(what, ready, func(from int) (float64, string) {
		mouth := said.envelope(s.t, from+early, stretch, 0)
		r, lag := heard.best(s.t, from, stretch+early+latest, func(heard []float64) (float64, int) {
			return rig.BestCorrelation(heard, mouth, early+latest, false)
		})
		return r, fmt.Sprintf(" after %d ms", lag-20*early)
	})
	said.process.Stop()
	heard.process.Stop()
}

// judgeSpeech tries stretches as they are recorded until one is like what was spoken. A virtual machine whose host takes
// its processors away for a while has holes in its sound, which says nothing of the call: there is patience for better
// times, and the log says how it was.
func (s *stage) judgeSpeech(what string, steps func() int, like func(from int) (float64, string)) {
	s.t.Helper()
	all, stolen := rig.Processors()
	deadline, tried, best := time.Now().Add(hearingTime), "", 0.0
	for from := 0; best < speechTarget && time.Now().Before(deadline); from += stride {
		rig.Until(s.t, time.Minute, "a recording", func() bool { return steps() > from+stretch })
		r, lag := like(from)
		best, tried = max(best, r), tried+fmt.Sprintf(" %.3f%s,", r, lag)
	}
	now, gone := rig.Processors()
	s.t.Logf("correlation %s over %.1f s:%s with %.0f %% of the processors taken by the host", what, stretch*.02, tried, 100*(gone-stolen)/max(1, now-all))
	if best < speechTarget {
		s.t.Errorf("speech %s: correlation %.3f, want %.1f", what, best, speechTarget)
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

// steps is how much is recorded, in steps of 20 ms.
func (l listening) steps() int { return rig.RecordedSamples(l.file) / 960 }

// envelope is the loudness of n steps, of which the first begins so many ms later than a whole number of them.
func (l *listening) envelope(t testing.TB, from, n, ms int) []float64 {
	t.Helper()
	at := from*960 + ms*48
	return rig.Envelope(rig.Recorded(t, l.file)[at : at+n*960])
}

// best compares n steps, and the same 5, 10 and 15 ms later: how the steps of what was said and of what was heard lie beside
// each other is chance, and half a step makes the same sound 0.04 less alike. The lag is in ms.
func (l *listening) best(t testing.TB, from, n int, like func([]float64) (float64, int)) (best float64, lag int) {
	t.Helper()
	best = -1
	for ms := 0; ms < 20; ms += 5 {
		if r, steps := like(l.envelope(t, from, n, ms)); r > best {
			best, lag = r, 20*steps+ms
		}
	}
	return best, lag
}
