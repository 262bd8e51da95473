package appointment

import (
	"errors"
	"testing"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/signaling"
)

var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// day is one appointment and a clock that the story moves.
type day struct {
	t   *testing.T
	a   Appointment
	id  signaling.InvitationID
	now time.Time
}

func newDay(t *testing.T, at time.Time) *day {
	a := New(start, Draft{At: at, Language: "nb", Email: "pasient@example.no", Name: "K. N."}, "klinikk.example")
	return &day{t: t, a: a, id: a.Invitations[0].ID, now: start}
}

func (d *day) does(after time.Duration, e Event, want Status) {
	d.t.Helper()
	d.now = d.now.Add(after)
	next, err := d.a.Step(d.now, d.id, e)
	if err != nil {
		d.t.Fatalf("%T at %v: %v", e, d.now, err)
	}
	d.a = next
	d.is(want, Presence{})
}

// last is the number of the newest letter.
func (d *day) last() int { return d.a.Invitations[0].lastNumber() }

func (d *day) refuses(e Event) {
	d.t.Helper()
	next, err := d.a.Step(d.now, d.id, e)
	if err == nil {
		d.t.Fatalf("%T was taken at %s", e, d.a.Status(d.now, Presence{}))
	}
	if next.Status(d.now, Presence{}) != d.a.Status(d.now, Presence{}) {
		d.t.Errorf("%T was refused and changed something", e)
	}
}

func (d *day) is(want Status, p Presence) {
	d.t.Helper()
	if got := d.a.Status(d.now, p); got != want {
		d.t.Fatalf("status %s, want %s", got, want)
	}
}

func TestAConsultationFromInvitationToTheEnd(t *testing.T) {
	d := newDay(t, time.Time{})
	d.is(StatusQueued, Presence{})
	d.refuses(SendAccepted{Number: d.last()})
	d.does(0, ServerCreated{}, StatusQueued)
	d.does(time.Second, SendStarted{d.last()}, StatusSending)
	d.refuses(SendStarted{d.last()})
	d.refuses(SendAgain{})
	d.does(time.Second, SendAccepted{d.last(), "ref"}, StatusSent)
	d.does(time.Second, SendDelivered{d.last()}, StatusDelivered)
	d.does(time.Minute, NoteOpened{d.now}, StatusOpened)
	d.does(time.Minute, Answered{}, StatusOpened)
	d.does(0, Entered{Device: []byte{4}}, StatusOpened)
	d.is(StatusWaiting, Presence{Waiting: true})
	d.does(time.Minute, CallBegan{}, StatusLeft)
	d.is(StatusInCall, Presence{InCall: true})
	d.does(5*time.Minute, CallLeft{}, StatusLeft)
	d.does(time.Minute, CallBegan{}, StatusLeft)
	d.does(3*time.Minute, CallLeft{}, StatusLeft)
	d.does(0, Closed{Finished}, StatusFinished)
	if d.a.Settled(d.now.Add(UndoWindow-1)) || !d.a.Settled(d.now.Add(UndoWindow)) {
		t.Error("undo window")
	}
	d.does(2*time.Second, Reopened{}, StatusLeft)
	d.does(0, Closed{Finished}, StatusFinished)
	d.does(UndoWindow, Wiped{}, StatusFinished)
	d.refuses(Reopened{})
	i := d.a.Invitations[0]
	if i.Secret != (access.Secret{}) || i.PIN != (access.PINBudget{}) || i.Device != nil {
		t.Errorf("not wiped: %+v", i)
	}
	if d.a.Talked != 8*time.Minute || i.Epoch != 1 || i.Since.IsZero() {
		t.Errorf("talked %v, epoch %d", d.a.Talked, i.Epoch)
	}
	d.does(0, ServerForgot{}, StatusFinished)
	if d.a.Expired(d.now.Add(Kept-time.Hour), Kept) || !d.a.Expired(d.now.Add(Kept+time.Hour), Kept) {
		t.Error("keeping time")
	}
}

func TestALetterThatDoesNotArrive(t *testing.T) {
	d := newDay(t, time.Time{})
	d.does(0, SendStarted{d.last()}, StatusSending)
	d.does(0, SendPostponed{d.last(), "unreachable", d.now.Add(time.Minute)}, StatusQueued)
	d.does(0, SendStarted{d.last()}, StatusSending)
	d.does(0, SendFailed{d.last(), "noSuchMailbox"}, StatusFailed)
	d.refuses(SendStarted{d.last()})
	d.does(0, SendAgain{}, StatusQueued)
	d.does(0, SendStarted{d.last()}, StatusSending)
	d.does(0, SendInterrupted{d.last()}, StatusUnsure)
	d.does(0, SendConfirmed{d.last()}, StatusSent)
	if got := d.a.Invitations[0].Deliveries[0]; got.Number != 2 || got.Attempts != 1 || got.Reason != "" {
		t.Errorf("%+v", got)
	}
}

func TestOpenedSettlesWhetherAnUnsureLetterArrived(t *testing.T) {
	d := newDay(t, time.Time{})
	d.does(0, SendStarted{d.last()}, StatusSending)
	d.does(0, SendInterrupted{d.last()}, StatusUnsure)
	d.does(0, NoteOpened{d.now}, StatusOpened)
}

func TestThreeNewPINsAndNoMore(t *testing.T) {
	d := newDay(t, time.Time{})
	for range access.PINRenewed {
		locked := d.a.Invitations[0].PIN
		locked.Wrong = access.PINTries
		d.does(0, PINTried{locked}, StatusLocked)
		d.does(0, PINRenewed{access.NewPIN()}, StatusQueued)
		if d.a.Invitations[0].SameWay() {
			t.Error("the new PIN has gone nowhere yet")
		}
		d.does(0, SendStarted{d.last()}, StatusSending)
		d.does(0, SendAccepted{Number: d.last()}, StatusSent)
		if !d.a.Invitations[0].SameWay() {
			t.Error("the new PIN went with the link")
		}
	}
	if _, err := d.a.Step(d.now, d.id, PINRenewed{access.NewPIN()}); !errors.Is(err, access.ErrPINsSpent) {
		t.Errorf("a fourth: %v", err)
	}
}

func TestWhenALinkWorks(t *testing.T) {
	at := start.Add(24 * time.Hour)
	d := newDay(t, at)
	end := at.Add(Length)
	for moment, want := range map[time.Time]bool{
		start: false, at.Add(-Before - 1): false, at.Add(-Before): true, end.Add(After - 1): true, end.Add(After): false,
	} {
		if got := d.a.Valid(moment); got != want {
			t.Errorf("%v: valid %v", moment, got)
		}
	}
	now := newDay(t, time.Time{})
	if !now.a.Valid(start) {
		t.Error("an invitation for now must work now")
	}
}

func TestACallIsNotCutOffByTheEndOfItsTime(t *testing.T) {
	d := newDay(t, time.Time{})
	d.does(Length, CallBegan{}, StatusLeft)
	d.now = d.a.NotAfter().Add(time.Minute)
	if !d.a.Valid(d.now) || d.a.Overdue(d.now) {
		t.Error("ended during the call")
	}
	d.does(0, CallLeft{}, StatusLeft)
	if !d.a.Valid(d.now) || d.a.Overdue(d.now) {
		t.Error("ended before it could be taken up again")
	}
	d.now = d.now.Add(Resumable)
	if d.a.Valid(d.now) || !d.a.Overdue(d.now) || d.a.Ended() != Finished {
		t.Error("not ended")
	}
	unseen := newDay(t, time.Time{})
	if unseen.a.Ended() != Missed {
		t.Error("nobody came, so it was missed")
	}
}

func TestStepLeavesItsReceiverAlone(t *testing.T) {
	d := newDay(t, time.Time{})
	before := d.a.Invitations[0].Deliveries[0]
	if _, err := d.a.Step(d.now, d.id, SendStarted{d.last()}); err != nil {
		t.Fatal(err)
	}
	if d.a.Invitations[0].Deliveries[0] != before {
		t.Error("the old value changed")
	}
}
