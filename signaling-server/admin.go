package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"

	"legekonsultasjon/core/signaling"
	"legekonsultasjon/signaling-server/store"
)

// order is one thing an administrator wants, as it travels to a running server. What is nil or empty stays as it is.
type order struct {
	Verb     string `json:"verb"` // one of verbs
	Clinic   string `json:"clinic,omitempty"`
	Name     string `json:"name,omitempty"`
	Phone    string `json:"phone,omitempty"`
	Email    string `json:"email,omitempty"`
	Password string `json:"password,omitempty"`

	Role           signaling.Role `json:"role,omitempty"`
	Administrator  *bool          `json:"administrator,omitempty"`
	PasscodeNeeded *bool          `json:"passcodeNeeded,omitempty"`
	IdleHours      *int           `json:"idleHours,omitempty"`
	AbsoluteHours  *int           `json:"absoluteHours,omitempty"`
	Workstation    string         `json:"workstation,omitempty"` // its id
}

// report is the answer: lines to print, or what went wrong.
type report struct {
	Text  string `json:"text,omitempty"`
	Error string `json:"error,omitempty"`
}

type adminFlags struct {
	order
	data, natsURL string
	passwordStdin bool
}

// verbs are the orders, each with the flags that it must have and those that it may have.
var verbs = map[string]struct{ must, may []string }{
	"clinic add":             {[]string{"name", "phone"}, []string{"require-passcode", "idle-hours", "absolute-hours"}},
	"clinic change":          {[]string{"clinic"}, []string{"name", "phone", "require-passcode", "idle-hours", "absolute-hours"}},
	"clinic list":            {},
	"doctor add":             {[]string{"clinic", "name", "email"}, []string{"password-stdin", "role", "administrator"}},
	"doctor change":          {[]string{"email"}, []string{"name", "role", "administrator"}},
	"doctor disable":         {[]string{"email"}, nil},
	"doctor enable":          {[]string{"email"}, nil},
	"doctor enrol":           {[]string{"email"}, nil},
	"doctor list":            {},
	"doctor remove-passcode": {[]string{"email"}, nil},
	"doctor revoke":          {[]string{"email", "workstation"}, nil},
	"doctor workstations":    {[]string{"email"}, nil},
}

func verbList() string { return strings.Join(slices.Sorted(maps.Keys(verbs)), ", ") }

func parseAdmin(args []string, errs io.Writer) (*adminFlags, error) {
	if len(args) < 2 || strings.HasPrefix(args[1], "-") {
		return nil, usageError("admin wants one of: " + verbList() + "; person may stand for doctor")
	}
	f := &adminFlags{}
	f.Verb = strings.TrimPrefix(args[0]+" ", "person ")
	if f.Verb == "" {
		f.Verb = "doctor "
	}
	f.Verb += args[1]
	verb, ok := verbs[f.Verb]
	if !ok {
		return nil, usageError("admin has no " + args[0] + " " + args[1] + ", but: " + verbList())
	}
	fs := flag.NewFlagSet("admin "+f.Verb, flag.ContinueOnError)
	configFlag(fs)
	fs.StringVar(&f.data, "data", "var/signaling-server", "the server's data `folder`")
	fs.StringVar(&f.natsURL, "nats-url", "", "`URL` of NATS servers, when the server uses them")
	for _, name := range slices.Concat(verb.must, verb.may) {
		f.flag(fs, name)
	}
	if ok, err := parse(fs, args[2:], errs, false); !ok || err != nil {
		return nil, err
	}
	var missing error
	for _, name := range verb.must {
		if fs.Lookup(name).Value.String() == "" {
			missing = errors.Join(missing, usageError("admin "+f.Verb+" needs --"+name))
		}
	}
	return f, missing
}

// flag adds one flag by its name.
func (f *adminFlags) flag(fs *flag.FlagSet, name string) {
	switch name {
	case "name":
		fs.StringVar(&f.Name, name, "", "the clinic's or the person's name, as patients read it")
	case "phone":
		fs.StringVar(&f.Phone, name, "", "the clinic's telephone number, as patients read it")
	case "clinic":
		fs.StringVar(&f.Clinic, name, "", "the clinic's name or id")
	case "email":
		fs.StringVar(&f.Email, name, "", "the address to sign in with")
	case "password-stdin":
		fs.BoolVar(&f.passwordStdin, name, false, "read the password from standard input, instead of a code to begin with")
	case "role":
		fs.Func(name, "doctor (default), receptionist or administrator", func(s string) error {
			if f.Role = signaling.Role(s); s == "" || !f.Role.Known() {
				return errors.New("not doctor, receptionist or administrator")
			}
			return nil
		})
	case "administrator":
		fs.BoolFunc(name, "may manage people and the clinic's settings, beside the role", boolInto(&f.Administrator))
	case "require-passcode":
		fs.BoolFunc(name, "signing in wants a passcode of an authenticator (default for a new clinic)", boolInto(&f.PasscodeNeeded))
	case "idle-hours":
		fs.Func(name, "sign a workstation out that was not connected for so long (`hours`; 0 for 168)", intInto(&f.IdleHours))
	case "absolute-hours":
		fs.Func(name, "sign a workstation out so long after it signed in (`hours`; 0 for 720)", intInto(&f.AbsoluteHours))
	case "workstation":
		fs.StringVar(&f.Workstation, name, "", "the workstation's id, or how it begins (see doctor workstations)")
	}
}

func boolInto(to **bool) func(string) error {
	return func(s string) error {
		on, err := strconv.ParseBool(s)
		*to = &on
		return err
	}
}

func intInto(to **int) func(string) error {
	return func(s string) error {
		n, err := strconv.Atoi(s)
		*to = &n
		return err
	}
}

// admin gives an order to the running server, or carries it out on the data folder when none runs.
func admin(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) error {
	f, err := parseAdmin(args, errs)
	if f == nil || err != nil {
		return err
	}
	if f.passwordStdin {
		data, err := io.ReadAll(io.LimitReader(in, signaling.MaxPassword+2))
		if err != nil {
			return err
		}
		if f.Password = strings.TrimRight(string(data), "\r\n"); f.Password == "" {
			return errors.New("standard input holds no password")
		}
	}
	text, err := f.carryOut(ctx, errs)
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, text)
	return err
}

func (f *adminFlags) carryOut(ctx context.Context, errs io.Writer) (string, error) {
	if f.natsURL == "" {
		text, running, err := askRunning(ctx, f.data, f.order)
		if running {
			return text, err
		}
	}
	text := ""
	o := store.Options{Folder: f.data, URL: f.natsURL, Log: slog.New(slog.NewTextHandler(errs, nil))}
	err := withStore(ctx, o, func(st *store.Store) (err error) {
		text, err = obey(ctx, st, f.order)
		return err
	})
	return text, err
}

// obey carries out an order on an open store and says what was done.
func obey(ctx context.Context, st *store.Store, o order) (string, error) {
	switch o.Verb {
	case "clinic add":
		return addClinic(ctx, st, o)
	case "clinic change":
		return changeClinic(ctx, st, o)
	case "clinic list":
		return listClinics(ctx, st)
	case "doctor add":
		return addPerson(ctx, st, o)
	case "doctor list":
		return listDoctors(ctx, st)
	}
	if _, ok := verbs[o.Verb]; !ok {
		return "", usageError("admin has no " + o.Verb)
	}
	d, err := st.FindDoctor(ctx, o.Email)
	if errors.Is(err, store.ErrNotFound) {
		return "", fmt.Errorf("no doctor has the address %s", o.Email)
	}
	if err != nil {
		return "", plain(err)
	}
	text, err := obeyFor(ctx, st, o, d)
	return text, plain(err)
}

// plain says in words what a code of the store means to an administrator.
func plain(err error) error {
	var coded *store.Error
	if !errors.As(err, &coded) {
		return err
	}
	switch coded.Code {
	case signaling.StoreFull:
		return errors.New("the disk is full: free at least 64 MiB and try again")
	case signaling.StoreDown:
		return errors.New("the store did not answer within two seconds")
	case signaling.ShortPassword:
		return fmt.Errorf("a password has at least %d characters", signaling.MinPassword)
	case signaling.WeakPassword:
		return errors.New("this password is one of those that are tried first; take four words that have nothing to do with each other")
	case signaling.LastAdministrator:
		return errors.New("the clinic would have no administrator left; make somebody else one first")
	}
	if coded.Err != nil {
		return coded.Err
	}
	return err
}
