package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"legekonsultasjon/core/access"
	"legekonsultasjon/e2e/postoffice"
	"legekonsultasjon/e2e/rig"
)

// blind is what a story's server must not have seen. The drill "blind" looks deeper: into the server's memory, and for
// what only the programs know.
type blind struct {
	search *rig.Search
	wire   string // the plaintext of the server's sockets
	ids    int
}

const control = "id of invitation "

// watchBlind puts a recorder in front of a server that will listen on port, and searches when the story is over.
func (s *stage) watchBlind(front, port int) {
	s.t.Helper()
	s.blind = &blind{search: rig.NewSearch(), wire: filepath.Join(s.dir, "wire")}
	rig.NewRelay(s.t, front, port).Records(s.t, s.blind.wire)
	s.t.Cleanup(func() {
		for _, place := range []string{s.server.Data, s.blind.wire, s.server.Log, s.desktop.Process.Log} {
			s.blind.look(s.t, place, place == s.blind.wire)
		}
	})
}

// invited adds what a letter holds, and to whom it went.
func (b *blind) invited(t testing.TB, l postoffice.Letter, name, to string) {
	t.Helper()
	secret, ok := access.FindLink(l.Link)
	if !ok {
		t.Fatal("the letter's link is no link")
	}
	keys := secret.Derive()
	b.search.Bytes("link secret", secret[:])
	b.search.Bytes("PSK", keys.PSK[:])
	b.search.Text("typed code", secret.TypedCode())
	b.search.Text("message with the PIN", `"pin":"`+l.PIN+`"`)
	b.search.Text("name", name)
	if strings.HasPrefix(to, "+") {
		b.search.Digits("number", to[len("+47"):])
	} else {
		b.search.Text("address", to)
	}
	b.search.Bytes(fmt.Sprint(control, l.Number), keys.InvitationID[:])
	b.ids++
}

// look fails the story for each secret in a place. On the wire every invitation's id must stand: a search that does not
// find them is blind itself. (The server's data folder forgets those that were finished.)
func (b *blind) look(t testing.TB, place string, named bool) {
	t.Helper()
	hits, err := b.search.Files(place)
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, h := range hits {
		if strings.HasPrefix(h.Needle, control) {
			ids[h.Needle] = true
			continue
		}
		t.Errorf("the %s stands %d times in %s (%s, at %d)", h.Needle, h.Count, filepath.Base(h.File), h.How, h.At)
	}
	if named && len(ids) < b.ids {
		t.Errorf("%s: only %d of %d invitation ids were found: this search is blind", filepath.Base(place), len(ids), b.ids)
	}
}
