// Package y4m reads and writes YUV4MPEG2 files of 8-bit 4:2:0 pictures, as ffmpeg and Chromium's fake camera use them.
package y4m

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"legekonsultasjon/core/media"
)

const magic = "YUV4MPEG2"

// maxLine bounds the header lines of a file and of its frames.
const maxLine = 256

// ErrFormat is returned for what is no y4m file, or one of another kind than 8-bit 4:2:0.
var ErrFormat = errors.New("not an 8-bit 4:2:0 y4m file")

// Header is what the first line of a file says.
type Header struct {
	Width, Height int
	Num, Den      int // frames per second as a fraction
}

// Interval is the time from one frame to the next.
func (h Header) Interval() time.Duration {
	return time.Duration(int64(time.Second) * int64(h.Den) / int64(h.Num))
}

// FrameBytes is the length of a frame's planes.
func (h Header) FrameBytes() int {
	return h.Width*h.Height + 2*((h.Width+1)/2)*((h.Height+1)/2)
}

// Reader reads frames one after another.
type Reader struct {
	Header Header
	in     *bufio.Reader
}

// NewReader reads the file's header.
func NewReader(in io.Reader) (*Reader, error) {
	r := &Reader{in: bufio.NewReaderSize(in, 1<<16)}
	line, err := r.line()
	if err != nil {
		return nil, err
	}
	fields := strings.Fields(line)
	if len(fields) == 0 || fields[0] != magic {
		return nil, ErrFormat
	}
	r.Header.Num, r.Header.Den = 25, 1
	for _, f := range fields[1:] {
		if err := r.Header.parameter(f); err != nil {
			return nil, err
		}
	}
	h := r.Header
	if h.Width < 1 || h.Height < 1 || h.Width > media.MaxSide || h.Height > media.MaxSide {
		return nil, fmt.Errorf("%w: size %dx%d", ErrFormat, h.Width, h.Height)
	}
	return r, nil
}

func (h *Header) parameter(f string) error {
	var err error
	switch value := f[1:]; f[0] {
	case 'W':
		h.Width, err = strconv.Atoi(value)
	case 'H':
		h.Height, err = strconv.Atoi(value)
	case 'F':
		h.Num, h.Den, err = fraction(value)
	case 'C':
		switch value {
		case "420", "420jpeg", "420mpeg2", "420paldv":
		default:
			err = fmt.Errorf("colour space %.16q", value)
		}
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return nil
}

// maxPart bounds numerator and denominator of the frame rate.
const maxPart = 1 << 24

func fraction(s string) (num, den int, err error) {
	a, b, ok := strings.Cut(s, ":")
	if !ok {
		return 0, 0, errors.New("frame rate without colon")
	}
	if num, err = strconv.Atoi(a); err != nil {
		return 0, 0, err
	}
	if den, err = strconv.Atoi(b); err != nil {
		return 0, 0, err
	}
	if num < 1 || den < 1 || num > maxPart || den > maxPart || num/den > 1000 || den/num > 60 {
		return 0, 0, errors.New("frame rate out of bounds")
	}
	return num, den, nil
}

// line reads up to a newline, without it.
func (r *Reader) line() (string, error) {
	var b []byte
	for len(b) < maxLine {
		c, err := r.in.ReadByte()
		if err != nil {
			if err == io.EOF && len(b) > 0 {
				err = io.ErrUnexpectedEOF
			}
			return "", err
		}
		if c == '\n' {
			return string(b), nil
		}
		b = append(b, c)
	}
	return "", fmt.Errorf("%w: line too long", ErrFormat)
}

// Read reads the next frame into f, in f's own memory; At is left alone. It returns io.EOF after the last frame.
func (r *Reader) Read(f *media.Frame) error {
	line, err := r.line()
	if err != nil {
		return err
	}
	if line != "FRAME" && !strings.HasPrefix(line, "FRAME ") {
		return fmt.Errorf("%w: frame header", ErrFormat)
	}
	f.Resize(r.Header.Width, r.Header.Height)
	for _, plane := range [...][]byte{f.Y, f.U, f.V} {
		if _, err := io.ReadFull(r.in, plane); err != nil {
			return io.ErrUnexpectedEOF
		}
	}
	return nil
}

// Writer writes frames one after another.
type Writer struct {
	header Header
	out    *bufio.Writer
}

// NewWriter writes the file's header.
func NewWriter(out io.Writer, h Header) (*Writer, error) {
	w := &Writer{header: h, out: bufio.NewWriterSize(out, 1<<16)}
	_, err := fmt.Fprintf(w.out, "%s W%d H%d F%d:%d Ip A1:1 C420jpeg\n", magic, h.Width, h.Height, h.Num, h.Den)
	return w, err
}

// Write writes one frame of the header's size.
func (w *Writer) Write(f *media.Frame) error {
	if !f.Valid() || f.Width != w.header.Width || f.Height != w.header.Height {
		return media.ErrFrame
	}
	if _, err := w.out.WriteString("FRAME\n"); err != nil {
		return err
	}
	cw, ch := (f.Width+1)/2, (f.Height+1)/2
	if err := w.plane(f.Y, f.YStride, f.Width, f.Height); err != nil {
		return err
	}
	if err := w.plane(f.U, f.CStride, cw, ch); err != nil {
		return err
	}
	return w.plane(f.V, f.CStride, cw, ch)
}

func (w *Writer) plane(b []byte, stride, width, height int) error {
	for row := range height {
		if _, err := w.out.Write(b[row*stride:][:width]); err != nil {
			return err
		}
	}
	return nil
}

// Flush writes out what is buffered.
func (w *Writer) Flush() error { return w.out.Flush() }
