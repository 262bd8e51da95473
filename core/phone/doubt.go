package phone

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// knownDomains are where most private addresses of Norwegian patients are.
func knownDomains() []string {
	return []string{
		"gmail.com", "hotmail.com", "hotmail.no", "outlook.com", "outlook.no", "live.no", "live.com", "msn.com", "yahoo.com",
		"yahoo.no", "icloud.com", "me.com", "mac.com", "online.no", "getmail.no", "broadpark.no", "altibox.no", "lyse.net",
		"ebnett.no", "frisurf.no", "start.no", "telenor.no", "telia.no", "protonmail.com", "proton.me",
	}
}

// neighbours are real domains that lie close to a known one.
func neighbours() []string {
	return []string{"mail.com", "ymail.com", "email.com", "email.no", "gmx.com", "gmx.net", "rocketmail.com", "starter.no"}
}

// Meant returns the well-known domain that was perhaps meant, when this one is a slip of the keyboard away from it:
// gmial.com, hotmail.con, outlok.com, gmail.no. It is a question to a person, not a refusal.
func (a Address) Meant() (domain string, ok bool) {
	known := knownDomains()
	if slices.Contains(known, a.Domain) || slices.Contains(neighbours(), a.Domain) {
		return "", false
	}
	name, _, _ := strings.Cut(a.Domain, ".")
	for _, k := range known {
		if other, _, _ := strings.Cut(k, "."); other == name && len(name) >= 5 && strings.Count(a.Domain, ".") == 1 && name != "start" && name != "telia" {
			return k, true
		}
	}
	for _, k := range known {
		slips := 1
		if len(k) >= 11 {
			slips = 2
		}
		if len(k) >= 8 && distance(a.Domain, k) <= slips {
			return k, true
		}
	}
	return "", false
}

// distance counts the letters that were left out, added, changed or swapped with the next one between two short texts
// (optimal string alignment).
func distance(x, y string) int {
	a, b := []rune(x), []rune(y)
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range b {
		rows[0][j+1] = j + 1
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}

// ownLetters are what names and domains of the north are written with beside a to z.
const ownLetters = "æøåäöüéèêëóòôáàâïíçñßþðšžčđŋŧ"

// Strange reports letters that a Norwegian keyboard does not write and that may look like others: Cyrillic, Greek, and
// Latin ones of other kinds, also behind xn-- in the domain.
func (a Address) Strange() bool {
	domain, err := idna.ToUnicode(a.Domain)
	if err != nil {
		return true
	}
	for _, r := range strings.ToLower(a.Local + domain) {
		if r >= 128 && !strings.ContainsRune(ownLetters, r) || unicode.Is(unicode.Mn, r) {
			return true
		}
	}
	return false
}
