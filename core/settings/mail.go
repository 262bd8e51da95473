package settings

// ByToken reports whether one signs in at the provider, in the browser.
func (m Mail) ByToken() bool { return m.Provider != "" && !m.ByPassword }

// Mailbox is whose token it is: the user name, which may be left out where it is the sender's address.
func (m Mail) Mailbox() string {
	if m.User == "" {
		return m.From
	}
	return m.User
}
