package record

import (
	"net/netip"
	"strconv"

	"github.com/miekg/dns"
)

// Look is a stored record of which only that is read that somebody asks for: a list looks
// at all records of a zone and shows few. It is good for as long as the octets are that
// it was given, and can be used again. Not safe for concurrent use.
type Look struct {
	Type uint16
	TTL  uint32

	name, rdata, content, comment, rest []byte

	lower  []byte // the content in lower case
	read   bool   // it is there, if it could be had
	plain  bool   // it could
	folded []byte // room for another text in lower case
}

// Read has the Look be of a record that was stored as b. The error is that of Decode, or
// none where that has one about what was not looked at.
func (l *Look) Read(b []byte) error {
	s := reader{rest: b}
	if len(b) == 0 || b[0] != storedVersion {
		return errVersion
	}
	s.rest = s.rest[1:]
	l.name = s.field()
	octets := s.take(2)
	ttl := s.uvarint()
	l.rdata, l.content, l.comment = s.field(), s.field(), s.field()
	if s.err != nil {
		return s.err
	}
	l.Type, l.TTL, l.rest = uint16At(octets, 0), uint32(ttl), s.rest //nolint:gosec // Decode bounds it
	l.read = false
	return nil
}

// Name returns the canonical owner. It must not be kept.
func (l *Look) Name() []byte { return l.name }

// shownName is the name as the API shows it.
func (l *Look) shownName() []byte {
	if n := len(l.name); n > 1 {
		return l.name[:n-1]
	}
	return l.name
}

// appendLower appends octets in lower case. It reports false if they are not all ASCII,
// where letter case is more than a bit.
func appendLower(to, octets []byte) ([]byte, bool) {
	for _, c := range octets {
		if c >= 0x80 {
			return to, false
		}
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		to = append(to, c)
	}
	return to, true
}

// lowerContent returns the content in lower case, and false if only a decoded record
// tells it.
func (l *Look) lowerContent() ([]byte, bool) {
	if !l.read {
		l.read = true
		l.lower, l.plain = l.appendContent(l.lower[:0])
	}
	return l.lower, l.plain
}

func (l *Look) appendContent(out []byte) ([]byte, bool) {
	switch {
	case l.Type == dns.TypeA || l.Type == dns.TypeAAAA:
		addr, ok := netip.AddrFromSlice(l.rdata)
		if !ok {
			return out, false
		}
		return addr.AppendTo(out), true
	case isHost(l.Type):
		rdata := l.rdata
		switch l.Type {
		case dns.TypeMX:
			rdata = rdata[min(2, len(rdata)):]
		case dns.TypeSRV:
			if len(rdata) < 6 {
				return out, false
			}
			out = append(strconv.AppendUint(out, uint64(uint16At(rdata, 2)), 10), ' ')
			out = append(strconv.AppendUint(out, uint64(uint16At(rdata, 4)), 10), ' ')
			rdata = rdata[6:]
		}
		return appendHost(out, rdata)
	case len(l.content) > 0:
		return appendLower(out, l.content)
	case isText(l.Type):
		return appendTexts(out, l.rdata)
	}
	return out, false
}

// appendHost appends the name that rdata are, in lower case and without its final dot, if
// all its octets stand for themselves.
func appendHost(out, rdata []byte) ([]byte, bool) {
	start := len(out)
	for {
		if len(rdata) == 0 || len(rdata) < 1+int(rdata[0]) {
			return out, false
		}
		n := int(rdata[0])
		if n == 0 {
			break
		}
		if len(out) > start {
			out = append(out, '.')
		}
		for _, c := range rdata[1 : 1+n] {
			if !plainOctets[c] {
				return out, false
			}
		}
		out, _ = appendLower(out, rdata[1:1+n])
		rdata = rdata[1+n:]
	}
	if len(out) == start {
		out = append(out, '.')
	}
	return out, len(rdata) == 1
}

// appendTexts appends character strings in quotes and in lower case, if all their octets
// stand for themselves.
func appendTexts(out, rdata []byte) ([]byte, bool) {
	for i, rest := 0, rdata; len(rest) > 0; i++ {
		n := int(rest[0])
		if len(rest) < 1+n {
			return out, false
		}
		if i > 0 {
			out = append(out, ' ')
		}
		out = append(out, '"')
		for _, c := range rest[1 : 1+n] {
			if c < ' ' || c > '~' || c == '"' || c == '\\' {
				return out, false
			}
		}
		out, _ = appendLower(out, rest[1:1+n])
		out = append(out, '"')
		rest = rest[1+n:]
	}
	return out, len(rdata) > 0
}

// tags calls yield with each tag until that returns false. It reports false if they could
// not be read.
func (l *Look) tags(yield func(tag []byte) bool) bool {
	s := reader{rest: l.rest}
	for range 4 { // settings and the legacy members
		s.field()
	}
	for range 4 {
		s.time()
	}
	count := s.uvarint()
	for n := uint64(0); n < count && s.err == nil; n++ {
		if tag := s.field(); s.err == nil && !yield(tag) {
			return true
		}
	}
	return s.err == nil
}
