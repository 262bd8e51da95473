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

// sendLetters hands over the letters that are due: the invitation is at the server, the book on the disk says "sending",
// and there is still time to come.
func (l *loop) sendLetters() {
	if l.book == nil || l.session == "" {
		return
	}
	for _, a := range l.mine() {
		for _, i := range a.Invitations {
			if i.Delivery.State == appointment.Queued && !l.letters[i.ID] {
				l.sendIfDue(a, i)
			}
		}
	}
}

func (l *loop) sendIfDue(a appointment.Appointment, i appointment.Invitation) {
	now := l.now()
	calledOff := i.Delivery.Letter == appointment.LetterCancelled
	switch {
	case calledOff && a.Closing != appointment.Cancelled, !calledOff && a.Closing != appointment.Open:
	case now.After(a.End()):
		if l.step(i.ID, appointment.SendFailed{Reason: "tooLate"}) {
			l.save()
		}
	case (a.ServerHas || calledOff) && !now.Before(i.Delivery.Next) && len(l.letters) < sendAtOnce:
		l.sendLetter(i.ID)
	}
}

func (l *loop) sendLetter(id signaling.InvitationID) {
	if l.book.Dirty() && !l.save() || !l.step(id, appointment.SendStarted{}) {
		return
	}
	if !l.save() { // not handed over, so it is not "sending": a crash now must not leave a doubt
		l.step(id, appointment.SendPostponed{Reason: appointment.CodeDiskFull, Next: l.saveAfter})
		return
	}
	l.letters[id] = true
	a, i, _ := l.find(id)
	parcel := Parcel{
		Accounts: l.letterAccounts(), Letter: i.Delivery.Letter, Appointment: a, Invitation: i,
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
func (l *loop) sent(id signaling.InvitationID, o Outcome) {
	delete(l.letters, id)
	_, i, ok := l.find(id)
	if !ok {
		return
	}
	var e appointment.Event
	switch {
	case o.Unsure:
		e = appointment.SendInterrupted{}
	case o.Reason == "":
		e = appointment.SendAccepted{Receipt: o.Receipt}
	default:
		e = appointment.SendFailed{Reason: o.Reason}
		if wait, again := deliver.Wait(i.Delivery.Attempts); o.Temporary && again {
			e = appointment.SendPostponed{Reason: o.Reason, Next: l.now().Add(wait)}
		}
	}
	if l.step(id, e) {
		l.tellSent(id, i.Delivery.Letter, e)
	}
	l.save()
	l.Log.Info("letter", "invitation", id, "reason", o.Reason, "unsure", o.Unsure)
}

// tellSent says in one quiet line that a letter went out.
func (l *loop) tellSent(id signaling.InvitationID, letter appointment.Letter, e appointment.Event) {
	if _, ok := e.(appointment.SendAccepted); !ok {
		return
	}
	code := map[appointment.Letter]string{appointment.LetterInvitation: "sent", appointment.LetterPIN: "newPIN"}[letter]
	if code != "" && (l.notice == nil || l.notice.Undo == nil) {
		l.tell(Notice{Code: code, Args: l.labelArgs(id)})
	}
}

// letterAccounts are the accounts as they are now.
func (l *loop) letterAccounts() Accounts {
	accounts := l.accounts
	accounts.Mail, accounts.SMS = l.settings.Mail, l.settings.SMS
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
