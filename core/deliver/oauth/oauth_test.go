package oauth_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"legekonsultasjon/core/deliver/oauth"
	"legekonsultasjon/core/deliver/oauth/oauthtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func server(t *testing.T, r oauthtest.Rules) *oauthtest.Server {
	t.Helper()
	s := oauthtest.New(r)
	t.Cleanup(s.Close)
	return s
}

func client(t *testing.T, s *oauthtest.Server, app oauth.App) *oauth.Client {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true}
	c, err := oauth.New(s.Provider(), app, transport)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// browser follows an address as a browser does, and returns what the page said.
func browser(address string) (string, error) {
	r, err := oauthtest.Browser().Get(address)
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	page, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d", r.StatusCode)
	}
	return string(page), err
}

// visit is a person who agrees at once.
func visit(pages chan<- string) oauth.Visit {
	return oauth.Visit{User: "post@klinikk.example", Language: "nb", Page: "Du kan lukke <siden>.", Open: func(address string) error {
		go func() {
			page, err := browser(address)
			pages <- fmt.Sprint(page, err)
		}()
		return nil
	}}
}

func TestByTheBrowser(t *testing.T) {
	s := server(t, oauthtest.Rules{ClientSecret: "not really"})
	c := client(t, s, oauth.App{ClientID: "app", ClientSecret: "not really"})
	pages := make(chan string, 1)
	v, shown := visit(pages), ""
	v.Show = func(address string) { shown = address }
	token, err := c.Browser(t.Context(), v)
	if err != nil || !s.Valid(token.Access) || token.Refresh == "" || time.Until(token.Expiry) < 50*time.Minute {
		t.Fatalf("%v, expiry %v", err, token.Expiry)
	}
	if page := <-pages; !strings.Contains(page, "lukke &lt;siden&gt;") {
		t.Errorf("the page says %q", page)
	}
	u, err := url.Parse(shown)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	for name, want := range map[string]string{"code_challenge_method": "S256", "login_hint": "post@klinikk.example", "response_type": "code",
		"scope": "mail offline_access", "client_id": "app"} {
		if q.Get(name) != want {
			t.Errorf("%s is %q", name, q.Get(name))
		}
	}
	if strings.Contains(shown, "code_verifier") || strings.Contains(shown, "not+really") {
		t.Error("a secret stands in the address")
	}
	if text := fmt.Sprintf("%v %+v %#v", token, token, token); strings.Contains(text, token.Access) {
		t.Error("prints the token")
	}
	again, err := c.Refresh(t.Context(), token.Refresh)
	if err != nil || !s.Valid(again.Access) || again.Refresh != token.Refresh {
		t.Errorf("refreshed: %v", err)
	}
}

// Somebody on this machine or in the browser who knocks at the loopback port without the state changes nothing.
func TestStrangersAtTheLoopbackPort(t *testing.T) {
	s := server(t, oauthtest.Rules{})
	c := client(t, s, oauth.App{ClientID: "app"})
	pages := make(chan string, 1)
	v := visit(pages)
	open := v.Open
	v.Open = func(address string) error {
		u, err := url.Parse(address)
		if err != nil {
			return err
		}
		back := u.Query().Get("redirect_uri")
		for _, knock := range []string{"?code=stolen", "?code=stolen&state=guess", "?error=access_denied&state=", "other?state=" + u.Query().Get("state"), ""} {
			if _, err := browser(back + knock); err == nil {
				t.Errorf("%s was let in", knock)
			}
		}
		return open(address)
	}
	if token, err := c.Browser(t.Context(), v); err != nil || !s.Valid(token.Access) {
		t.Error(err)
	}
	<-pages
}

func TestWhyASignInFails(t *testing.T) {
	for name, tt := range map[string]struct {
		rules oauthtest.Rules
		app   oauth.App
		want  error
	}{
		"declined":           {oauthtest.Rules{Decline: true}, oauth.App{ClientID: "app"}, oauth.ErrDeclined},
		"wrong secret":       {oauthtest.Rules{ClientSecret: "x"}, oauth.App{ClientID: "app"}, oauth.ErrSettings},
		"not lasting":        {oauthtest.Rules{NoRefresh: true}, oauth.App{ClientID: "app"}, oauth.ErrNotLasting},
		"nobody signs in":    {oauthtest.Rules{}, oauth.App{ClientID: "other"}, oauth.ErrExpired}, // the provider shows an error and never comes back
		"the wrong tenant":   {oauthtest.Rules{}, oauth.App{ClientID: "app", Tenant: "another"}, oauth.ErrExpired},
		"everything is fine": {oauthtest.Rules{}, oauth.App{ClientID: "app"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := server(t, tt.rules)
			c := client(t, s, tt.app)
			ctx, cancel := t.Context(), context.CancelFunc(func() {})
			if tt.want == oauth.ErrExpired {
				ctx, cancel = context.WithTimeout(ctx, 300*time.Millisecond)
			}
			defer cancel()
			pages := make(chan string, 1)
			if _, err := c.Browser(ctx, visit(pages)); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
			<-pages
		})
	}
}

func TestACallOffEndsTheWait(t *testing.T) {
	s := server(t, oauthtest.Rules{})
	ctx, cancel := context.WithCancel(t.Context())
	v := oauth.Visit{Open: func(string) error { cancel(); return errors.New("no browser") }}
	if _, err := client(t, s, oauth.App{ClientID: "app"}).Browser(ctx, v); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestByAnotherDevice(t *testing.T) {
	s := server(t, oauthtest.Rules{})
	c := client(t, s, oauth.App{ClientID: "app"})
	s.Down(1) // a moment without network is no reason to begin again
	token, err := c.Device(t.Context(), func(p oauth.Prompt) {
		if p.URL != s.URL+"/device" || time.Until(p.Until) < 10*time.Minute || !s.Approve(p.Code) {
			t.Errorf("%+v", p)
		}
	})
	if err != nil || !s.Valid(token.Access) {
		t.Error(err)
	}
	s.Change(func(r *oauthtest.Rules) { r.Decline = true })
	if _, err := c.Device(t.Context(), func(oauth.Prompt) {}); !errors.Is(err, oauth.ErrDeclined) {
		t.Error(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := c.Device(ctx, func(oauth.Prompt) {}); !errors.Is(err, oauth.ErrExpired) {
		t.Error(err)
	}
}

func TestRefreshing(t *testing.T) {
	s := server(t, oauthtest.Rules{Rotate: true})
	c := client(t, s, oauth.App{ClientID: "app"})
	pages := make(chan string, 1)
	token, err := c.Browser(t.Context(), visit(pages))
	if err != nil {
		t.Fatal(err)
	}
	<-pages
	s.Down(1)
	if _, err := c.Refresh(t.Context(), token.Refresh); !errors.Is(err, oauth.ErrUnreachable) {
		t.Errorf("down: %v", err)
	}
	next, err := c.Refresh(t.Context(), token.Refresh)
	if err != nil || next.Refresh == token.Refresh {
		t.Errorf("rotated: %v", err)
	}
	for _, old := range []string{token.Refresh, "", "nonsense"} {
		if _, err := c.Refresh(t.Context(), old); !errors.Is(err, oauth.ErrSignInAgain) || strings.Contains(err.Error(), "see the RFC") {
			t.Errorf("%q: %v", old, err)
		}
	}
	s.Close()
	if _, err := c.Refresh(t.Context(), next.Refresh); !errors.Is(err, oauth.ErrUnreachable) {
		t.Errorf("gone: %v", err)
	}
}

func TestTheKnownProviders(t *testing.T) {
	for _, p := range oauth.Providers() {
		c, err := oauth.New(p, oauth.App{ClientID: "app", Tenant: "klinikk.example"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		shown := ""
		ctx, cancel := context.WithCancel(t.Context())
		_, _ = c.Browser(ctx, oauth.Visit{Open: func(address string) error { shown = address; cancel(); return nil }})
		cancel()
		u, err := url.Parse(shown)
		if err != nil || u.Scheme != "https" || strings.Contains(shown, "tenant}") || !strings.HasPrefix(u.Query().Get("redirect_uri"), "http://"+p.RedirectHost+":") {
			t.Errorf("%s: %s", p.ID, shown)
		}
		if c.HasDevice() != (p.ID == oauth.Microsoft) {
			t.Errorf("%s: device code", p.ID)
		}
	}
	if _, ok := oauth.Known("other"); ok {
		t.Error("other is no provider")
	}
	m, _ := oauth.Known(oauth.Microsoft)
	for _, app := range []oauth.App{{}, {ClientID: "a", Tenant: "../evil"}, {ClientID: "a", Tenant: "x?y"}, {ClientID: "a", Tenant: "evil.example/"}} {
		if _, err := oauth.New(m, app, nil); !errors.Is(err, oauth.ErrSettings) {
			t.Errorf("%q: %v", app.Tenant, err)
		}
	}
}
