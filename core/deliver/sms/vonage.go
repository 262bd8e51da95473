package sms

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"legekonsultasjon/core/deliver"
	"legekonsultasjon/core/gsm"
)

// Addresses of Vonage: messages and reports have a host each.
const (
	vonageSends   = "https://rest.nexmo.com"
	vonageReports = "https://api.nexmo.com"
)

// vonageKind is Vonage's SMS API (https://developer.vonage.com/en/api/sms) with its Reports API
// (https://developer.vonage.com/en/api/reports) for what became of a message.
func vonageKind() Kind {
	k := Kind{
		ID: "vonage", Name: "Vonage", Reports: true,
		Fields: []Field{
			{ID: FieldUser, Words: "apiKey"},
			{ID: FieldSecret, Words: "apiSecret"},
			{ID: FieldSender, Words: "sender"},
			{ID: FieldURL, Words: "url", Default: vonageSends},
		},
		Sender: Rule{Letters: 11, Least: 1, Digits: 15},
	}
	k.open = func(a Account) (dialect, error) {
		sends, err := address(k.value(a, FieldURL))
		if err != nil {
			return nil, err
		}
		reports := sends
		if sends.String() == vonageSends {
			reports, _ = url.Parse(vonageReports) // a constant
		}
		return vonage{sends: sends, reports: reports, key: k.value(a, FieldUser), secret: a.Secret, sender: k.value(a, FieldSender)}, nil
	}
	return k
}

type vonage struct {
	sends, reports      *url.URL
	key, secret, sender string
}

func (v vonage) request(ctx context.Context, number, text string) (*http.Request, error) {
	values := url.Values{"api_key": {v.key}, "api_secret": {v.secret}, "to": {digits(number)}, "from": {digits(v.sender)}, "text": {text}}
	if gsm.Measure(text).Alphabet == gsm.UCS2 {
		values.Set("type", "unicode")
	}
	return form(ctx, v.sends.JoinPath("sms", "json").String(), values)
}

func (vonage) verdict(a answer) (string, error) {
	if err := refusal(a); err != nil {
		return "", err
	}
	var told struct {
		Messages []struct {
			ID     string `json:"message-id"`
			Status string `json:"status"`
		} `json:"messages"` // one for each segment
	}
	if !a.whole || json.Unmarshal(a.body, &told) != nil || len(told.Messages) == 0 {
		return "", fail(deliver.Unknown, "the answer of the gateway was not understood")
	}
	for n, m := range told.Messages {
		switch code := vonageCode(m.Status); {
		case code == "":
		case n > 0: // a part of it has gone
			return "", &deliver.Error{Code: deliver.Unknown, Err: fmt.Errorf("status %.8q of part %d", m.Status, n+1)}
		default:
			return "", &deliver.Error{Code: code, Err: fmt.Errorf("status %.8q", m.Status)}
		}
	}
	return printable(told.Messages[0].ID), nil
}

// vonageCode says what a status means; "" for taken.
func vonageCode(status string) deliver.Code {
	switch status {
	case "0":
		return ""
	case "1", "10": // throttled
		return deliver.Later
	case "4", "14": // credentials, signature
		return deliver.SignInFailed
	case "5": // broke while it was processed
		return deliver.Unknown
	case "6", "7", "22", "23", "29", "33": // not recognised, barred, not on the list
		return deliver.BadReceiver
	case "9":
		return deliver.NoCredit
	case "11":
		return deliver.NotSetUp
	case "15":
		return deliver.BadSender
	}
	return deliver.Refused
}

func (v vonage) question(ctx context.Context, id string) (*http.Request, error) {
	u := v.reports.JoinPath("v2", "reports", "records")
	u.RawQuery = url.Values{"account_id": {v.key}, "product": {"SMS"}, "direction": {"outbound"}, "id": {id}}.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	r.SetBasicAuth(v.key, v.secret)
	return r, nil
}

func (vonage) fate(a answer) (deliver.Fate, error) {
	var told struct {
		Records []struct {
			Status string `json:"status"`
		} `json:"records"`
	}
	if json.Unmarshal(a.body, &told) != nil {
		return deliver.Underway, fail(deliver.Later, "the answer of the gateway was not understood")
	}
	fate := deliver.Underway
	for _, r := range told.Records { // the newest last
		switch r.Status {
		case "delivered":
			fate = deliver.Arrived
		case "failed", "rejected", "expired", "undeliverable":
			fate = deliver.Lost
		default:
			fate = deliver.Underway
		}
	}
	return fate, nil
}
