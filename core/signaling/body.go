package signaling

import (
	"encoding/json"
	"fmt"
)

// DecodeSignIn reads the body of a sign-in under the rules of Decode. One of another protocol version comes back with
// nothing but its Version.
func DecodeSignIn(data []byte) (SignIn, error) {
	var s SignIn
	h, err := decodeBody(data, &s)
	if err != nil {
		return SignIn{}, err
	}
	if h.version != Version {
		return SignIn{Version: h.version}, nil
	}
	err = first(atMost("email", len(s.Email), MaxEmail), atMost("password", len(s.Password), MaxPassword),
		atMost("workstation", len(s.Workstation), MaxWorkstation), atMost("passcode", len(s.Passcode), MaxPasscode))
	if err != nil {
		return SignIn{}, bad(err)
	}
	return s, nil
}

// DecodeSignOut reads the body of a sign-out under the rules of Decode.
func DecodeSignOut(data []byte) (SignOut, error) {
	var s SignOut
	if _, err := decodeBody(data, &s); err != nil {
		return SignOut{}, err
	}
	if err := atMost("session", len(s.Session), MaxSession); err != nil {
		return SignOut{}, bad(err)
	}
	return s, nil
}

// DecodeKnock reads a Knock from the body of a request for the note, under the rules of Decode.
func DecodeKnock(data []byte) (Knock, error) {
	var k Knock
	h, err := decodeBody(data, &k)
	if err != nil {
		return Knock{}, err
	}
	if h.version != Version {
		return Knock{Version: h.version}, nil
	}
	return k, nil
}

// decodeBody reads a body without a "type". A body of another version is not read further than its version.
func decodeBody(data []byte, into any) (head, error) {
	h, err := scan(data)
	if err != nil {
		return h, bad(err)
	}
	if _, out := into.(*SignOut); !out && h.version != Version {
		return h, nil
	}
	if err := json.Unmarshal(data, into); err != nil {
		return h, bad(fmt.Errorf("body: %w", err))
	}
	return h, nil
}

// EncodeRelay writes r as a binary message: eight bytes of Peer, then the payload.
func EncodeRelay(r Relay) ([]byte, error) {
	if n := RelayHeader + len(r.Payload); n > MaxMessage {
		return nil, fmt.Errorf("relay: %d bytes, at most %d", n, MaxMessage)
	}
	return append(append(make([]byte, 0, RelayHeader+len(r.Payload)), r.Peer[:]...), r.Payload...), nil
}

// DecodeRelay reads a binary message. The payload is at least one byte and shares data's memory.
func DecodeRelay(data []byte) (Relay, error) {
	if len(data) <= RelayHeader || len(data) > MaxMessage {
		return Relay{}, bad(fmt.Errorf("relay of %d bytes", len(data)))
	}
	return Relay{Peer: ParticipantID(data[:RelayHeader]), Payload: data[RelayHeader:]}, nil
}
