package signaling

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// bodies are the vectors of what has no "type": they travel in POSTs.
func bodies() map[string]any {
	return map[string]any{"signIn": &SignIn{}, "signOut": &SignOut{}, "enrol": &Enrol{}, "askAccount": &AskAccount{}, "revoke": &Revoke{},
		"changePassword": &ChangePassword{}, "setPasscode": &SetPasscode{}, "askPeople": &AskPeople{}, "addPerson": &AddPerson{},
		"changePerson": &ChangePerson{}, "newEnrolment": &NewEnrolment{}, "removePasscode": &RemovePasscode{}, "changeClinic": &ChangeClinic{}}
}

// answers are the vectors of what comes back: they carry no version.
func answers() map[string]any {
	return map[string]any{"signedIn": &SignedIn{}, "note": &Note{}, "enrolled": &Enrolled{}, "accountState": &AccountState{},
		"recoveryCodes": &RecoveryCodes{}, "people": &People{}, "enrolment": &Enrolment{}}
}

func vector(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func compact(t testing.TB, data []byte) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, data); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestEveryMessageHasAVectorAndSurvives(t *testing.T) {
	kinds := []string{"knock", "leave", "hello", "create", "change", "delete", "done", "place", "participant", "opened",
		"welcome", "presence", "iceServers", "refused"}
	for _, name := range append(kinds, "welcomeDesktop") {
		t.Run(name, func(t *testing.T) {
			want := vector(t, name)
			m, err := Decode(want)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Encode(m)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != compact(t, want) {
				t.Errorf("\n got %s\nwant %s", got, compact(t, want))
			}
		})
	}
}

func TestBodyVectors(t *testing.T) {
	check := func(name string, into any) {
		got, err := json.Marshal(into)
		if err != nil {
			t.Fatal(err)
		}
		if want := compact(t, vector(t, name)); string(got) != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
	for name, into := range bodies() {
		if _, err := decodeBody(vector(t, name), into); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		check(name, into)
	}
	for name, into := range answers() {
		if err := json.Unmarshal(vector(t, name), into); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		check(name, into)
	}
}

func TestRelayVector(t *testing.T) {
	var v struct {
		Peer            ParticipantID
		Payload, Binary string
	}
	if err := json.Unmarshal(vector(t, "relay"), &v); err != nil {
		t.Fatal(err)
	}
	payload, _ := hex.DecodeString(v.Payload)
	binary, err := EncodeRelay(Relay{Peer: v.Peer, Payload: payload})
	if err != nil || hex.EncodeToString(binary) != v.Binary {
		t.Fatalf("%x %v", binary, err)
	}
	back, err := DecodeRelay(binary)
	if err != nil || !reflect.DeepEqual(back, Relay{Peer: v.Peer, Payload: payload}) {
		t.Fatalf("%v %v", back, err)
	}
	if _, err := EncodeRelay(Relay{Payload: make([]byte, MaxMessage-RelayHeader+1)}); err == nil {
		t.Error("too large, and encoded")
	}
	if _, err := DecodeRelay(make([]byte, RelayHeader)); CodeOf(err) != BadMessage {
		t.Error("an empty payload was taken")
	}
}

func TestDecodeRefuses(t *testing.T) {
	long := strings.Repeat("A", MaxNote*4/3+8)
	for name, text := range map[string]string{
		"nothing":              ``,
		"an array":             `[]`,
		"two objects":          `{"type":"leave"}{"type":"leave"}`,
		"text after":           `{"type":"leave"} x`,
		"no type":              `{}`,
		"unknown type":         `{"type":"shout"}`,
		"type of another kind": `{"type":1}`,
		"type in another case": `{"Type":"leave"}`,
		"a key twice":          `{"type":"leave","type":"leave"}`,
		"a key twice by case":  `{"type":"leave","Type":"knock"}`,
		"by a long s":          `{"type":"place","state":"gone","ſtate":"waiting"}`,
		"deep inside":          `{"type":"welcome","iceServers":[{"urls":[],"urls":[]}]}`,
		"too deep":             `{"type":"leave","x":[[[[[[[[[[]]]]]]]]]]}`,
		"upper-case hex":       `{"type":"delete","invitation":"0F1E2D3C4B5A69788796A5B4C3D2E1F0"}`,
		"short hex":            `{"type":"delete","invitation":"0f1e"}`,
		"state of the server":  `{"type":"place","state":"away"}`,
		"end before beginning": `{"type":"create","notBefore":5,"notAfter":4}`,
		"negative time":        `{"type":"create","notBefore":-5,"notAfter":4}`,
		"a long note":          `{"type":"create","notAfter":4,"note":"` + long + `"}`,
		"not UTF-8":            "{\"type\":\"leave\",\"x\":\"\xff\"}",
		"too large":            `{"type":"leave","x":"` + strings.Repeat("x", MaxMessage) + `"}`,
		"a long workstation":   `{"type":"hello","version":1,"workstation":"` + strings.Repeat("x", MaxWorkstation+1) + `"}`,
	} {
		m, err := Decode([]byte(text))
		if CodeOf(err) != BadMessage {
			t.Errorf("%s: %v, %v", name, m, err)
		}
	}
}

func TestDecodeIgnoresUnknownMembers(t *testing.T) {
	m, err := Decode([]byte(` {"x":{"a":1,"b":[{"a":2}]},"type":"leave","colour":"blue"} `))
	if err != nil || m != (Leave{}) {
		t.Fatalf("%v %v", m, err)
	}
}

func TestAnotherVersionIsReadNoFurther(t *testing.T) {
	m, err := Decode([]byte(`{"type":"knock","version":2,"invitation":{"new":"form"}}`))
	if err != nil || m != (Knock{Version: 2}) {
		t.Fatalf("%v %v", m, err)
	}
	k, err := DecodeKnock([]byte(`{"version":7,"invitation":[]}`))
	if err != nil || CheckVersion(k.Version) != ServerTooOld {
		t.Fatalf("%v %v", k, err)
	}
	if CheckVersion(0) != PageTooOld || CheckVersion(Version) != "" {
		t.Error("versions are mixed up")
	}
}

func TestEncodeNeverWritesANullList(t *testing.T) {
	data, err := Encode(ICEServers{})
	if err != nil || string(data) != `{"type":"iceServers","iceServers":[]}` {
		t.Fatalf("%s %v", data, err)
	}
}

func TestSecretsPrintAsPlaceholders(t *testing.T) {
	k := Knock{Admission: Admission{1, 2, 3}}
	if s := k.Admission.String() + k.Admission.GoString(); strings.Contains(s, "0102") {
		t.Error(s)
	}
}

func FuzzDecode(f *testing.F) {
	names, _ := filepath.Glob("testdata/*.json")
	for _, name := range names {
		f.Add(vector(f, strings.TrimSuffix(filepath.Base(name), ".json")))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Decode(data)
		if err != nil {
			if CodeOf(err) != BadMessage {
				t.Fatalf("uncoded: %v", err)
			}
			return
		}
		again, err := Encode(m)
		if err != nil {
			return // a message of another version, or one that grows by escaping
		}
		if back, err := Decode(again); err != nil || !reflect.DeepEqual(back, m) && !emptyLists(m) {
			t.Fatalf("%s -> %#v -> %s -> %#v, %v", data, m, again, back, err)
		}
	})
}

// emptyLists reports a message in which null and an empty list are the same.
func emptyLists(m Message) bool {
	switch m.(type) {
	case Welcome, ICEServers, Create, Change:
		return true
	}
	return false
}

func FuzzDecodeBody(f *testing.F) {
	f.Add(vector(f, "signIn"))
	f.Add(vector(f, "signOut"))
	f.Add(vector(f, "knock"))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, a := DecodeSignIn(data)
		_, b := DecodeSignOut(data)
		_, c := DecodeKnock(data)
		for _, err := range []error{a, b, c} {
			if err != nil && CodeOf(err) != BadMessage {
				t.Fatalf("uncoded: %v", err)
			}
		}
	})
}

func FuzzDecodeRelay(f *testing.F) {
	f.Add([]byte("12345678payload"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := DecodeRelay(data)
		if err != nil {
			return
		}
		if again, err := EncodeRelay(r); err != nil || !bytes.Equal(again, data) {
			t.Fatalf("%x -> %x, %v", data, again, err)
		}
	})
}
