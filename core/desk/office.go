package desk

import (
	"context"
	"strings"

	"legekonsultasjon/core/signaling"
)

// AccountServer is the part of the server that keeps accounts. Errors are *signaling.Error.
type AccountServer interface {
	Enrol(ctx context.Context, url string, r signaling.Enrol) (signaling.Enrolled, error)
	AccountState(ctx context.Context, url string, r signaling.AskAccount) (signaling.AccountState, error)
	Revoke(ctx context.Context, url string, r signaling.Revoke) error
	ChangePassword(ctx context.Context, url string, r signaling.ChangePassword) error
	SetPasscode(ctx context.Context, url string, r signaling.SetPasscode) (signaling.RecoveryCodes, error)
	People(ctx context.Context, url string, r signaling.AskPeople) (signaling.People, error)
	AddPerson(ctx context.Context, url string, r signaling.AddPerson) (signaling.Enrolment, error)
	ChangePerson(ctx context.Context, url string, r signaling.ChangePerson) error
	NewEnrolment(ctx context.Context, url string, r signaling.NewEnrolment) (signaling.Enrolment, error)
	RemovePasscode(ctx context.Context, url string, r signaling.RemovePasscode) error
	ChangeClinic(ctx context.Context, url string, r signaling.ChangeClinic) error
}

// office is the screen of account and people; view is what it shows.
type office struct {
	open bool
	view Office
}

// doOffice carries out what is done on the screen of account and people.
func (l *loop) doOffice(c Command) {
	v, o := signaling.Version, &l.office
	switch c := c.(type) {
	case DoOpenOffice:
		if l.call == nil {
			l.office = office{open: true}
			l.ask(PartAll, nil)
		}
	case DoCloseOffice:
		l.office = office{}
	case DoChangePassword:
		l.ask(PartPassword, func(ctx context.Context, url, session string) (then, error) {
			return nil, l.Server.ChangePassword(ctx, url, signaling.ChangePassword{Version: v, Session: session, Password: c.Password, New: c.New})
		})
	case DoNewAuthenticator:
		o.view.New, o.view.Problem = newAuthenticator(l.settings.Account.Email, l.settings.Account.Clinic), nil
	case DoStopAuthenticator:
		o.view.New, o.view.Problem = nil, nil
	case DoSetPasscode:
		l.setPasscode(c)
	case DoRevoke:
		l.ask(PartWorkstation, func(ctx context.Context, url, session string) (then, error) {
			return nil, l.Server.Revoke(ctx, url, signaling.Revoke{Version: v, Session: session, Email: c.Email, ID: c.ID})
		})
	case DoShowSeats:
		o.view.SeatsOf, o.view.Seats = c.Email, nil
		if c.Email != "" {
			l.ask(PartPeople, nil)
		}
	case DoHandedOver:
		o.view.Handed = nil
	default:
		l.doPeople(c)
	}
}

// doPeople carries out what an administrator does. The server sees to it that he is one.
func (l *loop) doPeople(c Command) {
	v := signaling.Version
	switch c := c.(type) {
	case DoAddPerson:
		l.ask(PartAdd, func(ctx context.Context, url, session string) (then, error) {
			given, err := l.Server.AddPerson(ctx, url, signaling.AddPerson{Version: v, Session: session, Email: strings.TrimSpace(c.Email),
				Name: strings.TrimSpace(c.Name), Role: c.Role, Administrator: c.Administrator})
			return l.handed(c.Name, c.Email, given), err
		})
	case DoChangePerson:
		l.ask(PartPeople, func(ctx context.Context, url, session string) (then, error) {
			return nil, l.Server.ChangePerson(ctx, url, signaling.ChangePerson{Version: v, Session: session, Email: c.Email,
				Name: strings.TrimSpace(c.Name), Role: c.Role, Administrator: c.Administrator, Disabled: c.Disabled})
		})
	case DoNewCode:
		l.ask(PartPeople, func(ctx context.Context, url, session string) (then, error) {
			given, err := l.Server.NewEnrolment(ctx, url, signaling.NewEnrolment{Version: v, Session: session, Email: c.Email})
			return l.handed(c.Name, c.Email, given), err
		})
	case DoRemovePasscode:
		l.ask(PartPeople, func(ctx context.Context, url, session string) (then, error) {
			return nil, l.Server.RemovePasscode(ctx, url, signaling.RemovePasscode{Version: v, Session: session, Email: c.Email})
		})
	case DoChangeClinic:
		l.ask(PartClinic, func(ctx context.Context, url, session string) (then, error) {
			return nil, l.Server.ChangeClinic(ctx, url, signaling.ChangeClinic{Version: v, Session: session, Clinic: c.Clinic})
		})
	}
}

func (l *loop) handed(name, email string, given signaling.Enrolment) then {
	return func() {
		l.office.view.Handed = &Handed{Name: strings.TrimSpace(name), Email: strings.TrimSpace(email), Code: given.Code, Expires: given.Expires.Time()}
	}
}

func (l *loop) setPasscode(c DoSetPasscode) {
	secret := l.office.view.New
	if secret == nil {
		return
	}
	l.ask(PartPasscode, func(ctx context.Context, url, session string) (then, error) {
		codes, err := l.Server.SetPasscode(ctx, url, signaling.SetPasscode{Version: signaling.Version, Session: session, Password: c.Password,
			Secret: secret.plain(), Passcode: c.Passcode})
		return func() {
			l.office.view.New = nil
			l.showRecovery(codes.RecoveryCodes)
		}, err
	})
}

// then is run in the loop when a question was answered.
type then func()

// fresh is what the screen shows.
type fresh struct {
	account signaling.AccountState
	people  signaling.People
	seats   []signaling.Seat
}

// ask carries something out at the server, nil for nothing, and reads afresh what the screen shows. One thing at a time: a
// second press meanwhile does nothing.
func (l *loop) ask(part OfficePart, work func(ctx context.Context, url, session string) (then, error)) {
	if l.office.view.Busy || l.session == "" {
		return
	}
	view := &l.office.view
	view.Busy, view.Problem = true, nil
	url, session, of, manages := l.settings.Server, l.session, view.SeatsOf, l.settings.Account.Administers()
	l.start(func(ctx context.Context) func() {
		var did then
		var err error
		if work != nil {
			did, err = work(ctx, url, session)
		}
		var news fresh
		failed := err
		if err == nil {
			news, failed = l.readOffice(ctx, url, session, of, manages)
		}
		return func() {
			if l.session == session {
				l.answered(part, work != nil && err == nil, did, news, failed)
				if view := &l.office.view; view.SeatsOf != of { // somebody else was chosen meanwhile
					view.Seats = nil
					l.ask(PartPeople, nil)
				}
			}
		}
	})
}

func (l *loop) answered(part OfficePart, carried bool, did then, news fresh, failed error) {
	view := &l.office.view
	view.Busy = false
	if carried {
		view.Done, view.DonePart = view.Done+1, part
		if did != nil {
			did()
		}
	}
	if failed != nil {
		code := serverCode(signaling.CodeOf(failed))
		if code == string(signaling.WrongSignIn) {
			code = "wrongPassword" // the address is not in question here
		}
		view.Problem, view.ProblemOf = &Problem{Code: code}, part
		return
	}
	view.Loaded, view.Account, view.Clinic, view.People, view.Seats = true, news.account, news.people.Clinic, news.people.People, news.seats
}

func (l *loop) readOffice(ctx context.Context, url, session, of string, manages bool) (news fresh, err error) {
	v := signaling.Version
	if news.account, err = l.Server.AccountState(ctx, url, signaling.AskAccount{Version: v, Session: session}); err != nil || !manages {
		return news, err
	}
	if news.people, err = l.Server.People(ctx, url, signaling.AskPeople{Version: v, Session: session}); err != nil || of == "" {
		return news, err
	}
	state, err := l.Server.AccountState(ctx, url, signaling.AskAccount{Version: v, Session: session, Email: of})
	news.seats = state.Workstations
	return news, err
}

// officeView is what the screen shows, nil when it is not open.
func (l *loop) officeView() *Office {
	if !l.office.open {
		return nil
	}
	view := l.office.view
	view.Administrates = l.settings.Account.Administers()
	return &view
}
