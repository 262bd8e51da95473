package i18n

import (
	"encoding/json"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var placeholder = regexp.MustCompile(`\{[a-zA-Z]+\}`)

// Every language of an audience has the same keys with the same placeholders as bokmål.
func TestLanguagesAgree(t *testing.T) {
	names, err := fs.Glob(Files(), "*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		a, language, _ := strings.Cut(strings.TrimSuffix(name, ".json"), ".")
		if language == "nb" {
			continue
		}
		nb, err := read(Audience(a), "nb")
		if err != nil {
			t.Fatalf("%s has no bokmål: %v", a, err)
		}
		other, err := read(Audience(a), language)
		if err != nil {
			t.Fatal(err)
		}
		for key, text := range nb {
			translated, ok := other[key]
			if !ok {
				t.Errorf("%s lacks %q", name, key)
				continue
			}
			want, got := placeholder.FindAllString(text, -1), placeholder.FindAllString(translated, -1)
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(slices.Compact(want), slices.Compact(got)) {
				t.Errorf("%s %q: placeholders %v, bokmål has %v", name, key, got, want)
			}
		}
		for key := range other {
			if _, ok := nb[key]; !ok {
				t.Errorf("%s has %q, which bokmål lacks", name, key)
			}
		}
	}
}

// A key written twice in a file would hide one of its texts.
func TestNoKeyTwice(t *testing.T) {
	names, _ := fs.Glob(Files(), "*.json")
	for _, name := range names {
		text, err := fs.ReadFile(Files(), name)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		dec := json.NewDecoder(strings.NewReader(string(text)))
		_, _ = dec.Token()
		for dec.More() {
			key, err := dec.Token()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if seen[key.(string)] {
				t.Errorf("%s has %q twice", name, key)
			}
			seen[key.(string)] = true
			_, _ = dec.Token()
		}
	}
}

func TestText(t *testing.T) {
	c := &Catalogue{Language: "en", words: map[string]string{"a": "Hello {name}, {n} left"}, fallback: map[string]string{"b": "Hei"}}
	for key, want := range map[string]string{"a": "Hello {x}, 3 left", "b": "Hei", "c": "c"} {
		if got := c.Text(key, map[string]string{"name": "{x}", "n": "3"}); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
}

func TestWhen(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		at         time.Time
		nb, nn, en string
	}{
		{now.Add(30 * time.Minute), "i dag kl. 10:30", "i dag kl. 10:30", "today at 10:30"},
		{now.Add(23 * time.Hour), "i morgen kl. 09:00", "i morgon kl. 09:00", "tomorrow at 09:00"},
		{now.AddDate(0, 0, 9), "tirsdag 1. desember kl. 10:00", "tysdag 1. desember kl. 10:00", "Tuesday 1 December at 10:00"},
		{now.AddDate(0, 2, 0), "fredag 22. januar 2027 kl. 10:00", "fredag 22. januar 2027 kl. 10:00", "Friday 22 January 2027 at 10:00"},
	} {
		if got := [3]string{When("nb", c.at, now), When("nn", c.at, now), When("en", c.at, now)}; got != [3]string{c.nb, c.nn, c.en} {
			t.Errorf("%q", got)
		}
	}
}

func TestLettersNameTheDay(t *testing.T) {
	at := time.Date(2026, 11, 22, 10, 30, 0, 0, time.UTC)
	for language, want := range map[string][2]string{
		"nb": {"søndag 22. november kl. 10:30", "22.11. kl. 10:30"},
		"nn": {"sundag 22. november kl. 10:30", "22.11. kl. 10:30"},
		"en": {"Sunday 22 November at 10:30", "22 Nov at 10:30"},
	} {
		if got := [2]string{On(language, at, at), Short(language, at)}; got != want {
			t.Errorf("%s: %q", language, got)
		}
	}
}
