// Package domain handles domain names in one form throughout the suite: the
// canonical presentation form that miekg/dns gives to unpacked names (RFC 1035
// section 5.1 escapes), fully qualified, in lower case (RFC 4343). Two canonical
// names are equal exactly when their strings are.
package domain

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/miekg/dns"
	"golang.org/x/net/idna"
)

// Root is the canonical name of the root.
const Root = "."

// errEmpty is the error for a name of no characters.
var errEmpty = errors.New("empty domain name")

// Canonical returns the canonical form of a name in presentation form. A name
// without final dot is taken as fully qualified. It fails on an empty label, a
// label over 63 octets, a name over 255 octets (RFC 1035 section 2.3.4) and an
// escape \DDD over 255.
func Canonical(s string) (string, error) {
	if s == "" {
		return "", errEmpty
	}
	if !strings.HasSuffix(s, ".") || escapedAt(s, len(s)-1) {
		s += "."
	}
	if plain(s) {
		return s, check(s)
	}
	name, err := Normal(s)
	return strings.ToLower(name), err
}

// Normal returns the form of a fully qualified name that Canonical gives, but in the
// letter case it was written in. It fails as Canonical does.
func Normal(s string) (string, error) {
	if s == "" {
		return "", errEmpty
	}
	if octet := overflow(s); octet != "" {
		return "", fmt.Errorf("%q has the escape %s, at most \\255 is allowed", s, octet)
	}
	var wire [256]byte
	n, err := dns.PackDomainName(s, wire[:], 0, nil, false)
	if err != nil {
		return "", describe(s)
	}
	name, _, err := dns.UnpackDomainName(wire[:n], 0)
	if err != nil {
		return "", describe(s)
	}
	return name, nil
}

// AsWritten returns a name, of which canonical is the canonical form, in the letter
// case it was written in (RFC 4343 section 4).
func AsWritten(name, canonical string) string {
	if len(name) == len(canonical)-1 {
		name += "."
	}
	if strings.IndexByte(name, '\\') >= 0 {
		name, _ = Normal(name)
	}
	if len(name) == len(canonical) && strings.EqualFold(name, canonical) {
		return name
	}
	return canonical
}

// Parse reads a name as people write it: Unicode labels become Punycode
// (RFC 5891), everything else is as in Canonical.
func Parse(s string) (string, error) {
	ascii, err := ToASCII(s)
	if err != nil {
		return "", err
	}
	return Canonical(ascii)
}

// ToASCII turns the Unicode labels of a name into Punycode and leaves all
// others, underscores, wildcards and escapes included, as they are.
func ToASCII(s string) (string, error) {
	if isASCII(s) {
		return s, nil
	}
	labels := strings.Split(s, ".")
	for i, label := range labels {
		if isASCII(label) {
			continue
		}
		ascii, err := idna.Lookup.ToASCII(label)
		if err != nil {
			return "", fmt.Errorf("label %q of %q is no valid internationalized name: %w", label, s, err)
		}
		labels[i] = ascii
	}
	return strings.Join(labels, "."), nil
}

// ToUnicode returns a name in which Punycode labels stand in Unicode, as people read
// them; labels that are not valid stay as they are.
func ToUnicode(name string) string {
	if !strings.Contains(name, "xn--") {
		return name
	}
	labels := strings.Split(name, ".")
	for i, label := range labels {
		if text, err := idna.Lookup.ToUnicode(label); err == nil {
			labels[i] = text
		}
	}
	return strings.Join(labels, ".")
}

// IsSubdomain reports whether child is parent or lies below it. Both are canonical.
func IsSubdomain(parent, child string) bool {
	if parent == Root {
		return true
	}
	cut := len(child) - len(parent)
	switch {
	case cut < 0 || child[cut:] != parent:
		return false
	case cut == 0:
		return true
	}
	return child[cut-1] == '.' && !escapedAt(child, cut-1)
}

// Parent returns the name one label up, and false for the root.
func Parent(name string) (string, bool) {
	if name == Root {
		return "", false
	}
	off, end := dns.NextLabel(name, 0)
	if end {
		return Root, true
	}
	return name[off:], true
}

// Below returns the name of one more label below a name, or the name itself if that would
// be too long. Both are canonical.
func Below(label, name string) string {
	full := label + "." + name
	if name == Root {
		full = label + "."
	}
	if canonical, err := Canonical(full); err == nil {
		return canonical
	}
	return name
}

// NoDot returns name without its final dot, the form of names in expressions,
// identifiers and metric labels; the root becomes "".
func NoDot(name string) string { return strings.TrimSuffix(name, ".") }

// plain reports whether s, which ends in a dot, is canonical by its characters alone.
func plain(s string) bool {
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c == '_', c == '.', c == '*', c == '/':
		default:
			return false
		}
	}
	return true
}

// check holds the limits of RFC 1035 section 2.3.4 for a plain name.
func check(s string) error {
	if s == Root {
		return nil
	}
	if len(s) > 254 { // one octet more on the wire
		return describe(s)
	}
	label := 0
	for i := range len(s) {
		if s[i] != '.' {
			label++
			continue
		}
		if label == 0 || label > 63 {
			return describe(s)
		}
		label = 0
	}
	return nil
}

// describe words why s is not a domain name.
func describe(s string) error {
	for label := range strings.SplitSeq(strings.TrimSuffix(s, "."), ".") {
		switch {
		case label == "":
			return fmt.Errorf("%q has an empty label", s)
		case len(label) > 63 && !strings.Contains(label, `\`):
			return fmt.Errorf("%q has a label of %d octets, at most 63 are allowed", s, len(label))
		}
	}
	if len(s) > 254 {
		return fmt.Errorf("%q is too long, a name has at most 255 octets", s)
	}
	return fmt.Errorf("%q is not a domain name", s)
}

// overflow returns the first escape \DDD of s that is over 255, or "".
func overflow(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			continue
		}
		i++
		if i+2 < len(s) && isDigit(s[i]) && isDigit(s[i+1]) && isDigit(s[i+2]) && s[i:i+3] > "255" {
			return s[i-1 : i+3]
		}
	}
	return ""
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// escapedAt reports whether the character at i is escaped by an odd run of backslashes.
func escapedAt(s string, i int) bool {
	n := 0
	for i--; i >= 0 && s[i] == '\\'; i-- {
		n++
	}
	return n%2 == 1
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// TypeName returns the mnemonic of a type, or the form of RFC 3597 section 5.
func TypeName(rrtype uint16) string {
	if name, ok := dns.TypeToString[rrtype]; ok {
		return name
	}
	return "TYPE" + strconv.Itoa(int(rrtype))
}
