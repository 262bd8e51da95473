package desk

import (
	"strings"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/i18n"
	"legekonsultasjon/core/intake"
	"legekonsultasjon/core/signaling"
)

// inviteForm is the invitation that is being made.
type inviteForm struct {
	country, language          string
	phoneProblem, emailProblem *Problem
	verify                     *draft
	opened                     int      // dialogs so far
	prefill                    *Prefill // what the form is to hold instead of what it holds
	correcting                 intake.DraftID
}

// draft is what the verify dialog shows.
type draft struct {
	phone    Phone // or
	email    string
	at       time.Time
	length   time.Duration
	pin      PINTime
	language string
	problem  *Problem
	sms      SMSCount

	serial     int            // of the dialog
	name, note string         // to begin with
	asked      *asked         // the request from outside that this is, or nil
	row        intake.DraftID // the imported row that this is, or zero
	through    bool           // one of several that are gone through
}

// Longest texts that a doctor may write, in characters.
const (
	maxName = 80
	maxNote = 500
)

// doInvite reads the form and opens the dialog in which the doctor verifies it.
func (l *loop) doInvite(c DoInvite) {
	l.decline()
	if d := l.openVerify(c); d != nil {
		d.row = l.corrected(c)
		l.rememberChoices(c.Country, d.language, d.length)
	}
}

// openVerify reads the number or address and opens the dialog in which the doctor verifies it: the only way to an
// invitation, whoever wishes for it. It returns nil when what was given cannot be read; the problems stand under the
// fields.
func (l *loop) openVerify(c DoInvite) *draft {
	l.invite.phoneProblem, l.invite.emailProblem, l.invite.verify = nil, nil, nil
	if !l.settings.Account.MayInvite() {
		l.invite.phoneProblem = &Problem{Code: "mayNotInvite"}
		return nil
	}
	d := &draft{at: c.At, length: c.Length, pin: c.PIN, language: c.Language}
	if !d.at.IsZero() {
		d.at = d.at.In(l.now().Location()) // a day before is counted by our clock
	}
	if d.language == "" {
		d.language = l.invite.language
	}
	if d.length <= 0 {
		d.length = l.lengthOfNew()
	}
	if d.pin == "" {
		d.pin = l.pinTime()
	}
	if c.Phone != "" {
		l.invite.phoneProblem = l.readPhone(c, d)
	}
	if c.Email != "" || c.Phone == "" {
		l.invite.emailProblem = l.readEmail(c, d)
	}
	if l.invite.phoneProblem != nil || l.invite.emailProblem != nil {
		return nil
	}
	l.invite.opened++
	d.serial = l.invite.opened
	d.sms = l.countSMS(d)
	l.invite.verify = d
	return d
}

// pinTime is when the PIN of a later appointment goes, as the settings say.
func (l *loop) pinTime() PINTime {
	switch p := PINTime(l.settings.PINTime); p {
	case PINDayBefore, PINAtOnce, PINAloud:
		return p
	}
	return PINShortly
}

// lengthOfNew is the length of the last appointment that was made.
func (l *loop) lengthOfNew() time.Duration {
	if n := l.settings.Length; n > 0 {
		return time.Duration(n) * time.Minute
	}
	return appointment.Length
}

// cannotInvite is what stands in the way of any invitation.
func (l *loop) cannotInvite(c DoInvite) *Problem {
	switch {
	case l.book == nil:
		return &Problem{Code: "noBook"}
	case !c.At.IsZero() && c.At.Add(appointment.Length).Before(l.now()):
		return &Problem{Code: "timePast"}
	}
	return nil
}

func (l *loop) readPhone(c DoInvite, d *draft) (p *Problem) {
	if p = l.cannotInvite(c); p != nil {
		return p
	}
	if _, sms := l.Post.Check(l.letterAccounts()); sms != nil {
		return refused(sms, "smsNotReady")
	}
	var err error
	if d.phone, err = l.Post.Phone(c.Phone, c.Country, l.settings.Language); err != nil {
		return refused(err, "phoneNotUnderstood")
	}
	return nil
}

func (l *loop) readEmail(c DoInvite, d *draft) (p *Problem) {
	if p = l.cannotInvite(c); p != nil {
		return p
	}
	if mail, _ := l.Post.Check(l.letterAccounts()); mail != nil {
		return refused(mail, "mailNotReady")
	}
	var err error
	if d.email, err = l.Post.Email(c.Email); err != nil {
		return refused(err, "emailNotUnderstood")
	}
	return nil
}

func (l *loop) rememberChoices(country, language string, length time.Duration) {
	if country != "" {
		l.invite.country = country
	}
	l.invite.language = language
	minutes := int(length / time.Minute)
	if l.settings.Country != l.invite.country || l.settings.Letters != language || l.settings.Length != minutes {
		l.settings.Country, l.settings.Letters, l.settings.Length = l.invite.country, language, minutes
		l.saveSettings()
	}
}

// doSend makes the appointment. It stands in the book before anything leaves the machine; sendLetters does the rest.
func (l *loop) doSend(c DoSend) {
	d := l.invite.verify
	if d == nil || c.Serial != 0 && c.Serial != d.serial {
		return
	}
	if l.book == nil {
		d.problem = &Problem{Code: "noBook"}
		return
	}
	now := l.now()
	made := l.appointmentOf(d)
	made.Name, made.Note = clip(c.Name, maxName), clip(c.Note, maxNote)
	a := appointment.New(now, made, host(l.settings.Server))
	l.book.Put(a)
	l.save()
	l.invite.verify = nil
	if l.connection != Online {
		l.tell(Notice{Code: "queued", Args: l.labelArgs(a.Invitations[0].ID)})
	}
	l.Log.Info("invited", "room", a.Room)
	l.confirmed(d, a.Invitations[0].ID)
}

// clip trims s and cuts it to n characters.
func clip(s string, n int) string {
	runes := []rune(strings.TrimSpace(s))
	return string(runes[:min(n, len(runes))])
}

// doNewPIN draws a new PIN and sends it the way the invitation went. Pages that are locked may try at once.
func (l *loop) doNewPIN(id signaling.InvitationID) {
	a, _, ok := l.find(id)
	if !ok || !a.Valid(l.now()) && l.now().After(a.NotAfter()) {
		return
	}
	if !l.step(id, appointment.PINRenewed{PIN: access.NewPIN()}) {
		l.tell(Notice{Code: "noMorePINs", Args: l.labelArgs(id)})
		return
	}
	l.afterSave(func() { l.readyAgain(id) })
}

// doResend sends what stopped, or what was sent, again; what waits for its next try goes at once.
func (l *loop) doResend(id signaling.InvitationID) {
	if l.step(id, appointment.SendAgain{}) {
		l.save()
	}
}

// letBe takes letters of which nobody knows whether they went as sent.
func (l *loop) letBe(id signaling.InvitationID) {
	_, i, _ := l.find(id)
	for _, d := range i.UnsureLetters() {
		l.step(id, appointment.SendConfirmed{Number: d.Number})
	}
	l.save()
}

// doMove sets another time. The link stays; who was told is told.
func (l *loop) doMove(c DoMove) {
	if l.call != nil && l.call.id == c.Invitation || c.At.IsZero() {
		return
	}
	if !l.step(c.Invitation, appointment.Moved{At: c.At.In(l.now().Location()), Length: c.Length}) {
		return
	}
	l.save()
	args := l.labelArgs(c.Invitation)
	args["when"] = i18n.When(l.settings.Language, c.At.In(l.now().Location()), l.now())
	l.tell(Notice{Code: "moved", Args: args})
	l.Log.Info("moved", "invitation", c.Invitation)
}

// showDay turns the list to another day.
func (l *loop) showDay(day time.Time) {
	now := l.now()
	l.day = time.Time{}
	if !day.IsZero() && !sameDay(day, now) {
		l.day = dayStart(day.In(now.Location()))
	}
}

// doCancel takes an invitation back.
func (l *loop) doCancel(id signaling.InvitationID) {
	if l.call != nil && l.call.id == id {
		return
	}
	l.end(id, appointment.Cancelled, "cancelled")
}

// doFinish is Fullfør.
func (l *loop) doFinish(id signaling.InvitationID) {
	if l.call != nil && l.call.id == id {
		l.leave()
	}
	l.end(id, appointment.Finished, "finished")
}

func (l *loop) end(id signaling.InvitationID, as appointment.Closing, notice string) {
	if !l.step(id, appointment.Closed{As: as}) {
		return
	}
	l.save()
	a, _, _ := l.find(id)
	l.tell(Notice{Code: notice, Args: l.labelArgs(id), Undo: DoUndo{id}, Until: a.UndoUntil()})
}

// doUndo opens an appointment again while that is possible.
func (l *loop) doUndo(id signaling.InvitationID) {
	if !l.step(id, appointment.Reopened{}) {
		return
	}
	l.save()
	if l.notice != nil && l.notice.Undo == (DoUndo{id}) {
		l.notice = nil
	}
}

// noticeTime is how long a quiet line stands.
const noticeTime = 8 * time.Second

// tell shows one quiet line; the newest replaces the one before.
func (l *loop) tell(n Notice) {
	if n.Until.IsZero() {
		n.Until = l.now().Add(noticeTime)
	}
	l.notice = &n
}
