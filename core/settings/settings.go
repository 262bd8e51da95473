// Package settings keeps what the program remembers between runs: the choices in a file of the profile folder, the
// secrets in a SecretStore. Neither holds anything about a patient.
package settings

import "legekonsultasjon/core/signaling"

// Version of the file. Members are added within a version; a higher one means that their meaning changed.
const Version = 1

// Settings is the content of the file. Every member is always written, so that clearing one is remembered; members of
// the file that are not known here are kept as they are.
type Settings struct {
	Version      int                      `json:"version"`
	Installation signaling.InstallationID `json:"installation"` // drawn once
	Workstation  string                   `json:"workstation"`  // this machine's name as other workstations show it
	Server       string                   `json:"server"`       // address of the signaling server, as typed and completed
	Email        string                   `json:"email"`        // of the last sign-in
	Account      signaling.Account        `json:"account"`      // of the last sign-in, for letters written while offline
	Language     string                   `json:"language"`     // of the screen: "nb", "nn", "en"
	Theme        string                   `json:"theme"`        // "system", "light", "dark"
	Country      string                   `json:"country"`      // of the country code drop-down, ISO 3166
	Letters      string                   `json:"letters"`      // language of the last letter: "nb", "nn", "en"
	Length       int                      `json:"length"`       // of the last appointment, in minutes
	PINTime      string                   `json:"pinTime"`      // when a PIN goes: "shortly", "dayBefore", "atOnce", "aloud"
	KeepDays     int                      `json:"keepDays"`     // an appointment stays in the book for so long after it
	Chime        bool                     `json:"chime"`
	RelayOnly    bool                     `json:"relayOnly"`
	Mail         Mail                     `json:"mail"`
	SMS          SMS                      `json:"sms"`
	SMSReserve   SMS                      `json:"smsReserve"` // takes over when the other refuses; empty for none
	Devices      Devices                  `json:"devices"`
	Sound        Sound                    `json:"sound"`
	SealedFile   bool                     `json:"sealedFile"` // secrets are in the sealed file, not in a keyring
}

// Mail is the clinic's SMTP account without its password. Where Provider is set and ByPassword is not, one signs in at the
// provider, in the browser, and a token takes the place of the password.
type Mail struct {
	Provider   string `json:"provider"` // "microsoft", "google", or "" for any other
	ByPassword bool   `json:"byPassword"`
	ClientID   string `json:"clientId"` // of this program, as it is registered at the provider
	Tenant     string `json:"tenant"`   // Microsoft: the clinic's; "" is any organisation

	Host     string `json:"host"`
	Port     int    `json:"port"`
	Security string `json:"security"` // "starttls", "tls"; "none" for loopback only
	User     string `json:"user"`
	From     string `json:"from"`
	FromName string `json:"fromName"`
}

// SMS is the account at an SMS gateway without its secret. Which members count is the gateway's matter.
type SMS struct {
	Preset   string `json:"preset"` // of the table in core/deliver/sms; "" for one that a template describes
	URL      string `json:"url"`
	Method   string `json:"method"`
	Headers  string `json:"headers"` // one "Name: value" per line
	Body     string `json:"body"`
	Sender   string `json:"sender"`
	User     string `json:"user"`
	Key      string `json:"key"`      // of Twilio
	Platform string `json:"platform"` // of LINK Mobility, like the next
	Partner  string `json:"partner"`
}

// Devices are the chosen devices. An empty choice follows the system.
type Devices struct {
	Camera     Device `json:"camera"`
	Microphone Device `json:"microphone"`
	Speaker    Device `json:"speaker"`
	Ring       Device `json:"ring"` // the speaker that the chime rings on
}

// Sound is how the doctor's own sound is treated. The zero value is how it is best for most.
type Sound struct {
	Canceller  string `json:"canceller"`  // of the echo: "" for the best there is, "aec2", "none"
	LeaveNoise bool   `json:"leaveNoise"` // noise suppression is off
}

// Device is a remembered device; the name is shown when it is not plugged in.
type Device struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Defaults are the settings of a first run, with a new Installation.
func Defaults(workstation string) Settings {
	return Settings{
		Version: Version, Installation: signaling.NewInstallationID(), Workstation: workstation,
		Language: "nb", Theme: "system", Country: "NO", Letters: "nb", Length: 20, PINTime: "shortly", KeepDays: 30, Chime: true,
		Mail: Mail{Port: 587, Security: "starttls"}, SMS: SMS{Method: "POST"},
	}
}
