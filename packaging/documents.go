package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"legekonsultasjon/assets/drawn"
)

// writeDocuments writes what goes beside the binary: licences of others, the changes, the manual, and icons.
func (j *job) writeDocuments(p product, dir string, parts []part) error {
	if p.cgo {
		parts = append(parts, builtIn()...)
	}
	licences, err := thirdParty(parts)
	if err != nil {
		return err
	}
	fonts, err := os.ReadFile(p.fonts)
	if err != nil {
		return err
	}
	licences = append(append(licences, headline("Inter")...), fonts...)
	if err := zip(filepath.Join(dir, "THIRD-PARTY.gz"), licences); err != nil {
		return err
	}
	changes, err := os.ReadFile("CHANGELOG.md")
	if err != nil {
		return err
	}
	if err := zip(filepath.Join(dir, "changelog.gz"), changes); err != nil {
		return err
	}
	if err := j.writeChangelog(filepath.Join(dir, "changelog.yaml")); err != nil {
		return err
	}
	manual := p.name + "." + p.manual
	text, err := os.ReadFile(filepath.Join(p.folder, manual))
	if err != nil {
		return err
	}
	if err := zip(filepath.Join(dir, manual+".gz"), text); err != nil {
		return err
	}
	if !p.cgo {
		return nil
	}
	if err := j.writeMetainfo(filepath.Join(p.folder, "metainfo.xml"), filepath.Join(dir, "metainfo.xml")); err != nil {
		return err
	}
	for _, size := range drawn.Sizes {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("icon-%d.png", size)), drawn.Icon(size), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// thirdParty is a text with the licence of everything that is built in.
func thirdParty(parts []part) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("This program contains the following software of others, under their licences.\n")
	for _, p := range parts {
		text, err := p.licence()
		if err != nil {
			return nil, err
		}
		b.WriteString(headline(p.name + " " + p.version))
		b.WriteString(text)
	}
	return b.Bytes(), nil
}

func headline(words string) string {
	line := strings.Repeat("=", 80)
	return "\n" + line + "\n" + words + "\n" + line + "\n\n"
}

// zip compresses without name and time, so that the same text gives the same bytes.
func zip(file string, text []byte) error {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile(file, b.Bytes(), 0o644)
}

// writeChangelog writes the package's own changelog for nfpm, as JSON, which is YAML too. What people notice stands in
// CHANGELOG.md, which goes along.
func (j *job) writeChangelog(file string) error {
	notes := []any{map[string]any{"note": "Made from this version; what people notice stands in changelog.gz."}}
	entry := map[string]any{
		"semver": j.release.full() + "-1", "date": j.release.time.Format(time.RFC3339), "packager": j.maintainer,
		"deb": map[string]any{"urgency": "medium", "distributions": []string{"unstable"}}, "changes": notes,
	}
	text, err := json.MarshalIndent([]any{entry}, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o644)
}

// writeMetainfo fills the version and its day into the AppStream description.
func (j *job) writeMetainfo(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	filled := strings.NewReplacer("@VERSION@", j.release.full(), "@DATE@", j.release.time.Format(time.DateOnly)).Replace(string(text))
	return os.WriteFile(to, []byte(filled), 0o644)
}
