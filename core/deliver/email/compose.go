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
	"strings"
	"time"

	"legekonsultasjon/core/deliver"
)

// compose writes the message as RFC 5322 with MIME: text, HTML and calendar as alternatives of one another, and the
// calendar once more as invite.ics for programs that only look at attachments (RFC 6047).
func compose(s Settings, m deliver.Message, at time.Time) ([]byte, error) {
	var b bytes.Buffer
	header(&b, "From", (&mail.Address{Name: oneLine(s.FromName), Address: s.From}).String())
	header(&b, "To", (&mail.Address{Address: m.To}).String())
	header(&b, "Subject", mime.QEncoding.Encode("utf-8", oneLine(m.Subject)))
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
		parts = append(parts, struct{ kind, body string }{"text/calendar; charset=utf-8; method=" + token(m.Method), string(m.Calendar)})
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

// header writes one field. Whatever a value holds, it stays on its line.
func header(b *bytes.Buffer, name, value string) {
	b.WriteString(name + ": " + oneLine(value) + "\r\n")
}

func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "\x00", "")), " ")
}

// token keeps what may stand in an id or a parameter without quoting.
func token(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' {
			return r
		}
		return -1
	}, s)
}
