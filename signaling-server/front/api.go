package front

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"time"

	"legekonsultasjon/core/signaling"
	"legekonsultasjon/signaling-server/room"
	"legekonsultasjon/signaling-server/store"
	"legekonsultasjon/signaling-server/web"
)

const maxBody = 4 << 10 // bytes of a POST body

// body reads a JSON body from our own page or a program; false when the answer has been written.
func (s *Server) body(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	web.Harden(w.Header(), s.opts.PublicURL)
	w.Header().Set("Cache-Control", "no-store")
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if !s.sameOrigin(r, false) || kind != "application/json" { // a form on another site can send neither
		s.refuse(w, signaling.Refused{Code: signaling.BadMessage})
		return nil, false
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		s.refuse(w, signaling.Refused{Code: signaling.BadMessage})
		return nil, false
	}
	return data, true
}

func (s *Server) reply(w http.ResponseWriter, status int, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		status = http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(data)
}

func (s *Server) refuse(w http.ResponseWriter, r signaling.Refused) { s.reply(w, status(r.Code), r) }

// status is for proxies and their logs; clients go by the code.
func status(code signaling.Code) int {
	switch code {
	case signaling.NotValid, signaling.WrongSignIn, signaling.SignedOut, signaling.NotAllowed, signaling.WrongEnrolment,
		signaling.PasscodeNeeded, signaling.WrongPasscode, signaling.EnrolFirst:
		return http.StatusForbidden
	case signaling.TryLater:
		return http.StatusTooManyRequests
	case signaling.StoreDown, signaling.StoreFull, signaling.Draining:
		return http.StatusServiceUnavailable
	}
	return http.StatusBadRequest
}

// note answers a Knock with the sealed note, also before the appointment, and hints to the holder that it was fetched.
func (s *Server) note(w http.ResponseWriter, r *http.Request) {
	data, ok := s.body(w, r)
	if !ok {
		return
	}
	knock, err := signaling.DecodeKnock(data)
	if err != nil {
		s.refuse(w, signaling.Refused{Code: signaling.BadMessage})
		return
	}
	i, refused := s.prove(r.Context(), knock, s.network(r))
	s.opts.Count(Knocks, refused.Code)
	if refused.Code != "" {
		s.refuse(w, refused)
		return
	}
	s.reply(w, http.StatusOK, signaling.Note{
		Note: i.Note, NotBefore: i.NotBefore, NotAfter: i.NotAfter, Now: signaling.At(time.Now()),
	})
	s.rooms.Post(string(i.Owner), room.NoteOpened{Invitation: i.ID, Holder: i.Holder})
}

func (s *Server) signIn(w http.ResponseWriter, r *http.Request) {
	data, ok := s.body(w, r)
	if !ok {
		return
	}
	in, err := signaling.DecodeSignIn(data)
	if err != nil {
		s.refuse(w, signaling.Refused{Code: signaling.BadMessage})
		return
	}
	if code := signaling.CheckVersion(in.Version); code != "" {
		s.refuse(w, signaling.Refused{Code: code})
		return
	}
	secret, d, clinic, err := s.check(r, in)
	s.opts.Count(SignIns, store.CodeOf(err))
	if code := store.CodeOf(err); code != "" {
		s.opts.Log.Info("sign-in refused", "code", code)
		s.refuse(w, signaling.Refused{Code: code})
		return
	}
	s.reply(w, http.StatusOK, signaling.SignedIn{Session: secret, Account: store.Account(d, clinic)})
}

// check looks at a sign-in within what strangers or this known workstation may still guess.
func (s *Server) check(r *http.Request, in signaling.SignIn) (secret string, d store.Doctor, clinic store.Clinic, err error) {
	known, err := s.opts.Store.Knows(r.Context(), in.Email, in.Installation)
	if err != nil {
		return "", d, clinic, err
	}
	g := guesserOf(in.Email, in.Installation, known)
	err = s.guess(r.Context(), s.network(r), g, known, in.Passcode != "", func() (err error) {
		secret, d, clinic, err = s.opts.Store.SignIn(r.Context(), in)
		return err
	})
	return secret, d, clinic, err
}

func (s *Server) signOut(w http.ResponseWriter, r *http.Request) {
	data, ok := s.body(w, r)
	if !ok {
		return
	}
	out, err := signaling.DecodeSignOut(data)
	if err != nil {
		s.refuse(w, signaling.Refused{Code: signaling.BadMessage})
		return
	}
	if err := s.opts.Store.SignOut(r.Context(), out.Session); err != nil {
		s.refuse(w, signaling.Refused{Code: store.CodeOf(err)})
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
