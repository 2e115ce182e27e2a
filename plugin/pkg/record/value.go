package record

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/miekg/dns"
)

// data returns the members of data for the rdata of a record, however it was made; nil for
// types without, and for rdata that only content has a notation for.
func (r *Record) data() map[string]any {
	if !hasData(r.Type) || isGeneric(r.Content) {
		return nil
	}
	rr := r.RR()
	if loc, ok := rr.(*dns.LOC); ok {
		return locData(loc)
	}
	values := r.values(rr)
	if values == nil || slices.Contains(values, nil) {
		return nil
	}
	members := layout(r.Type)
	data := make(map[string]any, len(members)+3)
	for i, m := range members {
		data[m.name] = values[i]
	}
	if r.legacy != nil {
		for name, value := range map[string]string{"service": r.legacy.Service, "proto": r.legacy.Proto, "name": r.legacy.Name} {
			if value != "" {
				data[name] = value
			}
		}
	}
	return data
}

// values returns the values of the members of layout, in its order. Digits are those of
// the content, in their letter case.
func (r *Record) values(rr dns.RR) []any {
	digits := r.Content[strings.LastIndexByte(r.Content, ' ')+1:]
	switch rr := rr.(type) {
	case *dns.SRV:
		return []any{rr.Priority, rr.Weight, rr.Port, shown(rr.Target)}
	case *dns.URI:
		return []any{rr.Priority, rr.Weight, readable(rr.Target)}
	case *dns.CAA:
		return []any{rr.Flag, rr.Tag, readable(rr.Value)}
	case *dns.DS:
		return []any{rr.KeyTag, rr.Algorithm, rr.DigestType, digits}
	case *dns.CDS:
		return []any{rr.KeyTag, rr.Algorithm, rr.DigestType, digits}
	case *dns.DNSKEY:
		return []any{rr.Flags, rr.Protocol, rr.Algorithm, rr.PublicKey}
	case *dns.CDNSKEY:
		return []any{rr.Flags, rr.Protocol, rr.Algorithm, rr.PublicKey}
	case *dns.CERT:
		return []any{rr.Type, rr.KeyTag, rr.Algorithm, rr.Certificate}
	case *dns.SSHFP:
		return []any{rr.Algorithm, rr.Type, digits}
	case *dns.TLSA:
		return []any{rr.Usage, rr.Selector, rr.MatchingType, digits}
	case *dns.SMIMEA:
		return []any{rr.Usage, rr.Selector, rr.MatchingType, digits}
	case *dns.NAPTR:
		return []any{rr.Order, rr.Preference, readable(rr.Flags), readable(rr.Service), readable(rr.Regexp), rr.Replacement}
	case *dns.HTTPS:
		return []any{rr.Priority, rr.Target, r.parameters()}
	case *dns.SVCB:
		return []any{rr.Priority, rr.Target, r.parameters()}
	}
	return nil
}

// parameters returns what stands behind priority and target in the content of an SVCB.
func (r *Record) parameters() string {
	rest := r.Content
	for range 2 { // a name has its blanks escaped
		end := 0
		for end < len(rest) && rest[end] != ' ' {
			if rest[end] == '\\' {
				end++
			}
			end++
		}
		rest = rest[min(end+1, len(rest)):]
	}
	return rest
}

// readable returns a text in the form of miekg/dns as it is meant, or nil if JSON has no
// text for it: data would mean something else when they are sent back.
func readable(text string) any {
	octets := plainText(text)
	if !utf8.Valid(octets) {
		return nil
	}
	return string(octets)
}

// priority returns the priority at the top level of a record, nil if it has none there.
func (r *Record) priority() *uint16 {
	if words(r.Type) == 0 || len(r.rdata) < 2 {
		return nil
	}
	n := uint16At(r.rdata, 0)
	return &n
}
