package desk

import (
	"context"
	"strings"
	"time"

	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/deliver"
)

// Bounds of asking what became of letters.
const (
	askAtOnce  = 2 // questions under way at the same time
	askTimeout = 30 * time.Second
)

// askAfter is how long after a letter was taken its gateway is asked, time after time. Phones that are on have it within
// seconds; operators give up after a day or two.
var askAfter = [...]time.Duration{3 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute, 3 * time.Minute,
	10 * time.Minute, 30 * time.Minute, time.Hour, 3 * time.Hour, 8 * time.Hour, 24 * time.Hour}

// inquiry is how far asking for one letter has come. It is not kept: another run of the program begins anew.
type inquiry struct {
	asked int  // steps of askAfter that are behind us
	busy  bool // under way
	over  bool // nobody will ever say
}

// askReports asks the gateways for the letters that were taken and whose fate may be known by now.
func (l *loop) askReports() {
	if l.book == nil || l.session == "" {
		return
	}
	now, busy := l.now(), 0
	for _, q := range l.asking {
		if q.busy {
			busy++
		}
	}
	for _, a := range l.mine() {
		for _, i := range a.Invitations {
			for _, d := range i.Deliveries {
				id := letterID{i.ID, d.Number}
				if busy < askAtOnce && l.worthAsking(id, d, now) {
					l.askReport(id, d)
					busy++
				}
			}
		}
	}
}

// worthAsking says whether it is time to ask for a letter, and steps over the times that have passed meanwhile.
func (l *loop) worthAsking(id letterID, d appointment.Delivery, now time.Time) bool {
	if d.State != appointment.Accepted || d.Way != appointment.BySMS || !strings.Contains(d.Receipt, ":") {
		delete(l.asking, id)
		return false
	}
	q := l.asking[id]
	if q.busy || q.over || q.asked >= len(askAfter) || now.Before(d.At.Add(askAfter[q.asked])) {
		return false
	}
	for q.asked < len(askAfter) && !now.Before(d.At.Add(askAfter[q.asked])) {
		q.asked++
	}
	l.asking[id] = q
	return true
}

func (l *loop) askReport(id letterID, d appointment.Delivery) {
	q := l.asking[id]
	q.busy = true
	l.asking[id] = q
	accounts := l.letterAccounts()
	l.start(func(ctx context.Context) func() {
		ctx, cancel := context.WithTimeout(ctx, askTimeout)
		defer cancel()
		fate := l.Post.Report(ctx, accounts, d.Receipt)
		return func() { l.reported(id, d.Receipt, fate) }
	})
}

// reported takes what the gateway said of a letter.
func (l *loop) reported(id letterID, receipt string, fate deliver.Fate) {
	q := l.asking[id]
	q.busy, q.over = false, fate != deliver.Underway
	l.asking[id] = q
	_, i, _ := l.find(id.invitation)
	d, ok := i.Letter(id.number)
	if !ok || d.State != appointment.Accepted || d.Receipt != receipt {
		return
	}
	switch fate {
	case deliver.Arrived:
		l.step(id.invitation, appointment.SendDelivered{Number: id.number})
	case deliver.Lost:
		l.step(id.invitation, appointment.SendLost{Number: id.number, Reason: "lost"})
	default:
		return
	}
	l.save()
	l.Log.Info("letter", "invitation", id.invitation, "number", id.number, "fate", fate)
}
