package desk

import (
	"time"

	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/signaling"
)

// UnsurePatient is somebody of whom nobody can tell whether a letter reached him: the program or the line ended while it
// was sent.
type UnsurePatient struct {
	Invitation signaling.InvitationID
	Label      string
	At         time.Time
	Letters    []string // catalogue keys "missed.letter.<Letter>"
}

// DoUnsureAll answers for everybody in State.Unsure at once: send again, or take it as sent.
type DoUnsureAll struct{ Again bool }

func (DoUnsureAll) command() {}

// unsure lists them, by the time of the appointment. One is asked about by itself; several are listed, so that a power
// cut does not ask forty times.
func (l *loop) unsure() []UnsurePatient {
	var out []UnsurePatient
	now := l.now()
	for _, a := range l.mine() {
		if a.Closing != appointment.Open || !a.Began.IsZero() || !now.Before(a.NotAfter()) {
			continue
		}
		for _, i := range a.Invitations {
			letters := i.UnsureLetters()
			if len(letters) == 0 {
				continue
			}
			u := UnsurePatient{Invitation: i.ID, At: a.At}
			u.Label, _ = l.label(a)
			for _, d := range letters {
				u.Letters = append(u.Letters, string(d.Letter))
			}
			out = append(out, u)
		}
	}
	return out
}

// unsureQuestion asks about the only one.
func (l *loop) unsureQuestion() *Question {
	all := l.unsure()
	if len(all) != 1 {
		return nil
	}
	id := all[0].Invitation
	return &Question{Code: "unsure", Args: l.labelArgs(id), Yes: DoResend{id}, No: DoLetBe{id}}
}

// unsureView is the list; one alone is a question.
func (l *loop) unsureView() []UnsurePatient {
	if all := l.unsure(); len(all) > 1 {
		return all
	}
	return nil
}

// answerUnsure answers for all of them.
func (l *loop) answerUnsure(again bool) {
	for _, u := range l.unsure() {
		if again {
			l.doResend(u.Invitation)
		} else {
			l.letBe(u.Invitation)
		}
	}
}
