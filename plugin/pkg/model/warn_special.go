package model

import (
	"slices"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// warnSpecial warns about policies whose fallback would show names of special use
// to public DNS: those of zones that the view itself serves. Names in no zone are
// another matter, since Cloudflare sends all of them (SPEC 6).
func (w *warner) warnSpecial() {
	names := newNameSet(SpecialNames())
	special := make(map[*View][]*Zone)
	for _, p := range w.Policies {
		if p.View == nil || p.Fallback&^OnRefused == 0 {
			continue
		}
		if _, known := special[p.View]; !known {
			special[p.View] = slices.DeleteFunc(slices.Clone(p.View.Zones), func(z *Zone) bool { return !names.covers(z.Apex) })
		}
		leaking := slices.DeleteFunc(slices.Clone(special[p.View]), func(z *Zone) bool { return p.Private(z.Apex) })
		if len(leaking) > 0 {
			w.problems.Warnf(problem.SpecialNamesLeak, p.Pos, policyObject(p.Name),
				"the fallback sends names of special use that the view does not have to public DNS, where they mean nothing: those below %s; keep them in with the property private",
				known(leaking, func(z *Zone) string { return z.Apex }))
		}
	}
}
