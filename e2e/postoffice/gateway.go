package postoffice

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// maxBody bounds a request to the gateway, in bytes.
const maxBody = 64 << 10

// fault plays the gateway's fault of a stage and reports whether it did.
func (o *Office) fault(stage Stage, w http.ResponseWriter, r *http.Request) bool {
	f := o.faults.next(stage)
	switch {
	case f == nil:
		return false
	case f.Stall:
		select {
		case <-r.Context().Done():
		case <-o.ctx.Done():
		}
	case f.Drop:
	default:
		w.WriteHeader(f.Code)
		_, _ = io.WriteString(w, f.Text)
		return true
	}
	panic(http.ErrAbortHandler) // closes the connection without an answer
}

// message is what the JSON gateway takes.
type message struct {
	To   string `json:"to"`
	From string `json:"from"`
	Text string `json:"text"`
}

// gateway is a JSON gateway: 202 with an id, 400 with a reason, 401 without the right secret.
func (o *Office) gateway(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		reply(w, http.StatusRequestEntityTooLarge, map[string]any{"error": "too large"})
		return
	}
	if o.fault(AtGateway, w, r) {
		return
	}
	secret, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // none is refused below
	var m message
	switch {
	case !same(secret, o.options.Secret):
		reply(w, http.StatusUnauthorized, map[string]any{"error": "unknown key"})
	case kind != "application/json":
		reply(w, http.StatusUnsupportedMediaType, map[string]any{"error": "expected application/json"})
	case json.Unmarshal(body, &m) != nil:
		reply(w, http.StatusBadRequest, map[string]any{"error": "not JSON"})
	default:
		if reason := o.sms(m); reason != "" {
			reply(w, http.StatusBadRequest, map[string]any{"error": reason})
			return
		}
		if !o.fault(AfterSMS, w, r) {
			reply(w, http.StatusAccepted, map[string]any{"id": fmt.Sprintf("sms-%d", o.box.total()), "status": "accepted"})
		}
	}
}

// sveve answers 200 always and says in the body how it went.
func (o *Office) sveve(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if o.fault(AtGateway, w, r) {
		return
	}
	answer := map[string]any{"msgOkCount": 0, "stdSMSCount": 0}
	if !same(r.Form.Get("passwd"), o.options.Secret) {
		answer["fatalError"] = "Feil brukernavn/passord"
	} else if reason := o.sms(message{withCountry(r.Form.Get("to")), r.Form.Get("from"), r.Form.Get("msg")}); reason != "" {
		answer["errors"] = []any{map[string]any{"number": r.Form.Get("to"), "message": reason}}
	} else {
		answer["msgOkCount"], answer["stdSMSCount"], answer["ids"] = 1, 1, []int{o.box.total()}
		if o.fault(AfterSMS, w, r) {
			return
		}
	}
	reply(w, http.StatusOK, map[string]any{"response": answer})
}

// withCountry takes eight digits for a Norwegian number, as Norwegian gateways do.
func withCountry(number string) string {
	if len(number) == 8 && !strings.HasPrefix(number, "+") {
		return "+47" + number
	}
	return number
}

// sms puts a message into the box, or says why not.
func (o *Office) sms(m message) string {
	switch {
	case !regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`).MatchString(m.To):
		return "to is not a number"
	case m.Text == "":
		return "text is empty"
	case len([]rune(m.Text)) > 1600:
		return "text is too long"
	case len(m.From) > 16 || strings.ContainsFunc(m.From, func(r rune) bool { return r < ' ' }):
		return "from is not a sender"
	}
	n := o.box.put(Letter{Kind: SMS, At: time.Now(), From: m.From, To: m.To, Text: m.Text}).Number
	o.log.Info("SMS arrived", "number", n)
	return ""
}

func (b *box) total() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.count
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the other side has gone otherwise
}
