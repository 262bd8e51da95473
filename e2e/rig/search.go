package rig

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// Search looks for many needles at once in files of any size: in each encoding that a program could have written them
// down in. It reads a file once, in chunks, and a core of some hundred megabytes takes a second or two.
type Search struct {
	needles []string // names
	forms   []form
	seen    map[string]bool // name, kind and bytes of a form
	// The filter: a bit for each hash of a form's first minForm bytes, and the forms behind it. Nearly every place of
	// a file falls through the bits, which stay in the processor's cache.
	bits    [filterBits / 64]uint64
	byStart map[uint64][]int
	longest int
}

// form is one way in which a needle can stand in a file.
type form struct {
	needle int
	how    string // "UTF-8", "hex", ...
	bytes  []byte
	digits bool // only where no further digit stands beside it
}

// Hit says that a needle stands in a file, and in which encodings how often.
type Hit struct {
	Needle, File, How string
	Count             int
	At                int64 // of the first
}

// minForm is the least length of a form in bytes: shorter ones would be found everywhere.
const minForm = 6

const (
	filterBits = 1 << 18
	chunk      = 1 << 20
)

// NewSearch looks for nothing yet.
func NewSearch() *Search {
	return &Search{seen: map[string]bool{}, byStart: map[uint64][]int{}}
}

// Text looks for words as a person wrote them: UTF-8, UTF-16LE, with JSON and percent escapes, and in everything that
// Bytes does.
func (s *Search) Text(name, text string) {
	s.text(name, text, false)
}

// Digits looks for a number of a fixed length, such as a PIN: as Text, but a plain form counts only where no further
// digit stands beside it, because it would be part of some other number.
func (s *Search) Digits(name, digits string) {
	s.text(name, digits, true)
}

func (s *Search) text(name, text string, digits bool) {
	s.add(name, "UTF-8", []byte(text), digits)
	s.add(name, "UTF-16LE", wide(text), false)
	quoted := strconv.QuoteToASCII(text)
	s.add(name, "JSON", []byte(quoted[1:len(quoted)-1]), digits)
	s.add(name, "percent-encoded", []byte(url.QueryEscape(text)), digits)
	s.add(name, "percent-encoded", []byte(url.PathEscape(text)), digits)
	s.encoded(name, []byte(text))
}

// Bytes looks for a key or another value that is no text: raw, in hex, base64, base64url and percent-encoded.
func (s *Search) Bytes(name string, raw []byte) {
	s.add(name, "raw", raw, false)
	s.encoded(name, raw)
}

// Exact looks for these bytes and nothing else.
func (s *Search) Exact(name string, b []byte) { s.add(name, "exact", b, false) }

// encoded adds the encodings of bytes.
func (s *Search) encoded(name string, b []byte) {
	lower := hex.EncodeToString(b)
	upper := strings.ToUpper(lower)
	s.add(name, "hex", []byte(lower), false)
	s.add(name, "hex", []byte(upper), false)
	s.add(name, "hex in UTF-16LE", wide(lower), false)
	s.add(name, "percent-encoded", percent(lower), false)
	s.add(name, "percent-encoded", percent(upper), false)
	for shift := range 3 {
		s.add(name, "base64", inside(base64.RawStdEncoding, b, shift), false)
		s.add(name, "base64url", inside(base64.RawURLEncoding, b, shift), false)
	}
}

// inside is what bytes look like in the middle of a base64 text, with shift bytes before them in their group of three:
// the characters that depend on them alone.
func inside(e *base64.Encoding, b []byte, shift int) []byte {
	all := e.EncodeToString(append(make([]byte, shift), b...))
	from := []int{0, 2, 3}[shift]
	return []byte(all[from : (shift+len(b))*8/6])
}

func percent(digits string) []byte {
	var out []byte
	for i := 0; i < len(digits); i += 2 {
		out = append(out, '%', digits[i], digits[i+1])
	}
	return out
}

func wide(text string) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(text)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}

func (s *Search) add(name, how string, b []byte, digits bool) {
	if len(b) < minForm {
		panic(fmt.Sprintf("rig: %s of %s is %d bytes: too short to look for", how, name, len(b)))
	}
	// The same bytes in two encodings are one form; the first name stands.
	key := name + "\x00" + string(b)
	if s.seen[key] {
		return
	}
	s.seen[key] = true
	n := slices.Index(s.needles, name)
	if n < 0 {
		n = len(s.needles)
		s.needles = append(s.needles, name)
	}
	s.forms = append(s.forms, form{n, how, b, digits})
	first := opening(b)
	s.byStart[first] = append(s.byStart[first], len(s.forms)-1)
	bit := hash(first)
	s.bits[bit/64] |= 1 << (bit % 64)
	s.longest = max(s.longest, len(b))
}

// opening is the first minForm bytes as a number.
func opening(b []byte) uint64 {
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 | uint64(b[4])<<32 | uint64(b[5])<<40
}

func hash(start uint64) uint64 { return start * 0x9e3779b97f4a7c15 >> (64 - 18) }

// Reader looks through r and returns what it found, named as in file.
func (s *Search) Reader(file string, r io.Reader) ([]Hit, error) {
	// The buffer keeps one byte before and a longest form after the chunk's end from one round to the next.
	buffer := make([]byte, 0, chunk+2*s.longest+2)
	found := map[int]*Hit{}
	var base int64 // of buffer[0] in the file
	from := 0      // the first place not looked at
	for end := false; !end; {
		n, err := io.ReadFull(r, buffer[len(buffer):min(cap(buffer), len(buffer)+chunk)])
		buffer = buffer[:len(buffer)+n]
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			end = true
		case err != nil:
			return nil, err
		}
		until := len(buffer) - s.longest // places whose longest form and the byte behind it are here
		if end {
			until = len(buffer)
		}
		for ; from < until; from++ {
			s.look(buffer, from, base, file, found)
		}
		drop := max(0, from-1)
		buffer = buffer[:copy(buffer, buffer[drop:])]
		base, from = base+int64(drop), from-drop
	}
	hits := make([]Hit, 0, len(found))
	for _, h := range found {
		hits = append(hits, *h)
	}
	slices.SortFunc(hits, func(a, b Hit) int { return strings.Compare(a.Needle+a.How, b.Needle+b.How) })
	return hits, nil
}

// look compares the forms that may begin at one place.
func (s *Search) look(b []byte, at int, base int64, file string, found map[int]*Hit) {
	if len(b)-at < minForm {
		return
	}
	first := opening(b[at:])
	if bit := hash(first); s.bits[bit/64]>>(bit%64)&1 == 0 {
		return
	}
	for _, n := range s.byStart[first] {
		f := &s.forms[n]
		end := at + len(f.bytes)
		if end > len(b) || string(b[at:end]) != string(f.bytes) ||
			f.digits && (at > 0 && digit(b[at-1]) || end < len(b) && digit(b[end])) {
			continue
		}
		if found[n] == nil {
			found[n] = &Hit{Needle: s.needles[f.needle], File: file, How: f.how, At: base + int64(at)}
		}
		found[n].Count++
	}
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// Files looks through a file, or through every file below a folder, their names included.
func (s *Search) Files(path string) ([]Hit, error) {
	var all []Hit
	err := filepath.WalkDir(path, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !d.Type().IsRegular() {
			return err
		}
		name, err := filepath.Rel(filepath.Dir(path), file)
		if err != nil {
			return err
		}
		named, err := s.Reader(name+" (its name)", strings.NewReader(name))
		if err != nil {
			return err
		}
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		defer f.Close()
		hits, err := s.Reader(name, f)
		all = append(append(all, named...), hits...)
		return err
	})
	return all, err
}
