package desk_test

import (
	"bytes"
	"os"
	"testing"

	"legekonsultasjon/core/desk"
)

// TestDeltaDoesNotWaitForTheDisk: a busy one takes seconds; the call is shown before it is written to, and is written then.
func TestDeltaDoesNotWaitForTheDisk(t *testing.T) {
	consultation(t, func(o *office) {
		p := o.patient(o.invite("Kari", "a@example.no"))
		p.arrives()
		peer := o.peer(0)
		confirm(peer)
		read := func() []byte {
			t.Helper()
			b, err := os.ReadFile(o.book())
			if err != nil {
				t.Error(err)
			}
			return b
		}
		before, shown := read(), make(chan []byte, 1)
		o.watch = func(s desk.State) {
			if s.Call != nil && len(shown) == 0 {
				shown <- read()
			}
		}
		o.do(desk.DoJoin{Invitation: p.ID()})
		if !bytes.Equal(<-shown, before) {
			t.Error("the call was shown only when the book was on the disk")
		}
		o.until("saved", func(desk.State) bool { return !bytes.Equal(read(), before) })
	})
}
