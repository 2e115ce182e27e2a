package record

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
)

// ParseType returns the type that a mnemonic, in any letter case, or TYPE and a number
// (RFC 3597 section 5) stand for. It fails on a type that no record of an internal zone
// can have.
func ParseType(text string) (uint16, error) {
	if text == "" {
		return 0, errors.New("a record needs a type")
	}
	if len(text) > 16 {
		return 0, fmt.Errorf("%q is not a type", clip(text))
	}
	word := strings.ToUpper(text)
	rrtype, known := dns.StringToType[word]
	if digits, ok := strings.CutPrefix(word, "TYPE"); ok && !known {
		n, err := strconv.ParseUint(digits, 10, 16)
		rrtype, known = uint16(n), err == nil && digits[0] != '+'
	}
	if !known {
		return 0, fmt.Errorf("%q is not a type, unknown types are written TYPE1 to TYPE65535", text)
	}
	return rrtype, checkType(rrtype)
}

// checkType finds why no record of an internal zone can have a type.
func checkType(rrtype uint16) error {
	switch rrtype {
	case dns.TypeSOA:
		return errors.New("the SOA is not a record to write, the zone's settings make it")
	case dns.TypeRRSIG, dns.TypeNSEC, dns.TypeNSEC3, dns.TypeNSEC3PARAM, dns.TypeSIG, dns.TypeNXT:
		return fmt.Errorf("%s is for signed zones, internal zones are not signed", domain.TypeName(rrtype))
	}
	if rrtype == dns.TypeNone || rrtype == dns.TypeOPT || rrtype >= 128 && rrtype <= 255 {
		return fmt.Errorf("type %s is for messages, no record of a zone has it", domain.TypeName(rrtype))
	}
	return nil
}
