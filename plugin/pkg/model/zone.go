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
type Zone struct {
	ID      string
	Apex    string // canonical
	Flatten bool
	Files   []string // zone files named by the declaration
	Pos     problem.Pos

	index     int
	reference *Reference
	chain     []Reference
}

// Reference is the link from one zone to the next.
type Reference struct {
	To     *Zone
	NoData bool // also followed when the name exists without the type
	Pos    problem.Pos
}

// Number gives the zone's place among the snapshot's Zones.
func (z *Zone) Number() int { return z.index }

// Chain gives the references that follow the zone, nearest first, at most
// MaxReferences of them. Read-only.
func (z *Zone) Chain() []Reference { return z.chain }

// View is a named set of internal zones. Immutable, safe for concurrent use.
type View struct {
	Name        string
	Description string
	Zones       []*Zone // in the order declared
	Pos         problem.Pos

	byApex map[string]*Zone
}

// Match gives the view's zone with the longest apex that is qname or an ancestor
// of it, nil if there is none. [C] qname is canonical.
func (v *View) Match(qname string) *Zone {
	for name := qname; ; {
		if z, ok := v.byApex[name]; ok {
			return z
		}
		parent, ok := domain.Parent(name)
		if !ok {
			return nil
		}
		name = parent
	}
}

// MatchParent gives the view's longest matching zone above the apex qname, nil
// if there is none: it answers for qtype DS (RFC 4035 section 3.1.4.1).
func (v *View) MatchParent(apex string) *Zone {
	parent, ok := domain.Parent(apex)
	if !ok {
		return nil
	}
	return v.Match(parent)
}

func newView(spec ViewSpec, zones []*Zone) *View {
	v := &View{
		Name: spec.Name, Description: spec.Description, Zones: zones, Pos: spec.Pos,
		byApex: make(map[string]*Zone, len(zones)),
	}
	for _, z := range zones {
		v.byApex[z.Apex] = z
	}
	return v
}
