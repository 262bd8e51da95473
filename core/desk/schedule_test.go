package desk_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/desk"
)

// appoints makes an appointment through form and dialog.
func (o *office) appoints(name string, c desk.DoInvite) {
	o.t.Helper()
	c.Language, c.Country = "nb", "NO"
	o.do(c)
	o.until("dialog", func(s desk.State) bool { return s.Verify != nil })
	o.do(desk.DoSend{Name: name})
	o.until("in the list", func(desk.State) bool { return o.now().Verify == nil && o.dayRow(name).Label != "" })
}

func (o *office) dayRow(label string) desk.DayRow {
	for _, row := range o.now().Day {
		if row.Label == label {
			return row
		}
	}
	return desk.DayRow{}
}

// sent is what the post office took since the last call, as "letter way".
func (o *office) sent(from *int) (out []string) {
	o.t.Helper()
	o.settle()
	for _, p := range o.post.Letters()[*from:] {
		out = append(out, fmt.Sprintf("%s %s", p.Letter, p.Delivery.Way))
		*from++
	}
	slices.Sort(out)
	return out
}

func (o *office) wants(from *int, want ...string) {
	o.t.Helper()
	if got := o.sent(from); !slices.Equal(got, want) {
		o.t.Fatalf("at %v sent %q, want %q", time.Now(), got, want)
	}
}

func TestALaterAppointmentGetsItsPINAtTheReminder(t *testing.T) {
	consultation(t, func(o *office) {
		n := 0
		o.appoints("Senere", desk.DoInvite{Phone: "98765432", At: time.Now().Add(3 * time.Hour), Length: 30 * time.Minute})
		o.is("Senere", desk.Sent)
		o.wants(&n, "information sms")
		row := o.dayRow("Senere")
		if row.PINAt.IsZero() || row.Length != 30*time.Minute || !row.CanSendPIN || row.CanNewPIN || !row.CanMove || !row.CanAloud {
			t.Errorf("%+v", row)
		}
		time.Sleep(2*time.Hour + 44*time.Minute)
		o.wants(&n)
		time.Sleep(time.Minute + 2*time.Second)
		o.wants(&n, "reminder sms")
		if row := o.dayRow("Senere"); !row.PINAt.IsZero() || row.CanSendPIN || !row.CanNewPIN {
			t.Errorf("%+v", row)
		}
		time.Sleep(time.Hour)
		o.wants(&n)
	})
}

func TestLinkAndPINGoTwoWays(t *testing.T) {
	consultation(t, func(o *office) {
		n := 0
		o.do(desk.DoInvite{Phone: "98765432", Email: "a@example.no", Country: "NO"})
		s := o.until("dialog", func(s desk.State) bool { return s.Verify != nil })
		if s.Verify.Phone == "" || s.Verify.Email != "a@example.no" {
			t.Fatalf("%+v", s.Verify)
		}
		o.do(desk.DoSend{Name: "To veier"})
		o.is("To veier", desk.Sent)
		o.wants(&n, "information mail", "pin sms")
		letter, _ := o.post.Last(appointment.LetterInformation)
		p := o.patient(letter)
		p.arrives()
		o.is("To veier", desk.WaitingNow)
		if row, _ := o.row("To veier"); row.SameWay {
			t.Error("link and PIN went two ways")
		}
	})
}

func TestBothFieldsAreReadAndBothSayWhatIsWrong(t *testing.T) {
	consultation(t, func(o *office) {
		o.do(desk.DoInvite{Phone: "123", Email: "ingen", Country: "NO"})
		s := o.until("said", func(s desk.State) bool { return s.Invite.PhoneProblem != nil })
		if s.Invite.EmailProblem == nil || s.Verify != nil {
			t.Errorf("%+v", s.Invite)
		}
	})
}

func TestASlipInAnAddressIsPointedOut(t *testing.T) {
	consultation(t, func(o *office) {
		o.do(desk.DoInvite{Email: "ola@gmial.com"})
		o.until("asked", func(s desk.State) bool { return s.Verify != nil && s.Verify.Meant == "gmail.com" && !s.Verify.Strange })
		o.do(desk.DoInvite{Email: "ol\u0430@gmail.com"})
		o.until("asked", func(s desk.State) bool { return s.Verify != nil && s.Verify.Meant == "" && s.Verify.Strange })
	})
}

func TestSendPINBeforeItsTime(t *testing.T) {
	consultation(t, func(o *office) {
		n := 0
		o.appoints("Senere", desk.DoInvite{Phone: "98765432", At: time.Now().Add(3 * time.Hour)})
		o.is("Senere", desk.Sent)
		o.wants(&n, "information sms")
		o.do(desk.DoSendPIN{Invitation: o.dayRow("Senere").Invitation})
		o.until("sent", func(desk.State) bool { return len(o.post.Letters()) == 2 })
		o.wants(&n, "reminder sms")
		time.Sleep(4 * time.Hour)
		o.wants(&n)
	})
}

func TestMovingTellsServerPatientAndReminder(t *testing.T) {
	consultation(t, func(o *office) {
		n := 0
		at := time.Now().Add(3 * time.Hour)
		o.appoints("Flyttes", desk.DoInvite{Email: "a@example.no", At: at})
		o.is("Flyttes", desk.Sent)
		o.wants(&n, "information mail")
		id := o.dayRow("Flyttes").Invitation
		o.do(desk.DoMove{Invitation: id, At: at.Add(2 * time.Hour), Length: 45 * time.Minute})
		o.until("told", func(desk.State) bool { return len(o.post.Letters()) == 2 })
		o.wants(&n, "moved mail")
		letter, _ := o.post.Last(appointment.LetterMoved)
		if letter.Appointment.Sequence != 1 || letter.Appointment.UID == "" {
			t.Errorf("sequence %d", letter.Appointment.Sequence)
		}
		from, until := o.server.Times(id)
		if !from.Equal(at.Add(2*time.Hour-appointment.Before).Truncate(time.Second)) || !until.Equal(at.Add(2*time.Hour+45*time.Minute+appointment.After).Truncate(time.Second)) {
			t.Errorf("at the server %v to %v", from, until)
		}
		time.Sleep(2*time.Hour + 50*time.Minute)
		o.wants(&n)
		time.Sleep(2 * time.Hour)
		o.wants(&n, "reminder mail")
	})
}

func TestMovingWhileOfflineWaitsForTheServer(t *testing.T) {
	consultation(t, func(o *office) {
		n := 0
		at := time.Now().Add(3 * time.Hour)
		o.appoints("Flyttes", desk.DoInvite{Email: "a@example.no", At: at})
		o.is("Flyttes", desk.Sent)
		o.wants(&n, "information mail")
		o.server.Refuse(fmt.Errorf("away"))
		o.server.Stop("")
		o.until("offline", func(s desk.State) bool { return s.Connection != desk.Online })
		o.do(desk.DoMove{Invitation: o.dayRow("Flyttes").Invitation, At: at.Add(time.Hour)})
		time.Sleep(time.Minute)
		o.wants(&n)
		o.server.Start()
		o.until("told", func(desk.State) bool { return len(o.post.Letters()) == 2 })
		o.wants(&n, "moved mail")
	})
}

func TestWhatWasDueWhileTheProgramWasClosedIsListedAndNotSent(t *testing.T) {
	consultation(t, func(o *office) {
		n := 0
		o.appoints("Glemt", desk.DoInvite{Phone: "98765432", At: time.Now().Add(time.Hour)})
		o.appoints("I tide", desk.DoInvite{Phone: "98765433", At: time.Now().Add(80 * time.Minute)})
		o.appoints("Forbi", desk.DoInvite{Phone: "98765434", At: time.Now().Add(20 * time.Minute), Length: 10 * time.Minute})
		o.is("Forbi", desk.Sent)
		o.is("Glemt", desk.Sent)
		o.is("I tide", desk.Sent)
		o.wants(&n, "information sms", "information sms", "information sms")
		o.close()
		time.Sleep(55 * time.Minute) // Glemt was due 10 minutes ago, Forbi is over, I tide is due in 10
		o.open()
		o.until("online", online)
		s := o.until("listed", func(s desk.State) bool { return len(s.Missed) == 2 })
		o.wants(&n)
		if s.Missed[0].Label != "Forbi" || s.Missed[0].CanSend || s.Missed[1].Label != "Glemt" || !s.Missed[1].CanSend {
			t.Errorf("%+v", s.Missed)
		}
		if o.status("Glemt") != desk.SendLate || o.dayRow("Glemt").Reason != "reason.late" || !o.dayRow("Glemt").CanResend {
			t.Errorf("%+v", o.dayRow("Glemt"))
		}
		o.do(desk.DoSendMissed{Invitation: s.Missed[1].Invitation, Number: s.Missed[1].Number})
		o.until("sent", func(s desk.State) bool { return len(s.Missed) == 1 && len(o.post.Letters()) > n })
		o.wants(&n, "reminder sms")
		o.do(desk.DoCloseMissed{})
		o.until("closed", func(s desk.State) bool { return len(s.Missed) == 0 })
		time.Sleep(11 * time.Minute)
		o.wants(&n, "reminder sms") // I tide
	})
}

func TestAQueuedInvitationIsNotSentSilentlyTheNextDay(t *testing.T) {
	consultation(t, func(o *office) {
		n := 0
		o.server.Refuse(fmt.Errorf("away"))
		o.server.Stop("")
		o.until("offline", func(s desk.State) bool { return s.Connection != desk.Online })
		o.appoints("Kø", desk.DoInvite{Phone: "98765432", At: time.Now().Add(48 * time.Hour)})
		o.close()
		o.server.Start()
		time.Sleep(14 * time.Hour)
		o.open()
		o.until("listed", func(s desk.State) bool { return len(s.Missed) == 1 && online(s) })
		o.wants(&n)
		m := o.now().Missed[0]
		o.do(desk.DoDropMissed{Invitation: m.Invitation, Number: m.Number})
		o.until("let be", func(s desk.State) bool { return len(s.Missed) == 0 })
		time.Sleep(time.Hour)
		o.wants(&n)
	})
}

func TestAMachineThatSleptThroughAReminderSaysSo(t *testing.T) {
	consultation(t, func(o *office) {
		n := 0
		o.appoints("Sov", desk.DoInvite{Phone: "98765432", At: time.Now().Add(time.Hour)})
		o.is("Sov", desk.Sent)
		o.wants(&n, "information sms")
		o.slept.Store(int64(45*time.Minute + appointment.OnTime + time.Second))
		o.is("Sov", desk.SendLate)
		o.wants(&n)
		if s := o.now(); len(s.Missed) != 1 {
			t.Errorf("%+v", s.Missed)
		}
	})
}

// moment is what a power loss would leave: the disk, the clock, and what the post office had taken by then.
type moment struct {
	files map[string][]byte
	at    time.Time
	taken map[appointment.Letter]int
}

// TestACrashAtAnyPointSendsNothingTwice takes down the disk at every change of the state and on both sides of every letter
// that goes out, while an appointment is made, its letters go, it is moved and reminded of. From every such moment the
// program is started again and runs on past the reminder: what the post office had taken it never gets a second time,
// unless the row asks.
func TestACrashAtAnyPointSendsNothingTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, newServer(), "kontor-1")
		defer func() { o.stop() }()
		moments := o.recordsMoments()
		o.open()
		o.signIn()
		o.appoints("Krasj", desk.DoInvite{Phone: "98765432", Email: "a@example.no", At: time.Now().Add(18 * time.Minute)})
		o.is("Krasj", desk.Sent)
		o.do(desk.DoMove{Invitation: o.dayRow("Krasj").Invitation, At: time.Now().Add(20 * time.Minute)})
		o.until("told", func(desk.State) bool { return len(o.post.Letters()) == 2 })
		time.Sleep(3 * time.Minute)
		o.until("reminded", func(desk.State) bool { return len(o.post.Letters()) == 3 })
		o.is("Krasj", desk.Sent)
		o.close()
		t.Logf("%d moments", len(*moments))
		if len(*moments) < 20 {
			t.Fatalf("only %d moments", len(*moments))
		}
		for n, m := range *moments {
			again := newOffice(t, newServer(), "kontor-1")
			again.keyring = o.keyring
			again.server.Restore(o.server)
			again.slept.Store(int64(time.Until(m.at)))
			for name, data := range m.files {
				if err := os.WriteFile(filepath.Join(again.profile, name), data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			again.open()
			time.Sleep(10 * time.Minute)
			again.settle()
			again.onlyOnce(n, m)
			again.close()
		}
	})
}

// recordsMoments takes the disk down whenever the state changes and around every letter.
func (o *office) recordsMoments() *[]moment {
	var mu sync.Mutex
	var out []moment
	record := func() {
		m := moment{files: map[string][]byte{}, at: o.clock(), taken: map[appointment.Letter]int{}}
		files, _ := filepath.Glob(filepath.Join(o.profile, "*"))
		for _, f := range files {
			m.files[filepath.Base(f)], _ = os.ReadFile(f)
		}
		for _, p := range o.post.Letters() {
			m.taken[p.Letter]++
		}
		mu.Lock()
		defer mu.Unlock()
		out = append(out, m)
	}
	o.post.Around(record)
	o.watch = func(desk.State) { record() }
	return &out
}

// onlyOnce looks at what was taken before and after a crash, and at what the book says.
func (o *office) onlyOnce(n int, m moment) {
	o.t.Helper()
	for _, p := range o.post.Letters() {
		m.taken[p.Letter]++
	}
	for _, a := range openBook(o.t, o).All() {
		for _, d := range a.Invitations[0].Deliveries {
			switch taken := m.taken[d.Letter]; {
			case taken > 1:
				o.t.Errorf("moment %d: %s went %d times", n, d.Letter, taken)
			case d.State == appointment.Accepted && taken == 1, d.State == appointment.Unsure:
			default:
				o.t.Errorf("moment %d: %s is %s and went %d times", n, d.Letter, d.State, taken)
			}
		}
	}
}

// TestTwoHundredInvitationsAndTwentyKills: a fifth of the tries meets a temporary error, the power goes twenty times while
// letters are on their way, and every patient gets exactly one message, or his row asks.
func TestTwoHundredInvitationsAndTwentyKills(t *testing.T) {
	const patients, kills = 200, 20
	consultation(t, func(o *office) {
		dice := rand.New(rand.NewPCG(7, 11))
		for range 4 * patients {
			var outcome desk.Outcome
			if dice.IntN(5) == 0 {
				outcome = desk.Outcome{Reason: "later", Temporary: true}
			}
			o.post.Will(outcome)
		}
		o.post.Takes(300 * time.Millisecond)
		for n := range patients {
			o.do(desk.DoInvite{Phone: fmt.Sprintf("4%07d", n), Country: "NO"})
			o.do(desk.DoSend{Name: fmt.Sprintf("P%03d", n)})
			synctest.Wait()
		}
		for range kills {
			time.Sleep(time.Duration(300+dice.IntN(900)) * time.Millisecond)
			o.crash()
			o.open()
			o.until("online", online)
		}
		underWay := len(o.post.Letters())
		time.Sleep(15 * time.Minute)
		o.settle()
		o.eachGotOne(patients)
		t.Logf("%d kills, %d letters taken by then", kills, underWay)
		if underWay == patients {
			t.Error("all was sent before the last kill")
		}
	})
}

// eachGotOne compares what was taken with what the rows say.
func (o *office) eachGotOne(patients int) {
	o.t.Helper()
	taken := map[string]int{}
	for _, p := range o.post.Letters() {
		taken[p.Invitation.Phone]++
	}
	states := map[appointment.DeliveryState]int{}
	for _, a := range openBook(o.t, o).All() {
		i := a.Invitations[0]
		d := i.Deliveries[0]
		states[d.State]++
		if got := taken[i.Phone]; got > 1 || got == 0 && d.State == appointment.Accepted {
			o.t.Errorf("%s: %s and taken %d times", a.Name, d.State, got)
		}
	}
	o.t.Logf("%d letters taken, rows %v", len(o.post.Letters()), states)
	if states[appointment.Accepted]+states[appointment.Unsure] != patients {
		o.t.Errorf("rows %v", states)
	}
}

func TestABookThatLostItsNewestGenerationAsksBeforeItSends(t *testing.T) {
	consultation(t, func(o *office) {
		n := 0
		o.invite("Skadet", "a@example.no")
		o.wants(&n, "invitation mail")
		o.close()
		damage(t, filepath.Join(o.profile, "book"))
		o.open()
		o.until("online", online)
		time.Sleep(time.Minute)
		o.wants(&n)
		o.is("Skadet", desk.Unsure)
	})
}

func TestOtherDaysAndTheCalendar(t *testing.T) {
	consultation(t, func(o *office) {
		tomorrow := time.Now().AddDate(0, 0, 1)
		o.appoints("I dag", desk.DoInvite{Phone: "98765432"})
		o.do(desk.DoInvite{Phone: "98765433", Country: "NO", At: tomorrow})
		o.until("dialog", func(s desk.State) bool { return s.Verify != nil })
		o.do(desk.DoSend{Name: "I morgen"})
		o.until("counted", func(s desk.State) bool {
			return len(s.Booked) == 2 && s.Booked[0].Count == 1 && s.Booked[1].Day.Day() == tomorrow.Day()
		})
		o.until("sent", func(desk.State) bool { return len(o.post.Letters()) == 2 })
		o.until("not today", func(desk.State) bool { return o.dayRow("I morgen").Label == "" })
		o.do(desk.DoShowDay{Day: tomorrow})
		o.until("tomorrow", func(s desk.State) bool {
			return len(s.Day) == 1 && s.Day[0].Label == "I morgen" && s.DayOf.Day() == tomorrow.Day()
		})
		o.do(desk.DoShowDay{})
		o.until("today", func(s desk.State) bool { return len(s.Day) == 1 && s.Day[0].Label == "I dag" })
	})
}

// damage cuts a file short.
func damage(t *testing.T, path string) {
	t.Helper()
	if err := os.Truncate(path, 40); err != nil {
		t.Fatal(err)
	}
}
