package ui

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"legekonsultasjon/core/i18n"
)

// TestEveryKeyHasWords reads the keys that the window asks for out of its source and looks for them in both languages.
func TestEveryKeyHasWords(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	asked := regexp.MustCompile(`"([a-z][A-Za-z]*\.[A-Za-z.]*[A-Za-z])"`)
	families := "edit unlock signIn top offline waiting row day invite when verify calendar move missed unsure patient import intake aloud call devices settings office notice tray notify start"
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range asked.FindAllStringSubmatch(string(source), -1) {
			family, _, _ := strings.Cut(m[1], ".")
			if !strings.Contains(" "+families+" ", " "+family+" ") {
				continue
			}
			for _, language := range []string{"nb", "nn", "en"} {
				if c := catalogue(language); !c.Has(m[1]) {
					t.Errorf("%s: %q has no words in %s", file, m[1], language)
				}
			}
		}
	}
}

// TestLanguagesSayTheSame compares the two catalogues key by key, and their placeholders.
func TestLanguagesSayTheSame(t *testing.T) {
	nb, en := catalogue("nb"), catalogue("en")
	there := map[string]bool{}
	for _, key := range en.Keys() {
		there[key] = true
	}
	hole := regexp.MustCompile(`\{[a-z]+\}`)
	for _, key := range nb.Keys() {
		if !there[key] {
			t.Errorf("%s is not in English", key)
		}
		holes := func(c *i18n.Catalogue) map[string]bool {
			out := map[string]bool{}
			for _, h := range hole.FindAllString(c.Text(key, nil), -1) {
				out[h] = true
			}
			return out
		}
		a, b := holes(nb), holes(en)
		if len(a) != len(b) {
			t.Errorf("%s: %v and %v", key, a, b)
		}
		for h := range a {
			if !b[h] {
				t.Errorf("%s: English lacks %s", key, h)
			}
		}
	}
	for _, bad := range []string{"Error", "Ugyldig", "ugyldig", "Feil:"} {
		for _, key := range nb.Keys() {
			if strings.Contains(nb.Text(key, nil), bad) {
				t.Errorf("%s says %q", key, bad)
			}
		}
	}
}
