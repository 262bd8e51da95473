package access

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// MaxSDP is the longest session description that passes the gate, in bytes.
const MaxSDP = 32 << 10

// GateSDP lets a session description pass to setRemoteDescription only if every implementation must read the same one
// certificate out of it, and returns that certificate's fingerprint (SHA-256 of its DER). It asks for at least one
// a=fingerprint line, all sha-256 and all alike, for BUNDLE over all media, for rtcp-mux, and for no a=crypto.
func GateSDP(sdp string) (fingerprint [32]byte, err error) {
	if len(sdp) > MaxSDP {
		return fingerprint, fmt.Errorf("%w: %d bytes", ErrSDP, len(sdp))
	}
	lines, err := sdpLines(sdp)
	if err != nil {
		return fingerprint, err
	}
	if fingerprint, err = oneFingerprint(sdp, lines); err != nil {
		return fingerprint, err
	}
	return fingerprint, checkSections(lines)
}

// sdpLines splits at LF or CR LF. A CR alone and a NUL are read differently by different parsers and refused.
func sdpLines(sdp string) ([]string, error) {
	lines := strings.Split(strings.ReplaceAll(sdp, "\r\n", "\n"), "\n")
	for _, line := range lines {
		if strings.ContainsAny(line, "\r\x00") {
			return nil, fmt.Errorf("%w: control character", ErrSDP)
		}
	}
	return lines, nil
}

func oneFingerprint(sdp string, lines []string) (fingerprint [32]byte, err error) {
	count := 0
	for _, line := range lines {
		value, ok := cutPrefixFold(line, "a=fingerprint:")
		if !ok {
			continue
		}
		got, ok := parseFingerprint(value)
		if !ok {
			return fingerprint, fmt.Errorf("%w: fingerprint is not sha-256", ErrSDP)
		}
		if count > 0 && got != fingerprint {
			return fingerprint, fmt.Errorf("%w: two fingerprints", ErrSDP)
		}
		fingerprint = got
		count++
	}
	// A parser more lenient than this one might find further ones, behind a space for example.
	if count == 0 || strings.Count(asciiLower(sdp), "fingerprint") != count {
		return fingerprint, fmt.Errorf("%w: no fingerprint, or one in an odd place", ErrSDP)
	}
	return fingerprint, nil
}

// parseFingerprint reads "sha-256 AB:CD:...", name and hex without case.
func parseFingerprint(value string) (fingerprint [32]byte, ok bool) {
	digits, ok := cutPrefixFold(value, "sha-256 ")
	if !ok || len(digits) != 32*3-1 {
		return fingerprint, false
	}
	for i := range fingerprint {
		if i > 0 && digits[3*i-1] != ':' {
			return fingerprint, false
		}
		if _, err := hex.Decode(fingerprint[i:i+1], []byte(digits[3*i:3*i+2])); err != nil {
			return fingerprint, false
		}
	}
	return fingerprint, true
}

// section is what counts of one m= section.
type section struct {
	rejected, application, mux bool
	mid                        string
}

func checkSections(lines []string) error {
	var bundle []string
	var sections []section
	for _, line := range lines {
		if _, ok := cutPrefixFold(line, "a=crypto"); ok {
			return fmt.Errorf("%w: a=crypto", ErrSDP)
		}
		if len(sections) == 0 {
			if mids, ok := strings.CutPrefix(line, "a=group:BUNDLE"); ok {
				bundle = append(bundle, strings.Fields(mids)...)
			}
		}
		if media, ok := strings.CutPrefix(line, "m="); ok {
			sections = append(sections, newSection(media))
		} else if len(sections) > 0 {
			sections[len(sections)-1].note(line)
		}
	}
	for _, s := range sections {
		if !s.rejected && (!slices.Contains(bundle, s.mid) || !s.mux && !s.application) {
			return fmt.Errorf("%w: a section without BUNDLE or rtcp-mux", ErrSDP)
		}
	}
	if !slices.ContainsFunc(sections, func(s section) bool { return !s.rejected }) {
		return fmt.Errorf("%w: no media", ErrSDP)
	}
	return nil
}

func newSection(media string) section {
	fields := strings.Fields(media)
	return section{
		application: len(fields) > 0 && fields[0] == "application",
		rejected:    len(fields) > 1 && fields[1] == "0",
	}
}

func (s *section) note(line string) {
	switch {
	case line == "a=rtcp-mux":
		s.mux = true
	case line == "a=bundle-only": // port 0 then means bundled, not rejected
		s.rejected = false
	case strings.HasPrefix(line, "a=mid:"):
		s.mid = strings.TrimSpace(strings.TrimPrefix(line, "a=mid:"))
	}
}

// cutPrefixFold cuts an ASCII prefix whatever its case.
func cutPrefixFold(line, prefix string) (rest string, ok bool) {
	if len(line) < len(prefix) || asciiLower(line[:len(prefix)]) != prefix {
		return line, false
	}
	return line[len(prefix):], true
}

// asciiLower lowers A to Z and nothing else, so that both sides fold alike.
func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}, s)
}
