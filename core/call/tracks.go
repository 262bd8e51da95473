package call

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxTracks bounds a message on the data channel, in bytes.
const maxTracks = 256

var errTracks = errors.New("not a tracks message")

// tracksMessage is `{"type":"tracks","microphone":true,"camera":true}`, text on data channel 0 after the confirmation,
// both ways.
func tracksMessage(microphone, camera bool) string {
	return fmt.Sprintf(`{"type":"tracks","microphone":%t,"camera":%t}`, microphone, camera)
}

// parseTracks reads one: exactly these three members, each once, spelt so, and nothing behind them.
func parseTracks(text []byte) (RemoteTracks, error) {
	var t RemoteTracks
	if len(text) > maxTracks {
		return t, fmt.Errorf("%w: %d bytes", errTracks, len(text))
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return t, errTracks
	}
	seen := map[string]bool{}
	for d.More() {
		name, value, err := member(d)
		if err != nil || seen[name] {
			return t, errTracks
		}
		seen[name] = true
		if !t.set(name, value) {
			return t, fmt.Errorf("%w: member %q", errTracks, name)
		}
	}
	if _, err := d.Token(); err != nil || len(seen) != 3 {
		return t, errTracks
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return t, fmt.Errorf("%w: something follows", errTracks)
	}
	return t, nil
}

func member(d *json.Decoder) (name string, value json.Token, err error) {
	token, err := d.Token()
	if err != nil {
		return "", nil, err
	}
	name, ok := token.(string)
	if !ok {
		return "", nil, errTracks
	}
	value, err = d.Token()
	return name, value, err
}

func (t *RemoteTracks) set(name string, value json.Token) (ok bool) {
	switch name {
	case "type":
		return value == "tracks"
	case "microphone":
		t.Microphone, ok = value.(bool)
	case "camera":
		t.Camera, ok = value.(bool)
	}
	return ok
}
