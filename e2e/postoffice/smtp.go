package postoffice

import (
	"bytes"
	"crypto/subtle"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"slices"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// maxMessage bounds an e-mail, in bytes.
const maxMessage = 1 << 20

func (o *Office) newSMTP(config *tls.Config) *smtp.Server {
	s := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &session{office: o, conn: c}, nil
	}))
	s.Domain = "localhost"
	s.MaxMessageBytes, s.MaxRecipients = maxMessage, 50
	s.ReadTimeout, s.WriteTimeout = time.Minute, time.Minute
	s.AllowInsecureAuth = true // it listens on loopback only
	s.ErrorLog = log.New(io.Discard, "", 0)
	if !o.options.NoSTARTTLS {
		s.TLSConfig = config
	}
	return s
}

// session is one SMTP connection after its greeting.
type session struct {
	office *Office
	conn   *smtp.Conn
	user   string
	from   string
	to     []string
}

func (s *session) Reset() { s.from, s.to = "", nil }

func (s *session) Logout() error { return nil }

func (s *session) AuthMechanisms() []string {
	switch {
	case s.office.options.User == "":
		return nil
	case s.office.options.Logins != nil:
		return s.office.options.Logins
	}
	return []string{sasl.Plain, sasl.Login}
}

func (s *session) Auth(mechanism string) (sasl.Server, error) {
	if !slices.Contains(s.AuthMechanisms(), mechanism) {
		return nil, smtp.ErrAuthUnknownMechanism
	}
	switch mechanism {
	case sasl.Plain:
		return sasl.NewPlainServer(func(_, user, password string) error { return s.signIn(user, password) }), nil
	case sasl.Login:
		return &loginServer{done: s.signIn}, nil
	}
	return nil, smtp.ErrAuthUnknownMechanism
}

func (s *session) signIn(user, password string) error {
	if err := s.office.answer(AtSignIn, s.conn); err != nil {
		return err
	}
	if !same(user, s.office.options.User) || !same(password, s.office.options.Password) {
		return smtp.ErrAuthFailed
	}
	s.user = user
	return nil
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if err := s.office.answer(AtSender, s.conn); err != nil {
		return err
	}
	if s.office.options.User != "" && s.user == "" {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Authentication required"}
	}
	s.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if err := s.office.answer(AtTo, s.conn); err != nil {
		return err
	}
	s.to = append(s.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := s.office.answer(AtData, s.conn); err != nil {
		return err
	}
	letter, err := read(raw)
	if err != nil {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "That is no message: " + err.Error()}
	}
	_, secure := s.conn.TLSConnectionState()
	letter.Kind, letter.At, letter.From, letter.Secure, letter.User = Mail, time.Now(), s.from, secure, s.user
	for _, to := range s.to {
		letter.To, letter.Raw = to, bytes.Clone(raw)
		s.office.log.Info("mail arrived", "number", s.office.box.put(letter).Number)
	}
	return s.office.answer(AfterData, s.conn)
}

// loginServer is the server's side of LOGIN (draft-murchison-sasl-login).
type loginServer struct {
	user string
	step int
	done func(user, password string) error
}

func (l *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	switch {
	case l.step == 0 && response == nil:
		l.step = 1
		return []byte("Username:"), false, nil
	case l.step <= 1:
		l.user, l.step = string(response), 2
		return []byte("Password:"), false, nil
	case l.step == 2:
		l.step = 3
		return nil, true, l.done(l.user, string(response))
	}
	return nil, false, errors.New("already answered")
}
