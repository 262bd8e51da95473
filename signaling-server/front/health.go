package front

import (
	"net/http"

	"legekonsultasjon/signaling-server/web"
)

// Happening is what Options.Count counts. Each comes with a code, which is empty when it went well.
type Happening string

const (
	PatientsCame Happening = "patient_sockets_opened"
	PatientsLeft Happening = "patient_sockets_closed" // the code is why; empty for those that went by themselves
	DesktopsCame Happening = "desktop_sockets_opened"
	DesktopsLeft Happening = "desktop_sockets_closed"
	Knocks       Happening = "knocks"   // proofs of an invitation
	SignIns      Happening = "sign_ins" // of doctors
	Requests     Happening = "requests" // of desktops: create, change, delete
	Enrolments   Happening = "enrolments"
	Accounts     Happening = "account_requests" // about accounts, people and the clinic
)

// kind tells the two kinds of sockets apart.
type kind string

const (
	patientKind kind = "patient"
	desktopKind kind = "desktop"
)

func (k kind) opened() Happening { return Happening(k + "_sockets_opened") }
func (k kind) closed() Happening { return Happening(k + "_sockets_closed") }

// Sockets counts the open sockets.
func (s *Server) Sockets() (patients, desktops int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.sockets {
		if c.kind == patientKind {
			patients++
		}
	}
	return patients, len(s.sockets) - patients
}

// Draining reports whether Drain or Leave has been called.
func (s *Server) Draining() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.draining || s.leaving
}

// Leave makes Ready answer no from now on, so that a load balancer sends nobody new. Everything else goes on.
func (s *Server) Leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leaving = true
}

// Health answers 200 while this process works: the store can be read. A process that answers anything else for a minute is
// better started anew.
func (s *Server) Health(w http.ResponseWriter, r *http.Request) {
	s.condition(w, r, "")
}

// Ready answers 200 while new patients and desktops should be sent here. A full disk does not change that: calls go on, and
// whoever has an invitation can come.
func (s *Server) Ready(w http.ResponseWriter, r *http.Request) {
	if s.Draining() {
		s.condition(w, r, "stopping")
		return
	}
	s.condition(w, r, "")
}

func (s *Server) condition(w http.ResponseWriter, r *http.Request, wrong string) {
	web.Harden(w.Header(), s.opts.PublicURL)
	w.Header().Set("Cache-Control", "no-store")
	if wrong == "" && !s.opts.Store.Healthy(r.Context()) {
		wrong = "store does not answer"
	}
	if wrong != "" {
		http.Error(w, wrong, http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ok\n"))
}
