package app

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"

	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/i18n"
	"legekonsultasjon/core/settings"
	"legekonsultasjon/core/signaling"
)

// network is the real server, through the proxy that the environment names.
func network() desk.Network {
	return desk.Network{Client: signaling.Client{Proxy: http.ProxyFromEnvironment}}
}

// catalogue is the desk's words in the language of the profile's settings, for what is said before the desk runs.
func catalogue(profile string) *i18n.Catalogue {
	language := "nb"
	if s, err := settings.Open(filepath.Join(profile, "settings.json"), "").Load(); err == nil && s.Language != "" {
		language = s.Language
	}
	words, err := i18n.Load(i18n.Desk, language)
	if err != nil {
		panic(err) // embedded, and read by a test
	}
	return words
}

// complain says something to somebody who may have started the program by a click: on standard error and in a message box
// of whatever the desktop has.
func complain(words string) {
	fmt.Fprintln(os.Stderr, words)
	for _, box := range [][]string{
		{"zenity", "--error", "--no-markup", "--title=Legekonsultasjon", "--text=" + words},
		{"kdialog", "--title", "Legekonsultasjon", "--error", words},
		{"xmessage", "-center", words},
	} {
		if path, err := exec.LookPath(box[0]); err == nil {
			_ = exec.Command(path, box[1:]...).Start()
			return
		}
	}
}
