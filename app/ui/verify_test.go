package ui_test

import (
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"legekonsultasjon/app/ui/uitest"
	"legekonsultasjon/core/desk"
)

const (
	numberTick = "Jeg har kontrollert nummeret mot journalen"
	nameField  = "Navn eller initialer (bare du ser det)"
	noteField  = "Notat til deg selv (sendes ikke)"
)

// dialog is what the doctor has done in the verify dialog.
func dialog(t *testing.T, f *uitest.Face) (ticked bool, name, note string) {
	t.Helper()
	return facts(find(t, f, "check", numberTick)).Checked, facts(find(t, f, "entry", nameField)).Text, facts(find(t, f, "entry", noteField)).Text
}

// TestNothingThatComesInDisturbsTheVerifyDialog: patients arrive, clocks go on, the line drops, sending fails; tick, name,
// note and keyboard stay, in the very widgets that the doctor sees.
func TestNothingThatComesInDisturbsTheVerifyDialog(t *testing.T) {
	f := uitest.Open(uitest.Home(), 1180, 760, 1)
	f.Window.Render(uitest.Verify())
	sheet, box, entry := f.Top(), find(t, f, "check", numberTick), find(t, f, "entry", nameField)
	press(t, f, "check", numberTick)
	typeInto(t, f, noteField, "resept")
	typeInto(t, f, nameField, "OH")
	for i, change := range []func(*desk.State){
		func(*desk.State) {},
		func(s *desk.State) { s.Now = s.Now.Add(time.Minute) },
		func(s *desk.State) { s.Waiting, s.Day = uitest.Full().Waiting, uitest.Full().Day },
		func(s *desk.State) { s.Waiting, s.Day = nil, nil },
		func(s *desk.State) { s.Connection = desk.Offline },
		func(s *desk.State) { s.Notice = &desk.Notice{Code: "cancelled", Args: map[string]string{"label": "x"}} },
		func(s *desk.State) { s.Problem = &desk.Problem{Code: "secretNotSaved"} },
		func(s *desk.State) { s.Theme = "dark" },
		func(s *desk.State) { s.Verify.Problem = &desk.Problem{Code: "noBook"} },
		func(s *desk.State) { s.Verify.Country, s.Verify.Mobile = "Norge", false },
		func(s *desk.State) { s.Invite.Country = "SE" },
		func(s *desk.State) { s.Question = uitest.Quit().Question },
		func(s *desk.State) {},
	} {
		s := uitest.Verify()
		change(&s)
		f.Window.Render(s)
		f.Window.Tick()
		if s.Question != nil {
			continue // it lies over the dialog
		}
		if f.Top() != sheet || find(t, f, "check", numberTick) != box || find(t, f, "entry", nameField) != entry {
			t.Fatalf("change %d made the dialog anew", i)
		}
		if ticked, name, note := dialog(t, f); !ticked || name != "OH" || note != "resept" {
			t.Fatalf("change %d: ticked %v, name %q, note %q", i, ticked, name, note)
		}
		if f.Canvas.Focused() != entry.(fyne.Focusable) {
			t.Fatalf("change %d took the keyboard", i)
		}
	}
	if _, ok := f.Last().(desk.DoCorrect); ok || len(f.Posted) != 0 {
		t.Fatalf("posted %v", f.Posted)
	}
}

// TestABusyDialogKeepsWhatWasEntered: while it sends nothing can be changed; when that fails everything is there again.
func TestABusyDialogKeepsWhatWasEntered(t *testing.T) {
	f := uitest.Open(uitest.Verify(), 1180, 760, 1)
	press(t, f, "check", numberTick)
	typeInto(t, f, nameField, "OH")
	press(t, f, "button", "Send invitasjon")
	for range 3 {
		s := uitest.Verify()
		s.Verify.Busy = true
		f.Window.Render(s)
	}
	if ticked, name, _ := dialog(t, f); !ticked || name != "OH" || facts(find(t, f, "check", numberTick)).Enabled {
		t.Fatalf("busy: ticked %v, name %q", ticked, name)
	}
	s := uitest.Verify()
	s.Verify.Problem = &desk.Problem{Code: "noBook"}
	f.Window.Render(s)
	if ticked, name, _ := dialog(t, f); !ticked || name != "OH" || !facts(find(t, f, "button", "Send invitasjon")).Enabled {
		t.Fatalf("after the failure: ticked %v, name %q", ticked, name)
	}
}

// TestAnotherNumberMakesTheDialogAnew: of states only the newest is drawn, so the closed dialog between two numbers may
// never be seen; the tick of the one must not send to the other.
func TestAnotherNumberMakesTheDialogAnew(t *testing.T) {
	f := uitest.Open(uitest.Verify(), 1180, 760, 1)
	press(t, f, "check", numberTick)
	typeInto(t, f, nameField, "OH")
	s := uitest.Verify()
	s.Verify.Phone = "+47 400 00 001"
	f.Window.Render(s)
	if ticked, name, _ := dialog(t, f); ticked || name != "" {
		t.Fatalf("ticked %v, name %q for another number", ticked, name)
	}
	if n := len(f.Canvas.Overlays().List()); n != 1 {
		t.Fatalf("%d dialogs", n)
	}
}

// TestAQuestionThatWasThereFirstLeavesTheDialogBe: it is taken from under the dialog without taking it along.
func TestAQuestionThatWasThereFirstLeavesTheDialogBe(t *testing.T) {
	f := uitest.Open(uitest.Quit(), 1180, 760, 1)
	s := uitest.Verify()
	s.Question = uitest.Quit().Question
	f.Window.Render(s)
	press(t, f, "check", numberTick)
	typeInto(t, f, nameField, "OH")
	entry := find(t, f, "entry", nameField)
	f.Window.Render(uitest.Verify())
	if ticked, name, _ := dialog(t, f); !ticked || name != "OH" || f.Canvas.Focused() != entry.(fyne.Focusable) {
		t.Fatalf("ticked %v, name %q, keyboard at %v", ticked, name, f.Canvas.Focused())
	}
	f.Window.Render(uitest.Home())
	if f.Canvas.Overlays().Top() != nil {
		t.Fatal("the dialog stays")
	}
}

// TestTypingGoesOnBetweenStates types a letter, takes a state, and so on, as under load.
func TestTypingGoesOnBetweenStates(t *testing.T) {
	f := uitest.Open(uitest.Verify(), 1180, 760, 1)
	f.Canvas.Focus(find(t, f, "entry", nameField).(fyne.Focusable))
	want := ""
	for i := range 40 {
		letter := fmt.Sprint(i % 10)
		want += letter
		test.Type(f.Canvas.Focused(), letter)
		s := uitest.Verify()
		s.Now = s.Now.Add(time.Duration(i) * time.Second)
		s.Waiting = s.Waiting[:i%2]
		f.Window.Render(s)
	}
	if _, name, _ := dialog(t, f); name != want {
		t.Fatalf("typed %q, the field holds %q", want, name)
	}
}
