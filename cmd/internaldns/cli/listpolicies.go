package cli

import (
	"fmt"
	"io"
	"slices"
)

// printPolicies writes policies as a table. Few have more to tell than others: columns for
// that are there if one of them has.
func printPolicies(w io.Writer, policies []policyLine) {
	head := "PRECEDENCE\tNAME\tACTION\tVIEW\tFALLBACK\tTRAFFIC\tIDENTITY"
	posture := slices.ContainsFunc(policies, func(p policyLine) bool { return p.Posture != "" })
	if posture {
		head += "\tPOSTURE"
	}
	timed := slices.ContainsFunc(policies, func(p policyLine) bool { return p.when() != "" })
	if timed {
		head += "\tWHEN"
	}
	table(w, head, policies, func(p policyLine) []string {
		row := []string{fmt.Sprint(p.Precedence), p.Name, p.Action, p.View, words(p.Fallback), p.Traffic, p.Identity}
		if posture {
			row = append(row, p.Posture)
		}
		if timed {
			row = append(row, p.when())
		}
		return row
	})
}

// when words at which times a policy is in force, "" for always.
func (p *policyLine) when() string {
	text := ""
	if len(p.Schedule) > 0 {
		text = string(p.Schedule)
	}
	if p.Expires == "" {
		return text
	}
	if text != "" {
		text += " "
	}
	if p.Expired {
		return text + "expired " + p.Expires
	}
	return text + "expires " + p.Expires
}
