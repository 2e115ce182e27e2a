package zone

import (
	"hash/maphash"

	"github.com/miekg/dns"
)

// fewRecords is the size up to which an RRset is searched one by one.
const fewRecords = 8

// duplicates finds records that an RRset has already. Records are equal if their
// rdata are, names in it compared without case, whatever their TTLs (RFC 2181
// section 5).
type duplicates struct {
	b     *Builder
	seed  maphash.Seed
	known map[uint64][]int32 // by hash of rdata, for more than fewRecords
}

func newDuplicates(b *Builder, size int) duplicates {
	if size <= fewRecords {
		return duplicates{}
	}
	return duplicates{b: b, seed: maphash.MakeSeed(), known: make(map[uint64][]int32, size)}
}

// add reports whether rr is among rrs; if it is not, the caller appends it there.
func (s duplicates) add(rrs []dns.RR, rr dns.RR) bool {
	if s.known == nil {
		for _, other := range rrs {
			if same(other, rr) {
				return true
			}
		}
		return false
	}
	h := s.hash(rr)
	for _, i := range s.known[h] {
		if same(rrs[i], rr) {
			return true
		}
	}
	s.known[h] = append(s.known[h], int32(len(rrs)))
	return false
}

// same compares two records of one owner and type.
func same(x, y dns.RR) bool {
	if a, ok := x.(*dns.A); ok {
		if b, ok := y.(*dns.A); ok {
			return a.A.Equal(b.A)
		}
	}
	return dns.IsDuplicate(x, y)
}

// hash is equal for equal records.
func (s duplicates) hash(rr dns.RR) uint64 {
	n, err := s.b.pack(rr)
	if err != nil {
		return 0
	}
	wire := s.b.wire[n-int(rr.Header().Rdlength) : n]
	for i, c := range wire { // of names, and of other octets that are then equal, too
		if c >= 'A' && c <= 'Z' {
			wire[i] = c + 'a' - 'A'
		}
	}
	return maphash.Bytes(s.seed, wire)
}
