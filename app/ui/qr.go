package ui

import (
	"image"
	"image/color"
	"image/draw"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"github.com/boombuler/barcode/qr"

	"legekonsultasjon/app/ui/part"
)

// qrSide is how tall and wide a QR code is drawn, with its quiet zone.
const qrSide = 208

// qrCode draws a text as a QR code (ISO/IEC 18004), black on white in either theme: telephones read no other.
type qrCode struct {
	content *fyne.Container
	picture *canvas.Image
	text    string
}

func newQRCode() *qrCode {
	q := &qrCode{picture: canvas.NewImageFromImage(image.NewGray(image.Rect(0, 0, 1, 1)))}
	q.picture.ScaleMode, q.picture.FillMode = canvas.ImageScalePixels, canvas.ImageFillContain
	q.content = part.Row(0, part.Wide(qrSide, part.Tall(qrSide, q.picture)), part.Space())
	return q
}

// set draws text; a text too long for a code draws nothing, and the key can be typed.
func (q *qrCode) set(text string) {
	if text == q.text {
		return
	}
	q.text = text
	q.picture.Image = qrImage(text)
	q.picture.Refresh()
}

// quiet is the white margin that the standard asks for, in modules.
const quiet = 4

func qrImage(text string) image.Image {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return image.NewGray(image.Rect(0, 0, 1, 1))
	}
	n := code.Bounds().Dx()
	const scale = 8 // so that every module is as wide as every other one after the picture was fitted
	img := image.NewGray(image.Rect(0, 0, (n+2*quiet)*scale, (n+2*quiet)*scale))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	for y := range n {
		for x := range n {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				at := image.Rect((x+quiet)*scale, (y+quiet)*scale, (x+quiet+1)*scale, (y+quiet+1)*scale)
				draw.Draw(img, at, image.NewUniform(color.Gray{}), image.Point{}, draw.Src)
			}
		}
	}
	return img
}
