package letter

import "legekonsultasjon/core/gsm"

// Segments counts the SMS segments of a text as gateways charge them, and says whether it fits the GSM 7-bit alphabet.
func Segments(text string) (segments int, gsm7 bool) {
	s := gsm.Measure(text)
	return s.Segments, s.Alphabet == gsm.Default
}
