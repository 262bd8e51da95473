// Package uitest holds designed states of the doctor's window and draws them without a display, for tests and for the
// pictures in docs/images. Names and numbers are invented.
package uitest

import (
	"fmt"
	"image"
	"time"

	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/signaling"
)

// now is the moment that all states show: Sunday 22 November 2026, 10:47.
var now = time.Date(2026, time.November, 22, 10, 47, 12, 0, time.UTC)

// ID makes an invitation id that differs by n.
func ID(n int) signaling.InvitationID {
	return signaling.InvitationID{byte(n >> 8), byte(n)}
}

func at(hour, minute int) time.Time {
	return time.Date(2026, time.November, 22, hour, minute, 0, 0, time.UTC)
}

// Home is an ordinary morning: two wait, four invitations today.
func Home() desk.State {
	return desk.State{
		Screen: desk.ScreenHome, Language: "nb", Theme: "light", Now: now, Connection: desk.Online,
		Account: signaling.Account{Doctor: "Kari Nordmann", Email: "kari@sentrum.example", Clinic: "Legesenteret Sentrum", ClinicPhone: "22 33 44 55"},
		Waiting: []desk.WaitingRow{
			{Invitation: ID(1), Label: "+47 987 65 432", Note: "kne, oppfølging", At: at(10, 30), Since: now.Add(-17*time.Minute - 20*time.Second), Late: true, CanJoin: true},
			{Invitation: ID(2), Label: "ola.hansen@eksempel.no", At: at(10, 45), Since: now.Add(-2*time.Minute - 8*time.Second), Ready: true, CanJoin: true},
		},
		Day: []desk.DayRow{
			{Invitation: ID(10), Label: "+47 412 34 567", At: at(9, 0), Status: desk.Finished, Lasted: 14 * time.Minute},
			{Invitation: ID(11), Label: "per@eksempel.no", At: at(11, 15), Length: 20 * time.Minute, Status: desk.Delivered, CanResend: true, CanMove: true, CanAloud: true, CanCancel: true, CanNewPIN: true},
			{Invitation: ID(12), Label: "+47 900 00 000", At: at(11, 30), Length: 20 * time.Minute, Status: desk.SendFailed, Reason: "reason.badReceiver", CanResend: true, CanMove: true, CanCancel: true},
			{Invitation: ID(13), Label: "+47 934 55 210", Note: "tolk: polsk", At: at(12, 0), Length: 20 * time.Minute, Status: desk.Sent, PINAt: at(11, 45), CanSendPIN: true, CanResend: true, CanMove: true, CanAloud: true, CanCancel: true},
		},
		DayOf:    at(0, 0),
		Booked:   []desk.BookedDay{{Day: at(0, 0), Count: 4}, {Day: at(0, 0).AddDate(0, 0, 1), Count: 12}, {Day: at(0, 0).AddDate(0, 0, 4), Count: 40}},
		Invite:   desk.Invite{Country: "NO", Language: "nb", Length: 20 * time.Minute, PIN: desk.PINShortly, MailReady: true, SMSReady: true},
		Settings: Settings(),
	}
}

// Empty is the same morning with nobody waiting.
func Empty() desk.State {
	s := Home()
	s.Waiting = nil
	return s
}

// First is the first day: nothing sent, nothing set up.
func First() desk.State {
	s := Empty()
	s.Day = nil
	s.Invite.MailReady, s.Invite.SMSReady = false, false
	return s
}

// Full is a crowded day: every kind of waiting row, forty invitations, long names.
func Full() desk.State {
	s := Home()
	long := "Anne-Margrethe Christoffersen-Wollebæk av Nordre Håkonshaugen"
	s.Waiting = []desk.WaitingRow{
		s.Waiting[0],
		{Invitation: ID(3), Label: long, Detail: "anne-margrethe.christoffersen-wollebaek@etveldiglangtdomenenavn.example", Note: "kontroll av blodtrykk etter endret medisinering", At: at(10, 40), Since: now.Add(-6 * time.Minute), Ready: true, SameWay: true, CanJoin: true},
		{Invitation: ID(4), Label: "AH", Detail: "+47 934 55 210", At: at(10, 45), Since: now.Add(-5 * time.Minute), Away: at(10, 41), CanJoin: false},
		{Invitation: ID(5), Label: "BL", Detail: "+47 412 34 567", At: at(10, 45), Since: now.Add(-4 * time.Minute), NewDevice: true},
		{Invitation: ID(6), Label: "+47 900 12 345", At: at(10, 45), Since: now.Add(-3 * time.Minute), Locked: true, CanJoin: true},
		{Invitation: ID(7), Label: "CK", At: at(10, 45), Since: now.Add(-3 * time.Minute), HeldBy: "Kontor 2"},
		{Invitation: ID(8), Label: "DM", At: at(10, 45), Since: now.Add(-3 * time.Minute), HeldBy: "Hjemmekontor", HolderAway: true},
		{Invitation: ID(9), Label: "EN", Detail: "en@eksempel.no", At: at(10, 15), Since: now.Add(-30 * time.Second), Resumable: true, ResumeUntil: at(10, 56), CanJoin: true},
	}
	states := []desk.Status{desk.Finished, desk.Missed, desk.Cancelled, desk.Opened, desk.WaitingNow, desk.InCall, desk.Left,
		desk.Queued, desk.Sending, desk.Sent, desk.Delivered, desk.Unsure, desk.SendFailed, desk.PINLocked, desk.SendLate}
	s.Day = nil
	for i := range 40 {
		row := desk.DayRow{Length: 20 * time.Minute, CanMove: i > 8, CanAloud: i > 8, Invitation: ID(100 + i), Label: fmt.Sprintf("+47 9%02d 11 222", i), At: at(8, 0).Add(time.Duration(i) * 15 * time.Minute), Status: states[i%len(states)], CanCancel: i > 8}
		if i%7 == 3 {
			row.Label, row.Detail = long, "+47 934 55 210"
		}
		switch row.Status {
		case desk.Finished:
			row.Lasted = 12 * time.Minute
			row.UndoUntil = now.Add(8 * time.Second)
		case desk.SendFailed, desk.Unsure:
			row.CanResend = true
		case desk.SendLate:
			row.CanResend, row.Reason = true, "reason.late"
		case desk.Sent:
			row.PINAt, row.CanSendPIN, row.CanResend = row.At.Add(-15*time.Minute), true, true
		}
		s.Day = append(s.Day, row)
	}
	return s
}

// Offline has lost the server while two wait.
func Offline() desk.State {
	s := Home()
	s.Connection = desk.Offline
	return s
}

// Problem shows what a field says and a notice with undo.
func Problem() desk.State {
	s := Home()
	s.Invite.PhoneProblem = &desk.Problem{Code: "phoneTooShort"}
	s.Notice = &desk.Notice{Code: "cancelled", Args: map[string]string{"label": "per@eksempel.no"}, Undo: desk.DoUndo{Invitation: ID(11)}}
	return s
}

// Verify is the dialog over home, for a number.
func Verify() desk.State {
	s := Home()
	s.Verify = &desk.Verify{Phone: "+47 987 65 432", Country: "Norge", Mobile: true, Now: true, SMS: desk.SMSCount{Letters: 1, Segments: 1}}
	return s
}

// VerifyEmail is the dialog for an address.
func VerifyEmail() desk.State {
	s := Home()
	s.Verify = &desk.Verify{Email: "ola.hansen@eksempel.no", Domain: "eksempel.no", At: at(13, 30), Length: 20 * time.Minute, PINAt: at(13, 15)}
	return s
}

// VerifyBoth is the dialog for an address and a number, both with something to look at twice.
func VerifyBoth() desk.State {
	s := Home()
	s.Verify = &desk.Verify{Phone: "+1 202 555 0134", Country: "USA", Email: "ola.hansen@gmial.example", Domain: "gmial.example", Meant: "gmail.example", Now: true}
	return s
}

// OtherDay is a day without appointments.
func OtherDay() desk.State {
	s := Home()
	s.Day, s.DayOf = nil, at(0, 0).AddDate(0, 0, 2)
	return s
}

// Menu has one row with everything that can be done.
func Menu() desk.State {
	s := Empty()
	s.Day = s.Day[3:]
	s.Day[0].CanNewPIN = true
	return s
}

// Missed lists what was due while the program was closed.
func Missed() desk.State {
	s := Home()
	s.Missed = []desk.MissedLetter{
		{Invitation: ID(20), Number: 2, Label: "OH", Letter: "reminder", At: at(10, 30), Due: at(10, 15)},
		{Invitation: ID(13), Number: 2, Label: "Anne-Margrethe Christoffersen-Wollebæk av Nordre Håkonshaugen", Letter: "pin", At: at(10, 55), Due: at(10, 40), CanSend: true},
		{Invitation: ID(11), Number: 1, Label: "per@eksempel.no", Letter: "information", At: at(11, 15), Due: at(8, 2), CanSend: true},
	}
	return s
}

// Aloud shows code and PIN.
func Aloud() desk.State {
	s := Home()
	s.ReadAloud = &desk.ReadAloud{Label: "+47 987 65 432", PIN: "048215", Code: "7XK2 9MQ4 T0BC W3HN 5RVD 8EYA 1JGS", Host: "video.sentrum.example"}
	return s
}

// SignIn is the first start.
func SignIn() desk.State {
	return desk.State{Screen: desk.ScreenSignIn, Language: "nb", Theme: "light", Now: now}
}

// SignInWrong is a refused sign-in on a machine without keyring.
func SignInWrong() desk.State {
	s := SignIn()
	s.SignIn = desk.SignIn{Server: "https://video.sentrum.example", Email: "kari@sentrum.example", SealedFile: true, Problem: &desk.Problem{Code: "wrongSignIn"}}
	return s
}

// Unlock chooses a passphrase.
func Unlock() desk.State {
	return desk.State{Screen: desk.ScreenUnlock, Language: "nb", Theme: "light", Now: now, SignIn: desk.SignIn{SealedFile: true, NewPassphrase: true}}
}

// Call is a running call, twelve minutes old, the doctor muted.
func Call() desk.State {
	s := Home()
	s.Screen = desk.ScreenCall
	s.Call = &desk.Call{Invitation: ID(1), Label: "+47 987 65 432", State: desk.CallSecure, Began: now.Add(-12*time.Minute - 4*time.Second),
		Camera: true, PatientMicrophone: true, PatientCamera: true, Picture: true, Quality: "good", Volume: 100}
	return s
}

// CallBusy is a call with everything to say at once: the patient muted, a device lost, somebody else waiting.
func CallBusy() desk.State {
	s := Call()
	next := s.Waiting[1]
	s.Call.Microphone, s.Call.Camera = true, false
	s.Call.PatientMicrophone, s.Call.Next, s.Call.Quality = false, &next, "bad"
	s.Call.CameraProblem = &desk.Problem{Code: "cameraLost"}
	return s
}

// CallConnecting is before the first picture.
func CallConnecting() desk.State {
	s := Call()
	s.Call = &desk.Call{Invitation: ID(1), Label: "+47 987 65 432", State: desk.CallConnecting, Microphone: true, Camera: true}
	return s
}

// CallNotGenuine is a call that was stopped.
func CallNotGenuine() desk.State {
	s := CallConnecting()
	s.Call.State = desk.CallNotGenuine
	return s
}

// Quit asks before the program ends.
func Quit() desk.State {
	s := Home()
	s.Question = &desk.Question{Code: "quitWaiting", Yes: desk.DoQuit{Confirmed: true}, No: desk.DoDismiss{}}
	return s
}

// SettingsOpen is the settings screen.
func SettingsOpen() desk.State {
	s := Home()
	s.Screen = desk.ScreenSettings
	s.Settings.MailTest.OK = true
	s.Settings.SMSTest.Problem = &desk.Problem{Code: "test.signInFailed"}
	return s
}

// Trying is the settings screen while microphone and camera are tried.
func Trying() desk.State {
	s := SettingsOpen()
	f := person(320, 180)
	picture := image.NewRGBA(image.Rect(0, 0, f.Width, f.Height))
	_ = RGBA(picture.Pix, picture.Stride, f)
	s.Settings.Trying.Inputs = desk.Inputs{Listening: true, Level: -21, Looking: true, Picture: picture}
	return s
}

// Settings are those of a clinic that has set everything up.
func Settings() desk.Settings {
	return desk.Settings{
		Mail: desk.MailSettings{Host: "smtp.sentrum.example", Port: 587, Security: "starttls", User: "video@sentrum.example", From: "video@sentrum.example", FromName: "Legesenteret Sentrum", HasPassword: true},
		SMS:  desk.SMSSettings{Gateway: "sveve", Values: map[string]string{"user": "sentrum", "sender": "Legesenter"}, HasSecret: true},
		SMSReserve: desk.SMSSettings{Gateway: "own", HasSecret: true, Values: map[string]string{"method": "POST", "url": "https://sms.example/v1/send",
			"headers": "Authorization: Bearer {secret}\nContent-Type: application/json", "body": `{"to":"{number}","from":"{sender}","text":"{text}"}`, "sender": "Legesenter"}},
		SMSGateways: gateways(), SMSPreviews: previews(),
		MailPresets: mailPresets(),
		Cameras:     []desk.DeviceChoice{{ID: "c1", Name: "Integrert kamera", Chosen: true}, {ID: "c2", Name: "USB-kamera på skjermen"}},
		Microphones: []desk.DeviceChoice{{ID: "m1", Name: "Hodesett"}, {ID: "m2", Name: "Bordmikrofon", Chosen: true, Missing: true}},
		Speakers:    []desk.DeviceChoice{{ID: "s1", Name: "Hodesett", Chosen: true}},
		Language:    "nb", Theme: "light", Chime: true, PIN: desk.PINShortly, KeepDays: 30, Workstation: "Kontor 1", Keyring: "keyring",
	}
}

// gateways are one of a company and one that the clinic describes.
func gateways() []desk.SMSGateway {
	return []desk.SMSGateway{
		{ID: "sveve", Name: "Sveve", Fields: []desk.SMSField{{ID: "user", Words: "user"}, {ID: "secret", Words: "apiPassword"},
			{ID: "sender", Words: "sender", Optional: true}, {ID: "url", Words: "url", Default: "https://sveve.no/SMS/SendMessage"}},
			Sender: desk.SMSSender{Letters: 11, Least: 3, Digits: 11, Empty: true}},
		{ID: "twilio", Name: "Twilio", Fields: []desk.SMSField{{ID: "user", Words: "accountSID"}, {ID: "secret", Words: "token"}, {ID: "sender", Words: "sender"}},
			Sender: desk.SMSSender{Letters: 11, Digits: 15}, Reports: true},
		{ID: "own", Fields: []desk.SMSField{{ID: "method", Words: "method", Default: "POST", Options: []string{"POST", "GET", "PUT"}},
			{ID: "url", Words: "url", Hint: "https://api.leverandor.no/sms"}, {ID: "headers", Words: "headers", Rows: 2, Optional: true},
			{ID: "body", Words: "body", Rows: 3, Optional: true}, {ID: "user", Words: "templateUser", Optional: true},
			{ID: "sender", Words: "sender", Optional: true}, {ID: "secret", Words: "secret", Optional: true}}, Sender: desk.SMSSender{Free: true}},
	}
}

func previews() []desk.SMSPreview {
	return []desk.SMSPreview{
		{Language: "nb", Text: "Videotime 24.11. kl. 10:30 hos Legesenteret Sentrum.\nhttps://lege.example/#xxxxxxxxxxxxxxxxxxxxxx\nPIN: 123456", Segments: 1, Units: 109, Room: 160},
		{Language: "nn", Text: "Videotime 24.11. kl. 10:30 hos Deanu dearvvašvuođaguovddáš.\nhttps://lege.example/#xxxxxxxxxxxxxxxxxxxxxx\nPIN: 123456", Segments: 2, Units: 116, Room: 134, Odd: "šđá"},
	}
}
