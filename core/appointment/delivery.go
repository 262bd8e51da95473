package appointment

import (
	"encoding/json"
	"time"
)

// Delivery is one letter of an invitation: what it brings, which way it goes, when, and how far it has come.
type Delivery struct {
	State    DeliveryState `json:"state"`
	Letter   Letter        `json:"letter"`
	Way      Way           `json:"way,omitempty"`
	Number   int           `json:"number"`            // counts the letters of the invitation, from 1; never used twice
	Planned  time.Time     `json:"planned,omitzero"`  // when it is to go; zero is at once
	PINCount int           `json:"pinCount,omitzero"` // of a letter with a PIN: which PIN of the invitation it brings, from 0
	At       time.Time     `json:"at"`                // since when the state holds
	Attempts int           `json:"attempts,omitempty"`
	Next     time.Time     `json:"next,omitzero"`     // not before
	Reason   string        `json:"reason,omitempty"`  // code of the last failure
	Receipt  string        `json:"receipt,omitempty"` // Message-ID or the gateway's reference
}

// DeliveryState is one of the states below.
type DeliveryState string

// States of a delivery.
const (
	Queued    DeliveryState = "queued"
	Sending   DeliveryState = "sending"  // handed over, no answer yet
	Accepted  DeliveryState = "accepted" // the mail server or the gateway took it
	Delivered DeliveryState = "delivered"
	Unsure    DeliveryState = "unsure" // the program ended while sending
	Failed    DeliveryState = "failed"
	Late      DeliveryState = "late"    // its time passed while it could not be sent: the doctor decides
	Dropped   DeliveryState = "dropped" // not needed any more, or the doctor decided against it
)

// Way is how a letter goes.
type Way string

// The ways.
const (
	BySMS  Way = "sms"
	ByMail Way = "mail"
)

// Letter is what a delivery brings.
type Letter string

// Kinds of letters.
const (
	LetterInvitation  Letter = "invitation"  // link and PIN in one message
	LetterInformation Letter = "information" // the time, how to prepare, the link; no PIN
	LetterReminder    Letter = "reminder"    // the link again, with the PIN
	LetterPIN         Letter = "pin"         // the PIN alone: the link went the other way
	LetterNewPIN      Letter = "newPIN"      // a PIN that replaces the one before, with the link
	LetterMoved       Letter = "moved"       // the new time, with the link
	LetterCancelled   Letter = "cancelled"
)

// HasLink reports that the letter brings the link.
func (l Letter) HasLink() bool { return l != LetterPIN && l != LetterCancelled }

// HasPIN reports that the letter brings the PIN.
func (l Letter) HasPIN() bool {
	return l == LetterInvitation || l == LetterReminder || l == LetterPIN || l == LetterNewPIN
}

// OnTime is how long after its time a letter may still go out by itself.
const OnTime = 5 * time.Minute

// Time is when the letter is to go: the plan, a later try, or since when it waits.
func (d Delivery) Time() time.Time {
	due := d.Planned
	if due.IsZero() {
		due = d.At
	}
	if d.Next.After(due) {
		due = d.Next
	}
	return due
}

// Due reports that the letter waits and its time has come.
func (d Delivery) Due(now time.Time) bool { return d.State == Queued && !now.Before(d.Time()) }

// Overlooked reports that the letter waits and its time has passed for longer than OnTime.
func (d Delivery) Overlooked(now time.Time) bool {
	return d.State == Queued && now.Sub(d.Time()) > OnTime
}

// Postponed reports that the letter failed for now and waits for its next try.
func (d Delivery) Postponed() bool { return d.State == Queued && d.Reason != "" }

// hasArrived reports that the letter may have come into the patient's hands.
func (d Delivery) hasArrived() bool {
	return d.State == Accepted || d.State == Delivered || d.State == Unsure
}

// left reports that the letter has been handed over, or is being handed over now.
func (d Delivery) left() bool { return d.hasArrived() || d.State == Sending }

// Stuck reports that the letter does not go on without the doctor.
func (d Delivery) Stuck() bool { return d.State == Failed || d.State == Late || d.State == Unsure }

// step applies an event that is about this letter, and reports whether it fitted.
func (d *Delivery) step(now time.Time, e Event) (ok bool) {
	before := d.State
	switch e := e.(type) {
	case SendStarted:
		if ok = before == Queued; ok {
			d.State, d.Attempts, d.Next = Sending, d.Attempts+1, time.Time{}
		}
	case SendAccepted:
		if ok = before == Sending; ok {
			d.State, d.Reason, d.Receipt = Accepted, "", e.Receipt
		}
	case SendDelivered:
		if ok = before == Accepted; ok {
			d.State = Delivered
		}
	case SendLost:
		if ok = before == Accepted; ok {
			d.State, d.Reason = Failed, e.Reason
		}
	case SendPostponed:
		if ok = before == Sending || before == Queued; ok {
			d.State, d.Reason, d.Next = Queued, e.Reason, e.Next.Round(0)
		}
	case SendFailed:
		if ok = before == Sending || before == Queued; ok {
			d.State, d.Reason = Failed, e.Reason
		}
	case SendInterrupted:
		if ok = before == Sending; ok {
			d.State = Unsure
		}
	case SendOverlooked:
		if ok = before == Queued; ok {
			d.State = Late
		}
	case SendConfirmed:
		if ok = before == Unsure; ok {
			d.State = Accepted
		}
	case SendDropped:
		if ok = before == Queued || before == Failed || before == Late; ok {
			d.State = Dropped
		}
	}
	if d.State != before {
		d.At = now
	}
	return ok
}

// UnmarshalJSON reads an invitation as it is written now, or as it was when it had one letter at a time.
func (i *Invitation) UnmarshalJSON(data []byte) error {
	type plain Invitation
	read := struct {
		*plain
		Delivery *Delivery `json:"delivery"`
	}{plain: (*plain)(i)}
	if err := json.Unmarshal(data, &read); err != nil {
		return err
	}
	if d := read.Delivery; d != nil && len(i.Deliveries) == 0 {
		d.Way = i.linkWay()
		if d.Letter == LetterPIN {
			d.Letter = LetterNewPIN
		}
		d.PINCount = i.PIN.Renewed
		i.Deliveries = []Delivery{*d}
	}
	return nil
}
