package token

import (
	"crypto/rand"
	"hash/crc32"
	"strings"
)

// The text of a token is prefix, secretLength digits, and a checksum of these by
// which scanners of source code, and people who copied a part, know it. The prefix
// is our own: a scanner must not take it for a token of Cloudflare.
const (
	prefix         = "idns_"
	secretLength   = 40
	checksumLength = 6
)

const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// NewText returns the text of a new token: 40 random digits of base 62, 238 bits.
// It never fails; a system without randomness ends the program.
func NewText() string {
	var secret strings.Builder
	var block [64]byte
	for secret.Len() < secretLength {
		_, _ = rand.Read(block[:]) // documented never to return an error
		for _, b := range block {
			// 248 is the highest multiple of 62 in an octet: above it digits would not be
			// equally likely.
			if b < 248 && secret.Len() < secretLength {
				secret.WriteByte(digits[int(b)%len(digits)])
			}
		}
	}
	text := prefix + secret.String()
	return text + checksum(text)
}

// Malformed reports whether a text has our prefix and yet is no token, because it
// was cut short or mistyped. Texts without the prefix may be anything.
func Malformed(text string) bool {
	if !strings.HasPrefix(text, prefix) {
		return false
	}
	if len(text) != len(prefix)+secretLength+checksumLength {
		return true
	}
	body := text[:len(prefix)+secretLength]
	return text[len(body):] != checksum(body)
}

// checksum returns the CRC-32 of a text in base 62, of fixed length.
func checksum(text string) string {
	n := crc32.ChecksumIEEE([]byte(text))
	var out [checksumLength]byte
	for i := range out {
		out[checksumLength-1-i] = digits[n%uint32(len(digits))]
		n /= uint32(len(digits))
	}
	return string(out[:])
}
