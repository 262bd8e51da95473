package sms

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"

	"legekonsultasjon/core/deliver"
)

// Kind is one kind of gateway: what the clinic has to fill in for it, what it takes as a sender, and how it is talked to.
type Kind struct {
	ID      string // stable: it stands in the settings file
	Name    string // the company's own; "" for the template
	Fields  []Field
	Sender  Rule
	Reports bool // it can be asked what became of a message

	open func(Account) (dialect, error)
}

// Field is one thing that the clinic fills in.
type Field struct {
	ID       string   // of the value in Account.Values; FieldSecret is Account.Secret
	Words    string   // the catalogue says it as "settings.sms.<Words>"
	Default  string   // what is used, and shown, when nothing was filled in
	Hint     string   // an example, the same in every language
	Optional bool     // may stay empty
	Rows     int      // more than one line, when above 1
	Options  []string // one of these
}

// IDs of fields that are more than a value of one gateway.
const (
	FieldURL     = "url"
	FieldMethod  = "method"
	FieldHeaders = "headers"
	FieldBody    = "body"
	FieldUser    = "user"
	FieldSender  = "sender"
	FieldSecret  = "secret"
)

// TemplateID is the Kind of a gateway that the clinic describes itself.
const TemplateID = "template"

// Kinds is the table of the gateways, those of Norwegian providers first.
func Kinds() []Kind {
	return []Kind{sveveKind(), linkKind(), pswincomKind(), twilioKind(), vonageKind(), templateKind()}
}

// KindOf is the kind of an account. An id that is not in the table is a template, and so is a Sveve account of the time
// when Sveve was one, whose body somebody had changed.
func KindOf(a Account) Kind {
	kinds := Kinds()
	if body := a.Values[FieldBody]; a.Gateway == sveveID && body != "" && body != sveveBody {
		return kinds[len(kinds)-1]
	}
	for _, k := range kinds {
		if k.ID == a.Gateway {
			return k
		}
	}
	return kinds[len(kinds)-1]
}

// Account is the clinic's account at a gateway.
type Account struct {
	Gateway string            // ID of a Kind
	Values  map[string]string // by Field.ID
	Secret  string
}

// String keeps the secret out of logs.
func (Account) String() string { return "[SMS account]" }

// GoString keeps the secret out of logs.
func (Account) GoString() string { return "[SMS account]" }

// value is what was filled in, or the field's default.
func (k Kind) value(a Account, id string) string {
	if v := strings.TrimSpace(a.Values[id]); v != "" {
		return v
	}
	for _, f := range k.Fields {
		if f.ID == id {
			return f.Default
		}
	}
	return ""
}

// Missing is the first field that has to be filled in and is not; "" for none.
func (k Kind) Missing(a Account) string {
	for _, f := range k.Fields {
		filled := k.value(a, f.ID) != ""
		if f.ID == FieldSecret {
			filled = a.Secret != ""
		}
		if !filled && !f.Optional {
			return f.ID
		}
	}
	return ""
}

// dialect is how one kind of gateway is talked to. It is safe for concurrent use.
type dialect interface {
	// request asks the gateway to send text to an E.164 number.
	request(ctx context.Context, number, text string) (*http.Request, error)
	// verdict reads the answer: the gateway's id of the message, or a *deliver.Error.
	verdict(answer) (id string, err error)
}

// asker is a dialect of a gateway that can be asked what became of a message.
type asker interface {
	question(ctx context.Context, id string) (*http.Request, error)
	fate(answer) (deliver.Fate, error)
}

// answer is what came back. Whole is false when the body broke off or was longer than maxAnswer.
type answer struct {
	status int
	body   []byte
	whole  bool
}

// address reads the address of a gateway: https, or http on this machine. The error is a *deliver.Error.
func address(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "":
		return nil, fail(deliver.NotSetUp, "the address of the gateway is no URL")
	case u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())):
		return nil, fail(deliver.NotSecure, "the address of the gateway must begin with https")
	}
	return u, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func fail(code deliver.Code, why string) error {
	return &deliver.Error{Code: code, Err: errors.New(why)}
}

// digits is an E.164 number without its plus, as most gateways want it.
func digits(number string) string { return strings.TrimPrefix(number, "+") }

// form is a POST of values. They stand in the body, since URLs are written into logs.
func form(ctx context.Context, address string, values url.Values) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(values.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	return r, nil
}
