package desk_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/intake"
)

// TestAPowerCutAsksOnceForMany: letters that were under way are listed together, and one answer is enough for all.
func TestAPowerCutAsksOnceForMany(t *testing.T) {
	for _, again := range []bool{false, true} {
		consultation(t, func(o *office) {
			release := o.post.Hold()
			for n := range 4 {
				o.do(desk.DoInvite{Phone: fmt.Sprintf("4%07d", n), Country: "NO"})
				o.do(desk.DoSend{Name: fmt.Sprintf("P%d", n)})
				o.is(fmt.Sprintf("P%d", n), desk.Sending)
			}
			o.crash()
			release()
			o.open()
			s := o.until("listed", func(s desk.State) bool { return len(s.Unsure) == 4 })
			if s.Question != nil || s.Unsure[0].Label != "P0" || s.Unsure[0].Letters[0] != "invitation" {
				t.Errorf("%+v, %+v", s.Question, s.Unsure)
			}
			o.do(desk.DoResend{Invitation: s.Unsure[0].Invitation})
			o.is("P0", desk.Sent)
			if n := len(o.post.Letters()); n != 1 {
				t.Fatalf("%d letters for one that was asked for", n)
			}
			o.do(desk.DoUnsureAll{Again: again})
			o.until("all answered", func(s desk.State) bool { return len(s.Unsure) == 0 && s.Question == nil })
			want := 1
			if again {
				want = 4
			}
			o.is("P3", desk.Sent)
			time.Sleep(time.Minute)
			if n := len(o.post.Letters()); n != want {
				t.Errorf("again %v: %d letters, want %d", again, n, want)
			}
		})
	}
}

// TestAllAboutAPatient: what is known is shown letter by letter, saved without secrets, and erased when everything is over.
func TestAllAboutAPatient(t *testing.T) {
	consultation(t, func(o *office) {
		first := o.invite("Ola H.", "ola@example.no")
		o.invite("En annen", "per@example.no")
		second := o.invite("O. H.", "ola@example.no")
		o.do(desk.DoShowPatient{Invitation: first.Invitation.ID})
		s := o.until("shown", func(s desk.State) bool { return s.Patient != nil })
		if p := s.Patient; len(p.Times) != 2 || p.CanErase || p.Detail != "ola@example.no" || p.Times[0].Letters[0].State != "accepted" {
			t.Fatalf("%+v", p)
		}
		o.do(desk.DoErasePatient{})
		if s := o.settle(); s.Question != nil {
			t.Errorf("asks about what is not over: %+v", s.Question)
		}
		o.do(desk.DoSavePatient{})
		s = o.until("saved", func(s desk.State) bool { return s.Patient.Saved != "" })
		copied, err := os.ReadFile(s.Patient.Saved)
		if err != nil || filepath.Dir(s.Patient.Saved) != o.profile {
			t.Fatal(s.Patient.Saved, err)
		}
		if text := string(copied); strings.Count(text, "ola@example.no") != 2 || strings.Contains(text, "per@") ||
			strings.Contains(text, string(first.Invitation.PIN.PIN)) || strings.Contains(text, second.Invitation.Secret.TypedCode()) {
			t.Errorf("the copy:\n%s", text)
		}
		o.do(desk.DoCancel{Invitation: first.Invitation.ID})
		o.do(desk.DoCancel{Invitation: second.Invitation.ID})
		o.until("all is over", func(s desk.State) bool { return s.Patient.CanErase })
		o.do(desk.DoErasePatient{})
		s = o.until("asked", func(s desk.State) bool { return s.Question != nil && s.Question.Code == "erase" })
		o.do(s.Question.No)
		o.until("kept", func(s desk.State) bool { return s.Question == nil && len(s.Patient.Times) == 2 })
		o.do(desk.DoErasePatient{})
		o.do(desk.DoErasePatient{Confirmed: true})
		o.until("erased", func(s desk.State) bool { return s.Patient == nil && len(s.Day) == 1 && s.Day[0].Label == "En annen" })
		o.close()
		for _, a := range openBook(t, o).All() {
			if a.Name != "En annen" && (a.Name != "" || a.Invitations[0].Email != "" || !a.Erased) {
				t.Errorf("left in the book: %+v", a)
			}
		}
		o.open()
		o.until("online", online)
		if o.server.Has(first.Invitation.ID) {
			t.Error("the server still has it")
		}
	})
}

// TestTheCopyCannotBeWritten: the disk says no, and the window says so.
func TestTheCopyCannotBeWritten(t *testing.T) {
	consultation(t, func(o *office) {
		letter := o.invite("Ola H.", "ola@example.no")
		if err := os.WriteFile(filepath.Join(o.profile, "taken"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		o.copies = filepath.Join(o.profile, "taken") // a file where a folder should be
		o.close()
		o.open()
		o.until("online", online)
		o.do(desk.DoShowPatient{Invitation: letter.Invitation.ID})
		o.do(desk.DoSavePatient{})
		o.until("said", func(s desk.State) bool {
			return s.Patient != nil && s.Patient.Problem != nil && s.Patient.Problem.Code == "copyNotSaved"
		})
	})
}

// TestTheDialogCountsTheSMS in the language chosen, the reminder among them.
func TestTheDialogCountsTheSMS(t *testing.T) {
	consultation(t, func(o *office) {
		tomorrow := time.Now().AddDate(0, 0, 1)
		for name, c := range map[string]struct {
			invite  desk.DoInvite
			letters int
		}{
			"now":         {desk.DoInvite{Phone: "98765432", Country: "NO", Language: "nn"}, 1},
			"later":       {desk.DoInvite{Phone: "98765432", Country: "NO", At: tomorrow}, 2},
			"two ways":    {desk.DoInvite{Phone: "98765432", Country: "NO", Email: "a@example.no"}, 1},
			"by e-mail":   {desk.DoInvite{Email: "a@example.no"}, 0},
			"read aloud":  {desk.DoInvite{Phone: "98765432", Country: "NO", At: tomorrow, PIN: desk.PINAloud}, 1},
			"all at once": {desk.DoInvite{Phone: "98765432", Country: "NO", At: tomorrow, PIN: desk.PINAtOnce}, 1},
		} {
			o.do(c.invite)
			s := o.until("dialog", func(s desk.State) bool { return s.Verify != nil })
			if got := s.Verify.SMS; got.Letters != c.letters || got.Segments != c.letters || got.Odd != "" {
				t.Errorf("%s: %+v", name, got)
			}
			o.do(desk.DoCorrect{})
			o.until("closed", func(s desk.State) bool { return s.Verify == nil })
		}
	})
}

func TestTheBookIsKeptAsLongAsTheSettingsSay(t *testing.T) {
	consultation(t, func(o *office) {
		letter := o.invite("Ola H.", "ola@example.no")
		if got := o.now().Settings.KeepDays; got != 30 {
			t.Errorf("kept for %d days at first", got)
		}
		o.do(desk.DoSaveSettings{KeepDays: 7})
		o.until("saved", func(s desk.State) bool { return s.Settings.KeepDays == 7 })
		o.do(desk.DoCancel{Invitation: letter.Invitation.ID})
		o.is("Ola H.", desk.Cancelled)
		o.until("told", func(desk.State) bool { return !o.server.Has(letter.Invitation.ID) })
		o.away(6 * 24 * time.Hour)
		if n := len(openBook(t, o).All()); n != 1 {
			t.Errorf("%d after six days", n)
		}
		o.away(2 * 24 * time.Hour)
		o.until("dropped", func(desk.State) bool { return len(openBook(t, o).All()) == 0 })
	})
}

// away closes the program for so long.
func (o *office) away(d time.Duration) {
	o.t.Helper()
	o.close()
	time.Sleep(d)
	o.open()
	o.until("online", online)
	o.settle()
}

// TestDraftsOfAPatientAreShownSavedAndErasedToo: appointments of a list and of a calendar, which nobody has verified, belong
// to what is known of a patient, and go with it.
func TestDraftsOfAPatientAreShownSavedAndErasedToo(t *testing.T) {
	consultation(t, func(o *office) {
		c := &calendar{}
		o.calendar = func(string) (intake.Source, error) { return c, nil }
		o.close()
		o.open()
		o.until("online", online)
		at := o.clock().Truncate(time.Hour).Add(time.Hour)
		row := func(uid, name, email string, after time.Duration) intake.Row {
			return intake.Row{UID: uid, Request: intake.Request{Name: name, Note: "ryggen", Email: email, At: at.Add(after)}}
		}
		c.set(row("1", "Ola H.", "ola@example.no", 0), row("2", "En annen", "per@example.no", time.Minute))
		o.do(desk.DoSubscribe{Address: "https://timebok.example/x"})
		o.until("preview", func(s desk.State) bool { return s.Import != nil })
		o.do(desk.DoTakeImport{})
		o.until("drafts", func(s desk.State) bool { return len(drafts(s)) == 2 })
		letter := o.invite("O. H.", "ola@example.no")
		o.imports("Ola;;ola@example.no", "En til;;ola@example.no")
		o.until("drafts", func(s desk.State) bool { return len(drafts(s)) == 3 })
		of := o.dayRow("Ola H.").Invitation
		if !o.dayRow("Ola H.").CanShow {
			t.Error("the row of a draft does not offer the card")
		}
		o.do(desk.DoShowPatient{Invitation: of})
		s := o.until("shown", func(s desk.State) bool { return s.Patient != nil })
		if p := s.Patient; len(p.Times) != 3 || p.CanErase || p.Label != "Ola H." || p.Times[0].Status != desk.Draft || p.Times[0].Note != "" || p.Times[1].Note != "ryggen" {
			t.Fatalf("%+v", p)
		}
		o.do(desk.DoSavePatient{})
		s = o.until("saved", func(s desk.State) bool { return s.Patient.Saved != "" })
		copied, err := os.ReadFile(s.Patient.Saved)
		if text := string(copied); err != nil || strings.Count(text, "ola@example.no") != 3 || strings.Contains(text, "En annen") {
			t.Errorf("the copy: %v\n%s", err, text)
		}
		o.do(desk.DoCancel{Invitation: letter.Invitation.ID})
		o.until("all is over", func(s desk.State) bool { return s.Patient.CanErase })
		o.do(desk.DoErasePatient{})
		s = o.until("asked", func(s desk.State) bool { return s.Question != nil && s.Question.Args["count"] == "3" })
		o.do(s.Question.Yes)
		o.until("erased", func(s desk.State) bool { return s.Patient == nil && s.Notice != nil && s.Notice.Code == "erased" })
		if left := drafts(o.now()); len(left) != 1 || left[0] != "En annen" {
			t.Errorf("left: %q", left)
		}
		o.do(desk.DoFetch{})
		o.settle()
		if left := drafts(o.now()); len(left) != 1 {
			t.Errorf("the calendar brings back %q", left)
		}
		o.close()
		o.open()
		o.until("online", online)
		if left := drafts(o.settle()); len(left) != 1 || left[0] != "En annen" {
			t.Errorf("left on the disk: %q", left)
		}
	})
}
