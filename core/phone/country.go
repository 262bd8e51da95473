package phone

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Country is one entry of the country code drop-down.
type Country struct {
	ISO  string // "NO"
	Code string // "+47"
	Name string // in the asked language
}

// Countries lists every country with a calling code: Norway, the other Nordic ones, then by name. lang is "nb", "nn" or
// "en".
func Countries(lang string) []Country {
	names := display.Regions(language.Make(lang))
	var all []Country
	for iso := range phonenumbers.GetSupportedRegions() {
		region, err := language.ParseRegion(iso)
		if err != nil {
			continue
		}
		name := names.Name(region)
		if name == "" {
			name = iso
		}
		all = append(all, Country{iso, "+" + strconv.Itoa(phonenumbers.GetCountryCodeForRegion(iso)), name})
	}
	order := collate.New(collation(lang))
	slices.SortFunc(all, func(a, b Country) int {
		return cmp.Or(cmp.Compare(rank(a.ISO), rank(b.ISO)), order.CompareString(a.Name, b.Name), cmp.Compare(a.ISO, b.ISO))
	})
	return all
}

// CountryName is a country's name in the asked language, "" for "".
func CountryName(iso, lang string) string {
	region, err := language.ParseRegion(iso)
	if err != nil {
		return ""
	}
	return display.Regions(language.Make(lang)).Name(region)
}

// collation is the language whose order is used. The collation tables know the Norwegian order, å last, under nn only.
func collation(lang string) language.Tag {
	if lang == "nb" {
		lang = "nn"
	}
	return language.Make(lang)
}

func rank(iso string) int {
	if i := slices.Index([]string{"NO", "SE", "DK", "FI", "IS"}, iso); i >= 0 {
		return i
	}
	return 9
}
