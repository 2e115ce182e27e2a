package twin

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// twin answers by reading SPEC 2 to 6 aloud, in linear scans over everything.
type twin struct {
	world world
	zones map[string]*zone // by ID
}

func newTwin(w world) *twin {
	t := &twin{world: w, zones: map[string]*zone{}}
	for _, z := range w.Zones {
		t.zones[z.ID] = newZone(z)
	}
	return t
}

// choose is SPEC 2.1: the first enabled policy, in ascending precedence, that is true.
func (t *twin) choose(q question) *policy {
	type entry struct {
		precedence int
		policy     *policy
	}
	var order []entry
	next := 1000
	for i := range t.world.Policies {
		e := entry{t.world.Policies[i].Precedence, &t.world.Policies[i]}
		if e.precedence == 0 { // SPEC 5.4: the next free number from 1000 up
			e.precedence = next
			next++
		}
		order = append(order, e)
	}
	slices.SortFunc(order, func(a, b entry) int { return a.precedence - b.precedence })
	for _, e := range order {
		if !e.policy.Disabled && holds(e.policy.If, q) {
			return e.policy
		}
	}
	return nil
}

// holds evaluates conditions joined by "and" (SPEC 7, field table).
func holds(conditions []condition, q question) bool {
	name := strings.TrimSuffix(strings.ToLower(q.Name), ".")
	for _, c := range conditions {
		ok := false
		for _, v := range c.Values {
			switch c.Field {
			case "client":
				prefix, err := netip.ParsePrefix(v)
				if err != nil {
					addr := netip.MustParseAddr(v)
					prefix = netip.PrefixFrom(addr, addr.BitLen())
				}
				ok = ok || prefix.Contains(netip.MustParseAddr(q.Client))
			case "name":
				ok = ok || name == v
			case "domain":
				ok = ok || name == v || strings.HasSuffix(name, "."+v)
			case "type":
				ok = ok || dns.TypeToString[q.Type] == v
			}
		}
		if !ok {
			return false
		}
	}
	return true
}

// matching is SPEC 2.3: of the view's zones the one with the longest apex at or
// above the name; for DS at that apex the parent zone, if the view holds it.
func (t *twin) matching(viewName, name string, qtype uint16) *zone {
	longest := func(except *zone) *zone {
		var best *zone
		for _, v := range t.world.Views {
			for _, id := range v.Zones {
				z := t.zones[id]
				if v.Name == viewName && z != except && below(name, z.apex) &&
					(best == nil || len(labels(z.apex)) > len(labels(best.apex))) {
					best = z
				}
			}
		}
		return best
	}
	m := longest(nil)
	if m != nil && qtype == dns.TypeDS && name == m.apex {
		if p := longest(m); p != nil {
			return p
		}
	}
	return m
}

func labels(name string) []string { return dns.SplitDomainName(name) }

// searched is the outcome of the search for one name.
type searched struct {
	found
	matched *zone // the matching zone, nil if none
	exists  bool  // the name exists in a zone that was searched (SPEC 2.7)
	holder  *zone // whose SOA a denial shows, see claim
	best    kind  // what the holder said
}

// search is SPEC 2.3 to 2.5 for one name, and for the targets of aliases SPEC 4:
// then last is the last zone of the view that matched an earlier name.
func (t *twin) search(viewName, name string, qtype uint16, last *zone) searched {
	s := searched{matched: t.matching(viewName, name, qtype)}
	s.found = found{kind: outside}
	if m := s.matched; m != nil {
		s.add(m.lookup(name, qtype))
		t.follow(&s, m, name, qtype, m.apex)
	}
	if last == nil || !s.none() {
		return s
	}
	apexes := []string{last.apex}
	if s.matched != nil {
		apexes = append(apexes, s.matched.apex)
	}
	t.follow(&s, last, name, qtype, apexes...)
	return s
}

// add takes the outcome of the zone searched last. A name that turned out to
// exist without the type stays so: a later zone can only add records.
func (s *searched) add(f found) {
	if s.holder == nil && f.kind != outside || s.matched == nil && claim(f.kind) > claim(s.best) {
		s.holder, s.best = f.zone, f.kind
	}
	s.exists = s.exists || f.kind == ent || f.kind == nodata
	if s.kind == nodata && f.none() {
		return
	}
	s.found = f
}

// claim orders the zones that may deny a name: the matching zone always does;
// without one (a target, SPEC 4) the referenced zone that knows most of the name.
func claim(k kind) int { return slices.Index([]kind{missing, ent, nodata}, k) }

// follow is SPEC 2.5: the references from a zone on, at most five.
func (t *twin) follow(s *searched, from *zone, name string, qtype uint16, ignore ...string) {
	own := s.matched != nil && name == s.matched.apex && (qtype == dns.TypeSOA || qtype == dns.TypeNS)
	outcome := s.found.kind // of the zone searched last
	for range 5 {
		r := t.reference(from)
		if r == nil || own {
			return
		}
		switch outcome {
		case outside, missing, ent:
		case nodata:
			if !r.NoData {
				return
			}
		default:
			return
		}
		from = t.zones[r.To]
		f := from.lookup(name, qtype, ignore...)
		outcome = f.kind
		s.add(f)
	}
}

// reference returns the one reference of a zone, or nil.
func (t *twin) reference(from *zone) *reference {
	for i := range t.world.References {
		if t.world.References[i].From == from.id {
			return &t.world.References[i]
		}
	}
	return nil
}
