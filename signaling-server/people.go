package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"legekonsultasjon/core/signaling"
	"legekonsultasjon/signaling-server/store"
)

// addClinic makes a clinic that wants passcodes, unless the order says otherwise.
func addClinic(ctx context.Context, st *store.Store, o order) (string, error) {
	c, err := st.AddClinic(ctx, o.Name, o.Phone)
	if err != nil {
		return "", plain(err)
	}
	if o.PasscodeNeeded == nil {
		needed := true
		o.PasscodeNeeded = &needed
	}
	c, err = st.ChangeClinic(ctx, c.ID, o.settings(c))
	return fmt.Sprintf("clinic %s: %s\n", c.ID, c.Name), plain(err)
}

func changeClinic(ctx context.Context, st *store.Store, o order) (string, error) {
	c, err := findClinic(ctx, st, o.Clinic)
	if err != nil {
		return "", err
	}
	c, err = st.ChangeClinic(ctx, c.ID, o.settings(c))
	return fmt.Sprintf("clinic %s: %s\n", c.ID, c.Name), plain(err)
}

// settings are the clinic's with what the order says.
func (o order) settings(c store.Clinic) signaling.ClinicSettings {
	set := c.Settings()
	if o.Name != "" {
		set.Name = o.Name
	}
	if o.Phone != "" {
		set.Phone = o.Phone
	}
	if o.PasscodeNeeded != nil {
		set.PasscodeRequired = *o.PasscodeNeeded
	}
	if o.IdleHours != nil {
		set.IdleHours = *o.IdleHours
	}
	if o.AbsoluteHours != nil {
		set.AbsoluteHours = *o.AbsoluteHours
	}
	return set
}

func findClinic(ctx context.Context, st *store.Store, idOrName string) (store.Clinic, error) {
	c, err := st.FindClinic(ctx, idOrName)
	if errors.Is(err, store.ErrNotFound) {
		return c, fmt.Errorf("no clinic is called %q; add it with admin clinic add", idOrName)
	}
	return c, plain(err)
}

// addPerson makes an account: with a password, or with a code to hand over.
func addPerson(ctx context.Context, st *store.Store, o order) (string, error) {
	c, err := findClinic(ctx, st, o.Clinic)
	if err != nil {
		return "", err
	}
	var d store.Doctor
	var code string
	if o.Password != "" {
		if d, err = st.AddDoctor(ctx, c.ID, o.Name, o.Email, o.Password); err == nil && (o.Role != "" || o.Administrator != nil) {
			err = st.ChangePerson(ctx, c.ID, o.change(d))
		}
	} else {
		p := store.NewPerson{Name: o.Name, Email: o.Email, Role: o.Role, Administrator: o.Administrator != nil && *o.Administrator}
		d, code, err = st.AddPerson(ctx, c.ID, p)
	}
	if store.CodeOf(err) == signaling.Exists {
		return "", fmt.Errorf("%s has an account already", o.Email)
	}
	if err != nil {
		return "", plain(err)
	}
	text := fmt.Sprintf("doctor %s: %s <%s>, %s\n", d.ID, d.Name, d.Email, c.Name)
	switch {
	case code != "":
		text += handOut(d, code)
	case c.PasscodeRequired:
		text += "the clinic wants passcodes: before the first sign-in make a code with admin doctor enrol\n"
	}
	return text, nil
}

// handOut says what to do with a code.
func handOut(d store.Doctor, code string) string {
	return fmt.Sprintf("code to begin with: %s\nhand it to %s in person; it is good once, until %s\n", code, d.Name,
		d.Enrolment.Expires.Time().Local().Format("2006-01-02 15:04"))
}

// change is the account as it is with what the order says.
func (o order) change(d store.Doctor) signaling.ChangePerson {
	r := signaling.ChangePerson{Email: d.Email, Name: d.Name, Role: d.Role, Administrator: d.Administrator, Disabled: d.Disabled}
	if o.Name != "" {
		r.Name = o.Name
	}
	if o.Role != "" {
		r.Role = o.Role
	}
	if o.Administrator != nil {
		r.Administrator = *o.Administrator
	}
	return r
}

// obeyFor carries out an order about one account.
func obeyFor(ctx context.Context, st *store.Store, o order, d store.Doctor) (string, error) {
	switch o.Verb {
	case "doctor change":
		return "changed " + d.Email + "\n", st.ChangePerson(ctx, d.Clinic, o.change(d))
	case "doctor disable":
		return "disabled " + d.Email + "\n", st.DisableDoctor(ctx, d.Email)
	case "doctor enable":
		r := o.change(d)
		r.Disabled = false
		return "enabled " + d.Email + "\n", st.ChangePerson(ctx, d.Clinic, r)
	case "doctor enrol":
		d, code, err := st.NewEnrolment(ctx, d.Clinic, d.Email)
		if err != nil {
			return "", err
		}
		return handOut(d, code), nil
	case "doctor remove-passcode":
		return "removed the passcode of " + d.Email + "\n", st.RemovePasscode(ctx, d.Clinic, d.Email)
	case "doctor workstations":
		return listSeats(ctx, st, d)
	case "doctor revoke":
		return revoke(ctx, st, d, o.Workstation)
	}
	return "", usageError("admin has no " + o.Verb)
}

func seats(ctx context.Context, st *store.Store, d store.Doctor) ([]store.Seat, error) {
	c, err := st.FindClinic(ctx, string(d.Clinic))
	if err != nil {
		return nil, err
	}
	return st.Seats(ctx, d, c, "")
}

// revoke signs the one workstation out whose id begins like that.
func revoke(ctx context.Context, st *store.Store, d store.Doctor, begins string) (string, error) {
	all, err := seats(ctx, st, d)
	if err != nil {
		return "", err
	}
	var found []store.Seat
	for _, s := range all {
		if strings.HasPrefix(s.ID, begins) {
			found = append(found, s)
		}
	}
	switch len(found) {
	case 0:
		return "", fmt.Errorf("%s is signed in at no workstation whose id begins with %s", d.Email, begins)
	case 1:
		return "signed out " + found[0].Session.Workstation + "\n", st.Revoke(ctx, d.ID, found[0].ID)
	}
	return "", errors.New("several workstations' ids begin like that; give more of it")
}

func listSeats(ctx context.Context, st *store.Store, d store.Doctor) (string, error) {
	all, err := seats(ctx, st, d)
	if err != nil {
		return "", err
	}
	rows := [][]string{{"ID", "WORKSTATION", "SIGNED IN", "LAST CONNECTED"}}
	when := func(at signaling.Seconds) string { return at.Time().Local().Format(time.DateTime) }
	for _, s := range all {
		rows = append(rows, []string{s.ID[:12], s.Session.Workstation, when(s.Session.Began), when(s.Session.Seen)})
	}
	return table(rows)
}

func listClinics(ctx context.Context, st *store.Store) (string, error) {
	all, err := st.Clinics(ctx)
	if err != nil {
		return "", plain(err)
	}
	rows := [][]string{{"ID", "NAME", "PHONE", "PASSCODES"}}
	for _, c := range all {
		passcodes := "optional"
		if c.PasscodeRequired {
			passcodes = "required"
		}
		rows = append(rows, []string{string(c.ID), c.Name, c.Phone, passcodes})
	}
	return table(rows)
}

func listDoctors(ctx context.Context, st *store.Store) (string, error) {
	all, err := st.Doctors(ctx)
	if err != nil {
		return "", plain(err)
	}
	rows := [][]string{{"EMAIL", "NAME", "CLINIC", "ROLE", "PASSCODE", "STATE"}}
	for _, d := range all {
		role, passcode, state := string(d.Role), "no", "active"
		if role == "" {
			role = string(signaling.RoleDoctor)
		}
		if d.Administrator && d.Role != signaling.RoleAdministrator {
			role += ", administrator"
		}
		if d.Passcode != nil {
			passcode = "yes"
		}
		switch {
		case d.Disabled:
			state = "disabled"
		case d.Password == "":
			state = "not begun"
		}
		rows = append(rows, []string{d.Email, d.Name, string(d.Clinic), role, passcode, state})
	}
	return table(rows)
}

func table(rows [][]string) (string, error) {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	if err := w.Flush(); err != nil {
		return "", err
	}
	return b.String(), nil
}
