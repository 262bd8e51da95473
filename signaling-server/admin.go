package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"text/tabwriter"

	"legekonsultasjon/core/signaling"
	"legekonsultasjon/signaling-server/store"
)

// order is one thing an administrator wants, as it travels to a running server.
type order struct {
	Verb     string `json:"verb"` // clinic add, clinic list, doctor add, doctor list, doctor disable
	Clinic   string `json:"clinic,omitempty"`
	Name     string `json:"name,omitempty"`
	Phone    string `json:"phone,omitempty"`
	Email    string `json:"email,omitempty"`
	Password string `json:"password,omitempty"`
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

func parseAdmin(args []string, errs io.Writer) (*adminFlags, error) {
	if len(args) < 2 || strings.HasPrefix(args[1], "-") {
		return nil, usageError("admin wants clinic add, clinic list, doctor add, doctor list or doctor disable")
	}
	f := &adminFlags{}
	f.Verb = args[0] + " " + args[1]
	fs := flag.NewFlagSet("admin "+f.Verb, flag.ContinueOnError)
	configFlag(fs)
	fs.StringVar(&f.data, "data", "var/signaling-server", "the server's data `folder`")
	fs.StringVar(&f.natsURL, "nats-url", "", "`URL` of NATS servers, when the server uses them")
	switch f.Verb {
	case "clinic add":
		fs.StringVar(&f.Name, "name", "", "the clinic's name, as patients read it")
		fs.StringVar(&f.Phone, "phone", "", "its telephone number, as patients read it")
	case "doctor add":
		fs.StringVar(&f.Clinic, "clinic", "", "the clinic's name or id")
		fs.StringVar(&f.Name, "name", "", "the doctor's name, as patients read it")
		fs.StringVar(&f.Email, "email", "", "the address to sign in with")
		fs.BoolVar(&f.passwordStdin, "password-stdin", false, "read the password from standard input")
	case "doctor disable":
		fs.StringVar(&f.Email, "email", "", "the account's address")
	case "clinic list", "doctor list":
	default:
		return nil, usageError("admin has no " + f.Verb)
	}
	if ok, err := parse(fs, args[2:], errs, false); !ok || err != nil {
		return nil, err
	}
	return f, f.check()
}

func (f *adminFlags) check() error {
	missing := func(flag, value string) error {
		if value == "" {
			return usageError("admin " + f.Verb + " needs --" + flag)
		}
		return nil
	}
	switch f.Verb {
	case "clinic add":
		return errors.Join(missing("name", f.Name), missing("phone", f.Phone))
	case "doctor add":
		password := ""
		if f.passwordStdin {
			password = "stdin"
		}
		return errors.Join(missing("clinic", f.Clinic), missing("name", f.Name), missing("email", f.Email),
			missing("password-stdin", password))
	case "doctor disable":
		return missing("email", f.Email)
	}
	return nil
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
		f.Password = strings.TrimRight(string(data), "\r\n")
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
	st, err := openStore(ctx, store.Options{Folder: f.data, URL: f.natsURL, Log: slog.New(slog.NewTextHandler(errs, nil))})
	if err != nil {
		return "", err
	}
	defer st.Close()
	return obey(ctx, st, f.order)
}

// obey carries out an order on an open store and says what was done.
func obey(ctx context.Context, st *store.Store, o order) (string, error) {
	switch o.Verb {
	case "clinic add":
		c, err := st.AddClinic(ctx, o.Name, o.Phone)
		return fmt.Sprintf("clinic %s: %s\n", c.ID, c.Name), plain(err)
	case "clinic list":
		return listClinics(ctx, st)
	case "doctor add":
		return addDoctor(ctx, st, o)
	case "doctor list":
		return listDoctors(ctx, st)
	case "doctor disable":
		err := st.DisableDoctor(ctx, o.Email)
		if errors.Is(err, store.ErrNotFound) {
			return "", fmt.Errorf("no doctor has the address %s", o.Email)
		}
		return fmt.Sprintf("disabled %s\n", o.Email), plain(err)
	}
	return "", usageError("admin has no " + o.Verb)
}

func addDoctor(ctx context.Context, st *store.Store, o order) (string, error) {
	c, err := st.FindClinic(ctx, o.Clinic)
	if errors.Is(err, store.ErrNotFound) {
		return "", fmt.Errorf("no clinic is called %q; add it with admin clinic add", o.Clinic)
	}
	if err != nil {
		return "", plain(err)
	}
	d, err := st.AddDoctor(ctx, c.ID, o.Name, o.Email, o.Password)
	if store.CodeOf(err) == signaling.Exists {
		return "", fmt.Errorf("%s has an account already", o.Email)
	}
	return fmt.Sprintf("doctor %s: %s <%s>, %s\n", d.ID, d.Name, d.Email, c.Name), plain(err)
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
	}
	return err
}

func listClinics(ctx context.Context, st *store.Store) (string, error) {
	all, err := st.Clinics(ctx)
	if err != nil {
		return "", plain(err)
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tNAME\tPHONE")
	for _, c := range all {
		fmt.Fprintf(w, "%s\t%s\t%s\n", c.ID, c.Name, c.Phone)
	}
	return flushed(&b, w)
}

func listDoctors(ctx context.Context, st *store.Store) (string, error) {
	all, err := st.Doctors(ctx)
	if err != nil {
		return "", plain(err)
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "EMAIL\tNAME\tCLINIC\tSTATE")
	for _, d := range all {
		state := "active"
		if d.Disabled {
			state = "disabled"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", d.Email, d.Name, d.Clinic, state)
	}
	return flushed(&b, w)
}

func flushed(b *strings.Builder, w *tabwriter.Writer) (string, error) {
	if err := w.Flush(); err != nil {
		return "", err
	}
	return b.String(), nil
}
