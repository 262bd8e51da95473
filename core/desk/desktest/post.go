package desktest

import (
	"context"
	"strings"
	"sync"
	"time"

	"legekonsultasjon/core/appointment"
	"legekonsultasjon/core/deliver"
	"legekonsultasjon/core/desk"
)

// Post is a post office that keeps every letter. It implements desk.Post.
type Post struct {
	mu      sync.Mutex
	takes   time.Duration // how long a letter is under way
	letters []desk.Parcel
	next    []desk.Outcome // what the next letters come to; accepted when empty
	around  func()         // called before and after every letter is taken, or nil
	fate    deliver.Fate
	asked   []string
	hold    chan struct{} // while set, letters are under way until it is closed or the program ends
}

// Will sets what the next letters come to, in order.
func (p *Post) Will(outcomes ...desk.Outcome) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = append(p.next, outcomes...)
}

// Hold keeps letters under way until the returned function is called.
func (p *Post) Hold() (release func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	hold := make(chan struct{})
	p.hold = hold
	return func() {
		p.mu.Lock()
		p.hold = nil
		p.mu.Unlock()
		close(hold)
	}
}

// Takes makes every letter take so long; half of it passes before it is taken and half after.
func (p *Post) Takes(d time.Duration) { p.takes = d }

// wait is half of the way; it reports false when the program ended meanwhile.
func (p *Post) wait(ctx context.Context) bool {
	if p.takes == 0 {
		return true
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(p.takes / 2):
		return true
	}
}

// Around has f called before and after every letter is taken.
func (p *Post) Around(f func()) { p.around = f }

// Letters returns what was handed over and taken.
func (p *Post) Letters() []desk.Parcel {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]desk.Parcel(nil), p.letters...)
}

// Last is the newest letter of a kind.
func (p *Post) Last(kind appointment.Letter) (desk.Parcel, bool) {
	letters := p.Letters()
	for n := len(letters) - 1; n >= 0; n-- {
		if letters[n].Letter == kind {
			return letters[n], true
		}
	}
	return desk.Parcel{}, false
}

// Phone implements desk.Post: eight digits are a number.
func (p *Post) Phone(typed, country, _ string) (desk.Phone, error) {
	digits := strings.TrimPrefix(strings.ReplaceAll(typed, " ", ""), "+47")
	if len(digits) != 8 {
		return desk.Phone{}, &desk.Refusal{Code: "phoneTooShort"}
	}
	return desk.Phone{Number: "+47" + digits, Grouped: p.Group("+47" + digits), Country: country, Name: "Norge", Mobile: true}, nil
}

// Email implements desk.Post.
func (p *Post) Email(typed string) (string, error) {
	if !strings.Contains(typed, "@") {
		return "", &desk.Refusal{Code: "emailNotUnderstood"}
	}
	return strings.TrimSpace(typed), nil
}

// Group implements desk.Post.
func (p *Post) Group(number string) string {
	if len(number) != 11 {
		return number
	}
	return number[3:6] + " " + number[6:8] + " " + number[8:]
}

// Send implements desk.Post.
func (p *Post) Send(ctx context.Context, parcel desk.Parcel) desk.Outcome {
	p.mu.Lock()
	hold := p.hold
	p.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return desk.Outcome{Reason: "unknown", Unsure: true}
		}
	}
	if !p.wait(ctx) {
		return desk.Outcome{Reason: "unknown", Unsure: true}
	}
	o := p.take(parcel)
	if !p.wait(ctx) {
		return desk.Outcome{Reason: "unknown", Unsure: true}
	}
	return o
}

// take is the moment from which the letter is the post office's.
func (p *Post) take(parcel desk.Parcel) desk.Outcome {
	if p.around != nil {
		p.around()
		defer p.around()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var o desk.Outcome
	if len(p.next) > 0 {
		o, p.next = p.next[0], p.next[1:]
	}
	if o.Reason == "" || o.Unsure {
		p.letters = append(p.letters, parcel)
	}
	return o
}

// Test implements desk.Post.
func (p *Post) Test(ctx context.Context, a desk.Accounts, _, _, _ string) desk.Outcome {
	return p.Send(ctx, desk.Parcel{Accounts: a})
}

// Report implements desk.Post: it says what Became says.
func (p *Post) Report(_ context.Context, _ desk.Accounts, receipt string) deliver.Fate {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, receipt)
	return p.fate
}

// Became sets what becomes of the letters that are asked for from now on.
func (p *Post) Became(fate deliver.Fate) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fate = fate
}

// Asked returns the receipts that were asked for, in order.
func (p *Post) Asked() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.asked...)
}

// Check implements desk.Post: everything is set up.
func (p *Post) Check(desk.Accounts) (mail, sms *desk.Refusal) { return nil, nil }
