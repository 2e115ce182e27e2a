// Package zone holds the data of one zone and answers from it. A Builder takes
// records, checks them as a whole and makes an immutable Zone; everything a
// lookup needs to know about a name (empty non-terminals, zone cuts with their
// glue, DNAMEs, wildcards) is worked out there, so that a lookup that hits costs
// one hash of qname however large the zone is.
//
// Names are looked up in canonical form (see package domain). Owners and the names in
// rdata keep the letter case they were written in (RFC 4343 section 4); a name with
// several records has that of the first.
package zone

import (
	"github.com/miekg/dns"
)

// Kind is how a lookup ended.
type Kind uint8

// The ways a lookup ends.
const (
	NXDomain   Kind = iota // the name does not exist (RFC 8020)
	ENT                    // an empty non-terminal: exists, owns nothing (RFC 4592 section 2.2.2)
	NoData                 // the name exists, or a wildcard covers it, without the type
	Success                // RRs is the RRset; for ANY, all RRsets of the node
	CNAME                  // RRs is the one CNAME; qtype is another type, and not ANY
	DNAME                  // RRs is the one DNAME above qname (RFC 6672)
	Delegation             // RRs is the NS RRset of the cut at or above qname, Extra its addresses
)

// kindNames are the texts of Kind.String.
var kindNames = [...]string{"NXDOMAIN", "ENT", "NODATA", "success", "CNAME", "DNAME", "delegation"}

// String returns the name of k for messages.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "unknown"
}

// Answer is the outcome of a Lookup. Its slices are shared by all lookups: they
// and their records are read-only, and len equals cap, so that an append copies.
type Answer struct {
	// Owner is the owner of RRs as it stands in the zone: qname itself or the wildcard
	// that was used, or, in canonical form, the cut or the DNAME's owner. For NoData and
	// ENT it is the node that was found; for NXDomain it is empty.
	Owner string
	RRs   []dns.RR
	// Extra holds, for a Delegation, the addresses that the zone has for the name
	// servers: first those at or below the cut, without which the referral is of no
	// use (RFC 9471), then the others.
	Extra []dns.RR
	Kind  Kind
	// Wildcard tells that the answer, negative or not, comes from a wildcard. RRs
	// keep its owner; the caller puts qname in its place (RFC 4592 section 3.3.1).
	// ENT with Wildcard is a wildcard that owns nothing but has names below it.
	Wildcard bool
}

// Zone is the data of one zone. It is immutable and safe for concurrent use.
//
// Invariants: node 0 is the apex; a node's parent exists, and as long as the zone is
// built and not edited it has a smaller number. sets and rrs are those of the nodes that
// own more than one record; the sets of a node rise by type, and what follows the last
// tells where that ends. What was edited since the zone was built goes on in edited.
//
// What every lookup begins with stands first, within a cache line; the slots of a small
// zone follow soon (see start).
type Zone struct {
	tree
	rrs    []dns.RR
	covers *slab[Answer] // what node.at and node.below count into, from 1; nil if there are none

	apex        string
	denial      [1]dns.RR // denying
	denying     dns.SOA   // the SOA as negative answers have it
	signed      *signed   // nil if the data have no signatures
	records     uint32
	synthesized bool

	sets   []set
	edited *edited // nil if the zone is always built anew
}

// set is one RRset: its records are rrs[start:] up to the next set's start.
type set struct {
	start  uint32
	rrtype uint16
	more   uint16 // sets of the same node after this one
}

// Apex returns the canonical name of the zone.
func (z *Zone) Apex() string { return z.apex }

// SOA returns the zone's SOA record, synthesized if the data have none. It is never nil.
func (z *Zone) SOA() *dns.SOA {
	soa, _ := z.rrset(0, dns.TypeSOA)[0].(*dns.SOA)
	return soa
}

// Synthesized reports whether the SOA was made up because the data have none.
func (z *Zone) Synthesized() bool { return z.synthesized }

// Records counts the records of the data: duplicates once, a synthesized SOA not at all.
func (z *Zone) Records() int { return int(z.records) }

// Negative returns the authority section of a negative answer: the SOA with the
// TTL that RFC 2308 section 5 asks for, the least of the SOA's TTL, its MINIMUM
// and the zone's own upper bound. The slice is shared and read-only.
func (z *Zone) Negative() []dns.RR { return z.denial[:] }
