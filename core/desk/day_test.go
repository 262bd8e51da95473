package desk_test

import (
	"testing"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/call"
	"legekonsultasjon/core/desk"
)

func TestAConsultationEndToEnd(t *testing.T) {
	consultation(t, func(o *office) {
		letter := o.invite("K. N.", "pasient@example.no")
		id := letter.Invitation.ID
		if !o.server.Has(id) {
			t.Fatal("the letter went out before the server knew of the invitation")
		}
		p := o.patient(letter)
		note, err := p.Open()
		if err != nil || note.Clinic != "Legesenteret" || note.Doctor != "Demolege" {
			t.Fatalf("note %+v, %v", note, err)
		}
		o.is("K. N.", desk.Opened)

		ready := p.greets()
		if ready.TriesLeft != 5 || ready.Locked {
			t.Errorf("ready %+v", ready)
		}
		if o.settle(); len(o.now().Waiting) != 0 || len(o.peers.All()) != 0 || o.heard() != 0 {
			t.Fatal("somebody who only holds the link is shown, heard or connected")
		}
		p.types(p.wrong(), access.PINResult{TriesLeft: 4})
		p.types(p.pin, access.PINResult{OK: true, TriesLeft: 4})
		o.is("K. N.", desk.WaitingNow)
		row, _ := o.row("K. N.")
		if !row.CanJoin || row.Ready || row.Detail != "pasient@example.no" || !row.SameWay || o.heard() != 1 {
			t.Errorf("row %+v, chimes %d", row, o.heard())
		}

		peer := o.peer(0)
		if peer.Did("admit") {
			t.Fatal("admitted without Delta")
		}
		if err := peer.Offer(); err != nil {
			t.Fatal(err)
		}
		p.hears("offer")
		if err := p.Say(access.Answer{Neg: 1, SDP: "v=0"}); err != nil {
			t.Fatal(err)
		}
		confirm(peer)
		o.until("ready", func(desk.State) bool { row, _ := o.row("K. N."); return row.Ready })
		if len(peer.Received()) != 1 || o.now().Call != nil {
			t.Error("the answer did not reach the peer, or a call began by itself")
		}

		o.do(desk.DoJoin{Invitation: id})
		p.hears("admit")
		s := o.until("in the call", func(s desk.State) bool { return s.Screen == desk.ScreenCall && s.Call.State == desk.CallSecure })
		if !peer.Did("admit") || s.Call.Began.IsZero() || !s.Call.Microphone || s.Call.SpeakerProblem == nil || s.Call.CameraProblem != nil {
			t.Errorf("call %+v", s.Call)
		}
		peer.Report(call.FirstPicture{})
		peer.Report(call.RemoteTracks{Microphone: true})
		o.until("picture", func(s desk.State) bool { return s.Call.Picture && s.Call.PatientMicrophone && !s.Call.PatientCamera })
		o.do(desk.DoMicrophone{On: false})
		o.until("muted", func(s desk.State) bool { return !s.Call.Microphone && peer.Did("mute") })

		time.Sleep(4 * time.Minute)
		o.do(desk.DoLeave{})
		p.hearsBye(access.ByeLeft)
		o.is("K. N.", desk.Left)
		if !peer.Did("close") {
			t.Error("the peer connection stays open after Avslutt")
		}
		if _, err := p.Handshake(); err != nil {
			t.Fatal(err)
		}
		if got, err := p.Resume(); err != nil || got != (access.ResumeResult{OK: true, TriesLeft: 4}) {
			t.Fatalf("%+v, %v", got, err)
		}
		o.until("may be taken up again", func(desk.State) bool { row, _ := o.row("K. N."); return row.Resumable && row.CanJoin })
		if o.heard() != 1 {
			t.Error("a chime for a patient who was never gone")
		}

		o.do(desk.DoJoin{Invitation: id})
		p.hears("admit")
		o.until("in the call again", func(s desk.State) bool { return s.Call != nil })
		time.Sleep(time.Minute)
		o.do(desk.DoFinish{Invitation: id})
		o.is("K. N.", desk.Finished)
		p.hearsBye(access.ByeLeft)
		if _, err := p.Handshake(); err != nil {
			t.Fatal(err)
		}
		if got, err := p.Resume(); err != nil || !got.OK || got.Admitted {
			t.Fatalf("%+v, %v", got, err)
		}
		s = o.until("undo is offered", func(s desk.State) bool { return s.Notice != nil && s.Notice.Undo != nil })
		o.do(s.Notice.Undo)
		o.is("K. N.", desk.Left)
		o.do(desk.DoFinish{Invitation: id})
		time.Sleep(appointment.UndoWindow - time.Second)
		p.hearsBye(access.ByeFinished)
		o.until("deleted at the server", func(desk.State) bool { return !o.server.Has(id) })
		o.is("K. N.", desk.Finished)
		if got := o.now().Day[0].Lasted; got < 5*time.Minute || got > 5*time.Minute+10*time.Second {
			t.Errorf("lasted %v", got)
		}
		if _, err := p.Greet(); err == nil {
			t.Error("the link works after the end")
		}
		a, _ := openBook(t, o).Find(id)
		if i := a.Invitations[0]; i.Secret != (access.Secret{}) || i.PIN.PIN != "" || i.Device != nil || !a.Forgotten {
			t.Errorf("not wiped: %+v", a)
		}
	})
}

func TestFiveWrongPINsAndANewOne(t *testing.T) {
	consultation(t, func(o *office) {
		letter := o.invite("Låst", "pasient@example.no")
		id := letter.Invitation.ID
		p := o.patient(letter)
		p.greets()
		for n, wait := range []int{0, 2, 5, 10} {
			p.types(p.wrong(), access.PINResult{TriesLeft: 4 - n, Wait: wait})
			if wait > 0 { // the right one too early is not looked at
				p.types(p.pin, access.PINResult{TriesLeft: 4 - n, Wait: wait})
			}
			time.Sleep(time.Duration(wait) * time.Second)
		}
		p.types(p.wrong(), access.PINResult{Locked: true})
		o.is("Låst", desk.PINLocked)
		p.types(p.pin, access.PINResult{Locked: true})
		row, ok := o.row("Låst")
		if !ok || !row.Locked || !row.CanJoin || o.heard() != 0 || len(o.peers.All()) != 0 {
			t.Fatalf("row %+v, %v", row, ok)
		}

		o.do(desk.DoNewPIN{Invitation: id})
		if ready := p.hears("ready").(access.Ready); ready.TriesLeft != 5 || ready.Locked {
			t.Errorf("ready %+v", ready)
		}
		o.is("Låst", desk.Sent)
		again, ok := o.post.Last(appointment.LetterNewPIN)
		if !ok || again.Invitation.PIN.PIN == letter.Invitation.PIN.PIN || again.Invitation.Secret != letter.Invitation.Secret {
			t.Fatal("no letter with a new PIN for the same link")
		}
		p.types(string(again.Invitation.PIN.PIN), access.PINResult{OK: true, TriesLeft: 5})
		o.is("Låst", desk.WaitingNow)
		if row, _ := o.row("Låst"); !row.SameWay {
			t.Error("the new PIN went with the link, too")
		}
	})
}

func TestAdmittedBySight(t *testing.T) {
	consultation(t, func(o *office) {
		letter := o.invite("Sett", "pasient@example.no")
		p := o.patient(letter)
		p.greets()
		for range 4 {
			if _, err := p.TypePIN(p.wrong()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Second)
		}
		p.types(p.wrong(), access.PINResult{Locked: true})
		o.until("locked", func(desk.State) bool { row, _ := o.row("Sett"); return row.Locked })
		o.do(desk.DoJoin{Invitation: p.ID()})
		if r := p.hears("pinResult").(access.PINResult); !r.OK {
			t.Fatalf("%+v", r)
		}
		p.hears("admit")
		peer := o.peer(0)
		confirm(peer)
		o.until("secure", func(s desk.State) bool { return s.Call != nil && s.Call.State == desk.CallSecure && peer.Did("admit") })
		p.returns(access.ResumeResult{OK: true, Admitted: true})
	})
}

func TestTwoWaitAndTheSecondIsTakenFirst(t *testing.T) {
	consultation(t, func(o *office) {
		first, second := o.patient(o.invite("Første", "a@example.no")), o.patient(o.invite("Andre", "b@example.no"))
		first.arrives()
		time.Sleep(16 * time.Minute)
		second.arrives()
		s := o.until("two wait", func(s desk.State) bool { return len(s.Waiting) == 2 })
		if s.Waiting[0].Label != "Første" || !s.Waiting[0].Late || s.Waiting[1].Late {
			t.Errorf("rows %+v", s.Waiting)
		}
		o.do(desk.DoJoin{Invitation: second.ID()})
		second.hears("admit")
		s = o.until("the next is offered", func(s desk.State) bool { return s.Call != nil && s.Call.Next != nil })
		if s.Call.Label != "Andre" || s.Call.Next.Label != "Første" {
			t.Errorf("call %+v", s.Call)
		}
		o.do(desk.DoJoin{Invitation: first.ID()})
		second.hearsBye(access.ByeLeft)
		first.hears("admit")
		o.until("the first is in", func(s desk.State) bool { return s.Call != nil && s.Call.Label == "Første" })
		for _, m := range first.Seen {
			if m.Type() == "note" {
				t.Error("one patient learnt of the other")
			}
		}
	})
}

func TestAnArrivalDuringACallIsOneQuietLine(t *testing.T) {
	consultation(t, func(o *office) {
		a, b := o.patient(o.invite("A", "a@example.no")), o.patient(o.invite("B", "b@example.no"))
		a.arrives()
		o.is("A", desk.WaitingNow)
		o.until("it is said that a letter went", func(s desk.State) bool { return s.Notice != nil && s.Notice.Code == "sent" })
		o.do(desk.DoJoin{Invitation: a.ID()})
		a.hears("admit")
		if s := o.until("the call", func(s desk.State) bool { return s.Call != nil }); s.Notice != nil {
			t.Errorf("the call begins with %+v", s.Notice)
		}
		b.arrives()
		s := o.until("a notice", func(s desk.State) bool { return s.Notice != nil && s.Notice.Code == "arrived" })
		if s.Screen != desk.ScreenCall || s.Notice.Args["label"] != "B" {
			t.Errorf("%+v", s.Notice)
		}
		o.until("it goes by itself", func(s desk.State) bool { return s.Notice == nil })
	})
}

func TestOnlyThreeAreConnectedWhileTheyWait(t *testing.T) {
	consultation(t, func(o *office) {
		var all []*patient
		for _, name := range []string{"1", "2", "3", "4"} {
			p := o.patient(o.invite(name, name+"@example.no"))
			p.arrives()
			o.is(name, desk.WaitingNow)
			time.Sleep(time.Second)
			all = append(all, p)
		}
		if o.settle(); len(o.peers.All()) != 3 {
			t.Fatalf("%d peers", len(o.peers.All()))
		}
		all[0].Line.Leave()
		o.until("the fourth moves up", func(desk.State) bool { return len(o.peers.All()) == 4 && len(o.peers.Open()) == 3 })
	})
}

func TestThePatientComesBeforeTheDoctor(t *testing.T) {
	consultation(t, func(o *office) {
		letter := o.invite("Tidlig", "a@example.no")
		o.close()
		p := o.patient(letter)
		if err := p.Connect(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Minute)
		o.open()
		if err := p.Line.AwaitDesktop(time.Minute); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Handshake(); err != nil {
			t.Fatal(err)
		}
		p.types(p.pin, access.PINResult{OK: true, TriesLeft: 5})
		o.is("Tidlig", desk.WaitingNow)
	})
}

func TestNobodyIsLetInOutsideTheTime(t *testing.T) {
	consultation(t, func(o *office) {
		o.do(desk.DoInvite{Email: "a@example.no", Language: "nb", At: time.Now().Add(3 * time.Hour)})
		o.until("dialog", func(s desk.State) bool { return s.Verify != nil })
		o.do(desk.DoSend{Name: "Senere"})
		o.is("Senere", desk.Sent)
		letter, _ := o.post.Last(appointment.LetterInformation)
		p := o.patient(letter)
		if _, err := p.Greet(); err == nil {
			t.Fatal("answered three hours early, though the server let him through")
		}
		time.Sleep(2*time.Hour + 30*time.Minute)
		p.arrives()
		o.is("Senere", desk.WaitingNow)
		time.Sleep(2 * time.Hour)
		o.is("Senere", desk.Missed)
		o.until("deleted", func(desk.State) bool { return !o.server.Has(p.ID()) })
	})
}

func TestANewDeviceNeedsConsent(t *testing.T) {
	consultation(t, func(o *office) {
		letter := o.invite("To enheter", "a@example.no")
		phone, tablet := o.patient(letter), o.patient(letter)
		phone.arrives()
		o.is("To enheter", desk.WaitingNow)
		time.Sleep(2 * time.Second)
		ask := access.PINResult{OK: true, TriesLeft: 5, NewDevice: true}

		tablet.greets()
		tablet.types(tablet.pin, ask)
		o.until("asked", func(desk.State) bool { row, _ := o.row("To enheter"); return row.NewDevice && !row.CanJoin })
		o.do(desk.DoConsent{Invitation: phone.ID(), Yes: false})
		tablet.hearsBye(access.ByeRefused)
		o.until("the first stays", func(desk.State) bool { row, _ := o.row("To enheter"); return row.CanJoin && !row.NewDevice })

		time.Sleep(2 * time.Second)
		tablet.greets()
		tablet.types(tablet.pin, ask)
		o.until("asked again", func(desk.State) bool { row, _ := o.row("To enheter"); return row.NewDevice })
		o.do(desk.DoConsent{Invitation: phone.ID(), Yes: true})
		if r := tablet.hears("pinResult").(access.PINResult); !r.OK || r.NewDevice {
			t.Fatalf("%+v", r)
		}
		phone.hearsBye(access.ByeOpenedElsewhere)
		time.Sleep(2 * time.Second)
		if got, err := phone.Return(); err != nil || got.OK {
			t.Errorf("the first device resumed: %+v, %v", got, err)
		}
		time.Sleep(2 * time.Second)
		tablet.returns(resumedIn)
	})
}

func TestASecondTabTakesOver(t *testing.T) {
	consultation(t, func(o *office) {
		letter := o.invite("Faner", "a@example.no")
		first := o.patient(letter)
		first.arrives()
		o.is("Faner", desk.WaitingNow)
		time.Sleep(2 * time.Second)
		second := &patient{Patient: first.Tab(), t: t}
		second.returns(resumedIn)
		first.hearsBye(access.ByeOpenedElsewhere)
		if s := o.settle(); len(s.Waiting) != 1 || o.heard() != 1 {
			t.Errorf("rows %d, chimes %d", len(s.Waiting), o.heard())
		}
	})
}

func TestAReturnDuringTheCallGoesStraightBack(t *testing.T) {
	consultation(t, func(o *office) {
		p := o.patient(o.invite("Tilbake", "a@example.no"))
		p.arrives()
		confirm(o.peer(0))
		o.do(desk.DoJoin{Invitation: p.ID()})
		p.hears("admit")
		o.until("secure", func(s desk.State) bool { return s.Call != nil && s.Call.State == desk.CallSecure })

		// The socket breaks and the page keeps its peer connection: the call goes on in it.
		p.Line.Lose()
		o.settle()
		if o.peers.All()[0].Did("close") || !o.peers.All()[0].Did("detach") {
			t.Error("a confirmed call ended with the socket")
		}
		p.Peer = 1
		p.returns(access.ResumeResult{OK: true, Admitted: true, TriesLeft: 5})
		p.hears("admit")
		if o.settle(); !o.peers.All()[0].Did("attach") || len(o.peers.All()) != 1 {
			t.Error("the call did not go on in the same peer connection")
		}

		// The page is reloaded: a new peer connection, admitted at once.
		p.Peer = 0
		time.Sleep(2 * time.Second)
		p.returns(access.ResumeResult{OK: true, Admitted: true, TriesLeft: 5})
		p.hears("admit")
		second := o.peer(1)
		confirm(second)
		s := o.until("secure again", func(s desk.State) bool { return s.Call != nil && s.Call.State == desk.CallSecure })
		if !second.Did("admit") || !o.peers.All()[0].Did("close") || second.Config.Number != 2 || s.Call.Began.IsZero() {
			t.Error("the reloaded page is not in the call")
		}
	})
}

func TestAwayAndGone(t *testing.T) {
	consultation(t, func(o *office) {
		p := o.patient(o.invite("Borte", "a@example.no"))
		p.arrives()
		o.is("Borte", desk.WaitingNow)
		since := o.now().Waiting[0].Since
		time.Sleep(3 * time.Minute)
		p.Line.Lose()
		o.until("grey", func(desk.State) bool { row, _ := o.row("Borte"); return !row.Away.IsZero() && !row.CanJoin })
		p.returns(resumedIn)
		s := o.until("back in his place", func(desk.State) bool { row, _ := o.row("Borte"); return row.CanJoin })
		if !s.Waiting[0].Since.Equal(since) || !s.Waiting[0].Away.IsZero() || o.heard() != 1 {
			t.Errorf("row %+v, chimes %d", s.Waiting[0], o.heard())
		}
		p.Line.Leave()
		o.until("gone", func(s desk.State) bool { return len(s.Waiting) == 0 })
		p.returns(resumedIn)
		o.until("a new wait", func(s desk.State) bool { return len(s.Waiting) == 1 && s.Waiting[0].Since.After(since) })
		if o.heard() != 2 {
			t.Errorf("%d chimes", o.heard())
		}
	})
}

func TestThePatientHangsUpAndComesBack(t *testing.T) {
	consultation(t, func(o *office) {
		p := o.patient(o.invite("Legger på", "a@example.no"))
		p.arrives()
		confirm(o.peer(0))
		o.do(desk.DoJoin{Invitation: p.ID()})
		p.hears("admit")
		if err := p.Say(access.Bye{Reason: access.ByeLeft}); err != nil {
			t.Fatal(err)
		}
		p.Line.Leave()
		o.until("said", func(s desk.State) bool { return s.Call != nil && s.Call.State == desk.CallPatientGone })
		time.Sleep(2 * time.Second)
		p.returns(access.ResumeResult{OK: true, Admitted: true, TriesLeft: 5})
		confirm(o.peer(1))
		o.until("back", func(s desk.State) bool { return s.Call.State == desk.CallSecure && o.peer(1).Did("admit") })
	})
}

// The page says what is switched on as soon as the connection is confirmed, which is before Delta.
func TestWhatThePatientHasSwitchedOnIsKnownBeforeDelta(t *testing.T) {
	consultation(t, func(o *office) {
		p := o.patient(o.invite("Klar", "a@example.no"))
		p.arrives()
		o.peer(0).Report(call.StateChanged{State: call.Confirmed})
		o.peer(0).Report(call.RemoteTracks{Microphone: true, Camera: true})
		o.until("ready", func(s desk.State) bool { return len(s.Waiting) == 1 && s.Waiting[0].Ready })
		o.do(desk.DoJoin{Invitation: p.ID()})
		o.until("both on", func(s desk.State) bool { return s.Call != nil && s.Call.PatientMicrophone && s.Call.PatientCamera })
	})
}

func TestAConnectionThatIsNotGenuine(t *testing.T) {
	consultation(t, func(o *office) {
		p := o.patient(o.invite("Mistenkelig", "a@example.no"))
		p.arrives()
		o.do(desk.DoJoin{Invitation: p.ID()})
		p.hears("admit")
		o.peer(0).Report(call.StateChanged{State: call.NotGenuine})
		p.hearsBye(access.ByeMismatch)
		if !o.peer(0).Did("close") {
			t.Error("the peer connection stayed open")
		}
		p.returns(access.ResumeResult{OK: true, Admitted: true, TriesLeft: 5}) // one more try
		o.peer(1).Report(call.StateChanged{State: call.NotGenuine})
		p.hearsBye(access.ByeMismatch)
		o.until("stopped", func(s desk.State) bool {
			return s.Call.State == desk.CallNotGenuine && s.Problem != nil && s.Problem.Code == "notGenuine"
		})
		if _, err := p.Handshake(); err == nil {
			t.Error("answered after the second mismatch")
		}
		if o.settle(); len(o.peers.Open()) != 0 {
			t.Error("something is still open")
		}
	})
}

func TestAPeerThatFailsIsMadeAgain(t *testing.T) {
	consultation(t, func(o *office) {
		p := o.patient(o.invite("Dårlig nett", "a@example.no"))
		p.arrives()
		o.do(desk.DoJoin{Invitation: p.ID()})
		p.hears("admit")
		for n := range 3 {
			peer := o.peer(n)
			if n > 0 && !peer.Did("admit") {
				t.Error("the new one was not admitted")
			}
			peer.Report(call.StateChanged{State: call.Failed})
		}
		o.until("given up", func(s desk.State) bool { return s.Call.State == desk.CallFailed })
	})
}

func TestTheWindowIsClosed(t *testing.T) {
	consultation(t, func(o *office) {
		p := o.patient(o.invite("Venter", "a@example.no"))
		o.do(desk.DoQuit{})
		s := o.until("asked", func(s desk.State) bool { return s.Question != nil })
		if s.Question.Code != "quitWaiting" || s.Question.Args["count"] != "1" {
			t.Errorf("%+v", s.Question)
		}
		o.do(s.Question.No)
		o.until("stays", func(s desk.State) bool { return s.Question == nil })
		p.arrives()
		o.do(desk.DoJoin{Invitation: p.ID()})
		p.hears("admit")
		o.do(desk.DoQuit{})
		s = o.until("asked", func(s desk.State) bool { return s.Question != nil })
		if s.Question.Code != "quitCall" {
			t.Errorf("%+v", s.Question)
		}
		o.do(s.Question.Yes)
		p.hearsBye(access.ByeLeft)
		if err := <-o.ended; err != nil {
			t.Errorf("quit: %v", err)
		}
		o.open()
		o.is("Venter", desk.Left)
	})
}
