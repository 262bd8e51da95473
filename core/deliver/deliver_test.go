package deliver

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestOnlyWhatWasSurelyNotSentIsTriedAgain(t *testing.T) {
	for code, want := range map[Code]bool{
		Unreachable: true, Later: true, TooSlow: true,
		NotSecure: false, SignInFailed: false, BadReceiver: false, BadSender: false, Refused: false, Unknown: false, NotSetUp: false,
	} {
		if got := (&Error{Code: code}).Temporary(); got != want {
			t.Errorf("%s: temporary %v", code, got)
		}
	}
}

func TestTheReasonOfAnyError(t *testing.T) {
	cause := errors.New("cause")
	err := fmt.Errorf("outside: %w", &Error{Code: Later, Err: cause})
	if CodeOf(err) != Later || !errors.Is(err, cause) || CodeOf(cause) != Unknown {
		t.Error(CodeOf(err), CodeOf(cause))
	}
}

func TestWaitingGrowsAndEnds(t *testing.T) {
	before, n := time.Duration(0), 1
	for ; ; n++ {
		wait, again := Wait(n)
		if !again {
			break
		}
		if wait <= before {
			t.Errorf("wait %d is %v after %v", n, wait, before)
		}
		before = wait
	}
	if _, again := Wait(0); again || n != 6 {
		t.Errorf("%d waits", n-1)
	}
}

func TestAMessagePrintsNothing(t *testing.T) {
	m := Message{To: "ola@eksempel.no", Text: "048291"}
	if text := fmt.Sprintf("%v %+v %#v", m, m, m); strings.Contains(text, "ola") || strings.Contains(text, "048291") {
		t.Error(text)
	}
}
