package postoffice

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
)

// maxDepth bounds multiparts within multiparts.
const maxDepth = 5

// read takes an e-mail apart (RFC 5322, RFC 2045 and 2046).
func read(raw []byte) (Letter, error) {
	message, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return Letter{}, err
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject"))
	if err != nil {
		return Letter{}, fmt.Errorf("subject: %w", err)
	}
	for _, field := range []string{"From", "To"} {
		if _, err := message.Header.AddressList(field); err != nil {
			return Letter{}, fmt.Errorf("%s: %w", strings.ToLower(field), err)
		}
	}
	l := Letter{Subject: subject, MessageID: message.Header.Get("Message-ID")}
	return l, l.part(textproto.MIMEHeader(message.Header), message.Body, 0)
}

// part adds one part, and those within it.
func (l *Letter) part(header textproto.MIMEHeader, body io.Reader, depth int) error {
	if depth > maxDepth {
		return errors.New("too many parts within parts")
	}
	kind := header.Get("Content-Type")
	if kind == "" {
		kind = "text/plain"
	}
	kind, params, err := mime.ParseMediaType(kind)
	if err != nil {
		return fmt.Errorf("content type: %w", err)
	}
	if strings.HasPrefix(kind, "multipart/") {
		return l.parts(multipart.NewReader(body, params["boundary"]), depth+1)
	}
	content, err := io.ReadAll(decoded(header.Get("Content-Transfer-Encoding"), body))
	if err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	text := strings.ReplaceAll(string(content), "\r\n", "\n")
	disposition, names, _ := mime.ParseMediaType(header.Get("Content-Disposition")) // none is inline
	switch {
	case disposition == "attachment":
		l.Attachments = append(l.Attachments, names["filename"])
	case kind == "text/plain":
		l.Text += text
	case kind == "text/html":
		l.HTML += text
	case kind == "text/calendar":
		l.Calendar = string(content)
	}
	return nil
}

func (l *Letter) parts(r *multipart.Reader, depth int) error {
	for {
		part, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("parts: %w", err)
		}
		if err := l.part(part.Header, part, depth); err != nil {
			return err
		}
	}
}

func decoded(encoding string, body io.Reader) io.Reader {
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		return quotedprintable.NewReader(body)
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, body)
	}
	return body
}
