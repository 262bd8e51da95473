//go:build hostile

package drill

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/settings"
	"legekonsultasjon/e2e/rig"
)

// patientsPerKill makes 200 invitations of the drill's 20 kills.
const patientsPerKill = 10

// TestOutbox is the drill "outbox": a doctor's program queues ten invitations for each kill, the gateway answers a fifth of
// the requests with a temporary error, and the program, a process of its own with its book on the disk, is killed at random
// instants while letters go out. Afterwards every patient has exactly one message, or his row says that it cannot be known.
func TestOutbox(t *testing.T) {
	kills := runs(t, 20)
	patients := kills * patientsPerKill
	server := rig.NewServer(t, rig.ServerOptions{Dir: t.TempDir(), Binary: built(t), Doctors: []rig.Doctor{kari}})
	gateway := newShaky(t)
	profile := t.TempDir()
	gateway.prepare(profile, server.URL)
	began := time.Now()
	office := startOutbox(t, profile, began, patients)
	for n := range kills {
		gateway.until(office, (n*patients)/kills+1)
		time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond) // the random instant, not a wait for something
		office.Kill()
		office = startOutbox(t, profile, began, patients)
	}
	underWay := gateway.total()
	if rig.WaitFor(t.Context(), 8*time.Minute, func() bool { _, err := os.Stat(filepath.Join(profile, outboxDone)); return err == nil }) != nil {
		t.Fatalf("letters still wait, %d of %d are taken:\n%s", gateway.total(), patients, rig.Tail(office.Log, 20))
	}
	office.Kill()
	count := gateway.compare(profile, patients)
	if underWay >= patients {
		t.Error("all was taken before the last kill")
	}
	report("outbox", kills, kills, "%d invitations: %d sent once and said so, %d cannot be known (%d of them came, %d did not), 0 twice wanted, %d twice; "+
		"gateway: %d requests, %d temporary errors; %d taken before the last kill; %.0f s", patients, count.once, count.unsure,
		count.unsureCame, count.unsure-count.unsureCame, count.twice, gateway.asked, gateway.refused, underWay, time.Since(began).Seconds())
}

// shaky is an SMS gateway that answers a fifth of the requests with a temporary error and takes its time with the others.
type shaky struct {
	t    *testing.T
	site *httptest.Server

	mu             sync.Mutex
	taken          map[string]int // messages by number
	asked, refused int            // asked counts from a request's beginning
}

func newShaky(t *testing.T) *shaky {
	g := &shaky{t: t, taken: map[string]int{}}
	g.site = httptest.NewServer(g)
	t.Cleanup(g.site.Close)
	return g
}

// ServeHTTP takes a message in the middle of its time, so that a kill may come before and after.
func (g *shaky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var m struct{ To string }
	text, err := io.ReadAll(r.Body)
	if err != nil || json.Unmarshal(text, &m) != nil || m.To == "" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	half := time.Duration(20+rand.IntN(80)) * time.Millisecond
	g.mu.Lock()
	g.asked++
	g.mu.Unlock()
	time.Sleep(half)
	g.mu.Lock()
	refuse := rand.IntN(5) == 0
	if refuse {
		g.refused++
	} else {
		g.taken[m.To]++
	}
	g.mu.Unlock()
	time.Sleep(half)
	if refuse {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

func (g *shaky) total() (n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, each := range g.taken {
		n += each
	}
	return n
}

// until waits until so many requests have begun.
func (g *shaky) until(office *rig.Process, n int) {
	g.t.Helper()
	begun := func() int {
		g.mu.Lock()
		defer g.mu.Unlock()
		return g.asked
	}
	if rig.WaitFor(g.t.Context(), 2*time.Minute, func() bool { return begun() >= n }) != nil {
		g.t.Fatalf("%d requests, waited for %d:\n%s", begun(), n, rig.Tail(office.Log, 20))
	}
}

// prepare writes the settings of a clinic with this gateway.
func (g *shaky) prepare(profile, server string) {
	g.t.Helper()
	store := settings.Open(filepath.Join(profile, "settings.json"), "Kontor 1")
	s, err := store.Load()
	if err != nil {
		g.t.Fatal(err)
	}
	s.Server, s.Email = server, kari.Email
	s.SMS = settings.SMS{Preset: "json", URL: g.site.URL, Method: http.MethodPost, Sender: "Legesenter", Headers: "Content-Type: application/json",
		Body: `{"to":"{number}","from":"{sender}","text":"{text}"}`}
	if err := store.Save(s); err != nil {
		g.t.Fatal(err)
	}
}

// outcomes are how the rows stand beside what the gateway took.
type outcomes struct{ once, unsure, unsureCame, twice int }

// compare reads the book that the killed program left.
func (g *shaky) compare(profile string, patients int) (c outcomes) {
	g.t.Helper()
	key, err := folder(profile).Get(context.Background(), settings.SecretBookKey)
	if err != nil {
		g.t.Fatal(err)
	}
	book, err := appointment.OpenBook(filepath.Join(profile, "book"), key)
	if err != nil {
		g.t.Fatal(err)
	}
	if n := len(book.All()); n != patients {
		g.t.Errorf("%d appointments, not %d", n, patients)
	}
	for _, a := range book.All() {
		i := a.Invitations[0]
		d, taken := i.Deliveries[0], g.taken[i.Phone]
		switch {
		case taken > 1:
			c.twice++
			g.t.Errorf("%s: %s and taken %d times", a.Name, d.State, taken)
		case d.State == appointment.Accepted && taken == 1:
			c.once++
		case d.State == appointment.Unsure:
			c.unsure++
			c.unsureCame += taken
		default:
			g.t.Errorf("%s: %s (%s) and taken %d times", a.Name, d.State, d.Reason, taken)
		}
	}
	return c
}

// startOutbox starts the program whose outbox it is: this test binary, as outboxOffice.
func startOutbox(t *testing.T, profile string, began time.Time, patients int) *rig.Process {
	t.Helper()
	env := append(os.Environ(), outboxProfile+"="+profile, outboxBegan+"="+began.Format(time.RFC3339Nano), outboxPatients+"="+fmt.Sprint(patients))
	return rig.Start(t, t.TempDir(), "office", env, os.Args[0], "-test.run", "^TestOutboxOffice$", "-test.timeout", "20m")
}
