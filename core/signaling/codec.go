package signaling

import (
	"encoding/json"
	"fmt"
	"reflect"
)

// Limits of single members. A message with a longer one is refused as BadMessage.
const (
	MaxNote        = 8 << 10 // bytes of a sealed note
	MaxWorkstation = 128     // bytes of a workstation's name
	MaxEmail       = 254     // bytes, RFC 5321 section 4.5.3.1.3
	MaxPassword    = 1024    // bytes
	MaxSession     = 64      // bytes of a session secret
	MaxICEServers  = 16      // entries of an iceServers list
)

// Encode writes m as one JSON object whose first member is "type". m is a value, not a pointer. The result is at most
// MaxMessage bytes.
func Encode(m Message) ([]byte, error) {
	if m == nil {
		return nil, fmt.Errorf("no message to encode")
	}
	if err := check(m); err != nil {
		return nil, err
	}
	body, err := json.Marshal(withLists(m))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.Kind(), err)
	}
	head := `{"type":"` + m.Kind() + `"`
	if len(body) > len("{}") {
		head += ","
	}
	out := append([]byte(head), body[1:]...)
	if len(out) > MaxMessage {
		return nil, fmt.Errorf("%s: %d bytes, at most %d", m.Kind(), len(out), MaxMessage)
	}
	return out, nil
}

// withLists turns a nil iceServers list into an empty one: the page reads an array, never null.
func withLists(m Message) Message {
	switch m := m.(type) {
	case Welcome:
		if m.ICEServers == nil {
			m.ICEServers = []ICEServer{}
		}
		return m
	case ICEServers:
		if m.ICEServers == nil {
			m.ICEServers = []ICEServer{}
		}
		return m
	}
	return m
}

// Decode reads one JSON message and returns it as a value. It refuses anything but one object of at most MaxMessage bytes
// in valid UTF-8 with a known "type", any key given twice (also in another case, also in a nested object) and members over
// their limits; the error is a *Error with Code BadMessage. Unknown members are ignored. A Knock or Hello of another
// protocol version comes back with nothing but its Version, because the rest may mean something else there.
func Decode(data []byte) (Message, error) {
	head, err := scan(data)
	if err != nil {
		return nil, bad(err)
	}
	blank, ok := blankOf(head.kind)
	if !ok {
		return nil, bad(fmt.Errorf("unknown type %.32q", head.kind))
	}
	if other := otherVersion(head); other != nil {
		return other, nil
	}
	into := reflect.New(reflect.TypeOf(blank))
	if err := json.Unmarshal(data, into.Interface()); err != nil {
		return nil, bad(fmt.Errorf("%s: %w", head.kind, err))
	}
	m := into.Elem().Interface().(Message)
	if err := check(m); err != nil {
		return nil, bad(err)
	}
	return m, nil
}

func bad(err error) *Error { return &Error{Code: BadMessage, Err: err} }

// blankOf is the table of every message of the sockets.
func blankOf(kind string) (Message, bool) {
	for _, m := range []Message{
		Knock{}, Leave{}, Hello{}, Create{}, Change{}, Delete{}, Done{}, Place{}, Participant{}, Opened{}, Welcome{},
		Presence{}, ICEServers{}, Refused{},
	} {
		if m.Kind() == kind {
			return m, true
		}
	}
	return nil, false
}

func otherVersion(h head) Message {
	if h.version == Version {
		return nil
	}
	switch h.kind {
	case Knock{}.Kind():
		return Knock{Version: h.version}
	case Hello{}.Kind():
		return Hello{Version: h.version}
	}
	return nil
}

// CheckVersion says which side is to be updated: PageTooOld for a client below this Version, ServerTooOld for one above,
// and nothing for the same.
func CheckVersion(v int) Code {
	switch {
	case v < Version:
		return PageTooOld
	case v > Version:
		return ServerTooOld
	}
	return ""
}

func check(m Message) error {
	switch m := m.(type) {
	case Hello:
		return first(atMost("session", len(m.Session), MaxSession), atMost("workstation", len(m.Workstation), MaxWorkstation))
	case Create:
		return first(atMost("note", len(m.Note), MaxNote), times(m.NotBefore, m.NotAfter))
	case Change:
		return first(atMost("note", len(m.Note), MaxNote), times(m.NotBefore, m.NotAfter))
	case Welcome:
		return atMost("iceServers", len(m.ICEServers), MaxICEServers)
	case ICEServers:
		return atMost("iceServers", len(m.ICEServers), MaxICEServers)
	case Place:
		if m.State != Waiting && m.State != Present && m.State != Gone {
			return fmt.Errorf("place: state %.16q", string(m.State))
		}
	}
	return nil
}

func times(notBefore, notAfter Seconds) error {
	if notBefore < 0 || notAfter < notBefore {
		return fmt.Errorf("notAfter %d before notBefore %d", notAfter, notBefore)
	}
	return nil
}

func atMost(member string, n, max int) error {
	if n > max {
		return fmt.Errorf("%s: %d, at most %d", member, n, max)
	}
	return nil
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
