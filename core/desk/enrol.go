package desk

import (
	"context"
	"strings"

	"legekonsultasjon/core/settings"
	"legekonsultasjon/core/signaling"
)

// enrolment is an account that is about to begin: the code was right.
type enrolment struct {
	server, email, code string
}

// doEntrance carries out what leads to being signed in, but for the sign-in itself.
func (l *loop) doEntrance(c Command) {
	switch c := c.(type) {
	case DoBeginAccount:
		l.toStep(SignInCode)
	case DoBackToSignIn:
		l.toStep(SignInForm)
	case DoCheckEnrolment:
		l.checkEnrolment(c)
	case DoEnrol:
		l.doEnrol(c)
	case DoRecoverySeen:
		if l.session != "" {
			l.signIn.Step, l.signIn.RecoveryCodes = SignInForm, nil
		}
	}
}

func (l *loop) toStep(to SignInStep) {
	if l.session == "" && !l.signIn.Busy {
		l.signIn.Step, l.signIn.Problem = to, nil
		l.signIn.Authenticator, l.enrolment = nil, nil
	}
}

// entrance says where to, or puts the problem on the form.
func (l *loop) entrance(typedServer, typedEmail string) (server, email string, ok bool) {
	if l.signIn.Busy || l.unlock || l.session != "" {
		return "", "", false
	}
	server, email = CompleteAddress(typedServer), strings.TrimSpace(typedEmail)
	l.signIn.Server, l.signIn.Email, l.signIn.Problem = strings.TrimSpace(typedServer), email, nil
	if l.secrets == nil {
		l.signIn.Problem = &Problem{Code: "notReady"}
		return "", "", false
	}
	if err := signaling.CheckAddress(server); err != nil {
		l.signIn.Problem = &Problem{Code: serverCode(signaling.CodeOf(err))}
		return "", "", false
	}
	return server, email, true
}

func (l *loop) checkEnrolment(c DoCheckEnrolment) {
	server, email, ok := l.entrance(c.Server, c.Email)
	if !ok {
		return
	}
	l.signIn.Busy = true
	in := signaling.Enrol{Version: signaling.Version, Email: email, Enrolment: c.Code, Installation: l.settings.Installation}
	l.start(func(ctx context.Context) func() {
		answer, err := l.Server.Enrol(ctx, server, in)
		return func() {
			l.signIn.Busy = false
			if err != nil {
				l.signIn.Problem = &Problem{Code: serverCode(signaling.CodeOf(err))}
				return
			}
			l.enrolment = &enrolment{server: server, email: email, code: c.Code}
			l.signIn.Step, l.signIn.Doctor, l.signIn.Clinic = SignInChoose, answer.Account.Doctor, answer.Account.Clinic
			l.signIn.PasscodeRequired = answer.PasscodeRequired
			l.signIn.Authenticator = newAuthenticator(answer.Account.Email, answer.Account.Clinic)
		}
	})
}

func (l *loop) doEnrol(c DoEnrol) {
	e := l.enrolment
	if e == nil || l.signIn.Busy || l.session != "" || l.secrets == nil {
		return
	}
	in := signaling.Enrol{Version: signaling.Version, Email: e.email, Enrolment: e.code, Password: c.Password,
		Installation: l.settings.Installation, Workstation: l.settings.Workstation}
	if c.Passcode != "" || l.signIn.PasscodeRequired {
		in.Secret, in.Passcode = l.signIn.Authenticator.plain(), c.Passcode
	}
	l.signIn.Busy, l.signIn.Problem = true, nil
	store := l.secrets
	l.start(func(ctx context.Context) func() {
		answer, err := l.Server.Enrol(ctx, e.server, in)
		if err == nil {
			err = keepSession(ctx, l.Server, store, e.server, answer.Session)
		}
		return func() {
			l.enrolled(e, answer, err)
		}
	})
}

// enrolled: the recovery codes are shown even where the session could not be kept, because they are shown only once.
func (l *loop) enrolled(e *enrolment, answer signaling.Enrolled, err error) {
	l.signIn.Busy = false
	if answer.Session != "" {
		l.signIn.Authenticator, l.enrolment, l.signIn.Step = nil, nil, SignInForm
	}
	l.signedIn(e.server, e.email, signaling.SignedIn{Session: answer.Session, Account: answer.Account}, err)
	if l.signIn.Problem != nil && l.signIn.Problem.Code == string(signaling.WrongEnrolment) {
		l.signIn.Step, l.signIn.Authenticator, l.enrolment = SignInCode, nil, nil
	}
	l.showRecovery(answer.RecoveryCodes)
}

// showRecovery shows new recovery codes before anything else.
func (l *loop) showRecovery(codes []string) {
	if len(codes) > 0 {
		l.signIn.Step, l.signIn.RecoveryCodes = SignInRecovery, codes
	}
}

// keepSession puts a new session into the secret store; where that does not work the session ends again.
func keepSession(ctx context.Context, server Server, store settings.SecretStore, url, session string) error {
	if err := setSecret(ctx, store, settings.SecretSession, session); err != nil {
		_ = server.SignOut(ctx, url, signaling.SignOut{Session: session})
		return &Refusal{Code: "secretNotSaved"}
	}
	return nil
}
