package live

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/record"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// GuardError says what a change would break that is hardly meant.
type GuardError struct {
	Zone string // id
	Text string
}

// Error implements error.
func (e *GuardError) Error() string {
	return e.Text + "; repeat the call with force=true if this is meant"
}

// mostEmptied is how many records a zone may have that one change empties.
const mostEmptied = 100

// guard refuses what is legal and hardly meant (LIVE 7), unless it is forced: the call may
// be repeated so.
func (c *Change) guard() error {
	if c.call.Force {
		return nil
	}
	for _, id := range slices.Sorted(maps.Keys(c.edited)) {
		before, now := c.under.zones.get(id), c.zones.get(id)
		if before == nil || now == nil {
			continue
		}
		if before.Records > mostEmptied && now.Records == 0 {
			return &GuardError{id, fmt.Sprintf("the zone %q would lose all of its %d records", apexOf(now), before.Records)}
		}
	}
	return c.guardCuts()
}

// guardCuts refuses zone cuts that hide names which are answered now.
func (c *Change) guardCuts() error {
	var made []ownerName
	for name, now := range c.owners.known {
		if cuts(now) && !cuts(c.owners.before(name)) {
			made = append(made, name)
		}
	}
	slices.SortFunc(made, func(a, b ownerName) int { return cmp.Or(cmp.Compare(a.zone, b.zone), cmp.Compare(a.owner, b.owner)) })
	for _, name := range made { // the first that hides something is told of
		before, after := c.under.data.get(name.zone), c.data.get(name.zone)
		if before == nil || after == nil || name.owner == after.Apex() {
			continue
		}
		var hidden []string
		for owner := range after.Below(name.owner) {
			if owner != name.owner && answered(before, owner) && !hosts(after, name.owner, owner) {
				hidden = append(hidden, domain.NoDot(owner))
			}
		}
		if len(hidden) > 0 {
			slices.Sort(hidden)
			return &GuardError{name.zone, fmt.Sprintf("NS records of %q make a zone cut, which would hide what answers for names below it: %s", domain.NoDot(name.owner), listed(hidden))}
		}
	}
	return nil
}

// cuts reports whether an owner has NS records. What lies below a DNAME is an error.
func cuts(o *owner) bool {
	return slices.ContainsFunc(o.records, func(r *record.Record) bool { return r.Type == dns.TypeNS })
}

// answered reports whether a zone answers for an owner from its own records.
func answered(z *zone.Zone, owner string) bool {
	return z.Holds(owner) && z.Lookup(owner, dns.TypeANY).Kind == zone.Success
}

// hosts reports whether an owner has nothing but the addresses of a name server of a cut,
// which the referral shows.
func hosts(z *zone.Zone, cut, owner string) bool {
	named := slices.ContainsFunc(z.Owned(cut), func(rr dns.RR) bool {
		ns, ok := rr.(*dns.NS)
		return ok && strings.EqualFold(ns.Ns, owner)
	})
	return named && !slices.ContainsFunc(z.Owned(owner), func(rr dns.RR) bool {
		t := rr.Header().Rrtype
		return t != dns.TypeA && t != dns.TypeAAAA
	})
}
