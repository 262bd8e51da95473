package oauth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"html"
	"net"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/oauth2"
)

// Visit is a sign-in by the system's browser.
type Visit struct {
	User     string                 // whose mailbox it is, to begin with; "" lets the provider ask
	Language string                 // of Page, and asked for at the provider
	Page     string                 // what the browser says at the end: one may close it and go back
	Open     func(url string) error // opens the system's browser; an error is not the end, the address can be copied
	Show     func(url string)       // is told the address; may be nil
}

// Browser signs in and waits until the browser comes back, ctx ends, or the provider refuses. It listens on a loopback
// port of its own meanwhile, and takes one answer: that with the state which it sent (RFC 8252 section 8.9).
func (c *Client) Browser(ctx context.Context, v Visit) (Token, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return Token{}, fmt.Errorf("no loopback port: %w", err)
	}
	config := c.config
	config.RedirectURL = "http://" + net.JoinHostPort(c.provider.RedirectHost, port(listener)) + "/"
	state, verifier := rand.Text()+rand.Text(), oauth2.GenerateVerifier()
	answers := make(chan answer, 1) // capacity 1: the first answer counts, later ones are refused
	server := &http.Server{Handler: c.landing(v, state, answers), ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.Serve(listener) }()
	defer func() {
		quit, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second) // the page may still be on its way
		defer cancel()
		if server.Shutdown(quit) != nil {
			_ = server.Close()
		}
		<-ended
	}()
	url := config.AuthCodeURL(state, c.options(v, verifier)...)
	if v.Show != nil {
		v.Show(url)
	}
	_ = v.Open(url)
	select {
	case <-ctx.Done():
		return Token{}, overdue(ctx)
	case a := <-answers:
		if a.err != nil {
			return Token{}, a.err
		}
		t, err := config.Exchange(c.with(ctx), a.code, oauth2.VerifierOption(verifier))
		if err != nil {
			return Token{}, meant(ctx, err)
		}
		return lasting(t)
	}
}

func (c *Client) options(v Visit, verifier string) []oauth2.AuthCodeOption {
	options := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(verifier)}
	for name, value := range c.provider.Params {
		options = append(options, oauth2.SetAuthURLParam(name, value))
	}
	if v.User != "" {
		options = append(options, oauth2.SetAuthURLParam("login_hint", v.User))
	}
	if v.Language != "" {
		options = append(options, oauth2.SetAuthURLParam("ui_locales", v.Language))
	}
	return options
}

// answer is what the browser brought back.
type answer struct {
	code string
	err  error
}

// landing is the page where the browser ends up. Whoever asks without the state is refused and changes nothing.
func (c *Client) landing(v Visit, state string, answers chan<- answer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		given := q.Get("state")
		if r.Method != http.MethodGet || r.URL.Path != "/" || subtle.ConstantTimeCompare([]byte(given), []byte(state)) != 1 {
			http.NotFound(w, r)
			return
		}
		a := answer{code: q.Get("code")}
		if problem := q.Get("error"); problem != "" || a.code == "" {
			a.err = fmt.Errorf("%w (%s)", byCode(problem, http.StatusBadRequest), word(problem))
		}
		select {
		case answers <- a:
		default:
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		fmt.Fprintf(w, `<!doctype html><html lang="%s"><meta charset="utf-8"><meta name="viewport" content="width=device-width">`+
			`<meta name="color-scheme" content="light dark"><title>Legekonsultasjon</title><p>%s</p></html>`,
			html.EscapeString(v.Language), html.EscapeString(v.Page))
	})
}

// overdue is why the wait is over.
func overdue(ctx context.Context) error {
	if ctx.Err() == context.DeadlineExceeded {
		return ErrExpired
	}
	return ctx.Err()
}

func port(l net.Listener) string {
	a, _ := l.Addr().(*net.TCPAddr)
	return strconv.Itoa(a.Port)
}
