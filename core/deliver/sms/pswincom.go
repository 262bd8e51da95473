package sms

import (
	"context"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf16"

	"legekonsultasjon/core/deliver"
	"legekonsultasjon/core/gsm"
)

// pswincomKind is PSWinCom, now a part of LINK Mobility: its XML API over https (https://wiki.pswin.com). Reports are only
// sent to a server of the customer's, so there are none here.
func pswincomKind() Kind {
	k := Kind{
		ID: "pswincom", Name: "PSWinCom",
		Fields: []Field{
			{ID: FieldUser, Words: "user"},
			{ID: FieldSecret, Words: "password"},
			{ID: FieldSender, Words: "sender"},
			{ID: FieldURL, Words: "url", Default: "https://xml.pswin.com"},
		},
		Sender: Rule{Letters: 11, Least: 1, Also: ` !"#%&'()*+-./?><;`, Digits: 15},
	}
	k.open = func(a Account) (dialect, error) {
		return pswincom{address: k.value(a, FieldURL), user: k.value(a, FieldUser), secret: a.Secret, sender: k.value(a, FieldSender)}, nil
	}
	return k
}

type pswincom struct{ address, user, secret, sender string }

// unicode is the message type (OP) of a text in UCS-2, hex-encoded.
const unicode = "9"

func (p pswincom) request(ctx context.Context, number, text string) (*http.Request, error) {
	op := ""
	if gsm.Measure(text).Alphabet == gsm.UCS2 {
		op, text = "<OP>"+unicode+"</OP>", ucs2(text)
	}
	body := `<?xml version="1.0" encoding="ISO-8859-1"?>` + "\n<SESSION><CLIENT>" + ascii(p.user) + "</CLIENT><PW>" + ascii(p.secret) +
		"</PW><MSGLST><MSG><ID>1</ID><TEXT>" + ascii(text) + "</TEXT>" + op + "<RCV>" + ascii(digits(number)) + "</RCV><SND>" +
		ascii(digits(p.sender)) + "</SND></MSG></MSGLST></SESSION>\n"
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.address, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "text/xml; charset=ISO-8859-1")
	return r, nil
}

// ascii writes XML text with everything beyond ASCII as a reference: whatever character set is assumed, it is read right.
func ascii(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r < ' ' && r != '\n' && r != '\r' && r != '\t': // no XML can hold it
		case strings.ContainsRune(`<>&"'`, r), r < ' ', r > '~':
			fmt.Fprintf(&b, "&#%d;", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func ucs2(s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u>>8), byte(u))
	}
	return strings.ToUpper(hex.EncodeToString(b))
}

func (pswincom) verdict(a answer) (string, error) {
	if err := refusal(a); err != nil {
		return "", err
	}
	var told struct {
		XMLName xml.Name `xml:"SESSION"`
		Logon   string   `xml:"LOGON"`
		Reason  string   `xml:"REASON"`
		Msg     []struct {
			Ref    string `xml:"REF"`
			Status string `xml:"STATUS"`
			Info   string `xml:"INFO"`
		} `xml:"MSGLST>MSG"`
	}
	d := xml.NewDecoder(strings.NewReader(string(a.body)))
	d.CharsetReader = latin1
	if !a.whole || d.Decode(&told) != nil {
		return "", fail(deliver.Unknown, "the answer of the gateway was not understood")
	}
	says := func(text string, words ...string) bool {
		for _, w := range words {
			if strings.Contains(strings.ToLower(text), w) {
				return true
			}
		}
		return false
	}
	broke := []string{"credit", "balance", "limit", "quota", "blocked"}
	switch {
	case told.Logon == "FAIL" && says(told.Reason, broke...):
		return "", fail(deliver.NoCredit, "the account is empty or closed")
	case told.Logon == "FAIL":
		return "", fail(deliver.SignInFailed, "user name or password refused")
	case told.Logon != "OK" || len(told.Msg) == 0:
		return "", fail(deliver.Unknown, "the answer of the gateway was not understood")
	case told.Msg[0].Status == "OK":
		id, _, _ := strings.Cut(told.Msg[0].Ref, "\n")
		return printable(id), nil
	case says(told.Msg[0].Info, broke...):
		return "", fail(deliver.NoCredit, "the account is empty or closed")
	case says(told.Msg[0].Info, "sender", "snd"):
		return "", fail(deliver.BadSender, "the gateway refused the sender")
	case says(told.Msg[0].Info, "receiver", "rcv", "number"):
		return "", fail(deliver.BadReceiver, "the gateway refused the number")
	}
	return "", fail(deliver.Refused, "the gateway took nothing")
}
