package main

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"legekonsultasjon/core/signaling"
)

// TestPeopleByCommandLine: a clinic that wants passcodes, a code on the command line, a workstation that is listed and signed
// out, and a clinic that always keeps an administrator.
func TestPeopleByCommandLine(t *testing.T) {
	data := t.TempDir()
	admin := func(words ...string) string {
		t.Helper()
		code, out, errs := command(t, "", append(append([]string{"admin"}, words...), "--data", data)...)
		if code != exitOK {
			t.Fatal(words, code, out, errs)
		}
		return out
	}
	admin("clinic", "add", "--name", "Fjord", "--phone", "55")
	if out := admin("clinic", "list"); !strings.Contains(out, "required") {
		t.Error(out)
	}
	out := admin("person", "add", "--clinic", "Fjord", "--name", "Dr. A", "--email", "a@example.org", "--administrator")
	given := regexp.MustCompile(`[0-9A-Z]{4}(-[0-9A-Z]{4}){3}`).FindString(out)
	if given == "" {
		t.Fatal(out)
	}
	address, _ := running(t, "--data", data)
	const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	passcode, err := totp.GenerateCode(secret, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	in, err := signaling.Client{}.Enrol(t.Context(), address, signaling.Enrol{Version: 1, Email: "a@example.org", Enrolment: given,
		Password: "fire ugler over fjorden", Secret: secret, Passcode: passcode, Workstation: "Kontor 2"})
	if err != nil || !in.Account.Administers() || !in.Account.MayJoin() {
		t.Fatal(in, err)
	}
	if out := admin("doctor", "list"); !strings.Contains(out, "doctor, administrator") || !strings.Contains(out, "yes") || !strings.Contains(out, "active") {
		t.Error(out)
	}
	for _, refused := range [][]string{{"--administrator=false"}, {"--role", "receptionist", "--administrator=false"}} {
		words := append([]string{"admin", "doctor", "change", "--data", data, "--email", "a@example.org"}, refused...)
		if code, _, errs := command(t, "", words...); code != exitFailed || !strings.Contains(errs, "no administrator left") {
			t.Error(code, errs)
		}
	}
	out = admin("doctor", "workstations", "--email", "a@example.org")
	id := regexp.MustCompile(`(?m)^([0-9a-f]{12}) +Kontor 2`).FindStringSubmatch(out)
	if id == nil {
		t.Fatal(out)
	}
	if out := admin("doctor", "revoke", "--email", "a@example.org", "--workstation", id[1]); !strings.Contains(out, "signed out Kontor 2") {
		t.Error(out)
	}
	_, err = signaling.Client{}.People(t.Context(), address, signaling.AskPeople{Version: 1, Session: in.Session})
	if signaling.CodeOf(err) != signaling.SignedOut {
		t.Error(err)
	}
	admin("doctor", "remove-passcode", "--email", "a@example.org")
	admin("clinic", "change", "--clinic", "Fjord", "--idle-hours", "12", "--require-passcode=false")
	if out := admin("clinic", "list"); !strings.Contains(out, "optional") {
		t.Error(out)
	}
	if out := admin("doctor", "enrol", "--email", "a@example.org"); !strings.Contains(out, "hand it to Dr. A") {
		t.Error(out)
	}
	if code, _, errs := command(t, "kort", "admin", "doctor", "add", "--data", data, "--clinic", "Fjord", "--name", "B", "--email", "b@example.org",
		"--password-stdin"); code != exitFailed || !strings.Contains(errs, "12 characters") {
		t.Error(code, errs)
	}
}
