package uitest

import (
	"time"

	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/signaling"
)

const secret = "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP"

func authenticator() *desk.Authenticator {
	return &desk.Authenticator{Secret: secret, URI: "otpauth://totp/Legesenteret%20Sentrum:kari@sentrum.example?algorithm=SHA1&digits=6" +
		"&issuer=Legesenteret%20Sentrum&period=30&secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"}
}

// AskPasscode is the sign-in after the password was right.
func AskPasscode() desk.State {
	s := SignIn()
	s.SignIn.Step = desk.SignInPasscode
	return s
}

// WrongPasscode is the same after a passcode that was used before.
func WrongPasscode() desk.State {
	s := AskPasscode()
	s.SignIn.Problem = &desk.Problem{Code: string(signaling.WrongPasscode)}
	return s
}

// Begin asks for the code that was handed over.
func Begin() desk.State {
	s := SignIn()
	s.SignIn.Step = desk.SignInCode
	return s
}

// Choose takes a password and an authenticator.
func Choose() desk.State {
	s := SignIn()
	s.SignIn.Step, s.SignIn.Doctor, s.SignIn.Clinic = desk.SignInChoose, "Kari Nordmann", "Legesenteret Sentrum"
	s.SignIn.PasscodeRequired, s.SignIn.Authenticator = true, authenticator()
	return s
}

// Recovery shows the recovery codes.
func Recovery() desk.State {
	s := SignIn()
	s.SignIn.Step = desk.SignInRecovery
	s.SignIn.RecoveryCodes = []string{"4QK7-RT2M-X9WV", "H3NP-6J8Y-2BCD", "9ZTA-0MKE-77QX", "V5GH-3RND-PW18", "2XJ6-YB4S-KC9E",
		"T8QM-N1VZ-R0GA", "6DHW-5PXK-3JYB", "ME2R-9TQ4-ZC7V", "KS0N-XG8H-1WPD", "B7VY-J6MA-Q5TR"}
	return s
}

// Revoked is the sign-in after an administrator signed this machine out.
func Revoked() desk.State {
	s := SignIn()
	s.SignIn.Problem = &desk.Problem{Code: string(signaling.Revoked)}
	return s
}

func seat(id, name string, days int, online, this bool) signaling.Seat {
	return signaling.Seat{ID: id, Name: name, Began: signaling.At(now.AddDate(0, 0, -days)), Seen: signaling.At(now.Add(-time.Duration(days) * time.Hour)), Online: online, This: this}
}

// OwnAccount is the account screen of a doctor without a passcode.
func OwnAccount() desk.State {
	s := Home()
	s.Screen = desk.ScreenOffice
	s.Office = &desk.Office{Loaded: true, Account: signaling.AccountState{Workstations: []signaling.Seat{
		seat("1", "Kontor 2", 3, true, true), seat("2", "Bærbar hjemme", 12, false, false)}}}
	return s
}

// NewAuthenticator is the same while one is set up.
func NewAuthenticator() desk.State {
	s := OwnAccount()
	s.Office.New = authenticator()
	return s
}

// People is the screen of an administrator.
func People() desk.State {
	s := OwnAccount()
	s.Account.Administrator = true
	o := s.Office
	o.Administrates = true
	o.Account.Passcode, o.Account.PasscodeRequired, o.Account.RecoveryLeft = true, true, 9
	o.Clinic = signaling.ClinicSettings{Name: "Legesenteret Sentrum", Phone: "22 33 44 55", PasscodeRequired: true}
	o.People = []signaling.Person{
		{Email: "kari@sentrum.example", Name: "Kari Nordmann", Role: signaling.RoleDoctor, Administrator: true, Begun: true, Passcode: true, Workstations: 2},
		{Email: "ola.med.et.langt.navn@sentrum.example", Name: "Ola Christoffer Wilhelm Aleksander Haugland-Brekke", Role: signaling.RoleReceptionist, EnrolBy: signaling.At(now.AddDate(0, 0, 7))},
		{Email: "per@sentrum.example", Name: "Per Vik", Role: signaling.RoleDoctor, Begun: true, Workstations: 1},
		{Email: "siri@sentrum.example", Name: "Siri Lund", Role: signaling.RoleDoctor, Begun: true, Passcode: true, Disabled: true},
	}
	o.SeatsOf, o.Seats = "per@sentrum.example", []signaling.Seat{seat("3", "Kontor 4", 1, true, false)}
	return s
}

// HandOver shows the code of a new account.
func HandOver() desk.State {
	s := People()
	s.Office.Handed = &desk.Handed{Name: "Ola Haugland", Email: "ola@sentrum.example", Code: "7K3M-9QRT-2XWV-H5NP", Expires: now.AddDate(0, 0, 7)}
	return s
}

// Receptionist is the home screen without Delta.
func Receptionist() desk.State {
	s := Home()
	s.Account.Role = signaling.RoleReceptionist
	for i := range s.Waiting {
		s.Waiting[i].CanJoin, s.Waiting[i].Ready = false, false
	}
	return s
}
