package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// manifest is what a browser reads to install the page as an app (W3C Web Application Manifest). Its addresses hold no
// secret: an installed app begins at the page that asks for the message.
type manifest struct {
	ID              string         `json:"id"`
	StartURL        string         `json:"start_url"`
	Scope           string         `json:"scope"`
	Lang            string         `json:"lang"`
	Dir             string         `json:"dir"`
	Name            string         `json:"name"`
	Description     string         `json:"description"`
	Display         string         `json:"display"`
	BackgroundColor string         `json:"background_color"`
	ThemeColor      string         `json:"theme_color"`
	Categories      []string       `json:"categories"`
	Icons           []manifestIcon `json:"icons"`
	// Links open in the installed app, in the window that it has; install.js takes them there.
	HandleLinks   string        `json:"handle_links"`
	LaunchHandler launchHandler `json:"launch_handler"`
}

type manifestIcon struct {
	Src     string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose"`
}

type launchHandler struct {
	ClientMode []string `json:"client_mode"`
}

// paper is the page's ground in tokens.css, which stands behind the icon while an app starts.
const paper = "#F5F4F0"

// manifestOf makes a language's manifest of the page's words.
func manifestOf(language string, words map[string]string) manifest {
	icon := func(name, size, purpose string) manifestIcon {
		return manifestIcon{Src: "/icons/" + name + "-" + size + ".png", Sizes: size + "x" + size, Type: "image/png", Purpose: purpose}
	}
	return manifest{
		ID: "/", StartURL: "/", Scope: "/", Lang: language, Dir: "ltr", Name: words["name"], Description: words["app.about"],
		Display: "standalone", BackgroundColor: paper, ThemeColor: paper, Categories: []string{"medical"},
		Icons: []manifestIcon{
			icon("app", "192", "any"), icon("app", "512", "any"), icon("maskable", "192", "maskable"), icon("maskable", "512", "maskable"),
		},
		HandleLinks: "preferred", LaunchHandler: launchHandler{ClientMode: []string{"focus-existing", "auto"}},
	}
}

// addManifest serves the manifest of a language beside its catalogue.
func (s *Site) addManifest(language string, catalogue []byte) error {
	words := map[string]string{}
	if err := json.Unmarshal(catalogue, &words); err != nil {
		return fmt.Errorf("catalogue page.%s: %w", language, err)
	}
	body, err := json.MarshalIndent(manifestOf(language, words), "", "  ")
	if err != nil {
		return err
	}
	s.put("/app."+language+".webmanifest", ".webmanifest", body)
	return nil
}

const (
	workerPath = "/worker.js"
	workerList = `const PAGE = { hash: "", files: {} };` // the place in worker.js that is written in
)

// fillWorker writes the shell's files into the service worker: the worker changes whenever one of them does, so that a
// browser takes a new page for what it is.
func (s *Site) fillWorker() error {
	worker := s.files[workerPath]
	if bytes.Count(worker.body, []byte(workerList)) != 1 {
		return fmt.Errorf("%s has no place for the list of files", workerPath)
	}
	list, err := json.Marshal(s.shell()) // sorted by path
	if err != nil {
		return err
	}
	sum := sha256.Sum256(list)
	filled := fmt.Sprintf(`const PAGE = { hash: "%s", files: %s };`, hex.EncodeToString(sum[:16]), list)
	s.put(workerPath, ".js", bytes.Replace(worker.body, []byte(workerList), []byte(filled), 1))
	return nil
}

// shell lists what the page needs to open without a network, each path with the SHA-256 of its file: the page's manifest,
// whose hash names the worker's cache.
func (s *Site) shell() map[string]string {
	list := map[string]string{}
	for at, f := range s.files {
		switch {
		case at == workerPath, at == "/index.html", path.Ext(at) == ".webmanifest", strings.HasPrefix(at, "/icons/"):
		default:
			sum := sha256.Sum256(f.body)
			list[at] = hex.EncodeToString(sum[:])
		}
	}
	return list
}

// put serves bytes at a path as what the ending says.
func (s *Site) put(at, ending string, body []byte) {
	sum := sha256.Sum256(body)
	s.files[at] = file{kind: contentTypes()[ending], tag: `"` + hex.EncodeToString(sum[:16]) + `"`, body: body}
}

// pageCatalogues are the names of the files that hold the page's words.
func pageCatalogues(catalogues fs.FS) ([]string, error) {
	if catalogues == nil {
		return nil, nil
	}
	return fs.Glob(catalogues, "page.*.json")
}
