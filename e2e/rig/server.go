package rig

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Doctor is an account at the server.
type Doctor struct{ Name, Email, Password string }

// ServerOptions are how a server is set up.
type ServerOptions struct {
	Dir     string // data folder and logs
	Logs    string // logs, when they belong elsewhere
	Binary  string // bin/signaling-server when empty
	Port    int    // a free one when 0
	Behind  int    // the port that patients and doctors use, when something stands in front of the server
	Doctors []Doctor
	Args    []string
}

// Server is the real signaling server with one clinic.
type Server struct {
	t       testing.TB
	options ServerOptions
	Process *Process
	URL     string // what people use
	Data    string
	Log     string
	starts  int
}

// Clinic is what patients read of the clinic on the stage.
const (
	Clinic      = "Legesenteret Sentrum"
	ClinicPhone = "22 00 00 00"
)

// NewServer sets up a clinic with its doctors and starts the server.
func NewServer(t testing.TB, o ServerOptions) *Server {
	t.Helper()
	s := prepare(t, o)
	s.admin("", "clinic", "add", "--name", Clinic, "--phone", ClinicPhone, "--require-passcode=false")
	for _, d := range s.options.Doctors {
		s.admin(d.Password+"\n", "doctor", "add", "--clinic", Clinic, "--name", d.Name, "--email", d.Email, "--password-stdin")
	}
	s.Start()
	return s
}

// OpenServer starts a server on the data folder that another one left in o.Dir.
func OpenServer(t testing.TB, o ServerOptions) *Server {
	t.Helper()
	s := prepare(t, o)
	s.Start()
	return s
}

func prepare(t testing.TB, o ServerOptions) *Server {
	t.Helper()
	if o.Binary == "" {
		o.Binary = filepath.Join(Root(t), "bin", "signaling-server")
	}
	if o.Port == 0 {
		port, err := FreePort()
		if err != nil {
			t.Fatal(err)
		}
		o.Port = port
	}
	public := o.Port
	if o.Behind != 0 {
		public = o.Behind
	}
	if o.Logs == "" {
		o.Logs = o.Dir
	}
	return &Server{t: t, options: o, URL: fmt.Sprintf("http://localhost:%d", public), Data: filepath.Join(o.Dir, "server")}
}

func (s *Server) admin(stdin string, words ...string) string {
	s.t.Helper()
	argv := append([]string{s.options.Binary, "admin", words[0], words[1], "--data", s.Data}, words[2:]...)
	out, err := Run(s.t.Context(), os.Environ(), stdin, argv...)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(out)
}

// Admin gives an order on the command line, as an administrator does, and returns what is printed.
func (s *Server) Admin(words ...string) string {
	s.t.Helper()
	return s.admin("", words...)
}

// Start starts the server, again after a Kill or Stop of its Process.
func (s *Server) Start() {
	s.t.Helper()
	s.starts++
	argv := append([]string{s.options.Binary, "serve", "--listen", fmt.Sprintf("127.0.0.1:%d", s.options.Port), "--public-url", s.URL,
		"--data", s.Data}, s.options.Args...)
	s.Process = Start(s.t, s.options.Logs, fmt.Sprintf("server%d", s.starts), os.Environ(), argv...)
	s.Log = s.Process.Log
	health := fmt.Sprintf("http://127.0.0.1:%d/healthz", s.options.Port)
	Until(s.t, 20*time.Second, "the server to answer", func() bool {
		r, err := http.Get(health)
		if err != nil {
			return false
		}
		r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
}
