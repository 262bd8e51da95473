package uitest

import "legekonsultasjon/core/desk"

// mailPresets are the known mail providers.
func mailPresets() []desk.MailPreset {
	return []desk.MailPreset{
		{ID: "microsoft", Name: "Microsoft 365", Host: "smtp.office365.com", Port: 587, Security: "starttls", Tenant: true, Device: true},
		{ID: "google", Name: "Google", Host: "smtp.gmail.com", Port: 465, Security: "tls", Secret: true},
	}
}

// SettingsMail is the settings screen of a clinic with Microsoft 365, as the sign-in there stands.
func SettingsMail(in desk.MailSignIn) desk.State {
	s := SettingsOpen()
	s.Settings.Mail = desk.MailSettings{Provider: "microsoft", ClientID: "5b4a0c2e-1111-4a4a-8b8b-000000000000", Tenant: "sentrum.example",
		Host: "smtp.office365.com", Port: 587, Security: "starttls", From: "video@sentrum.example", FromName: "Legesenteret Sentrum"}
	s.Settings.MailSignIn = in
	return s
}
