package desk

import (
	"context"
	"path/filepath"
	"slices"
	"time"

	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/durable"
	"legekonsultasjon/core/intake"
	"legekonsultasjon/core/signaling"
)

// Patient is all that is known of one patient, of whoever has the same number or the same address: appointments of the
// book, and those of a list that wait to be verified.
type Patient struct {
	Label, Detail string
	Times         []PatientTime // the newest first
	CanErase      bool          // everything is over
	Saved         string        // the file that a copy went to, "" before
	Problem       *Problem
}

// PatientTime is one appointment of a patient; one that waits to be verified has the status Draft and no letters.
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

// DoShowPatient shows what is known of the patient of a row, an invitation's or a draft's; DoClosePatient puts it away.
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
	of      signaling.InvitationID // of his row, whose number and address count; zero is nobody
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

// contactsOf are the number and the address of a row, an invitation's or a draft's.
func (l *loop) contactsOf(id signaling.InvitationID) (phone, email string) {
	if _, i, ok := l.find(id); ok {
		return i.Phone, i.Email
	}
	d, _ := l.draftOf(intake.DraftID(id))
	return d.Phone, d.Email
}

// ofPatient are the appointments of the patient that is looked at, by time, and his drafts.
func (l *loop) ofPatient() (all []appointment.Appointment, drafts []intake.Draft) {
	phone, email := l.contactsOf(l.patient.of)
	for _, a := range l.mine() {
		if a.Concerns(phone, email) {
			all = append(all, a)
		}
	}
	return all, slices.DeleteFunc(l.drafts(), func(d intake.Draft) bool { return !d.Concerns(phone, email) })
}

func (l *loop) patientView() *Patient {
	all, drafts := l.ofPatient()
	if len(all)+len(drafts) == 0 {
		return nil
	}
	p := &Patient{CanErase: true, Saved: l.patient.saved, Problem: l.patient.problem}
	for _, a := range all {
		p.CanErase = p.CanErase && a.Erasable()
		p.Times = append(p.Times, l.patientTime(a))
	}
	for _, d := range drafts {
		p.Times = append(p.Times, PatientTime{At: d.At, Status: Draft, Note: d.Note})
	}
	slices.SortStableFunc(p.Times, func(a, b PatientTime) int { return b.At.Compare(a.At) })
	p.Label, p.Detail = l.patientLabel()
	return p
}

// patientLabel is what the row that is looked at is called.
func (l *loop) patientLabel() (label, detail string) {
	if d, ok := l.draftOf(intake.DraftID(l.patient.of)); ok {
		row := l.draftRow(d)
		return row.Label, row.Detail
	}
	a, _, _ := l.find(l.patient.of)
	return l.label(a)
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
	all, drafts := l.ofPatient()
	if len(all)+len(drafts) == 0 {
		return
	}
	now, waiting := l.now(), make([]appointment.Waiting, len(drafts))
	for n, d := range drafts {
		waiting[n] = appointment.Waiting{At: d.At, Minutes: int(d.Length / time.Minute), Language: d.Language, Name: d.Name, Note: d.Note,
			Phone: d.Phone, Email: d.Email}
	}
	l.patient.saved, l.patient.problem = "", nil
	of, path := l.patient.of, filepath.Join(l.Copies, "pasient-"+now.Format("20060102-150405")+".json")
	data, err := appointment.Export(all, waiting, now)
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

// canErase reports that somebody is looked at, and that nothing of him is still open.
func canErase(all []appointment.Appointment, drafts []intake.Draft) bool {
	open := slices.ContainsFunc(all, func(a appointment.Appointment) bool { return !a.Erasable() })
	return len(all)+len(drafts) > 0 && !open
}

// erasePatient asks, then forgets whom the appointments were with, in both generations of the book, and takes his drafts
// out of the tray.
func (l *loop) erasePatient(confirmed bool) {
	all, drafts := l.ofPatient()
	if !canErase(all, drafts) {
		l.patient.asks = false
		return
	}
	if l.patient.asks = !confirmed; !confirmed {
		return
	}
	phone, email := l.contactsOf(l.patient.of)
	for _, a := range all {
		l.step(a.Invitations[0].ID, appointment.Erased{})
	}
	l.patient = patientCard{}
	gone := len(all) == 0 || l.scrub()
	if l.eraseDrafts(drafts, phone, email) && gone {
		l.tell(Notice{Code: "erased"})
	}
	l.Log.Info("erased", "appointments", len(all), "drafts", len(drafts))
}

// eraseDrafts takes drafts out for good, and the one of the same patient that could be put back. Of events of a calendar
// that is followed only the UID stays, until their day is over, so that the next fetch does not bring them back. It reports
// whether the disk knows.
func (l *loop) eraseDrafts(drafts []intake.Draft, phone, email string) bool {
	for _, d := range drafts {
		l.tray.Remove(d.ID)
	}
	if l.removed.Concerns(phone, email) {
		l.removed, l.notice = intake.Draft{}, nil
	}
	return l.saveTray()
}

// eraseQuestion asks whether to erase.
func (l *loop) eraseQuestion() *Question {
	all, drafts := l.ofPatient()
	if !l.patient.asks || len(all)+len(drafts) == 0 {
		return nil
	}
	args := map[string]string{"count": itoa(len(all) + len(drafts))}
	args["label"], args["to"] = l.patientLabel()
	return &Question{Code: "erase", Args: args, Yes: DoErasePatient{Confirmed: true}, No: DoDismiss{}}
}
