package appointment

import (
	"time"

	"legekonsultasjon/core/access"
)

// PINTime is when the PIN of a later appointment is sent.
type PINTime string

// The choices.
const (
	PINShortly   PINTime = "shortly"   // ShortlyBefore the appointment
	PINDayBefore PINTime = "dayBefore" // at the same time of day, the day before
	PINAtOnce    PINTime = "atOnce"
	PINAloud     PINTime = "aloud" // not at all: it is read aloud
)

// ShortlyBefore is how long before the appointment the reminder goes.
const ShortlyBefore = 15 * time.Minute

// DueAt is when the PIN of an appointment at a time is to go; zero is at once. A day before is the same time of day by
// the clock of at's time zone, also where the clock was changed between. What has passed falls back to shortly before.
func (p PINTime) DueAt(at, now time.Time) time.Time {
	if p == PINDayBefore {
		if due := at.AddDate(0, 0, -1); due.After(now) {
			return due
		}
	}
	if p == PINAtOnce {
		return time.Time{}
	}
	if due := at.Add(-ShortlyBefore); due.After(now) {
		return due
	}
	return time.Time{}
}

// linkWay is how the link goes: by e-mail where there is an address.
func (i Invitation) linkWay() Way {
	if i.Email != "" {
		return ByMail
	}
	return BySMS
}

// pinWay is how the PIN goes: by SMS where there is a number.
func (i Invitation) pinWay() Way {
	if i.Phone != "" {
		return BySMS
	}
	return ByMail
}

// TwoWays reports that link and PIN go by different channels.
func (i Invitation) TwoWays() bool { return i.Phone != "" && i.Email != "" }

// plan queues the letters that a new appointment begins with.
func (a Appointment) plan(now time.Time, i *Invitation) {
	due := time.Time{}
	if !a.Now {
		due = a.PIN.DueAt(a.At, now)
	}
	switch {
	case a.PIN == PINAloud:
		i.queue(now, LetterInformation, i.linkWay(), time.Time{})
	case i.TwoWays():
		i.queue(now, LetterInformation, i.linkWay(), time.Time{})
		i.queue(now, LetterPIN, i.pinWay(), due)
	case due.IsZero():
		i.queue(now, LetterInvitation, i.linkWay(), time.Time{})
	default:
		i.queue(now, LetterInformation, i.linkWay(), time.Time{})
		i.queue(now, LetterReminder, i.pinWay(), due)
	}
}

// queue adds a letter.
func (i *Invitation) queue(now time.Time, letter Letter, way Way, planned time.Time) {
	d := Delivery{State: Queued, Letter: letter, Way: way, Number: i.lastNumber() + 1, Planned: planned.Round(0), At: now}
	if letter.HasPIN() {
		d.PINCount = i.PIN.Renewed
	}
	i.Deliveries = append(i.Deliveries, d)
}

func (i Invitation) lastNumber() int {
	n := 0
	for _, d := range i.Deliveries {
		n = max(n, d.Number)
	}
	return n
}

// drop gives up letters that have not left.
func (i *Invitation) drop(now time.Time, which func(Delivery) bool) {
	for n := range i.Deliveries {
		if which(i.Deliveries[n]) {
			i.Deliveries[n].step(now, SendDropped{})
		}
	}
}

// pinSent reports that the PIN of now has left, by any way.
func (i Invitation) pinSent() bool {
	for _, d := range i.Deliveries {
		if d.Letter.HasPIN() && d.PINCount == i.PIN.Renewed && d.left() {
			return true
		}
	}
	return false
}

// PINPlan tells how it stands with the PIN of now: whether it has left, and if not, the letter that is to bring it.
func (i Invitation) PINPlan() (sent bool, pending Delivery, planned bool) {
	for _, d := range i.Deliveries {
		if d.Letter.HasPIN() && d.PINCount == i.PIN.Renewed && (d.State == Queued || d.State == Late) {
			pending, planned = d, true
		}
	}
	return i.pinSent(), pending, planned
}

// sendPIN brings the PIN's letter forward, or makes one where none was planned.
func (i *Invitation) sendPIN(now time.Time) bool {
	for n := range i.Deliveries {
		d := &i.Deliveries[n]
		if d.Letter.HasPIN() && d.PINCount == i.PIN.Renewed && (d.State == Queued || d.State == Late || d.State == Failed) {
			*d = d.again(now, i.lastNumber()+1)
			return true
		}
	}
	if i.pinSent() {
		return false
	}
	i.queue(now, i.pinLetter(), i.pinWay(), time.Time{})
	return true
}

// pinLetter is what brings the PIN to somebody who has the link.
func (i Invitation) pinLetter() Letter {
	if i.TwoWays() {
		return LetterPIN
	}
	return LetterReminder
}

// again is the same letter anew, at once.
func (d Delivery) again(now time.Time, number int) Delivery {
	return Delivery{State: Queued, Letter: d.Letter, Way: d.Way, Number: number, PINCount: d.PINCount, At: now}
}

// sendAgain queues what does not go on by itself or, when all went well, what the patient needs to come: link and PIN as
// far as they were sent.
func (i *Invitation) sendAgain(now time.Time) bool {
	if i.underWay() {
		return false
	}
	did := false
	for n := range i.Deliveries {
		switch d := &i.Deliveries[n]; {
		case i.Secret == access.Secret{} && d.Letter != LetterCancelled: // it is over
		case d.Stuck():
			*d = d.again(now, i.lastNumber()+1)
			did = true
		case d.Postponed():
			d.Reason, d.Next = "", now
			did = true
		}
	}
	if did || i.Secret == (access.Secret{}) {
		return did
	}
	for _, n := range i.newest() {
		d := i.Deliveries[n]
		if d.Letter == LetterMoved { // somebody who asks for it again needs all of it
			d.Letter = LetterInformation
		}
		i.Deliveries[n] = d.again(now, i.lastNumber()+1)
		did = true
	}
	return did
}

// sendNow queues one letter anew that stands still.
func (i *Invitation) sendNow(now time.Time, number int) bool {
	for n := range i.Deliveries {
		d := &i.Deliveries[n]
		if d.Number == number && (d.State == Late || d.State == Failed) {
			*d = d.again(now, i.lastNumber()+1)
			return true
		}
	}
	return false
}

// CanSendAgain reports that SendAgain would queue something.
func (i Invitation) CanSendAgain() bool {
	if i.underWay() {
		return false
	}
	over := i.Secret == access.Secret{}
	for _, d := range i.Deliveries {
		if (d.Stuck() || d.Postponed()) && (!over || d.Letter == LetterCancelled) {
			return true
		}
	}
	return !over && len(i.newest()) > 0
}

// underWay reports that a letter is being sent or about to be.
func (i Invitation) underWay() bool {
	for _, d := range i.Deliveries {
		if d.State == Sending || d.State == Queued && d.Planned.IsZero() && d.Reason == "" {
			return true
		}
	}
	return false
}

// newest are the letters that brought link and PIN last; one letter may have brought both.
func (i Invitation) newest() []int {
	link, pin := -1, -1
	for n, d := range i.Deliveries {
		if !d.hasArrived() {
			continue
		}
		if d.Letter.HasLink() {
			link = n
		}
		if d.Letter.HasPIN() && d.PINCount == i.PIN.Renewed {
			pin = n
		}
	}
	switch {
	case link < 0 && pin < 0:
		return nil
	case link < 0:
		return []int{pin}
	case pin < 0 || link == pin || i.Deliveries[link].Letter.HasPIN() && i.Deliveries[link].PINCount == i.PIN.Renewed:
		return []int{link}
	case i.Deliveries[pin].Letter.HasLink():
		return []int{pin}
	}
	return []int{link, pin}
}

// renewPIN has the PIN of now sent at once: by the letter that was to bring the old one, or by one of its own.
func (i *Invitation) renewPIN(now time.Time) {
	for n := range i.Deliveries {
		d := &i.Deliveries[n]
		if d.Letter.HasPIN() && (d.State == Queued || d.State == Failed || d.State == Late) {
			*d = d.again(now, i.lastNumber()+1)
			d.PINCount = i.PIN.Renewed
			return
		}
	}
	letter := LetterNewPIN
	if i.TwoWays() {
		letter = LetterPIN // without the link
	}
	i.queue(now, letter, i.pinWay(), time.Time{})
}

// moved tells the patient of a new time and sets the reminder anew, also one that has gone already: nobody should have to
// look for an old message.
func (i *Invitation) moved(now time.Time, a Appointment) {
	told := false
	for _, d := range i.Deliveries {
		told = told || d.Letter.HasLink() && d.left()
	}
	i.drop(now, func(d Delivery) bool { return d.Letter == LetterMoved })
	if told {
		i.queue(now, LetterMoved, i.linkWay(), time.Time{})
	}
	for n := range i.Deliveries {
		d := &i.Deliveries[n]
		if d.Planned.IsZero() || d.State != Queued && d.State != Late {
			continue
		}
		*d = d.again(now, i.lastNumber()+1)
		d.Planned = a.PIN.DueAt(a.At, now).Round(0)
	}
	due := a.PIN.DueAt(a.At, now)
	sent, _, planned := i.PINPlan()
	if sent && !planned && !due.IsZero() && a.PIN != PINAloud && i.Proven.IsZero() {
		i.queue(now, i.pinLetter(), i.pinWay(), due)
	}
}

// calledOff tells those who have a letter in their hands that the appointment is off, and sends nothing else.
func (i *Invitation) calledOff(now time.Time) {
	told := map[Way]bool{}
	for _, d := range i.Deliveries {
		told[d.Way] = told[d.Way] || d.hasArrived()
	}
	i.drop(now, func(Delivery) bool { return true })
	switch {
	case told[i.linkWay()]:
		i.queue(now, LetterCancelled, i.linkWay(), time.Time{})
	case told[i.pinWay()]:
		i.queue(now, LetterCancelled, i.pinWay(), time.Time{})
	}
}

// SameWay reports that the link and the PIN of now have gone the same way, which makes the PIN a weaker proof.
func (i Invitation) SameWay() bool {
	for _, link := range i.Deliveries {
		for _, pin := range i.Deliveries {
			if link.Letter.HasLink() && link.left() && pin.Letter.HasPIN() && pin.left() &&
				pin.PINCount == i.PIN.Renewed && link.Way == pin.Way {
				return true
			}
		}
	}
	return false
}

// Letter returns the letter of that number.
func (i Invitation) Letter(number int) (Delivery, bool) {
	for _, d := range i.Deliveries {
		if d.Number == number {
			return d, true
		}
	}
	return Delivery{}, false
}
