package sms

// Preset is a gateway whose template is known. The doctor's settings offer them by Name; the clinic fills in sender,
// secret and, where the template has {user}, the name of its account.
type Preset struct {
	ID, Name string
	Template Template
}

// Presets lists the known gateways.
func Presets() []Preset {
	return []Preset{
		{ID: "sveve", Name: "Sveve", Template: Template{
			// The body, not the URL: URLs are written into logs.
			URL: "https://sveve.no/SMS/SendMessage", Method: "POST", Headers: "Content-Type: application/x-www-form-urlencoded",
			Body: "user={user}&passwd={secret}&to={number}&msg={text}&from={sender}&f=json",
		}},
		{ID: "json", Name: "JSON", Template: Template{
			URL: "https://", Method: "POST", Headers: "Content-Type: application/json\nAuthorization: Bearer {secret}",
			Body: `{"to":"{number}","from":"{sender}","text":"{text}"}`,
		}},
	}
}
