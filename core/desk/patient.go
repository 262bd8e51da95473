package desk

import (
	"context"
	"path/filepath"
	"slices"
	"time"

	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/durable"
	"legekonsultasjon/core/signaling"
)

// Patient is all that the book knows of one patient: of whoever has the same number or the same address.
type Patient struct {
	Label, Detail string
	Times         []PatientTime // the newest first
	CanErase      bool          // everything is over
	Saved         string        // the file that a copy went to, "" before
	Problem       *Problem
}

// PatientTime is one appointment of a patient.
type PatientTime struct {
	At      time.Time
	Status  Status
	Note    string
	Letters []PatientLetter // the oldest first
}

// PatientLetter is one letter, and how far it has come.
type PatientLetter struct {
	Letter string    // catalogue key "missed.letter.<Letter>"
	Way    string    // "sms" or "mail"
	State  string    // catalogue key "patient.state.<State>"
	At     time.Time // since when, or when it is planned
	Reason string    // catalogue key of why it failed or waits, "" otherwise
}

// DoShowPatient shows what is known of the patient of an invitation; DoClosePatient puts it away.
type DoShowPatient struct{ Invitation signaling.InvitationID }

// DoClosePatient puts it away.
type DoClosePatient struct{}

// DoSavePatient writes a copy of it to a file.
type DoSavePatient struct{}

// DoErasePatient erases it; unless confirmed the State answers with a Question.
type DoErasePatient struct{ Confirmed bool }

func (DoShowPatient) command()  {}
func (DoClosePatient) command() {}
func (DoSavePatient) command()  {}
func (DoErasePatient) command() {}

// patientCard is the patient that is looked at.
type patientCard struct {
	of      signaling.InvitationID // his number and address count; zero is nobody
	asks    bool                   // whether to erase
	saved   string
	problem *Problem
}

// doBook carries out what concerns the book itself.
func (l *loop) doBook(c Command) bool {
	switch c := c.(type) {
	case DoShowPatient:
		l.patient = patientCard{of: c.Invitation}
	case DoClosePatient:
		l.patient = patientCard{}
	case DoSavePatient:
		l.savePatient()
	case DoErasePatient:
		l.erasePatient(c.Confirmed)
	case DoUnsureAll:
		l.answerUnsure(c.Again)
	default:
		return false
	}
	return true
}

// ofPatient are the appointments of the patient that is looked at, by time.
func (l *loop) ofPatient() []appointment.Appointment {
	_, i, ok := l.find(l.patient.of)
	if !ok {
		return nil
	}
	var out []appointment.Appointment
	for _, a := range l.mine() {
		if a.Concerns(i.Phone, i.Email) {
			out = append(out, a)
		}
	}
	return out
}

func (l *loop) patientView() *Patient {
	all := l.ofPatient()
	if len(all) == 0 {
		return nil
	}
	slices.Reverse(all)
	p := &Patient{CanErase: true, Saved: l.patient.saved, Problem: l.patient.problem}
	for _, a := range all {
		p.CanErase = p.CanErase && a.Erasable()
		p.Times = append(p.Times, l.patientTime(a))
	}
	a, _, _ := l.find(l.patient.of)
	p.Label, p.Detail = l.label(a)
	return p
}

func (l *loop) patientTime(a appointment.Appointment) PatientTime {
	now := l.now()
	t := PatientTime{At: a.At, Note: a.Note, Status: l.dayRow(a, a.Invitations[0], now).Status}
	for _, i := range a.Invitations {
		for _, d := range i.Deliveries {
			letter := PatientLetter{Letter: string(d.Letter), Way: string(d.Way), State: string(d.State), At: d.At}
			if d.State == appointment.Queued && d.Planned.After(now) {
				letter.State, letter.At = "planned", d.Planned
			}
			if d.Reason != "" && (d.State == appointment.Failed || d.State == appointment.Queued) {
				letter.Reason = "reason." + d.Reason
			}
			t.Letters = append(t.Letters, letter)
		}
	}
	return t
}

// savePatient writes a copy to the folder for such, under a name that says nothing of the patient.
func (l *loop) savePatient() {
	all, now := l.ofPatient(), l.now()
	if len(all) == 0 {
		return
	}
	l.patient.saved, l.patient.problem = "", nil
	of, path := l.patient.of, filepath.Join(l.Copies, "pasient-"+now.Format("20060102-150405")+".json")
	data, err := appointment.Export(all, now)
	l.start(func(context.Context) func() {
		if err == nil {
			err = durable.WriteFile(path, data)
		}
		return func() {
			switch {
			case l.patient.of != of: // another one is looked at
			case err != nil:
				l.patient.problem = diskProblem(err, "copyNotSaved")
			default:
				l.patient.saved = path
			}
		}
	})
}

// erasePatient asks, then forgets whom the appointments were with, in both generations of the book.
func (l *loop) erasePatient(confirmed bool) {
	all := l.ofPatient()
	if len(all) == 0 || slices.ContainsFunc(all, func(a appointment.Appointment) bool { return !a.Erasable() }) {
		l.patient.asks = false
		return
	}
	if l.patient.asks = !confirmed; !confirmed {
		return
	}
	for _, a := range all {
		l.step(a.Invitations[0].ID, appointment.Erased{})
	}
	l.patient = patientCard{}
	if l.scrub() {
		l.tell(Notice{Code: "erased"})
	}
	l.Log.Info("erased", "appointments", len(all))
}

// eraseQuestion asks whether to erase.
func (l *loop) eraseQuestion() *Question {
	all := l.ofPatient()
	if !l.patient.asks || len(all) == 0 {
		return nil
	}
	args := l.labelArgs(l.patient.of)
	args["count"] = itoa(len(all))
	return &Question{Code: "erase", Args: args, Yes: DoErasePatient{Confirmed: true}, No: DoDismiss{}}
}
