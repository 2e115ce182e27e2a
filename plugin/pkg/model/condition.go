package model

import (
	"net/netip"

	"github.com/internaldns/internaldns/plugin/pkg/expr"
)

// condition is one thing a policy's expressions cannot be true without: one of
// the keys of its kind. With no keys of a known kind the policy can never match.
type condition struct {
	kind     kind
	prefixes []netip.Prefix // client addresses
	names    []string       // values of dns.fqdn
	domains  []string       // members of dns.domains
}

// kind tells which keys of a condition count.
type kind uint8

const (
	none kind = iota
	byPrefix
	byName
	byDomain
)

func (c condition) unknown() bool { return c.kind == none }

// leastCrowded gives each policy the condition under whose keys the fewest
// policies would stand.
func leastCrowded(policies []*Policy) []condition {
	crowd := newCrowd()
	options := make([][]condition, len(policies))
	for i, p := range policies {
		options[i] = append(conditions(p.Traffic), conditions(p.Identity)...)
		for _, c := range options[i] {
			crowd.count(c)
		}
	}
	chosen := make([]condition, len(policies))
	for i := range policies {
		for j, c := range options[i] {
			if j == 0 || crowd.densest(c) < crowd.densest(chosen[i]) {
				chosen[i] = c
			}
		}
	}
	return chosen
}

// conditions gives all that are known of a program, which may be nil.
func conditions(p *expr.Program) []condition {
	if p == nil {
		return nil
	}
	var out []condition
	if c, ok := p.Require(FieldSrcIP); ok {
		var prefixes []netip.Prefix
		for _, r := range c.Ranges {
			prefixes = append(prefixes, r.Prefixes()...)
		}
		out = append(out, condition{kind: byPrefix, prefixes: prefixes})
	}
	if c, ok := p.Require(FieldFQDN); ok {
		out = append(out, condition{kind: byName, names: c.Strings})
	}
	if c, ok := p.Require(FieldDomains); ok {
		out = append(out, condition{kind: byDomain, domains: c.Strings})
	}
	return out
}

// crowd counts how many policies might stand under each key.
type crowd struct {
	prefixes map[netip.Prefix]int
	names    map[string]int
	domains  map[string]int
}

func newCrowd() crowd {
	return crowd{prefixes: make(map[netip.Prefix]int), names: make(map[string]int), domains: make(map[string]int)}
}

func (c crowd) count(k condition) {
	for _, p := range k.prefixes {
		c.prefixes[p]++
	}
	for _, n := range k.names {
		c.names[n]++
	}
	for _, d := range k.domains {
		c.domains[d]++
	}
}

// densest gives the count of the condition's most crowded key.
func (c crowd) densest(k condition) int {
	most := 0
	for _, p := range k.prefixes {
		most = max(most, c.prefixes[p])
	}
	for _, n := range k.names {
		most = max(most, c.names[n])
	}
	for _, d := range k.domains {
		most = max(most, c.domains[d])
	}
	return most
}
