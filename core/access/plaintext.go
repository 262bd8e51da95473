package access

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxDepth bounds the nesting of a message; version 1 nests nothing.
const maxDepth = 16

// pad returns length(4) || text || zeros, filled to the next multiple of 256.
func pad(text []byte) ([]byte, error) {
	if len(text) > MaxJSON {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, len(text))
	}
	plain := make([]byte, padded(len(text)))
	binary.BigEndian.PutUint32(plain, uint32(len(text)))
	copy(plain[4:], text)
	return plain, nil
}

// padded is the length of a plaintext that holds n bytes of JSON.
func padded(n int) int { return (4 + n + plainBlock - 1) / plainBlock * plainBlock }

// unpad is the inverse of pad and refuses everything that pad does not make.
func unpad(plain []byte) ([]byte, error) {
	if len(plain) == 0 || len(plain) > maxPlaintext || len(plain)%plainBlock != 0 {
		return nil, errors.New("plaintext length")
	}
	n := binary.BigEndian.Uint32(plain)
	if n > MaxJSON || padded(int(n)) != len(plain) {
		return nil, errors.New("padding not minimal")
	}
	text, rest := plain[4:4+n], plain[4+n:]
	if len(bytes.Trim(rest, "\x00")) != 0 {
		return nil, errors.New("padding not zero")
	}
	return text, nil
}

// readObject checks that text is one JSON object in UTF-8 in which no object holds a key twice, also not in another
// case, and returns its members by their exact names.
func readObject(text []byte) (map[string]json.RawMessage, error) {
	if !utf8.Valid(text) || !json.Valid(text) {
		return nil, errors.New("not JSON")
	}
	if err := checkKeys(text); err != nil {
		return nil, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil || members == nil {
		return nil, errors.New("not an object")
	}
	return members, nil
}

// checkKeys walks the tokens of valid JSON with one set of folded keys for each object that is open.
func checkKeys(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var open []level
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errors.New("not JSON")
		}
		switch delim, _ := token.(json.Delim); {
		case delim == '{' || delim == '[':
			if len(open) == maxDepth {
				return errors.New("nested too deep")
			}
			next(open)
			open = append(open, level{object: delim == '{', key: delim == '{'})
		case delim == '}' || delim == ']':
			open = open[:len(open)-1]
		default:
			if err := scalar(open, token); err != nil {
				return err
			}
		}
	}
}

// level is one object or array that is open. key says that the next token of an object is a key.
type level struct {
	object, key bool
	seen        []string
}

// next notes that a value begins: after it a key follows in the object around it.
func next(open []level) {
	if n := len(open); n > 0 && open[n-1].object {
		open[n-1].key = true
	}
}

func scalar(open []level, token json.Token) error {
	if len(open) == 0 || !open[len(open)-1].object || !open[len(open)-1].key {
		next(open)
		return nil
	}
	at := &open[len(open)-1]
	name, _ := token.(string)
	name = foldKey(name)
	for _, other := range at.seen {
		if other == name {
			return errors.New("key twice")
		}
	}
	if len(at.seen) == maxMembers {
		return errors.New("too many members")
	}
	at.seen, at.key = append(at.seen, name), false
	return nil
}

// maxMembers bounds an object, and with it the work of comparing its keys.
const maxMembers = 64

// foldKey makes keys equal that differ in case only, rune by rune: upper case, then lower case.
func foldKey(name string) string {
	return strings.Map(func(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }, name)
}
