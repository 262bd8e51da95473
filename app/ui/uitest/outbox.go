package uitest

import (
	"time"

	"legekonsultasjon/core/desk"
)

// Unsure lists letters that a power cut left in doubt.
func Unsure() desk.State {
	s := Home()
	s.Unsure = []desk.UnsurePatient{
		{Invitation: ID(11), Label: "per@eksempel.no", At: at(11, 15), Letters: []string{"invitation"}},
		{Invitation: ID(13), Label: "Anne-Margrethe Christoffersen-Wollebæk av Nordre Håkonshaugen", At: at(12, 0), Letters: []string{"information", "pin"}},
		{Invitation: ID(20), Label: "OH", At: at(0, 0).AddDate(0, 0, 1).Add(9 * time.Hour), Letters: []string{"reminder"}},
	}
	return s
}

// Patient is what is known of one with two appointments, one of them to come.
func Patient() desk.State {
	s := Home()
	before := at(0, 0).AddDate(0, 0, -12)
	s.Patient = &desk.Patient{Label: "OH", Detail: "+47 934 55 210", Times: []desk.PatientTime{
		{At: at(12, 0), Status: desk.Sent, Note: "tolk: polsk", Letters: []desk.PatientLetter{
			{Letter: "information", Way: "mail", State: "delivered", At: at(9, 12)},
			{Letter: "pin", Way: "sms", State: "planned", At: at(11, 45)},
		}},
		{At: before.Add(10 * time.Hour), Status: desk.Missed, Letters: []desk.PatientLetter{
			{Letter: "information", Way: "mail", State: "unsure", At: before.Add(8 * time.Hour)},
			{Letter: "reminder", Way: "sms", State: "failed", At: before.Add(9 * time.Hour), Reason: "reason.badReceiver"},
		}},
	}}
	return s
}

// PatientOver is one of whom everything is over, after a copy was saved.
func PatientOver() desk.State {
	s := Patient()
	p := *s.Patient
	p.Times, p.CanErase, p.Saved = p.Times[1:], true, "/home/kari/Nedlastinger/pasient-20261122-104712.json"
	s.Patient = &p
	return s
}
