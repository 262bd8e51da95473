package intake_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"legekonsultasjon/core/intake"
)

func TestOnlySecureAddressesAreFetched(t *testing.T) {
	for address, want := range map[string]bool{
		"https://timebok.example/x.ics": true, " webcal://timebok.example/x.ics ": true, "http://localhost:1/x": true, "http://127.0.0.1/x": true,
		"http://timebok.example/x.ics": false, "file:///etc/passwd": false, "timebok.example": false, "": false, "https://": false,
		"https://x/" + strings.Repeat("x", 5000): false,
	} {
		s, err := intake.NewSubscription(address, nil)
		if (err == nil) != want || err != nil && code(err) != intake.CodeNotHTTPS {
			t.Errorf("%.40q: %v", address, err)
		}
		if err == nil && strings.Contains(s.String(), "example") {
			t.Error("the address can be logged")
		}
	}
}

func TestWhatACalendarAnswers(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/day.ics":
			_, _ = w.Write(calendar("UID:1\nDTSTART:20261124T093000Z\nSUMMARY:98765432"))
		case "/none.ics":
			_, _ = w.Write(calendar())
		case "/again":
			http.Redirect(w, r, "/day.ics", http.StatusFound)
		case "/away":
			http.Redirect(w, r, "http://timebok.example/day.ics", http.StatusFound)
		case "/page":
			_, _ = w.Write([]byte("<html>"))
		case "/list":
			_, _ = w.Write([]byte(day))
		case "/big":
			_, _ = w.Write(make([]byte, intake.MaxBytes+10))
		case "/closed":
			w.WriteHeader(http.StatusForbidden)
		case "/slow":
			<-r.Context().Done()
		default:
			http.NotFound(w, r)
		}
	}))
	defer site.Close()
	for path, want := range map[string]string{
		"/day.ics": "", "/none.ics": "", "/again": "", "/away": intake.CodeNoAnswer, "/page": intake.CodeNoCalendar, "/list": intake.CodeNoCalendar,
		"/big": intake.CodeTooBig, "/closed": intake.CodeNotAllowed, "/gone": intake.CodeGone, "/slow": intake.CodeNoAnswer,
	} {
		s, err := intake.NewSubscription(site.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		if path == "/slow" {
			ctx, cancel = context.WithTimeout(t.Context(), 100*time.Millisecond)
		}
		l, err := s.Fetch(ctx, options())
		cancel()
		if code(err) != want || want == "" && path != "/none.ics" && len(l.Rows) != 1 {
			t.Errorf("%s: %+v, %v, want %q", path, l, err, want)
		}
	}
}
