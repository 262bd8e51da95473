package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// bill is a bill of materials in the form of CycloneDX 1.6, as much of it as is known here.
type bill struct {
	Schema      string       `json:"$schema"`
	Format      string       `json:"bomFormat"`
	SpecVersion string       `json:"specVersion"`
	Version     int          `json:"version"`
	Metadata    metadata     `json:"metadata"`
	Components  []component  `json:"components"`
	Depends     []dependence `json:"dependencies"`
}

type metadata struct {
	Timestamp string    `json:"timestamp"`
	Component component `json:"component"`
}

type component struct {
	Ref        string     `json:"bom-ref"`
	Type       string     `json:"type"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	Scope      string     `json:"scope,omitempty"`
	Hashes     []hash     `json:"hashes,omitempty"`
	PURL       string     `json:"purl,omitempty"`
	Properties []property `json:"properties,omitempty"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type dependence struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn,omitempty"`
}

// writeBill says what a binary is made of: Go's modules with the checksums of go.sum, the libraries of Debian's that are
// linked in, and those that it opens, in the versions that it was built against.
func (j *job) writeBill(p product, file, binary string, parts []part) error {
	if p.cgo {
		shared, err := sharedParts(binary)
		if err != nil {
			return err
		}
		parts = append(append(parts, builtIn()...), shared...)
	}
	sum, err := fileSum(binary)
	if err != nil {
		return err
	}
	top := component{Ref: p.name, Type: "application", Name: p.name, Version: j.release.full(), Hashes: []hash{{"SHA-256", sum}}}
	b := bill{Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", Format: "CycloneDX", SpecVersion: "1.6", Version: 1,
		Metadata: metadata{Timestamp: j.release.time.Format(time.RFC3339), Component: top}}
	all := dependence{Ref: p.name}
	for _, part := range parts {
		c, err := part.component()
		if err != nil {
			return err
		}
		b.Components = append(b.Components, c)
		all.DependsOn = append(all.DependsOn, c.Ref)
	}
	b.Depends = []dependence{all}
	text, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}

func (p part) component() (component, error) {
	c := component{Type: "library", Name: p.name, Version: p.version, Scope: "required"}
	if p.debian {
		how := "linked in"
		if p.shared {
			how = "shared library, of the system"
		}
		c.PURL = fmt.Sprintf("pkg:deb/debian/%s@%s?arch=%s", p.name, url.QueryEscape(p.version), runtime.GOARCH)
		c.Properties = []property{{"legekonsultasjon:how", how}}
	} else {
		c.PURL = fmt.Sprintf("pkg:golang/%s@%s?type=module", p.name, strings.ReplaceAll(p.version, "+", "%2B"))
	}
	c.Ref = c.PURL
	if text, ok := strings.CutPrefix(p.sum, "h1:"); ok {
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return c, fmt.Errorf("checksum of %s: %w", p.name, err)
		}
		c.Hashes = []hash{{"SHA-256", hex.EncodeToString(raw)}}
	}
	return c, nil
}

const sums = "SHA256SUMS"

// writeSums writes what sha256sum --check reads.
func writeSums(dir string, files []string) error {
	var b strings.Builder
	for _, file := range files {
		sum, err := fileSum(file)
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%s  %s\n", sum, filepath.Base(file))
	}
	return os.WriteFile(filepath.Join(dir, sums), []byte(b.String()), 0o644)
}

func fileSum(file string) (string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}
