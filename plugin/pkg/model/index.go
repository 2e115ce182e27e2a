package model

import (
	"net/netip"

	"github.com/gaissmai/bart"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
)

// index finds the first matching policy without trying those that cannot match.
//
// Each policy is filed once, under a condition its traffic expression cannot be
// true without: client prefixes, exact names or domains; policies without such a
// condition are filed under none. A query looks at the lists its own address and
// name lead to, so its cost is that of the policies filed there.
type index struct {
	policies []*Policy // by precedence; the lists below hold indices into it
	always   list
	prefixes *bart.Table[*node] // by client prefix
	names    map[string]list    // by dns.fqdn
	domains  map[string]list    // by a member of dns.domains
}

// list holds indices of policies, ascending.
type list []int32

// node is the list of one prefix, linked to the next shorter prefix's, so that
// one search of the table leads to all of them.
type node struct {
	list   list
	parent *node
}

// first gives the first policy that matches.
func (x *index) first(q *Query) *Policy {
	best := x.try(x.always, q, int32(len(x.policies)))
	if x.prefixes != nil && q.Client.Addr.IsValid() {
		n, _ := x.prefixes.Lookup(q.Client.Addr)
		for ; n != nil; n = n.parent {
			best = x.try(n.list, q, best)
		}
	}
	if len(x.names) > 0 {
		best = x.try(x.names[domain.NoDot(q.Name)], q, best)
	}
	if len(x.domains) > 0 {
		for name, ok := q.Name, true; ok && name != domain.Root; name, ok = domain.Parent(name) {
			best = x.try(x.domains[domain.NoDot(name)], q, best)
		}
	}
	if int(best) == len(x.policies) {
		return nil
	}
	return x.policies[best]
}

// try gives the first policy of the list that matches and comes before best,
// else best.
func (x *index) try(l list, q *Query, best int32) int32 {
	for _, i := range l {
		if i >= best {
			return best
		}
		if x.policies[i].Matches(q) {
			return i
		}
	}
	return best
}

// newIndex files the policies, which are sorted by precedence.
func newIndex(policies []*Policy) index {
	x := index{policies: policies, names: make(map[string]list), domains: make(map[string]list)}
	byPrefix := make(map[netip.Prefix]*node)
	for i, c := range leastCrowded(policies) {
		x.file(int32(i), c, byPrefix) //nolint:gosec // the number of policies is bounded by the Corefile
	}
	x.link(byPrefix)
	return x
}

func (x *index) file(i int32, c condition, byPrefix map[netip.Prefix]*node) {
	if c.unknown() {
		x.always = append(x.always, i)
		return
	}
	for _, prefix := range c.prefixes {
		n := byPrefix[prefix]
		if n == nil {
			n = new(node)
			byPrefix[prefix] = n
		}
		n.list = add(n.list, i)
	}
	for _, name := range c.names {
		x.names[name] = add(x.names[name], i)
	}
	for _, name := range c.domains {
		x.domains[name] = add(x.domains[name], i)
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
