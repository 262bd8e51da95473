// Package i18n holds the words that people read, as catalogues by audience (desk, page, letter) and language (nb, nn,
// en), and says dates and times the way people do. Bokmål is complete; what another language lacks is said in bokmål.
package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed locales/*.json
var locales embed.FS

// Files are the catalogues as "<audience>.<language>.json".
func Files() fs.FS {
	files, err := fs.Sub(locales, "locales")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return files
}

// Audience is who reads a catalogue.
type Audience string

const (
	Desk   Audience = "desk"   // the doctor at the desktop
	Page   Audience = "page"   // the patient's browser
	Letter Audience = "letter" // who receives an invitation
)

// Languages that exist, the first is the complete one.
func Languages() []string { return []string{"nb", "nn", "en"} }

// Catalogue is the words for one audience in one language. It does not change.
type Catalogue struct {
	Language string
	words    map[string]string
	fallback map[string]string
}

// Load reads a catalogue. An unknown language is bokmål.
func Load(a Audience, language string) (*Catalogue, error) {
	base, err := read(a, "nb")
	if err != nil {
		return nil, err
	}
	words, err := read(a, language)
	if err != nil {
		words, language = base, "nb"
	}
	return &Catalogue{Language: language, words: words, fallback: base}, nil
}

func read(a Audience, language string) (map[string]string, error) {
	text, err := locales.ReadFile("locales/" + string(a) + "." + language + ".json")
	if err != nil {
		return nil, err
	}
	words := map[string]string{}
	if err := json.Unmarshal(text, &words); err != nil {
		return nil, fmt.Errorf("catalogue %s.%s: %w", a, language, err)
	}
	return words, nil
}

// Text is the words of a key with each {name} replaced by args[name]. A key that no catalogue has is returned itself,
// so that a missing text is seen and not hidden.
func (c *Catalogue) Text(key string, args map[string]string) string {
	s, ok := c.words[key]
	if !ok {
		if s, ok = c.fallback[key]; !ok {
			return key
		}
	}
	if len(args) == 0 || !strings.Contains(s, "{") {
		return s
	}
	pairs := make([]string, 0, 2*len(args))
	for name, value := range args {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(s)
}

// Has says whether a key exists in the language or in bokmål.
func (c *Catalogue) Has(key string) bool {
	_, ok := c.words[key]
	if !ok {
		_, ok = c.fallback[key]
	}
	return ok
}

// Keys are the keys of the language itself, in no order.
func (c *Catalogue) Keys() []string {
	keys := make([]string, 0, len(c.words))
	for k := range c.words {
		keys = append(keys, k)
	}
	return keys
}
