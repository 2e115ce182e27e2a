package model

import "github.com/internaldns/internaldns/plugin/pkg/problem"

// warnSpecial warns about policies whose fallback would show names of special use
// to public DNS: those of zones that the view itself serves. Names in no zone are
// another matter, since Cloudflare sends all of them (SPEC 6).
func (b *builder) warnSpecial() {
	special := newNameSet(SpecialNames())
	for _, p := range b.config.Policies {
		if p.View == nil || p.Fallback&^OnRefused == 0 {
			continue
		}
		var leaking []*Zone
		for _, z := range p.View.Zones {
			if special.covers(z.Apex) && !p.Private(z.Apex) {
				leaking = append(leaking, z)
			}
		}
		if len(leaking) > 0 {
			b.problems = append(b.problems, problem.Problem{
				Pos: p.Pos, Severity: problem.Warning, Object: policyObject(p.Name),
				Text: "the fallback sends names of special use that the view does not have to public DNS, where they mean nothing: those below " +
					known(leaking, func(z *Zone) string { return z.Apex }) + "; keep them in with the property private",
			})
		}
	}
}
