package twin

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// generator makes small worlds full of collisions: few labels, few names, every
// relation between zones that SPEC has a rule for.
type generator struct {
	*rand.Rand
	w     world
	names []string // the names this world likes to use
}

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func pick[T any](g *generator, from ...T) T { return from[g.IntN(len(from))] }

// newWorld makes the world of a number; the same number makes the same world.
func newWorld(seed, number uint64) (world, []question) {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, number))}
	tops := []string{"a", "b", "c"}
	if g.chance(15) {
		tops = []string{"a", "local", "internal"}
	}
	for range 6 + g.IntN(8) {
		g.names = append(g.names, g.name(pick(g, tops...)))
	}
	g.zones()
	if g.chance(4) {
		g.longChain()
	}
	if g.chance(2) {
		g.growingName()
	}
	g.references()
	g.views()
	g.policies()
	g.public()
	return g.w, g.questions()
}

// name makes a name of up to four labels.
func (g *generator) name(top string) string {
	n := top + "."
	for range g.IntN(4) {
		n = g.label() + "." + n
	}
	return n
}

func (g *generator) label() string {
	if g.chance(10) {
		return "*"
	}
	return pick(g, "a", "b", "c")
}

// known returns a name the world likes, or one beside, above or below it.
func (g *generator) known() string {
	n := pick(g, g.names...)
	switch g.IntN(8) {
	case 0:
		if p := parent(n); p != "." {
			return p
		}
	case 1:
		return child(pick(g, "a", "b", "c"), n)
	case 2:
		return child(pick(g, "a", "b", "c"), parent(n))
	}
	return n
}

func (g *generator) zones() {
	count := 1 + g.IntN(5)
	if g.chance(15) {
		count = 6 + g.IntN(4)
	}
	for i := range count {
		apex := g.known()
		for strings.Contains(apex, "*") || g.chance(50) && apex != "." {
			apex = parent(apex)
		}
		z := zoneText{ID: fmt.Sprintf("z%d", i), Apex: apex, TTL: -1, NegativeTTL: -1, FlattenOff: g.chance(28)}
		if g.chance(20) {
			z.NegativeTTL = pick(g, 0, 5, 50, 5000)
		}
		if g.chance(20) {
			z.TTL = pick(g, 0, 7, 900)
		}
		g.fill(&z)
		g.w.Zones = append(g.w.Zones, z)
	}
}

// fill puts records into a zone that SPEC 3 allows beside each other.
func (g *generator) fill(z *zoneText) {
	d := &data{apex: z.Apex, flatten: !z.FlattenOff}
	ttls := g.chance(85)
	if ttls && g.chance(40) {
		z.Records = append(z.Records, fmt.Sprintf("%s %d IN SOA ns.%s m.%s %d 1 2 3 %d",
			z.Apex, pick(g, 10, 60, 6000), strings.TrimPrefix(z.Apex, "."), strings.TrimPrefix(z.Apex, "."), 1+g.IntN(9), pick(g, 0, 20, 600)))
	}
	for range g.IntN(9) {
		owner := g.known()
		if !below(owner, z.Apex) || g.chance(15) {
			owner = z.Apex
			for range g.IntN(3) {
				owner = child(g.label(), owner)
			}
		}
		rtype, rdata := g.rdata()
		if !d.add(owner, rtype) {
			continue
		}
		ttl := ""
		if ttls {
			ttl = fmt.Sprintf("%d ", pick(g, 0, 3, 40, 100, 500, 7000))
		}
		z.Records = append(z.Records, owner+" "+ttl+"IN "+rtype+" "+rdata)
	}
}

// rdata makes a record without its owner. Every target is a likely name.
func (g *generator) rdata() (rtype, rdata string) {
	switch n := g.IntN(100); {
	case n < 28:
		return "A", fmt.Sprintf("192.0.2.%d", 1+g.IntN(3))
	case n < 34:
		return "AAAA", fmt.Sprintf("2001:db8::%d", 1+g.IntN(3))
	case n < 44:
		return "TXT", fmt.Sprintf("t%d", 1+g.IntN(3))
	case n < 47:
		return "MX", "10 " + g.known()
	case n < 49:
		return "SRV", "0 0 80 " + g.known()
	case n < 51:
		return "HTTPS", "1 " + g.known()
	case n < 82:
		return "CNAME", pick(g, g.names...)
	case n < 90:
		return "NS", g.known()
	case n < 95:
		return "DNAME", pick(g, g.names...)
	case n < 98:
		return "DS", fmt.Sprintf("%d 13 2 %s", 1+g.IntN(9), strings.Repeat("ab", 32))
	}
	return "DNSKEY", "257 3 13 " + strings.Repeat("AAAA", 21) + "AA=="
}

// data checks which records may stand beside each other.
type data struct {
	apex    string
	flatten bool
	owners  []string
	types   []string
}

// add notes a record unless SPEC 3 or RFC 4592, 5.4 of RFC 6672 forbid it here.
func (d *data) add(owner, rtype string) bool {
	if strings.HasPrefix(owner, "*.") && (rtype == "NS" || rtype == "DNAME") {
		return false
	}
	if owner == d.apex && rtype == "DS" || owner == d.apex && rtype == "CNAME" && !d.flatten {
		return false
	}
	for i, o := range d.owners {
		t := d.types[i]
		if o == owner && !beside(t, rtype, owner == d.apex) {
			return false
		}
		if o != owner && (t == "DNAME" && below(owner, o) || rtype == "DNAME" && below(o, owner)) {
			return false
		}
	}
	d.owners, d.types = append(d.owners, owner), append(d.types, rtype)
	return true
}

// beside reports whether two records may share an owner.
func beside(a, b string, apex bool) bool {
	if a > b {
		a, b = b, a
	}
	switch {
	case a == "CNAME":
		return b == "NS" && apex
	case b == "CNAME":
		return false
	case a == "DNAME" && b == "DNAME":
		return false
	case a == "DNAME" && b == "NS":
		return apex
	}
	return true
}

// longChain adds a zone with about as many links as SPEC 4 allows.
func (g *generator) longChain() {
	z := zoneText{ID: "chain", Apex: "l.", TTL: -1, NegativeTTL: -1, FlattenOff: g.chance(30)}
	links := 14 + g.IntN(5)
	for i := range links {
		z.Records = append(z.Records, fmt.Sprintf("n%d.l. %d IN CNAME n%d.l.", i, 100-i, i+1))
	}
	switch g.IntN(4) {
	case 0:
		z.Records = append(z.Records, fmt.Sprintf("n%d.l. 200 IN A 192.0.2.9", links))
	case 1:
		z.Records = append(z.Records, fmt.Sprintf("n%d.l. 200 IN CNAME %s", links, g.known()))
	case 2:
		z.Records = append(z.Records, fmt.Sprintf("n%d.l. 200 IN TXT end", links))
	}
	g.names = append(g.names, "n0.l.", "n1.l.", "n2.l.", "n3.l.")
	g.w.Zones = append(g.w.Zones, z)
}

// growingName adds a DNAME that leads below itself, so that the name grows until it
// is too long, or the chain is.
func (g *generator) growingName() {
	long := strings.Repeat("x", 2+g.IntN(40))
	z := zoneText{ID: "growing", Apex: "g.", TTL: -1, NegativeTTL: -1, FlattenOff: g.chance(30),
		Records: []string{"d.g. 50 IN DNAME " + long + ".d.g.", "n.g. 60 IN CNAME a.d.g."}}
	g.names = append(g.names, "n.g.", "a.d.g.", "b.d.g.")
	g.w.Zones = append(g.w.Zones, z)
}

// references links zones without a cycle: each to one that comes later.
func (g *generator) references() {
	order := g.Perm(len(g.w.Zones))
	long := g.chance(20)
	for i := range order[1:] {
		if !long && g.chance(25) {
			continue
		}
		to := i + 1
		if !long {
			to += g.IntN(len(order) - to)
		}
		g.w.References = append(g.w.References, reference{
			From: g.w.Zones[order[i]].ID, To: g.w.Zones[order[to]].ID, NoData: g.chance(40),
		})
	}
}

// views puts zones of different names together.
func (g *generator) views() {
	for i := range 1 + g.IntN(3) {
		v := view{Name: fmt.Sprintf("v%d", i)}
		var apexes []string
		for _, n := range g.Perm(len(g.w.Zones)) {
			z := g.w.Zones[n]
			if g.chance(70) && !slices.Contains(apexes, z.Apex) {
				v.Zones, apexes = append(v.Zones, z.ID), append(apexes, z.Apex)
			}
		}
		g.w.Views = append(g.w.Views, v)
	}
}

func (g *generator) questions() []question {
	var out []question
	for range 16 {
		q := question{
			Client: pick(g, clients...), Name: g.known(), Type: pick(g, types...),
			RD: g.chance(88), EDNS: g.chance(50), Chaos: g.chance(1),
		}
		if g.chance(60) {
			q.Name = g.anOwner()
		}
		if g.chance(50) {
			q.Name = strings.ReplaceAll(q.Name, "*", pick(g, "a", "b", "c"))
		}
		if g.chance(60) {
			q.Type = pick(g, dns.TypeA, dns.TypeA, dns.TypeTXT)
		}
		if g.chance(10) {
			q.Name = strings.ToUpper(q.Name)
		}
		if g.chance(1) {
			q.Type = pick(g, dns.TypeAXFR, dns.TypeIXFR)
		}
		out = append(out, q)
	}
	return out
}

// anOwner returns the owner of some record, or one label below it.
func (g *generator) anOwner() string {
	z := pick(g, g.w.Zones...)
	if len(z.Records) == 0 {
		return z.Apex
	}
	owner, _, _ := strings.Cut(pick(g, z.Records...), " ")
	if g.chance(20) {
		return child(pick(g, "a", "b"), owner)
	}
	return owner
}
