package e2e

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"legekonsultasjon/core/signaling"
	"legekonsultasjon/e2e/rig"
)

const phrase = "fire ugler over fjorden"

// TestAccount: a code from the command line, a password and an authenticator in the window; the passcode that began the account
// does not sign in again, a recovery code does; and an administrator signs the workstation out, which its window says.
func TestAccount(t *testing.T) {
	dir := t.TempDir()
	rig.Awake(t, dir)
	screen, sound := rig.NewDisplay(t, mkdir(t, dir, "screen"), 1280, 800), rig.NewSound(t, mkdir(t, dir, "sound"), "ear", "mic")
	keyring := rig.NewKeyring(t, mkdir(t, dir, "keyring"), sound.Dir)
	server := rig.NewServer(t, rig.ServerOptions{Dir: mkdir(t, dir, "server"), Doctors: []rig.Doctor{kari}})
	server.Admin("clinic", "change", "--clinic", rig.Clinic, "--require-passcode")
	given := begins(t, server, "Berit Dahl", "berit@eksempel.no")
	d := rig.NewDesktop(t, rig.DesktopOptions{Dir: mkdir(t, dir, "desktop"), Env: keyring.Env(sound.Env(os.Environ())), Display: screen})

	d.Sees(20*time.Second, "Logg inn")
	d.Press(5*time.Second, "Jeg har fått en oppstartskode")
	d.Sees(10*time.Second, "Kom i gang")
	d.Fill("Serveradresse", server.URL)
	d.Fill("E-post", "berit@eksempel.no")
	d.Fill("Oppstartskode", strings.ToLower(given))
	d.Press(5*time.Second, "Fortsett")
	d.Sees(20*time.Second, "Velkommen, Berit Dahl")
	d.FillSecret("Nytt passord", phrase)
	d.FillSecret("Gjenta passordet", phrase)
	key := keyOf(t, d)
	passcode := passcodeOf(t, key)
	d.Fill("Sifrene i appen", passcode)
	d.Press(5*time.Second, "Ta kontoen i bruk")
	d.Sees(20*time.Second, "Reservekoder")
	recovery := regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}`).FindString(d.Says())
	if recovery == "" {
		t.Fatal("no recovery code in the window:", d.Says())
	}
	d.Press(5*time.Second, "Jeg har tatt vare på dem")
	d.Sees(20*time.Second, "Tilkoblet")

	d.Press(5*time.Second, "Logg ut")
	d.Sees(20*time.Second, "Bruk kontoen du har fått")
	d.FillSecret("Passord", phrase)
	d.Press(5*time.Second, "Logg inn")
	d.Sees(20*time.Second, "Skriv engangskoden")
	d.Fill("Engangskode", passcode)
	d.Press(5*time.Second, "Logg inn")
	d.Sees(20*time.Second, "Koden stemmer ikke, eller den er brukt før.")
	d.Fill("Engangskode", recovery)
	d.Press(5*time.Second, "Logg inn")
	d.Sees(20*time.Second, "Tilkoblet")

	session := administrator(t, server)
	ask := signaling.AskAccount{Version: signaling.Version, Session: session, Email: "berit@eksempel.no"}
	state, err := signaling.Client{}.AccountState(t.Context(), server.URL, ask)
	if err != nil || len(state.Workstations) != 1 || !state.Workstations[0].Online || state.RecoveryLeft != 9 {
		t.Fatal(state, err)
	}
	began := time.Now()
	revoke := signaling.Revoke{Version: signaling.Version, Session: session, Email: ask.Email, ID: state.Workstations[0].ID}
	if err := (signaling.Client{}).Revoke(t.Context(), server.URL, revoke); err != nil {
		t.Fatal(err)
	}
	d.Sees(5*time.Second, "Denne maskinen er logget ut fra et annet sted eller av en administrator.")
	t.Logf("signed out: said in the window after %d ms", time.Since(began).Milliseconds())
}

// begins makes an account on the command line and returns the code that is printed.
func begins(t *testing.T, server *rig.Server, name, email string, more ...string) string {
	t.Helper()
	out := server.Admin(append([]string{"doctor", "add", "--clinic", rig.Clinic, "--name", name, "--email", email}, more...)...)
	code := regexp.MustCompile(`[0-9A-Z]{4}(-[0-9A-Z]{4}){3}`).FindString(out)
	if code == "" {
		t.Fatal("no code:", out)
	}
	return code
}

// keyOf reads the authenticator's key off the window.
func keyOf(t *testing.T, d *rig.Desktop) string {
	t.Helper()
	key := regexp.MustCompile(`(?m)^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$`).FindString(d.Says())
	if key == "" {
		t.Fatal("no key in the window:", d.Says())
	}
	return strings.ReplaceAll(key, " ", "")
}

func passcodeOf(t *testing.T, key string) string {
	t.Helper()
	passcode, err := totp.GenerateCode(key, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return passcode
}

// administrator makes an account that manages people, and begins it without a window.
func administrator(t *testing.T, server *rig.Server) (session string) {
	t.Helper()
	const key = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	in, err := signaling.Client{}.Enrol(t.Context(), server.URL, signaling.Enrol{Version: signaling.Version, Email: "sjef@eksempel.no",
		Enrolment: begins(t, server, "Sjef", "sjef@eksempel.no", "--role", "administrator"), Password: phrase, Secret: key,
		Passcode: passcodeOf(t, key), Installation: signaling.NewInstallationID(), Workstation: "Kontor"})
	if err != nil {
		t.Fatal(err)
	}
	return in.Session
}
