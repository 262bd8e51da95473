package sms_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"legekonsultasjon/core/deliver"
	"legekonsultasjon/core/deliver/sms"
)

// asked is a request as a gateway got it.
type asked struct {
	method, path, user, pass, kind, body string
}

// ask sends the message through an account and returns the request.
func ask(t *testing.T, a sms.Account, m deliver.Message) asked {
	t.Helper()
	var got asked
	s := server(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		user, pass, _ := r.BasicAuth()
		got = asked{r.Method, r.URL.String(), user, pass, r.Header.Get("Content-Type"), string(body)}
		w.WriteHeader(http.StatusTooManyRequests)
	})
	a.Values["url"] = s.URL + a.Values["url"]
	if _, err := open(t, a).Send(t.Context(), m); deliver.CodeOf(err) != deliver.Later {
		t.Fatalf("%s: %v", a.Gateway, err)
	}
	return got
}

func with(a sms.Account, pairs ...string) sms.Account {
	for n := 0; n < len(pairs); n += 2 {
		a.Values[pairs[n]] = pairs[n+1]
	}
	return a
}

func formOf(t *testing.T, r asked) map[string]string {
	t.Helper()
	v, err := url.ParseQuery(r.body)
	if err != nil || r.method != http.MethodPost || !strings.HasPrefix(r.kind, "application/x-www-form-urlencoded") || strings.Contains(r.path, "?") {
		t.Errorf("%s %s, %s: %v", r.method, r.path, r.kind, err)
	}
	out := map[string]string{}
	for k := range v {
		out[k] = v.Get(k)
	}
	return out
}

func same(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) { // fmt sorts maps
		t.Errorf("%s:\n%v\nwant\n%v", what, got, want)
	}
}

func TestWhatEachGatewayIsAsked(t *testing.T) {
	r := ask(t, with(at("sveve", "/SMS/SendMessage")), message)
	same(t, r.path, formOf(t, r), map[string]string{"user": "lege", "passwd": secret, "to": number, "msg": text, "from": "Legesenter", "f": "json"})
	r = ask(t, with(at("sveve", ""), "sender", ""), message)
	if _, there := formOf(t, r)["from"]; there {
		t.Error("an empty sender is sent, though Sveve has one of its own")
	}

	const account = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	service := "MG" + strings.Repeat("0a", 16)
	r = ask(t, at("twilio", ""), message)
	same(t, r.path, formOf(t, r), map[string]string{"To": number, "From": "Legesenter", "Body": text})
	if r.path != "/2010-04-01/Accounts/"+account+"/Messages.json" || r.user != account || r.pass != secret {
		t.Errorf("%s as %s", r.path, r.user)
	}
	r = ask(t, with(at("twilio", ""), "key", "SK1", "sender", service), message)
	same(t, r.path, formOf(t, r), map[string]string{"To": number, "MessagingServiceSid": service, "Body": text})
	if !strings.Contains(r.path, account) || r.user != "SK1" {
		t.Errorf("%s as %s", r.path, r.user)
	}

	r = ask(t, at("vonage", ""), message)
	same(t, r.path, formOf(t, r), map[string]string{"api_key": "abcd1234", "api_secret": secret, "to": "4798765432", "from": "Legesenter", "text": text})
	sami := deliver.Message{To: number, Text: "Buorre beaivi, Ŋ"}
	if got := formOf(t, ask(t, at("vonage", ""), sami)); got["type"] != "unicode" || got["text"] != sami.Text {
		t.Errorf("%v", got)
	}

	for sender, want := range map[string]string{"Legesenter": "Legesenter ALPHANUMERIC", "+4759000000": "+4759000000 MSISDN",
		"4759000000": "+4759000000 MSISDN", "2270": "2270 SHORTNUMBER"} {
		r = ask(t, with(at("link", "/sms/send"), "sender", sender), message)
		var got map[string]any
		if err := json.Unmarshal([]byte(r.body), &got); err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(got["source"], " ", got["sourceTON"]) != want || got["destination"] != number || got["userData"] != text ||
			got["platformId"] != "COMMON_API" || got["platformPartnerId"] != "30978" || got["useDeliveryReport"] != false {
			t.Errorf("%v", got)
		}
		if r.path != "/sms/send" || r.user != "lege" || r.pass != secret || !strings.HasPrefix(r.kind, "application/json") {
			t.Errorf("%s as %s, %s", r.path, r.user, r.kind)
		}
	}
}

func TestWhatPSWinComIsAsked(t *testing.T) {
	read := func(m deliver.Message) (out struct {
		Client string `xml:"CLIENT"`
		PW     string `xml:"PW"`
		Text   string `xml:"MSGLST>MSG>TEXT"`
		Op     string `xml:"MSGLST>MSG>OP"`
		Rcv    string `xml:"MSGLST>MSG>RCV"`
		Snd    string `xml:"MSGLST>MSG>SND"`
	}) {
		r := ask(t, at("pswincom", ""), m)
		if strings.ContainsFunc(r.body, func(r rune) bool { return r > '~' }) {
			t.Errorf("more than ASCII in %q", r.body)
		}
		body := strings.Replace(r.body, "ISO-8859-1", "UTF-8", 1)
		if err := xml.Unmarshal([]byte(body), &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	got := read(message)
	if got.Client != "lege" || got.PW != secret || got.Text != text || got.Op != "" || got.Rcv != "4798765432" || got.Snd != "Legesenter" {
		t.Errorf("%+v", got)
	}
	got = read(deliver.Message{To: number, Text: "Ŋ😀"})
	if got.Op != "9" || got.Text != "014AD83DDE00" {
		t.Errorf("%+v", got)
	}
}

func TestEachGatewayDescribesItsFields(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range sms.Kinds() {
		ids := map[string]bool{}
		for _, f := range k.Fields {
			if f.ID == "" || f.Words == "" || ids[f.ID] {
				t.Errorf("%s: %+v", k.ID, f)
			}
			ids[f.ID] = true
		}
		if seen[k.ID] || !ids["url"] || !ids["secret"] || !ids["sender"] || (k.Name == "") != (k.ID == sms.TemplateID) {
			t.Errorf("%+v", k)
		}
		seen[k.ID] = true
		a, known := accounts[k.ID]
		if !known {
			continue
		}
		if _, err := sms.Open(a, nil, 0); err != nil { // at its real address
			t.Errorf("%s: %v", k.ID, err)
		}
		for _, f := range k.Fields {
			without := at(k.ID, "")
			delete(without.Values, f.ID)
			if f.ID == "secret" {
				without.Secret = ""
			}
			_, err := sms.Open(without, nil, 0)
			if missing := !f.Optional && f.Default == ""; missing != (err != nil) || err != nil && deliver.CodeOf(err) != deliver.NotSetUp {
				t.Errorf("%s without %s: %v", k.ID, f.ID, err)
			}
			says(t, err)
		}
		for address, want := range map[string]deliver.Code{"http://gateway.example": deliver.NotSecure, "gateway": deliver.NotSetUp, "ftp://x": deliver.NotSecure} {
			if _, err := sms.Open(at(k.ID, address), nil, 0); deliver.CodeOf(err) != want || err == nil {
				t.Errorf("%s at %s: %v", k.ID, address, err)
			}
		}
	}
}

func TestSenders(t *testing.T) {
	rules := map[string]sms.Rule{}
	for _, k := range sms.Kinds() {
		rules[k.ID] = k.Sender
	}
	service := "MG" + strings.Repeat("0a", 16)
	for _, tt := range []struct {
		kind, sender string
		want         sms.Misfit
	}{
		{"sveve", "", sms.Fits}, {"sveve", "Legesenter", sms.Fits}, {"sveve", "Dr Nordmann", sms.Fits}, {"sveve", "Legesenteret", sms.SenderLong},
		{"sveve", "Lø", sms.SenderLetters}, {"sveve", "Dr", sms.SenderShort}, {"sveve", "4798765432", sms.Fits}, {"sveve", "479876543210", sms.SenderLong},
		{"link", "", sms.SenderMissing}, {"link", "Legesenter", sms.Fits}, {"link", "Dr Hansen", sms.SenderLetters}, {"link", "2270", sms.Fits},
		{"link", "+4798765432", sms.Fits}, {"link", "Bø legekontor", sms.SenderLetters},
		{"pswincom", "Lege & Co", sms.Fits}, {"pswincom", "Lege, Co", sms.SenderLetters}, {"pswincom", "4798765432", sms.Fits},
		{"twilio", "", sms.SenderMissing}, {"twilio", "+4759440000", sms.Fits}, {"twilio", service, sms.Fits}, {"twilio", service + "0", sms.SenderLong},
		{"twilio", "Dr_Nordmann", sms.Fits}, {"twilio", "Legesenter!", sms.SenderLetters}, {"twilio", "+47594400001234567", sms.SenderLong},
		{"vonage", "Legesenter", sms.Fits}, {"vonage", "Lege senter", sms.SenderLetters}, {"vonage", "4759440000", sms.Fits},
		{"template", "", sms.Fits}, {"template", "Hva som helst, æøå", sms.Fits},
	} {
		if got := rules[tt.kind].Check(tt.sender); got != tt.want {
			t.Errorf("%s %q: %q, want %q", tt.kind, tt.sender, got, tt.want)
		}
	}
	// A sender that does not fit is never sent: the gateway would swap it for another, or refuse it.
	s := server(t, func(http.ResponseWriter, *http.Request) { t.Error("asked") })
	_, err := open(t, with(at("link", s.URL), "sender", "Bø legekontor")).Send(t.Context(), message)
	if deliver.CodeOf(err) != deliver.BadSender || err == nil {
		t.Error(err)
	}
}

// Settings of the time when every gateway was a template go on working.
func TestOlderAccountsGoOn(t *testing.T) {
	const own = "user={user}&passwd={secret}&to={number}&msg={text}&from={sender}&f=json&ref=lege"
	for _, tt := range []struct{ gateway, body, want string }{
		{"", `{"to":"{number}"}`, sms.TemplateID}, {"json", `{"to":"{number}"}`, sms.TemplateID}, {"example", "", sms.TemplateID},
		{"sveve", "user={user}&passwd={secret}&to={number}&msg={text}&from={sender}&f=json", "sveve"}, {"sveve", "", "sveve"}, {"sveve", own, sms.TemplateID},
	} {
		k := sms.KindOf(sms.Account{Gateway: tt.gateway, Values: map[string]string{"body": tt.body}})
		if k.ID != tt.want {
			t.Errorf("%q with %q is %s", tt.gateway, tt.body, k.ID)
		}
	}
	a := sms.Account{Gateway: "sveve", Secret: secret, Values: map[string]string{"user": "lege", "sender": "Legesenter", "body": own,
		"headers": "Content-Type: application/x-www-form-urlencoded"}}
	if got := formOf(t, ask(t, a, message)); got["ref"] != "lege" || got["msg"] != text {
		t.Errorf("%v", got)
	}
}

func FuzzVerdict(f *testing.F) {
	for kind := range accounts {
		f.Add(kind, 200, []byte(`{"response":{"msgOkCount":1,"ids":[1]},"messages":[{"status":"0","message-id":"1"}],"sid":"SM1","resultCode":1005}`))
		f.Add(kind, 400, []byte(`<SESSION><LOGON>OK</LOGON><MSGLST><MSG><STATUS>OK</STATUS></MSG></MSGLST></SESSION>`))
	}
	f.Fuzz(func(t *testing.T, kind string, status int, body []byte) {
		if _, known := accounts[kind]; !known || status < 100 || status > 999 {
			return
		}
		receipt, err := sms.Verdict(at(kind, "https://gateway.example"), status, body)
		switch {
		case err != nil && receipt != "", len(receipt) > 64, strings.ContainsFunc(receipt, func(r rune) bool { return r <= ' ' || r > '~' }):
			t.Errorf("%q, %v", receipt, err)
		case err == nil && status >= 300:
			t.Errorf("%d counts as taken", status)
		case err != nil && len(body) > 30 && strings.Contains(err.Error(), string(body)):
			t.Errorf("the error holds the answer: %v", err)
		}
	})
}
