package desk

import (
	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/intake"
	"legekonsultasjon/core/signaling"
)

// do carries out a command. Before the doctor is signed in only those of the entrance count.
func (l *loop) do(c Command) {
	switch c := c.(type) {
	case DoUnlock:
		l.unlockWith(c.Passphrase)
	case DoSignIn:
		l.doSignIn(c)
	case DoBeginAccount, DoBackToSignIn, DoCheckEnrolment, DoEnrol, DoRecoverySeen:
		l.doEntrance(c)
	case DoSignOut:
		l.signOut()
	case DoDismiss:
		l.dismiss()
	case DoDismissProblem:
		l.dismissProblem()
	case DoSealedFile:
		l.giveUpKeyring()
	case DoNewBook:
		l.newBook()
	case DoQuit:
		l.doQuit(c.Confirmed)
	case DoTake:
		l.doTake(c)
	default:
		l.doInside(c)
	}
}

// doInside carries out what concerns patients, calls and settings. A call goes on when the session has ended.
func (l *loop) doInside(c Command) {
	if l.session == "" && l.call == nil {
		return
	}
	switch c := c.(type) {
	case DoJoin:
		l.join(c.Invitation)
	case DoLeave:
		l.leave()
	case DoFinish:
		l.doFinish(c.Invitation)
	case DoConsent:
		l.consent(c.Invitation, c.Yes)
	case DoMicrophone:
		l.setMicrophone(c.On)
	case DoCamera:
		l.setCamera(c.On)
	case DoTryLine:
		l.tryLine()
	case DoTryInput:
		l.doTryInput(c.Kind, c.On)
	case DoTrySound:
		l.trySound(c.Kind)
	case DoPanel:
		l.openPanel(c.Open)
	case DoChooseDevice:
		l.chooseDevice(c.Kind, c.ID)
	case DoVolume:
		l.setVolume(c.Percent)
	case DoSound:
		l.doSound(c.Sound)
	default:
		l.doAtHome(c)
	}
}

func (l *loop) doAtHome(c Command) {
	switch c := c.(type) {
	case DoInvite:
		l.doInvite(c)
	case DoSend:
		l.doSend(c)
	case DoCorrect:
		l.correct()
	case DoCancel:
		l.doCancel(c.Invitation)
	case DoUndo:
		l.doUndo(c.Invitation)
	case DoResend:
		l.doResend(c.Invitation)
	case DoLetBe:
		l.letBe(c.Invitation)
	case DoMove:
		l.doMove(c)
	case DoSendPIN:
		if l.step(c.Invitation, appointment.SendPIN{}) {
			l.save()
		}
	case DoSendMissed:
		l.sendMissed(c)
	case DoDropMissed:
		l.dropMissed(c)
	case DoCloseMissed:
		l.missed = nil
	case DoShowDay:
		l.showDay(c.Day)
	case DoNewPIN:
		l.doNewPIN(c.Invitation)
	case DoReadAloud:
		l.readAloud = c.Invitation
	case DoCloseReadAloud:
		l.readAloud = signaling.InvitationID{}
	default:
		l.doDayList(c)
	}
}

func (l *loop) doDayList(c Command) {
	switch c := c.(type) {
	case DoImportFile:
		l.doImportFile(c)
	case DoSubscribe:
		l.subscribe(c.Address)
	case DoUnsubscribe:
		l.unsubscribe()
	case DoFetch:
		l.fetchNow()
	case DoTakeImport:
		l.takeImport()
	case DoDropImport:
		l.dropImport()
	case DoUndoImport:
		l.undoImport(c.Batch)
	case DoOpenDraft:
		l.openDraft(intake.DraftID(c.Draft), c.Through)
	case DoGoThrough:
		l.goThrough()
	case DoSkip:
		l.skip()
	case DoDropDraft:
		l.dropDraft(intake.DraftID(c.Draft))
	case DoKeepDraft:
		l.keepDraft(intake.DraftID(c.Draft))
	default:
		if !l.doBook(c) {
			l.doSettings(c)
		}
	}
}

func (l *loop) doSettings(c Command) {
	switch c := c.(type) {
	case DoOpenSettings:
		if l.call == nil {
			l.settingsOpen, l.settingsView = true, settingsView{}
		}
	case DoCloseSettings:
		l.settingsOpen = false
	case DoSaveSettings:
		l.doSaveSettings(c)
	case DoMailSignIn:
		l.doMailSignIn(c.ByDevice)
	case DoMailSignInStop:
		l.stopMailSignIn()
	case DoMailSignOut:
		l.doMailSignOut()
	case DoTestMail:
		l.testMail()
	case DoTestSMS:
		l.testSMS(c)
	default:
		l.doOffice(c)
	}
}

// Codes of the quit question.
const (
	quitCall    = "quitCall"
	quitWaiting = "quitWaiting"
)

// doQuit ends the program, or asks first when somebody would miss it.
func (l *loop) doQuit(confirmed bool) {
	switch {
	case confirmed:
		l.quit = true
	case l.call != nil:
		l.asked = quitCall
	case l.expected() > 0:
		l.asked = quitWaiting
	default:
		l.quit = true
	}
}

// expected counts the patients who wait or may still come today.
func (l *loop) expected() int {
	n, now := 0, l.now()
	if l.session == "" {
		return 0
	}
	for _, a := range l.mine() {
		soon := a.At.Before(now.Add(appointment.Length)) || sameDay(a.At, now)
		if a.Closing == appointment.Open && soon && now.Before(a.NotAfter()) && a.Left.IsZero() {
			n++
		}
	}
	return n
}
