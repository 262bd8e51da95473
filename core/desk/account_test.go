package desk_test

import (
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/desk/desktest"
	"legekonsultasjon/core/signaling"
)

const (
	server = "https://video.example"
	lege   = "lege@klinikk.example"
)

// TestADoctorBeginsAndIsSignedOut: a code, a password and an authenticator; the recovery codes once; a sign-in that wants a
// passcode; and an administrator who signs the workstation out, which stands in words on the screen within a second.
func TestADoctorBeginsAndIsSignedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.Office.Enrolment, s.Office.PasscodeRequired = "7K3M-9QRT-2XWV-H5NP", true
		o := newOffice(t, s, "kontor-1")
		o.open()
		o.do(desk.DoBeginAccount{})
		o.until("asked for the code", func(s desk.State) bool { return s.SignIn.Step == desk.SignInCode })
		o.do(desk.DoCheckEnrolment{Server: server, Email: lege, Code: "wrong"})
		o.until("a wrong code", func(s desk.State) bool { return said(s) == string(signaling.WrongEnrolment) })
		o.do(desk.DoCheckEnrolment{Server: server, Email: lege, Code: "7K3M-9QRT-2XWV-H5NP"})
		st := o.until("the authenticator", func(s desk.State) bool { return s.SignIn.Step == desk.SignInChoose && s.SignIn.Authenticator != nil })
		if st.SignIn.Doctor != "Demolege" || !st.SignIn.PasscodeRequired {
			t.Errorf("%+v", st.SignIn)
		}
		wantURI(t, st.SignIn.Authenticator)
		o.do(desk.DoEnrol{Password: "passord12345", Passcode: "123456"})
		o.until("a weak password", func(s desk.State) bool {
			return said(s) == string(signaling.WeakPassword) && s.SignIn.Authenticator != nil
		})
		o.do(desk.DoEnrol{Password: "fire ugler over fjorden", Passcode: "123456"})
		st = o.until("recovery codes", func(s desk.State) bool { return s.SignIn.Step == desk.SignInRecovery })
		if st.Screen != desk.ScreenSignIn || strings.Join(st.SignIn.RecoveryCodes, " ") != strings.Join(desktest.RecoveryCodes(), " ") || st.SignIn.Authenticator != nil {
			t.Errorf("%+v", st.SignIn)
		}
		o.do(desk.DoRecoverySeen{})
		st = o.until("home", func(s desk.State) bool { return s.Screen == desk.ScreenHome && online(s) })
		if len(st.SignIn.RecoveryCodes) != 0 {
			t.Error("the recovery codes are still there")
		}
		o.do(desk.DoSignOut{})
		o.until("signed out", func(s desk.State) bool { return s.Screen == desk.ScreenSignIn && s.SignIn.Problem == nil })
		o.do(desk.DoSignIn{Server: server, Email: lege, Password: "fire ugler over fjorden"})
		o.until("a passcode is wanted", func(s desk.State) bool { return s.SignIn.Step == desk.SignInPasscode && s.SignIn.Problem == nil })
		o.do(desk.DoSignIn{Server: server, Email: lege, Password: "fire ugler over fjorden", Passcode: "999999"})
		o.until("a wrong one", func(s desk.State) bool {
			return s.SignIn.Step == desk.SignInPasscode && said(s) == string(signaling.WrongPasscode)
		})
		o.do(desk.DoSignIn{Server: server, Email: lege, Password: "fire ugler over fjorden", Passcode: "123456"})
		o.until("in", func(s desk.State) bool { return s.Screen == desk.ScreenHome && online(s) })
		began := time.Now()
		s.RevokeAll()
		o.until("said", func(s desk.State) bool { return s.Screen == desk.ScreenSignIn && said(s) == string(signaling.Revoked) })
		if took := time.Since(began); took > time.Second {
			t.Errorf("said after %v", took)
		}
		time.Sleep(time.Minute)
		if st := o.now(); said(st) != string(signaling.Revoked) || st.Connection == desk.Online {
			t.Errorf("%+v", st.SignIn)
		}
		o.close()
	})
}

func said(s desk.State) string {
	if s.SignIn.Busy || s.SignIn.Problem == nil {
		return ""
	}
	return s.SignIn.Problem.Code
}

func wantURI(t *testing.T, a *desk.Authenticator) {
	t.Helper()
	u, err := url.Parse(a.URI)
	if err != nil || u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Legesenteret:"+lege || strings.Contains(u.RawQuery, "+") {
		t.Error(a.URI, err)
	}
	if q := u.Query(); q.Get("secret") != strings.ReplaceAll(a.Secret, " ", "") || len(q.Get("secret")) != 32 || q.Get("issuer") != "Legesenteret" {
		t.Error(a.URI)
	}
}

// TestAnAdministratorsScreen: people, a code to hand over, the clinic's settings, and a refusal in words.
func TestAnAdministratorsScreen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.Account.Administrator = true
		s.Office.People = []signaling.Person{{Email: lege, Name: "Demolege", Role: signaling.RoleDoctor, Administrator: true, Begun: true}}
		o := newOffice(t, s, "kontor-1")
		o.open()
		o.signIn()
		o.do(desk.DoOpenOffice{})
		st := o.until("loaded", func(s desk.State) bool { return s.Screen == desk.ScreenOffice && s.Office.Loaded })
		if !st.Office.Administrates || len(st.Office.People) != 1 || len(st.Office.Account.Workstations) != 1 || !st.Office.Account.Workstations[0].This {
			t.Errorf("%+v", st.Office)
		}
		o.do(desk.DoAddPerson{Name: " Ola ", Email: "ola@klinikk.example", Role: signaling.RoleReceptionist})
		st = o.until("a code", func(s desk.State) bool { return s.Office.Handed != nil && len(s.Office.People) == 2 })
		if h := st.Office.Handed; h.Name != "Ola" || h.Code == "" || h.Expires.IsZero() {
			t.Errorf("%+v", h)
		}
		o.do(desk.DoHandedOver{})
		o.until("put away", func(s desk.State) bool { return s.Office.Handed == nil })
		o.do(desk.DoAddPerson{Name: "Ola", Email: "ola@klinikk.example"})
		o.until("there already", func(s desk.State) bool {
			return s.Office.Problem != nil && s.Office.Problem.Code == "personExists" && s.Office.ProblemOf == desk.PartAdd
		})
		o.do(desk.DoChangeClinic{Clinic: signaling.ClinicSettings{Name: "Legesenteret", Phone: "1", PasscodeRequired: true, IdleHours: 24}})
		o.until("required", func(s desk.State) bool { return s.Office.Clinic.PasscodeRequired && s.Office.Account.PasscodeRequired })
		o.do(desk.DoChangePassword{Password: "galt passord", New: "seks maaker i en skog"})
		o.until("wrong", func(s desk.State) bool { return s.Office.Problem != nil && s.Office.Problem.Code == "wrongPassword" })
		o.do(desk.DoNewAuthenticator{})
		o.until("another", func(s desk.State) bool { return s.Office.New != nil })
		o.do(desk.DoSetPasscode{Password: "riktig passord", Passcode: "654321"})
		o.until("recovery", func(s desk.State) bool { return s.SignIn.Step == desk.SignInRecovery && s.Screen == desk.ScreenSignIn })
		o.do(desk.DoRecoverySeen{})
		o.until("back", func(s desk.State) bool {
			return s.Screen == desk.ScreenOffice && s.Office.New == nil && s.Office.Account.Passcode
		})
		o.do(desk.DoCloseOffice{})
		o.until("home", func(s desk.State) bool { return s.Screen == desk.ScreenHome && s.Office == nil })
		o.close()
	})
}

// TestAReceptionistInvitesAndDoesNotJoin: Delta leads nowhere for her, whatever is pressed.
func TestAReceptionistInvitesAndDoesNotJoin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.Account.Role = signaling.RoleReceptionist
		o := newOffice(t, s, "resepsjon")
		o.open()
		o.signIn()
		p := o.patient(o.invite("K. N.", "a@example.no"))
		p.arrives()
		st := o.until("a row", func(s desk.State) bool { return len(s.Waiting) == 1 })
		if st.Waiting[0].CanJoin {
			t.Error("a receptionist may press Delta")
		}
		o.do(desk.DoJoin{Invitation: p.ID()})
		if s := o.settle(); s.Call != nil {
			t.Error("a receptionist is in a call")
		}
		o.close()
		s.Account.Role = signaling.RoleAdministrator
		o.open()
		o.until("online", online)
		o.do(desk.DoInvite{Email: "b@example.no", Language: "nb"})
		o.until("refused", func(s desk.State) bool {
			return s.Verify == nil && s.Invite.PhoneProblem != nil && s.Invite.PhoneProblem.Code == "mayNotInvite"
		})
		o.close()
	})
}
