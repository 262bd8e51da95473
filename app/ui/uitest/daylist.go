package uitest

import (
	"time"

	"legekonsultasjon/core/desk"
)

// Drafts is a day with imported appointments among those that were sent.
func Drafts() desk.State {
	s := Home()
	draft := func(n int, label, detail string, hour, minute int) desk.DayRow {
		return desk.DayRow{Invitation: ID(n), Label: label, Detail: detail, At: at(hour, minute), Length: 20 * time.Minute, Status: desk.Draft, CanVerify: true}
	}
	s.Day = append(s.Day, draft(30, "Anne B.", "+47 987 65 431", 12, 30), draft(31, "bo@eksempel.no", "", 12, 45),
		draft(32, "Anne-Margrethe Christoffersen-Wollebæk av Nordre Håkonshaugen", "+47 934 55 210 · anne-margrethe@etveldiglangtdomenenavn.example", 13, 0))
	s.DayList = desk.DayList{Drafts: 3, Subscribed: "timebok.example", Fetched: at(10, 41)}
	return s
}

// VerifyDraft is the dialog for a draft while several are gone through.
func VerifyDraft() desk.State {
	s := Drafts()
	s.Verify = &desk.Verify{Phone: "+47 987 65 431", Country: "Norge", Mobile: true, At: at(12, 30), Length: 20 * time.Minute, PINAt: at(12, 15),
		Serial: 3, Way: desk.WayDraft, Name: "Anne B.", Note: "kne", Through: true, Left: 2}
	return s
}

// VerifyBothDraft is the tallest dialog: both ways, with what is odd, and from another program.
func VerifyBothDraft() desk.State {
	s := VerifyBoth()
	s.Verify.Way, s.Verify.Through, s.Verify.Left, s.Verify.Name = desk.WayDraft, true, 12, "Anne B."
	return s
}

// Import is a list that was read, with rows that are not taken.
func Import() desk.State {
	s := Home()
	s.Import = &desk.Import{Name: "timeliste-mandag.csv", Known: 2, Rows: []desk.ImportRow{
		{At: at(12, 30), Name: "Anne B.", To: "+47 987 65 431"}, {At: at(12, 45), To: "bo@eksempel.no"},
		{At: at(13, 0), Name: "Anne-Margrethe Christoffersen-Wollebæk av Nordre Håkonshaugen", To: "+47 934 55 210 · anne-margrethe@etveldiglangtdomenenavn.example"},
	}, Troubles: []desk.ImportTrouble{
		{Line: 5, Code: "phoneMangled", Text: "22.11.2026 13:15 Per 4,79877E+10"}, {Line: 9, Code: "timePast", Text: "22.11.2026 08:00 Kari 98765432"},
	}}
	return s
}

// ImportCalendar is a calendar with more than is shown.
func ImportCalendar() desk.State {
	s := Import()
	s.Import.Name, s.Import.Subscribes, s.Import.Left, s.Import.Known = "timebok.example", true, 14, 0
	for i := range 70 {
		s.Import.Rows = append(s.Import.Rows, desk.ImportRow{At: at(14, 0).AddDate(0, 0, i/20).Add(time.Duration(i%20) * 15 * time.Minute), Name: "Pasient", To: "+47 987 65 431"})
	}
	s.Import.Troubles = []desk.ImportTrouble{{Code: "repeats", At: at(15, 0), Text: "Ola 987 65 432"}}
	return s
}

// ImportRefused is the form after an address that does not answer.
func ImportRefused() desk.State {
	s := Home()
	s.DayList = desk.DayList{Problem: &desk.Problem{Code: "intake.notHTTPS"}}
	return s
}
