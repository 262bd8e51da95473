package email

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"legekonsultasjon/core/deliver"
)

// compose writes the message as RFC 5322 with MIME: text, HTML and calendar as alternatives of one another, and the
// calendar once more as invite.ics for programs that only look at attachments (RFC 6047).
func compose(s Settings, m deliver.Message, at time.Time) ([]byte, error) {
	var b bytes.Buffer
	header(&b, "From", mailbox(shorter(oneLine(s.FromName)), s.From))
	header(&b, "To", (&mail.Address{Address: m.To}).String())
	header(&b, "Subject", encoded(oneLine(m.Subject)))
	header(&b, "Date", at.Format(time.RFC1123Z))
	header(&b, "Message-ID", messageID(s, m))
	header(&b, "Auto-Submitted", "auto-generated") // RFC 3834: no out-of-office answers, please
	header(&b, "MIME-Version", "1.0")
	outer := multipart.NewWriter(&b)
	header(&b, "Content-Type", "multipart/mixed; boundary="+outer.Boundary())
	b.WriteString("\r\n")
	if err := alternatives(outer, m); err != nil {
		return nil, err
	}
	if len(m.Calendar) > 0 {
		if err := attachment(outer, m.Calendar); err != nil {
			return nil, err
		}
	}
	err := outer.Close()
	return b.Bytes(), err
}

func messageID(s Settings, m deliver.Message) string {
	_, domain, _ := strings.Cut(s.From, "@")
	return "<" + token(m.ID) + "@" + domain + ">"
}

func alternatives(outer *multipart.Writer, m deliver.Message) error {
	inner := multipart.NewWriter(io.Discard) // only for a boundary of its own
	part, err := outer.CreatePart(textproto.MIMEHeader{"Content-Type": {"multipart/alternative; boundary=" + inner.Boundary()}})
	if err != nil {
		return err
	}
	boundary := inner.Boundary()
	inner = multipart.NewWriter(part)
	if err := inner.SetBoundary(boundary); err != nil {
		return err
	}
	parts := []struct{ kind, body string }{{"text/plain; charset=utf-8", m.Text}, {"text/html; charset=utf-8", m.HTML}}
	if len(m.Calendar) > 0 {
		kind := "text/calendar; charset=utf-8"
		if method := token(m.Method); method != "" {
			kind += "; method=" + method
		}
		parts = append(parts, struct{ kind, body string }{kind, string(m.Calendar)})
	}
	for _, p := range parts {
		if p.body == "" {
			continue
		}
		w, err := inner.CreatePart(textproto.MIMEHeader{"Content-Type": {p.kind}, "Content-Transfer-Encoding": {"quoted-printable"}})
		if err != nil {
			return err
		}
		q := quotedprintable.NewWriter(w)
		if _, err := io.WriteString(q, p.body); err != nil {
			return err
		}
		if err := q.Close(); err != nil {
			return err
		}
	}
	return inner.Close()
}

func attachment(outer *multipart.Writer, calendar []byte) error {
	w, err := outer.CreatePart(textproto.MIMEHeader{
		"Content-Type":              {`application/ics; name="invite.ics"`},
		"Content-Disposition":       {`attachment; filename="invite.ics"`},
		"Content-Transfer-Encoding": {"base64"},
	})
	if err != nil {
		return err
	}
	text := base64.StdEncoding.EncodeToString(calendar)
	for len(text) > 0 {
		n := min(76, len(text))
		if _, err := fmt.Fprintf(w, "%s\r\n", text[:n]); err != nil {
			return err
		}
		text = text[n:]
	}
	return nil
}

// Lengths of a header's line, in bytes (RFC 5322 section 2.1.1).
const (
	lineWanted = 78
	lineMost   = 998
)

// header writes one field. Whatever a value holds, it stays in its field; long ones are folded at their spaces.
func header(b *bytes.Buffer, name, value string) {
	line := len(name) + 1
	b.WriteString(name + ":")
	for n, word := range strings.Fields(oneLine(value)) {
		if n > 0 && line+1+len(word) > lineWanted {
			b.WriteString("\r\n")
			line = 0
		}
		b.WriteString(" " + word)
		line += 1 + len(word)
	}
	b.WriteString("\r\n")
}

// encoded is a text as RFC 2047 has it, also where plain letters would be misread or cannot be folded.
func encoded(s string) string {
	long := func(word string) bool { return len(word) > lineMost/2 }
	if !strings.Contains(s, "=?") && !slices.ContainsFunc(strings.Fields(s), long) {
		return mime.QEncoding.Encode("utf-8", s)
	}
	var words []string
	for s != "" {
		n := min(len(s), 36)
		for n < len(s) && !utf8.RuneStart(s[n]) {
			n--
		}
		words = append(words, "=?utf-8?b?"+base64.StdEncoding.EncodeToString([]byte(s[:n]))+"?=")
		s = s[n:]
	}
	return strings.Join(words, " ")
}

// mailbox is a name and an address. Names with other than plain letters go in base64: the quoted form of net/mail lets a backslash
// stand, which no reader takes.
func mailbox(name, address string) string {
	if !strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r > '~' }) {
		return (&mail.Address{Name: name, Address: address}).String()
	}
	return mime.BEncoding.Encode("utf-8", name) + " <" + address + ">"
}

// shorter cuts a name to what fits on a line.
func shorter(name string) string {
	if r := []rune(name); len(r) > 120 {
		return strings.TrimSpace(string(r[:120]))
	}
	return name
}

func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "")), " ")
}

// token keeps what may stand in an id or a parameter without quoting, at most 64 characters of it.
func token(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' {
			return r
		}
		return -1
	}, s)
	return s[:min(len(s), 64)]
}
