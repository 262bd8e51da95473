package signaling

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTheDocumentShowsTheVectors compares each heading's JSON in docs/PROTOCOL.md with the vector of that name. A second
// block under a heading is the vector named after the heading and "Desktop".
func TestTheDocumentShowsTheVectors(t *testing.T) {
	text, err := os.ReadFile("../../docs/PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	block := regexp.MustCompile("(?s)```json\n(.*?)```")
	for _, section := range strings.Split(string(text), "\n## ")[1:] {
		heading, body, _ := strings.Cut(section, "\n")
		for _, found := range block.FindAllStringSubmatch(body, -1) {
			name := heading
			if shown[name] {
				name += "Desktop"
			}
			shown[name] = true
			if want := string(vector(t, name)); found[1] != want {
				t.Errorf("%s:\n%s\nits vector:\n%s", name, found[1], want)
			}
		}
	}
	names, _ := filepath.Glob("testdata/*.json")
	for _, name := range names {
		if name := strings.TrimSuffix(filepath.Base(name), ".json"); !shown[name] {
			t.Errorf("%s is not described", name)
		}
	}
}

func TestEveryCodeIsDescribed(t *testing.T) {
	text, err := os.ReadFile("../../docs/PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []Code{NotValid, TooEarly, PageTooOld, ServerTooOld, BadMessage, TooSlow, Draining, SignedOut,
		WrongSignIn, TryLater, Exists, NotYours, StoreFull, StoreDown, Replaced, BadAddress, InsecureAddress, Unreachable,
		CertificateExpired, CertificateUnknown, NotOurServer, Cancelled,
		Revoked, PasscodeNeeded, WrongPasscode, EnrolFirst, WrongEnrolment, ShortPassword, WeakPassword, NotAllowed, LastAdministrator} {
		if !strings.Contains(string(text), "`"+string(code)+"`") {
			t.Error(code, "is not described")
		}
	}
}
