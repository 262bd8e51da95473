package sms

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"legekonsultasjon/core/deliver"
	"legekonsultasjon/core/deliver/sms"
	"legekonsultasjon/core/gsm"
	"legekonsultasjon/core/letter"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const number = "+4798765432"

// template is what a clinic writes for Kannel: everything in headers, nothing in the URL that a log would keep.
func template(k *kannel) sms.Account {
	return sms.Account{Gateway: sms.TemplateID, Secret: secret, Values: map[string]string{
		"url": k.URL, "method": "POST", "user": user, "sender": "Legesenter", "body": "{text}",
		"headers": "Content-Type: text/plain; charset=utf-8\nX-Kannel-Username: {user}\nX-Kannel-Password: {secret}\n" +
			"X-Kannel-To: {number}\nX-Kannel-From: {sender}\nX-Kannel-Coding: {coding}",
	}}
}

func gateway(t *testing.T, a sms.Account) *sms.Gateway {
	t.Helper()
	g, err := sms.Open(a, nil, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// send hands a text over and returns what the SMS centre got of it.
func send(t *testing.T, k *kannel, text string) []message {
	t.Helper()
	coding := gsm.Measure(text).Alphabet
	before := len(k.segments(coding))
	if _, err := gateway(t, template(k)).Send(t.Context(), deliver.Message{To: number, Text: text}); err != nil {
		t.Fatal(err)
	}
	whole := func() string {
		var b strings.Builder
		for _, s := range k.segments(coding)[before:] {
			b.WriteString(s.text)
		}
		return b.String()
	}
	until(t, "all of the text arrives", func() bool { return len(whole()) >= len(text) })
	if whole() != text {
		t.Fatalf("%q arrived, not %q", whole(), text)
	}
	return k.segments(coding)[before:]
}

func letters(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	at := time.Date(2026, 12, 24, 10, 30, 0, 0, time.UTC)
	for _, language := range []string{"nb", "nn", "en"} {
		l, err := letter.Invitation(letter.Facts{
			Language: language, Clinic: "Bærum og Ås legesenter", ClinicPhone: "22 00 00 00", Doctor: "Kari Nordmann",
			At: at, Written: at.Add(-time.Hour), Length: 20 * time.Minute, PIN: "048291",
			Link: "https://" + strings.Repeat("h", 40) + "/#iwHX45R2ALMJKoWWXqX19Q",
		})
		if err != nil {
			t.Fatal(err)
		}
		out[language] = l.SMS
	}
	return out
}

// The invitation arrives as it was written, in one segment, whatever its language.
func TestTheInvitationArrivesInOneSegment(t *testing.T) {
	k := open(t)
	for language, text := range letters(t) {
		arrived := send(t, k, text)
		size := gsm.Measure(text)
		if len(arrived) != 1 || arrived[0].from != "Legesenter" || arrived[0].to != number || arrived[0].alphabet != "text" || size.Segments != 1 {
			t.Errorf("%s: %+v, measured %+v", language, arrived, size)
		}
		t.Logf("%s: %d of %d septets", language, size.Units, size.Room)
	}
}

// Kannel cuts texts as gsm.Measure says that networks do.
func TestTextsAreCutWhereTheyAreCounted(t *testing.T) {
	k := open(t)
	for name, text := range map[string]string{
		"every letter":     "ÆØÅæøåÄÖÜäöüÉéèùìòàÇñÑ@£$¥Δ_ΦΓΛΩΠΨΣΘΞß!\"#¤%&'()*+,-./:;<=>?¡§¿ €{}[]~^|\\",
		"160 letters":      strings.Repeat("å", 160),
		"161 letters":      strings.Repeat("å", 161),
		"306 letters":      strings.Repeat("0123456789", 30) + "abcdef",
		"307 letters":      strings.Repeat("0123456789", 30) + "abcdefg",
		"Sámi":             "Buorre beaivi, Čoahkkin Ŋ đ š ŧ ž",
		"70 Sámi letters":  strings.Repeat("č", 70),
		"71 Sámi letters":  strings.Repeat("č", 71),
		"135 Sámi letters": strings.Repeat("č", 135),
	} {
		size := gsm.Measure(text)
		arrived := send(t, k, text)
		if len(arrived) != size.Segments {
			t.Errorf("%s: %d segments arrived, %d were counted", name, len(arrived), size.Segments)
		}
		if ucs2 := arrived[0].alphabet == "ucs-2"; ucs2 != (size.Alphabet == gsm.UCS2) {
			t.Errorf("%s: arrived as %s, counted as %s", name, arrived[0].alphabet, size.Alphabet)
		}
	}
}

func TestWhatKannelRefuses(t *testing.T) {
	k := open(t)
	text := letters(t)["nb"]
	wrong := template(k)
	wrong.Secret = "another"
	for name, tt := range map[string]struct {
		account sms.Account
		to      string
		want    deliver.Code
	}{
		"wrong password": {wrong, number, deliver.SignInFailed},
		"no number":      {template(k), "abc", deliver.BadReceiver},
	} {
		_, err := gateway(t, tt.account).Send(t.Context(), deliver.Message{To: tt.to, Text: text})
		if err == nil || deliver.CodeOf(err) != tt.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	k.front.kill()
	_, err := gateway(t, template(k)).Send(t.Context(), deliver.Message{To: number, Text: text})
	if deliver.CodeOf(err) != deliver.Unreachable {
		t.Errorf("nobody there: %v", err)
	}
	if n := len(k.segments(gsm.Default)); n != 0 {
		t.Errorf("%d segments arrived of what was refused", n)
	}
}

// While the operator is away the gateway keeps the message, says that it took it, and hands it over once.
func TestAnOperatorThatIsAwayGetsItOnce(t *testing.T) {
	k := open(t)
	text := letters(t)["nn"]
	k.operated.kill()
	k.bearer.says(t, "EOF from fakesmsc client")
	if _, err := gateway(t, template(k)).Send(t.Context(), deliver.Message{To: number, Text: text}); err != nil {
		t.Fatal(err)
	}
	k.openOperator()
	until(t, "the message arrives", func() bool { return len(k.segments(gsm.Default)) > 0 && k.segments(gsm.Default)[0].text == text })
	send(t, k, "Enda en") // what would come twice has come by now
	if n := len(k.segments(gsm.Default)); n != 2 {
		t.Errorf("%d segments", n)
	}
}

// An account that has run dry at one gateway: the message goes through Kannel, once. Where nobody can tell whether the
// first one took it, it does not.
func TestKannelAsTheSecondGateway(t *testing.T) {
	k := open(t)
	text := letters(t)["en"]
	answer := `{"response":{"fatalError":"Tomt for SMS"}}`
	first := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) }))
	defer first.Close()
	sveve := gateway(t, sms.Account{Gateway: "sveve", Secret: "x", Values: map[string]string{"user": user, "url": first.URL, "sender": "Legesenter"}})
	m := deliver.Message{To: number, Text: text, Attempt: 1}
	if _, passed, err := deliver.Over(t.Context(), m, sveve, gateway(t, template(k))); err != nil || len(passed) != 1 {
		t.Fatalf("%d passed over, %v", len(passed), err)
	}
	until(t, "the message arrives", func() bool { return len(k.segments(gsm.Default)) > 0 && k.segments(gsm.Default)[0].text == text })
	answer = "garbage"
	if _, passed, err := deliver.Over(t.Context(), m, sveve, gateway(t, template(k))); deliver.CodeOf(err) != deliver.Unknown || len(passed) != 0 {
		t.Fatalf("%d passed over, %v", len(passed), err)
	}
	send(t, k, "Enda en")
	if n := len(k.segments(gsm.Default)); n != 2 {
		t.Errorf("%d segments", n)
	}
}
