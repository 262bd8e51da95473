package sms_test

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"legekonsultasjon/core/deliver"
	"legekonsultasjon/core/deliver/sms"
)

// accounts are one of each kind, as a clinic fills them in.
var accounts = map[string]sms.Account{
	"sveve":    {Gateway: "sveve", Secret: secret, Values: map[string]string{"user": "lege", "sender": "Legesenter"}},
	"link":     {Gateway: "link", Secret: secret, Values: map[string]string{"user": "lege", "partner": "30978", "sender": "Legesenter"}},
	"pswincom": {Gateway: "pswincom", Secret: secret, Values: map[string]string{"user": "lege", "sender": "Legesenter"}},
	"twilio": {Gateway: "twilio", Secret: secret,
		Values: map[string]string{"user": "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "sender": "Legesenter"}},
	"vonage": {Gateway: "vonage", Secret: secret, Values: map[string]string{"user": "abcd1234", "sender": "Legesenter"}},
}

// at is the account of that kind, with its gateway at an address.
func at(kind, address string) sms.Account {
	a := accounts[kind]
	values := map[string]string{"url": address}
	for k, v := range a.Values {
		values[k] = v
	}
	a.Values = values
	return a
}

func open(t *testing.T, a sms.Account) *sms.Gateway {
	t.Helper()
	g, err := sms.Open(a, nil, short)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// shape reads an answer from testdata, in the form that RFC 9112 gives it.
func shape(t *testing.T, kind, name string) http.HandlerFunc {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", kind, name+".http"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(data)), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return func(w http.ResponseWriter, _ *http.Request) {
		for name, values := range r.Header {
			w.Header()[name] = values
		}
		w.WriteHeader(r.StatusCode)
		_, _ = w.Write(body)
	}
}

type told struct {
	receipt string
	code    deliver.Code
}

// shapes are the documented answers of each gateway, and what they mean for the letter.
var shapes = map[string]map[string]told{
	"sveve": {
		"taken": {"42824112", ""}, "credentials": {"", deliver.SignInFailed}, "number": {"", deliver.BadReceiver},
		"credit": {"", deliver.NoCredit}, "sender": {"", deliver.BadSender}, "refused": {"", deliver.Refused},
		"nothing": {"", deliver.Refused}, "limited": {"", deliver.Later}, "broken": {"", deliver.Unknown},
	},
	"link": {
		"taken": {"Dcshuhod0PMAAAFQ+/PbnR3x", ""}, "silent": {"", ""}, "credentials": {"", deliver.SignInFailed},
		"partner": {"", deliver.NotSetUp}, "number": {"", deliver.BadReceiver}, "sender": {"", deliver.BadSender},
		"credit": {"", deliver.NoCredit}, "limited": {"", deliver.Later}, "crowded": {"", deliver.Later},
		"refused": {"", deliver.Refused}, "broken": {"", deliver.Unknown},
	},
	"pswincom": {
		"taken": {"4A4B0034DB", ""}, "without-ref": {"", ""}, "credentials": {"", deliver.SignInFailed}, "credit": {"", deliver.NoCredit},
		"number": {"", deliver.BadReceiver}, "sender": {"", deliver.BadSender}, "refused": {"", deliver.Refused},
		"limited": {"", deliver.Later}, "broken": {"", deliver.Unknown},
	},
	"twilio": {
		"taken": {"twilio:SMbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", ""}, "given-up": {"", deliver.Refused},
		"credentials": {"", deliver.SignInFailed}, "number": {"", deliver.BadReceiver}, "landline": {"", deliver.BadReceiver},
		"sender": {"", deliver.BadSender}, "refused": {"", deliver.Refused}, "credit": {"", deliver.NoCredit},
		"limited": {"", deliver.Later}, "broken": {"", deliver.Unknown},
	},
	"vonage": {
		"taken": {"vonage:13000000C7FE9025", ""}, "taken-in-two": {"vonage:13000000C7FE9025", ""}, "credentials": {"", deliver.SignInFailed},
		"number": {"", deliver.BadReceiver}, "barred": {"", deliver.BadReceiver}, "credit": {"", deliver.NoCredit},
		"sender": {"", deliver.BadSender}, "limited": {"", deliver.Later}, "refused": {"", deliver.Refused},
		"internal": {"", deliver.Unknown}, "half": {"", deliver.Unknown}, "crowded": {"", deliver.Later}, "broken": {"", deliver.Unknown},
	},
}

func TestWhatEachGatewayAnswers(t *testing.T) {
	for kind, answers := range shapes {
		for name, want := range answers {
			s := server(t, shape(t, kind, name))
			receipt, err := open(t, at(kind, s.URL)).Send(t.Context(), message)
			code := deliver.Code("")
			if err != nil {
				code = deliver.CodeOf(err)
			}
			if receipt != want.receipt || code != want.code {
				t.Errorf("%s %s: %q, %v", kind, name, receipt, err)
			}
			says(t, err)
		}
		files, _ := filepath.Glob(filepath.Join("testdata", kind, "*.http"))
		for _, f := range files {
			name := strings.TrimSuffix(filepath.Base(f), ".http")
			if _, ok := answers[name]; !ok && !strings.HasPrefix(name, "fate-") {
				t.Errorf("nobody reads %s", f)
			}
		}
	}
}

// Whatever comes back that is no answer of the gateway's: it may have sent the message, so nobody can tell.
func TestWhatNoGatewayAnswers(t *testing.T) {
	body := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
	}
	for name, handler := range map[string]http.HandlerFunc{
		"garbage": body("\x00\xff{["), "nothing": body(""), "null": body("null"), "a list": body("[1]"), "an object": body("{}"),
		"a page": body("<html><body>Velkommen</body></html>"), "strange XML": body("<SESSION><LOGON>MAYBE</LOGON></SESSION>"),
		"too much": body(`{"sid":"SM1","resultCode":1005,"messages":[{"status":"0"}],"pad":"` + strings.Repeat("x", 1<<17)),
		"timeout":  func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"hangs up": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"breaks off": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, `{"response":{"msgOkCount":1`)
			panic(http.ErrAbortHandler)
		},
		"502": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
		"504": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGatewayTimeout) },
	} {
		s := server(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // else the end of the request is not noticed
			handler(w, r)
		})
		for kind := range accounts {
			if _, err := open(t, at(kind, s.URL)).Send(t.Context(), message); err == nil || deliver.CodeOf(err) != deliver.Unknown {
				t.Errorf("%s, %s: %v", kind, name, err)
			} else {
				says(t, err)
			}
		}
	}
}

func TestWhatBecameOfAMessage(t *testing.T) {
	for kind, tt := range map[string]struct {
		receipt string
		fates   map[string]deliver.Fate
		path    string
	}{
		"twilio": {"twilio:SMbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", map[string]deliver.Fate{
			"fate-underway": deliver.Underway, "fate-arrived": deliver.Arrived, "fate-lost": deliver.Lost, "fate-failed": deliver.Lost,
			"fate-forgotten": deliver.Untold, "fate-limited": deliver.Underway,
		}, "/2010-04-01/Accounts/ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/Messages/SMbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.json"},
		"vonage": {"vonage:13000000C7FE9025", map[string]deliver.Fate{
			"fate-underway": deliver.Underway, "fate-arrived": deliver.Arrived, "fate-lost": deliver.Lost, "fate-expired": deliver.Lost,
			"fate-none": deliver.Underway, "fate-forbidden": deliver.Untold,
		}, "/v2/reports/records?account_id=abcd1234&direction=outbound&id=13000000C7FE9025&product=SMS"},
	} {
		for name, want := range tt.fates {
			answer, asked := shape(t, kind, name), ""
			s := server(t, func(w http.ResponseWriter, r *http.Request) {
				if user, pass, _ := r.BasicAuth(); user != accounts[kind].Values["user"] || pass != secret || r.Method != http.MethodGet {
					t.Errorf("%s asks by %s as %q", kind, r.Method, user)
				}
				asked = r.URL.String()
				answer(w, r)
			})
			fate, err := open(t, at(kind, s.URL)).Report(t.Context(), tt.receipt)
			if fate != want || asked != tt.path {
				t.Errorf("%s %s: %s, %v, asked %s", kind, name, fate, err, asked)
			}
			var e *deliver.Error
			if err != nil && (!asError(err, &e) || !e.Temporary()) {
				t.Errorf("%s %s: %v is not worth another question", kind, name, err)
			}
		}
		for _, handler := range []http.HandlerFunc{
			func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "garbage") },
			func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
			func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		} {
			s := server(t, handler)
			fate, err := open(t, at(kind, s.URL)).Report(t.Context(), tt.receipt)
			var e *deliver.Error
			if fate != deliver.Underway || !asError(err, &e) || !e.Temporary() {
				t.Errorf("%s: %s, %v", kind, fate, err)
			}
		}
	}
}

// A receipt is only asked for where it comes from.
func TestStrangeReceiptsAreNotAskedFor(t *testing.T) {
	s := server(t, func(http.ResponseWriter, *http.Request) { t.Error("asked") })
	for kind := range accounts {
		for _, receipt := range []string{"", "42", "other:1", "twilio", "<1@mail>", kind + "x:1"} {
			if fate, err := open(t, at(kind, s.URL)).Report(t.Context(), receipt); fate != deliver.Untold || err != nil {
				t.Errorf("%s, %q: %s, %v", kind, receipt, fate, err)
			}
		}
	}
}

func asError(err error, e **deliver.Error) bool {
	found, ok := err.(*deliver.Error)
	*e = found
	return ok
}
