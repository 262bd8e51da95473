package email

import (
	"bytes"
	"mime"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"legekonsultasjon/core/deliver"
)

func written() time.Time { return time.Date(2026, 11, 22, 10, 30, 0, 0, time.FixedZone("", 3600)) }

func TestHeaders(t *testing.T) {
	s := Settings{From: "post@lege.example", FromName: "Legesenteret Øst, avd. \"Nord\""}
	raw, err := compose(s, invitation(), written())
	if err != nil {
		t.Fatal(err)
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	from, err := m.Header.AddressList("From")
	if err != nil || len(from) != 1 || from[0].Name != s.FromName || from[0].Address != s.From {
		t.Errorf("from %v, %v", from, err)
	}
	if date, err := m.Header.Date(); err != nil || !date.Equal(written()) {
		t.Errorf("date %v, %v", date, err)
	}
	for field, want := range map[string]string{
		"To": "<ola@eksempel.no>", "Message-ID": "<room-1@lege.example>", "MIME-Version": "1.0", "Auto-Submitted": "auto-generated",
	} {
		if got := m.Header.Get(field); got != want {
			t.Errorf("%s: %q", field, got)
		}
	}
	wellFormed(t, raw)
}

// wellFormed checks what every mail program relies on: ASCII, CRLF, lines within bounds.
func wellFormed(t *testing.T, raw []byte) {
	t.Helper()
	for line := range bytes.SplitSeq(raw, []byte("\r\n")) {
		if len(line) > lineMost || bytes.ContainsAny(line, "\r\n\x00") {
			t.Errorf("%d octets: %.80q", len(line), line)
		}
		if bytes.ContainsFunc(line, func(r rune) bool { return r > '~' }) {
			t.Errorf("not ASCII: %.80q", line)
		}
	}
}

// Whatever names, texts and ids hold, the header has the same fields, with the same receiver and sender.
func FuzzNothingIsInjected(f *testing.F) {
	f.Add("Legesenteret", "Videotime", "Hei", "room-1")
	f.Add("a\r\nBcc: x@evil.example", "b\r\n\r\nbody", "\r\n.\r\nMAIL FROM:<x>", "id>\r\nX: y")
	f.Add("=?utf-8?q?=0D=0ABcc:_x?=", strings.Repeat("ø", 500), "--\r\n", "@@")
	f.Add(strings.Repeat("a", 2000), "\x00\u2028\u0085", "\xff", "")
	f.Fuzz(func(t *testing.T, name, subject, text, id string) {
		m := deliver.Message{ID: id, To: "ola@eksempel.no", Subject: subject, Text: text, HTML: text, Calendar: []byte(text), Method: id}
		raw, err := compose(Settings{From: "post@lege.example", FromName: name}, m, written())
		if err != nil {
			t.Fatal(err)
		}
		wellFormed(t, raw)
		read, err := mail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		var fields []string
		for field, values := range read.Header {
			if fields = append(fields, field); len(values) != 1 {
				t.Errorf("%s stands %d times", field, len(values))
			}
		}
		slices.Sort(fields)
		if !slices.Equal(fields, []string{"Auto-Submitted", "Content-Type", "Date", "From", "Message-Id", "Mime-Version", "Subject", "To"}) {
			t.Errorf("fields %v", fields)
		}
		for field, want := range map[string]string{"From": "post@lege.example", "To": "ola@eksempel.no"} {
			if list, err := read.Header.AddressList(field); err != nil || len(list) != 1 || list[0].Address != want {
				t.Errorf("%s: %v, %v", field, list, err)
			}
		}
		decoded, err := new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject"))
		if err != nil || decoded != oneLine(subject) {
			t.Errorf("subject %q came out as %q, %v", subject, decoded, err)
		}
	})
}
