package letter

import "strings"

// Segments counts the SMS segments of a text as gateways charge them, and says whether it fits the GSM 7-bit alphabet
// (3GPP TS 23.038): 160 characters alone and 153 each when split, or 70 and 67 in UCS-2.
func Segments(text string) (segments int, gsm bool) {
	septets, units := 0, 0
	gsm = true
	for _, r := range text {
		units++
		if r > 0xffff {
			units++
		}
		switch {
		case strings.ContainsRune(gsmBasic, r):
			septets++
		case strings.ContainsRune(gsmExtended, r):
			septets += 2
		default:
			gsm = false
		}
	}
	if gsm {
		return split(septets, 160, 153), true
	}
	return split(units, 70, 67), false
}

func split(n, alone, part int) int {
	if n <= alone {
		return min(n, 1)
	}
	return (n + part - 1) / part
}

const (
	gsmBasic    = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmExtended = "\f^{}\\[~]|€"
)
