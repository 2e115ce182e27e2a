package model

import (
	"cmp"
	"math"
	"slices"

	"github.com/gaissmai/bart"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/keyed"
	"github.com/internaldns/internaldns/plugin/pkg/numbered"
)

// index finds the first matching policy without trying those that cannot match.
//
// Each policy is filed once, under a condition its expressions cannot be true
// without: client prefixes, or the strings that one field may hold; policies
// without such a condition are filed under none. A query looks at the lists that
// its own values lead to, so its cost is that of the policies filed there.
//
// It is immutable; a filing makes the next one, which shares all but what changed.
type index struct {
	always   list
	prefixes *bart.Table[uint32]         // the number of a node, by client prefix; nil before there is one
	nodes    numbered.List[*node]        // from 1
	prefixed int                         // policies that are filed under prefixes
	fields   []fieldIndex                // by the value of a field
	numbers  struct{ last, free uint32 } // of nodes: the last one used, and one without a prefix, whose parent is the next such
	examined int                         // the place among the policies of the one to be filed anew next
}

// fieldIndex holds the policies filed under the strings of one field.
type fieldIndex struct {
	field  int
	array  bool // one element is enough
	filed  int  // policies
	places keyed.Map[place]
}

// place is what the index has for a string: the policies filed there, and how many might
// be.
type place struct {
	list  list
	crowd int
}

// node is the place of one prefix, linked to the next shorter prefix's, so that one
// search of the table leads to all of them.
type node struct {
	place
	parent uint32 // 0: none
	mark   *mark
}

// list holds policies by precedence.
type list []filed

// filed is an entry of a list. It has the precedence with it, so that what comes too late
// is not looked at.
type filed struct {
	policy     *Policy
	precedence uint64 // wider than a policy's, so that none is behind all
}

func entryOf(p *Policy) filed { return filed{p, uint64(p.Precedence)} }

// find returns the place of a precedence in the list, and whether it is there.
func (l list) find(precedence uint64) (int, bool) {
	return slices.BinarySearchFunc(l, precedence, func(f filed, want uint64) int { return cmp.Compare(f.precedence, want) })
}

// has reports whether a policy is in the list.
func (l list) has(p *Policy) bool {
	i, ok := l.find(uint64(p.Precedence))
	return ok && l[i].policy == p
}

// first returns the first policy that matches.
func (x *index) first(q *Query) *Policy {
	best := filed{precedence: math.MaxUint64}
	if len(x.always) > 0 {
		best = x.always.try(q, best)
	}
	if x.prefixed > 0 && q.Client.Addr.IsValid() {
		n, _ := x.prefixes.Lookup(q.Client.Addr)
		for n != 0 {
			at := x.nodes.At(n)
			best = at.list.try(q, best)
			n = at.parent
		}
	}
	for i := range x.fields {
		if f := &x.fields[i]; f.filed > 0 {
			best = f.try(q, best)
		}
	}
	return best.policy
}

// try tries the policies that the query's value of the field leads to.
func (f *fieldIndex) try(q *Query, best filed) filed {
	switch {
	case f.field == FieldDomains: // without making the array
		for name, ok := q.Name, true; ok && name != domain.Root; name, ok = domain.Parent(name) {
			best = f.at(domain.NoDot(name), q, best)
		}
	case f.array:
		values, _ := q.Strings(f.field)
		for _, value := range values {
			best = f.at(value, q, best)
		}
	default:
		if value, ok := q.String(f.field); ok {
			best = f.at(value, q, best)
		}
	}
	return best
}

// at tries the policies filed under a string.
func (f *fieldIndex) at(value string, q *Query, best filed) filed {
	if found := f.places.Find(value); found != nil {
		return found.list.try(q, best)
	}
	return best
}

// try returns the first policy of the list that matches and comes before best,
// else best.
func (l list) try(q *Query, best filed) filed {
	for _, f := range l {
		if f.precedence >= best.precedence {
			return best
		}
		q.Tried++
		if f.policy.Matches(q) {
			return f
		}
	}
	return best
}
