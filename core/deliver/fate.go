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

// Over hands the message to the first of the channels that takes it, and returns the errors of those that were passed over
// before it: their number is which one took it, from 0. The next one is tried when one refuses for good, or has refused for now at the third attempt: only when nothing was handed over, so
// that nothing comes twice. After Unknown nobody else is tried. When all refuse, the error is the first temporary one,
// or else the first.
func Over(ctx context.Context, m Message, ways ...Channel) (receipt string, passed []error, err error) {
	for _, c := range ways {
		receipt, err := c.Send(ctx, m)
		if err == nil {
			return receipt, passed, nil
		}
		var e *Error
		if !errors.As(err, &e) || e.Code == Unknown || e.Temporary() && m.Attempt < patience {
			return "", passed, err
		}
		passed = append(passed, err)
	}
	for _, err := range passed {
		var e *Error
		if errors.As(err, &e) && e.Temporary() {
			return "", passed, err
		}
	}
	if len(passed) > 0 {
		return "", passed, passed[0]
	}
	return "", nil, &Error{Code: NotSetUp, Err: errors.New("no channel")}
}
