package sms

// Verdict judges an answer as the account's gateway gives it.
func Verdict(a Account, status int, body []byte) (string, error) {
	g, err := Open(a, nil, 0)
	if err != nil {
		return "", err
	}
	return g.talk.verdict(answer{status: status, body: body, whole: true})
}
