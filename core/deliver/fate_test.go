package deliver_test

import (
	"context"
	"errors"
	"testing"

	"legekonsultasjon/core/deliver"
)

// way is a channel that always answers the same.
type way struct {
	err   error
	asked *int
}

func (w way) Send(context.Context, deliver.Message) (string, error) {
	*w.asked++
	if w.err != nil {
		return "", w.err
	}
	return "r", nil
}

func TestTheSecondWayIsTakenWhenNothingWasHandedOver(t *testing.T) {
	code := func(c deliver.Code) error { return &deliver.Error{Code: c} }
	for _, tt := range []struct {
		name          string
		attempt       int
		first, second error
		passed        int
		want          deliver.Code // "" for taken
		asked         int          // times the second was asked
	}{
		{"first takes it", 1, nil, nil, 0, "", 0},
		{"no credit", 1, code(deliver.NoCredit), nil, 1, "", 1},
		{"wrong key", 1, code(deliver.SignInFailed), nil, 1, "", 1},
		{"number refused", 1, code(deliver.BadReceiver), nil, 1, "", 1},
		{"sender refused", 1, code(deliver.BadSender), nil, 1, "", 1},
		{"not secure", 1, code(deliver.NotSecure), nil, 1, "", 1},
		{"nobody can tell", 1, code(deliver.Unknown), nil, 0, deliver.Unknown, 0},
		{"nobody can tell, by an error of another kind", 1, errors.New("broken"), nil, 0, deliver.Unknown, 0},
		{"for now", 1, code(deliver.Later), nil, 0, deliver.Later, 0},
		{"for now, again", 2, code(deliver.Unreachable), nil, 0, deliver.Unreachable, 0},
		{"for now, the third time", 3, code(deliver.TooSlow), nil, 1, "", 1},
		{"both refuse", 1, code(deliver.NoCredit), code(deliver.BadReceiver), 2, deliver.NoCredit, 1},
		{"second only for now", 3, code(deliver.NoCredit), code(deliver.Later), 2, deliver.Later, 1},
		{"second for now at first", 1, code(deliver.NoCredit), code(deliver.Later), 1, deliver.Later, 1},
		{"first for now, second for good", 3, code(deliver.Later), code(deliver.NoCredit), 2, deliver.Later, 1},
		{"second cannot tell", 1, code(deliver.NoCredit), code(deliver.Unknown), 1, deliver.Unknown, 1},
	} {
		var first, second int
		receipt, passed, err := deliver.Over(t.Context(), deliver.Message{Attempt: tt.attempt}, way{tt.first, &first}, way{tt.second, &second})
		got := deliver.Code("")
		if err != nil {
			got = deliver.CodeOf(err)
		}
		if got != tt.want || len(passed) != tt.passed || first != 1 || second != tt.asked || (err == nil) != (receipt == "r") {
			t.Errorf("%s: %q by %d, %v; asked %d and %d", tt.name, receipt, len(passed), err, first, second)
		}
	}
	if _, _, err := deliver.Over(t.Context(), deliver.Message{}); deliver.CodeOf(err) != deliver.NotSetUp {
		t.Errorf("no way at all: %v", err)
	}
}
