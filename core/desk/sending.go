package desk

import (
	"context"
	"net/url"
	"time"

	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/deliver"
	"legekonsultasjon/core/signaling"
)

// Bounds of sending letters; deliver.Wait says how often and after how long one is tried again.
const (
	sendAtOnce  = 4 // letters under way at the same time
	sendTimeout = time.Minute
)

// letterID names one letter among all.
type letterID struct {
	invitation signaling.InvitationID
	number     int
}

// sendLetters hands over the letters that are due: the invitation is at the server, the book on the disk says "sending",
// and there is still time to come.
func (l *loop) sendLetters() {
	if l.book == nil || l.session == "" {
		return
	}
	for _, a := range l.mine() {
		for _, i := range a.Invitations {
			for _, d := range i.Deliveries {
				if d.State == appointment.Queued {
					l.sendIfDue(a, i, d)
				}
			}
		}
	}
}

func (l *loop) sendIfDue(a appointment.Appointment, i appointment.Invitation, d appointment.Delivery) {
	now := l.now()
	calledOff := d.Letter == appointment.LetterCancelled
	switch {
	case calledOff && a.Closing != appointment.Cancelled, !calledOff && a.Closing != appointment.Open:
	case now.After(a.End()):
		if l.step(i.ID, appointment.SendFailed{Number: d.Number, Reason: tooLate}) {
			l.save()
		}
	case !d.Planned.IsZero() && d.Overlooked(now): // the machine slept, or the line was down
		l.overlook(i.ID, d)
		l.save()
	case (a.ServerHas && !a.Changed || calledOff) && d.Due(now) && len(l.letters) < sendAtOnce:
		l.sendLetter(letterID{i.ID, d.Number})
	}
}

// tooLate is the reason of a letter that could not be sent before the end.
const tooLate = "tooLate"

func (l *loop) sendLetter(id letterID) {
	if l.book.Dirty() && !l.save() || !l.step(id.invitation, appointment.SendStarted{Number: id.number}) {
		return
	}
	if !l.save() { // not handed over, so it is not "sending": a crash now must not leave a doubt
		l.step(id.invitation, appointment.SendPostponed{Number: id.number, Reason: appointment.CodeDiskFull, Next: l.saveAfter})
		return
	}
	l.letters[id] = true
	a, i, _ := l.find(id.invitation)
	d, _ := i.Letter(id.number)
	parcel := Parcel{
		Accounts: l.letterAccounts(), Letter: d.Letter, Delivery: d, Appointment: a, Invitation: i,
		Account: l.settings.Account, Server: l.settings.Server,
	}
	l.start(func(ctx context.Context) func() {
		ctx, cancel := context.WithTimeout(ctx, sendTimeout)
		defer cancel()
		outcome := l.Post.Send(ctx, parcel)
		return func() { l.sent(id, outcome) }
	})
}

// sent takes what came of handing a letter over.
func (l *loop) sent(id letterID, o Outcome) {
	delete(l.letters, id)
	_, i, _ := l.find(id.invitation)
	d, ok := i.Letter(id.number)
	if !ok {
		return
	}
	var e appointment.Event
	switch {
	case o.Unsure:
		e = appointment.SendInterrupted{Number: id.number}
	case o.Reason == "":
		e = appointment.SendAccepted{Number: id.number, Receipt: o.Receipt}
	default:
		e = appointment.SendFailed{Number: id.number, Reason: o.Reason}
		if wait, again := deliver.Wait(d.Attempts); o.Temporary && again {
			e = appointment.SendPostponed{Number: id.number, Reason: o.Reason, Next: l.now().Add(wait)}
		}
	}
	if l.step(id.invitation, e) {
		l.tellSent(id.invitation, d, e)
	}
	l.save()
	l.tellReserve(o)
	l.Log.Info("letter", "invitation", id.invitation, "number", id.number, "kind", d.Letter, "reason", o.Reason, "unsure", o.Unsure,
		"instead", o.Instead)
}

// tellSent says in one quiet line that a letter went out. It does not disturb a call: the list will show it.
func (l *loop) tellSent(id signaling.InvitationID, d appointment.Delivery, e appointment.Event) {
	if _, ok := e.(appointment.SendAccepted); !ok || l.call != nil {
		return
	}
	code := map[appointment.Letter]string{
		appointment.LetterInvitation: "sent", appointment.LetterInformation: "sent", appointment.LetterNewPIN: "newPIN",
		appointment.LetterReminder: "sentPIN", appointment.LetterPIN: "sentPIN", appointment.LetterMoved: "sentMoved",
	}[d.Letter]
	if code != "" && (l.notice == nil || l.notice.Undo == nil) {
		l.tell(Notice{Code: code, Args: l.wayArgs(id, d.Way)})
	}
}

// tellReserve says that the reserve gateway has taken over because something is wrong with the first. A number that only
// the first refused is no reason.
func (l *loop) tellReserve(o Outcome) {
	if o.Instead != "" && o.Instead != string(deliver.BadReceiver) {
		l.problems[slotSMS] = &Problem{Code: "smsReserve." + o.Instead}
	}
}

// wayArgs are the words of a notice about a letter that went one way.
func (l *loop) wayArgs(id signaling.InvitationID, way appointment.Way) map[string]string {
	args := l.labelArgs(id)
	if _, i, ok := l.find(id); ok && way == appointment.ByMail && i.Email != "" {
		args["to"] = i.Email
	}
	return args
}

// letterAccounts are the accounts as they are now.
func (l *loop) letterAccounts() Accounts {
	accounts := l.accounts
	accounts.MailTokens = l.mailTokens()
	accounts.Mail, accounts.SMS, accounts.SMSReserve = l.settings.Mail, l.settings.SMS, l.settings.SMSReserve
	return accounts
}

// host is the name and port of a URL, for people to type and for calendar UIDs.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
