package desk_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/intake"
)

// fates keeps what a request was told.
type fates struct {
	mu   sync.Mutex
	told []intake.Fate
}

func (f *fates) tell(fate intake.Fate) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.told = append(f.told, fate)
}

func (f *fates) last() intake.Fate {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.told) == 0 {
		return intake.Fate{}
	}
	return f.told[len(f.told)-1]
}

func (f *fates) all() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := ""
	for _, t := range f.told {
		s += string(t.Outcome) + " "
	}
	return s
}

// asks hands a request in.
func (o *office) asks(way desk.Way, r intake.Request) *fates {
	o.t.Helper()
	f := &fates{}
	o.do(desk.DoTake{Request: r, Way: way, Tell: f.tell})
	o.settle()
	return f
}

// list writes a list of appointments from the next full hour on, a quarter of an hour apart.
func (o *office) list(rows ...string) string {
	o.t.Helper()
	text := "dato;tid;navn;mobil;epost\n"
	at := o.clock().Truncate(time.Hour).Add(time.Hour)
	for i, row := range rows {
		text += at.Add(time.Duration(i)*15*time.Minute).Format("02.01.2006;15:04;") + row + "\n"
	}
	path := filepath.Join(o.t.TempDir(), "dagen.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		o.t.Fatal(err)
	}
	return path
}

// imports makes drafts of a list.
func (o *office) imports(rows ...string) desk.State {
	o.t.Helper()
	o.do(desk.DoImportFile{Path: o.list(rows...)})
	o.until("the list is shown", func(s desk.State) bool { return s.Import != nil })
	o.do(desk.DoTakeImport{})
	return o.until("drafts", func(s desk.State) bool { return s.Import == nil && s.DayList.Drafts > 0 })
}

// drafts are the labels of the drafts of the day.
func drafts(s desk.State) (labels []string) {
	for _, row := range s.Day {
		if row.Status == desk.Draft {
			labels = append(labels, row.Label)
		}
	}
	return labels
}

// calendar is a booking system's calendar.
type calendar struct {
	mu   sync.Mutex
	list intake.List
	err  error
}

func (c *calendar) set(rows ...intake.Row) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = intake.List{Rows: rows}
}

// Fetch implements intake.Source.
func (c *calendar) Fetch(context.Context, intake.Options) (intake.List, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return intake.List{Rows: append([]intake.Row(nil), c.list.Rows...)}, c.err
}

// nothingHappened fails when anything was made or sent.
func (o *office) nothingHappened(why string) {
	o.t.Helper()
	if n := len(o.post.Letters()); n != 0 {
		o.t.Fatalf("%s: %d letters were sent", why, n)
	}
	if n := len(openBook(o.t, o).All()); n != 0 {
		o.t.Fatalf("%s: %d appointments were made", why, n)
	}
}

// TestNothingFromOutsideIsSentWithoutTheDialog brings requests in by every way, lets an hour pass, and does everything a
// window can do but press Send. Nothing is made and nothing is sent, until it is.
func TestNothingFromOutsideIsSentWithoutTheDialog(t *testing.T) {
	consultation(t, func(o *office) {
		other := []desk.Command{desk.DoSkip{}, desk.DoCorrect{}, desk.DoDismiss{}, desk.DoTakeImport{}, desk.DoGoThrough{}, desk.DoSkip{},
			desk.DoUndo{}, desk.DoResend{}, desk.DoSendPIN{}, desk.DoSendMissed{}, desk.DoLetBe{}, desk.DoFetch{}, desk.DoOpenSettings{}, desk.DoCloseSettings{},
			desk.DoSend{Serial: 4711}}
		request := intake.Request{Phone: "98765432", Email: "ola@eksempel.no", Name: "Ola"}
		for _, way := range []desk.Way{desk.WayURL, desk.WayCommand} {
			o.asks(way, request)
			o.until("shown", func(s desk.State) bool { return s.Verify != nil && s.Verify.Way == way })
			time.Sleep(time.Hour)
			o.nothingHappened(string(way))
			for _, c := range other {
				o.do(c)
				o.settle()
			}
			o.nothingHappened(string(way))
		}
		o.imports("Anne;98765431;", "Bo;;bo@eksempel.no")
		for _, row := range o.now().Day {
			for _, c := range []desk.Command{desk.DoResend{Invitation: row.Invitation}, desk.DoSendPIN{Invitation: row.Invitation},
				desk.DoNewPIN{Invitation: row.Invitation}, desk.DoJoin{Invitation: row.Invitation}, desk.DoFinish{Invitation: row.Invitation},
				desk.DoOpenDraft{Draft: row.Invitation}, desk.DoCorrect{}} {
				o.do(c)
				o.settle()
			}
		}
		for _, c := range other {
			o.do(c)
			o.settle()
		}
		time.Sleep(10 * time.Minute)
		o.nothingHappened("a list")
		o.do(desk.DoGoThrough{})
		s := o.until("the dialog", func(s desk.State) bool { return s.Verify != nil })
		o.do(desk.DoSend{Name: "Anne", Serial: s.Verify.Serial})
		o.until("one letter", func(desk.State) bool { return len(o.post.Letters()) == 1 })
	})
}

func TestWhatBecomesOfARequest(t *testing.T) {
	consultation(t, func(o *office) {
		sent := o.asks(desk.WayCommand, intake.Request{Phone: "98765432", Name: "Ola", Note: "kne", Language: "en"})
		s := o.until("shown", func(s desk.State) bool { return s.Verify != nil })
		if s.Verify.Name != "Ola" || s.Verify.Note != "kne" || s.Verify.Way != desk.WayCommand || s.Invite.Language != "nb" {
			t.Fatalf("%+v", s.Verify)
		}
		waits := o.asks(desk.WayURL, intake.Request{Email: "to@eksempel.no"})
		if sent.last().Outcome != intake.Shown || waits.last().Outcome != intake.Waiting || o.now().Verify.Phone == "" {
			t.Fatalf("first %s, second %s", sent.all(), waits.all())
		}
		o.do(desk.DoSend{Name: "Ola", Serial: s.Verify.Serial})
		o.until("the second is shown, the first sent", func(s desk.State) bool {
			return s.Verify != nil && s.Verify.Email == "to@eksempel.no" && sent.last().Outcome == intake.Sent
		})
		if sent.all() != "shown confirmed sent " {
			t.Error(sent.all())
		}
		o.do(desk.DoCorrect{})
		s = o.until("the form is filled", func(s desk.State) bool { return s.Verify == nil && s.Invite.Prefill != nil })
		if waits.last().Outcome != intake.Declined || s.Invite.Prefill.Email != "to@eksempel.no" {
			t.Errorf("%s, %+v", waits.all(), s.Invite.Prefill)
		}
		bad := o.asks(desk.WayURL, intake.Request{Phone: "123"})
		s = o.now()
		if f := bad.last(); f != (intake.Fate{Outcome: intake.Refused, Problem: "phoneTooShort"}) || s.Invite.PhoneProblem == nil || s.Invite.Prefill.Phone != "123" {
			t.Errorf("%+v, %+v", f, s.Invite)
		}
		if f := o.asks(desk.WayCommand, intake.Request{}).last(); f.Outcome != intake.Refused || f.Problem != intake.CodeNobody {
			t.Errorf("nobody: %+v", f)
		}
		o.post.Will(desk.Outcome{Reason: "badReceiver"})
		failed := o.asks(desk.WayCommand, intake.Request{Phone: "98765431"})
		o.do(desk.DoSend{})
		o.until("failed", func(desk.State) bool {
			return failed.last() == intake.Fate{Outcome: intake.Failed, Problem: "reason.badReceiver"}
		})
	})
}

func TestRequestsWaitAndAreBounded(t *testing.T) {
	consultation(t, func(o *office) {
		o.do(desk.DoOpenSettings{})
		var all []*fates
		for n := range 17 {
			all = append(all, o.asks(desk.WayURL, intake.Request{Phone: fmt.Sprint(98765400 + n)}))
		}
		if all[15].last().Outcome != intake.Waiting || all[16].last().Outcome != intake.Busy || o.now().Verify != nil {
			t.Fatalf("%s, %s", all[15].all(), all[16].all())
		}
		o.do(desk.DoCloseSettings{})
		o.until("the first", func(s desk.State) bool { return s.Verify != nil && s.Verify.Phone == "987 65 400" })
		time.Sleep(61 * time.Minute)
		o.settle()
		if all[1].last().Outcome != intake.TimedOut || all[0].last().Outcome != intake.Shown {
			t.Errorf("%s, %s", all[0].all(), all[1].all())
		}
		o.do(desk.DoSignOut{})
		o.until("signed out", func(s desk.State) bool { return s.Screen == desk.ScreenSignIn })
		if all[0].last().Outcome != intake.Declined {
			t.Error(all[0].all())
		}
		if f := o.asks(desk.WayCommand, intake.Request{Phone: "98765432"}); f.last().Outcome != intake.NotSignedIn {
			t.Error(f.all())
		}
		kept := o.asks(desk.WayURL, intake.Request{Phone: "98765432"})
		o.signIn()
		o.until("shown after the sign-in", func(s desk.State) bool { return s.Verify != nil && kept.last().Outcome == intake.Shown })
	})
}

func TestAListBecomesDrafts(t *testing.T) {
	consultation(t, func(o *office) {
		f := &fates{}
		path := o.list("Anne;98765431;", "Bo;;bo@eksempel.no", "Feil;1;", "Cato;98765433;cato@eksempel.no")
		o.do(desk.DoImportFile{Path: path, Tell: f.tell})
		s := o.until("the list is shown", func(s desk.State) bool { return s.Import != nil })
		if len(s.Import.Rows) != 3 || len(s.Import.Troubles) != 1 || s.Import.Troubles[0].Line != 4 || s.Import.Name != "dagen.csv" || drafts(s) != nil {
			t.Fatalf("%+v", s.Import)
		}
		o.do(desk.DoTakeImport{})
		s = o.until("drafts", func(s desk.State) bool { return s.DayList.Drafts == 3 })
		if fmt.Sprint(drafts(s)) != "[Anne Bo Cato]" || s.Notice == nil || s.Notice.Code != "imported" || f.all() != "shown confirmed " {
			t.Fatalf("%v, %+v, %s", drafts(s), s.Notice, f.all())
		}
		undo := s.Notice.Undo
		o.do(desk.DoImportFile{Path: path})
		s = o.until("again", func(s desk.State) bool { return s.Import != nil })
		if len(s.Import.Rows) != 0 || s.Import.Known != 3 {
			t.Errorf("again: %+v", s.Import)
		}
		o.do(desk.DoDropImport{})
		o.do(undo)
		o.until("undone", func(s desk.State) bool { return s.DayList.Drafts == 0 && len(s.Day) == 0 })
		o.do(desk.DoImportFile{Path: filepath.Join(t.TempDir(), "borte.csv"), Tell: f.tell})
		s = o.until("says why", func(s desk.State) bool { return s.Problem != nil })
		if s.Problem.Code != "intake.unread" || f.last().Problem != "unread" {
			t.Errorf("%+v %+v", s.Problem, f.last())
		}
	})
}

func TestDraftsAreGoneThroughOneByOne(t *testing.T) {
	consultation(t, func(o *office) {
		o.imports("Anne;98765431;", "Bo;;bo@eksempel.no", "Cato;98765433;", "Dina;98765434;")
		o.do(desk.DoGoThrough{})
		s := o.until("Anne", func(s desk.State) bool { return s.Verify != nil && s.Verify.Name == "Anne" })
		if !s.Verify.Through || s.Verify.Left != 3 || s.Verify.Now || s.Verify.Way != desk.WayDraft {
			t.Fatalf("%+v", s.Verify)
		}
		first := s.Verify.Serial
		o.do(desk.DoSend{Name: "Anne", Serial: first})
		o.do(desk.DoSend{Name: "Anne", Serial: first}) // pressed twice: the second must not send to Bo
		s = o.until("Bo", func(s desk.State) bool { return s.Verify != nil && s.Verify.Name == "Bo" })
		o.do(desk.DoSkip{})
		s = o.until("Cato", func(s desk.State) bool { return s.Verify != nil && s.Verify.Name == "Cato" })
		o.do(desk.DoCorrect{})
		s = o.until("back", func(s desk.State) bool { return s.Verify == nil && s.Invite.Prefill != nil })
		if fmt.Sprint(drafts(s)) != "[Bo Cato Dina]" || s.Invite.Prefill.Phone != "+4798765433" {
			t.Fatalf("%v, %+v", drafts(s), s.Invite.Prefill)
		}
		// The number is corrected in the form: the draft goes when that is sent.
		o.do(desk.DoInvite{Phone: "98765430", Country: "NO", At: s.Invite.Prefill.At, Language: "nb"})
		s = o.until("corrected", func(s desk.State) bool { return s.Verify != nil })
		o.do(desk.DoSend{Name: "Cato", Serial: s.Verify.Serial})
		s = o.until("two are left", func(s desk.State) bool { return s.DayList.Drafts == 2 && len(o.post.Letters()) >= 2 })
		if fmt.Sprint(drafts(s)) != "[Bo Dina]" {
			t.Fatal(drafts(s))
		}
		var bo desk.DayRow
		for _, row := range s.Day {
			if row.Label == "Bo" {
				bo = row
			}
		}
		o.do(desk.DoDropDraft{Draft: bo.Invitation})
		s = o.until("dropped", func(s desk.State) bool { return s.DayList.Drafts == 1 })
		if s.Notice == nil || s.Notice.Code != "draftDropped" {
			t.Fatalf("%+v", s.Notice)
		}
		o.do(s.Notice.Undo)
		o.until("back", func(s desk.State) bool { return s.DayList.Drafts == 2 })

		o.crash()
		o.open()
		s = o.until("the drafts outlive a crash", func(s desk.State) bool { return s.DayList.Drafts == 2 })
		o.until("online", online)
		time.Sleep(25 * time.Hour)
		o.until("the next day they are gone", func(s desk.State) bool { return len(drafts(s)) == 0 })
	})
}

func TestACalendarIsFollowed(t *testing.T) {
	feed := &calendar{}
	consultation(t, func(o *office) {
		o.stop()
		<-o.ended
		o.calendar = func(string) (intake.Source, error) { return feed, nil }
		o.open()
		o.until("online", online)
		at := o.clock().Truncate(time.Hour).Add(2 * time.Hour)
		row := func(uid, phone string, at time.Time) intake.Row {
			return intake.Row{UID: uid, Request: intake.Request{Phone: phone, Country: "NO", Name: uid, At: at}}
		}
		feed.set(row("a", "98765431", at), row("b", "98765432", at.Add(time.Hour)))
		o.do(desk.DoSubscribe{Address: "https://timebok.example/hemmelig.ics"})
		s := o.until("shown", func(s desk.State) bool { return s.Import != nil })
		if !s.Import.Subscribes || s.Import.Name != "timebok.example" || s.DayList.Subscribed != "" {
			t.Fatalf("%+v", s.Import)
		}
		o.do(desk.DoTakeImport{})
		o.until("followed", func(s desk.State) bool { return s.DayList.Drafts == 2 && s.DayList.Subscribed == "timebok.example" })
		o.do(desk.DoGoThrough{})
		s = o.until("a", func(s desk.State) bool { return s.Verify != nil && s.Verify.Name == "a" })
		o.do(desk.DoSend{Name: "a", Serial: s.Verify.Serial})
		o.until("b", func(s desk.State) bool { return s.Verify != nil && s.Verify.Name == "b" })
		o.do(desk.DoCorrect{})

		feed.set(row("a", "98765431", at), row("b", "98765432", at.Add(90*time.Minute)), row("c", "98765433", at.Add(2*time.Hour)))
		time.Sleep(11 * time.Minute)
		s = o.until("b moved, c came, a stays away", func(s desk.State) bool { return fmt.Sprint(drafts(s)) == "[b c]" })
		for _, d := range s.Day {
			if d.Label == "b" && !d.At.Equal(at.Add(90*time.Minute)) {
				t.Errorf("b at %v", d.At)
			}
		}
		feed.set(row("c", "98765433", at.Add(2*time.Hour)))
		o.do(desk.DoFetch{})
		o.until("b is gone", func(s desk.State) bool { return fmt.Sprint(drafts(s)) == "[c]" })

		o.crash()
		o.open()
		o.until("still followed", func(s desk.State) bool {
			return s.DayList.Subscribed == "timebok.example" && fmt.Sprint(drafts(s)) == "[c]"
		})
		feed.mu.Lock()
		feed.err = &intake.Error{Code: intake.CodeNoAnswer}
		feed.mu.Unlock()
		o.do(desk.DoFetch{})
		o.until("says so and keeps the drafts", func(s desk.State) bool {
			return s.DayList.Problem != nil && s.DayList.Problem.Code == "intake.noAnswer" && fmt.Sprint(drafts(s)) == "[c]"
		})
		o.do(desk.DoUnsubscribe{})
		o.until("forgotten", func(s desk.State) bool { return s.DayList.Subscribed == "" && drafts(s) == nil })
	})
}
