package store

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"legekonsultasjon/core/signaling"
)

const (
	aSecret   = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	aPassword = "fire ugler over fjorden"
)

// staff is a clinic with one account that has begun with a passcode, and a clock that stands still until it is moved.
type staff struct {
	t      *testing.T
	s      *Store
	since  atomic.Int64 // ns after the beginning; the store reads the time in goroutines of its own
	clinic Clinic
	doctor Doctor
	codes  []string // recovery codes
	secret string   // of the session
}

func newStaff(t *testing.T) *staff {
	t.Helper()
	f := &staff{t: t}
	f.s = open(t, Options{Folder: t.TempDir(), Now: f.now})
	var err error
	f.clinic, err = f.s.AddClinic(t.Context(), "Fjord", "1")
	want(t, "clinic", err, "")
	_, code, err := f.s.AddPerson(t.Context(), f.clinic.ID, NewPerson{Name: "Dr. A", Email: "a@example.org"})
	want(t, "add", err, "")
	begun, err := f.s.Enrol(t.Context(), f.enrol(code))
	want(t, "enrol", err, "")
	f.doctor, f.codes, f.secret = begun.Doctor, begun.RecoveryCodes, begun.Session
	return f
}

func (f *staff) now() time.Time { return time.Unix(1796117390, 0).Add(time.Duration(f.since.Load())) }

func (f *staff) later(by time.Duration) { f.since.Add(int64(by)) }

func (f *staff) passcode() string {
	f.t.Helper()
	code, err := totp.GenerateCode(aSecret, f.now())
	if err != nil {
		f.t.Fatal(err)
	}
	return code
}

func (f *staff) enrol(code string) signaling.Enrol {
	return signaling.Enrol{Email: "a@example.org", Enrolment: code, Password: aPassword, Secret: aSecret, Passcode: f.passcode(),
		Installation: signaling.InstallationID{1}, Workstation: "Kontor 1"}
}

func (f *staff) signIn(passcode string) (string, error) {
	secret, _, _, err := f.s.SignIn(f.t.Context(), signaling.SignIn{Email: "a@example.org", Password: aPassword, Passcode: passcode,
		Installation: signaling.InstallationID{1}, Workstation: "Kontor 1"})
	return secret, err
}

// TestEnrolment: the code works once, in any way of typing it, for a week, and nothing tells why another does not.
func TestEnrolment(t *testing.T) {
	f := newStaff(t)
	ctx := t.Context()
	if len(f.codes) != recoveryCodes || f.secret == "" {
		t.Fatal(f.codes)
	}
	_, code, err := f.s.NewEnrolment(ctx, f.clinic.ID, "A@example.org")
	want(t, "new code", err, "")
	if _, _, _, err := f.s.Session(ctx, f.secret); err != nil {
		t.Error("a code that was not used signed out:", err)
	}
	for name, in := range map[string]signaling.Enrol{
		"wrong":        f.enrol("0000-0000-0000-0000"),
		"of nobody":    {Email: "nobody@example.org", Enrolment: code, Password: aPassword},
		"no code":      f.enrol(""),
		"a session's":  f.enrol(f.secret),
		"recovery":     f.enrol(f.codes[0]),
		"another look": {Email: "a@example.org", Enrolment: code + "0"},
	} {
		_, err := f.s.Enrol(ctx, in)
		want(t, name, err, signaling.WrongEnrolment)
	}
	typed := " " + strings.ToLower(strings.ReplaceAll(code, "-", " ")) + " "
	look, err := f.s.Enrol(ctx, signaling.Enrol{Email: "a@example.org", Enrolment: typed})
	want(t, "look", err, "")
	if look.Session != "" || look.Doctor.Name != "Dr. A" {
		t.Error(look)
	}
	in := f.enrol(typed)
	in.Passcode = "000000"
	_, err = f.s.Enrol(ctx, in)
	want(t, "wrong passcode", err, signaling.WrongPasscode)
	in = f.enrol(typed)
	in.Password = "passord12345"
	_, err = f.s.Enrol(ctx, in)
	want(t, "common password", err, signaling.WeakPassword)
	in.Password = "kort passord"[:11]
	_, err = f.s.Enrol(ctx, in)
	want(t, "short password", err, signaling.ShortPassword)

	errs := make(chan error, 4) // capacity: all of them
	var all sync.WaitGroup
	for range cap(errs) {
		all.Go(func() {
			_, err := f.s.Enrol(ctx, f.enrol(code))
			errs <- err
		})
	}
	all.Wait()
	close(errs)
	won := 0
	for err := range errs {
		if CodeOf(err) == "" {
			won++
		} else if code := CodeOf(err); code != signaling.WrongEnrolment && code != signaling.TryLater {
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("one code began %d times", won)
	}
	_, _, _, err = f.s.Session(ctx, f.secret)
	want(t, "session of before", err, signaling.SignedOut)

	_, code, err = f.s.NewEnrolment(ctx, f.clinic.ID, "a@example.org")
	want(t, "new code", err, "")
	f.later(EnrolmentLife + time.Second)
	_, err = f.s.Enrol(ctx, f.enrol(code))
	want(t, "a week later", err, signaling.WrongEnrolment)
}

// TestAPasscodeCountsOnce races many sign-ins with the same passcode, again and again.
func TestAPasscodeCountsOnce(t *testing.T) {
	f := newStaff(t)
	if _, err := f.signIn(f.passcode()); CodeOf(err) != signaling.WrongPasscode {
		t.Fatal("the passcode that enrolled was taken again:", err)
	}
	for round := range 5 {
		f.later(31 * time.Second)
		passcode := f.passcode()
		results := make(chan error, 6) // capacity: all of them
		var all sync.WaitGroup
		for range cap(results) {
			all.Go(func() {
				_, err := f.signIn(passcode)
				results <- err
			})
		}
		all.Wait()
		close(results)
		won := 0
		for err := range results {
			switch CodeOf(err) {
			case "":
				won++
			case signaling.WrongPasscode, signaling.TryLater: // TryLater: no turn at the hashing in time
			default:
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("round %d: signed in %d times by one passcode", round, won)
		}
	}
}

func TestPasscodeWindowAndRecovery(t *testing.T) {
	f := newStaff(t)
	_, err := f.signIn("")
	want(t, "none", err, signaling.PasscodeNeeded)
	f.later(10 * time.Minute)
	late := f.passcode()
	f.later(30 * time.Second)
	_, err = f.signIn(late[:3] + " " + late[3:])
	want(t, "of the step before, with a space", err, "")
	f.later(10 * time.Minute)
	old := f.passcode()
	f.later(90 * time.Second)
	_, err = f.signIn(old)
	want(t, "three steps old", err, signaling.WrongPasscode)
	_, err = f.signIn(strings.ToLower(f.codes[3]))
	want(t, "recovery", err, "")
	_, err = f.signIn(f.codes[3])
	want(t, "recovery again", err, signaling.WrongPasscode)
	want(t, "remove", f.s.RemovePasscode(t.Context(), f.clinic.ID, "a@example.org"), "")
	_, err = f.signIn("")
	want(t, "without", err, "")
	set := f.clinic.Settings()
	set.PasscodeRequired = true
	_, err = f.s.ChangeClinic(t.Context(), f.clinic.ID, set)
	want(t, "require", err, "")
	_, err = f.signIn("")
	want(t, "required", err, signaling.EnrolFirst)
}

func TestAnotherPassword(t *testing.T) {
	f := newStaff(t)
	ctx := t.Context()
	f.later(time.Minute)
	other, err := f.signIn(f.passcode())
	want(t, "sign in", err, "")
	r := signaling.ChangePassword{Session: f.secret, Password: "feil passord her", New: "seks maaker i en skog"}
	want(t, "wrong", f.s.ChangePassword(ctx, f.doctor, signaling.InstallationID{1}, r), signaling.WrongSignIn)
	d, _ := f.s.FindDoctor(ctx, "a@example.org")
	r.Password = aPassword
	want(t, "change", f.s.ChangePassword(ctx, d, signaling.InstallationID{1}, r), "")
	if _, _, _, err := f.s.Session(ctx, f.secret); err != nil {
		t.Error("the one that changed it was signed out:", err)
	}
	_, _, _, err = f.s.Session(ctx, other)
	want(t, "the other one", err, signaling.SignedOut)
	f.later(time.Minute)
	_, _, _, err = f.s.SignIn(ctx, signaling.SignIn{Email: "a@example.org", Password: r.New, Passcode: f.passcode()})
	want(t, "new password, same authenticator", err, "")
}

// TestLimitsOfSessions by a clock that is moved.
func TestLimitsOfSessions(t *testing.T) {
	f := newStaff(t)
	ctx := t.Context()
	for day := range 29 { // used every day
		f.later(24 * time.Hour)
		if _, _, _, err := f.s.Session(ctx, f.secret); err != nil {
			t.Fatal("day", day, err)
		}
	}
	f.later(25 * time.Hour)
	_, _, _, err := f.s.Session(ctx, f.secret)
	want(t, "after thirty days", err, signaling.SignedOut)
	f.secret, err = f.signIn(f.passcode())
	want(t, "sign in", err, "")
	f.later(DefaultIdle)
	_, _, _, err = f.s.Session(ctx, f.secret)
	want(t, "after an idle week", err, signaling.SignedOut)
	f.secret, err = f.signIn(f.passcode())
	want(t, "sign in", err, "")
	set := f.clinic.Settings()
	set.IdleHours = 2
	_, err = f.s.ChangeClinic(ctx, f.clinic.ID, set)
	want(t, "two hours", err, "")
	f.later(2 * time.Hour)
	_, _, _, err = f.s.Session(ctx, f.secret)
	want(t, "a shorter limit holds at once", err, signaling.SignedOut)
	set.IdleHours = maxIdle + 1
	_, err = f.s.ChangeClinic(ctx, f.clinic.ID, set)
	want(t, "too long", err, signaling.BadMessage)
}

func TestSeatsAndRevoke(t *testing.T) {
	f := newStaff(t)
	ctx := t.Context()
	other, code, err := f.s.AddPerson(ctx, f.clinic.ID, NewPerson{Name: "Ola", Email: "o@example.org", Role: signaling.RoleReceptionist})
	if err != nil || code == "" {
		t.Fatal(err)
	}
	seats, err := f.s.Seats(ctx, f.doctor, f.clinic, f.secret)
	if err != nil || len(seats) != 1 || !seats[0].This || seats[0].Session.Workstation != "Kontor 1" {
		t.Fatal(seats, err)
	}
	if known, err := f.s.Knows(ctx, "a@example.org", signaling.InstallationID{1}); !known || err != nil {
		t.Error("not known", err)
	}
	want(t, "another's", f.s.Revoke(ctx, other.ID, seats[0].ID), signaling.NotYours)
	want(t, "nonsense", f.s.Revoke(ctx, f.doctor.ID, "../x"), signaling.BadMessage)
	events := make(chan Event, 4) // capacity: more than this test makes
	defer f.s.Bus().Subscribe(func(e Event) { events <- e })()
	want(t, "revoke", f.s.Revoke(ctx, f.doctor.ID, seats[0].ID), "")
	if e := <-events; e.Code != signaling.Revoked || e.Session != seats[0].ID || e.Session != SessionID(f.secret) {
		t.Error(e)
	}
	want(t, "again", f.s.Revoke(ctx, f.doctor.ID, seats[0].ID), "")
	if known, _ := f.s.Knows(ctx, "a@example.org", signaling.InstallationID{1}); known {
		t.Error("a revoked workstation is still known")
	}
}

func TestSomebodyCanAlwaysManage(t *testing.T) {
	f := newStaff(t)
	ctx := t.Context()
	as := func(administrator, disabled bool) error {
		return f.s.ChangePerson(ctx, f.clinic.ID, signaling.ChangePerson{Email: "a@example.org", Name: "Dr. A", Administrator: administrator, Disabled: disabled})
	}
	want(t, "make", as(true, false), "")
	want(t, "take away", as(false, false), signaling.LastAdministrator)
	want(t, "disable", as(true, true), signaling.LastAdministrator)
	_, _, err := f.s.AddPerson(ctx, f.clinic.ID, NewPerson{Name: "B", Email: "b@example.org", Role: signaling.RoleAdministrator})
	want(t, "another", err, "")
	want(t, "take away", as(false, false), "")
	other, err := f.s.AddClinic(ctx, "Elv", "2")
	want(t, "clinic", err, "")
	want(t, "of another clinic", f.s.ChangePerson(ctx, other.ID, signaling.ChangePerson{Email: "a@example.org", Name: "x"}), signaling.NotYours)
	_, _, err = f.s.NewEnrolment(ctx, other.ID, "a@example.org")
	want(t, "of another clinic", err, signaling.NotYours)
}

// TestNothingAtRestOpensAnAccount looks for what was handed out in every file of the data folder.
func TestNothingAtRestOpensAnAccount(t *testing.T) {
	f := newStaff(t)
	_, code, err := f.s.NewEnrolment(t.Context(), f.clinic.ID, "a@example.org")
	want(t, "code", err, "")
	f.s.Close()
	raw := "Hello!\xde\xad\xbe\xefHello!\xde\xad\xbe\xef" // aSecret
	for _, secret := range append([]string{code, aPassword, aSecret, raw, f.secret}, f.codes...) {
		err := filepath.WalkDir(f.s.opts.Folder, func(path string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			if strings.Contains(string(data), secret) || strings.Contains(string(data), strings.ReplaceAll(secret, "-", "")) {
				t.Errorf("%s holds %q", path, secret)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestRecordsOfBefore: what earlier versions stored is a doctor with a session.
func TestRecordsOfBefore(t *testing.T) {
	s := open(t, Options{Folder: t.TempDir()})
	ctx := context.Background()
	put := func(key, record string) {
		t.Helper()
		if err := s.put(ctx, key, json.RawMessage(record), 0, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	put(clinicPrefix+"c1", `{"id":"c1","name":"Fjord","phone":"1"}`)
	id := string(doctorID("a@example.org"))
	password, _ := json.Marshal(encodePassword("kort", newSalt()))
	put(doctorPrefix+id, `{"id":"`+id+`","clinic":"c1","name":"Dr. A","email":"a@example.org","password":`+string(password)+`,"disabled":false}`)
	expires, _ := json.Marshal(signaling.At(time.Now().Add(29 * 24 * time.Hour)))
	put(sessionKey("old"), `{"doctor":"`+id+`","installation":"01000000000000000000000000000000","workstation":"Kontor","expires":`+string(expires)+`}`)
	se, d, c, err := s.Session(ctx, "old")
	want(t, "session", err, "")
	if a := Account(d, c); !a.MayJoin() || !a.MayInvite() || a.Administers() || se.Workstation != "Kontor" {
		t.Error(a, se)
	}
	_, _, _, err = s.SignIn(ctx, signaling.SignIn{Email: "a@example.org", Password: "kort", Installation: signaling.InstallationID{5}})
	want(t, "a password that was long enough once", err, "")
	if known, _ := s.Knows(ctx, "a@example.org", signaling.InstallationID{5}); !known {
		t.Error("not known after signing in")
	}
}

func TestCommonPasswords(t *testing.T) {
	for _, p := range []string{"password1234", "passord12345", "Sommer2026!!", "aaaaaaaaaaaa", "qwertyuiop12", "velkommen123", "123456789012",
		"KariNordmann1", "passwordpassword", "iloveyouforever", "abcabcabcabc", "fotball2026!", "P@ssw0rd1234", "Legesenteret2026", "hemmelig hemmelig",
		"kari.nordmann", "1234567890123456789012345678901234567890"} {
		if !isCommon(p, "Kari Nordmann", "kari@example.org") {
			t.Errorf("%q was taken", p)
		}
	}
	for _, p := range []string{"korrekt hest", aPassword, "tre ugler sover paa taket", "legekonsultasjon-demo", "et langt passord", "xK4!vq9Zr#2m",
		"hestkorrektbatteri", "correct horse battery staple", "blåbærsyltetøy på tirsdag"} {
		if isCommon(p, "Kari Nordmann", "kari@example.org") {
			t.Errorf("%q was refused", p)
		}
	}
	began := time.Now()
	isCommon(strings.Repeat("aB3", 340))
	if took := time.Since(began); took > time.Second {
		t.Error("a long one took", took)
	}
}
