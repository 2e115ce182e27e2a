package zone

import (
	"net"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
)

// start is what a small zone needs, in one piece of memory: ten thousand zones are
// then that many places for a query to look at, and not five times as many. A zone
// that outgrows it leaves parts of it unused.
type start struct {
	Zone
	_     [8]byte // with the runtime's own eight octets before, what follows begins on cache lines
	slots [domain.LeastSlots]domain.Slot
	text  [firstText]byte
	nodes [firstLen]node
	a     [firstA]recordA
}

// newStart gives a builder its first room.
func (b *Builder) newStart() {
	s := new(start)
	b.zone = &s.Zone
	b.tree = tree{names: domain.TableIn(s.slots[:])}
	b.tree.nodes.first = s.nodes[:0]
	b.names.chunk = s.text[:0]
	b.addrs.a = s.a[:0]
}

// The lengths of what there is room for at first.
const (
	firstLen  = 16
	firstA    = 8
	firstText = 64
	mostA     = 1 << 9
)

// names keeps copies of owner names side by side, so that a zone of a million
// owners is some thousand objects to the collector and pins no parser's buffer.
type names struct{ chunk []byte }

// intern returns a copy of s.
func (n *names) intern(s string) string {
	if cap(n.chunk)-len(n.chunk) < len(s) {
		n.chunk = make([]byte, 0, max(nextRoom(cap(n.chunk), firstText, 1<<16), len(s)))
	}
	start := len(n.chunk)
	n.chunk = n.chunk[:start+len(s)]
	return domain.Inscribe(n.chunk[start:], s)
}

// headers gives each node a header until it owns a record. Few keep theirs: a
// node has its first record right after it was made, as a rule, and the header is
// there for the next one.
type headers struct {
	room  []bare
	spare *bare
}

// of returns a header for the name.
func (h *headers) of(name string) *bare {
	header := h.spare
	if header == nil {
		if len(h.room) == cap(h.room) {
			h.room = make([]bare, 0, nextRoom(cap(h.room), 1, 1<<9))
		}
		h.room = h.room[:len(h.room)+1]
		header = &h.room[len(h.room)-1]
	}
	h.spare = nil
	header.Hdr = dns.RR_Header{Name: name, Rrtype: dns.TypeANY}
	return header
}

// back takes a header that no node has any more.
func (h *headers) back(header *bare) { h.spare = header }

// addresses keeps A and AAAA records side by side, for the same reason as names.
type addresses struct {
	a    []recordA
	aaaa []recordAAAA
}

// recordA is a record with its address and, if that finds room, the name of its
// owner: what an answer reads lies together in memory.
type recordA struct {
	rr     dns.A
	octets [net.IPv4len]byte
	text   [36]byte
}

// recordAAAA is recordA for the other family.
type recordAAAA struct {
	rr     dns.AAAA
	octets [net.IPv6len]byte
	text   [24]byte
}

// addA returns a copy of an A record, whose address has four octets.
func (s *addresses) addA(hdr dns.RR_Header, ip net.IP) *dns.A {
	if len(s.a) == cap(s.a) {
		s.a = make([]recordA, 0, nextRoom(cap(s.a), firstA, mostA))
	}
	s.a = s.a[:len(s.a)+1]
	r := &s.a[len(s.a)-1]
	copy(r.octets[:], ip)
	r.rr = dns.A{Hdr: hdr, A: r.octets[:]}
	return &r.rr
}

// addAAAA returns a copy of an AAAA record, whose address has sixteen octets.
func (s *addresses) addAAAA(hdr dns.RR_Header, ip net.IP) *dns.AAAA {
	if len(s.aaaa) == cap(s.aaaa) {
		s.aaaa = make([]recordAAAA, 0, nextRoom(cap(s.aaaa), 2, 1<<9))
	}
	s.aaaa = s.aaaa[:len(s.aaaa)+1]
	r := &s.aaaa[len(s.aaaa)-1]
	copy(r.octets[:], ip)
	r.rr = dns.AAAA{Hdr: hdr, AAAA: r.octets[:]}
	return &r.rr
}

// text returns the room for a name beside rr if that is the record added last.
func (s *addresses) text(rr dns.RR) []byte {
	switch rr := rr.(type) {
	case *dns.A:
		if r := &s.a[len(s.a)-1]; &r.rr == rr {
			return r.text[:]
		}
	case *dns.AAAA:
		if r := &s.aaaa[len(s.aaaa)-1]; &r.rr == rr {
			return r.text[:]
		}
	}
	return nil
}

// nextRoom doubles room from least to most.
func nextRoom(room, least, most int) int { return min(max(2*room, least), most) }
