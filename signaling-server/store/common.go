package store

import (
	"context"
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ccojocar/zxcvbn-go/data"

	"legekonsultasjon/core/signaling"
)

// newPassword checks a new password by NIST SP 800-63B section 5.1.1.2 (length and a list of common ones, no rules about
// kinds of characters) and hashes it. Codes: ShortPassword, WeakPassword, BadMessage, TryLater.
func (s *Store) newPassword(ctx context.Context, password string, d Doctor) (string, error) {
	if err := checkPassword(password, d.Name, d.Email); err != nil {
		return "", err
	}
	leave, err := s.hasher.turn(ctx, true)
	if err != nil {
		return "", &Error{Code: signaling.TryLater, Err: err}
	}
	defer leave()
	return encodePassword(password, newSalt()), nil
}

// checkPassword says what is wrong with a new password; own are words that are easily guessed for this account.
func checkPassword(password string, own ...string) error {
	switch {
	case utf8.RuneCountInString(password) < signaling.MinPassword:
		return &Error{Code: signaling.ShortPassword}
	case len(password) > signaling.MaxPassword || !utf8.ValidString(password):
		return &Error{Code: signaling.BadMessage}
	case isCommon(password, own...):
		return &Error{Code: signaling.WeakPassword}
	}
	return nil
}

// fewPieces is how many pieces a password may not be put together from: a common word with a year and an exclamation mark
// is three.
const fewPieces = 3

// isCommon reports that a password is one of the common ones, or put together from at most three pieces: common words (read
// through the usual replacements), words of the account, repeats, runs such as 1234 or qwerty, years.
func isCommon(password string, own ...string) bool {
	text := []rune(plainLetters(password))
	text = text[:min(len(text), mostLooked)]
	words := commonWords(own)
	// least[i] is the smallest number of pieces that text[:i] is made of.
	least := make([]int, len(text)+1)
	for i := range text {
		least[i+1] = len(text) + 1
	}
	for i := range text {
		for end := i + 1; end <= min(len(text), i+longestPiece); end++ {
			if least[i]+1 < least[end] && (end == i+1 || isPiece(text[i:end], words)) {
				least[end] = least[i] + 1
			}
		}
		// what has been said already is said again for nothing
		for n := 3; n <= i; n++ {
			if i+n <= len(text) && string(text[i-n:i]) == string(text[i:i+n]) {
				least[i+n] = min(least[i+n], least[i])
			}
		}
	}
	return least[len(text)] <= fewPieces
}

// Bounds of the work: no common word is longer, and a password that begins well is good.
const (
	longestPiece = 24
	mostLooked   = 128
)

func isPiece(piece []rune, words map[string]bool) bool {
	return words[string(piece)] || isRun(piece) || len(piece) == 4 && isYear(string(piece))
}

// isRun is one character again and again, or one that goes up or down by one, or a row of the keyboard.
func isRun(piece []rune) bool {
	step := piece[1] - piece[0]
	if step >= -1 && step <= 1 {
		same := true
		for i := 1; i < len(piece); i++ {
			same = same && piece[i]-piece[i-1] == step
		}
		if same {
			return true
		}
	}
	if len(piece) < 4 {
		return false
	}
	for _, row := range []string{"1234567890", "qwertyuiopå", "asdfghjkløæ", "zxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn", "qazwsxedcrfvtgb"} {
		if strings.Contains(row, string(piece)) {
			return true
		}
	}
	return false
}

func isYear(s string) bool {
	return (strings.HasPrefix(s, "19") || strings.HasPrefix(s, "20")) && allDigits(s)
}

func allDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// plainLetters is lower case with the letters that some signs stand for.
func plainLetters(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '@':
			return 'a'
		case '$':
			return 's'
		case '€':
			return 'e'
		}
		return unicode.ToLower(r)
	}, s)
}

// commonWords are the listed passwords of at least three characters, the Norwegian ones below, and own ones. They are read
// anew for each new password, which is rare, so that they take no memory in between.
func commonWords(own []string) map[string]bool {
	words := map[string]bool{}
	add := func(w string) {
		if w = plainLetters(strings.TrimSpace(w)); len(w) >= 3 && utf8.RuneCountInString(w) <= longestPiece {
			words[w] = true
		}
	}
	zeros, digits := strings.NewReplacer("o", "0"), strings.NewReplacer("o", "0", "i", "1", "e", "3", "a", "4")
	var list struct{ List []string }
	if text, err := data.Asset("data/Passwords.json"); err == nil && json.Unmarshal(text, &list) == nil {
		for _, w := range list.List {
			add(w)
			add(zeros.Replace(w))
			add(digits.Replace(w))
		}
	}
	for _, w := range strings.Fields(norwegian) {
		add(w)
		add(digits.Replace(w))
	}
	for _, o := range own {
		for _, w := range strings.FieldsFunc(o, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			add(w)
		}
	}
	return words
}

// norwegian are words that people here begin a password with.
const norwegian = `passord passordet mittpassord hemmelig hemmelighet velkommen logginn innlogging bruker brukernavn administrator admin
sommer sommeren vinter vinteren høst høsten hoest våren vaaren januar februar mars april mai juni juli august september oktober november
desember mandag tirsdag onsdag torsdag fredag lørdag loerdag søndag soendag norge noreg oslo bergen trondheim stavanger tromsø tromsoe
kristiansand drammen lege legen leger legekontor legekontoret legesenter legesenteret legevakt doktor helse helsevesen sykehus pasient
pasienter resepsjon resepsjonen konsultasjon video videosamtale fotball håndball brann rosenborg vålerenga viking sjokolade
kaffe kjærlighet kjaerlighet elsker jegelskerdeg kjære mamma pappa bestemor hund katt hest familie jenter gutter tusen takk heisann hallo`
