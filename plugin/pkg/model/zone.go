package model

import (
	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// MaxReferences is how many references are followed for one name. [C]
const MaxReferences = 5

// Zone is an internal zone's place in a snapshot: what links to it and from it.
// Its records are reached through Snapshot.Data, so that new data does not
// disturb the links. Immutable, safe for concurrent use.
//
// A Zone is what a query looks at, and fills a cache line, the text of its name
// included if that is not long: among ten thousand zones each line more is memory
// that nobody has seen for a while.
type Zone struct {
	text    [32]byte
	Apex    string // canonical
	number  uint32
	Flatten bool
	refers  bool // there is a chain
	*declared
}

// declared is what few queries look at.
type declared struct {
	ID    string
	Files []string // zone files named by the declaration
	Pos   problem.Pos
	chain []Reference
	spec  *ZoneSpec
}

// Reference is the link from one zone to the next.
type Reference struct {
	To     *Zone
	NoData bool // also followed when the name exists without the type
	Pos    problem.Pos
}

// Number returns a number that the zone keeps as long as a zone of its ID and apex
// exists, and no other zone of the block ever has.
func (z *Zone) Number() uint32 { return z.number }

// Chain returns the references that follow the zone, nearest first, at most
// MaxReferences of them. Read-only.
func (z *Zone) Chain() []Reference {
	if !z.refers {
		return nil
	}
	return z.chain
}

// View is a named set of internal zones. Immutable, safe for concurrent use.
type View struct {
	Name        string
	Description string
	Zones       []*Zone // in the order declared
	Pos         problem.Pos

	apexes  domain.Table // numbers count into Zones
	longest int          // octets of the longest apex
	loose   bool         // it names a zone by another spelling than its ID
	spec    *ViewSpec
}

// Match returns the view's zone with the longest apex that is qname or an ancestor
// of it, nil if there is none. [C] qname is canonical.
func (v *View) Match(qname string) *Zone {
	if len(v.Zones) == 1 {
		if z := v.Zones[0]; domain.IsSubdomain(z.Apex, qname) {
			return z
		}
		return nil
	}
	for name, ok := qname, true; ok; name, ok = domain.Parent(name) {
		if len(name) > v.longest {
			continue
		}
		if z := v.at(name); z != nil {
			return z
		}
	}
	return nil
}

// at returns the view's zone of that apex, nil if there is none.
func (v *View) at(apex string) *Zone {
	s := domain.NewSearch(apex)
	for {
		i, ok := v.apexes.Next(&s)
		if !ok {
			return nil
		}
		if z := v.Zones[i]; z.Apex == apex {
			return z
		}
	}
}

// MatchParent returns the view's longest matching zone above the apex qname, nil
// if there is none: it answers for qtype DS (RFC 4035 section 3.1.4.1).
func (v *View) MatchParent(apex string) *Zone {
	parent, ok := domain.Parent(apex)
	if !ok {
		return nil
	}
	return v.Match(parent)
}
