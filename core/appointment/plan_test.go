package appointment

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"legekonsultasjon/core/access"
)

func oslo(t *testing.T) *time.Location {
	t.Helper()
	l, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// letters is what waits, as "letter way" with "@time" where one is planned.
func letters(a Appointment) (out []string) {
	for _, d := range a.Invitations[0].Deliveries {
		words := fmt.Sprintf("%s %s", d.Letter, d.Way)
		if !d.Planned.IsZero() {
			words += d.Planned.Format("@02 15:04")
		}
		if d.State != Queued {
			words += " " + string(d.State)
		}
		out = append(out, words)
	}
	return out
}

func TestWhichLettersGoWhenAndWhichWay(t *testing.T) {
	later, soon := start.Add(26*time.Hour), start.Add(14*time.Minute) // start is 23 November 09:00
	for name, c := range map[string]struct {
		draft Draft
		want  []string
	}{
		"now, number":               {Draft{Phone: "+47"}, []string{"invitation sms"}},
		"now, address":              {Draft{Email: "a@b"}, []string{"invitation mail"}},
		"now, both":                 {Draft{Phone: "+47", Email: "a@b"}, []string{"information mail", "pin sms"}},
		"later, number":             {Draft{Phone: "+47", At: later}, []string{"information sms", "reminder sms@24 10:45"}},
		"later, address":            {Draft{Email: "a@b", At: later}, []string{"information mail", "reminder mail@24 10:45"}},
		"later, both":               {Draft{Phone: "+47", Email: "a@b", At: later}, []string{"information mail", "pin sms@24 10:45"}},
		"a day before":              {Draft{Phone: "+47", At: later, PIN: PINDayBefore}, []string{"information sms", "reminder sms@23 11:00"}},
		"a day before, and it is":   {Draft{Phone: "+47", At: start.Add(20 * time.Hour), PIN: PINDayBefore}, []string{"information sms", "reminder sms@24 04:45"}},
		"at once":                   {Draft{Phone: "+47", At: later, PIN: PINAtOnce}, []string{"invitation sms"}},
		"at once, both":             {Draft{Phone: "+47", Email: "a@b", At: later, PIN: PINAtOnce}, []string{"information mail", "pin sms"}},
		"read aloud":                {Draft{Phone: "+47", Email: "a@b", At: later, PIN: PINAloud}, []string{"information mail"}},
		"so soon that it is due":    {Draft{Phone: "+47", At: soon}, []string{"invitation sms"}},
		"so soon, both ways":        {Draft{Phone: "+47", Email: "a@b", At: soon}, []string{"information mail", "pin sms"}},
		"so soon, and day before":   {Draft{Phone: "+47", At: soon, PIN: PINDayBefore}, []string{"invitation sms"}},
		"later without a PIN time ": {Draft{Phone: "+47", At: start.Add(time.Hour), PIN: ""}, []string{"information sms", "reminder sms@23 09:45"}},
	} {
		a := New(start, c.draft, "host")
		if got := letters(a); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestTheDayBeforeIsTheSameTimeOfDayWhereTheClockIsChanged(t *testing.T) {
	zone := oslo(t)
	for name, c := range map[string]struct{ at, want time.Time }{
		"spring forward": {time.Date(2027, 3, 28, 9, 0, 0, 0, zone), time.Date(2027, 3, 27, 9, 0, 0, 0, zone)},
		"autumn back":    {time.Date(2027, 10, 31, 9, 0, 0, 0, zone), time.Date(2027, 10, 30, 9, 0, 0, 0, zone)},
		"ordinary":       {time.Date(2027, 6, 2, 9, 0, 0, 0, zone), time.Date(2027, 6, 1, 9, 0, 0, 0, zone)},
	} {
		if got := PINDayBefore.DueAt(c.at, start); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	// A quarter of an hour is a quarter of an hour, also across the hour that is left out or comes twice.
	for _, at := range []time.Time{
		time.Date(2027, 3, 28, 3, 5, 0, 0, zone), time.Date(2027, 10, 31, 1, 59, 0, 0, time.UTC).In(zone),
	} {
		if got := PINShortly.DueAt(at, start); at.Sub(got) != ShortlyBefore {
			t.Errorf("%v before %v", at.Sub(got), at)
		}
	}
}

func later(d Draft) *day { d.At = start.Add(5 * time.Hour); return newTestDay(d) }

func newTestDay(d Draft) *day {
	a := New(start, d, "host")
	return &day{a: a, id: a.Invitations[0].ID, now: start}
}

// send hands over every letter that is due.
func (d *day) send(t *testing.T) (sent []string) {
	t.Helper()
	d.t = t
	for _, l := range d.a.Invitations[0].Deliveries {
		if l.Due(d.now) {
			d.must(SendStarted{l.Number})
			d.must(SendAccepted{Number: l.Number})
			sent = append(sent, string(l.Letter))
		}
	}
	return sent
}

func (d *day) must(e Event) {
	d.t.Helper()
	next, err := d.a.Step(d.now, d.id, e)
	if err != nil {
		d.t.Fatalf("%T: %v", e, err)
	}
	d.a = next
}

func (d *day) sends(after time.Duration, want ...string) {
	d.t.Helper()
	d.now = d.now.Add(after)
	if got := d.send(d.t); !slices.Equal(got, want) {
		d.t.Fatalf("at %v sent %q, want %q", d.now, got, want)
	}
}

func TestTheReminderBringsThePINOnceAndAtItsTime(t *testing.T) {
	d := later(Draft{Phone: "+47"})
	d.t = t
	d.sends(0, "information")
	d.is(StatusSent, Presence{})
	d.sends(4 * time.Hour)
	if sent, pending, planned := d.a.Invitations[0].PINPlan(); sent || !planned || d.a.Invitations[0].SameWay() || !pending.Planned.Equal(start.Add(285*time.Minute)) {
		t.Error("PIN plan before the reminder")
	}
	d.sends(45*time.Minute, "reminder")
	d.sends(time.Minute)
	if sent, _, planned := d.a.Invitations[0].PINPlan(); !sent || planned || !d.a.Invitations[0].SameWay() {
		t.Error("PIN plan after the reminder")
	}
	d.refuses(SendPIN{})
}

func TestSendPINTakesThePlaceOfTheReminder(t *testing.T) {
	for name, draft := range map[string]Draft{
		"planned": {Phone: "+47"}, "aloud": {Phone: "+47", PIN: PINAloud}, "two ways": {Phone: "+47", Email: "a@b"},
	} {
		d := later(draft)
		d.t = t
		d.sends(0, "information")
		want := "reminder"
		if name == "two ways" {
			want = "pin"
		}
		d.must(SendPIN{})
		d.sends(0, want)
		d.sends(5 * time.Hour)
		if got := d.a.Invitations[0].SameWay(); got != (name != "two ways") {
			t.Errorf("%s: same way %v", name, got)
		}
	}
}

func TestWhoHasTypedThePINGetsNoReminder(t *testing.T) {
	d := later(Draft{Phone: "+47"})
	d.t = t
	d.sends(0, "information")
	d.must(Entered{}) // it was read aloud
	d.sends(285 * time.Minute)
	d.is(StatusSent, Presence{})
}

func TestANewPINBeforeTheReminderGoesInItsPlace(t *testing.T) {
	d := later(Draft{Phone: "+47", Email: "a@b"})
	d.t = t
	d.sends(0, "information")
	d.must(PINRenewed{access.NewPIN()})
	d.sends(0, "pin")
	d.sends(5 * time.Hour)
}

func TestMovingTellsThePatientOnceAndMovesTheReminder(t *testing.T) {
	d := later(Draft{Phone: "+47"})
	d.t = t
	d.must(ServerCreated{})
	d.sends(0, "information")
	d.must(Moved{At: start.Add(24 * time.Hour)})
	d.must(Moved{At: start.Add(25 * time.Hour), Length: time.Hour})
	if d.a.Sequence != 2 || !d.a.Changed || d.a.Length != time.Hour || d.a.NotAfter() != start.Add(27*time.Hour) {
		t.Errorf("%+v", d.a)
	}
	d.must(ServerChanged{start.Add(24 * time.Hour)})
	if !d.a.Changed {
		t.Error("the server has the time of before")
	}
	d.must(ServerChanged{start.Add(25 * time.Hour)})
	if d.a.Changed {
		t.Error("the server has the new time")
	}
	d.sends(0, "moved")
	d.sends(285 * time.Minute) // of the old time
	d.sends(20*time.Hour, "reminder")
	d.refuses(Moved{At: d.a.At})
	d.refuses(Moved{At: start})
	d.must(CallBegan{})
	d.refuses(Moved{At: start.Add(48 * time.Hour)})
}

// TestMovingAfterTheReminderRemindsAgain: the message with the PIN is old by the time that counts.
func TestMovingAfterTheReminderRemindsAgain(t *testing.T) {
	for name, draft := range map[string]Draft{"one way": {Phone: "+47"}, "two ways": {Phone: "+47", Email: "a@b"}} {
		d := later(draft)
		d.t = t
		letter := "reminder"
		if name == "two ways" {
			letter = "pin"
		}
		d.sends(0, "information")
		d.sends(285*time.Minute, letter)
		d.must(Moved{At: start.Add(29 * time.Hour)})
		d.must(Moved{At: start.Add(30 * time.Hour)}) // once, however often
		d.sends(0, "moved")
		d.sends(30*time.Hour-ShortlyBefore-285*time.Minute, letter)
		d.must(Moved{At: d.now.Add(5 * time.Minute)}) // too near: the PIN is at hand
		d.sends(0, "moved")
		d.sends(time.Hour)
	}
}

func TestMovingSendsNoPINThatHadNoTimeOfItsOwn(t *testing.T) {
	for _, p := range []PINTime{PINAtOnce, PINAloud} {
		d := later(Draft{Phone: "+47", PIN: p})
		d.t = t
		d.send(t)
		d.must(Moved{At: start.Add(29 * time.Hour)})
		d.sends(0, "moved")
		d.sends(29 * time.Hour)
	}
}

func TestMovingBeforeAnythingWentOutSaysNothingTwice(t *testing.T) {
	d := later(Draft{Email: "a@b"})
	d.t = t
	d.must(Moved{At: start.Add(6 * time.Hour)})
	if d.a.Changed {
		t.Error("the server knows nothing yet")
	}
	d.sends(0, "information")
	d.sends(345*time.Minute, "reminder")
}

func TestCallingOffTellsWhoWasToldAndNobodyElse(t *testing.T) {
	d := later(Draft{Phone: "+47", Email: "a@b"})
	d.t = t
	d.sends(0, "information")
	d.must(Closed{Cancelled})
	d.now = d.now.Add(UndoWindow)
	d.must(Wiped{})
	if got, want := letters(d.a), []string{"information mail accepted", "pin sms@23 13:45 dropped", "cancelled mail"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	quiet := later(Draft{Phone: "+47"})
	quiet.t = t
	quiet.must(Closed{Cancelled})
	quiet.must(Wiped{})
	if got, want := letters(quiet.a), []string{"information sms dropped", "reminder sms@23 13:45 dropped"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestWhatWasOverlookedWaitsForTheDoctor(t *testing.T) {
	d := later(Draft{Phone: "+47"})
	d.t = t
	d.sends(0, "information")
	d.now = start.Add(285*time.Minute + OnTime)
	i := d.a.Invitations[0]
	if i.Deliveries[1].Overlooked(d.now) || !i.Deliveries[1].Overlooked(d.now.Add(1)) {
		t.Error("on time is five minutes")
	}
	d.must(SendOverlooked{i.Deliveries[1].Number})
	d.is(StatusLate, Presence{})
	d.sends(time.Minute)
	dropped, err := d.a.Step(d.now, d.id, SendDropped{i.Deliveries[1].Number})
	if err != nil || dropped.Status(d.now, Presence{}) != StatusSent {
		t.Errorf("%v, %v", dropped.Status(d.now, Presence{}), err)
	}
	d.must(SendAgain{})
	d.sends(0, "reminder")
	d.refuses(SendPIN{})
}

func TestSendAgainSendsWhatIsNeeded(t *testing.T) {
	d := later(Draft{Phone: "+47", Email: "a@b"})
	d.t = t
	d.sends(0, "information")
	d.must(SendAgain{})
	d.sends(0, "information")
	d.sends(285*time.Minute, "pin")
	d.must(SendAgain{})
	d.refuses(SendAgain{})
	d.sends(0, "information", "pin")
	one := later(Draft{Phone: "+47"})
	one.t = t
	one.sends(0, "information")
	one.sends(285*time.Minute, "reminder")
	one.must(SendAgain{})
	one.sends(0, "reminder") // it brings both
	// Only what failed goes again.
	pin := one.a.Invitations[0].Deliveries[1]
	one.must(PINRenewed{access.NewPIN()})
	one.must(SendStarted{one.last()})
	one.must(SendFailed{one.last(), "refused"})
	one.must(SendAgain{})
	one.sends(0, string(LetterNewPIN))
	if one.a.Invitations[0].Deliveries[1] != pin {
		t.Error("the old letter was touched")
	}
}

func TestNoNumberIsUsedTwice(t *testing.T) {
	d := later(Draft{Phone: "+47"})
	d.t = t
	used := map[int]bool{}
	for range 5 {
		for _, l := range d.a.Invitations[0].Deliveries {
			if l.Due(d.now) {
				if used[l.Number] {
					t.Fatalf("number %d twice", l.Number)
				}
				used[l.Number] = true
			}
		}
		d.send(t)
		d.must(SendAgain{})
	}
	if len(used) != 5 {
		t.Errorf("%d letters", len(used))
	}
}

func TestABookOfBeforeIsRead(t *testing.T) {
	var i Invitation
	old := `{"id":"0f1e2d3c4b5a69788796a5b4c3d2e1f0","pin":{"pin":"123456","wrong":0},"phone":"+47","delivery":{"state":"accepted","letter":"invitation","number":2,"at":"2026-11-23T09:00:00Z"}}`
	if err := json.Unmarshal([]byte(old), &i); err != nil {
		t.Fatal(err)
	}
	if len(i.Deliveries) != 1 || i.Deliveries[0].Way != BySMS || i.Deliveries[0].Number != 2 || !i.SameWay() {
		t.Errorf("%+v", i.Deliveries)
	}
	again, err := json.Marshal(i)
	if err != nil {
		t.Fatal(err)
	}
	var back Invitation
	if err := json.Unmarshal(again, &back); err != nil || !slices.Equal(back.Deliveries, i.Deliveries) {
		t.Errorf("%+v, %v", back.Deliveries, err)
	}
}

func TestAnUnknownLetterIsNotNow(t *testing.T) {
	d := later(Draft{Phone: "+47"})
	if _, err := d.a.Step(start, d.id, SendStarted{99}); !errors.Is(err, ErrNotNow) {
		t.Error(err)
	}
}
