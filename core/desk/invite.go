package desk

import (
	"strings"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/signaling"
)

// inviteForm is the invitation that is being made.
type inviteForm struct {
	country, language          string
	phoneProblem, emailProblem *Problem
	verify                     *draft
}

// draft is what the verify dialog shows.
type draft struct {
	phone    Phone  // or
	email    string // one of them
	at       time.Time
	language string
	problem  *Problem
}

// Longest texts that a doctor may write, in characters.
const (
	maxName = 80
	maxNote = 500
)

// doInvite reads the number or address and opens the dialog in which the doctor verifies it.
func (l *loop) doInvite(c DoInvite) {
	l.invite.phoneProblem, l.invite.emailProblem, l.invite.verify = nil, nil, nil
	problem := &l.invite.phoneProblem
	if c.Phone == "" {
		problem = &l.invite.emailProblem
	}
	d := &draft{at: c.At, language: c.Language}
	if d.language == "" {
		d.language = l.invite.language
	}
	if *problem = l.readAddress(c, d); *problem != nil {
		return
	}
	l.invite.verify = d
	l.rememberChoices(c.Country, d.language)
}

func (l *loop) readAddress(c DoInvite, d *draft) *Problem {
	mail, sms := l.Post.Check(l.letterAccounts())
	now := l.now()
	switch {
	case l.book == nil:
		return &Problem{Code: "noBook"}
	case !c.At.IsZero() && c.At.Add(appointment.Length).Before(now):
		return &Problem{Code: "timePast"}
	case c.Phone != "" && sms != nil:
		return refused(sms, "smsNotReady")
	case c.Phone == "" && mail != nil:
		return refused(mail, "mailNotReady")
	}
	var err error
	if c.Phone != "" {
		if d.phone, err = l.Post.Phone(c.Phone, c.Country, l.settings.Language); err != nil {
			return refused(err, "phoneNotUnderstood")
		}
		return nil
	}
	if d.email, err = l.Post.Email(c.Email); err != nil {
		return refused(err, "emailNotUnderstood")
	}
	return nil
}

func (l *loop) rememberChoices(country, language string) {
	if country != "" {
		l.invite.country = country
	}
	l.invite.language = language
	if l.settings.Country != l.invite.country || l.settings.Letters != language {
		l.settings.Country, l.settings.Letters = l.invite.country, language
		l.saveSettings()
	}
}

// doSend makes the appointment. It stands in the book before anything leaves the machine; sendLetters does the rest.
func (l *loop) doSend(c DoSend) {
	d := l.invite.verify
	if d == nil {
		return
	}
	if l.book == nil {
		d.problem = &Problem{Code: "noBook"}
		return
	}
	now := l.now()
	a := appointment.New(now, appointment.Draft{
		Owner: l.owner(), At: d.at, Language: d.language, Phone: d.phone.Number, Country: d.phone.Country, Email: d.email,
		Name: clip(c.Name, maxName), Note: clip(c.Note, maxNote),
	}, host(l.settings.Server))
	l.book.Put(a)
	l.save()
	l.invite.verify = nil
	if l.connection != Online {
		l.tell(Notice{Code: "queued", Args: l.labelArgs(a.Invitations[0].ID)})
	}
	l.Log.Info("invited", "room", a.Room)
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

// doResend queues the same invitation again, or has one that waits for its next try sent at once.
func (l *loop) doResend(id signaling.InvitationID) {
	var e appointment.Event = appointment.SendAgain{}
	if a, i, ok := l.find(id); ok && postponed(a, i) {
		e = appointment.SendPostponed{Next: l.now()}
	}
	if l.step(id, e) {
		l.save()
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
