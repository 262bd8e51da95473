// Command pictures draws every designed state of the doctor's window as PNG, without a display:
//
//	go run ./app/ui/uitest/pictures -out docs/images
package main

import (
	"flag"
	"image/png"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"legekonsultasjon/app/ui/uitest"
	"legekonsultasjon/core/desk"
)

type picture struct {
	name          string
	state         desk.State
	width, height float32
	scale         float32
	press         string // what is pressed before the picture is taken, one after the other between bars
}

func main() {
	out := flag.String("out", "docs/images", "folder that the pictures are written to")
	only := flag.String("only", "", "draw only the pictures of these names, between commas; empty draws all")
	flag.Parse()
	if err := os.MkdirAll(*out, 0o755); err != nil {
		log.Fatal(err)
	}
	for _, p := range pictures() {
		if *only != "" && !slices.Contains(strings.Split(*only, ","), p.name) {
			continue
		}
		if err := draw(p, filepath.Join(*out, p.name+".png")); err != nil {
			log.Fatal(err)
		}
	}
}

// pictures are all states in the usual window, and the most important in small, large and dark ones.
func pictures() []picture {
	states := []struct {
		name  string
		state desk.State
		press string
	}{
		{"home", uitest.Home(), ""}, {"home-empty", uitest.Empty(), ""}, {"home-first", uitest.First(), ""}, {"home-full", uitest.Full(), ""},
		{"home-offline", uitest.Offline(), ""}, {"invite", uitest.Problem(), ""}, {"verify", uitest.Verify(), ""},
		{"verify-email", uitest.VerifyEmail(), ""}, {"verify-both", uitest.VerifyBoth(), ""}, {"missed", uitest.Missed(), ""}, {"unsure", uitest.Unsure(), ""}, {"patient", uitest.Patient(), ""}, {"patient-over", uitest.PatientOver(), ""},
		{"home-other-day", uitest.OtherDay(), ""}, {"calendar", uitest.Home(), "Kalender"}, {"move", uitest.Menu(), "Flere valg|Flytt timen"}, {"menu", uitest.Menu(), "Flere valg"},
		{"read-aloud", uitest.Aloud(), ""}, {"sign-in", uitest.SignIn(), ""},
		{"sign-in-wrong", uitest.SignInWrong(), ""}, {"unlock", uitest.Unlock(), ""}, {"call", uitest.Call(), ""},
		{"call-busy", uitest.CallBusy(), ""}, {"call-connecting", uitest.CallConnecting(), ""},
		{"call-stopped", uitest.CallNotGenuine(), ""}, {"settings", uitest.SettingsOpen(), ""},
		{"settings-mail", uitest.SettingsMail(desk.MailSignIn{SignedIn: true, User: "video@sentrum.example"}), ""},
		{"quit", uitest.Quit(), ""},
		{"passcode", uitest.AskPasscode(), ""}, {"passcode-wrong", uitest.WrongPasscode(), ""}, {"begin", uitest.Begin(), ""}, {"choose", uitest.Choose(), ""},
		{"recovery", uitest.Recovery(), ""}, {"revoked", uitest.Revoked(), ""}, {"account", uitest.OwnAccount(), ""},
		{"authenticator", uitest.NewAuthenticator(), ""}, {"people", uitest.People(), ""}, {"hand-over", uitest.HandOver(), ""},
		{"receptionist", uitest.Receptionist(), ""},
		{"drafts", uitest.Drafts(), ""}, {"verify-draft", uitest.VerifyDraft(), ""}, {"verify-both-draft", uitest.VerifyBothDraft(), ""},
		{"import", uitest.Home(), "Hent timer"}, {"import-followed", uitest.Drafts(), "Hent timer"}, {"import-refused", uitest.ImportRefused(), "Hent timer"},
		{"import-list", uitest.Import(), ""}, {"import-calendar", uitest.ImportCalendar(), ""},
		{"later", uitest.Home(), "Velg tid|Annen dag"}, {"countries", uitest.Home(), "+47"}, {"call-devices", uitest.Call(), "Enheter"},
	}
	var out []picture
	for _, s := range states {
		out = append(out, picture{"desktop-" + s.name, s.state, 1180, 760, 1, s.press},
			picture{"desktop-" + s.name + "-small", s.state, 960, 600, 1, s.press},
			picture{"desktop-" + s.name + "-200", s.state, 960, 600, 2, s.press})
		dark := s.state
		dark.Theme = "dark"
		out = append(out, picture{"desktop-" + s.name + "-dark", dark, 1180, 760, 1, s.press})
		if s.press == "" { // what is pressed is said in bokmål
			nynorsk := s.state
			nynorsk.Language = "nn"
			out = append(out, picture{"desktop-" + s.name + "-nn", nynorsk, 960, 600, 1, ""})
		}
	}
	for name, mail := range map[string]desk.MailSignIn{"signed-in": {SignedIn: true, User: "video@sentrum.example"},
		"code":    {Busy: true, Code: "H7K299QX", CodeURL: "https://microsoft.com/devicelogin"},
		"refused": {Problem: &desk.Problem{Code: "mailSignIn.settings"}}, "browser": {Busy: true, URL: "https://login.microsoftonline.com/sentrum.example/authorize"}} {
		out = append(out, picture{"desktop-settings-" + name + "-whole", uitest.SettingsMail(mail), 1180, 2600, 1, ""})
	}
	return out
}

func draw(p picture, path string) error {
	face := uitest.Open(p.state, p.width, p.height, p.scale)
	if p.press != "" {
		for _, words := range strings.Split(p.press, "|") {
			face.Press(words)
		}
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := png.Encode(f, face.Picture()); err != nil {
		return err
	}
	return f.Close()
}
