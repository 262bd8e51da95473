// Package camera delivers pictures: from the computer's cameras, from a file that stands in for one, or the moving test
// picture.
package camera

import (
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"legekonsultasjon/core/media"
	"legekonsultasjon/core/mediadevice"
)

// Ids with a meaning of their own. Whatever else an id is, it names a camera as Devices does; "" is the first camera.
const (
	None       = "none"    // no pictures
	Pattern    = "pattern" // the moving test picture
	FilePrefix = "file:"   // followed by the path of a y4m file, played in a loop
)

// System is the computer's cameras.
type System struct {
	clock media.Clock

	mu    sync.Mutex
	seen  string // the camera files of the last look
	found mediadevice.Inventory
}

// New returns the computer's cameras; nothing is opened yet.
func New(clock media.Clock) *System { return &System{clock: clock} }

// Source is the camera with the given id; nil for None. It fails with media.ErrStalled when no picture has come for two
// seconds.
func (s *System) Source(id string) media.VideoSource {
	switch path, isFile := strings.CutPrefix(id, FilePrefix); {
	case id == None:
		return nil
	case id == Pattern:
		return &watched{&testPicture{s.clock}}
	case isFile:
		return &watched{&file{s.clock, path}}
	default:
		return &watched{&device{s.clock, id}}
	}
}

// Devices lists the cameras. Asking for their names opens each of them for a moment, so it is done only when one came or
// went, as far as the system shows that as files; elsewhere once.
func (s *System) Devices() mediadevice.Inventory {
	s.mu.Lock()
	defer s.mu.Unlock()
	files, _ := filepath.Glob("/dev/video*")
	if now := strings.Join(files, " ") + "."; now != s.seen {
		s.seen, s.found = now, devices()
	}
	return slices.Clone(s.found)
}

// Watched makes a source fail with media.ErrStalled when no picture has come for two seconds, whatever the source does.
func Watched(source media.VideoSource) media.VideoSource { return &watched{source} }
