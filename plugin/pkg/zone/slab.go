package zone

import (
	"net"
	"strings"

	"github.com/miekg/dns"
)

// A slab grows without moving what it holds, but for the first chunk.
const (
	chunkBits = 12
	chunkLen  = 1 << chunkBits
)

// slab is a list in chunks: one of a million entries leaves no garbage behind,
// one of ten takes no more room than it needs.
type slab[T any] struct{ chunks [][]T }

func (s *slab[T]) len() int {
	if len(s.chunks) == 0 {
		return 0
	}
	last := len(s.chunks) - 1
	return last*chunkLen + len(s.chunks[last])
}

func (s *slab[T]) at(i uint32) *T { return &s.chunks[i>>chunkBits][i%chunkLen] }

// push appends v and gives its number.
func (s *slab[T]) push(v T) uint32 {
	i := s.len()
	switch {
	case i == 0:
		s.chunks = append(s.chunks, nil)
	case i%chunkLen == 0:
		s.chunks = append(s.chunks, make([]T, 0, chunkLen))
	}
	last := len(s.chunks) - 1
	s.chunks[last] = append(s.chunks[last], v)
	return uint32(i)
}

// trim gives back the room that the only chunk of a small slab has to spare.
func (s *slab[T]) trim() {
	if len(s.chunks) == 1 {
		s.chunks[0] = append(make([]T, 0, len(s.chunks[0])), s.chunks[0]...)
	}
}

// names keeps copies of owner names side by side, so that a zone of a million
// owners is some thousand objects to the collector and pins no parser's buffer.
type names struct {
	chunk strings.Builder
	room  int
}

// intern gives a copy of s.
func (n *names) intern(s string) string {
	if n.chunk.Cap()-n.chunk.Len() < len(s) {
		n.room = min(max(2*n.room, 256), 1<<16)
		n.chunk = strings.Builder{}
		n.chunk.Grow(max(n.room, len(s)))
	}
	start := n.chunk.Len()
	n.chunk.WriteString(s)
	return n.chunk.String()[start:]
}

// addresses keeps A and AAAA records side by side, for the same reason as names,
// and each with its address: what an answer reads lies together in memory.
type addresses struct {
	a    []recordA
	aaaa []recordAAAA
}

type recordA struct {
	rr     dns.A
	octets [net.IPv4len]byte
}

type recordAAAA struct {
	rr     dns.AAAA
	octets [net.IPv6len]byte
}

// addA gives a copy of an A record, whose address has four octets.
func (s *addresses) addA(hdr dns.RR_Header, ip net.IP) *dns.A {
	if len(s.a) == cap(s.a) {
		s.a = make([]recordA, 0, nextRoom(cap(s.a), 8, 1<<9))
	}
	s.a = s.a[:len(s.a)+1]
	r := &s.a[len(s.a)-1]
	copy(r.octets[:], ip)
	r.rr = dns.A{Hdr: hdr, A: r.octets[:]}
	return &r.rr
}

// addAAAA gives a copy of an AAAA record, whose address has sixteen octets.
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

// nextRoom doubles room from least to most.
func nextRoom(room, least, most int) int { return min(max(2*room, least), most) }
