package sms

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"legekonsultasjon/core/deliver"
)

// twilioKind is Twilio's Messages resource (https://www.twilio.com/docs/messaging/api/message-resource). An account that
// uses an API key instead of its token fills in the key too.
func twilioKind() Kind {
	k := Kind{
		ID: "twilio", Name: "Twilio", Reports: true,
		Fields: []Field{
			{ID: FieldUser, Words: "accountSID", Hint: "AC…"},
			{ID: "key", Words: "keySID", Hint: "SK…", Optional: true},
			{ID: FieldSecret, Words: "token"},
			{ID: FieldSender, Words: "sender", Hint: "Legesenter, +47…, MG…"},
			{ID: FieldURL, Words: "url", Default: "https://api.twilio.com"},
		},
		Sender: Rule{Letters: 11, Least: 1, Also: " +-_&", Digits: 15, Service: "MG"},
	}
	k.open = func(a Account) (dialect, error) {
		base, err := address(k.value(a, FieldURL))
		if err != nil {
			return nil, err
		}
		t := twilio{messages: base.JoinPath("2010-04-01", "Accounts", k.value(a, FieldUser)), user: k.value(a, "key"),
			secret: a.Secret, sender: k.value(a, FieldSender)}
		if t.user == "" {
			t.user = k.value(a, FieldUser)
		}
		return t, nil
	}
	return k
}

type twilio struct {
	messages             *url.URL // of the account
	user, secret, sender string
}

func (t twilio) request(ctx context.Context, number, text string) (*http.Request, error) {
	v := url.Values{"To": {number}, "Body": {text}}
	if strings.HasPrefix(t.sender, "MG") && len(t.sender) == serviceLength {
		v.Set("MessagingServiceSid", t.sender)
	} else {
		v.Set("From", t.sender)
	}
	r, err := form(ctx, t.messages.JoinPath("Messages.json").String(), v)
	if err != nil {
		return nil, err
	}
	r.SetBasicAuth(t.user, t.secret)
	return r, nil
}

// twilioAnswer is a message, or an error.
type twilioAnswer struct {
	SID    string `json:"sid"`
	Status any    `json:"status"` // of a message a word, of an error the HTTP status
	Code   int    `json:"code"`
}

func (twilio) verdict(a answer) (string, error) {
	var told twilioAnswer
	understood := a.whole && json.Unmarshal(a.body, &told) == nil
	if err := refusal(a); err != nil {
		if code := twilioCode(told.Code); understood && code != "" && a.status < 500 {
			return "", &deliver.Error{Code: code, Err: fmt.Errorf("HTTP status %d, code %d", a.status, told.Code)}
		}
		if a.status == http.StatusBadRequest {
			return "", &deliver.Error{Code: deliver.Refused, Err: fmt.Errorf("HTTP status %d, code %d", a.status, told.Code)}
		}
		return "", err
	}
	if !understood || told.SID == "" {
		return "", fail(deliver.Unknown, "the answer of the gateway was not understood")
	}
	if told.Status == "failed" || told.Status == "undelivered" || told.Status == "canceled" {
		return "", fail(deliver.Refused, "the gateway took it and gave it up at once")
	}
	return printable(told.SID), nil
}

// twilioCode says what a code of the error dictionary means; "" leaves it to the HTTP status. The codes choose the words
// only: that a status from 400 to 499 took nothing holds whatever they are.
func twilioCode(code int) deliver.Code {
	switch code {
	case 20003, 20008, 20404:
		return deliver.SignInFailed
	case 10001, 20005, 30002: // the account is not active, or suspended: it has run dry
		return deliver.NoCredit
	case 20429, 14107, 21611, 30001:
		return deliver.Later
	case 21211, 21214, 21217, 21265, 21266, 21408, 21601, 21604, 21608, 21610, 21612, 21614, 21635, 60200:
		return deliver.BadReceiver
	case 21212, 21267, 21603, 21606, 21607, 21659, 21660, 21661, 21703, 21705:
		return deliver.BadSender
	}
	return ""
}

func (t twilio) question(ctx context.Context, id string) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, t.messages.JoinPath("Messages", id+".json").String(), nil)
	if err != nil {
		return nil, err
	}
	r.SetBasicAuth(t.user, t.secret)
	return r, nil
}

func (twilio) fate(a answer) (deliver.Fate, error) {
	var told twilioAnswer
	if json.Unmarshal(a.body, &told) != nil {
		return deliver.Underway, fail(deliver.Later, "the answer of the gateway was not understood")
	}
	switch told.Status {
	case "delivered", "read":
		return deliver.Arrived, nil
	case "undelivered", "failed", "canceled":
		return deliver.Lost, nil
	}
	return deliver.Underway, nil
}
