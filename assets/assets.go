// Package assets embeds what the desktop program shows and plays: Inter (with its licence beside it), icons, the chime
// and the program's own icon. It stands at the top because an embedded file cannot be reached from further down.
package assets

import (
	"embed"
	"fmt"
	"strconv"
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

// Icon returns a line icon as SVG, 24 x 24, drawn in colour ("#rrggbb") with lines made wider by the factor that it will be
// enlarged by: Fyne enlarges the shapes of an SVG and leaves its lines as wide as they are.
func Icon(name, colour string, factor float32) []byte {
	svg := strings.ReplaceAll(string(read("icons/"+name+".svg")), "#000000", colour)
	before, rest, _ := strings.Cut(svg, `stroke-width="`)
	width, after, _ := strings.Cut(rest, `"`)
	drawn, _ := strconv.ParseFloat(width, 32) // a test reads all of them
	return fmt.Appendf(nil, `%sstroke-width="%.3f"%s`, before, drawn*float64(factor), after)
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
