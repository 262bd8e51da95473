package ui

import (
	"testing"

	"legekonsultasjon/core/intake"
)

// TestEveryReasonOfAListHasWords: of rows that are not taken, and of lists that are not.
func TestEveryReasonOfAListHasWords(t *testing.T) {
	for _, language := range []string{"nb", "nn", "en"} {
		words := catalogue(language)
		for _, code := range []string{intake.CodeNobody, intake.CodeTime, intake.CodeNoSuchTime, intake.CodeTimePast, intake.CodeTimeFar, intake.CodeLength,
			intake.CodeLanguage, intake.CodeText, intake.CodeTooLong, intake.CodePhoneTooShort, intake.CodePhoneTooLong, intake.CodePhoneFixed,
			intake.CodePhoneNotUnderstood, intake.CodePhoneMangled, intake.CodeEmailNotUnderstood, intake.CodeTwiceInList, intake.CodeQuotes,
			intake.CodeRepeats, intake.CodeZone} {
			if !words.Has("intake." + code) {
				t.Errorf("%s: no words for intake.%s", language, code)
			}
		}
		for _, code := range []string{intake.CodeTooBig, intake.CodeTooMany, intake.CodeNoHeader, intake.CodeNoRows, intake.CodeUnread, intake.CodeNotList,
			intake.CodeNotHTTPS, intake.CodeNoAnswer, intake.CodeNoCalendar, intake.CodeNotAllowed, intake.CodeGone, "badLink"} {
			if !words.Has("problem.intake." + code) {
				t.Errorf("%s: no words for problem.intake.%s", language, code)
			}
		}
		for _, way := range []string{"url", "command", "draft"} {
			if !words.Has("verify.from." + way) {
				t.Errorf("%s: no words for verify.from.%s", language, way)
			}
		}
	}
}
