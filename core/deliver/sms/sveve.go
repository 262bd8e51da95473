package sms

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"legekonsultasjon/core/deliver"
)

const (
	sveveID = "sveve"
	// sveveBody is the template that Sveve was before it became a kind of its own.
	sveveBody = "user={user}&passwd={secret}&to={number}&msg={text}&from={sender}&f=json"
)

// sveveKind is Sveve (https://sveve.no/apidok/send). Its status is 200 always, and the body tells. Reports are only sent
// to a server of the customer's, so there are none here.
func sveveKind() Kind {
	k := Kind{
		ID: sveveID, Name: "Sveve",
		Fields: []Field{
			{ID: FieldUser, Words: "user"},
			{ID: FieldSecret, Words: "apiPassword"},
			{ID: FieldSender, Words: "sender", Optional: true, Hint: "27333"},
			{ID: FieldURL, Words: "url", Default: "https://sveve.no/SMS/SendMessage"},
		},
		Sender: Rule{Letters: 11, Least: 3, Also: " ", Digits: 11, Empty: true},
	}
	k.open = func(a Account) (dialect, error) {
		return sveve{address: k.value(a, FieldURL), user: k.value(a, FieldUser), secret: a.Secret, sender: k.value(a, FieldSender)}, nil
	}
	return k
}

type sveve struct{ address, user, secret, sender string }

func (s sveve) request(ctx context.Context, number, text string) (*http.Request, error) {
	v := url.Values{"user": {s.user}, "passwd": {s.secret}, "to": {number}, "msg": {text}, "f": {"json"}}
	if s.sender != "" {
		v.Set("from", s.sender)
	}
	return form(ctx, s.address, v)
}

func (sveve) verdict(a answer) (string, error) {
	if err := refusal(a); err != nil {
		return "", err
	}
	var told struct {
		Response *sveveAnswer `json:"response"`
	}
	if !a.whole || json.Unmarshal(a.body, &told) != nil || told.Response == nil {
		return "", fail(deliver.Unknown, "the answer of the gateway was not understood")
	}
	return told.Response.verdict()
}

// sveveAnswer is the answer of Sveve.
type sveveAnswer struct {
	OK     int               `json:"msgOkCount"`
	Fatal  string            `json:"fatalError"`
	IDs    []json.RawMessage `json:"ids"`
	Errors []struct {
		Message string `json:"message"`
	} `json:"errors"`
}

func (s *sveveAnswer) verdict() (string, error) {
	says := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(strings.ToLower(s.Fatal), w) {
				return true
			}
		}
		return false
	}
	switch {
	case says("pass", "brukernavn"): // "Feil brukernavn/passord"
		return "", fail(deliver.SignInFailed, "user name or password refused")
	case says("tom", "saldo", "kreditt", "credit"): // "Tomt for SMS"
		return "", fail(deliver.NoCredit, "the account is empty")
	case says("avsender", "sender"):
		return "", fail(deliver.BadSender, "the sender was refused")
	case s.Fatal != "":
		return "", fail(deliver.Refused, "the gateway took nothing")
	case s.OK == 0 && len(s.Errors) > 0:
		return "", fail(deliver.BadReceiver, "the gateway refused the number")
	case s.OK == 0:
		return "", fail(deliver.Refused, "the gateway took nothing")
	case len(s.IDs) > 0:
		return plain(s.IDs[0]), nil
	}
	return "", nil
}
