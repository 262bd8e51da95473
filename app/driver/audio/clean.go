package audio

import (
	"errors"
	"sync/atomic"
	"time"

	"legekonsultasjon/core/media"
)

// Speech says how a call's microphone is cleaned.
type Speech struct {
	// New makes an engine in the given mode; nil, or one that fails, lets the sound through as it is.
	New func(media.SpeechMode) (media.Speech, error)
	// Mode is asked every 10 ms and must not block.
	Mode func() media.SpeechMode
	// Engine names what New would make now; it is asked as often, and when it changes a new one is made. Nil: it never does.
	Engine func() string
}

// Microphone is a Source for a call: cleaned by speech, with what Speaker plays as the echo's reference. One Microphone
// and one Speaker run at a time; of several, the newest counts.
func (s *System) Microphone(id string, speech Speech) media.AudioSource {
	return &source{system: s, id: id, speech: speech}
}

// Speaker is a Sink for a call: what the device really plays, silence for want of sound included, is the reference for
// Microphone's echo.
func (s *System) Speaker(id string) media.AudioSink { return &sink{system: s, id: id, tapped: true} }

const (
	// referenceQueue is how many Quanta of what was played wait for the microphone; when full the oldest is dropped.
	referenceQueue = 32
	// playAhead is how long what the callback gives waits in the sound system before it is played, as asked for when the
	// device is opened (see buffer). The sound card's own time comes on top and is nowhere told.
	playAhead = 20 * time.Millisecond
)

// reference carries what is played from a speaker's callback to a microphone's goroutine.
type reference struct {
	queue  *queue
	writer atomic.Pointer[recorder] // the newest speaker
	reader atomic.Pointer[cleaner]  // the newest microphone
}

func newReference() *reference { return &reference{queue: newQueue(referenceQueue)} }

// tap is a speaker's end of the reference.
func (r *reference) tap(clock media.Clock) *recorder {
	t := &recorder{queue: r.queue, clock: clock}
	r.writer.Store(t)
	return t
}

// played belongs to the callback.
func (r *reference) played(t *recorder, out []int16) {
	if r.writer.Load() == t {
		t.take(nil, out)
	}
}

// cleaner belongs to a microphone's goroutine.
type cleaner struct {
	system *System
	speech Speech
	engine media.Speech // nil: none, or not yet
	mode   media.SpeechMode
	name   string        // of the engine
	given  time.Duration // when the newest reference was given to the sound system
	failed bool          // said once
}

func (s *System) newCleaner(speech Speech) *cleaner {
	c := &cleaner{system: s, speech: speech}
	s.reference.reader.Store(c)
	for one := s.reference.queue.next(); one != nil; one = s.reference.queue.next() {
		s.reference.queue.release(one) // from before: not this microphone's
	}
	return c
}

func (c *cleaner) close() {
	if c.engine != nil {
		c.engine.Close()
		c.engine = nil
	}
}

// clean works on one Quantum in place.
func (c *cleaner) clean(one *quantum) {
	if c.speech.New == nil || c.speech.Mode == nil {
		return
	}
	c.heed(c.speech.Mode())
	err := c.hear()
	if c.engine == nil {
		return
	}
	// The recorder stamped the reference as if it were as old as it is long, which it will be when it is played that much
	// later: so far it has waited, and playAhead is still to come.
	delay := c.given + duration(media.Quantum) + playAhead - one.at
	c.note(errors.Join(err, c.engine.Near(one.pcm[:], max(delay, 0))))
}

// heed follows the mode. An engine that is there stays: it has learned the room.
func (c *cleaner) heed(m media.SpeechMode) {
	if c.speech.Engine != nil {
		if name := c.speech.Engine(); name != c.name {
			c.close()
			c.name, c.mode = name, media.SpeechMode{}
		}
	}
	if m == c.mode {
		return
	}
	c.mode = m
	if c.engine != nil {
		c.note(c.engine.Set(m))
		return
	}
	engine, err := c.speech.New(m)
	if err != nil {
		c.note(err)
		return
	}
	c.engine = engine
}

// hear takes in what has been played since the last time.
func (c *cleaner) hear() error {
	var err error
	r := c.system.reference
	if r.reader.Load() != c {
		return nil
	}
	for one := r.queue.next(); one != nil; one = r.queue.next() {
		c.given = one.at
		if c.engine != nil {
			err = errors.Join(err, c.engine.Far(one.pcm[:]))
		}
		r.queue.release(one)
	}
	return err
}

func (c *cleaner) note(err error) {
	if err != nil && !c.failed {
		c.failed = true
		c.system.log.Warn("speech is not cleaned", "err", err)
	}
}
