package desk

import (
	"errors"
	"slices"
	"time"

	"legekonsultasjon/core/intake"
	"legekonsultasjon/core/signaling"
)

// Bounds of what comes from outside.
const (
	maxAsked   = 16               // requests that wait; one more is told that it is too many
	askedLimit = 60 * time.Minute // a request that nobody looked at for so long is dropped
	toldLimit  = 10 * time.Minute // how long it is told what becomes of a letter
)

// asked is a request from outside.
type asked struct {
	request intake.Request
	way     Way
	tell    func(intake.Fate)
	told    intake.Outcome
	until   time.Time
	id      signaling.InvitationID // once it was confirmed
}

// say tells an outcome once.
func (a *asked) say(o intake.Outcome, problem string) {
	if a == nil || a.told == o || a.told != "" && a.told.Last() {
		return
	}
	a.told = o
	if a.tell != nil {
		a.tell(intake.Fate{Outcome: o, Problem: problem})
	}
}

// doTake puts a request into the queue. What it asks for is made by the doctor, in the verify dialog, and by nobody else.
func (l *loop) doTake(c DoTake) {
	a := &asked{request: c.Request, way: c.Way, tell: c.Tell, until: l.now().Add(askedLimit)}
	var wrong *intake.Error
	switch err := c.Request.Check(l.now()); {
	case errors.As(err, &wrong):
		if c.Way == WayURL { // a click, so nobody reads what it is told
			l.problems[slotIntake] = &Problem{Code: "intake.badLink"}
		}
		a.say(intake.Refused, wrong.Code)
	case len(l.inbox) >= maxAsked:
		a.say(intake.Busy, "")
	default:
		l.inbox = append(l.inbox, a)
		l.Log.Info("asked to invite", "way", string(c.Way))
	}
}

// takeIn looks after the requests from outside, after every event: shows the next one when the doctor can look at it, and
// tells what has become of the others.
func (l *loop) takeIn() {
	now := l.now()
	if !l.booting && !l.signIn.Busy && !l.unlock && l.session == "" {
		l.answerAll(func(a *asked) bool { return a.way == WayCommand }, intake.NotSignedIn)
	}
	l.answerAll(func(a *asked) bool { return now.After(a.until) }, intake.TimedOut)
	for l.canAsk() && len(l.inbox) > 0 {
		next := l.inbox[0]
		l.inbox = slices.Delete(l.inbox, 0, 1)
		l.showAsked(next)
	}
	for _, a := range l.inbox {
		a.say(intake.Waiting, "")
	}
	l.followConfirmed(now)
}

// canAsk reports whether the doctor looks at home with no other dialog open.
func (l *loop) canAsk() bool {
	return l.session != "" && l.screen() == ScreenHome && l.invite.verify == nil && l.imported == nil && l.question() == nil &&
		l.readAloud == (signaling.InvitationID{}) && len(l.missedView()) == 0
}

// answerAll takes requests out of the queue with a last word.
func (l *loop) answerAll(which func(*asked) bool, o intake.Outcome) {
	l.inbox = slices.DeleteFunc(l.inbox, func(a *asked) bool {
		if which(a) {
			a.say(o, "")
			return true
		}
		return false
	})
}

// showAsked opens the verify dialog for a request; what cannot be read goes into the form with what is wrong under it.
func (l *loop) showAsked(a *asked) {
	d := l.openVerify(l.form(a.request))
	if d == nil {
		l.fillForm(a.request)
		a.say(intake.Refused, l.formProblem())
		return
	}
	d.asked, d.name, d.note = a, a.request.Name, a.request.Note
	a.say(intake.Shown, "")
}

// form is a request as the form would say it.
func (l *loop) form(r intake.Request) DoInvite {
	country := r.Country
	if country == "" {
		country = l.invite.country
	}
	return DoInvite{Phone: r.Phone, Country: country, Email: r.Email, At: r.At, Length: r.Length, Language: r.Language}
}

// formProblem is the code of what is wrong with what was given.
func (l *loop) formProblem() string {
	for _, p := range []*Problem{l.invite.phoneProblem, l.invite.emailProblem} {
		if p != nil {
			return p.Code
		}
	}
	return ""
}

// fillForm has the form hold a request, to be corrected by hand.
func (l *loop) fillForm(r intake.Request) {
	l.invite.opened++
	c := l.form(r)
	l.invite.prefill = &Prefill{Serial: l.invite.opened, Phone: c.Phone, Country: c.Country, Email: c.Email, At: c.At, Length: c.Length, Language: c.Language}
}

// correct closes the dialog; what came from outside goes into the form.
func (l *loop) correct() {
	d := l.invite.verify
	if d == nil {
		return
	}
	switch {
	case d.asked != nil:
		l.fillForm(d.asked.request)
	case d.row != (intake.DraftID{}):
		if row, ok := l.draftOf(d.row); ok {
			l.fillForm(row.Request)
			l.invite.correcting = d.row
		}
	}
	l.decline()
}

// decline closes the dialog without sending.
func (l *loop) decline() {
	if d := l.invite.verify; d != nil {
		d.asked.say(intake.Declined, "")
	}
	l.invite.verify = nil
}

// confirmed goes on after the doctor has sent what the dialog showed.
func (l *loop) confirmed(d *draft, id signaling.InvitationID) {
	if d.asked != nil {
		d.asked.id, d.asked.until = id, l.now().Add(toldLimit)
		d.asked.say(intake.Confirmed, "")
		if len(l.confirming) < maxAsked {
			l.confirming = append(l.confirming, d.asked)
		}
	}
	if d.row != (intake.DraftID{}) {
		l.invited(d)
	}
}

// followConfirmed tells what has become of the letters of requests from outside.
func (l *loop) followConfirmed(now time.Time) {
	l.confirming = slices.DeleteFunc(l.confirming, func(a *asked) bool {
		appointment, i, ok := l.find(a.id)
		if !ok || now.After(a.until) {
			return true
		}
		row := l.dayRow(appointment, i, now)
		switch row.Status {
		case Queued, Sending:
			return false
		case SendFailed, SendLate, Unsure, Cancelled, Missed:
			reason := row.Reason
			if reason == "" {
				reason = string(row.Status)
			}
			a.say(intake.Failed, reason)
		default:
			a.say(intake.Sent, "")
		}
		return true
	})
}

// dropOutside ends what came from outside when nobody is signed in any more.
func (l *loop) dropOutside() {
	l.decline()
	l.dropImport()
	l.answerAll(func(*asked) bool { return true }, intake.NotSignedIn)
	l.invite.prefill = nil
	l.invite.correcting = intake.DraftID{}
}
