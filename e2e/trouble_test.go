package e2e

import (
	"strings"
	"sync"
	"testing"
	"time"

	"legekonsultasjon/core/access"
	"legekonsultasjon/e2e/rig"
)

// TestTrouble goes through what goes wrong at clinics: every time a sentence says within five seconds what has happened
// and what to do, in the language of the screen, and nothing is lost. The parts share one clinic and follow each other.
func TestTrouble(t *testing.T) {
	began := time.Now()
	s := newTrouble(t)
	s.run("sign in", (*trouble).signInFails)
	s.run("letters refused", (*trouble).lettersRefused)
	s.run("malformed", (*trouble).malformed)
	s.run("mail server away", (*trouble).mailServerAway)
	s.run("server goes away", (*trouble).serverGoesAway)
	s.run("disk full at the server", (*trouble).serverDiskFull)
	s.run("disk full at the desktop", (*trouble).desktopDiskFull)
	s.run("taken back", (*trouble).takenBack)
	s.run("neither camera nor microphone", (*trouble).noDevices)
	s.run("page without microphone", (*trouble).pageWithoutMicrophone)
	s.run("page without devices", (*trouble).pageWithoutDevices)
	s.run("page refused devices", (*trouble).pageRefused)
	s.run("links", (*trouble).links)
	s.run("no keyring", (*trouble).noKeyring)
	s.run("no OpenGL", (*trouble).noOpenGL)
	s.run("the book is whole", (*trouble).bookIsWhole)
	t.Logf("trouble took %v", time.Since(began).Round(time.Second))
}

// Who is invited, and what the doctor calls them.
const (
	byMail, byMailName     = "en@eksempel.no", "Avvist e-post"
	bySMS, bySMSName       = "+4798765432", "Avvist SMS"
	noMail, noMailName     = "to@eksempel.no", "Ingen e-posttjener"
	offline, offlineName   = "tre@eksempel.no", "Uten server"
	noRoom, noRoomName     = "fire@eksempel.no", "Full server"
	fullDisk, fullDiskName = "fem@eksempel.no", "Full disk"
)

// lettersRefused: the mail server and the SMS gateway do not take the password and the key. After they have been mended
// each letter goes out, once.
func (s *trouble) lettersRefused() {
	s.setUp("feil passord", "feil nokkel")
	refused := s.why("reason.signInFailed")
	said := func(n int) func() bool {
		return func() bool { return strings.Count(s.desktop.Says(), refused) == n && s.offer("row.resend") == n }
	}
	s.until("mail server: wrong password", s.sends(byMail, byMailName), refused, s.desktop.Says, said(1))
	s.until("SMS gateway: 401", s.sends("987 65 432", bySMSName), refused, s.desktop.Says, said(2))
	if !strings.Contains(s.desktop.Says(), s.w("day.status.failed")) {
		s.t.Errorf("no row is %q", s.w("day.status.failed"))
	}
	s.setUp(s.account.Password, s.account.Secret)
	s.desktop.Press(5*time.Second, s.w("row.resend"), 1)
	rig.Until(s.t, mending, "one letter", func() bool { return s.offer("row.resend") == 1 })
	s.desktop.Press(5*time.Second, s.w("row.resend"), 0)
	s.mended("letters, by Send på nytt", s.desktop.Clicked(), func() bool {
		return s.offer("row.resend") == 0 && s.arrived(byMail)() && s.arrived(bySMS)()
	})
	s.letter(byMail)
	s.letter(bySMS)
}

// malformed: the words stand under the field, and what was typed stays in it.
func (s *trouble) malformed() {
	for _, m := range []struct {
		what, field, typed, key string
		nth                     int
	}{
		{"number with a digit missing", "invite.phone", "987 65 43", "problem.phoneTooShort", 0},
		{"landline", "invite.phone", "22 00 00 00", "problem.phoneFixed", 0},
		{"number with a digit too many", "invite.phone", "987 65 432 10", "problem.phoneTooLong", 0},
		{"address without a domain", "invite.email", "ola.hansen@", "problem.emailNotUnderstood", 1},
	} {
		s.desktop.Fill(s.w(m.field), m.typed)
		s.desktop.Press(5*time.Second, s.w("invite.submit"), m.nth)
		s.says(m.what, s.desktop.Clicked(), s.w(m.key))
		s.under(s.w(m.field), s.w(m.key))
		s.stays(s.w(m.field), m.typed)
	}
	for _, dialog := range []string{"verify.phone.title", "verify.email.title"} {
		if strings.Contains(s.desktop.Says(), s.w(dialog)) {
			s.t.Errorf("the dialog %s opened", dialog)
		}
	}
	s.desktop.Fill(s.w("invite.phone"), " ") // with both fields filled an invitation goes both ways
}

// mailServerAway: the letter waits and says for what; the doctor need not wait for the next try.
func (s *trouble) mailServerAway() {
	s.closeOffice()
	s.says("mail server: unreachable", s.sends(noMail, noMailName), s.why("reason.unreachable"))
	rig.Until(s.t, patience, "the offer to send again", func() bool { return s.offer("row.resend") == 1 })
	s.openOffice()
	s.desktop.Press(5*time.Second, s.w("row.resend"))
	s.mended("mail server", s.desktop.Clicked(), s.arrived(noMail))
	rig.Until(s.t, patience, "the row to be sent", func() bool { return s.offer("row.resend") == 0 })
	s.letter(noMail)
}

// serverGoesAway is said in bokmål and in English. An invitation made meanwhile goes out when the server is back.
func (s *trouble) serverGoesAway() {
	gone := time.Now()
	s.server.Process.Kill()
	back := sync.OnceFunc(s.server.Start)
	defer back() // also for the parts that follow
	s.says("server gone, chip", gone, s.w("top.offline"))
	s.says("server gone, banner", gone, s.w("problem.offline"))
	s.speak("en")
	began := s.desktop.Clicked()
	s.says("server gone, in English", began, s.w("problem.offline"))
	s.says("server gone, chip in English", began, s.w("top.offline"))
	s.says("invited while the server is gone", s.sends(offline, offlineName), s.why("reason.offline"))
	s.says("invited while the server is gone, row", s.desktop.Clicked(), s.w("day.status.queued"))
	back()
	s.mended("server back, letter out", time.Now(), s.arrived(offline))
	s.desktop.Sees(patience, s.w("top.online"))
	s.desktop.Gone(patience, s.w("problem.offline"))
	s.letter(offline)
	s.speak("nb")
}

func (s *trouble) serverDiskFull() {
	free := s.fillDisk(s.server.Data)
	s.says("disk full at the server", s.sends(noRoom, noRoomName), s.w("problem.storeFull"))
	s.desktop.Sees(patience, noRoomName)
	if len(s.invitations(noRoom)) != 0 {
		s.t.Error("a letter went out for an invitation that the server does not have")
	}
	free()
	s.mended("disk of the server", time.Now(), s.arrived(noRoom))
	s.desktop.Gone(mending, s.w("problem.storeFull"))
	s.letter(noRoom)
}

func (s *trouble) desktopDiskFull() {
	free := s.fillDisk(s.desktop.Profile)
	s.says("disk full at the desktop", s.sends(fullDisk, fullDiskName), s.w("problem.diskFull"))
	s.desktop.Sees(patience, fullDiskName)
	if len(s.invitations(fullDisk)) != 0 {
		s.t.Error("a letter went out that no book holds")
	}
	free()
	s.mended("disk of the desktop", time.Now(), s.arrived(fullDisk))
	s.desktop.Gone(mending, s.w("problem.diskFull"))
	s.letter(fullDisk)
}

// bookIsWhole: the power is cut, and every invitation of the day is there again. Nobody was written to twice.
func (s *trouble) bookIsWhole() {
	s.desktop.Process.Kill()
	s.desktop.Start()
	s.desktop.Sees(20*time.Second, s.w("invite.title"))
	for to, name := range map[string]string{byMail: byMailName, bySMS: bySMSName, noMail: noMailName, offline: offlineName,
		noRoom: noRoomName, fullDisk: fullDiskName} {
		s.desktop.Sees(10*time.Second, name)
		s.letter(to)
	}
}

// takenBack takes an invitation back, by the menu of its row.
func (s *trouble) takenBack() {
	item := s.w("row.cancel")
	offered := func() bool { return s.count(item) > 0 || strings.Contains(s.desktop.Says(), item) }
	for range 3 {
		s.pressInRow(noRoomName, s.w("row.more"))
		if rig.WaitFor(s.t.Context(), 2*time.Second, offered) == nil {
			break
		}
	}
	s.desktop.Press(5*time.Second, item)
	s.says("taken back", s.desktop.Clicked(), s.w("day.status.cancelled"))
	s.withdrawn = time.Now()
}

// pressInRow presses a button that stands beside a name.
func (s *trouble) pressInRow(name, words string) {
	s.t.Helper()
	var row, button rig.Widget
	rig.Until(s.t, 5*time.Second, words+" beside "+name, func() bool {
		var named, there bool
		row, named = s.desktop.Find(func(w rig.Widget) bool { return strings.HasPrefix(w.Text, name) && w.W > 0 })
		button, there = s.desktop.Find(func(w rig.Widget) bool {
			return w.Kind == "button" && w.Text == words && w.W > 0 && abs(w.Y+w.H/2-row.Y-row.H/2) < 20
		})
		return named && there
	})
	s.desktop.ClickAt(button.Rect().Min.Add(button.Rect().Size().Div(2)))
}

func abs(n int) int { return max(n, -n) }

// links: a link that was cut, one that nobody made, and the one that was taken back.
func (s *trouble) links() {
	p := rig.NewChromium(s.t, rig.BrowserOptions{Dir: mkdir(s.t, s.dir, "browsers"), Env: s.phoneEnv(true), Width: 480, Height: 900})
	visit := func(what, link, title, text string) {
		s.t.Helper()
		if err := p.Open("about:blank"); err != nil {
			s.t.Fatal(err)
		}
		began := time.Now()
		p.Visit(link)
		s.pageSays(p, what, began, s.page(title))
		p.Sees(time.Second, s.page(text))
	}
	whole := s.letter(byMail).Link
	visit("page: broken link", whole[:len(whole)-6], "code.title", "code.text")
	unknown, err := access.Link(s.server.URL, access.NewSecret())
	if err != nil {
		s.t.Fatal(err)
	}
	visit("page: unknown link", unknown, "notValid.title", "notValid.text")
	const undo = 10 * time.Second // the doctor can undo it for eight
	rig.Until(s.t, 2*undo, "the withdrawal to be final", func() bool { return time.Since(s.withdrawn) > undo })
	visit("page: link that was taken back", s.letter(noRoom).Link, "notValid.title", "notValid.text")
}
