package desk

import (
	"context"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/intake"
	"legekonsultasjon/core/settings"
)

// fetchEvery is how often the calendar that is followed is fetched.
const fetchEvery = 10 * time.Minute

// imported is a list that was read, before anything is made of it.
type imported struct {
	name    string
	list    intake.List
	rows    []intake.Row // of the list, without those that are known
	address string       // to be followed, "" for a file
	tell    func(intake.Fate)
}

// following is the calendar that is subscribed to.
type following struct {
	owner   string // the account that follows it
	address string // a secret
	next    time.Time
	fetched time.Time
	busy    bool
	problem *Problem
}

// options are what lists are read with.
func (l *loop) listOptions() intake.Options {
	return intake.Options{Now: l.now(), Country: l.invite.country}
}

// doImportFile reads a file in the background and shows what is in it.
func (l *loop) doImportFile(c DoImportFile) {
	tell := (&asked{tell: c.Tell}).say
	switch {
	case l.book == nil || l.tray == nil:
		tell(intake.Refused, "noBook")
		return
	case l.following.busy || l.imported != nil || l.invite.verify != nil:
		tell(intake.Busy, "")
		return
	}
	l.following.busy, l.problems[slotIntake] = true, nil
	o := l.listOptions()
	l.start(func(context.Context) func() {
		list, err := readList(c.Path, o)
		return func() {
			l.following.busy = false
			if l.session == "" {
				tell(intake.NotSignedIn, "")
				return
			}
			if err != nil {
				l.problems[slotIntake] = intakeProblem(err)
				tell(intake.Refused, codeOf(err))
				return
			}
			l.preview(&imported{name: filepath.Base(c.Path), list: list, tell: c.Tell})
			tell(intake.Shown, "")
		}
	})
}

// readList reads a file, no more of it than a list may have.
func readList(path string, o intake.Options) (intake.List, error) {
	f, err := os.Open(path)
	if err != nil {
		return intake.List{}, &intake.Error{Code: intake.CodeUnread}
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() { // a pipe would keep us waiting
		return intake.List{}, &intake.Error{Code: intake.CodeUnread}
	}
	data, err := io.ReadAll(io.LimitReader(f, intake.MaxBytes+1))
	if err != nil {
		return intake.List{}, &intake.Error{Code: intake.CodeUnread}
	}
	return intake.Read(data, o)
}

// codeOf is the code of what is wrong with a list.
func codeOf(err error) string {
	var e *intake.Error
	if !errors.As(err, &e) {
		return intake.CodeUnread
	}
	return e.Code
}

// intakeProblem is what is wrong with a list, as "problem.intake.<code>".
func intakeProblem(err error) *Problem { return &Problem{Code: "intake." + codeOf(err)} }

// preview shows a list. Rows that are drafts or appointments already are counted and left out.
func (l *loop) preview(i *imported) {
	for _, r := range i.list.Rows {
		if !l.tray.Known(l.owner(), r) && !l.isBooked(r) {
			i.rows = append(i.rows, r)
		}
	}
	l.imported = i
}

// isBooked reports whether an appointment was made for a row already.
func (l *loop) isBooked(r intake.Row) bool {
	for _, a := range l.mine() {
		if len(a.Invitations) == 0 || !a.At.Equal(r.At) || a.Closing == appointment.Cancelled {
			continue
		}
		if i := a.Invitations[0]; r.Phone != "" && i.Phone == r.Phone || r.Email != "" && i.Email == r.Email {
			return true
		}
	}
	return false
}

// takeImport makes drafts of the list that is shown. Nobody is told anything.
func (l *loop) takeImport() {
	i := l.imported
	if i == nil || l.tray == nil {
		return
	}
	l.imported = nil
	batch := intake.NewDraftID()
	if i.address != "" {
		batch = intake.DraftID{}
		l.follow(i.address)
	}
	n := l.tray.Add(l.owner(), batch, i.rows)
	l.saveTray()
	notice := Notice{Code: "imported", Args: map[string]string{"count": strconv.Itoa(n)}}
	if n == 1 {
		notice.Code = "importedOne"
	}
	if i.address == "" && n > 0 {
		notice.Undo, notice.Until = DoUndoImport{batch}, l.now().Add(2*noticeTime)
	}
	l.tell(notice)
	l.Log.Info("imported", "drafts", n)
	if i.tell != nil {
		i.tell(intake.Fate{Outcome: intake.Confirmed})
	}
}

func (l *loop) dropImport() {
	if i := l.imported; i != nil && i.tell != nil {
		i.tell(intake.Fate{Outcome: intake.Declined})
	}
	l.imported = nil
}

// undoImport takes back what is left of an import.
func (l *loop) undoImport(batch intake.DraftID) {
	if l.tray == nil {
		return
	}
	n := l.tray.RemoveBatch(batch)
	l.saveTray()
	l.tell(Notice{Code: "importUndone", Args: map[string]string{"count": strconv.Itoa(n)}})
}

// source makes the calendar under an address.
func (l *loop) source(address string) (intake.Source, error) {
	if l.Calendar != nil {
		return l.Calendar(address)
	}
	return intake.NewSubscription(address, nil)
}

// subscribe fetches a calendar and shows what is in it; the address is remembered when the doctor takes it.
func (l *loop) subscribe(address string) {
	if l.following.busy || l.imported != nil || l.tray == nil {
		return
	}
	l.fetch(address, func(list intake.List) {
		l.preview(&imported{name: calendarHost(address), list: list, address: address})
	})
}

// followed is the address of the calendar that the account that is signed in follows, or "".
func (l *loop) followed() string {
	if l.following.owner != l.owner() {
		return ""
	}
	return l.following.address
}

// fetchDue fetches the calendar when it is time.
func (l *loop) fetchDue(now time.Time) {
	if !now.Before(l.following.next) {
		l.fetchNow()
	}
}

// fetchNow fetches the calendar that is followed.
func (l *loop) fetchNow() {
	if l.followed() == "" || l.following.busy || l.tray == nil || l.session == "" {
		return
	}
	l.following.next = l.now().Add(fetchEvery)
	l.fetch(l.following.address, func(list intake.List) {
		rows := list.Rows[:0]
		for _, r := range list.Rows {
			if !l.isBooked(r) {
				rows = append(rows, r)
			}
		}
		n := l.tray.Follow(l.owner(), rows)
		l.following.fetched = l.now()
		l.saveTray()
		if n > 0 {
			l.tell(Notice{Code: "newDrafts", Args: map[string]string{"count": strconv.Itoa(n)}})
		}
	})
}

// fetch fetches a calendar in the background.
func (l *loop) fetch(address string, then func(intake.List)) {
	l.following.problem = nil
	source, err := l.source(address)
	if err != nil {
		l.following.problem = intakeProblem(err)
		return
	}
	l.following.busy = true
	o, owner := l.listOptions(), l.owner()
	l.start(func(ctx context.Context) func() {
		list, err := source.Fetch(ctx, o)
		return func() {
			l.following.busy = false
			switch {
			case l.session == "" || l.owner() != owner:
			case err != nil:
				l.following.problem = intakeProblem(err)
				l.Log.Info("calendar not fetched", "code", l.following.problem.Code)
			default:
				then(list)
			}
		}
	})
}

// follow remembers the address, which is a secret, and fetches it from now on.
func (l *loop) follow(address string) {
	now := l.now()
	l.following.owner, l.following.address = l.owner(), address
	l.following.fetched, l.following.next = now, now.Add(fetchEvery)
	l.keepAddress()
}

// unsubscribe forgets the address and takes away what came from there and was not invited.
func (l *loop) unsubscribe() {
	if l.followed() == "" || l.tray == nil {
		return
	}
	l.following = following{busy: l.following.busy}
	l.tray.RemoveFollowed(l.owner())
	l.saveTray()
	l.keepAddress()
}

func (l *loop) keepAddress() {
	store, secret := l.secrets, l.following.owner+"\n"+l.following.address
	if store == nil {
		return
	}
	if l.following.address == "" {
		secret = ""
	}
	l.start(func(ctx context.Context) func() {
		if err := setSecret(ctx, store, settings.SecretDayList, secret); err != nil {
			return func() { l.problems[slotSecrets] = &Problem{Code: "secretNotSaved"} }
		}
		return nil
	})
}

// takeUpFollowing goes on with the calendar of an earlier run.
func (l *loop) takeUpFollowing(secret string) {
	owner, address, ok := strings.Cut(secret, "\n")
	if ok {
		l.following.owner, l.following.address = owner, address
	}
}

// calendarHost is what is shown of an address, which is a secret.
func calendarHost(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

func (l *loop) dayListView(day time.Time) DayList {
	f := l.following
	v := DayList{Busy: f.busy, Problem: f.problem, Drafts: len(l.draftsOn(day))}
	if address := l.followed(); address != "" {
		v.Subscribed, v.Fetched = calendarHost(address), f.fetched
	}
	return v
}

func (l *loop) importView() *Import {
	i := l.imported
	if i == nil {
		return nil
	}
	v := &Import{Name: i.name, Subscribes: i.address != "", Known: len(i.list.Rows) - len(i.rows), Left: i.list.Left}
	for _, r := range i.rows {
		v.Rows = append(v.Rows, ImportRow{At: r.At, Length: r.Length, Name: r.Name, To: l.to(r.Request)})
	}
	for _, t := range i.list.Troubles {
		v.Troubles = append(v.Troubles, ImportTrouble{Line: t.Line, Code: t.Code, At: t.At, Text: t.Text})
	}
	return v
}
