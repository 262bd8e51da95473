package postoffice

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Kind is how a letter came.
type Kind string

// Kinds of letters.
const (
	Mail Kind = "mail"
	SMS  Kind = "sms"
)

// Letter is one thing that arrived. An e-mail with several receivers is one letter to each.
type Letter struct {
	Number      int       `json:"number"` // from 1, in the order of arrival
	Kind        Kind      `json:"kind"`
	At          time.Time `json:"at"`
	From        string    `json:"from"` // envelope sender, or the sender's name of an SMS
	To          string    `json:"to"`
	Subject     string    `json:"subject,omitempty"`
	Text        string    `json:"text"`
	HTML        string    `json:"-"`
	HasHTML     bool      `json:"hasHTML"`
	Calendar    string    `json:"calendar,omitempty"` // the text/calendar alternative
	Attachments []string  `json:"attachments,omitempty"`
	Link        string    `json:"link,omitempty"` // the first http or https link of the text
	PIN         string    `json:"pin,omitempty"`  // the first six digits that stand alone in the text
	Secure      bool      `json:"secure"`         // it came over TLS
	User        string    `json:"user,omitempty"` // who had signed in
	MessageID   string    `json:"messageID,omitempty"`
	Raw         []byte    `json:"-"` // the message as received
}

// kept bounds the box: the oldest letter goes when another comes.
const kept = 500

// box holds what arrived, newest last.
type box struct {
	mu      sync.Mutex
	letters []Letter
	taken   map[int]bool // returned by Wait
	count   int
	changed chan struct{} // closed and renewed at every change
}

func (b *box) put(l Letter) Letter {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.count++
	l.Number, l.HasHTML = b.count, l.HTML != ""
	l.Link, l.PIN = link(l.Text), pin(l.Text)
	b.letters = append(b.letters, l)
	if len(b.letters) > kept {
		delete(b.taken, b.letters[0].Number)
		b.letters = slices.Clone(b.letters[1:])
	}
	b.notify()
	return l
}

// notify wakes everybody who waits; the lock is held.
func (b *box) notify() {
	if b.changed != nil {
		close(b.changed)
	}
	b.changed = nil
}

// watch returns the letters and a channel that is closed at the next change.
func (b *box) watch() ([]Letter, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.changed == nil {
		b.changed = make(chan struct{})
	}
	return slices.Clone(b.letters), b.changed
}

// take returns the oldest letter to that receiver that was not taken before.
func (b *box) take(to string) (Letter, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, l := range b.letters {
		if strings.EqualFold(l.To, to) && !b.taken[l.Number] {
			if b.taken == nil {
				b.taken = map[int]bool{}
			}
			b.taken[l.Number] = true
			return l, true
		}
	}
	return Letter{}, false
}

// Received is everything that arrived, newest last, at most 500.
func (o *Office) Received() []Letter {
	letters, _ := o.box.watch()
	return letters
}

// Wait returns the next letter to a number (E.164) or an address: the oldest that no Wait returned before. It blocks
// until there is one or ctx ends.
func (o *Office) Wait(ctx context.Context, to string) (Letter, error) {
	for {
		_, changed := o.box.watch()
		if l, ok := o.box.take(to); ok {
			return l, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Letter{}, context.Cause(ctx)
		}
	}
}

// Empty forgets all letters.
func (o *Office) Empty() {
	o.box.mu.Lock()
	defer o.box.mu.Unlock()
	o.box.letters, o.box.taken = nil, nil
	o.box.notify()
}

func link(text string) string {
	return strings.TrimRight(regexp.MustCompile(`https?://[^\s<>"]+`).FindString(text), ".,;:)")
}

// pin is the first run of exactly six digits that is no part of a link, a word or a longer number.
func pin(text string) string {
	text = regexp.MustCompile(`https?://\S+`).ReplaceAllString(text, " ")
	found := regexp.MustCompile(`(?:^|[^0-9A-Za-z+-])([0-9]{3} ?[0-9]{3})(?:[^0-9A-Za-z-]|$)`).FindStringSubmatch(text)
	if found == nil {
		return ""
	}
	return strings.ReplaceAll(found[1], " ", "")
}

func encode(letters []Letter) []byte {
	if letters == nil {
		return []byte("[]")
	}
	slices.Reverse(letters)
	data, err := json.Marshal(letters)
	if err != nil {
		panic(err) // strings, numbers and times
	}
	return data
}
