package compare

import (
	"slices"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// Affected is Compare for two configurations of which the second was made of the first
// (model.Build with the first as previous, Snapshot.WithData): it lists the same settings
// and changes and asks only what can differ, so that a record costs no more than a look at
// the aliases beside it. touched holds by ID of a zone the owners, canonical, whose records
// are others; nil, and the absence of a zone that has other data, stand for all of them.
// Policies under which nothing can differ are not summed up.
func Affected(before, after []Block, touched map[string][]string, limit int) *Report {
	c := newComparison()
	for _, pair := range c.match(before, after) {
		old, now := pair.before.Snapshot, pair.after.Snapshot
		if !now.SameConfig(old) {
			c.policies(pair)
		}
		a := newAffected(old, now, touched)
		for _, g := range groups(pair) {
			switch {
			case g.changed():
				c.group(pair, g, c.questions(side{old, g.old}, side{now, g.new}))
			case a.any():
				if list := a.questions(c, side{old, g.old}, side{now, g.new}); len(list) > 0 {
					c.group(pair, g, list)
				}
			}
		}
	}
	c.finish(limit)
	return c.report
}

// changed reports whether a policy of the group answers otherwise from the same result, or
// from another view.
func (g *group) changed() bool {
	return slices.ContainsFunc(g.policies, func(p policies) bool {
		x, y := p.before, p.after
		return x != y && (x.ViewName != y.ViewName || x.Fallback != y.Fallback || x.Reenter != y.Reenter || x.Action != y.Action ||
			!slices.Equal(x.PrivateNames(), y.PrivateNames()))
	})
}

// affected is what two snapshots may answer in another way: names, and all that lies at or
// below a base. A name too many costs time; one too few would be a change that nobody is
// told of.
type affected struct {
	old, now *model.Snapshot
	names    map[string]bool
	bases    map[string]bool
	zones    map[*model.Zone]bool // whose records or links are others, of both snapshots
	above    map[string]bool      // what lies above an affected name
	linked   map[*model.View]bool // whose aliases were followed
}

func newAffected(old, now *model.Snapshot, touched map[string][]string) *affected {
	a := &affected{
		old: old, now: now, names: make(map[string]bool), bases: make(map[string]bool), zones: make(map[*model.Zone]bool),
		above: make(map[string]bool), linked: make(map[*model.View]bool),
	}
	for _, z := range old.Zones {
		other := now.Zone(z.ID)
		if other != z {
			a.whole(z)
		} else if x, y := old.Data(z), now.Data(z); x != y {
			a.data(z, x, y, touched)
		}
	}
	for _, z := range now.Zones {
		if old.Zone(z.ID) != z {
			a.whole(z)
		}
	}
	a.views()
	a.follow()
	return a
}

// any reports whether anything is affected.
func (a *affected) any() bool { return len(a.bases)+len(a.zones) > 0 }

// whole has all names of a zone be affected: it came or went, or what it is linked to did.
func (a *affected) whole(z *model.Zone) {
	a.zones[z] = true
	a.base(z.Apex)
}

// views has the zones be affected that came into a view or went from it.
func (a *affected) views() {
	if a.now.SameConfig(a.old) {
		return
	}
	for _, v := range a.old.Views {
		w := a.now.View(v.Name)
		if w == nil || w == v {
			continue // policies that named it are others
		}
		in := make(map[*model.Zone]bool, len(v.Zones))
		for _, z := range v.Zones {
			in[z] = true
		}
		for _, z := range w.Zones {
			if !in[z] {
				a.whole(z)
			}
			delete(in, z)
		}
		for z := range in {
			a.whole(z)
		}
	}
}

// data has the touched names of a zone be affected, and what depends on them in it.
func (a *affected) data(z *model.Zone, old, now *zone.Zone, touched map[string][]string) {
	owners := touched[z.ID]
	if owners == nil {
		a.whole(z)
		return
	}
	a.zones[z] = true
	for _, owner := range owners {
		a.name(owner)
		if star, ok := strings.CutPrefix(owner, "*."); ok {
			a.base(star)
		}
		if covers(z.Apex, owner, old) || covers(z.Apex, owner, now) {
			a.base(owner)
		}
		for name := owner; name != z.Apex && old.Holds(name) != now.Holds(name); name, _ = domain.Parent(name) {
			a.base(name) // the highest holds those below
		}
	}
}

// covers reports whether an owner has records that answer for the names below it.
func covers(apex, owner string, data *zone.Zone) bool {
	return slices.ContainsFunc(data.Owned(owner), func(rr dns.RR) bool {
		t := rr.Header().Rrtype
		return t == dns.TypeDNAME || t == dns.TypeNS && owner != apex
	})
}

// name has a name be affected, and reports whether it was not.
func (a *affected) name(name string) bool {
	if a.names[name] {
		return false
	}
	a.names[name] = true
	a.raise(name)
	return true
}

// base has all be affected that lies at or below a name, and reports whether it was not.
func (a *affected) base(name string) bool {
	if a.covered(name) {
		return false
	}
	a.bases[name] = true
	a.raise(name)
	return true
}

// raise notes what lies above an affected name.
func (a *affected) raise(name string) {
	for ok := true; ok && !a.above[name]; name, ok = domain.Parent(name) {
		a.above[name] = true
	}
}

// covered reports whether a name lies at or below a base.
func (a *affected) covered(name string) bool {
	if len(a.bases) == 0 {
		return false
	}
	for ok := true; ok; name, ok = domain.Parent(name) {
		if a.bases[name] {
			return true
		}
	}
	return false
}

// has reports whether a name is affected.
func (a *affected) has(name string) bool { return a.names[name] || a.covered(name) }
