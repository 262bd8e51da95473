package desk

import (
	"legekonsultasjon/core/deliver/sms"
	"legekonsultasjon/core/settings"
)

// SMSSettings is the account at an SMS gateway, without its secret.
type SMSSettings struct {
	Gateway   string            // ID of an SMSGateway, "" for none
	Values    map[string]string // by SMSField.ID; what is missing is the field's default
	HasSecret bool
}

// SMSGateway is one of the gateways that the settings offer: what has to be filled in for it.
type SMSGateway struct {
	ID      string
	Name    string // the company's own; "" for the one that the clinic describes by a template
	Fields  []SMSField
	Sender  SMSSender
	Reports bool // it tells whether a message arrived
}

type (
	// SMSField is one thing that a gateway wants filled in.
	SMSField = sms.Field
	// SMSSender is what a gateway takes as a sender.
	SMSSender = sms.Rule
)

// smsGateways is the table of gateways for the settings.
func smsGateways() []SMSGateway {
	kinds := sms.Kinds()
	out := make([]SMSGateway, len(kinds))
	for i, k := range kinds {
		out[i] = SMSGateway{ID: k.ID, Name: k.Name, Fields: k.Fields, Sender: k.Sender, Reports: k.Reports}
	}
	return out
}

// smsMembers are where the settings file keeps the fields of gateways, by the field's id.
func smsMembers(s *settings.SMS) map[string]*string {
	return map[string]*string{
		sms.FieldURL: &s.URL, sms.FieldMethod: &s.Method, sms.FieldHeaders: &s.Headers, sms.FieldBody: &s.Body,
		sms.FieldSender: &s.Sender, sms.FieldUser: &s.User, "key": &s.Key, "platform": &s.Platform, "partner": &s.Partner,
	}
}

// smsAccount is the account of the settings as its gateway wants it.
func smsAccount(s settings.SMS, secret string) sms.Account {
	a := sms.Account{Gateway: s.Preset, Secret: secret, Values: map[string]string{}}
	for id, member := range smsMembers(&s) {
		if *member != "" {
			a.Values[id] = *member
		}
	}
	return a
}

// smsOf is the gateway of the settings, "" for none. Settings of the time when every gateway was a template have no
// preset, or that of a template.
func smsOf(s settings.SMS) string {
	id := sms.KindOf(smsAccount(s, "")).ID
	if id == sms.TemplateID && s.URL == "" {
		return ""
	}
	return id
}

// smsView is what the settings screen shows of an account.
func smsView(s settings.SMS, secret string) SMSSettings {
	return SMSSettings{Gateway: smsOf(s), Values: smsAccount(s, "").Values, HasSecret: secret != ""}
}

// smsStored is what the settings screen holds, for the file.
func smsStored(in SMSSettings) settings.SMS {
	s := settings.SMS{Preset: in.Gateway}
	if in.Gateway == "" {
		return s
	}
	for id, member := range smsMembers(&s) {
		*member = in.Values[id]
	}
	return s
}

// smsSecret is what becomes of the secret when the account is changed from before to after: typed keeps, replaces or
// erases it. That of one company is never sent to another.
func smsSecret(before, after settings.SMS, typed *string) *string {
	if was, is := smsOf(before), smsOf(after); is == "" || is != was && typed == nil {
		none := ""
		return &none
	}
	return typed
}
