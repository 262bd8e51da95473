package front

import (
	"bytes"
	"encoding/json"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"legekonsultasjon/core/signaling"
	"legekonsultasjon/signaling-server/store"
)

const (
	chief     = "chief@example.org"
	aSecret   = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	newPhrase = "fire ugler over fjorden"
)

// ask posts a body without the client's time limits, which a busy machine may pass while many passwords are hashed, and
// returns the code of the answer.
func (c *clinic) ask(path string, body any) signaling.Code {
	c.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		c.t.Fatal(err)
	}
	resp, err := http.Post(c.url+path, "application/json", bytes.NewReader(data))
	if err != nil {
		c.t.Error(err)
		return signaling.Unreachable
	}
	defer resp.Body.Close()
	var refused signaling.Refused
	if err := json.NewDecoder(resp.Body).Decode(&refused); err != nil {
		c.t.Error(err)
	}
	return refused.Code
}

// enrolAs lets somebody begin with a code, at an installation of his own.
func (c *clinic) enrolAs(email, code string, installation byte) (signaling.Enrolled, error) {
	c.t.Helper()
	passcode, err := totp.GenerateCode(aSecret, time.Now())
	if err != nil {
		c.t.Fatal(err)
	}
	return signaling.Client{}.Enrol(c.t.Context(), c.url, signaling.Enrol{Version: 1, Email: email, Enrolment: code, Password: newPhrase,
		Secret: aSecret, Passcode: passcode, Installation: signaling.InstallationID{installation}, Workstation: "Kontor"})
}

// addChief makes an administrator and signs him in.
func (c *clinic) addChief() (session string) {
	c.t.Helper()
	place, _ := c.store.FindClinic(c.t.Context(), "Fjord")
	_, code, err := c.store.AddPerson(c.t.Context(), place.ID, store.NewPerson{Name: "Chief", Email: chief, Role: signaling.RoleAdministrator})
	if err != nil {
		c.t.Fatal(err)
	}
	in, err := c.enrolAs(chief, code, 0xC0)
	if err != nil || !in.Account.Administers() || in.Account.MayJoin() || len(in.RecoveryCodes) == 0 {
		c.t.Fatal(in, err)
	}
	return in.Session
}

// TestAnAdministratorsPeople: from a code handed over to a workstation that is signed out at once.
func TestAnAdministratorsPeople(t *testing.T) {
	c := newClinic(t, nil)
	ctx, client := t.Context(), signaling.Client{}
	session := c.addChief()
	given, err := client.AddPerson(ctx, c.url, signaling.AddPerson{Version: 1, Session: session, Email: "b@example.org", Name: "Dr. B"})
	if err != nil || given.Expires == 0 {
		t.Fatal(given, err)
	}
	look, err := client.Enrol(ctx, c.url, signaling.Enrol{Version: 1, Email: "b@example.org", Enrolment: given.Code})
	if err != nil || look.Account.Doctor != "Dr. B" || look.Session != "" {
		t.Fatal(look, err)
	}
	in, err := c.enrolAs("b@example.org", given.Code, 7)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.enrolAs("b@example.org", given.Code, 8); signaling.CodeOf(err) != signaling.WrongEnrolment {
		t.Error("the code was taken twice:", err)
	}
	d := c.connect(in.Session, signaling.InstallationID{7})
	state, err := client.AccountState(ctx, c.url, signaling.AskAccount{Version: 1, Session: session, Email: "b@example.org"})
	if err != nil || len(state.Workstations) != 1 || !state.Workstations[0].Online || state.Workstations[0].This || !state.Passcode {
		t.Fatal(state, err)
	}
	began := time.Now()
	err = client.Revoke(ctx, c.url, signaling.Revoke{Version: 1, Session: session, Email: "b@example.org", ID: state.Workstations[0].ID})
	if err != nil {
		t.Fatal(err)
	}
	if err := next[error](d.end); signaling.CodeOf(err) != signaling.Revoked {
		t.Error(err)
	}
	t.Logf("told %v after the administrator's press", time.Since(began))
	if _, err := client.AccountState(ctx, c.url, signaling.AskAccount{Version: 1, Session: in.Session}); signaling.CodeOf(err) != signaling.SignedOut {
		t.Error(err)
	}
	people, err := client.People(ctx, c.url, signaling.AskPeople{Version: 1, Session: session})
	if err != nil || len(people.People) != 3 || people.Clinic.Name != "Fjord" {
		t.Fatal(people, err)
	}
	for _, p := range people.People {
		if p.Email == "b@example.org" && (p.Role != signaling.RoleDoctor || !p.Begun || !p.Passcode || p.Workstations != 0) {
			t.Error(p)
		}
	}
	set := people.Clinic
	set.PasscodeRequired = true
	if err := client.ChangeClinic(ctx, c.url, signaling.ChangeClinic{Version: 1, Session: session, Clinic: set}); err != nil {
		t.Fatal(err)
	}
	_, err = client.SignIn(ctx, c.url, signaling.SignIn{Version: 1, Email: email, Password: password})
	if signaling.CodeOf(err) != signaling.EnrolFirst {
		t.Error("a password alone, where passcodes are required:", err)
	}
}

// TestOnlyAdministratorsManage asks for everything with a doctor's session, and for another's workstations.
func TestOnlyAdministratorsManage(t *testing.T) {
	c := newClinic(t, nil)
	ctx, client := t.Context(), signaling.Client{}
	c.addChief()
	s, _ := c.signIn(email, 1)
	var errs []error
	ask := func(err error) { errs = append(errs, err) }
	_, err := client.People(ctx, c.url, signaling.AskPeople{Version: 1, Session: s})
	ask(err)
	_, err = client.AddPerson(ctx, c.url, signaling.AddPerson{Version: 1, Session: s, Email: "x@example.org", Name: "x"})
	ask(err)
	ask(client.ChangePerson(ctx, c.url, signaling.ChangePerson{Version: 1, Session: s, Email: email, Name: "x", Administrator: true}))
	_, err = client.NewEnrolment(ctx, c.url, signaling.NewEnrolment{Version: 1, Session: s, Email: chief})
	ask(err)
	ask(client.RemovePasscode(ctx, c.url, signaling.RemovePasscode{Version: 1, Session: s, Email: chief}))
	ask(client.ChangeClinic(ctx, c.url, signaling.ChangeClinic{Version: 1, Session: s, Clinic: signaling.ClinicSettings{Name: "x", Phone: "1"}}))
	_, err = client.AccountState(ctx, c.url, signaling.AskAccount{Version: 1, Session: s, Email: chief})
	ask(err)
	ask(client.Revoke(ctx, c.url, signaling.Revoke{Version: 1, Session: s, Email: chief, ID: store.SessionID("x")}))
	for i, err := range errs {
		if signaling.CodeOf(err) != signaling.NotAllowed {
			t.Error(i, err)
		}
	}
	if _, err := client.People(ctx, c.url, signaling.AskPeople{Version: 1, Session: "nothing"}); signaling.CodeOf(err) != signaling.SignedOut {
		t.Error(err)
	}
	if _, err := client.People(ctx, c.url, signaling.AskPeople{Version: 2, Session: s}); signaling.CodeOf(err) != signaling.ServerTooOld {
		t.Error(err)
	}
}

// TestAReceptionistHasNoDelta: invitations yes, a patient in the call no, and an administrator neither. A new role counts at
// once.
func TestAReceptionistHasNoDelta(t *testing.T) {
	c := newClinic(t, nil)
	session := c.addChief()
	d := c.desktop(email, 1)
	change := signaling.ChangePerson{Version: 1, Session: session, Email: email, Name: "R", Role: signaling.RoleReceptionist}
	if err := (signaling.Client{}).ChangePerson(t.Context(), c.url, change); err != nil {
		t.Fatal(err)
	}
	if err := until(d.end, func(error) bool { return true }); signaling.CodeOf(err) != signaling.Draining {
		t.Fatal(err)
	}
	d = c.connect(d.session, d.installation)
	if a := d.welcome.Account; a == nil || a.Role != signaling.RoleReceptionist || a.Doctor != "R" {
		t.Fatal(a)
	}
	if code := d.create(1, nil); code != "" {
		t.Error(code)
	}
	p, _ := c.patient(1)
	row := d.row(1, signaling.Unproven)
	d.place(row.Participant, signaling.Waiting, time.Now())
	d.row(1, signaling.Waiting)
	d.place(row.Participant, signaling.Present, time.Now())
	if err := until(d.end, func(error) bool { return true }); signaling.CodeOf(err) != signaling.BadMessage {
		t.Error(err)
	}
	_ = p
	boss := c.connect(session, signaling.InstallationID{0xC0})
	if code := boss.create(2, nil); code != signaling.NotAllowed {
		t.Error(code)
	}
}

// TestStrangersDoNotLockTheDoctorOut hammers an account, by many at once, until strangers are refused; the doctor's known
// workstation gets in meanwhile, and so does a code that an administrator hands over.
func TestStrangersDoNotLockTheDoctorOut(t *testing.T) {
	c := newClinic(t, nil)
	c.signIn(email, 1)
	strangers := guesserOf(email, signaling.InstallationID{}, false)
	for range passwordTries - 4 {
		c.server.passwords.take(strangers, time.Now())
	}
	defer http.DefaultClient.CloseIdleConnections()
	try := func(word string, installation byte) signaling.Code {
		return c.ask(signaling.PathSignIn, signaling.SignIn{Version: 1, Email: email, Password: word, Installation: signaling.InstallationID{installation}})
	}
	var all sync.WaitGroup
	for i := range 12 {
		all.Go(func() {
			for range 2 {
				_ = try("wrong", byte(100+i))
			}
		})
	}
	for range 5 {
		began := time.Now()
		if code := try(password, 1); code != "" {
			t.Error("the doctor at his own workstation:", code)
		}
		t.Logf("the doctor signed in after %v", time.Since(began))
	}
	all.Wait()
	if code := try(password, 99); code != signaling.TryLater {
		t.Error("a stranger with the right password while the account is guessed at:", code)
	}
	if code := try("wrong", 1); code != signaling.WrongSignIn {
		t.Error(code)
	}
	if code := try(password, 1); code != "" {
		t.Error(code)
	}
	place, _ := c.store.FindClinic(t.Context(), "Fjord")
	_, code, err := c.store.NewEnrolment(t.Context(), place.ID, email)
	if err != nil {
		t.Fatal(err)
	}
	if code := c.ask(signaling.PathEnrol, signaling.Enrol{Version: 1, Email: email, Enrolment: code, Password: newPhrase,
		Installation: signaling.InstallationID{55}}); code != "" {
		t.Error("a new workstation with a code:", code)
	}
}

// TestPasscodesAreNotGuessed: who has the password still has ten tries at the passcode, and takes none from the doctor.
func TestPasscodesAreNotGuessed(t *testing.T) {
	c := newClinic(t, nil)
	place, _ := c.store.FindClinic(t.Context(), "Fjord")
	_, code, err := c.store.NewEnrolment(t.Context(), place.ID, email)
	if err != nil {
		t.Fatal(err)
	}
	in, err := c.enrolAs(email, code, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	try := func(passcode string, installation byte) signaling.Code {
		return c.ask(signaling.PathSignIn, signaling.SignIn{Version: 1, Email: email, Password: newPhrase, Passcode: passcode,
			Installation: signaling.InstallationID{installation}})
	}
	codes := map[signaling.Code]int{}
	for range passcodeTries + 3 {
		codes[try("000000", 66)]++
	}
	if codes[signaling.WrongPasscode] != passcodeTries || codes[signaling.TryLater] != 3 {
		t.Error(codes)
	}
	if code := try("", 66); code != signaling.PasscodeNeeded {
		t.Error(code)
	}
	if code := try(in.RecoveryCodes[0], 66); code != signaling.TryLater {
		t.Error("a recovery code beyond the tries:", code)
	}
	if code := try(in.RecoveryCodes[0], 1); code != "" {
		t.Error("the doctor at his own workstation:", code)
	}
}

func TestAllowance(t *testing.T) {
	a, now := newAllowance(2, time.Minute), time.Unix(1000, 0)
	g, other := guesser{1}, guesser{2}
	for range 2 {
		if _, ok := a.take(g, now); !ok {
			t.Fatal("too few")
		}
	}
	if _, ok := a.take(g, now); ok {
		t.Error("too many")
	}
	if _, ok := a.take(other, now); !ok {
		t.Error("another's")
	}
	if before, ok := a.take(g, now.Add(time.Minute)); !ok || before != 1 {
		t.Error(before, ok)
	}
	a.giveBack(g)
	a.giveBack(g)
	a.giveBack(other)
	if len(a.all) != 0 {
		t.Error(a.all)
	}
	for i := range maxBuckets + 10 {
		a.take(guesser{byte(i), byte(i >> 8), byte(i >> 16), 1}, now)
	}
	if len(a.all) > maxBuckets {
		t.Error(len(a.all))
	}
}
