package phone

import "testing"

func TestAMistypedDomainIsPointedOut(t *testing.T) {
	for domain, want := range map[string]string{
		"gmial.com": "gmail.com", "gmail.con": "gmail.com", "gmail.no": "gmail.com", "gmai.com": "gmail.com", "gmaill.com": "gmail.com",
		"hotnail.com": "hotmail.com", "hotmial.con": "hotmail.com", "outlok.com": "outlook.com", "oulook.no": "outlook.no",
		"onlin.no": "online.no", "iclod.com": "icloud.com", "gmai1.com": "gmail.com", "yaho.com": "yahoo.com",
		// as they should be, or somebody else's
		"gmail.com": "", "mail.com": "", "ymail.com": "", "legekontoret.no": "", "oslo.kommune.no": "", "live.no": "",
		"uio.no": "", "gmail.example.no": "", "start.com": "", "protonmail.com": "",
	} {
		if got, ok := (Address{Local: "ola", Domain: domain}).Meant(); got != want || ok != (want != "") {
			t.Errorf("%s: %q, want %q", domain, got, want)
		}
	}
}

func TestLettersThatLookLikeOthersArePointedOut(t *testing.T) {
	for address, want := range map[string]bool{
		"ola@gmail.com": false, "åse.bjørnæs@blåbær.no": false, "ádjá@samediggi.no": false,
		"olа@gmail.com": true, "ola@gmаil.com": true, "ola@ɡmail.com": true, "ola@xn--gmil-63d.com": true,
		"ola@xn--blbr-roah.no": false, "o\u0131a@gmail.com": true,
	} {
		a := Address{}
		for i, r := range address {
			if r == '@' {
				a.Local, a.Domain = address[:i], address[i+1:]
			}
		}
		if a.Strange() != want {
			t.Errorf("%s: strange %v", address, !want)
		}
	}
}

func FuzzDoubt(f *testing.F) {
	f.Add("ola@gmial.com")
	f.Add("å@xn--a.no")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseAddress(text)
		if err != nil {
			return
		}
		if meant, ok := a.Meant(); ok && meant == a.Domain {
			t.Errorf("%q is meant by itself", meant)
		}
		a.Strange()
	})
}
