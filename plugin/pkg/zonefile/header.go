package zonefile

import (
	"fmt"
	"strings"

	"github.com/miekg/dns"
)

// header reads TTL, class and type, and gives the tokens of the rdata. TTL and
// class may stand in either order and be missing.
func (p *parser) header(h *dns.RR_Header, toks []token) (rest []token, stated bool, err error) {
	classed := false
	for ; len(toks) > 0; toks = toks[1:] {
		t := toks[0]
		text := p.text(t)
		if t.quoted {
			return nil, false, errAt(t, "quoted string %q where TTL, class or type is due", clip(text))
		}
		if !stated && text[0] >= '0' && text[0] <= '9' {
			ttl, err := p.statedTTL(t)
			if err != nil {
				return nil, false, err
			}
			h.Ttl, stated = ttl, true
			p.ttl, p.stated = ttl, true
			continue
		}
		if class, ok := parseClass(text); ok && !classed {
			if class != dns.ClassINET {
				return nil, false, errAt(t, "class %s, only IN is served", text)
			}
			classed = true
			continue
		}
		h.Rrtype, err = p.rrtype(t)
		return toks[1:], stated, err
	}
	return nil, false, &recordError{text: "record has no type"}
}

// statedTTL reads a TTL, and warns about one that is too large (RFC 2181 section 8).
func (p *parser) statedTTL(t token) (uint32, error) {
	text := p.text(t)
	ttl, ok := parsePeriod(text)
	if !ok {
		return 0, errAt(t, "%q is not a TTL, write seconds or a sum such as 1h30m of w, d, h, m and s", clip(text))
	}
	if ttl > maxTTL {
		p.warnf(int(t.line), "TTL %d is over %d and counts as 0 (RFC 2181 section 8)", ttl, maxTTL)
	}
	return limitTTL(ttl), nil
}

// parsePeriod reads seconds, or a sum of numbers with the units w, d, h, m and s.
func parsePeriod(text []byte) (uint32, bool) {
	var sum, n uint64
	digits, units := false, false
	for _, c := range text {
		if c >= '0' && c <= '9' {
			n, digits = n*10+uint64(c-'0'), true
			if n > 1<<32-1 {
				return 0, false
			}
			continue
		}
		unit, ok := seconds(c)
		if !ok || !digits {
			return 0, false
		}
		sum += n * unit
		if sum > 1<<32-1 {
			return 0, false
		}
		n, digits, units = 0, false, true
	}
	if units == digits { // the last number lacks its unit, or there is none at all
		return 0, false
	}
	return uint32(sum + n), true
}

// seconds returns the length of a unit of time.
func seconds(unit byte) (uint64, bool) {
	switch unit | 0x20 {
	case 's':
		return 1, true
	case 'm':
		return 60, true
	case 'h':
		return 3600, true
	case 'd':
		return 86400, true
	case 'w':
		return 604800, true
	}
	return 0, false
}

// parseClass reads a class, as a name or in RFC 3597 notation.
func parseClass(text []byte) (uint16, bool) {
	var room [16]byte
	name := upper(room[:0], text)
	switch string(name) {
	case "IN":
		return dns.ClassINET, true
	case "CH", "CHAOS":
		return dns.ClassCHAOS, true
	case "HS", "HESIOD":
		return dns.ClassHESIOD, true
	case "CS":
		return dns.ClassCSNET, true
	case "NONE":
		return dns.ClassNONE, true
	case "ANY":
		return dns.ClassANY, true
	}
	return numbered(name, "CLASS")
}

// parseType reads the name of a type, or TYPE and its number (RFC 3597 section 5).
func parseType(text []byte) (uint16, bool) {
	var room [16]byte
	name := upper(room[:0], text)
	if typ, ok := dns.StringToType[string(name)]; ok {
		return typ, true
	}
	return numbered(name, "TYPE")
}

// rrtype reads a type that may stand in a zone.
func (p *parser) rrtype(t token) (uint16, error) {
	text := p.text(t)
	typ, ok := parseType(text)
	switch {
	case !ok && dialect(text) != "":
		return 0, errAt(t, "%s", dialect(text))
	case !ok:
		return 0, errAt(t, "%q is not a type, unknown types are written TYPE1 to TYPE65535", clip(text))
	case typ == dns.TypeNone || typ == dns.TypeOPT || typ >= 128 && typ <= 255:
		return 0, errAt(t, "type %s is for messages, it cannot stand in a zone", clip(text))
	}
	return typ, nil
}

// dialect says of a word in the place of a type whose dialect it is, and what to write;
// "" for words of no dialect known.
func dialect(text []byte) string {
	word := strings.ToUpper(string(text))
	switch {
	case strings.HasPrefix(word, "[AGE:"):
		return fmt.Sprintf("%s is how Windows DNS notes the age of a dynamic record; leave it out", clip(text))
	case word == "WINS" || word == "WINSR":
		return word + " has Windows DNS look names up in WINS, which is no data; leave the line out"
	case word == "ALIAS" || word == "ANAME":
		return word + " is a hosting service's alias at an apex; write CNAME, which may stand beside other records there while flatten is on"
	case word == "AWS":
		return "AWS ALIAS is an alias of Amazon Route 53; write CNAME, which may stand beside other records at the apex while flatten is on"
	}
	return ""
}

// numbered reads the number behind a prefix (RFC 3597 section 5).
func numbered(name []byte, prefix string) (uint16, bool) {
	if len(name) <= len(prefix) || string(name[:len(prefix)]) != prefix {
		return 0, false
	}
	n, ok := parseNumber(name[len(prefix):], 1<<16-1)
	return uint16(n), ok
}

// parseNumber reads a decimal number of digits alone.
func parseNumber(text []byte, most uint64) (uint64, bool) {
	var n uint64
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + uint64(c-'0')
		if n > most {
			return 0, false
		}
	}
	return n, len(text) > 0
}

// upper appends text in upper case, or nothing if it is too long for a name of a type or class.
func upper(to, text []byte) []byte {
	if len(text) > cap(to) {
		return to
	}
	for _, c := range text {
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		to = append(to, c)
	}
	return to
}
