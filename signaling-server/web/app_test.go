package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image/png"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"testing"
	"testing/fstest"
)

func body(t *testing.T, s *Site, at string) []byte {
	t.Helper()
	resp := get(s, http.MethodGet, at)
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(at, resp.Status, err)
	}
	return b
}

func TestTheManifestOfEachLanguage(t *testing.T) {
	s := site(t, "https://lege.example")
	seen := map[string]bool{}
	for _, language := range []string{"nb", "nn", "en"} {
		var m manifest
		if err := json.Unmarshal(body(t, s, "/app."+language+".webmanifest"), &m); err != nil {
			t.Fatal(err)
		}
		if m.Lang != language || m.Name != "Legekonsultasjon" || m.Description == "" || seen[m.Description] || m.Display != "standalone" {
			t.Errorf("%s: %+v", language, m)
		}
		seen[m.Description] = true
		// One app in three languages, and nothing of a link in where it begins.
		if m.ID != "/" || m.StartURL != "/" || m.Scope != "/" {
			t.Errorf("%s begins at %q, %q, %q", language, m.ID, m.StartURL, m.Scope)
		}
		purposes := map[string]int{}
		for _, icon := range m.Icons {
			img, err := png.Decode(bytes.NewReader(body(t, s, icon.Src)))
			if err != nil {
				t.Fatal(err)
			}
			if size := img.Bounds().Size(); icon.Sizes != fmt.Sprintf("%dx%d", size.X, size.Y) {
				t.Error(icon, img.Bounds())
			}
			_, _, _, opaque := img.At(0, 0).RGBA()
			if (icon.Purpose == "maskable") != (opaque == 0xffff) {
				t.Errorf("%s is for %s, and its corner has the opacity %x", icon.Src, icon.Purpose, opaque)
			}
			purposes[icon.Purpose]++
		}
		if purposes["any"] == 0 || purposes["maskable"] == 0 {
			t.Error(purposes)
		}
	}
}

var listed = regexp.MustCompile(`const PAGE = \{ hash: "([0-9a-f]{32})", files: (\{.*\}) \};`)

func workersList(t *testing.T, s *Site) (string, map[string]string) {
	t.Helper()
	found := listed.FindSubmatch(body(t, s, workerPath))
	if found == nil {
		t.Fatal("the worker lists nothing")
	}
	list := map[string]string{}
	if err := json.Unmarshal(found[2], &list); err != nil {
		t.Fatal(err)
	}
	return string(found[1]), list
}

func TestTheWorkerListsTheShellAsItIsServed(t *testing.T) {
	s := site(t, "https://lege.example")
	hash, list := workersList(t, s)
	for at, want := range list {
		sum := sha256.Sum256(body(t, s, at))
		if hex.EncodeToString(sum[:]) != want {
			t.Errorf("%s is not as listed", at)
		}
	}
	for _, at := range []string{"/", "/app.js", "/access.js", "/views/call.js", "/style.css", "/fonts/inter-regular.woff2", "/locales/nb.json", "/icon.svg"} {
		if list[at] == "" {
			t.Errorf("%s is missing from the shell", at)
		}
	}
	for _, at := range []string{workerPath, "/app.nb.webmanifest", "/icons/app-512.png"} {
		if list[at] != "" {
			t.Errorf("%s is no part of the shell", at)
		}
	}
	if again, _ := workersList(t, site(t, "https://another.example")); again != hash {
		t.Error("the same page has another hash at another address")
	}
}

func TestAnotherPageIsAnotherCache(t *testing.T) {
	public, err := url.Parse("https://lege.example")
	if err != nil {
		t.Fatal(err)
	}
	with := func(words string) string {
		s, err := New(public, fstest.MapFS{"page.nb.json": {Data: []byte(words)}})
		if err != nil {
			t.Fatal(err)
		}
		hash, _ := workersList(t, s)
		return hash
	}
	if with(`{"name": "A"}`) == with(`{"name": "B"}`) {
		t.Error("a changed word leaves the hash as it was")
	}
	if _, err := New(public, fstest.MapFS{"page.nb.json": {Data: []byte(`{`)}}); err == nil {
		t.Error("a broken catalogue is taken")
	}
}
