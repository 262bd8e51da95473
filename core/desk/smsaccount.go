package desk

import (
	"legekonsultasjon/core/deliver/sms"
	"legekonsultasjon/core/settings"
)

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

// hasSMS says whether there is an account at all.
func hasSMS(s settings.SMS) bool {
	return s.URL != "" || sms.KindOf(sms.Account{Gateway: s.Preset}).ID != sms.TemplateID
}
