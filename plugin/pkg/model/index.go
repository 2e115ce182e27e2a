package model

import (
	"net/netip"

	"github.com/gaissmai/bart"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/expr"
)

// index finds the first matching policy without trying those that cannot match.
//
// Each policy is filed once, under a condition its expressions cannot be true
// without: client prefixes, or the strings that one field may hold; policies
// without such a condition are filed under none. A query looks at the lists that
// its own values lead to, so its cost is that of the policies filed there.
type index struct {
	policies []*Policy // by precedence; the lists below hold indices into it
	always   list
	prefixes *bart.Table[*node] // by client prefix
	fields   []fieldIndex       // by the value of a field
}

// fieldIndex holds the policies filed under the strings of one field.
type fieldIndex struct {
	field int
	array bool // one element is enough
	lists map[string]list
}

// list holds indices of policies, ascending.
type list []int32

// node is the list of one prefix, linked to the next shorter prefix's, so that
// one search of the table leads to all of them.
type node struct {
	list   list
	parent *node
}

// first returns the first policy that matches.
func (x *index) first(q *Query) *Policy {
	best := x.try(x.always, q, int32(len(x.policies)))
	if x.prefixes != nil && q.Client.Addr.IsValid() {
		n, _ := x.prefixes.Lookup(q.Client.Addr)
		for ; n != nil; n = n.parent {
			best = x.try(n.list, q, best)
		}
	}
	for i := range x.fields {
		best = x.byField(&x.fields[i], q, best)
	}
	if int(best) == len(x.policies) {
		return nil
	}
	return x.policies[best]
}

// byField tries the policies that the query's value of one field leads to.
func (x *index) byField(f *fieldIndex, q *Query, best int32) int32 {
	switch {
	case f.field == FieldDomains: // without making the array
		for name, ok := q.Name, true; ok && name != domain.Root; name, ok = domain.Parent(name) {
			best = x.try(f.lists[domain.NoDot(name)], q, best)
		}
	case f.array:
		values, _ := q.Strings(f.field)
		for _, value := range values {
			best = x.try(f.lists[value], q, best)
		}
	default:
		if value, ok := q.String(f.field); ok {
			best = x.try(f.lists[value], q, best)
		}
	}
	return best
}

// try returns the first policy of the list that matches and comes before best,
// else best.
func (x *index) try(l list, q *Query, best int32) int32 {
	for _, i := range l {
		if i >= best {
			return best
		}
		q.Tried++
		if x.policies[i].Matches(q) {
			return i
		}
	}
	return best
}

// newIndex files the policies, which are sorted by precedence.
func newIndex(policies []*Policy) index {
	x := index{policies: policies}
	byPrefix := make(map[netip.Prefix]*node)
	var byField [fieldCount]map[string]list
	for i, c := range leastCrowded(policies) {
		i := int32(i) //nolint:gosec // the number of policies is bounded by the Corefile
		switch c.field {
		case noField:
			x.always = append(x.always, i)
		case FieldSrcIP:
			file(byPrefix, c.prefixes, i)
		default:
			if byField[c.field] == nil {
				byField[c.field] = make(map[string]list)
			}
			for _, key := range c.keys {
				byField[c.field][key] = add(byField[c.field][key], i)
			}
		}
	}
	x.link(byPrefix)
	for _, field := range indexed() {
		if lists := byField[field]; lists != nil {
			x.fields = append(x.fields, fieldIndex{field: field, array: schema.Field(field).Type != expr.String, lists: lists})
		}
	}
	return x
}

// file adds a policy to the lists of its prefixes.
func file(byPrefix map[netip.Prefix]*node, prefixes []netip.Prefix, i int32) {
	for _, prefix := range prefixes {
		n := byPrefix[prefix]
		if n == nil {
			n = new(node)
			byPrefix[prefix] = n
		}
		n.list = add(n.list, i)
	}
}

// add appends i unless it was the last one appended: a condition may repeat.
func add(l list, i int32) list {
	if len(l) > 0 && l[len(l)-1] == i {
		return l
	}
	return append(l, i)
}

// link fills the prefix table and points every prefix at the next shorter one.
func (x *index) link(byPrefix map[netip.Prefix]*node) {
	if len(byPrefix) == 0 {
		return
	}
	x.prefixes = new(bart.Table[*node])
	for prefix, n := range byPrefix {
		x.prefixes.Insert(prefix, n)
	}
	for prefix, n := range byPrefix {
		for bits := prefix.Bits() - 1; bits >= 0; bits-- {
			shorter := netip.PrefixFrom(prefix.Addr(), bits).Masked()
			if up, ok := byPrefix[shorter]; ok {
				n.parent = up
				break
			}
		}
	}
}
