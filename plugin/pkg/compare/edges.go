package compare

import (
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// edge is a record by which answers for one name depend on another.
type edge struct {
	kind          uint16 // CNAME, DNAME, or NS of a zone cut
	owner, target string // canonical
}

// follow has the names be affected whose answers depend on affected ones, until there are
// no more: by aliases, DNAMEs, and the addresses of name servers. It looks at the zones of
// all views that show an affected one.
func (a *affected) follow() {
	if !a.any() {
		return
	}
	edges := a.edges()
	for grown := true; grown; {
		grown = false
		left := edges[:0]
		for _, e := range edges {
			if !a.reaches(e) {
				left = append(left, e)
				continue
			}
			grown = true
			a.mark(e)
		}
		edges = left
	}
}

// reaches reports whether what an edge leads to is affected. All that is below the target of
// a DNAME is seen below its owner.
func (a *affected) reaches(e edge) bool {
	return a.has(e.target) || e.kind == dns.TypeDNAME && a.above[e.target]
}

// mark has what depends on an edge be affected.
func (a *affected) mark(e edge) {
	a.name(e.owner)
	if star, ok := strings.CutPrefix(e.owner, "*."); ok {
		a.base(star)
	}
	if e.kind != dns.TypeCNAME {
		a.base(e.owner)
	}
}

// edges collects the edges of the zones of the views that show an affected zone.
func (a *affected) edges() (out []edge) {
	seen := make(map[*zone.Zone]bool)
	for _, s := range []*model.Snapshot{a.old, a.now} {
		for _, v := range s.Views {
			if !a.shows(v) {
				continue
			}
			a.linked[v] = true
			for _, root := range v.Zones {
				out = addEdges(out, seen, s.Data(root))
				for _, ref := range root.Chain() {
					out = addEdges(out, seen, s.Data(ref.To))
				}
			}
		}
	}
	return out
}

// shows reports whether a view shows an affected zone, itself or through references.
func (a *affected) shows(v *model.View) bool {
	for _, root := range v.Zones {
		if a.zones[root] {
			return true
		}
		for _, ref := range root.Chain() {
			if a.zones[ref.To] {
				return true
			}
		}
	}
	return false
}

func addEdges(out []edge, seen map[*zone.Zone]bool, data *zone.Zone) []edge {
	if seen[data] {
		return out
	}
	seen[data] = true
	for rr := range data.Links() {
		e := edge{kind: rr.Header().Rrtype, owner: strings.ToLower(rr.Header().Name)}
		switch rr := rr.(type) {
		case *dns.CNAME:
			e.target = rr.Target
		case *dns.DNAME:
			e.target = rr.Target
		case *dns.NS:
			if e.owner == data.Apex() {
				continue
			}
			e.target = rr.Ns
		}
		target, err := domain.Canonical(e.target)
		if err != nil {
			continue // a lookup of it would find nothing
		}
		e.target = target
		out = append(out, e)
	}
	return out
}

// questions returns what is asked of a pair of views, of all that Compare would ask.
func (a *affected) questions(c *comparison, sides ...side) []question {
	if !a.linked[sides[0].view] && !a.linked[sides[1].view] {
		return nil
	}
	out := picked{known: make(map[question]struct{})}
	for _, s := range sides {
		p := &pick{affected: a, c: c, side: s, byApex: make(map[string][]*model.Zone), out: &out}
		p.zones()
		p.owners()
	}
	if len(out.order) == 0 {
		return nil
	}
	return append(out.order, question{probe + ".invalid.", dns.TypeA})
}

// picked collects questions, each once.
type picked struct {
	order []question
	known map[question]struct{}
}

// pick collects the questions of one side.
type pick struct {
	*affected
	c      *comparison
	side   side
	byApex map[string][]*model.Zone // that the view shows
	out    *picked
}

// zones asks all about the zones that lie below a base, and what is asked of any zone
// about those whose records are others, or whose apex is affected.
func (p *pick) zones() {
	seen := make(map[*model.Zone]bool)
	visit := func(z *model.Zone) {
		if seen[z] {
			return
		}
		seen[z] = true
		if p.covered(z.Apex) {
			p.add(p.c.about(p.side.snapshot.Data(z))...)
			return
		}
		p.byApex[z.Apex] = append(p.byApex[z.Apex], z)
		if p.affected.zones[z] || p.names[z.Apex] {
			p.add(askBelow([]question{{z.Apex, dns.TypeSOA}, {z.Apex, dns.TypeNS}}, z.Apex)...)
		}
	}
	for _, root := range p.side.view.Zones {
		visit(root)
		for _, ref := range root.Chain() {
			visit(ref.To)
		}
	}
}

// owners asks about the affected owners in the other zones.
func (p *pick) owners() {
	for name := range p.names {
		p.above(name, func(data *zone.Zone) { p.add(ofOwner(nil, data, name)...) })
	}
	for base := range p.bases {
		p.above(base, func(data *zone.Zone) {
			for owner := range data.Below(base) {
				p.add(ofOwner(nil, data, owner)...)
			}
		})
	}
}

// above calls do with the data of the zones whose apex is a name or lies above it.
func (p *pick) above(name string, do func(*zone.Zone)) {
	for apex, ok := name, true; ok; apex, ok = domain.Parent(apex) {
		for _, z := range p.byApex[apex] {
			do(p.side.snapshot.Data(z))
		}
	}
}

// add takes the questions that the view shows.
func (p *pick) add(list ...question) {
	for _, q := range list {
		if _, known := p.out.known[q]; known || p.side.view.Match(q.name) == nil {
			continue
		}
		p.out.known[q] = struct{}{}
		p.out.order = append(p.out.order, q)
	}
}
