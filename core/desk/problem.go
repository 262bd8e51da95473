package desk

import (
	"errors"

	"legekonsultasjon/core/durable"
	"legekonsultasjon/core/settings"
)

// problemSlot is where a problem comes from; each has room for one, and the first that is filled is shown.
type problemSlot int

const (
	slotBook problemSlot = iota
	slotCall
	slotLine
	slotSettings
	slotSecrets
	slotSMS
	slotMail
	slotIntake
	problemSlots
)

// problem is what the banner shows.
func (l *loop) problem() *Problem {
	for slot := range problemSlots {
		if p := l.problems[slot]; p != nil {
			return p
		}
	}
	return nil
}

// dismiss closes what lies on top: a question or the notice.
func (l *loop) dismiss() {
	switch {
	case l.asked != "":
		l.asked = ""
	case l.keyring.away && !l.keyring.asked:
		l.keyring.asked = true
	case l.patient.asks:
		l.patient.asks = false
	default:
		l.notice = nil
	}
}

// dismissProblem puts away the one that is shown.
func (l *loop) dismissProblem() {
	for slot := range problemSlots {
		if l.problems[slot] != nil {
			l.problems[slot] = nil
			return
		}
	}
}

func settingsProblem(err error) *Problem {
	var problem *settings.Error
	if errors.As(err, &problem) {
		return &Problem{Code: problem.Code, Args: map[string]string{"file": problem.Aside}}
	}
	return &Problem{Code: settings.CodeNotSaved}
}

// diskProblem tells a full disk from any other reason.
func diskProblem(err error, otherwise string) *Problem {
	if durable.IsFull(err) {
		return &Problem{Code: settings.CodeDiskFull}
	}
	return &Problem{Code: otherwise}
}

func refused(err error, otherwise string) *Problem {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return &Problem{Code: refusal.Code, Args: refusal.Args}
	}
	return &Problem{Code: otherwise}
}
