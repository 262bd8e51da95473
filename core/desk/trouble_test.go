package desk_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/call"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/settings"
	"legekonsultasjon/core/signaling"
)

func TestTheServerRestartsWhileTwoWaitAndOneTalks(t *testing.T) {
	consultation(t, func(o *office) {
		talks := o.patient(o.invite("Snakker", "c@example.no"))
		first, second := o.patient(o.invite("Første", "a@example.no")), o.patient(o.invite("Andre", "b@example.no"))
		talks.arrives()
		peer := o.peer(0)
		confirm(peer)
		o.do(desk.DoJoin{Invitation: talks.ID()})
		talks.hears("admit")
		first.arrives()
		time.Sleep(time.Minute)
		second.arrives()
		before := o.until("two wait", func(s desk.State) bool { return len(s.Waiting) == 2 })

		o.server.Stop(signaling.Draining)
		s := o.until("offline is said", func(s desk.State) bool { return s.Connection == desk.Offline && s.Problem != nil })
		if s.Problem.Code != "offline" || s.Call == nil || s.Call.State != desk.CallSecure || peer.Did("close") || len(s.Waiting) != 2 {
			t.Errorf("call %+v, rows %d, problem %+v", s.Call, len(s.Waiting), s.Problem)
		}
		time.Sleep(20 * time.Second)
		o.server.Start()
		o.until("online", func(s desk.State) bool { return s.Connection == desk.Online && s.Problem == nil })
		second.returns(resumedIn) // the other way round than they came
		first.returns(resumedIn)
		talks.Peer = 1
		talks.returns(access.ResumeResult{OK: true, Admitted: true, TriesLeft: 5})
		s = o.until("all are back", func(s desk.State) bool {
			return len(s.Waiting) == 2 && s.Waiting[0].CanJoin && s.Waiting[1].CanJoin
		})
		for n := range 2 {
			if s.Waiting[n].Label != before.Waiting[n].Label || !s.Waiting[n].Since.Equal(before.Waiting[n].Since) {
				t.Errorf("row %d: %+v, was %+v", n, s.Waiting[n], before.Waiting[n])
			}
		}
		if !peer.Did("attach") || peer.Did("close") || o.heard() != 3 {
			t.Errorf("the call did not survive, or %d chimes for three arrivals", o.heard())
		}
	})
}

func TestACrashWhileSending(t *testing.T) {
	consultation(t, func(o *office) {
		release := o.post.Hold()
		o.do(desk.DoInvite{Email: "a@example.no", Language: "nb"})
		o.until("dialog", func(s desk.State) bool { return s.Verify != nil })
		o.do(desk.DoSend{Name: "Uviss"})
		o.is("Uviss", desk.Sending)
		o.crash()
		release()
		o.open()
		s := o.until("asked", func(s desk.State) bool { return s.Question != nil })
		if s.Question.Code != "unsure" || s.Question.Args["label"] != "Uviss" || o.status("Uviss") != desk.Unsure {
			t.Errorf("%+v", s.Question)
		}
		time.Sleep(time.Minute)
		if n := len(o.post.Letters()); n != 0 {
			t.Fatalf("%d letters went out unasked", n)
		}
		o.do(s.Question.Yes)
		o.is("Uviss", desk.Sent)
		if n := len(o.post.Letters()); n != 1 {
			t.Errorf("%d letters", n)
		}
	})
}

func TestACrashWhileWaitingAndInACall(t *testing.T) {
	consultation(t, func(o *office) {
		waits, talks := o.patient(o.invite("Venter", "a@example.no")), o.patient(o.invite("Snakker", "b@example.no"))
		waits.arrives()
		time.Sleep(time.Minute)
		talks.arrives()
		confirm(o.peer(1))
		o.do(desk.DoJoin{Invitation: talks.ID()})
		talks.hears("admit")
		since := o.until("in the call", func(s desk.State) bool { return s.Call != nil && len(s.Waiting) == 1 }).Waiting[0].Since
		time.Sleep(time.Minute)

		o.crash()
		o.open()
		o.until("online", online)
		waits.returns(resumedIn)
		talks.returns(resumedIn) // the call has to be taken up by the doctor
		s := o.until("both rows", func(s desk.State) bool { return len(s.Waiting) == 2 && s.Waiting[1].CanJoin })
		if s.Waiting[0].Label != "Venter" || !s.Waiting[0].Since.Equal(since) || !s.Waiting[1].Resumable {
			t.Errorf("rows %+v", s.Waiting)
		}
		o.is("Snakker", desk.Left)
		o.do(desk.DoJoin{Invitation: talks.ID()})
		talks.hears("admit")
	})
}

func TestTriesAreCountedAcrossACrash(t *testing.T) {
	consultation(t, func(o *office) {
		p := o.patient(o.invite("Feil", "a@example.no"))
		p.greets()
		p.types(p.wrong(), access.PINResult{TriesLeft: 4})
		p.types(p.wrong(), access.PINResult{TriesLeft: 3, Wait: 2})
		o.crash()
		o.open()
		o.until("online", online)
		if ready := p.greets(); ready.TriesLeft != 3 {
			t.Errorf("%+v", ready)
		}
	})
}

// breakDisk makes every write of the book go wrong until mend is called: a folder stands where the older generation goes.
func breakDisk(o *office) (mend func()) {
	synctest.Wait()
	previous := o.book() + ".previous"
	if err := errors.Join(os.Remove(previous), os.Mkdir(previous, 0o700)); err != nil {
		o.t.Fatal(err)
	}
	return func() {
		if err := os.Remove(previous); err != nil {
			o.t.Fatal(err)
		}
	}
}

func TestADiskThatTakesNothing(t *testing.T) {
	consultation(t, func(o *office) {
		p := o.patient(o.invite("Før", "a@example.no"))
		p.greets()
		mend := breakDisk(o)
		if _, err := p.TypePIN(p.wrong()); err == nil {
			t.Error("a try was answered that no book holds")
		}
		s := o.until("said", func(s desk.State) bool { return s.Problem != nil })
		if s.Problem.Code != appointment.CodeNotSaved {
			t.Errorf("%+v", s.Problem)
		}
		o.do(desk.DoInvite{Email: "b@example.no", Language: "nb"})
		o.until("dialog", func(s desk.State) bool { return s.Verify != nil })
		o.do(desk.DoSend{Name: "Etter"})
		o.is("Etter", desk.Queued)
		time.Sleep(30 * time.Second)
		if n := len(o.post.Letters()); n != 1 {
			t.Fatalf("a letter went out that no book holds")
		}
		mend()
		o.until("mended by itself", func(s desk.State) bool { return s.Problem == nil || s.Problem.Code != appointment.CodeNotSaved })
		o.is("Etter", desk.Sent)
		if result := p.hears("pinResult").(access.PINResult); result.TriesLeft != 4 {
			t.Errorf("%+v", result)
		}
		p.types(p.pin, access.PINResult{OK: true, TriesLeft: 4})
	})
}

func TestInvitedWhileTheServerIsDown(t *testing.T) {
	consultation(t, func(o *office) {
		o.server.Stop(signaling.Draining)
		o.until("offline", func(s desk.State) bool { return s.Connection == desk.Offline })
		o.do(desk.DoInvite{Phone: "987 65 432", Country: "NO", Language: "nb"})
		s := o.until("dialog", func(s desk.State) bool { return s.Verify != nil })
		if s.Verify.Phone != "987 65 432" || !s.Verify.Now {
			t.Errorf("%+v", s.Verify)
		}
		o.do(desk.DoSend{})
		s = o.until("queued and said so", func(s desk.State) bool { return len(s.Day) == 1 && s.Day[0].Reason == "reason.offline" })
		if s.Day[0].Label != "987 65 432" || s.Day[0].Status != desk.Queued || s.Notice == nil || s.Notice.Code != "queued" {
			t.Errorf("%+v, notice %+v", s.Day[0], s.Notice)
		}
		o.close()
		o.open()
		o.server.Start()
		o.is("987 65 432", desk.Sent)
		if letter := o.post.Letters()[0]; letter.Invitation.Phone != "+4798765432" || !o.server.Has(letter.Invitation.ID) {
			t.Errorf("%+v", letter.Invitation)
		}
	})
}

func TestNothingIsSentAfterTheEnd(t *testing.T) {
	consultation(t, func(o *office) {
		o.server.Stop(signaling.Draining)
		o.do(desk.DoInvite{Email: "a@example.no", Language: "nb"})
		o.until("dialog", func(s desk.State) bool { return s.Verify != nil })
		o.do(desk.DoSend{Name: "For sent"})
		time.Sleep(appointment.Length + time.Minute)
		o.server.Start()
		o.is("For sent", desk.SendFailed)
		if row := o.now().Day[0]; row.Reason != "reason.tooLate" || row.CanResend || len(o.post.Letters()) != 0 {
			t.Errorf("%+v", row)
		}
	})
}

func TestLettersThatFail(t *testing.T) {
	consultation(t, func(o *office) {
		o.post.Will(desk.Outcome{Reason: "unreachable", Temporary: true}, desk.Outcome{},
			desk.Outcome{Reason: "badReceiver"}, desk.Outcome{}, desk.Outcome{Reason: "unknown", Unsure: true})
		o.invite("Andre forsøk", "a@example.no")

		o.do(desk.DoInvite{Email: "b@example.no", Language: "nb"})
		o.until("dialog", func(s desk.State) bool { return s.Verify != nil })
		o.do(desk.DoSend{Name: "Feil adresse"})
		o.is("Feil adresse", desk.SendFailed)
		for _, row := range o.now().Day {
			if row.Label == "Feil adresse" {
				if row.Reason != "reason.badReceiver" || !row.CanResend {
					t.Errorf("%+v", row)
				}
				o.do(desk.DoResend{Invitation: row.Invitation})
			}
		}
		o.is("Feil adresse", desk.Sent)

		o.do(desk.DoInvite{Email: "c@example.no", Language: "nb"})
		o.until("dialog", func(s desk.State) bool { return s.Verify != nil })
		o.do(desk.DoSend{Name: "Uviss"})
		s := o.until("asked", func(s desk.State) bool { return s.Question != nil && s.Question.Code == "unsure" })
		o.do(s.Question.No)
		o.is("Uviss", desk.Sent)
		if n := len(o.post.Letters()); n != 3 {
			t.Errorf("%d letters", n)
		}
	})
}

// TestSentAgainBeforeItsTime: a letter that failed for now need not wait for its next try.
func TestSentAgainBeforeItsTime(t *testing.T) {
	consultation(t, func(o *office) {
		slow := desk.Outcome{Reason: "unreachable", Temporary: true}
		o.post.Will(slow, slow, slow)
		o.do(desk.DoInvite{Email: "a@example.no", Language: "nb"})
		o.until("dialog", func(s desk.State) bool { return s.Verify != nil })
		o.do(desk.DoSend{Name: "Nå"})
		time.Sleep(30 * time.Second) // the third try has failed; the fourth would come after a minute
		row := o.now().Day[0]
		if row.Status != desk.Queued || row.Reason != "reason.unreachable" || !row.CanResend {
			t.Fatalf("%+v", row)
		}
		before := time.Now()
		o.do(desk.DoResend{Invitation: row.Invitation})
		o.is("Nå", desk.Sent)
		if took := time.Since(before); took > 2*time.Second || len(o.post.Letters()) != 1 {
			t.Errorf("after %v, %d letters", took, len(o.post.Letters()))
		}
	})
}

func TestAnInvitationIsTakenBack(t *testing.T) {
	consultation(t, func(o *office) {
		letter := o.invite("Avlyst", "a@example.no")
		o.do(desk.DoCancel{Invitation: letter.Invitation.ID})
		o.is("Avlyst", desk.Cancelled)
		o.do(desk.DoUndo{Invitation: letter.Invitation.ID})
		o.is("Avlyst", desk.Sent)
		o.do(desk.DoCancel{Invitation: letter.Invitation.ID})
		o.until("the patient is told and the server forgets", func(desk.State) bool {
			off, ok := o.post.Last(appointment.LetterCancelled)
			return ok && off.Appointment.Sequence == 1 && off.Invitation.Secret == (access.Secret{}) && !o.server.Has(letter.Invitation.ID)
		})
		o.close()
		time.Sleep(appointment.Kept + 24*time.Hour)
		o.open()
		o.until("it is not kept for more than 30 days", func(s desk.State) bool {
			return online(s) && len(openBook(t, o).All()) == 0
		})
	})
}

func TestTwoWorkstations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newServer()
		a, b := newOffice(t, server, "kontor-1"), newOffice(t, server, "kontor-2")
		for _, o := range []*office{a, b} {
			o.open()
			o.signIn()
		}
		p := a.patient(a.invite("K. N.", "a@example.no"))
		p.arrives()
		a.until("row with Delta", func(desk.State) bool { row, _ := a.row("K. N."); return row.CanJoin })
		s := b.until("row without", func(s desk.State) bool { return len(s.Waiting) == 1 })
		if row := s.Waiting[0]; row.HeldBy != "kontor-1" || row.CanJoin || row.Label != "" || row.HolderAway || b.heard() != 0 {
			t.Errorf("%+v", row)
		}
		b.do(desk.DoJoin{Invitation: p.ID()})
		if s := b.settle(); s.Call != nil {
			t.Error("the other workstation could join")
		}
		a.close()
		b.until("the holder is away", func(s desk.State) bool { return len(s.Waiting) == 1 && s.Waiting[0].HolderAway })
		a.open()
		a.until("online", online)
		p.returns(resumedIn)
		a.until("row with Delta", func(desk.State) bool { row, _ := a.row("K. N."); return row.CanJoin })
		a.do(desk.DoJoin{Invitation: p.ID()})
		p.hears("admit")
		b.until("no row while they talk", func(s desk.State) bool { return len(s.Waiting) == 0 })
		a.close()
		b.close()
	})
}

func TestSignInProblems(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, newServer(), "kontor-1")
		o.open()
		try := func(server, password string, refuse signaling.Code, want string) {
			t.Helper()
			o.server.Start()
			if refuse != "" {
				o.server.Refuse(&signaling.Error{Code: refuse})
			}
			o.do(desk.DoSignIn{Server: server, Email: "lege@klinikk.example", Password: password})
			s := o.until(want, func(s desk.State) bool {
				return s.SignIn.Problem != nil && s.SignIn.Problem.Code == want && !s.SignIn.Busy
			})
			if s.Screen != desk.ScreenSignIn || s.SignIn.Server != server || s.SignIn.Email != "lege@klinikk.example" {
				t.Errorf("%s: %+v", want, s.SignIn)
			}
		}
		const right = "riktig passord"
		try("klinikk.example", "feil passord", "", "wrongSignIn")
		try("http://klinikk.example", right, "", "insecure")
		try("ftp://klinikk.example", right, "", "wrongAddress")
		try("klinikk.example", right, signaling.Unreachable, "unreachable")
		try("klinikk.example", right, signaling.CertificateExpired, "certificateExpired")
		try("klinikk.example", right, signaling.CertificateUnknown, "certificateUnknown")
		try("klinikk.example", right, signaling.NotOurServer, "wrongAddress")
		try("klinikk.example", right, signaling.TryLater, "tryLater")
		try("klinikk.example", right, signaling.ServerTooOld, "serverTooOld")
		try("klinikk.example", right, signaling.PageTooOld, "pageTooOld")
		o.server.Start()
		o.signIn()
		o.close()
	})
}

func TestTheSessionEndsElsewhere(t *testing.T) {
	consultation(t, func(o *office) {
		p := o.patient(o.invite("K. N.", "a@example.no"))
		p.arrives()
		o.is("K. N.", desk.WaitingNow)
		o.server.EndSessions()
		s := o.until("signed out", func(s desk.State) bool { return s.Screen == desk.ScreenSignIn && s.SignIn.Problem != nil })
		if s.SignIn.Problem.Code != "signedOut" || len(s.Waiting) != 0 || s.SignIn.Email != "lege@klinikk.example" {
			t.Errorf("%+v", s.SignIn)
		}
		o.signIn()
		time.Sleep(2 * time.Second)
		p.returns(resumedIn)
		o.is("K. N.", desk.WaitingNow)
	})
}

func TestSignedOutAndInAgain(t *testing.T) {
	consultation(t, func(o *office) {
		o.invite("K. N.", "a@example.no")
		o.do(desk.DoSignOut{})
		s := o.until("out", func(s desk.State) bool { return s.Screen == desk.ScreenSignIn && o.server.Sessions() == 0 })
		if len(s.Day) != 0 || s.Account != (signaling.Account{}) {
			t.Error("rows are shown to whoever stands there")
		}
		o.close()
		o.open()
		if s := o.settle(); s.Screen != desk.ScreenSignIn {
			t.Error("the session was kept")
		}
		o.signIn()
		o.is("K. N.", desk.Sent)
	})
}

func TestWithoutAKeyring(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, newServer(), "kontor-1")
		o.keyring.Err = settings.ErrUnavailable
		o.open()
		s := o.until("a passphrase is chosen", func(s desk.State) bool { return s.Screen == desk.ScreenUnlock })
		if !s.SignIn.SealedFile || !s.SignIn.NewPassphrase {
			t.Errorf("%+v", s.SignIn)
		}
		o.do(desk.DoUnlock{Passphrase: "kort"})
		o.until("too short", func(s desk.State) bool { return s.SignIn.Problem != nil && s.SignIn.Problem.Code == "shortPassphrase" })
		o.do(desk.DoUnlock{Passphrase: "fire helt vanlige ord"})
		o.until("open", func(s desk.State) bool { return s.Screen == desk.ScreenSignIn && !s.SignIn.Busy })
		o.signIn()
		letter := o.invite("K. N.", "a@example.no")
		if o.now().Settings.Keyring != "sealedFile" || !o.server.Has(letter.Invitation.ID) {
			t.Errorf("%+v", o.now().Settings)
		}
		o.close()

		o.open()
		s = o.until("it is asked for", func(s desk.State) bool { return s.Screen == desk.ScreenUnlock })
		if s.SignIn.NewPassphrase {
			t.Error("a new one would be chosen")
		}
		o.do(desk.DoUnlock{Passphrase: "fem helt andre ord"})
		o.until("wrong", func(s desk.State) bool { return s.SignIn.Problem != nil && s.SignIn.Problem.Code == "wrongPassphrase" })
		o.do(desk.DoUnlock{Passphrase: "fire helt vanlige ord"})
		o.until("signed in as before", online)
		o.is("K. N.", desk.Sent)
		o.close()
	})
}

func TestAKeyringThatIsLockedIsWaitedFor(t *testing.T) {
	consultation(t, func(o *office) {
		o.invite("K. N.", "a@example.no")
		o.close()
		o.keyring.Err = settings.ErrUnavailable
		o.start()
		s := o.until("asked", func(s desk.State) bool { return s.Question != nil })
		if s.Question.Code != "keyringLocked" || s.Problem.Code != "keyringLocked" || s.Screen == desk.ScreenUnlock || !s.SignIn.Busy {
			t.Errorf("%+v", s)
		}
		o.do(s.Question.No)
		o.until("waits", func(s desk.State) bool { return s.Question == nil })
		o.keyring.Unlock()
		o.until("as before", func(s desk.State) bool { return online(s) && s.Problem == nil })
		o.is("K. N.", desk.Sent)

		o.close()
		o.keyring.Err = settings.ErrUnavailable
		o.start()
		s = o.until("asked again", func(s desk.State) bool { return s.Question != nil })
		o.do(s.Question.Yes)
		o.until("a passphrase is chosen", func(s desk.State) bool { return s.Screen == desk.ScreenUnlock && s.SignIn.NewPassphrase })
		o.do(desk.DoUnlock{Passphrase: "fire helt vanlige ord"})
		o.until("the book needs its key", func(s desk.State) bool { return s.Problem != nil && s.Problem.Code == "bookKeyMissing" })
	})
}

func TestABookThatCannotBeRead(t *testing.T) {
	consultation(t, func(o *office) {
		o.invite("K. N.", "a@example.no")
		o.close()
		for _, f := range []string{o.book(), o.book() + ".previous"} {
			if err := os.WriteFile(f, []byte("noe annet"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		o.open()
		s := o.until("asked", func(s desk.State) bool { return s.Question != nil })
		if s.Question.Code != "newBook" || s.Problem.Code != appointment.CodeUnreadable {
			t.Errorf("%+v", s.Question)
		}
		o.do(desk.DoInvite{Email: "b@example.no", Language: "nb"})
		o.until("refused", func(s desk.State) bool { return s.Invite.EmailProblem != nil && s.Invite.EmailProblem.Code == "noBook" })
		if data, _ := os.ReadFile(o.book()); string(data) != "noe annet" {
			t.Fatal("overwritten")
		}
		o.do(s.Question.Yes)
		o.until("a new book", func(s desk.State) bool { return s.Problem == nil && s.Question == nil && s.Connection == desk.Online })
		o.invite("Ny", "b@example.no")
		if data, _ := os.ReadFile(o.book() + ".broken"); string(data) != "noe annet" {
			t.Error("the old one was not kept")
		}
	})
}

func TestALostSettingsFileDoesNotOrphanInvitations(t *testing.T) {
	consultation(t, func(o *office) {
		p := o.patient(o.invite("K. N.", "a@example.no"))
		o.close()
		if err := os.WriteFile(filepath.Join(o.profile, "settings.json"), []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
		o.open()
		s := o.until("said", func(s desk.State) bool { return s.Problem != nil })
		if s.Problem.Code != settings.CodeBroken {
			t.Errorf("%+v", s.Problem)
		}
		o.do(desk.DoDismissProblem{})
		o.do(desk.DoSignIn{Server: "klinikk.example", Email: "lege@klinikk.example", Password: "riktig passord"})
		o.until("in", online)
		p.arrives()
		o.is("K. N.", desk.WaitingNow)
	})
}

func TestTheServersStoreIsFull(t *testing.T) {
	consultation(t, func(o *office) {
		o.server.Store(signaling.StoreFull)
		o.do(desk.DoInvite{Email: "a@example.no", Language: "nb"})
		o.until("dialog", func(s desk.State) bool { return s.Verify != nil })
		o.do(desk.DoSend{Name: "K. N."})
		o.until("said", func(s desk.State) bool { return s.Problem != nil && s.Problem.Code == "storeFull" })
		time.Sleep(time.Minute)
		if len(o.post.Letters()) != 0 {
			t.Fatal("a letter with a link that the server does not know")
		}
		o.server.Store("")
		o.is("K. N.", desk.Sent)
		o.until("and forgotten", func(s desk.State) bool { return s.Problem == nil })
	})
}

func TestSettingsAndDevices(t *testing.T) {
	consultation(t, func(o *office) {
		o.do(desk.DoOpenSettings{})
		s := o.until("open", func(s desk.State) bool { return s.Screen == desk.ScreenSettings })
		if len(s.Settings.Microphones) != 2 || !s.Settings.Microphones[1].Chosen {
			t.Errorf("the headset is the better microphone: %+v", s.Settings.Microphones)
		}
		o.do(desk.DoChooseDevice{Kind: "microphone", ID: "m"})
		password := "hemmelig"
		o.do(desk.DoSaveSettings{
			Mail: desk.MailSettings{Host: "smtp.example", Port: 465, Security: "tls", User: "u", From: "f@example.no"},
			SMS:  desk.SMSSettings{Gateway: "template", Values: map[string]string{"method": "POST", "url": "https://sms.example"}}, MailPassword: &password, Language: "en", Theme: "dark",
		})
		s = o.until("saved", func(s desk.State) bool { return s.Settings.Saved })
		if !s.Settings.Mail.HasPassword || s.Settings.SMS.HasSecret || s.Language != "en" || s.Theme != "dark" || s.Settings.Chime {
			t.Errorf("%+v", s.Settings)
		}
		o.post.Will(desk.Outcome{Reason: "signInFailed"})
		o.do(desk.DoTestMail{})
		o.until("tested", func(s desk.State) bool {
			return s.Settings.MailTest.Problem != nil && s.Settings.MailTest.Problem.Code == "test.signInFailed"
		})
		o.do(desk.DoTestSMS{Phone: "12", Country: "NO"})
		o.until("not a number", func(s desk.State) bool { return s.Settings.SMSTest.Problem != nil })
		o.do(desk.DoTestSMS{Phone: "98765432", Country: "NO"})
		o.until("tested", func(s desk.State) bool { return s.Settings.SMSTest.OK })
		o.close()
		o.open()
		s = o.until("as before", online)
		if s.Settings.Mail.Host != "smtp.example" || !s.Settings.Mail.HasPassword || !s.Settings.Microphones[0].Chosen {
			t.Errorf("%+v", s.Settings)
		}
	})
}

func TestADeviceFailsDuringTheCall(t *testing.T) {
	consultation(t, func(o *office) {
		p := o.patient(o.invite("K. N.", "a@example.no"))
		p.arrives()
		peer := o.peer(0)
		o.do(desk.DoJoin{Invitation: p.ID()})
		peer.Report(call.DeviceLost{Device: call.Camera, Err: errors.New("gone")})
		o.until("said", func(s desk.State) bool {
			return s.Call != nil && s.Call.CameraProblem != nil && s.Call.CameraProblem.Code == "cameraLost"
		})
		o.do(desk.DoChooseDevice{Kind: "camera", ID: "c"})
		o.until("tried again", func(s desk.State) bool { return s.Call.CameraProblem == nil && peer.Did("devices") })
	})
}

func TestAFullQueueOfCommandsDropsThem(t *testing.T) {
	d := desk.New(desk.Deps{})
	taken := 0
	for range 1000 {
		if d.Do(desk.DoDismiss{}) {
			taken++
		}
	}
	if taken != 64 {
		t.Errorf("%d commands were taken", taken)
	}
}
