package app

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/handover"
	"legekonsultasjon/core/i18n"
	"legekonsultasjon/core/intake"
)

// orderLimit is how long a start waits until the running program has taken its order.
const orderLimit = 20 * time.Second

// openURL is the subcommand that the operating system starts for an address of the URL scheme: it opens the window, or
// hands the address to the one that is open.
func openURL(args []string, out io.Writer) int {
	o, rest, err := parseWindow(args, out)
	switch {
	case isHelp(err):
		return exitOK
	case err == nil && len(rest) != 1:
		err = errors.New("open wants one address that begins with legekonsultasjon://invite?")
	}
	if err != nil {
		fmt.Fprintln(out, "legekonsultasjon:", err)
		return exitUsage
	}
	request, err := intake.ReadURL(rest[0], time.Now())
	if err != nil { // the window says so
		fmt.Fprintln(out, "legekonsultasjon: the address cannot be taken:", err)
		request = intake.Request{}
	}
	o.first = &handover.Order{Do: handover.Invite, Way: string(desk.WayURL), Request: request, Wait: orderLimit}
	return open(o)
}

// handOver gives the running program what this start was for: at least the wish to see the window.
func handOver(o options, words *i18n.Catalogue) int {
	order := handover.Order{Do: handover.Raise, Wait: orderLimit}
	if o.first != nil {
		order = *o.first
	}
	ctx, cancel := context.WithTimeout(context.Background(), orderLimit)
	defer cancel()
	taken := false
	_, err := ask(ctx, o.profile, order, func(intake.Fate) { taken = true; cancel() })
	switch {
	case o.first == nil:
		fmt.Fprintln(os.Stderr, words.Text("start.running", nil))
	case err != nil || !taken:
		complain(words.Text("start.openNotTaken", nil))
		return exitFailed
	}
	return exitOK
}

// ask hands an order to the program that runs with a profile.
func ask(ctx context.Context, profile string, o handover.Order, heard func(intake.Fate)) (intake.Fate, error) {
	a, err := handover.ReadAddress(addressPath(profile))
	if err != nil {
		return intake.Fate{}, err
	}
	return handover.Ask(ctx, a, o, heard)
}

// invite is the subcommand for journals and booking systems. Its answer is one line of JSON.
func invite(args []string, out, errs io.Writer) int {
	var r intake.Request
	var profile, at, length, lang string
	f := flag.NewFlagSet("legekonsultasjon invite", flag.ContinueOnError)
	f.SetOutput(errs)
	f.Usage = func() {
		fmt.Fprint(errs, inviteUsage)
		f.PrintDefaults()
		fmt.Fprint(errs, outcomeUsage)
	}
	f.StringVar(&profile, "profile", "", "`folder` of the profile; default: the user's own")
	f.StringVar(&r.Phone, "phone", "", "mobile `number`, with or without the code of its country")
	f.StringVar(&r.Country, "country", "", "`ISO 3166` code of the country of a number without a code; default: as chosen in the window")
	f.StringVar(&r.Email, "email", "", "e-mail `address`; with a number too, the link goes by e-mail and the PIN by SMS")
	f.StringVar(&at, "at", "", "`time` of the appointment: 2026-11-24T10:30, 24.11.2026 10:30, 10:30 or now (default)")
	f.StringVar(&length, "length", "", "`minutes`; default: as last")
	f.StringVar(&lang, "lang", "", "`language` of the message: nb, nn or en; default: as last")
	f.StringVar(&r.Name, "name", "", "name or initials, for the doctor `only`")
	f.StringVar(&r.Note, "note", "", "`note`, for the doctor only")
	wait := f.Duration("wait", 2*time.Minute, "how `long` to wait for what becomes of it, at most 15m")
	err := f.Parse(args)
	if isHelp(err) {
		return exitOK
	}
	if err == nil && f.NArg() > 0 {
		err = fmt.Errorf("unknown argument %q", f.Arg(0))
	}
	if err == nil {
		err = readInvite(&r, at, length, lang, time.Now())
	}
	if err != nil {
		fmt.Fprintln(errs, "legekonsultasjon invite:", err)
		return say(out, refusedFate(err), exitUsage)
	}
	return order(profile, handover.Order{Do: handover.Invite, Way: string(desk.WayCommand), Request: r, Wait: bounded(*wait)}, out, errs)
}

// readInvite reads the flags that are more than texts.
func readInvite(r *intake.Request, at, length, lang string, now time.Time) (err error) {
	if r.At, err = intake.ReadTime(at, now); err != nil {
		return err
	}
	if r.Length, err = intake.ReadLength(length); err != nil {
		return err
	}
	if r.Language, err = intake.ReadLanguage(lang); err != nil {
		return err
	}
	return r.Check(now)
}

// importFile is the subcommand that shows a list of appointments in the window.
func importFile(args []string, out, errs io.Writer) int {
	f := flag.NewFlagSet("legekonsultasjon import", flag.ContinueOnError)
	f.SetOutput(errs)
	f.Usage = func() {
		fmt.Fprint(errs, importUsage)
		f.PrintDefaults()
		fmt.Fprint(errs, outcomeUsage)
	}
	profile := f.String("profile", "", "`folder` of the profile; default: the user's own")
	wait := f.Duration("wait", 2*time.Minute, "how `long` to wait for what becomes of it, at most 15m")
	err := f.Parse(args)
	if isHelp(err) {
		return exitOK
	}
	if err == nil && f.NArg() != 1 {
		err = errors.New("one file is wanted")
	}
	if err != nil {
		fmt.Fprintln(errs, "legekonsultasjon import:", err)
		return exitUsage
	}
	path, err := filepath.Abs(f.Arg(0))
	if err != nil {
		fmt.Fprintln(errs, "legekonsultasjon import:", err)
		return exitFailed
	}
	return order(*profile, handover.Order{Do: handover.Import, File: path, Wait: bounded(*wait)}, out, errs)
}

func bounded(wait time.Duration) time.Duration { return min(max(wait, time.Second), handover.MaxWait) }

// order hands an order over, waits, and says what became of it.
func order(profile string, o handover.Order, out, errs io.Writer) int {
	folder, err := profileFolder(profile)
	if err != nil {
		fmt.Fprintln(errs, "legekonsultasjon:", err)
		return exitFailed
	}
	fate, err := ask(context.Background(), folder, o, nil)
	switch {
	case errors.Is(err, handover.ErrNotRunning):
		fate = intake.Fate{Outcome: intake.NotRunning}
	case err != nil:
		fmt.Fprintln(errs, "legekonsultasjon:", err)
		return exitFailed
	case fate.Outcome == "":
		fmt.Fprintln(errs, "legekonsultasjon: the running program does not answer")
		return exitFailed
	}
	return say(out, fate, exitOf(o.Do, fate.Outcome))
}

// exitOf is the exit code of an outcome.
func exitOf(do string, o intake.Outcome) int {
	switch o {
	case intake.Sent:
		return exitOK
	case intake.Confirmed:
		if do == handover.Import {
			return exitOK
		}
		return exitPending
	case intake.NotRunning:
		return exitNotRunning
	case intake.NotSignedIn:
		return exitNotSignedIn
	case intake.Declined:
		return exitDeclined
	case intake.Refused:
		return exitNotTaken
	case intake.Busy:
		return exitBusy
	case intake.Failed:
		return exitNotSent
	}
	return exitPending
}

func refusedFate(err error) intake.Fate {
	var e *intake.Error
	if errors.As(err, &e) {
		return intake.Fate{Outcome: intake.Refused, Problem: e.Code}
	}
	return intake.Fate{Outcome: intake.Refused, Problem: "usage"}
}

func say(out io.Writer, f intake.Fate, code int) int {
	_ = json.NewEncoder(out).Encode(f)
	return code
}

// takeOrder carries out what another start of the program hands over.
func (p *program) takeOrder(ctx context.Context, o handover.Order, tell func(intake.Fate)) {
	fates := make(chan intake.Fate, 8) // more than one order ever has; a fate too many is dropped
	heard := func(f intake.Fate) {
		select {
		case fates <- f:
		default:
		}
	}
	p.bridge.Do(p.raise)
	var c desk.Command
	switch o.Do {
	case handover.Raise:
		tell(intake.Fate{Outcome: intake.Shown})
		return
	case handover.Invite:
		way := desk.WayCommand
		if o.Way == string(desk.WayURL) {
			way = desk.WayURL
		}
		c = desk.DoTake{Request: o.Request, Way: way, Tell: heard}
	case handover.Import:
		if s := p.newest.Load(); s == nil || s.Account.Email == "" {
			tell(intake.Fate{Outcome: intake.NotSignedIn})
			return
		}
		c = desk.DoImportFile{Path: o.File, Tell: heard}
	default:
		tell(intake.Fate{Outcome: intake.Refused, Problem: "unknownOrder"})
		return
	}
	if !p.desk.Do(c) {
		tell(intake.Fate{Outcome: intake.Busy})
		return
	}
	p.follow(ctx, o.Do, fates, tell)
}

// follow passes fates on until the last one, or until nobody waits any more.
func (p *program) follow(ctx context.Context, do string, fates <-chan intake.Fate, tell func(intake.Fate)) {
	for {
		select {
		case f := <-fates:
			tell(f)
			if f.Outcome.Last() || do == handover.Import && f.Outcome == intake.Confirmed {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

const inviteUsage = `Asks the doctor's running program to invite a patient. The program shows the verify dialog; nothing is sent before the
doctor has checked number and address there and pressed Send.

`

const importUsage = `Asks the doctor's running program to show the appointments of a file (CSV or .ics), one argument. The doctor decides
whether they are taken into the day's list, where each is verified before anything is sent.

`

const outcomeUsage = `
Standard output is one line of JSON, {"outcome":"sent"}, with "problem" where there is one.
Exit codes: 0 sent (import: taken into the list), 1 failed, 2 wrong command line, 5 no program runs, 6 nobody is signed
in, 7 the doctor closed the dialog, 8 no last word in time (outcome says how far it is: waiting, shown, confirmed; it goes
on in the window), 9 cannot be taken, 10 too much waits already, 11 confirmed, but the mail server or gateway refused.
`
