package zonefile

import (
	"strings"

	"github.com/miekg/dns"
)

// memory carves the records of a load from larger blocks: a million records
// then cost a few thousand allocations and no rounding up to size classes. A
// block lives as long as one of its records, which suits zones: they come and
// go as a whole.
type memory struct {
	names   textSlab
	octets  slab[byte]
	strings slab[string]

	a     slab[dns.A]
	aaaa  slab[dns.AAAA]
	ns    slab[dns.NS]
	cname slab[dns.CNAME]
	ptr   slab[dns.PTR]
	mx    slab[dns.MX]
	srv   slab[dns.SRV]
	txt   slab[dns.TXT]
}

// Blocks grow from small to large, so that a small zone stays small.
const (
	firstBlock = 2
	lastBlock  = 1024
	firstText  = 128
	lastText   = 32 << 10
)

// slab hands out values of one type.
type slab[T any] struct {
	free []T
	next int
}

// take returns n zero values; appending to them reallocates.
func (s *slab[T]) take(n int) []T {
	if len(s.free) < n {
		s.next = min(max(s.next*2, firstBlock), lastBlock)
		s.free = make([]T, max(s.next, n))
	}
	out := s.free[:n:n]
	s.free = s.free[n:]
	return out
}

// one returns a zero value.
func (s *slab[T]) one() *T { return &s.take(1)[0] }

// textSlab hands out strings.
type textSlab struct {
	block strings.Builder
	next  int
}

// put returns the concatenation of two texts.
func (s *textSlab) put(head []byte, tail string) string {
	n := len(head) + len(tail)
	if s.block.Cap()-s.block.Len() < n {
		s.next = min(max(s.next*2, firstText), lastText)
		s.block = strings.Builder{}
		s.block.Grow(max(s.next, n))
	}
	from := s.block.Len()
	s.block.Write(head)
	s.block.WriteString(tail)
	return s.block.String()[from:]
}
