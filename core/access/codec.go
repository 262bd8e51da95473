package access

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// Bytes is a byte string that JSON carries as base64url without padding.
type Bytes []byte

// MarshalText encodes.
func (b Bytes) MarshalText() ([]byte, error) {
	return base64.RawURLEncoding.AppendEncode(nil, b), nil
}

// UnmarshalText decodes and refuses every other spelling of the same bytes.
func (b *Bytes) UnmarshalText(text []byte) error {
	for _, c := range text {
		if !isBase64URL(c) {
			return errors.New("not base64url")
		}
	}
	raw, err := base64.RawURLEncoding.Strict().AppendDecode(nil, text)
	if err != nil {
		return errors.New("not base64url")
	}
	*b = raw
	return nil
}

// EncodeMessage returns the JSON object of m with "type" in front.
func EncodeMessage(m Message) ([]byte, error) {
	body, err := encodeJSON(m)
	if err != nil {
		return nil, fmt.Errorf("message %s: %w", m.Type(), err)
	}
	head := `{"type":"` + m.Type() + `"`
	if len(body) > len("{}") {
		head += ","
	}
	return append([]byte(head), body[1:]...), nil
}

// DecodeMessage reads one message. It returns a value, not a pointer. Unknown members are ignored; an unknown type, a
// missing or ill-typed member, a negative number and a key twice are refused.
func DecodeMessage(text []byte) (Message, error) {
	members, err := readObject(text)
	if err != nil {
		return nil, err
	}
	var name string
	if err := json.Unmarshal(members["type"], &name); err != nil {
		return nil, errors.New("no type")
	}
	empty, ok := emptyMessage(name)
	if !ok {
		return nil, errors.New("unknown type")
	}
	p := reflect.New(reflect.TypeOf(empty))
	if err := unmarshalMembers(members, p.Interface()); err != nil {
		return nil, fmt.Errorf("message %s: %w", name, err)
	}
	return p.Elem().Interface().(Message), nil
}

func emptyMessage(name string) (Message, bool) {
	all := []Message{
		Ready{}, PIN{}, PINResult{}, Resume{}, ResumeResult{}, Offer{}, Answer{}, Candidate{}, Admit{}, Hold{}, Note{}, Bye{},
	}
	for _, m := range all {
		if m.Type() == name {
			return m, true
		}
	}
	return nil, false
}

// unmarshalMembers fills the struct at p, field by field by the exact name of each: encoding/json alone would also take
// names in another case. Fields without omitempty must be there.
func unmarshalMembers(members map[string]json.RawMessage, p any) error {
	v := reflect.ValueOf(p).Elem()
	for i := range v.NumField() {
		name, options, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		raw, ok := members[name]
		if !ok || string(raw) == "null" {
			if options == "" {
				return fmt.Errorf("no %s", name)
			}
			continue
		}
		if err := json.Unmarshal(raw, v.Field(i).Addr().Interface()); err != nil {
			return fmt.Errorf("%s is of the wrong kind", name)
		}
		if f := v.Field(i); f.CanInt() && (f.Int() < 0 || f.Int() > 1<<31-1) {
			return fmt.Errorf("%s out of range", name)
		}
	}
	return nil
}
