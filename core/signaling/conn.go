package signaling

import "context"

// Conn is one connection of the wire, over a WebSocket (Dial, Accept) or in memory (Pipe). Reads are for one goroutine;
// writes may come from several. Nothing is queued in it without a bound.
type Conn interface {
	// Read blocks for the next message. Exactly one of the results is set: a JSON message (a value, not a pointer) or
	// a relay. It returns an error when the connection is over; a *ClosedError carries the server's reason.
	Read(ctx context.Context) (Message, *Relay, error)
	// Write sends one JSON message and returns when the kernel or the pipe has it, at most WriteTimeout later.
	Write(ctx context.Context, m Message) error
	// WriteRelay sends one binary message under the same terms.
	WriteRelay(ctx context.Context, r Relay) error
	// Close ends the connection; a second call does nothing.
	Close(code Code) error
}

// Relay is one binary message: Peer is whom it goes to (going up) or comes from (coming down).
type Relay struct {
	Peer    ParticipantID
	Payload []byte
}

// ClosedError is the error of a connection that the other side ended with a reason.
type ClosedError struct{ Refused Refused }

func (e *ClosedError) Error() string { return "connection closed: " + string(e.Refused.Code) }
