// Package sms sends letters as text messages through the HTTP gateways of SMS providers. Kinds is the table of the
// gateways that are known, one file each; each describes what the clinic fills in for it, what it takes as a sender,
// how it is asked to send and what its answers mean. A gateway that is not in the table is described by a template.
//
// What became of a message is asked for, where the gateway can be asked: a report that a gateway sends would need a
// server that learns the patient's number.
package sms

import (
	"crypto/x509"
	"time"
)

// Template describes a gateway that is not in the table.
type Template struct {
	URL     string
	Method  string // POST when empty
	Headers string // one "Name: value" per line
	Body    string
	Sender  string // what the phone shows
	User    string // name of the clinic's account, where the gateway asks for one
	Secret  string
}

// String keeps the secret out of logs.
func (Template) String() string { return "[SMS gateway]" }

// GoString keeps the secret out of logs.
func (Template) GoString() string { return "[SMS gateway]" }

// New makes the channel of a template; see Open.
func New(t Template, roots *x509.CertPool, limit time.Duration) (*Gateway, error) {
	return Open(Account{Gateway: TemplateID, Secret: t.Secret, Values: map[string]string{
		FieldURL: t.URL, FieldMethod: t.Method, FieldHeaders: t.Headers, FieldBody: t.Body, FieldSender: t.Sender, FieldUser: t.User,
	}}, roots, limit)
}
