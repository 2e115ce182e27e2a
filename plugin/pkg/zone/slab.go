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

// addresses keeps A and AAAA records side by side, for the same reason as names.
type addresses struct {
	a      []dns.A
	aaaa   []dns.AAAA
	octets []byte
}

// ip gives a copy of ip whose cap is its len.
func (s *addresses) ip(ip net.IP) net.IP {
	if cap(s.octets)-len(s.octets) < len(ip) {
		s.octets = make([]byte, 0, nextRoom(cap(s.octets), 64, 1<<14))
	}
	start := len(s.octets)
	s.octets = append(s.octets, ip...)
	return net.IP(s.octets[start:len(s.octets):len(s.octets)])
}

// addA gives a copy of an A record.
func (s *addresses) addA(hdr dns.RR_Header, ip net.IP) *dns.A {
	if len(s.a) == cap(s.a) {
		s.a = make([]dns.A, 0, nextRoom(cap(s.a), 8, 1<<9))
	}
	s.a = append(s.a, dns.A{Hdr: hdr, A: s.ip(ip)})
	return &s.a[len(s.a)-1]
}

// addAAAA gives a copy of an AAAA record.
func (s *addresses) addAAAA(hdr dns.RR_Header, ip net.IP) *dns.AAAA {
	if len(s.aaaa) == cap(s.aaaa) {
		s.aaaa = make([]dns.AAAA, 0, nextRoom(cap(s.aaaa), 2, 1<<9))
	}
	s.aaaa = append(s.aaaa, dns.AAAA{Hdr: hdr, AAAA: s.ip(ip)})
	return &s.aaaa[len(s.aaaa)-1]
}

// nextRoom doubles room from least to most.
func nextRoom(room, least, most int) int { return min(max(2*room, least), most) }
