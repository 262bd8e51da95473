package deliver

import (
	"context"
	"errors"
)

// Fate is what became of a letter that was taken.
type Fate string

const (
	Underway Fate = "underway" // taken, and no more is known yet: ask again
	Arrived  Fate = "arrived"  // on the patient's phone, as the operator says
	Lost     Fate = "lost"     // it will not arrive
	Untold   Fate = "untold"   // nobody will ever say: asking again is of no use
)

// Reporter is a Channel that can be asked what became of a letter. Asking is the only way: a report that is sent to us
// would carry the number through a server.
type Reporter interface {
	// Report asks for the letter with the receipt that Send returned, once, within the channel's own time limit. Receipts
	// of other channels are Untold. The error is an *Error; a temporary one says to ask again later.
	Report(ctx context.Context, receipt string) (Fate, error)
}

// patience is how often the first channel is tried in vain for now before the next one gets the letter too.
const patience = 3

// Over hands the message to the first of the channels that takes it, and returns which one did (from 0). The next one is
// tried when one refuses for good, or has refused for now at the third attempt: only when nothing was handed over, so
// that nothing comes twice. After Unknown nobody else is tried. When all refuse, the error is the first temporary one, or
// else the first.
func Over(ctx context.Context, m Message, ways ...Channel) (receipt string, way int, err error) {
	var first, temporary error
	for n, c := range ways {
		receipt, err := c.Send(ctx, m)
		if err == nil {
			return receipt, n, nil
		}
		var e *Error
		if !errors.As(err, &e) || e.Code == Unknown || e.Temporary() && m.Attempt < patience {
			return "", n, err
		}
		if first == nil {
			first = err
		}
		if temporary == nil && e.Temporary() {
			temporary = err
		}
	}
	switch {
	case temporary != nil:
		return "", 0, temporary
	case first != nil:
		return "", 0, first
	}
	return "", 0, &Error{Code: NotSetUp, Err: errors.New("no channel")}
}
