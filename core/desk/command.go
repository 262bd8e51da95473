package desk

import (
	"time"

	"legekonsultasjon/core/intake"
	"legekonsultasjon/core/signaling"
)

// Command is something the doctor does. The window posts it and forgets it; what comes of it is seen in the State.
type Command interface{ command() }

// DoUnlock opens, or at first creates, the sealed secret file.
type DoUnlock struct{ Passphrase string }

// DoSignIn signs in. The password is not kept.
type DoSignIn struct {
	Server, Email, Password string
	Passcode                string // where one is wanted: of the authenticator, or a recovery code
}

// DoSignOut ends the session here and at the server.
type DoSignOut struct{}

// DoInvite opens the verify dialog. With both Phone and Email the link goes by e-mail and the PIN by SMS. At is zero for
// now, Length zero for the remembered one, PIN empty as the settings say.
type DoInvite struct {
	Phone, Country string
	Email          string
	At             time.Time
	Length         time.Duration
	PIN            PINTime
	Language       string
}

// DoSend sends what the dialog shows; the box was ticked. Serial is the dialog's: when
// another one is open by now, nothing is sent. Zero is whichever is open.
type DoSend struct {
	Name, Note string
	Serial     int
}

// DoCorrect closes the dialog and goes back to the field.
type DoCorrect struct{}

// DoJoin is Delta (and Ta opp igjen, and Avslutt og ta neste while in a call).
type DoJoin struct{ Invitation signaling.InvitationID }

// DoLeave is Avslutt: leaves the call, which may be taken up again for ten minutes.
type DoLeave struct{}

// DoFinish is Fullfør: finishes the consultation, with undo for a short while.
type DoFinish struct{ Invitation signaling.InvitationID }

// DoCancel takes an invitation back, with undo for a short while.
type DoCancel struct{ Invitation signaling.InvitationID }

// DoUndo undoes the last DoFinish or DoCancel of that invitation.
type DoUndo struct{ Invitation signaling.InvitationID }

// DoResend sends the same invitation again.
type DoResend struct{ Invitation signaling.InvitationID }

// DoMove sets another time and, unless zero, another length; who was told is told of it.
type DoMove struct {
	Invitation signaling.InvitationID
	At         time.Time
	Length     time.Duration
}

// DoSendPIN sends the PIN now instead of at its time.
type DoSendPIN struct{ Invitation signaling.InvitationID }

// DoSendMissed sends one letter of State.Missed; DoDropMissed lets it be; DoCloseMissed closes the list, and the rows
// go on saying it.
type DoSendMissed struct {
	Invitation signaling.InvitationID
	Number     int
}

// DoDropMissed lets it be.
type DoDropMissed struct {
	Invitation signaling.InvitationID
	Number     int
}

// DoCloseMissed closes the list.
type DoCloseMissed struct{}

// DoShowDay shows the appointments of another day; the zero time is today.
type DoShowDay struct{ Day time.Time }

// DoTake shows a request from outside in the verify dialog, as soon as the doctor can look at it. Way says where it came
// from. Tell, which may be nil, is told what becomes of it, from the loop: it must not block.
type DoTake struct {
	Request intake.Request
	Way     Way
	Tell    func(intake.Fate)
}

// DoImportFile reads a list of appointments and shows what would be made of it. Tell is as in DoTake.
type DoImportFile struct {
	Path string
	Tell func(intake.Fate)
}

// DoSubscribe fetches a calendar and shows what would be made of it; DoTakeImport then remembers the address.
type DoSubscribe struct{ Address string }

// DoUnsubscribe forgets the address and takes its drafts away.
type DoUnsubscribe struct{}

// DoFetch fetches the calendar that is subscribed to now.
type DoFetch struct{}

// DoTakeImport makes drafts of the list that is shown; DoDropImport closes it and makes nothing.
type DoTakeImport struct{}

// DoDropImport closes it.
type DoDropImport struct{}

// DoUndoImport takes back what is left of an import.
type DoUndoImport struct{ Batch intake.DraftID }

// DoOpenDraft opens the verify dialog for a draft; Through goes on to the next one after it.
type DoOpenDraft struct {
	Draft   signaling.InvitationID // the row's
	Through bool
}

// DoGoThrough opens the verify dialog for the first draft of the day that is shown, and after it for the next.
type DoGoThrough struct{}

// DoSkip goes on to the next draft without sending.
type DoSkip struct{}

// DoDropDraft removes a draft, DoKeepDraft puts the one that was removed last back.
type DoDropDraft struct{ Draft signaling.InvitationID }

// DoKeepDraft puts it back.
type DoKeepDraft struct{ Draft signaling.InvitationID }

// DoNewPIN draws a new PIN and sends it the same way; DoReadAloud shows it.
type DoNewPIN struct{ Invitation signaling.InvitationID }

// DoReadAloud shows PIN and typed code for the telephone; DoCloseReadAloud hides them.
type DoReadAloud struct{ Invitation signaling.InvitationID }

// DoCloseReadAloud hides them.
type DoCloseReadAloud struct{}

// DoConsent answers the new-device question of a waiting row.
type DoConsent struct {
	Invitation signaling.InvitationID
	Yes        bool
}

// DoMicrophone and DoCamera switch the doctor's own tracks.
type DoMicrophone struct{ On bool }

// DoCamera switches the doctor's camera.
type DoCamera struct{ On bool }

// DoChooseDevice remembers a device by id and uses it at once. Kind is "camera", "microphone", "speaker".
type DoChooseDevice struct{ Kind, ID string }

// DoOpenSettings and DoCloseSettings switch the screen; during a call settings are not shown.
type DoOpenSettings struct{}

// DoCloseSettings goes back.
type DoCloseSettings struct{}

// DoSaveSettings stores what changed. A nil secret is kept as it is.
type DoSaveSettings struct {
	Mail             MailSettings
	SMS              SMSSettings
	MailPassword     *string
	MailClient       *string // what Google calls a client secret
	SMSSecret        *string
	SMSReserve       SMSSettings
	SMSReserveSecret *string
	Language, Theme  string
	RelayOnly, Chime bool
	PIN              PINTime // empty keeps it
	KeepDays         int     // 0 keeps it
}

// DoMailSignIn signs in at the mail provider of the stored settings, in the browser or by a code for another device.
type DoMailSignIn struct{ ByDevice bool }

// DoMailSignInStop calls that off.
type DoMailSignInStop struct{}

// DoMailSignOut forgets the sign-in at the mail provider.
type DoMailSignOut struct{}

// DoTestMail sends a test message to the doctor's own address; DoTestSMS to the given number.
type DoTestMail struct{}

// DoTestSMS sends a test message, through the reserve gateway where it says so.
type DoTestSMS struct {
	Phone, Country string
	Reserve        bool
}

// DoLetBe answers the question about an unsure letter: it is taken as sent.
type DoLetBe struct{ Invitation signaling.InvitationID }

// DoSealedFile gives up on a keyring that does not answer and takes the sealed file instead.
type DoSealedFile struct{}

// DoNewBook sets a book that cannot be read aside and begins an empty one.
type DoNewBook struct{}

// DoDismiss closes the question or the notice.
type DoDismiss struct{}

// DoDismissProblem closes the problem banner.
type DoDismissProblem struct{}

// DoQuit asks whether the program may end; the State answers with a Question when it should not do so silently.
type DoQuit struct{ Confirmed bool }

func (DoUnlock) command()         {}
func (DoSignIn) command()         {}
func (DoSignOut) command()        {}
func (DoInvite) command()         {}
func (DoSend) command()           {}
func (DoCorrect) command()        {}
func (DoJoin) command()           {}
func (DoLeave) command()          {}
func (DoFinish) command()         {}
func (DoCancel) command()         {}
func (DoUndo) command()           {}
func (DoResend) command()         {}
func (DoNewPIN) command()         {}
func (DoTake) command()           {}
func (DoImportFile) command()     {}
func (DoSubscribe) command()      {}
func (DoUnsubscribe) command()    {}
func (DoFetch) command()          {}
func (DoTakeImport) command()     {}
func (DoDropImport) command()     {}
func (DoUndoImport) command()     {}
func (DoOpenDraft) command()      {}
func (DoGoThrough) command()      {}
func (DoSkip) command()           {}
func (DoDropDraft) command()      {}
func (DoKeepDraft) command()      {}
func (DoMove) command()           {}
func (DoSendPIN) command()        {}
func (DoSendMissed) command()     {}
func (DoDropMissed) command()     {}
func (DoCloseMissed) command()    {}
func (DoShowDay) command()        {}
func (DoReadAloud) command()      {}
func (DoCloseReadAloud) command() {}
func (DoConsent) command()        {}
func (DoMicrophone) command()     {}
func (DoCamera) command()         {}
func (DoChooseDevice) command()   {}
func (DoOpenSettings) command()   {}
func (DoCloseSettings) command()  {}
func (DoSaveSettings) command()   {}
func (DoMailSignIn) command()     {}
func (DoMailSignInStop) command() {}
func (DoMailSignOut) command()    {}
func (DoTestMail) command()       {}
func (DoTestSMS) command()        {}
func (DoLetBe) command()          {}
func (DoSealedFile) command()     {}
func (DoNewBook) command()        {}
func (DoDismiss) command()        {}
func (DoDismissProblem) command() {}
func (DoQuit) command()           {}
