package call

import "fmt"

// Network is what the doctor's side says of the line in words that the patient's page shows too. The zero value says that
// all is well.
type Network struct {
	Slow    Whose
	Picture PictureSize
}

// Whose network makes the line slow; "" for nobody's.
type Whose string

// Whose it may be.
const (
	Patients  Whose = "patient"
	Doctors   Whose = "doctor"
	Somebodys Whose = "line" // nobody can tell
)

// PictureSize is how much of the picture goes over the line.
type PictureSize string

// The sizes, from all of it to none.
const (
	PictureFull    PictureSize = ""
	PictureReduced PictureSize = "reduced"
	PictureOff     PictureSize = "off"
)

// networkMessage is `{"type":"network","slow":"patient","picture":"reduced"}`, text on data channel 0 after the
// confirmation, from the doctor's side.
func networkMessage(n Network) string {
	return fmt.Sprintf(`{"type":"network","slow":%q,"picture":%q}`, n.Slow, n.Picture)
}

// pictureMessage is `{"type":"picture","pixels":518400,"fps":30}`, text on data channel 0 after the confirmation, from the
// doctor's side: what this machine can show, in pixels of a picture and pictures a second.
func pictureMessage(pixels, fps int) string {
	return fmt.Sprintf(`{"type":"picture","pixels":%d,"fps":%d}`, pixels, fps)
}
