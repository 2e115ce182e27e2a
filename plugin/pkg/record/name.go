package record

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
)

// owner returns the canonical owner that a name in a call stands for: @ is the zone, and
// what does not end in the zone's name is relative to it, final dot or not.
func owner(zone, name string) (string, error) {
	switch {
	case name == "":
		return "", errors.New(`a record needs a name, write @ for the zone itself`)
	case name == "@":
		return zone, nil
	case len(name) > maxContent:
		return "", errors.New("a name has at most 255 octets")
	case strings.ContainsFunc(name, isBlank):
		return "", fmt.Errorf("%q has a blank or a control character in it", clip(name))
	}
	canonical, err := domain.Parse(name)
	switch {
	case err != nil:
		return "", err
	case domain.IsSubdomain(zone, canonical):
		return canonical, nil
	case canonical == domain.Root:
		return "", errors.New("the root is not a name of the zone, write @ for the zone itself")
	}
	return domain.Canonical(canonical + zone)
}

// isBlank reports whether no name is written with a character: one that is meant is
// written as an escape.
func isBlank(c rune) bool { return unicode.IsControl(c) || unicode.IsSpace(c) }

// shown returns a name as the API shows it, without its final dot.
func shown(name string) string {
	if name == domain.Root {
		return name
	}
	return domain.NoDot(name)
}

// isHost reports whether the content of a type is one name, or ends in one, that the API
// shows without its final dot.
func isHost(rrtype uint16) bool {
	switch rrtype {
	case dns.TypeCNAME, dns.TypeNS, dns.TypePTR, dns.TypeDNAME, dns.TypeMX, dns.TypeSRV:
		return true
	}
	return false
}

// clip shortens text for a message.
func clip(text string) string {
	const most = 80
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "..."
}
