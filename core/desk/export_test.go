package desk

import "legekonsultasjon/core/settings"

// SMSViewOf is what the settings screen shows of stored settings, and SMSStoredOf what it stores again.
func SMSViewOf(s settings.SMS) SMSSettings { return smsView(s, "") }

// SMSStoredOf is the way back.
func SMSStoredOf(s SMSSettings) settings.SMS { return smsStored(s) }
