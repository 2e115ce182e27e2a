package lint

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/filewatch"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
	"github.com/internaldns/internaldns/plugin/pkg/zonefile"
)

const (
	maxAliases = 20         // of one zone that are listed
	maxLookups = 10_000_000 // of aliases in views that hold different zones
)

// alias is a CNAME or DNAME of a zone.
type alias struct {
	rr     dns.RR
	target string // canonical
	below  bool   // a DNAME: what lies below it is redirected below target
}

// readZones walks the records of each zone once: it collects aliases and zone cuts, and
// warns about aliases of signed zones.
func (c *check) readZones() {
	for _, z := range c.Snapshot.Zones {
		data := c.Snapshot.Data(z)
		for rr := range data.All() {
			switch rr := rr.(type) {
			case *dns.CNAME:
				c.aliases[z] = append(c.aliases[z], alias{rr: rr, target: strings.ToLower(rr.Target)})
			case *dns.DNAME:
				c.aliases[z] = append(c.aliases[z], alias{rr: rr, target: strings.ToLower(rr.Target), below: true})
			case *dns.NS:
				if owner := strings.ToLower(rr.Hdr.Name); owner != z.Apex && data.Lookup(owner, dns.TypeNS).Owner == owner {
					c.cuts[z] = appendNew(c.cuts[z], owner)
				}
			}
		}
		if z.Flatten && data.Signed() && len(c.aliases[z]) > 0 {
			c.warn(problem.SignedZoneFlattened, z.Pos, zoneObject(z), "the zone is signed, and the answers of its %d aliases are flattened, for which there is no signature: clients that trust its keys reject them; flatten off keeps the aliases", len(c.aliases[z]))
		}
	}
}

// madeUpSOAs notes which zones have no SOA in their data, and what is served as it.
func (c *check) madeUpSOAs() {
	madeUp := slices.DeleteFunc(slices.Clone(c.Snapshot.Zones), func(z *model.Zone) bool { return !c.Snapshot.Data(z).Synthesized() })
	for i, z := range madeUp {
		if i == maxNames {
			c.note(problem.SOAMadeUp, z.Pos, zoneObject(z), "this zone and %d more have no SOA in their data, and get one made up", len(madeUp)-i-1)
			return
		}
		soa := c.Snapshot.Data(z).SOA()
		c.note(problem.SOAMadeUp, z.Pos, zoneObject(z), "the data have no SOA, so one is made up, whose serial is the time of the last change: %s %d IN SOA %s %s SERIAL %d %d %d %d",
			soa.Hdr.Name, soa.Hdr.Ttl, soa.Ns, soa.Mbox, soa.Refresh, soa.Retry, soa.Expire, soa.Minttl)
	}
}

// appendNew appends a name unless it is the last one.
func appendNew(names []string, name string) []string {
	if len(names) > 0 && names[len(names)-1] == name {
		return names
	}
	return append(names, name)
}

// orphanCuts warns about zone cuts whose child zone the view does not hold: clients
// that do not resolve by themselves, such as those of an office, cannot follow a
// referral (RFC 1123 section 6.1.3.1).
func (c *check) orphanCuts() {
	for _, z := range c.Snapshot.Zones {
		if len(c.cuts[z]) == 0 {
			continue
		}
		views := make(map[string][]string) // by the cuts that they hold no zone for
		for _, v := range c.Snapshot.Views {
			if !shows(v, z) {
				continue
			}
			orphans := slices.DeleteFunc(slices.Clone(c.cuts[z]), func(cut string) bool {
				child := v.Match(cut)
				return child == nil || child.Apex == cut
			})
			if len(orphans) > 0 {
				views[listed(orphans)] = append(views[listed(orphans)], v.Name)
			}
		}
		for _, orphans := range slices.Sorted(maps.Keys(views)) {
			c.warn(problem.DelegationToNobody, z.Pos, zoneObject(z), "stub clients get a referral, which they cannot follow, for %s: delegated by the zone, and no zone of the name in the view %s",
				orphans, listed(views[orphans]))
		}
	}
}

// deadReferences warns about references whose zone can hold no name that it is
// searched for: neither one of a zone whose references lead to it, nor one that
// an alias leads to.
func (c *check) deadReferences() {
	useful := make(map[*model.Zone]bool) // by target, for as long as any root makes it so
	reached := make(map[*model.Zone][]*model.Zone)
	for _, v := range c.Snapshot.Views {
		for _, root := range v.Zones {
			for _, ref := range root.Chain() {
				reached[ref.To] = append(reached[ref.To], root)
				useful[ref.To] = useful[ref.To] || related(root.Apex, ref.To.Apex)
			}
		}
	}
	for _, from := range c.Snapshot.Zones {
		if len(from.Chain()) == 0 {
			continue
		}
		ref := from.Chain()[0]
		if len(reached[ref.To]) == 0 || useful[ref.To] || c.aliased(ref.To.Apex) {
			continue
		}
		c.warn(problem.ReferenceUseless, ref.Pos, fmt.Sprintf("%s %q %q", model.ReferenceDirective, from.ID, ref.To.ID),
			"zone %q (%s) can hold no name that it is searched for: those lie below %s, and no alias leads to a name below %s",
			ref.To.ID, ref.To.Apex, reached[ref.To][0].Apex, ref.To.Apex)
	}
}

// related reports whether one name lies at or below the other.
func related(a, b string) bool { return domain.IsSubdomain(a, b) || domain.IsSubdomain(b, a) }

// aliased reports whether an alias of any zone leads to a name at or below apex.
func (c *check) aliased(apex string) bool {
	if c.targets == nil {
		c.targets, c.redirects = make(map[string]bool), make(map[string]bool)
		for _, list := range c.aliases {
			for _, a := range list {
				c.redirects[a.target] = c.redirects[a.target] || a.below
				for name, ok := a.target, true; ok && !c.targets[name]; name, ok = domain.Parent(name) {
					c.targets[name] = true
				}
			}
		}
	}
	for name, ok := apex, true; ok; name, ok = domain.Parent(name) {
		if c.redirects[name] {
			return true
		}
	}
	return c.targets[apex]
}

// deadAliases warns about CNAMEs that lead to a name which should be in an
// internal zone and is not, or in a circle.
func (c *check) deadAliases() {
	left := maxLookups
	for _, z := range c.Snapshot.Zones {
		if len(c.aliases[z]) == 0 {
			continue
		}
		views := alike(slices.DeleteFunc(slices.Clone(c.Snapshot.Views), func(v *model.View) bool { return !shows(v, z) }))
		if left -= len(views) * len(c.aliases[z]); left < 0 {
			c.note(problem.CheckIncomplete, z.Pos, zoneObject(z), "there are too many CNAMEs and views to follow all: those of this zone and of the zones after it are not checked")
			return
		}
		dead := make(map[dns.RR]string)
		var order []dns.RR
		for _, a := range c.aliases[z] {
			if a.below {
				continue
			}
			if why := c.deadIn(views, a.rr); why != "" {
				dead[a.rr] = why
				order = append(order, a.rr)
			}
		}
		c.listDead(z, order, dead)
	}
}

// alike puts views together that hold the same zones: their answers are the same.
func alike(views []*model.View) [][]*model.View {
	var out [][]*model.View
	known := make(map[string]int)
	for _, v := range views {
		ids := make([]string, len(v.Zones))
		for i, z := range v.Zones {
			ids[i] = z.ID
		}
		slices.Sort(ids)
		key := fmt.Sprintf("%q", ids)
		at, ok := known[key]
		if !ok {
			at = len(out)
			known[key] = at
			out = append(out, nil)
		}
		out[at] = append(out[at], v)
	}
	return out
}

// listDead warns about the dead CNAMEs of a zone, each where it stands.
func (c *check) listDead(z *model.Zone, order []dns.RR, why map[dns.RR]string) {
	if len(order) == 0 {
		return
	}
	positions := positionsOf(z, order[:min(len(order), maxAliases)])
	for i, rr := range order {
		if i == maxAliases {
			c.warn(problem.CNAMELeadsNowhere, z.Pos, zoneObject(z), "%d more CNAMEs of the zone lead nowhere", len(order)-i)
			return
		}
		c.warn(problem.CNAMELeadsNowhere, positions[strings.ToLower(rr.Header().Name)], zoneObject(z), "%s CNAME %s", rr.Header().Name, why[rr])
	}
}

// deadIn tells in which views a CNAME leads nowhere, and where it ends; "" if in none.
func (c *check) deadIn(shown [][]*model.View, rr dns.RR) string {
	var views []string
	ends := ""
	for _, same := range shown {
		pin := resolve.Pin{Snapshot: c.Snapshot, View: same[0]}
		r := pin.Answer(strings.ToLower(rr.Header().Name), dns.TypeA)
		if len(r.Answer) == 0 || r.Answer[0] != rr {
			continue
		}
		loop := r.Outcome == resolve.Loop
		if !loop && (r.Outcome != resolve.Unfinished || r.Rcode != dns.RcodeNameError) {
			continue
		}
		for _, v := range same {
			switch {
			case loop:
				ends = "leads in a circle or through too many others"
			case c.unanswered(v, r.Target):
				ends = fmt.Sprintf("ends in %s, which lies in an internal zone and does not exist", r.Target)
			default:
				continue
			}
			views = append(views, v.Name)
		}
	}
	switch len(views) {
	case 0:
		return ""
	case 1:
		return ends + ", in view " + views[0]
	}
	return ends + ", in the views " + listed(views)
}

// shows reports whether a zone is in a view or reached from it by references.
func shows(v *model.View, z *model.Zone) bool {
	return slices.ContainsFunc(v.Zones, func(root *model.Zone) bool {
		return root == z || slices.ContainsFunc(root.Chain(), func(r model.Reference) bool { return r.To == z })
	})
}

// unanswered reports whether a policy shows the view without asking public DNS
// for the target, which may know it.
func (c *check) unanswered(v *model.View, target string) bool {
	return slices.ContainsFunc(c.policies[v], func(p *model.Policy) bool {
		return !p.Fallback.Has(model.OnCNAME) || p.Private(target)
	})
}

// positionsOf finds the CNAMEs of a zone in its files, by owner; those written
// elsewhere stand where the zone is declared.
func positionsOf(z *model.Zone, rrs []dns.RR) map[string]problem.Pos {
	out := make(map[string]problem.Pos, len(rrs))
	for _, rr := range rrs {
		out[strings.ToLower(rr.Header().Name)] = z.Pos
	}
	for _, name := range z.Files {
		file, err := filewatch.Open(name)
		if err != nil {
			continue
		}
		zonefile.Parse(file, zonefile.Options{Origin: z.Apex, File: name, Open: zonefile.OpenBelow(filepath.Dir(name))},
			func(rr dns.RR, pos problem.Pos) {
				owner := strings.ToLower(rr.Header().Name)
				if _, wanted := out[owner]; wanted && rr.Header().Rrtype == dns.TypeCNAME {
					out[owner] = pos
				}
			})
		file.Close()
	}
	return out
}
