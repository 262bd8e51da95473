package sms

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"legekonsultasjon/core/deliver"
)

// linkKind is LINK Mobility's "Common" platform (SMS REST API, MT). Each customer is told a host, a platform and a partner
// id. Reports are only sent to a server of the customer's, so there are none here.
func linkKind() Kind {
	k := Kind{
		ID: "link", Name: "LINK Mobility",
		Fields: []Field{
			{ID: FieldUser, Words: "user"},
			{ID: FieldSecret, Words: "password"},
			{ID: "platform", Words: "platform", Default: "COMMON_API"},
			{ID: "partner", Words: "partner"},
			{ID: FieldSender, Words: "sender"},
			{ID: FieldURL, Words: "url", Default: "https://wsx.sp247.net/sms/send"},
		},
		Sender: Rule{Letters: 11, Least: 1, Digits: 15},
	}
	k.open = func(a Account) (dialect, error) {
		return link{
			address: k.value(a, FieldURL), user: k.value(a, FieldUser), secret: a.Secret, sender: k.value(a, FieldSender),
			platform: k.value(a, "platform"), partner: k.value(a, "partner"),
		}, nil
	}
	return k
}

type link struct{ address, user, secret, sender, platform, partner string }

func (l link) request(ctx context.Context, number, text string) (*http.Request, error) {
	source, ton := l.source()
	body, err := json.Marshal(map[string]any{
		"source": source, "sourceTON": ton, "destination": number, "destinationTON": "MSISDN", "dcs": "TEXT", "userData": text,
		"platformId": l.platform, "platformPartnerId": l.partner, "useDeliveryReport": false,
	})
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, l.address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.SetBasicAuth(l.user, l.secret)
	return r, nil
}

// source is the sender and its type of number: a name, a number of the public network, or a short one.
func (l link) source() (sender, ton string) {
	switch {
	case !isNumber(l.sender):
		return l.sender, "ALPHANUMERIC"
	case len(digits(l.sender)) <= 6:
		return digits(l.sender), "SHORTNUMBER"
	}
	return "+" + digits(l.sender), "MSISDN"
}

func (link) verdict(a answer) (string, error) {
	var told struct {
		ID   json.RawMessage `json:"messageId"`
		Code *int            `json:"resultCode"`
	}
	understood := a.whole && json.Unmarshal(a.body, &told) == nil
	if understood && told.Code != nil {
		if code := linkCode(*told.Code); code != "" {
			return "", &deliver.Error{Code: code, Err: fmt.Errorf("HTTP status %d, result code %d", a.status, *told.Code)}
		}
	}
	if err := refusal(a); err != nil {
		return "", err
	}
	if a.status != http.StatusNoContent && (!understood || told.Code == nil) {
		return "", fail(deliver.Unknown, "the answer of the gateway was not understood")
	}
	return plain(told.ID), nil
}

// linkCode says what a result code means for the letter; "" for taken.
func linkCode(code int) deliver.Code {
	switch {
	case code == 1000, code == 1001, code == 1005, code == 1012: // sent to the operator, delivered, queued, delayed
		return ""
	case code == 1, code == 3, code == 2107: // routing, throttling, blocked for a while
		return deliver.Later
	case code == 0, code == 4, code == 5, code == 105, code == 106000: // unknown, timed out, internal
		return deliver.Unknown
	case code == 104, code >= 106200 && code < 106300: // configuration, platform, partner
		return deliver.NotSetUp
	case code >= 106100 && code < 106200: // user name or password
		return deliver.SignInFailed
	case code >= 2000 && code < 2100:
		return deliver.BadSender
	case code >= 2100 && code < 2200:
		return deliver.BadReceiver
	}
	return deliver.Refused
}
