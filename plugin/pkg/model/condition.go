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

// size returns how many keys the condition has.
func (c *condition) size() int { return len(c.prefixes) + len(c.keys) }
