package access

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode"
)

// crockford is Crockford's base32 alphabet: no I, L, O, U.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// typedCodeLen is the number of characters: 128 bits of the secret, two zero bits, ten bits of check.
const typedCodeLen = 28

// TypedCode returns the secret for reading aloud and typing: 28 characters of Crockford base32 in seven groups of four.
func (s Secret) TypedCode() string {
	tail := typedCodeCheck(s)
	at := func(bit int) byte { // bit of S || 00 || check
		if bit < 128 {
			return s[bit/8] >> (7 - bit%8) & 1
		}
		return byte(tail >> (139 - bit) & 1)
	}
	var b strings.Builder
	for i := range typedCodeLen {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		var digit byte
		for bit := range 5 {
			digit = digit<<1 | at(5*i+bit)
		}
		b.WriteByte(crockford[digit])
	}
	return b.String()
}

// typedCodeCheck is the last twelve bits of a typed code: two zeros and ten bits of the hash.
func typedCodeCheck(s Secret) uint16 {
	sum := sha256.Sum256(append([]byte(protocol+" typed code"), s[:]...))
	return binary.BigEndian.Uint16(sum[:]) >> 6
}

// ParseTypedCode reads a typed code: case ignored, spaces and dashes dropped, I and L read as 1, O as 0. A slip of one
// character is found by the check, before anything goes to the network.
func ParseTypedCode(text string) (Secret, error) {
	var s Secret
	var tail uint16
	n := 0
	for _, r := range text {
		if droppedInCode(r) {
			continue
		}
		digit := crockfordDigit(r)
		if digit < 0 || n == typedCodeLen {
			return Secret{}, fmt.Errorf("%w: wrong character or too long", ErrTypedCode)
		}
		for bit := range 5 {
			put(&s, &tail, 5*n+bit, byte(digit>>(4-bit)&1))
		}
		n++
	}
	if n != typedCodeLen {
		return Secret{}, fmt.Errorf("%w: %d characters instead of %d", ErrTypedCode, n, typedCodeLen)
	}
	// The check holds two zero bits in front, so this compares those too.
	if subtle.ConstantTimeEq(int32(tail), int32(typedCodeCheck(s))) != 1 {
		return Secret{}, fmt.Errorf("%w: check does not fit", ErrTypedCode)
	}
	return s, nil
}

func put(s *Secret, tail *uint16, at int, bit byte) {
	if at < 128 {
		s[at/8] |= bit << (7 - at%8)
		return
	}
	*tail |= uint16(bit) << (139 - at)
}

func crockfordDigit(r rune) int {
	switch r {
	case 'I', 'i', 'L', 'l':
		return 1
	case 'O', 'o':
		return 0
	}
	if 'a' <= r && r <= 'z' {
		r -= 'a' - 'A'
	}
	return strings.IndexRune(crockford, r)
}

// droppedInCode names what people and programs put between groups: every white space, every dash (Unicode Pd, minus
// signs, hyphen bullet, soft hyphen) and the invisible joiners that mail programs leave behind.
func droppedInCode(r rune) bool {
	switch r {
	case '\u2212', '\u02d7', '\u2043', '\u2796', '\u00ad', '\u200b', '\u2060', '\ufeff':
		return true
	}
	return unicode.Is(unicode.White_Space, r) || unicode.Is(unicode.Pd, r)
}
