package settings

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"legekonsultasjon/core/durable"
	"legekonsultasjon/core/signaling"
)

// Codes of Error; words for them are in the catalogue under "problem.".
const (
	CodeBroken   = "settingsBroken"   // the file was not understood; it is set aside and the defaults are used
	CodeNewer    = "settingsNewer"    // written by a newer version of the program; left alone and never overwritten
	CodeNotRead  = "settingsNotRead"  // the file is there and cannot be read
	CodeNotSaved = "settingsNotSaved" // writing went wrong; the old file is untouched
	CodeDiskFull = "diskFull"
)

// Error is a problem with the settings file.
type Error struct {
	Code  string
	Aside string // where the broken file is now, "" when it was not moved
	Err   error
}

func (e *Error) Error() string { return e.Code + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Store is the settings file. It is used by one goroutine.
type Store struct {
	path        string
	workstation string
	read        map[string]any // the file as it was read, for the members not known here
	refuse      error          // set when the file must not be overwritten
}

// Open names the file; nothing is read yet. workstation is the machine's name for a first run.
func Open(path, workstation string) *Store { return &Store{path: path, workstation: workstation} }

// Load reads the file. It always returns settings that can be used; without a file they are the defaults. The error,
// if any, is an *Error.
func (s *Store) Load() (Settings, error) {
	settings := Defaults(s.workstation)
	data, err := os.ReadFile(s.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return settings, nil
	case err != nil:
		s.refuse = &Error{Code: CodeNotRead, Err: err}
		return settings, s.refuse
	}
	read, err := parse(data, &settings)
	if err != nil {
		return Defaults(s.workstation), s.setAside(err)
	}
	if settings.Version > Version {
		s.refuse = &Error{Code: CodeNewer, Err: fmt.Errorf("version %d, want %d", settings.Version, Version)}
		return Defaults(s.workstation), s.refuse
	}
	s.read = read
	if settings.Installation == (signaling.InstallationID{}) {
		settings.Installation = signaling.NewInstallationID()
	}
	settings.Version = Version
	return settings, nil
}

// Save writes the file whole. The error, if any, is an *Error, and the old file is untouched.
func (s *Store) Save(settings Settings) error {
	if s.refuse != nil {
		return s.refuse
	}
	data, err := s.merged(settings)
	if err == nil {
		err = durable.WriteFile(s.path, data)
	}
	switch {
	case err == nil:
		return nil
	case durable.IsFull(err):
		return &Error{Code: CodeDiskFull, Err: err}
	}
	return &Error{Code: CodeNotSaved, Err: err}
}

func (s *Store) setAside(cause error) error {
	aside, err := durable.SetAside(s.path)
	if err != nil { // it cannot be moved: then it must not be overwritten either
		s.refuse = &Error{Code: CodeBroken, Err: errors.Join(cause, err)}
		return s.refuse
	}
	return &Error{Code: CodeBroken, Aside: aside, Err: cause}
}

// parse decodes data over the defaults in settings and returns all its members.
func parse(data []byte, settings *Settings) (map[string]any, error) {
	settings.Version = 0 // a file must say its own
	if err := json.Unmarshal(data, settings); err != nil {
		return nil, err
	}
	var members map[string]any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber() // numbers of unknown members stay as they were written
	if err := d.Decode(&members); err != nil {
		return nil, err
	}
	if members == nil || settings.Version < 1 {
		return nil, errors.New("not a settings file")
	}
	return members, nil
}

// merged lays settings over the members that were read.
func (s *Store) merged(settings Settings) ([]byte, error) {
	known, err := json.Marshal(settings)
	if err != nil {
		return nil, err
	}
	var members map[string]any
	d := json.NewDecoder(bytes.NewReader(known))
	d.UseNumber()
	if err := d.Decode(&members); err != nil {
		return nil, err
	}
	data, err := json.MarshalIndent(overlay(s.read, members), "", "  ")
	return append(data, '\n'), err
}

func overlay(under, over map[string]any) map[string]any {
	out := make(map[string]any, len(under)+len(over))
	for name, value := range under {
		out[name] = value
	}
	for name, value := range over {
		inner, isObject := value.(map[string]any)
		below, wasObject := out[name].(map[string]any)
		if isObject && wasObject {
			value = overlay(below, inner)
		}
		out[name] = value
	}
	return out
}
