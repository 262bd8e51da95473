package desk

import (
	"strings"

	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/call"
	"legekonsultasjon/core/intake"
	"legekonsultasjon/core/mediadevice"
	"legekonsultasjon/core/phone"
	"legekonsultasjon/core/signaling"
)

// view derives the State from what the loop knows. It changes nothing.
func (l *loop) view() State {
	s := State{
		Screen: l.screen(), Language: l.settings.Language, Theme: l.settings.Theme, Now: l.now(),
		Connection: l.connection, SignIn: l.signInView(), Problem: l.problem(), Question: l.question(),
		Invite: l.inviteView(), Verify: l.verifyView(), Settings: l.viewSettings(), Office: l.officeView(), Sound: l.viewSound(),
	}
	if l.notice != nil {
		notice := *l.notice
		s.Notice = &notice
	}
	if l.session == "" && l.call == nil {
		return s
	}
	s.Account = l.settings.Account
	s.Waiting, s.Day, s.DayOf = l.waitingRows(), l.dayRows(), l.dayShown(s.Now)
	s.Booked, s.Expected, s.Missed = l.booked(), l.expected(), l.missedView()
	s.Import, s.DayList = l.importView(), l.dayListView(s.DayOf)
	s.Patient, s.Unsure = l.patientView(), l.unsureView()
	s.ReadAloud, s.Call = l.readAloudView(), l.callView(s.Waiting)
	return s
}

func (l *loop) screen() Screen {
	switch {
	case l.call != nil:
		return ScreenCall
	case l.unlock:
		return ScreenUnlock
	case l.session == "", l.signIn.Step == SignInRecovery:
		return ScreenSignIn
	case l.office.open:
		return ScreenOffice
	case l.settingsOpen:
		return ScreenSettings
	}
	return ScreenHome
}

func (l *loop) signInView() SignIn {
	v := l.signIn
	v.Busy = v.Busy || l.booting
	return v
}

func (l *loop) inviteView() Invite {
	mail, sms := l.Post.Check(l.letterAccounts())
	return Invite{
		Country: l.invite.country, Language: l.invite.language, Length: l.lengthOfNew(), PIN: l.pinTime(), MailReady: mail == nil, SMSReady: sms == nil,
		PhoneProblem: l.invite.phoneProblem, EmailProblem: l.invite.emailProblem,
		Prefill: l.invite.prefill,
	}
}

func (l *loop) verifyView() *Verify {
	d := l.invite.verify
	if d == nil {
		return nil
	}
	local, domain, _ := strings.Cut(d.email, "@")
	address := phone.Address{Local: local, Domain: domain}
	v := &Verify{
		Phone: d.phone.Grouped, Email: d.email, Country: d.phone.Name, Mobile: d.phone.Mobile, Domain: domain, Strange: address.Strange(),
		At: d.at, Now: d.at.IsZero(), Length: d.length, PIN: d.pin, Problem: d.problem, SMS: d.sms,
		Serial: d.serial, Name: d.name, Note: d.note, Through: d.through,
	}
	switch {
	case d.row != (intake.DraftID{}):
		v.Way = WayDraft
	case d.asked != nil:
		v.Way = d.asked.way
	}
	if d.through {
		v.Left = max(0, len(l.rest())-1)
	}
	v.Meant, _ = address.Meant()
	if !v.Now && d.pin != PINAloud {
		v.PINAt = d.pin.DueAt(d.at, l.now())
	}
	return v
}

func (l *loop) readAloudView() *ReadAloud {
	a, i, ok := l.find(l.readAloud)
	if !ok || a.Wiped {
		return nil
	}
	label, _ := l.label(a)
	return &ReadAloud{Label: label, PIN: string(i.PIN.PIN), Code: i.Secret.TypedCode(), Host: host(l.settings.Server)}
}

func (l *loop) viewSettings() Settings {
	m, d := l.settings.Mail, l.settings.Devices
	keyring := "keyring"
	if l.settings.SealedFile {
		keyring = "sealedFile"
	}
	return Settings{
		Mail: MailSettings{Host: m.Host, Port: m.Port, Security: m.Security, User: m.User, From: m.From,
			FromName: m.FromName, HasPassword: l.accounts.MailPassword != "", Provider: m.Provider, ByPassword: m.ByPassword,
			ClientID: m.ClientID, Tenant: m.Tenant, HasClient: l.mail.client != ""},
		MailPresets: l.mailPresets(), MailSignIn: l.mailView(),
		SMS: smsView(l.settings.SMS, l.accounts.SMSSecret), SMSReserve: smsView(l.settings.SMSReserve, l.accounts.SMSReserveSecret),
		SMSGateways: smsGateways(), SMSPreviews: l.smsPreviews(),
		Cameras:     l.choices(mediadevice.Camera, l.selected(mediadevice.Camera), d.Camera),
		Microphones: l.choices(mediadevice.Microphone, l.selected(mediadevice.Microphone), d.Microphone),
		Speakers:    l.choices(mediadevice.Speaker, l.selected(mediadevice.Speaker), d.Speaker),
		Rings:       l.choices(mediadevice.Speaker, l.ring(), d.Ring), Ring: l.ring().Device.ID, Trying: l.trying,
		Language: l.settings.Language, Theme: l.settings.Theme, RelayOnly: l.settings.RelayOnly, Chime: l.settings.Chime, PIN: l.pinTime(), KeepDays: l.keepDays(),
		Workstation: l.settings.Workstation, Keyring: keyring,
		MailTest: l.settingsView.mailTest, SMSTest: l.settingsView.smsTest, SMSReserveTest: l.settingsView.reserveTest, Saved: l.settingsView.saved,
		Problem: l.settingsView.problem,
	}
}

// question is the one thing that the doctor must decide now.
func (l *loop) question() *Question {
	if l.asked != "" {
		args := map[string]string{"count": itoa(l.expected())}
		return &Question{Code: l.asked, Args: args, Yes: DoQuit{Confirmed: true}, No: DoDismiss{}}
	}
	if l.keyring.away && !l.keyring.asked {
		return &Question{Code: "keyringLocked", Yes: DoSealedFile{}, No: DoDismiss{}}
	}
	if p := l.problems[slotBook]; p != nil && l.book == nil && l.secrets != nil && l.call == nil {
		return &Question{Code: "newBook", Yes: DoNewBook{}, No: DoDismissProblem{}}
	}
	if c := l.call; c != nil {
		if g := l.guests[c.id]; g != nil && g.asks != nil {
			return &Question{Code: "newDevice", Args: l.labelArgs(c.id),
				Yes: DoConsent{c.id, true}, No: DoConsent{c.id, false}}
		}
		return nil
	}
	if l.session == "" {
		return nil
	}
	if q := l.eraseQuestion(); q != nil {
		return q
	}
	return l.unsureQuestion()
}

func (l *loop) callView(waiting []WaitingRow) *Call {
	c := l.call
	if c == nil {
		return nil
	}
	a, _, _ := l.find(c.id)
	var remote call.RemoteTracks
	if g := l.guests[c.id]; g != nil && g.peer != nil {
		remote = g.peer.remote
	}
	v := &Call{
		Invitation: c.id, State: l.callState(), Began: c.began, Microphone: c.microphone, Camera: c.camera,
		PatientMicrophone: remote.Microphone, PatientCamera: remote.Camera, Picture: c.picture, Quality: c.quality, Volume: c.volume,
		Network: c.network.says(), Panel: c.panel.view(),
		MicrophoneProblem: l.deviceProblem(call.Microphone), CameraProblem: l.deviceProblem(call.Camera),
		SpeakerProblem: l.deviceProblem(call.Speaker),
	}
	v.Label, v.Detail = l.label(a)
	for _, row := range waiting {
		if row.CanJoin {
			v.Next = &row
			break
		}
	}
	return v
}

func (l *loop) callState() CallState {
	g := l.guests[l.call.id]
	switch {
	case l.call.notGenuine:
		return CallNotGenuine
	case l.call.failed:
		return CallFailed
	case g == nil:
		return CallPatientGone
	case g.peer != nil && g.peer.state == call.Confirmed:
		return CallSecure
	case g.peer != nil && g.peer.state == call.Interrupted:
		return CallInterrupted
	case g.live() == nil && g.locked == nil:
		return CallPatientGone
	}
	return CallConnecting
}

// label is what a row is called: the doctor's own words, else the number or the address; detail is the latter beside a
// name.
func (l *loop) label(a appointment.Appointment) (label, detail string) {
	if len(a.Invitations) == 0 {
		return a.Name, ""
	}
	i := a.Invitations[0]
	way := i.Email
	if i.Phone != "" {
		way = l.Post.Group(i.Phone)
	}
	if a.Name == "" {
		return way, ""
	}
	return a.Name, way
}

func (l *loop) labelArgs(id signaling.InvitationID) map[string]string {
	a, _, _ := l.find(id)
	label, detail := l.label(a)
	if detail == "" {
		detail = label
	}
	return map[string]string{"label": label, "to": detail}
}
