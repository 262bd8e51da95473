package signaling

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// head is what the top level of an object says of itself: only the exact keys "type" and "version" count.
type head struct {
	kind    string
	version int
}

var errNotOneObject = errors.New("not one JSON object")

// scan walks the whole text once before anything is read from it: one object, nothing after it, no key twice within an
// object. Two keys that differ in case only count as the same, because encoding/json would let the second one win.
func scan(data []byte) (head, error) { return scanUpTo(data, MaxMessage) }

func scanUpTo(data []byte, limit int) (head, error) {
	var h head
	if len(data) > limit {
		return h, fmt.Errorf("%d bytes, at most %d", len(data), limit)
	}
	if !utf8.Valid(data) {
		return h, errors.New("not UTF-8")
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return h, errNotOneObject
	}
	if err := scanObject(dec, &h, 1); err != nil {
		return h, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return h, errNotOneObject
	}
	return h, nil
}

const maxDepth = 8 // no message nests deeper than four

func scanObject(dec *json.Decoder, h *head, depth int) error {
	seen := make(map[string]bool, 8)
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return err
		}
		key, ok := t.(string)
		if !ok {
			return errNotOneObject
		}
		folded := strings.ToLower(strings.ToUpper(key)) // both ways: U+017F and U+212A fold to s and k
		if seen[folded] {
			return fmt.Errorf("key %.32q twice", key)
		}
		seen[folded] = true
		value, err := scanValue(dec, depth)
		if err != nil {
			return err
		}
		if depth == 1 {
			h.take(key, value)
		}
	}
	_, err := dec.Token() // the closing brace
	return err
}

func (h *head) take(key string, value json.Token) {
	switch key {
	case "type":
		h.kind, _ = value.(string)
	case "version":
		n, _ := value.(json.Number)
		v, err := n.Int64()
		if err == nil && v > 0 && v < 1<<31 {
			h.version = int(v)
		}
	}
}

// scanValue reads one value; a nested object or array is walked and comes back as its opening delimiter.
func scanValue(dec *json.Decoder, depth int) (json.Token, error) {
	t, err := dec.Token()
	if err != nil {
		return nil, err
	}
	if d, ok := t.(json.Delim); ok {
		if depth == maxDepth {
			return nil, fmt.Errorf("nested deeper than %d", maxDepth)
		}
		if d == '{' {
			return t, scanObject(dec, new(head), depth+1)
		}
		return t, scanArray(dec, depth+1)
	}
	return t, nil
}

func scanArray(dec *json.Decoder, depth int) error {
	for dec.More() {
		if _, err := scanValue(dec, depth); err != nil {
			return err
		}
	}
	_, err := dec.Token() // the closing bracket
	return err
}
