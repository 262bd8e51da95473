package ui

import "legekonsultasjon/core/desk"

// Expecting reports whether a patient waits or may still come: then the program should not end unasked.
func Expecting(s desk.State) bool {
	return len(s.Waiting) > 0 || s.Expected > 0
}
