package ui

import "legekonsultasjon/core/desk"

// Expecting reports whether a patient waits or may still come: then the program should not end unasked.
func Expecting(s desk.State) bool {
	if len(s.Waiting) > 0 {
		return true
	}
	for _, d := range s.Day {
		switch d.Status {
		case desk.Queued, desk.Sending, desk.Sent, desk.Delivered, desk.Opened, desk.WaitingNow, desk.InCall, desk.Left, desk.PINLocked:
			return true
		}
	}
	return false
}
