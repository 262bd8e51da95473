package assets

import (
	"bytes"
	"io/fs"
	"strings"
	"testing"
)

func TestEveryIconTakesAColour(t *testing.T) {
	names, err := fs.Glob(files, "icons/*.svg")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range names {
		name := strings.TrimSuffix(strings.TrimPrefix(path, "icons/"), ".svg")
		if name == "app" {
			continue
		}
		if svg := Icon(name, "#123456", 2); !bytes.Contains(svg, []byte("#123456")) || bytes.Contains(svg, []byte("#000000")) || bytes.Contains(svg, []byte(`width="0.000"`)) {
			t.Errorf("%s is not drawn in the colour asked for", name)
		}
	}
}

func TestFilesAreWhatTheirNamesSay(t *testing.T) {
	for _, w := range []Weight{Regular, Medium, SemiBold} {
		if !bytes.HasPrefix(Font(w), []byte("OTTO")) {
			t.Errorf("%s is no OpenType font", w)
		}
	}
	if wav := Chime(); !bytes.HasPrefix(wav, []byte("RIFF")) || len(wav) != 44+48000*12/10*2 {
		t.Errorf("the chime has %d bytes", len(wav))
	}
	if !bytes.HasPrefix(AppIcon(), []byte("\x89PNG")) {
		t.Error("the icon is no PNG")
	}
}
