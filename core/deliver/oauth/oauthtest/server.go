// Package oauthtest is a small complete authorization server for tests: it checks what a real one checks (client, redirect
// address, PKCE, states of a device code, codes that count once, refresh tokens that rotate) and refuses as the RFCs say.
package oauthtest

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"legekonsultasjon/core/deliver/oauth"
)

// Rules are how the server behaves.
type Rules struct {
	ClientID     string // "app" when empty
	ClientSecret string // wanted at the token endpoint when set
	Tenant       string // "clinic" when empty
	User         string // who signs in
	Life         time.Duration
	Rotate       bool // each refresh gives another refresh token and voids the one before
	NoRefresh    bool // gives no refresh token
	TokenSize    int  // of tokens in bytes, at least 22
	Decline      bool // the user says no
}

// Server is one running authorization server with one user.
type Server struct {
	*httptest.Server

	mu      sync.Mutex
	rules   Rules
	grants  map[string]grant
	access  map[string]time.Time
	refresh map[string]bool
	devices map[string]*device
	down    int // requests still to be answered with 503
	issued  int
}

type grant struct{ challenge, redirect string }

type device struct {
	user     string
	approved bool
	polled   time.Time
	until    time.Time
}

// Interval is how often a device code may be asked about.
const Interval = time.Second

// New starts a server on loopback. Close ends it.
func New(r Rules) *Server {
	if r.ClientID == "" {
		r.ClientID = "app"
	}
	if r.Tenant == "" {
		r.Tenant = "clinic"
	}
	if r.Life == 0 {
		r.Life = time.Hour
	}
	s := &Server{rules: r, grants: map[string]grant{}, access: map[string]time.Time{}, refresh: map[string]bool{}, devices: map[string]*device{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{tenant}/authorize", s.authorize)
	mux.HandleFunc("POST /{tenant}/token", s.token)
	mux.HandleFunc("POST /{tenant}/devicecode", s.deviceCode)
	mux.HandleFunc("/introspect", s.introspect)
	s.Server = httptest.NewServer(mux)
	return s
}

// Provider describes this server to an oauth.Client.
func (s *Server) Provider() oauth.Provider {
	return oauth.Provider{
		ID: "test", Name: "Test", AuthURL: s.URL + "/{tenant}/authorize", TokenURL: s.URL + "/{tenant}/token",
		DeviceURL: s.URL + "/{tenant}/devicecode", AnyTenant: "clinic", Scopes: []string{"mail", "offline_access"},
		RedirectHost: "localhost", Params: map[string]string{"response_mode": "query"},
	}
}

// Change changes the rules of a running server.
func (s *Server) Change(change func(*Rules)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.rules)
}

// Down lets the next n requests for tokens fail with 503.
func (s *Server) Down(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = n
}

// Revoke voids all tokens.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.access)
	clear(s.refresh)
}

// RevokeAccess voids the access tokens, whatever time they had left.
func (s *Server) RevokeAccess() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.access)
}

// Issued counts the access tokens that were given out.
func (s *Server) Issued() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.issued
}

// Valid says whether an access token is good now.
func (s *Server) Valid(access string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	until, ok := s.access[access]
	return ok && time.Now().Before(until)
}

// Approve lets the person with that code sign in; it reports whether the code is known.
func (s *Server) Approve(userCode string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.devices {
		if d.user == userCode {
			d.approved = true
			return true
		}
	}
	return false
}

// authorize is the page in the browser; the user agrees at once. A redirect address that is not loopback or a client
// that is not known gets no redirect (RFC 6749 section 4.1.2.1).
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || back.Scheme != "http" || !loopback(back.Hostname()) || back.Port() == "" || q.Get("client_id") != s.rules.ClientID ||
		r.PathValue("tenant") != s.rules.Tenant {
		http.Error(w, "invalid client or redirect_uri", http.StatusBadRequest)
		return
	}
	answer := url.Values{"state": {q.Get("state")}}
	switch {
	case q.Get("response_type") != "code":
		answer.Set("error", "unsupported_response_type")
	case q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43:
		answer.Set("error", "invalid_request")
	case !slices.Contains(strings.Fields(q.Get("scope")), "mail"):
		answer.Set("error", "invalid_scope")
	case s.rules.Decline:
		answer.Set("error", "access_denied")
	default:
		code := rand.Text()
		s.grants[code] = grant{q.Get("code_challenge"), q.Get("redirect_uri")}
		answer.Set("code", code)
	}
	back.RawQuery = answer.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down > 0 {
		s.down--
		http.Error(w, "down", http.StatusServiceUnavailable)
		return
	}
	if r.PostFormValue("client_id") != s.rules.ClientID || r.PostFormValue("client_secret") != s.rules.ClientSecret || r.PathValue("tenant") != s.rules.Tenant {
		refuse(w, http.StatusUnauthorized, "invalid_client")
		return
	}
	switch r.PostFormValue("grant_type") {
	case "authorization_code":
		s.exchange(w, r)
	case "refresh_token":
		s.renew(w, r.PostFormValue("refresh_token"))
	case "urn:ietf:params:oauth:grant-type:device_code":
		s.poll(w, r.PostFormValue("device_code"))
	default:
		refuse(w, http.StatusBadRequest, "unsupported_grant_type")
	}
}

// exchange gives tokens for a code, once, to the one who has the verifier (RFC 7636 section 4.6).
func (s *Server) exchange(w http.ResponseWriter, r *http.Request) {
	g, ok := s.grants[r.PostFormValue("code")]
	delete(s.grants, r.PostFormValue("code"))
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	proof := base64.RawURLEncoding.EncodeToString(sum[:])
	if !ok || g.redirect != r.PostFormValue("redirect_uri") || subtle.ConstantTimeCompare([]byte(proof), []byte(g.challenge)) != 1 {
		refuse(w, http.StatusBadRequest, "invalid_grant")
		return
	}
	s.give(w, "")
}

func (s *Server) renew(w http.ResponseWriter, refresh string) {
	if !s.refresh[refresh] {
		refuse(w, http.StatusBadRequest, "invalid_grant")
		return
	}
	if s.rules.Rotate {
		delete(s.refresh, refresh)
		refresh = ""
	}
	s.give(w, refresh)
}

// give writes an access token, and a refresh token unless the old one goes on.
func (s *Server) give(w http.ResponseWriter, refresh string) {
	access := s.draw()
	s.access[access] = time.Now().Add(s.rules.Life)
	s.issued++
	body := map[string]any{"token_type": "Bearer", "access_token": access, "expires_in": max(1, int(s.rules.Life.Seconds())), "scope": "mail"}
	if refresh == "" && !s.rules.NoRefresh {
		refresh = s.draw()
		s.refresh[refresh] = true
		body["refresh_token"] = refresh
	}
	reply(w, http.StatusOK, body)
}

func (s *Server) draw() string {
	token := rand.Text()
	for len(token) < s.rules.TokenSize {
		token += rand.Text()
	}
	return token
}

func (s *Server) deviceCode(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.PostFormValue("client_id") != s.rules.ClientID || r.PathValue("tenant") != s.rules.Tenant {
		refuse(w, http.StatusUnauthorized, "invalid_client")
		return
	}
	code := rand.Text()
	s.devices[code] = &device{user: rand.Text()[:9], until: time.Now().Add(15 * time.Minute)}
	reply(w, http.StatusOK, map[string]any{"device_code": code, "user_code": s.devices[code].user,
		"verification_uri": s.URL + "/device", "expires_in": 900, "interval": int(Interval.Seconds())})
}

// poll answers for a device code (RFC 8628 section 3.5).
func (s *Server) poll(w http.ResponseWriter, code string) {
	d, ok := s.devices[code]
	switch now := time.Now(); {
	case !ok || now.After(d.until):
		refuse(w, http.StatusBadRequest, "expired_token")
	case s.rules.Decline:
		refuse(w, http.StatusBadRequest, "access_denied")
	case !d.polled.IsZero() && now.Sub(d.polled) < Interval/2:
		refuse(w, http.StatusBadRequest, "slow_down")
	case !d.approved:
		d.polled = now
		refuse(w, http.StatusBadRequest, "authorization_pending")
	default:
		delete(s.devices, code)
		s.give(w, "")
	}
}

// introspect tells a mail server about a token: as RFC 7662 has it, with the token in a form, a query, or the header.
func (s *Server) introspect(w http.ResponseWriter, r *http.Request) {
	token := r.FormValue("token")
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok && token == "" {
		token = bearer
	}
	if !s.Valid(token) {
		reply(w, http.StatusOK, map[string]any{"active": false})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	reply(w, http.StatusOK, map[string]any{"active": true, "username": s.rules.User, "email": s.rules.User, "scope": "mail",
		"exp": s.access[token].Unix()})
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func refuse(w http.ResponseWriter, status int, code string) {
	reply(w, status, map[string]any{"error": code, "error_description": "for " + code + " see the RFC"})
}

func reply(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
