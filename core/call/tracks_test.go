package call

import (
	"strings"
	"testing"
)

func TestParseTracks(t *testing.T) {
	for text, want := range map[string]RemoteTracks{
		tracksMessage(true, false):                                       {Microphone: true},
		tracksMessage(false, true):                                       {Camera: true},
		" {\"camera\":true, \"type\":\"tracks\",\n\"microphone\":true} ": {Microphone: true, Camera: true},
	} {
		if got, err := parseTracks([]byte(text)); err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", "null", "[]", "{}", `{"type":"tracks"}`, `{"type":"tracks","microphone":true}`,
		`{"type":"track","microphone":true,"camera":true}`, `{"type":"tracks","microphone":1,"camera":true}`,
		`{"type":"tracks","microphone":true,"camera":true,"camera":false}`, `{"type":"tracks","microphone":true,"Camera":true}`,
		`{"type":"tracks","microphone":true,"camera":true,"more":{}}`, `{"type":"tracks","microphone":true,"camera":true}{}`,
		`{"type":"tracks","microphone":true,"camera":true`, `{"type":"tracks","microphone":true,"camera":{"a":1}}`,
		tracksMessage(true, true) + strings.Repeat(" ", maxTracks),
	} {
		if got, err := parseTracks([]byte(text)); err == nil {
			t.Errorf("%s: %+v", text, got)
		}
	}
}

func FuzzParseTracks(f *testing.F) {
	f.Add([]byte(tracksMessage(true, false)))
	f.Add([]byte(`{"type":"tracks","microphone":true,"camera":[{}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := parseTracks(text)
		if err != nil {
			return
		}
		again, err := parseTracks([]byte(tracksMessage(got.Microphone, got.Camera)))
		if err != nil || again != got {
			t.Fatalf("%q: %+v, then %+v, %v", text, got, again, err)
		}
	})
}
