package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"legekonsultasjon/core/handover"
	"legekonsultasjon/core/intake"
)

// window stands for a program that runs: it keeps the orders and tells each the fate that is set.
type window struct {
	*instance
	profile string
	mu      sync.Mutex
	orders  []handover.Order
	fate    intake.Fate
}

func newWindow(t *testing.T) *window {
	t.Helper()
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	w := &window{profile: t.TempDir()}
	one, err := claim(w.profile)
	if err != nil {
		t.Fatal(err)
	}
	one.serve(w.profile, slog.New(slog.DiscardHandler))
	w.instance = one
	t.Cleanup(one.release)
	return w
}

func (w *window) open() {
	w.onOrder(func(_ context.Context, o handover.Order, tell func(intake.Fate)) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.orders = append(w.orders, o)
		tell(w.fate)
	})
}

func (w *window) taken() []handover.Order {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]handover.Order(nil), w.orders...)
}

func TestASecondStartHandsItsOrderOver(t *testing.T) {
	w := newWindow(t)
	if _, err := claim(w.profile); !errors.Is(err, errRunning) {
		t.Fatalf("claimed twice: %v", err)
	}
	w.fate.Outcome = intake.Shown
	opened := time.AfterFunc(200*time.Millisecond, w.open) // an order that comes before the window waits for it
	defer opened.Stop()
	if code := handOver(options{profile: w.profile, first: &handover.Order{Do: handover.Invite, Way: "url",
		Request: intake.Request{Phone: "98765432"}, Wait: orderLimit}}, catalogue(w.profile)); code != exitOK {
		t.Fatalf("exit code %d", code)
	}
	if code := handOver(options{profile: w.profile}, catalogue(w.profile)); code != exitOK {
		t.Fatalf("exit code %d", code)
	}
	orders := w.taken()
	if len(orders) != 2 || orders[0].Request.Phone != "98765432" || orders[0].Way != "url" || orders[1].Do != handover.Raise {
		t.Fatalf("%+v", orders)
	}
}

func TestInviteSaysWhatBecameOfIt(t *testing.T) {
	w := newWindow(t)
	w.open()
	for fate, want := range map[intake.Fate]struct {
		code int
		json string
	}{
		{Outcome: intake.Sent}:                            {exitOK, `{"outcome":"sent"}`},
		{Outcome: intake.Declined}:                        {exitDeclined, `{"outcome":"declined"}`},
		{Outcome: intake.NotSignedIn}:                     {exitNotSignedIn, `{"outcome":"notSignedIn"}`},
		{Outcome: intake.Shown}:                           {exitPending, `{"outcome":"shown"}`},
		{Outcome: intake.Confirmed}:                       {exitPending, `{"outcome":"confirmed"}`},
		{Outcome: intake.Busy}:                            {exitBusy, `{"outcome":"busy"}`},
		{Outcome: intake.Refused, Problem: "phoneFixed"}:  {exitNotTaken, `{"outcome":"refused","problem":"phoneFixed"}`},
		{Outcome: intake.Failed, Problem: "reason.fault"}: {exitNotSent, `{"outcome":"failed","problem":"reason.fault"}`},
	} {
		w.mu.Lock()
		w.fate = fate
		w.mu.Unlock()
		var out bytes.Buffer
		code := invite([]string{"--profile", w.profile, "--phone", "98765432", "--lang", "nn", "--wait", "5s"}, &out, io.Discard)
		if code != want.code || strings.TrimSpace(out.String()) != want.json {
			t.Errorf("%+v: %d %s", fate, code, out.String())
		}
	}
	if o := w.taken()[0]; o.Way != "command" || o.Request != (intake.Request{Phone: "98765432", Language: "nn"}) {
		t.Errorf("%+v", o)
	}
}

func TestInviteWithoutAProgramOrARequest(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	for _, c := range []struct {
		args string
		code int
		json string
	}{
		{"--phone 98765432", exitNotRunning, `{"outcome":"notRunning"}`},
		{"", exitUsage, `{"outcome":"refused","problem":"nobody"}`},
		{"--phone 98765432 --at 25:00", exitUsage, `{"outcome":"refused","problem":"time"}`},
		{"--phone 98765432 --lang fr", exitUsage, `{"outcome":"refused","problem":"language"}`},
		{"--phone 98765432 more", exitUsage, `{"outcome":"refused","problem":"usage"}`},
	} {
		var out bytes.Buffer
		args := append([]string{"--profile", t.TempDir()}, strings.Fields(c.args)...)
		if code := invite(args, &out, io.Discard); code != c.code || strings.TrimSpace(out.String()) != c.json {
			t.Errorf("%s: %d %s", c.args, code, out.String())
		}
	}
	if code := importFile([]string{"--profile", t.TempDir(), "list.csv"}, io.Discard, io.Discard); code != exitNotRunning {
		t.Error(code)
	}
	if code := openURL([]string{"--profile", t.TempDir()}, io.Discard); code != exitUsage {
		t.Error(code)
	}
}
