package rig

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
)

func utf16le(text string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(text)) {
		b.WriteByte(byte(u))
		b.WriteByte(byte(u >> 8))
	}
	return b.String()
}

func everyByte(text, format string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		fmt.Fprintf(&b, format, c)
	}
	return b.String()
}

// TestSearchFindsEveryEncoding writes a needle down in every way that programs do, and finds it in each, wherever it
// stands in its surroundings.
func TestSearchFindsEveryEncoding(t *testing.T) {
	const text = "Åse Bråten/Øy 42"
	raw := string([]byte{0, 255, 17, 3, 250, 99, 128, 7, 64, 31, 200, 5, 9, 222, 61, 1})
	ways := map[string]func(string) string{
		"plain":        func(s string) string { return s },
		"hex":          func(s string) string { return hex.EncodeToString([]byte(s)) },
		"HEX":          func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) },
		"%lower":       func(s string) string { return everyByte(s, "%%%02x") },
		"%UPPER":       func(s string) string { return everyByte(s, "%%%02X") },
		"hex UTF-16LE": func(s string) string { return utf16le(hex.EncodeToString([]byte(s))) },
	}
	for before := range 4 {
		for _, e := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
			name := fmt.Sprintf("base64 %d %p", before, e)
			ways[name] = func(s string) string { return e.EncodeToString([]byte("xyz?"[:before] + s + "~!")) }
		}
	}
	forText := map[string]func(string) string{
		"UTF-16LE": utf16le,
		"query":    url.QueryEscape,
		"path":     url.PathEscape,
		"JSON":     func(s string) string { return strings.Trim(fmt.Sprintf("%+q", s), `"`) },
	}
	s := NewSearch()
	s.Text("name", text)
	s.Bytes("key", []byte(raw))
	find := func(how, needle, in string) {
		t.Helper()
		hits, err := s.Reader("here", strings.NewReader(in))
		if err != nil || len(hits) == 0 || hits[0].Needle != needle {
			t.Errorf("%s of the %s: %v, %v", how, needle, hits, err)
		}
	}
	for how, way := range ways {
		find(how, "name", "before"+way(text)+"after")
		find(how, "key", "before"+way(raw)+"after")
		find(how+" alone", "name", way(text))
	}
	for how, way := range forText {
		find(how, "name", "before "+way(text)+" after")
	}
	for _, innocent := range []string{"", "Åse", "Åse Bråten/Øy 43", strings.Repeat("Åse Bråten/Øy ", 9), raw[:15]} {
		if hits, err := s.Reader("here", strings.NewReader(innocent)); err != nil || len(hits) != 0 {
			t.Errorf("%q: %v, %v", innocent, hits, err)
		}
	}
}

func TestSearchTellsDigitsFromLongerNumbers(t *testing.T) {
	s := NewSearch()
	s.Digits("pin", "012345")
	s.Exact("pin", []byte(`"pin":"012345"`))
	for text, want := range map[string]int{
		"012345": 1, "PIN 012345.": 1, "a012345b": 1, "9012345": 0, "0123456": 0, "012345 012345": 2, `{"pin":"012345"}`: 2,
		"30.313233343530": 0, "303132333435": 1, "MDEyMzQ1": 1,
	} {
		hits, err := s.Reader("here", strings.NewReader(text))
		got := 0
		for _, h := range hits {
			got += h.Count
		}
		if err != nil || got != want {
			t.Errorf("%s: %d hits, want %d, %v", text, got, want, hits)
		}
	}
}

// TestSearchAcrossChunks puts a needle at every place around the end of a chunk.
func TestSearchAcrossChunks(t *testing.T) {
	s := NewSearch()
	s.Text("word", "rabarbra")
	s.Digits("pin", "471108")
	for _, end := range []int{0, chunk} {
		for shift := -10; shift <= 2; shift++ {
			at := end + shift
			if at < 0 {
				continue
			}
			for needle, text := range map[string]string{"word": "rabarbra", "pin": "471108"} {
				file := append(bytes.Repeat([]byte{'.'}, at), text...)
				for _, after := range []string{"", "...."} {
					hits, err := s.Reader("here", bytes.NewReader(append(file, after...)))
					if err != nil || len(hits) != 1 || hits[0].Needle != needle || hits[0].Count != 1 || hits[0].At != int64(at) {
						t.Fatalf("%s at %d: %v, %v", needle, at, hits, err)
					}
				}
			}
		}
	}
	longer := append(bytes.Repeat([]byte{'.'}, chunk-6), "4711089"...)
	if hits, err := s.Reader("here", bytes.NewReader(longer)); err != nil || len(hits) != 0 {
		t.Errorf("%v, %v", hits, err)
	}
}

func TestSearchFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.MkdirAll(filepath.Join(dir, "rabarbra"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"a": "nothing", "b": "a rabarbra", "rabarbra/c": "nothing"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := NewSearch()
	s.Text("word", "rabarbra")
	hits, err := s.Files(dir)
	if err != nil || len(hits) != 2 || hits[0].File != "data/b" || hits[1].File != "data/rabarbra/c (its name)" {
		t.Errorf("%v, %v", hits, err)
	}
}

// TestSearchIsFast holds the pace that a core needs: thousands of forms, 100 MB within seconds.
func TestSearchIsFast(t *testing.T) {
	s := NewSearch()
	for n := range 220 {
		s.Digits(fmt.Sprint("pin ", n), fmt.Sprintf("%06d", n*4561))
	}
	text := bytes.Repeat([]byte("0123456789 {\"pin\":\"abc\"} 2026-11-23T00:07:08.123456789Z\x00\x00\x00\x00\x00\x00\x00"), 1<<20/64)
	began, size := time.Now(), 0
	for range 32 {
		if _, err := s.Reader("here", bytes.NewReader(text)); err != nil {
			t.Fatal(err)
		}
		size += len(text)
	}
	took := time.Since(began)
	pace := float64(size) / (1 << 20) / took.Seconds()
	t.Logf("%d forms: %.0f MB/s", len(s.forms), pace)
	if pace < 5 {
		t.Errorf("%.1f MB/s: a core of 150 MB would take longer than half a minute", pace)
	}
}
