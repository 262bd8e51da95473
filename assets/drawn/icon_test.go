package drawn

import (
	"bytes"
	"image/png"
	"os"
	"testing"
)

func TestIconInEverySize(t *testing.T) {
	for _, size := range Sizes {
		img, err := png.Decode(bytes.NewReader(Icon(size)))
		if err != nil {
			t.Fatal(err)
		}
		if b := img.Bounds(); b.Dx() != size || b.Dy() != size {
			t.Errorf("the icon of %d is %v", size, b)
		}
		if r, g, b, a := img.At(size/2, size/2).RGBA(); min(r, g, b, a) < 0xa000 {
			t.Errorf("the plus is not white in the icon of %d", size)
		}
	}
}

func TestTheProgramsOwnIconIsThisOne(t *testing.T) {
	own, err := os.ReadFile("../icons/app.png")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(own, Icon(256)) {
		t.Error("assets/icons/app.png is another icon: go run ./assets/gen")
	}
}
