package rig

import (
	"bytes"
	"encoding/base64"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"

	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/y4m"
)

// canvasFrames bounds the pictures that a CanvasCamera carries: four seconds at 15 fps.
const canvasFrames = 60

// CanvasCamera is a preload script that stands in for a camera in a browser that has no file camera: getUserMedia gives
// a canvas that plays the numbered clip. Everything else of the browser is as it is; the microphone is real.
func CanvasCamera(t testing.TB, clip *Clip) string {
	t.Helper()
	in, err := os.Open(clip.File)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	r, err := y4m.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	var urls []string
	f := media.NewFrame(r.Header.Width, r.Header.Height)
	for range canvasFrames {
		if err := r.Read(f); err != nil {
			if errors.Is(err, io.EOF) {
				break
			}
			t.Fatal(err)
		}
		urls = append(urls, quote("data:image/jpeg;base64,"+jpegOf(t, f)))
	}
	return strings.NewReplacer("FRAMES", strings.Join(urls, ","), "WIDTH", strconv.Itoa(r.Header.Width), "HEIGHT", strconv.Itoa(r.Header.Height)).Replace(canvasCamera)
}

// jpegOf encodes a frame. JPEG is full range, video is not: luma and chroma are stretched.
func jpegOf(t testing.TB, f *media.Frame) string {
	img := image.NewYCbCr(image.Rect(0, 0, f.Width, f.Height), image.YCbCrSubsampleRatio420)
	for y := range f.Height {
		for x := range f.Width {
			img.Y[y*img.YStride+x] = byte(max(0, min(255, (int(f.Y[y*f.YStride+x])-16)*255/219)))
		}
	}
	for y := range (f.Height + 1) / 2 {
		for x := range (f.Width + 1) / 2 {
			img.Cb[y*img.CStride+x] = byte(max(0, min(255, 128+(int(f.U[y*f.CStride+x])-128)*255/224)))
			img.Cr[y*img.CStride+x] = byte(max(0, min(255, 128+(int(f.V[y*f.CStride+x])-128)*255/224)))
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 92}); err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

const canvasCamera = `
const frames = [FRAMES];
// Decoded once: drawing an image anew may decode it anew.
const bitmaps = Promise.all(frames.map(async src => { const i = new Image(); i.src = src; await i.decode(); return createImageBitmap(i) }));
const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async wanted => {
	const out = wanted.audio ? await real({audio: wanted.audio}) : new MediaStream();
	if (wanted.video) {
		const canvas = document.createElement("canvas"); canvas.width = WIDTH; canvas.height = HEIGHT;
		const g = canvas.getContext("2d"), pictures = await bitmaps; let n = 0;
		const draw = () => g.drawImage(pictures[n++ % pictures.length], 0, 0);
		draw(); setInterval(draw, 1000 / 15);
		for (const track of canvas.captureStream(15).getTracks()) out.addTrack(track);
	}
	return out;
};
const list = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices);
navigator.mediaDevices.enumerateDevices = async () => [...await list(), {kind: "videoinput", deviceId: "canvas", groupId: "", label: "Canvas", toJSON() { return this }}];
`
