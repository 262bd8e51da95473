// Package assets embeds what the desktop program shows and plays: Inter (with its licence beside it), icons, the chime
// and the program's own icon. It stands at the top because an embedded file cannot be reached from further down.
package assets

import (
	"embed"
	"strings"
)

//go:embed fonts icons sounds
var files embed.FS

// Weight names a cut of Inter. Its figures are tabular.
type Weight string

// The cuts in use: Regular for text, Medium for labels and chips, SemiBold for titles and names.
const (
	Regular  Weight = "Regular"
	Medium   Weight = "Medium"
	SemiBold Weight = "SemiBold"
)

// Font returns the OpenType file of a weight.
func Font(w Weight) []byte { return read("fonts/Inter-" + string(w) + ".otf") }

// Icon returns a line icon as SVG, 24 x 24, drawn in colour ("#rrggbb").
func Icon(name, colour string) []byte {
	return []byte(strings.ReplaceAll(string(read("icons/"+name+".svg")), "#000000", colour))
}

// AppIcon returns the program's icon, 256 x 256 PNG.
func AppIcon() []byte { return read("icons/app.png") }

// Chime returns the sound of an arriving patient: WAV, 48 kHz, mono, 16 bits, 1.2 s.
func Chime() []byte { return read("sounds/chime.wav") }

// read panics when the file is not there: the set is fixed when the program is built, and a test reads all of it.
func read(name string) []byte {
	data, err := files.ReadFile(name)
	if err != nil {
		panic(err)
	}
	return data
}
