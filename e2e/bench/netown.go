package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"sync"
	"time"

	"legekonsultasjon/app/driver/opus"
	"legekonsultasjon/app/driver/vpx"
	"legekonsultasjon/app/driver/yuv"
	"legekonsultasjon/core/access"
	"legekonsultasjon/core/call"
	"legekonsultasjon/core/call/calltest"
	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/mediatest"
	"legekonsultasjon/core/media/mediatest/impair"
	"legekonsultasjon/core/media/y4m"
)

// lineOwn is the doctor's role by the program's own call, without its window and its devices.
type lineOwn struct {
	clip          string
	width, height int

	peer  *call.Peer
	clock media.Clock
	watch *mediatest.Watch
	ear   *mediatest.Speaker

	mu       sync.Mutex
	heard    call.AudioFigures
	messages chan access.Message // capacity 256: from the doctor to the patient's page; a full one would stall the call
}

// looped plays a clip from memory again and again.
type looped struct {
	clock  media.Clock
	frames []*media.Frame
}

// Run implements media.VideoSource.
func (l *looped) Run(ctx context.Context, want media.VideoFormat, deliver func(*media.Frame)) error {
	tick := time.NewTicker(time.Second / time.Duration(want.FPS))
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			f := l.frames[n%len(l.frames)]
			f.At = l.clock()
			deliver(f)
		}
	}
}

func frames(t *trial, file string) (all []*media.Frame) {
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	r, err := y4m.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	for {
		f := new(media.Frame)
		if r.Read(f) != nil {
			return all
		}
		all = append(all, f)
	}
}

func (o *lineOwn) connect(s *lineStage, patient *linePeer) {
	began := time.Now()
	o.clock = func() time.Duration { return time.Since(began) }
	o.watch, o.ear = &mediatest.Watch{Clock: o.clock}, new(mediatest.Speaker)
	o.messages = make(chan access.Message, 256)
	link := calltest.NewLink()
	peer, err := call.NewPeer(call.Config{
		Number: 1, Loopback: true, Clock: o.clock, Scale: yuv.Scale,
		Codecs: media.Codecs{NewVideoEncoder: vpx.NewEncoder, NewVideoDecoder: vpx.NewDecoder, NewAudioEncoder: opus.NewEncoder, NewAudioDecoder: opus.NewDecoder},
		Video:  media.VideoFormat{Width: o.width, Height: o.height, FPS: 30},
		Devices: call.Devices{
			Camera: &looped{o.clock, frames(s.trial, o.clip)}, Microphone: &mediatest.Tone{Clock: o.clock, Hz: 300},
			Speaker: o.ear, Picture: o.watch,
		},
		Events: o.event,
	}, link)
	if err != nil {
		s.Fatal(err)
	}
	o.peer = peer
	s.Cleanup(peer.Close)
	link.Connect(peer.Receive, func(m access.Message) {
		select {
		case o.messages <- m:
		default:
		}
	})
	peer.Start()
	o.negotiate(s, link, patient)
}

func (o *lineOwn) event(e call.Event) {
	if q, ok := e.(call.Quality); ok {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.heard = q.Audio
	}
}

// negotiate stands between the call and the page until the page's channel is open and its confirmation sent.
func (o *lineOwn) negotiate(s *lineStage, link *calltest.Link, patient *linePeer) {
	neg, connected, admitted := 0, false, false
	for end := time.Now().Add(patience); !admitted; {
		select {
		case m := <-o.messages:
			switch m := m.(type) {
			case access.Offer:
				neg = m.Neg
				o.answer(s, link, patient, m)
			case access.Candidate:
				if c := s.through(impair.ToA, m.Candidate); c != "" {
					patient.do(s.trial, "side.candidate("+quoted(c)+")", nil)
				}
			}
			continue
		case <-time.After(20 * time.Millisecond):
		}
		if neg > 0 {
			mid, line := "0", uint16(0)
			patient.candidates(s, impair.ToB, func(c string) {
				_ = link.SendFromPatient(access.Candidate{Neg: neg, Candidate: c, SDPMid: &mid, SDPMLineIndex: &line})
			})
		}
		if patient.do(s.trial, "!!side.connected", &connected); connected {
			o.peer.Admit()
			admitted = true
		}
		if time.Now().After(end) {
			s.Fatal("the call and the page do not find each other")
		}
	}
}

func (o *lineOwn) answer(s *lineStage, link *calltest.Link, patient *linePeer, offer access.Offer) {
	var answer string
	patient.do(s.trial, "side.answer("+quoted(offer.SDP)+")", &answer)
	theirs, err1 := access.GateSDP(answer)
	ours, err2 := access.GateSDP(offer.SDP)
	if err1 != nil || err2 != nil {
		s.Fatal(err1, err2)
	}
	value := link.Confirmation('P', offer.SDP, answer, theirs, ours)
	patient.do(s.trial, fmt.Sprintf("side.confirm(%q)", hex.EncodeToString(value[:])), nil)
	hash := sha256.Sum256([]byte(offer.SDP))
	_ = link.SendFromPatient(access.Answer{Neg: offer.Neg, SDP: answer, OfferHash: hex.EncodeToString(hash[:])})
}

func (o *lineOwn) figures() call.AudioFigures {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.heard
}

func (o *lineOwn) measure(s *lineStage, d time.Duration) lossy {
	from, before, played := o.clock(), o.figures(), len(o.ear.Played())
	s.wait(d)
	to, after := o.clock(), o.figures()
	frozen, longest := frozenShare(o.watch.Times(), from, to)
	_, hush := mediatest.Silent(o.ear.Played()[played:], hushed)
	s.Logf("ours: longest gap %v", longest)
	return lossy{
		frozen: frozen, hush: float64(hush.Milliseconds()),
		concealed: float64(after.Concealed+after.Quiet-before.Concealed-before.Quiet) / max(float64(after.Played-before.Played), 1),
	}
}

// frozenShare is the share of a stretch of time in which the picture stood still.
func frozenShare(at []time.Duration, from, to time.Duration) (share float64, longest time.Duration) {
	frozen, longest := mediatest.Frozen(at, from, to)
	return frozen.Seconds() / (to - from).Seconds(), longest
}
