package access

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"
)

const (
	printA = "77:0B:82:04:32:34:58:71:11:1B:A8:27:67:42:04:63:BD:FB:A4:A1:7F:2C:A4:E7:5B:08:41:5E:DC:EA:0C:36"
	printB = "95:7D:1F:BC:53:82:37:1A:4F:37:12:14:2F:BC:56:E9:62:B6:FA:4C:83:AB:7D:A4:3C:2A:83:18:DA:81:32:38"
)

// goodSDP is an offer as pion and Chromium write it, cut short.
func goodSDP() string {
	return strings.Join([]string{
		"v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0", "a=group:BUNDLE 0 1 2",
		"m=audio 9 UDP/TLS/RTP/SAVPF 111", "c=IN IP4 0.0.0.0", "a=mid:0", "a=rtcp-mux", "a=fingerprint:sha-256 " + printA, "a=setup:actpass",
		"m=video 0 UDP/TLS/RTP/SAVPF 96", "a=bundle-only", "a=mid:1", "a=rtcp-mux", "a=fingerprint:sha-256 " + printA,
		"m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "a=mid:2", "a=fingerprint:sha-256 " + printA, "",
	}, "\r\n")
}

func TestGateSDP(t *testing.T) {
	want, _ := hex.DecodeString(strings.ToLower(strings.ReplaceAll(printA, ":", "")))
	line := func(p string) string { return "a=fingerprint:sha-256 " + p + "\r\n" }
	second := func(text string) string { return strings.Replace(goodSDP(), "t=0 0\r\n", "t=0 0\r\n"+text, 1) }
	last := func(text string) string { return goodSDP() + text }
	sha1 := "a=fingerprint:sha-1 " + printA[:59] + "\r\n"
	for name, c := range map[string]struct {
		sdp string
		ok  bool
	}{
		"as written":                  {goodSDP(), true},
		"line feeds only":             {strings.ReplaceAll(goodSDP(), "\r\n", "\n"), true},
		"lower case":                  {strings.ReplaceAll(goodSDP(), printA, strings.ToLower(printA)), true},
		"name in upper case":          {strings.ReplaceAll(goodSDP(), "sha-256", "SHA-256"), true},
		"session level too, the same": {second(line(printA)), true},
		"session level, another":      {second(line(printB)), false},
		"last media level, another":   {last(line(printB)), false},
		"first media level, another":  {strings.Replace(goodSDP(), line(printA), line(printB), 1), false},
		"first media level, both":     {strings.Replace(goodSDP(), line(printA), line(printA)+line(printB), 1), false},
		"sha-1 at session level":      {second(sha1), false},
		"sha-1 last":                  {last(sha1), false},
		"sha-512 at session level":    {second("a=fingerprint:sha-512 " + printA + ":" + printB + "\r\n"), false},
		"sha-512 last":                {last("a=fingerprint:sha-512 " + printA + ":" + printB + "\r\n"), false},
		"md5, as long as sha-256":     {second("a=fingerprint:md5 " + printA + "\r\n"), false},
		"attribute in another case":   {last("A=Fingerprint:sha-256 " + printB + "\r\n"), false},
		"behind a space":              {last(" a=fingerprint:sha-256 " + printB + "\r\n"), false},
		"space before the colon":      {last("a=fingerprint :sha-256 " + printB + "\r\n"), false},
		"two spaces":                  {strings.ReplaceAll(goodSDP(), "sha-256 ", "sha-256  "), false},
		"something behind":            {strings.ReplaceAll(goodSDP(), printA, printA+" x"), false},
		"one byte short":              {strings.ReplaceAll(goodSDP(), printA, printA[:92]), false},
		"one byte long":               {strings.ReplaceAll(goodSDP(), printA, printA+":00"), false},
		"no colons":                   {strings.ReplaceAll(goodSDP(), printA, strings.ReplaceAll(printA, ":", "")), false},
		"no fingerprint":              {strings.ReplaceAll(goodSDP(), line(printA), ""), false},
		"carriage return alone":       {second("x=1\r" + line(printB)), false},
		"NUL":                         {second("x=1\x00\r\n"), false},
		"a=crypto":                    {last("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\n"), false},
		"no BUNDLE":                   {strings.Replace(goodSDP(), "a=group:BUNDLE 0 1 2\r\n", "", 1), false},
		"a section outside BUNDLE":    {strings.Replace(goodSDP(), "BUNDLE 0 1 2", "BUNDLE 0 2", 1), false},
		"a rejected section outside":  {strings.NewReplacer("BUNDLE 0 1 2", "BUNDLE 0 2", "a=bundle-only\r\n", "").Replace(goodSDP()), true},
		"no rtcp-mux":                 {strings.Replace(goodSDP(), "a=rtcp-mux\r\n", "", 1), false},
		"no media":                    {goodSDP()[:strings.Index(goodSDP(), "m=audio")] + line(printA), false},
		"empty":                       {"", false},
		"too long":                    {last(strings.Repeat("a=x\r\n", MaxSDP/5)), false},
	} {
		got, err := GateSDP(c.sdp)
		if (err == nil) != c.ok || err != nil && !errors.Is(err, ErrSDP) {
			t.Errorf("%s: %v", name, err)
		}
		if c.ok && string(got[:]) != string(want) {
			t.Errorf("%s: fingerprint %x", name, got)
		}
	}
}
