package settings

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSettingsComeBackAsTheyWereSaved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "profile", "settings.json")
	store := Open(path, "kontor-2")
	first, err := store.Load()
	if err != nil || first.Workstation != "kontor-2" || first.Country != "NO" || !first.Chime {
		t.Fatalf("defaults %+v, %v", first, err)
	}
	first.Server, first.Chime, first.Mail.Host = "https://klinikk.example", false, "smtp.example"
	if err := store.Save(first); err != nil {
		t.Fatal(err)
	}
	second, err := Open(path, "something else").Load()
	if err != nil || second != first {
		t.Fatalf("got %+v, %v\nwant %+v", second, err, first)
	}
}

func TestMembersOfANewerProgramAreKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings.json")
	write(t, path, `{"version":1,"theme":"dark","future":{"big":12345678901234567890},"mail":{"host":"a","oauth":"x"}}`)
	store := Open(path, "w")
	s, err := store.Load()
	if err != nil || s.Theme != "dark" || s.Mail.Host != "a" || s.Mail.Port != 587 {
		t.Fatalf("%+v, %v", s, err)
	}
	s.Theme, s.Mail.Host = "light", ""
	if err := store.Save(s); err != nil {
		t.Fatal(err)
	}
	data, _ := os.ReadFile(path)
	for _, want := range []string{"12345678901234567890", `"oauth": "x"`, `"theme": "light"`, `"host": ""`} {
		if !strings.Contains(string(data), want) {
			t.Errorf("no %s in %s", want, data)
		}
	}
}

func TestABrokenFileIsSetAsideAndSaidSo(t *testing.T) {
	for _, content := range []string{"", "{", "null", `[]`, `{"version":"one"}`, `{"theme":"dark"}`, "{}\x00"} {
		path := filepath.Join(t.TempDir(), "settings.json")
		write(t, path, content)
		store := Open(path, "w")
		s, err := store.Load()
		var problem *Error
		if !errors.As(err, &problem) || problem.Code != CodeBroken || s.Language != "nb" || s.Theme != "system" {
			t.Fatalf("%q: %+v, %v", content, s, err)
		}
		if kept, _ := os.ReadFile(problem.Aside); string(kept) != content {
			t.Errorf("%q was lost: %q", content, kept)
		}
		if err := store.Save(s); err != nil {
			t.Errorf("%q: saving the defaults: %v", content, err)
		}
	}
}

func TestTheFileOfANewerVersionIsNeverOverwritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings.json")
	write(t, path, `{"version":2,"theme":"dark"}`)
	store := Open(path, "w")
	s, err := store.Load()
	var problem *Error
	if !errors.As(err, &problem) || problem.Code != CodeNewer {
		t.Fatal(err)
	}
	if err := store.Save(s); !errors.As(err, &problem) || problem.Code != CodeNewer {
		t.Errorf("saved over it: %v", err)
	}
	if data, _ := os.ReadFile(path); string(data) != `{"version":2,"theme":"dark"}` {
		t.Errorf("changed to %s", data)
	}
}

func TestTheSealedFileOpensWithItsPassphraseOnly(t *testing.T) {
	ctx, path := context.Background(), filepath.Join(t.TempDir(), "secrets")
	if SealedExists(path) {
		t.Fatal("exists before it was made")
	}
	if _, err := OpenSealed(path, "kort"); !errors.Is(err, ErrShortPassphrase) || SealedExists(path) {
		t.Fatalf("short passphrase: %v", err)
	}
	s, err := OpenSealed(path, "riktig hest batteri")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(ctx, SecretSession); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	if err := s.Set(ctx, SecretSession, "hemmelig verdi"); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Set(ctx, "x", "y"), s.Delete(ctx, "x"), s.Delete(ctx, "x")); err != nil {
		t.Fatal(err)
	}
	if data, _ := os.ReadFile(path); strings.Contains(string(data), "hemmelig") {
		t.Error("the secret stands in the file")
	}
	again, err := OpenSealed(path, "riktig hest batteri")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Get(ctx, SecretSession); got != "hemmelig verdi" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := OpenSealed(path, "feil hest batteri"); !errors.Is(err, ErrWrongPassphrase) {
		t.Error(err)
	}
	if text := fmt.Sprintf("%v %+v %#v", s, s, s); strings.Contains(text, "hemmelig") {
		t.Errorf("prints %s", text)
	}
}

func TestAnAlteredSealedFileIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secrets")
	if _, err := OpenSealed(path, "riktig hest batteri"); err != nil {
		t.Fatal(err)
	}
	data, _ := os.ReadFile(path)
	alter := func(edit func(map[string]any)) error {
		var members map[string]any
		if err := json.Unmarshal(data, &members); err != nil {
			t.Fatal(err)
		}
		edit(members)
		altered, _ := json.Marshal(members)
		write(t, path, string(altered))
		_, err := OpenSealed(path, "riktig hest batteri")
		return err
	}
	for name, edit := range map[string]func(map[string]any){
		"cheaper":  func(m map[string]any) { m["time"] = 1 },
		"costlier": func(m map[string]any) { m["memory"] = 1 << 30 },
		"nonce":    func(m map[string]any) { m["nonce"] = "AAAA" },
		"version":  func(m map[string]any) { m["version"] = 2 },
		"cut":      func(m map[string]any) { m["sealed"] = "" },
	} {
		if err := alter(edit); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
	if err := alter(func(map[string]any) {}); err != nil {
		t.Errorf("unaltered: %v", err)
	}
}

func FuzzSettingsFile(f *testing.F) {
	f.Add([]byte(`{"version":1,"mail":{"port":25}}`))
	f.Add([]byte(`{"version":1,"mail":null,"installation":"00"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := Defaults("w")
		if members, err := parse(data, &s); err == nil && members == nil {
			t.Error("neither members nor an error")
		}
	})
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
