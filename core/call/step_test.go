package call

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"legekonsultasjon/core/access"
)

// description is an SDP that passes the gate.
func description(octet string) string {
	fingerprint := strings.TrimSuffix(strings.Repeat(octet+":", 32), ":")
	return "v=0\r\na=group:BUNDLE 0\r\na=fingerprint:sha-256 " + fingerprint + "\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=rtcp-mux\r\n"
}

func digest(octet byte) (d [32]byte) {
	for i := range d {
		d[i] = octet
	}
	return d
}

var (
	theOffer = description("0D")
	expected = digest(7)
)

func answering(neg int, octet string) answerCame {
	hash := sha256.Sum256([]byte(theOffer))
	return answerCame{access.Answer{Neg: neg, SDP: description(octet), OfferHash: hex.EncodeToString(hash[:])}}
}

func says(octet byte) dataCame {
	d := digest(octet)
	return dataCame{data: d[:]}
}

func tracks(microphone, camera bool) dataCame {
	return dataCame{text: true, data: []byte(tracksMessage(microphone, camera))}
}

func candidate(neg int) candidateCame {
	return candidateCame{access.Candidate{Neg: neg, Candidate: "candidate:1"}}
}

// describe writes actions as the tables below do.
func describe(actions []action) string {
	var words []string
	for _, a := range actions {
		switch a := a.(type) {
		case emit:
			if s, ok := a.event.(StateChanged); ok {
				words = append(words, strings.ToUpper(s.State.String()))
			} else {
				words = append(words, strings.TrimPrefix(fmt.Sprintf("%T", a.event), "call."))
			}
		case offer:
			words = append(words, map[bool]string{false: "offer", true: "restart"}[a.restart])
		case setTimer:
			words = append(words, "set "+a.timer.String())
		case stopTimer:
			words = append(words, "stop "+a.timer.String())
		case announce:
			words = append(words, fmt.Sprintf("announce %t %t", a.microphone, a.camera))
		case attach:
			words = append(words, fmt.Sprintf("attach %t %t", a.microphone, a.camera))
		case send:
			words = append(words, fmt.Sprintf("send %s %d", a.message.Type(), a.message.(access.Candidate).Neg))
		default:
			words = append(words, strings.TrimPrefix(fmt.Sprintf("%T", a), "call."))
		}
	}
	return strings.Join(words, ", ")
}

func fresh() facts {
	return facts{session: true, microphone: true, camera: true, hasMicrophone: true, hasCamera: true}
}

// told is a story: events, each with what has to be done because of it.
type told []struct {
	event event
	want  string
}

// tell runs a story and returns what is known at its end.
func tell(t *testing.T, f facts, story told) facts {
	t.Helper()
	for i, line := range story {
		var actions []action
		f, actions = Step(f, line.event)
		if got := describe(actions); got != line.want {
			t.Fatalf("%d: after %T: %q, want %q", i, line.event, got, line.want)
		}
	}
	return f
}

var toConfirmation = told{
	{started{}, "CONNECTING, offer"},
	{offered{1, theOffer}, ""},
	{candidateFound{}, "send candidate 1"},
	{candidate(1), ""},
	{answering(1, "0A"), "takeAnswer"},
	{answerTaken{}, "takeCandidate, set connect"},
	{candidate(1), "takeCandidate"},
	{pathLost{}, ""},
	{pathFound{}, ""},
	{secured{}, "set confirm"},
	{channelOpened{}, "confirm"},
	{confirmation{expected, digest(0x0A)}, ""},
	{says(7), "CONFIRMED, stop confirm, stop connect"},
}

func confirmed(t *testing.T) facts { t.Helper(); return tell(t, fresh(), toConfirmation) }

func TestStories(t *testing.T) {
	for name, story := range map[string]told{
		"admit, mute, hold": {
			{admitted{}, "attach true true, announce true true"},
			{admitted{}, ""},
			{microphoneSet{false}, "switchTracks, announce false true"},
			{microphoneSet{false}, ""},
			{deviceGone{DeviceLost{Device: Camera}}, "switchTracks, announce false false, DeviceLost"},
			{devicesSet{microphone: true, camera: true}, "switchTracks, announce false true"},
			{held{}, "detach, announce false false"},
			{held{}, ""},
			{cameraSet{false}, ""},
			{admitted{}, "attach false false, announce false false"},
		},
		"the line is slow": {
			{networkSet{Network{Slow: Patients, Picture: PictureReduced}}, "tellNetwork"},
		},
		"the patient's tracks": {
			{tracks(true, false), "RemoteTracks"},
			{tracks(true, false), ""},
			{tracks(true, true), "RemoteTracks"},
			{dataCame{text: true, data: []byte("{}")}, ""},
			{says(7), ""},
		},
		"path lost and found": {
			{pathLost{}, "INTERRUPTED, set restart, set give up, restart"},
			{offered{2, theOffer}, ""},
			{pathLost{}, ""},
			{candidate(1), ""},
			{candidate(2), ""},
			{answering(1, "0A"), ""},
			{answering(2, "0A"), "takeAnswer"},
			{answerTaken{}, "takeCandidate"},
			{timeUp{restartTimer}, "restart"},
			{timeUp{restartTimer}, "restart"},
			{offered{3, theOffer}, ""},
			{answering(2, "0A"), ""},
			{answering(3, "0A"), "takeAnswer"},
			{answering(3, "0A"), ""},
			{pathFound{}, "CONFIRMED, stop restart, stop give up, renewLine"},
			{timeUp{restartTimer}, ""},
			{timeUp{giveUpTimer}, ""},
		},
		"given up": {
			{pathFailed{}, "INTERRUPTED, set restart, set give up, restart"},
			{timeUp{giveUpTimer}, "FAILED, shut"},
			{closed{}, ""},
		},
		"path lost without a session": {
			{detached{}, ""},
			{candidateFound{}, ""},
			{pathLost{}, "INTERRUPTED, set restart, set give up"},
			{timeUp{restartTimer}, ""},
			{attached{}, "restart"},
			{offered{1, theOffer}, ""},
			{sessionEnded{}, ""},
			{attached{}, "restart"},
		},
		"media falls silent": {
			{fellSilent{time.Second}, "INTERRUPTED, set restart, set give up, restart"},
			{offered{2, theOffer}, ""},
			{pathLost{}, ""},
			{fellSilent{time.Second}, ""},
			{timeUp{restartTimer}, "set restart, restart"},
			{pathFound{}, "CONFIRMED, stop restart, stop give up, renewLine"},
		},
		"silent without a session": {
			{detached{}, ""},
			{fellSilent{time.Second}, ""},
			{pathLost{}, "INTERRUPTED, set restart, set give up"},
		},
		"another route": {
			{rerouted{}, "checkRoute"},
			{routeGone{}, "INTERRUPTED, set restart, set give up, restart"},
			{offered{2, theOffer}, ""},
			{pathLost{}, ""},
			{rerouted{}, "checkRoute"},
			{routeGone{}, "restart"},
			{offered{3, theOffer}, ""},
			{answering(3, "0A"), "takeAnswer"},
			{answerTaken{}, ""},
			{pathFound{}, "CONFIRMED, stop restart, stop give up, renewLine"},
		},
		"another route, and the server is gone too": {
			{detached{}, ""},
			{routeGone{}, ""},
			{attached{}, "restart"},
			{offered{1, theOffer}, ""},
			{pathLost{}, "INTERRUPTED, set restart, set give up"},
		},
		"a new session on a sound path": {
			{detached{}, ""},
			{attached{}, ""},
			{candidate(1), ""},
			{answering(1, "0A"), ""},
		},
		"another certificate later": {
			{pathLost{}, "INTERRUPTED, set restart, set give up, restart"},
			{offered{2, theOffer}, ""},
			{answering(2, "0B"), "NOT GENUINE, shut"},
		},
		"the patient hangs up": {{connectionEnded{}, "FAILED, shut"}},
		"a flood":              {{overflowed{}, "FAILED, shut"}},
	} {
		t.Run(name, func(t *testing.T) { tell(t, confirmed(t), story) })
	}
}

// Before the confirmation there are many ways to end and one to go on.
func TestEndsBeforeConfirmation(t *testing.T) {
	wrongHash := answering(1, "0A")
	wrongHash.answer.OfferHash = strings.Repeat("0", 64)
	ungated := answering(1, "0A")
	ungated.answer.SDP += "a=fingerprint:sha-1 00\r\n"
	for name, c := range map[string]struct {
		after int // lines of toConfirmation
		event event
		want  string
	}{
		"session lost":           {3, detached{}, "CLOSED, shut"},
		"another session":        {3, attached{}, "CLOSED, shut"},
		"sending fails":          {2, sessionEnded{}, "CLOSED, shut"},
		"closed":                 {0, closed{}, "CLOSED, shut"},
		"no offer":               {1, offerFailed{}, "FAILED, shut"},
		"an answer of another":   {4, answering(2, "0A"), ""},
		"wrong hash":             {4, wrongHash, "NOT GENUINE, shut"},
		"refused by the gate":    {4, ungated, "NOT GENUINE, shut"},
		"refused by pion":        {5, answerBroken{}, "FAILED, shut"},
		"no path":                {6, pathFailed{}, "FAILED, shut"},
		"no connection":          {6, timeUp{connectTimer}, "FAILED, shut"},
		"an impostor":            {9, impostor{}, "NOT GENUINE, shut"},
		"DTLS failed":            {9, securingFailed{}, "inspect"},
		"hung up":                {9, connectionEnded{}, "set bye"},
		"hung up without a word": {9, timeUp{byeTimer}, "FAILED, shut"},
		"no confirmation":        {10, timeUp{confirmTimer}, "NOT GENUINE, shut"},
		"no certificate":         {11, confirmationFailed{}, "NOT GENUINE, shut"},
		"not the promised one":   {11, confirmation{expected, digest(0x0B)}, "NOT GENUINE, shut"},
		"another value":          {12, says(8), "NOT GENUINE, shut"},
		"text":                   {12, dataCame{text: true, data: expected[:]}, "NOT GENUINE, shut"},
		"33 bytes":               {12, dataCame{data: append(expected[:], 0)}, "NOT GENUINE, shut"},
		"tracks before it":       {12, tracks(true, true), "NOT GENUINE, shut"},
		"admitted, still closed": {12, admitted{}, ""},
		"the line is slow":       {12, networkSet{Network{Slow: Patients}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := tell(t, fresh(), toConfirmation[:c.after])
			tell(t, f, told{{c.event, c.want}})
		})
	}
}

func TestValueBeforeOwnChannelIsOpen(t *testing.T) {
	story := slices.Clone(toConfirmation[:10])
	story = append(story, told{
		{admitted{}, ""},
		{says(7), ""},
		{tracks(true, true), ""},
		{channelOpened{}, "confirm"},
		{confirmation{expected, digest(0x0A)}, "CONFIRMED, stop confirm, stop connect, attach true true, announce true true, RemoteTracks"},
	}...)
	tell(t, fresh(), story)
	flood := slices.Clone(toConfirmation[:10])
	for range maxEarly {
		flood = append(flood, told{{says(7), ""}}...)
	}
	tell(t, fresh(), append(flood, told{{says(7), "NOT GENUINE, shut"}}...))
}

func TestPathLostInTheMoment(t *testing.T) {
	story := slices.Clone(toConfirmation[:12])
	tell(t, fresh(), append(story, told{
		{pathLost{}, ""},
		{says(7), "INTERRUPTED, stop confirm, stop connect, set restart, set give up, restart"},
	}...))
}

// pion tells of ICE in a goroutine of its own, which may be slow.
func TestPathFoundLate(t *testing.T) {
	story := slices.DeleteFunc(slices.Clone(toConfirmation), func(line struct {
		event event
		want  string
	}) bool {
		return line.event == event(pathLost{}) || line.event == event(pathFound{})
	})
	tell(t, fresh(), append(story, told{{pathLost{}, ""}, {pathFound{}, ""}, {pathLost{}, "INTERRUPTED, set restart, set give up, restart"}}...))
}

// Whenever the loss is noticed, the path is looked for anew then, 2 s and 6 s after the last sign of life, and given up at
// 12 s.
func TestWhenPathIsLookedFor(t *testing.T) {
	for name, c := range map[string]struct {
		event event
		at    time.Duration // since the last sign of life
		want  []time.Duration
	}{
		"known at once":  {routeGone{}, 0, []time.Duration{0, 2 * time.Second, 6 * time.Second}},
		"media is quiet": {fellSilent{time.Second}, time.Second, []time.Duration{time.Second, 2 * time.Second, 6 * time.Second}},
		"nothing comes":  {pathLost{}, 2 * time.Second, []time.Duration{2 * time.Second, 6 * time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			restarts, end := lifeOf(confirmed(t), c.event, c.at)
			if !slices.Equal(restarts, c.want) || end != 12*time.Second {
				t.Errorf("looked for at %v, given up at %v", restarts, end)
			}
		})
	}
}

// lifeOf lets time pass from an event on until the machine gives up; nobody answers.
func lifeOf(f facts, e event, now time.Duration) (restarts []time.Duration, end time.Duration) {
	due := map[timer]time.Duration{}
	for range 20 {
		var actions []action
		f, actions = Step(f, e)
		for _, a := range actions {
			switch a := a.(type) {
			case setTimer:
				due[a.timer] = now + a.after
			case offer:
				restarts = append(restarts, now)
				f, _ = Step(f, offered{f.number + 1, theOffer})
				f, _ = Step(f, pathLost{})
			case shut:
				return restarts, now
			}
		}
		next := slices.MinFunc(slices.Collect(maps.Keys(due)), func(a, b timer) int { return int(due[a] - due[b]) })
		e, now = timeUp{next}, due[next]
		delete(due, next)
	}
	return restarts, 0
}

func TestOtherRoutesOpenAtDelta(t *testing.T) {
	f := fresh()
	f.relayOnly = true
	host := candidateFound{access.Candidate{Candidate: "candidate:1 1 udp 1 192.0.2.1 1 typ host"}}
	f = tell(t, f, toConfirmation[:2])
	f = tell(t, f, told{{host, ""}})
	f = tell(t, f, toConfirmation[2:])
	tell(t, f, told{
		{admitted{}, "attach true true, announce true true, openRoutes, restart"},
		{offered{2, theOffer}, ""},
		{host, "send candidate 2"},
		{pathLost{}, "set restart, set give up"},
		{answering(2, "0A"), "takeAnswer"},
		{answerTaken{}, ""},
		{pathFound{}, "stop restart, stop give up, renewLine"},
		{held{}, "detach, announce false false"},
		{admitted{}, "attach true true, announce true true"},
		{pathLost{}, "INTERRUPTED, set restart, set give up, restart"},
	})
}

func TestCandidatesAreBounded(t *testing.T) {
	f := tell(t, fresh(), toConfirmation[:2])
	for range 2 * maxCandidates {
		f, _ = Step(f, candidate(1))
	}
	if len(f.candidates) != maxCandidates {
		t.Errorf("%d held", len(f.candidates))
	}
	long := candidate(1)
	long.candidate.Candidate = strings.Repeat("x", maxCandidate+1)
	f = tell(t, fresh(), toConfirmation[:2])
	tell(t, f, told{{long, ""}, {answering(1, "0A"), "takeAnswer"}, {answerTaken{}, "set connect"}})
}

// Whatever comes in whatever order, nothing is attached before the confirmation and Delta.
func FuzzStep(f *testing.F) {
	all := []event{
		started{}, attached{}, detached{}, admitted{}, held{}, microphoneSet{}, cameraSet{}, offered{1, theOffer}, offered{2, theOffer},
		answering(1, "0A"), answering(2, "0A"), answering(1, "0B"), answerTaken{}, candidate(1), candidate(2), candidateFound{},
		pathFound{}, pathLost{}, pathFailed{}, secured{}, securingFailed{}, channelOpened{}, confirmation{expected, digest(0x0A)},
		says(7), says(8), tracks(true, true), timeUp{connectTimer}, timeUp{restartTimer}, timeUp{giveUpTimer}, sessionEnded{},
		fellSilent{time.Second}, rerouted{}, routeGone{},
	}
	f.Add([]byte{0, 7, 9, 12, 16, 19, 21, 22, 23, 3})
	f.Fuzz(func(t *testing.T, order []byte) {
		known := fresh()
		for _, i := range order {
			e := all[int(i)%len(all)]
			var actions []action
			known, actions = Step(known, e)
			for _, a := range actions {
				if _, ok := a.(attach); ok && (!known.confirmed || !known.admitted || known.expected == nil) {
					t.Fatalf("attached after %T", e)
				}
			}
		}
	})
}
