package sms

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"legekonsultasjon/core/deliver"
	"legekonsultasjon/core/gsm"
)

// templateKind is a gateway that the clinic describes: URL, method, headers and body with {number} (E.164), {digits} (the
// same without its plus), {text}, {coding} (0 for a text in the GSM 7-bit alphabet, 2 for UCS-2), {sender}, {user} and
// {secret}. Values are escaped for the place where their placeholder stands: percent-encoded in the URL and in
// form bodies, as JSON or XML text in such bodies, without control characters in headers.
func templateKind() Kind {
	return Kind{
		ID: TemplateID,
		Fields: []Field{
			{ID: FieldMethod, Words: "method", Default: http.MethodPost, Options: []string{http.MethodPost, http.MethodGet, http.MethodPut}},
			{ID: FieldURL, Words: "url", Hint: "https://api.leverandor.no/sms"},
			{ID: FieldHeaders, Words: "headers", Rows: 2, Optional: true},
			{ID: FieldBody, Words: "body", Rows: 3, Optional: true},
			{ID: FieldUser, Words: "templateUser", Optional: true},
			{ID: FieldSender, Words: "sender", Optional: true},
			{ID: FieldSecret, Words: "secret", Optional: true},
		},
		Sender: Rule{Free: true},
		open:   openTemplate,
	}
}

type template struct {
	url, method, body string
	headers           http.Header
	kind              string // the body's
	account           Account
}

func openTemplate(a Account) (dialect, error) {
	headers, err := parseHeaders(a.Values[FieldHeaders])
	if err != nil {
		return nil, &deliver.Error{Code: deliver.NotSetUp, Err: err}
	}
	t := template{
		url: strings.TrimSpace(a.Values[FieldURL]), method: strings.TrimSpace(a.Values[FieldMethod]), body: a.Values[FieldBody],
		headers: headers, kind: headers.Get("Content-Type"), account: a,
	}
	if t.method == "" {
		t.method = http.MethodPost
	}
	r, err := t.request(context.Background(), "+4700000000", "")
	if err != nil {
		return nil, &deliver.Error{Code: deliver.NotSetUp, Err: err}
	}
	_, err = address(r.URL.String())
	return t, err
}

func parseHeaders(text string) (http.Header, error) {
	h := http.Header{}
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || name == "" || strings.ContainsFunc(name, notToken) {
			return nil, errors.New("a header line that is not Name: value")
		}
		h.Set(name, strings.TrimSpace(value))
	}
	return h, nil
}

// notToken says what may not stand in a header's name (RFC 9110 section 5.6.2).
func notToken(r rune) bool {
	return !(alphanumeric(r) || strings.ContainsRune("!#$%&'*+-.^_`|~", r))
}

// fill replaces placeholders in one pass: what a value holds is never taken for a placeholder.
func fill(template string, values map[string]string, escape func(string) string) string {
	pairs := make([]string, 0, 2*len(values))
	for name, value := range values {
		pairs = append(pairs, "{"+name+"}", escape(value))
	}
	return strings.NewReplacer(pairs...).Replace(template)
}

func (t template) request(ctx context.Context, number, text string) (*http.Request, error) {
	coding := "0"
	if gsm.Measure(text).Alphabet == gsm.UCS2 {
		coding = "2"
	}
	values := map[string]string{
		"number": number, "digits": digits(number), "text": text, "coding": coding,
		"sender": t.account.Values[FieldSender], "user": t.account.Values[FieldUser], "secret": t.account.Secret,
	}
	escape := func(s string) string { return s }
	switch {
	case strings.Contains(t.kind, "json"):
		escape = jsonText
	case strings.Contains(t.kind, "x-www-form-urlencoded"):
		escape = percent
	case strings.Contains(t.kind, "xml"):
		escape = xmlText
	}
	body := fill(t.body, values, escape)
	r, err := http.NewRequestWithContext(ctx, t.method, fill(t.url, values, percent), strings.NewReader(body))
	if err != nil {
		return nil, errors.New("the template makes no request")
	}
	for name := range t.headers {
		r.Header.Set(name, fill(t.headers.Get(name), values, headerText))
	}
	return r, nil
}

func jsonText(s string) string {
	b, _ := json.Marshal(s) // a string always marshals
	return string(b[1 : len(b)-1])
}

// percent escapes for every part of a URL and for form bodies: a space as %20, since "+" is a plus in a path.
func percent(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

func xmlText(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a builder takes everything
	return b.String()
}

func headerText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}

// verdict reads the status, and the body of an answer with a good status: some gateways say only there that they took
// nothing. What is not understood counts as taken, as the status says.
func (template) verdict(a answer) (string, error) {
	if err := refusal(a); err != nil {
		return "", err
	}
	var told struct {
		ID         json.RawMessage `json:"id"`
		MessageID  json.RawMessage `json:"messageId"`
		MessageID2 json.RawMessage `json:"message_id"`
		Error      json.RawMessage `json:"error"`
		Success    *bool           `json:"success"`
		Response   *sveveAnswer    `json:"response"` // from the time when Sveve was a template
	}
	if !a.whole || json.Unmarshal(a.body, &told) != nil {
		return "", nil
	}
	if told.Response != nil {
		return told.Response.verdict()
	}
	if filled(told.Error) || told.Success != nil && !*told.Success {
		return "", fail(deliver.Refused, "the gateway's answer says that it was not taken")
	}
	for _, id := range []json.RawMessage{told.ID, told.MessageID, told.MessageID2} {
		if text := plain(id); text != "" {
			return text, nil
		}
	}
	return "", nil
}

// filled says whether a member is there and says something.
func filled(m json.RawMessage) bool {
	switch string(bytes.TrimSpace(m)) {
	case "", "null", `""`, "false", "0", "[]", "{}":
		return false
	}
	return true
}
