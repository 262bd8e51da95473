// Package camera delivers pictures: from the computer's cameras, from a file that stands in for one, or the moving test
// picture.
package camera

import (
	"strings"

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
type System struct{ clock media.Clock }

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

// Devices looks for cameras; it opens each for a moment to ask for its name.
func (s *System) Devices() mediadevice.Inventory { return devices() }
