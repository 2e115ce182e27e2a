package model

import (
	"net/netip"

	"github.com/internaldns/internaldns/plugin/pkg/expr"
)

// condition is one thing a policy's expressions cannot be true without: a field
// that holds one of the keys. Without keys the policy can never match.
type condition struct {
	field    int            // noField if nothing is known
	prefixes []netip.Prefix // with FieldSrcIP
	keys     []string       // with all other fields
}

// noField stands for no condition at all.
const noField = -1

// indexed lists the fields that policies are filed by, the cheapest to look up first.
func indexed() []int {
	return []int{
		FieldSrcIP, FieldFQDN, FieldDomains, FieldType, FieldLocation, FieldEmail, FieldName,
		FieldGroupIDs, FieldGroupNames, FieldGroupEmails, FieldClaimTexts, FieldPosture,
		FieldDoHSubdomain, FieldCountry, FieldContinent,
	}
}

// leastCrowded gives each policy the condition under whose keys the fewest
// policies would stand.
func leastCrowded(policies []*Policy) []condition {
	count := crowd{prefixes: make(map[netip.Prefix]int)}
	for _, p := range policies {
		for _, c := range p.conditions {
			count.add(c)
		}
	}
	chosen := make([]condition, len(policies))
	for i, p := range policies {
		chosen[i].field = noField
		for j, c := range p.conditions {
			if j == 0 || count.densest(c) < count.densest(chosen[i]) {
				chosen[i] = c
			}
		}
	}
	return chosen
}

// conditions returns all that are known of a program, which may be nil.
func conditions(p *expr.Program) []condition {
	if p == nil {
		return nil
	}
	var out []condition
	for _, field := range indexed() {
		if !p.Uses(field) {
			continue
		}
		required, ok := p.Require(field)
		if !ok {
			continue
		}
		c := condition{field: field, keys: required.Strings}
		for _, r := range required.Ranges {
			c.prefixes = append(c.prefixes, r.Prefixes()...)
		}
		out = append(out, c)
	}
	return out
}

// crowd counts how many policies might stand under each key.
type crowd struct {
	prefixes map[netip.Prefix]int
	keys     [fieldCount]map[string]int
}

func (c *crowd) add(k condition) {
	for _, p := range k.prefixes {
		c.prefixes[p]++
	}
	if c.keys[k.field] == nil {
		c.keys[k.field] = make(map[string]int)
	}
	for _, key := range k.keys {
		c.keys[k.field][key]++
	}
}

// densest returns the count of the condition's most crowded key.
func (c *crowd) densest(k condition) int {
	most := 0
	for _, p := range k.prefixes {
		most = max(most, c.prefixes[p])
	}
	for _, key := range k.keys {
		most = max(most, c.keys[k.field][key])
	}
	return most
}
