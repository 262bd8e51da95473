// Package mail sends letters through a real mail server: Postfix, with Dovecot for signing in, each an instance of its
// own in a temporary folder and on loopback ports. What the mail account of a clinic meets is met here: STARTTLS and TLS
// from the first byte, certificates that are not right, refusals for now and for good, sign-in by password and by token,
// and lines that go dead in the middle. Postfix starts as root only: another user needs sudo.
package mail
