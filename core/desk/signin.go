package desk

import (
	"context"
	"net/netip"
	"net/url"
	"strings"

	"legekonsultasjon/core/settings"
	"legekonsultasjon/core/signaling"
)

// doSignIn asks the server for a session. Nothing that the doctor typed is lost when it is refused.
func (l *loop) doSignIn(c DoSignIn) {
	if l.signIn.Busy || l.unlock || l.session != "" {
		return
	}
	server, email := CompleteAddress(c.Server), strings.TrimSpace(c.Email)
	l.signIn.Server, l.signIn.Email, l.signIn.Problem = strings.TrimSpace(c.Server), email, nil
	if l.secrets == nil {
		l.signIn.Problem = &Problem{Code: "notReady"}
		return
	}
	if err := signaling.CheckAddress(server); err != nil {
		l.signIn.Problem = &Problem{Code: serverCode(signaling.CodeOf(err))}
		return
	}
	l.signIn.Busy = true
	request, store := l.signInRequest(email, c.Password), l.secrets
	request.Passcode = c.Passcode
	l.start(func(ctx context.Context) func() {
		in, err := signInAndKeep(ctx, l.Server, store, server, request)
		return func() { l.signedIn(server, email, in, err) }
	})
}

func (l *loop) signInRequest(email, password string) signaling.SignIn {
	return signaling.SignIn{
		Version: signaling.Version, Email: email, Password: password,
		Installation: l.settings.Installation, Workstation: l.settings.Workstation,
	}
}

// signInAndKeep signs in and puts the session into the secret store.
func signInAndKeep(ctx context.Context, server Server, store settings.SecretStore, url string, s signaling.SignIn,
) (signaling.SignedIn, error) {
	in, err := server.SignIn(ctx, url, s)
	if err != nil {
		return in, err
	}
	return in, keepSession(ctx, server, store, url, in.Session)
}

func (l *loop) signedIn(server, email string, in signaling.SignedIn, err error) {
	l.signIn.Busy = false
	if err != nil {
		if signaling.CodeOf(err) == signaling.PasscodeNeeded {
			l.signIn.Step = SignInPasscode
			return
		}
		l.signIn.Problem = refused(err, serverCode(signaling.CodeOf(err)))
		l.Log.Info("sign-in refused", "code", l.signIn.Problem.Code)
		return
	}
	l.session, l.signIn.Step = in.Session, SignInForm
	l.settings.Server, l.settings.Email, l.settings.Account = server, email, in.Account
	l.signIn.Server, l.signIn.Email, l.signIn.Problem = server, email, nil
	l.saveSettings()
	l.Log.Info("signed in")
	l.overlookAll()
	l.connect()
}

// signOut ends the session here at once and at the server as soon as it can be told.
func (l *loop) signOut() {
	if l.session == "" {
		return
	}
	if l.call != nil {
		l.leave()
	}
	session, server := l.session, l.settings.Server
	if l.line != nil {
		l.line.drain(drainTimeout / 4)
	}
	l.forgetSession()
	l.start(func(ctx context.Context) func() {
		if err := l.Server.SignOut(ctx, server, signaling.SignOut{Session: session}); err != nil {
			l.Log.Warn("sign-out", "code", signaling.CodeOf(err))
		}
		return nil
	})
}

// signedOutElsewhere: the server no longer knows the session, or somebody has revoked it. Invitations and a running call
// stay as they are.
func (l *loop) signedOutElsewhere(why signaling.Code) {
	l.forgetSession()
	l.signIn.Problem = &Problem{Code: string(why)}
}

func (l *loop) forgetSession() {
	l.disconnect()
	l.session = ""
	l.office, l.signIn.Step, l.signIn.RecoveryCodes = office{}, SignInForm, nil
	l.dropOutside()
	l.settingsOpen, l.notice = false, nil
	l.readAloud = signaling.InvitationID{}
	for _, g := range l.guests {
		if l.call == nil || l.call.id != g.id {
			l.dropPeer(g)
			delete(l.guests, g.id)
		}
	}
	store := l.secrets
	l.start(func(ctx context.Context) func() {
		if err := setSecret(ctx, store, settings.SecretSession, ""); err != nil {
			return func() { l.problems[slotSecrets] = &Problem{Code: "secretNotSaved"} }
		}
		return nil
	})
}

// CompleteAddress turns what a doctor types as the server's address into a URL: https unless it is this machine.
func CompleteAddress(typed string) string {
	typed = strings.TrimRight(strings.TrimSpace(typed), "/")
	if typed == "" || strings.Contains(typed, "://") {
		return typed
	}
	scheme := "https://"
	if u, err := url.Parse("//" + typed); err == nil {
		ip, err := netip.ParseAddr(u.Hostname())
		if strings.EqualFold(u.Hostname(), "localhost") || err == nil && ip.IsLoopback() {
			scheme = "http://"
		}
	}
	return scheme + typed
}
