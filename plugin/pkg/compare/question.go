package compare

import (
	"slices"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// question is what is asked.
type question struct {
	name   string // canonical
	rrtype uint16
}

// probe is a label that nobody has: what it gets shows wildcards, DNAMEs and the
// fallback of names that do not exist.
const probe = "internaldns-probe"

// side is a view of one configuration.
type side struct {
	snapshot *model.Snapshot
	view     *model.View
}

// questions returns what is asked of two views: each owner of each zone that one of
// them shows, itself or through references, with each of its types; the addresses
// of aliases; SOA and NS of each apex; a name below each apex and DNAME that does
// not exist, and one in no zone.
func (c *comparison) questions(sides ...side) []question {
	var out asked
	for _, s := range sides {
		seen := make(map[*model.Zone]bool)
		for _, root := range s.view.Zones {
			c.add(&out, s, root, seen)
			for _, ref := range root.Chain() {
				c.add(&out, s, ref.To, seen)
			}
		}
	}
	return append(out.order, question{probe + ".invalid.", dns.TypeA})
}

// add collects the questions about one zone.
func (c *comparison) add(out *asked, s side, z *model.Zone, seen map[*model.Zone]bool) {
	if seen[z] {
		return
	}
	seen[z] = true
	out.add(c.about(s.snapshot.Data(z)), s.view)
}

// about returns what is asked about the data of a zone.
func (c *comparison) about(data *zone.Zone) []question {
	list, known := c.lists[data]
	if !known {
		list = about(data)
		c.lists[data] = list
	}
	return list
}

// asked collects questions, each once, in the order of the zones: lookups that
// follow one another are near each other.
type asked struct {
	order []question
	whole [][]question          // lists of which every question was added
	known map[question]struct{} // what order holds, from the second list on
}

// add adds those of a list that the view shows: names of a referenced zone may lie
// in no zone of the view.
func (a *asked) add(list []question, view *model.View) {
	if slices.ContainsFunc(a.whole, func(before []question) bool { return slices.Equal(before, list) }) {
		return
	}
	if view.Match(list[0].name) != nil { // the apex
		a.whole = append(a.whole, list)
	}
	if a.known == nil && len(a.order) > 0 {
		a.known = make(map[question]struct{}, len(a.order)+len(list))
		for _, q := range a.order {
			a.known[q] = struct{}{}
		}
	}
	for _, q := range list {
		if _, ok := a.known[q]; ok || view.Match(q.name) == nil {
			continue
		}
		if a.known != nil {
			a.known[q] = struct{}{}
		}
		a.order = append(a.order, q)
	}
}

// about returns the questions about the data of one zone, each once, the apex first.
func about(data *zone.Zone) []question {
	out := []question{{data.Apex(), dns.TypeSOA}, {data.Apex(), dns.TypeNS}}
	out = askBelow(out, data.Apex())
	var last question
	for rr := range data.All() {
		q := question{strings.ToLower(rr.Header().Name), rr.Header().Rrtype}
		if q == last || q == out[0] || q == out[1] {
			continue
		}
		last = q
		out = ofRRset(out, data, q)
	}
	return out
}

// ofOwner adds the questions about one owner of a zone.
func ofOwner(out []question, data *zone.Zone, owner string) []question {
	var last question
	for _, rr := range data.Owned(owner) {
		if q := (question{owner, rr.Header().Rrtype}); q != last {
			last = q
			out = ofRRset(out, data, q)
		}
	}
	return out
}

// ofRRset adds the questions about an RRset: itself, the addresses of an alias, and a name
// below a DNAME.
func ofRRset(out []question, data *zone.Zone, q question) []question {
	out = append(out, q)
	switch {
	case q.rrtype == dns.TypeCNAME:
		beside := data.Owned(q.name) // at the apex an alias may stand beside addresses
		for _, t := range []uint16{dns.TypeA, dns.TypeAAAA} {
			if !slices.ContainsFunc(beside, func(rr dns.RR) bool { return rr.Header().Rrtype == t }) {
				out = append(out, question{q.name, t})
			}
		}
	case q.rrtype == dns.TypeDNAME && q.name != data.Apex():
		out = askBelow(out, q.name)
	}
	return out
}

// askBelow adds a name below another that does not exist, if there is room for one.
func askBelow(list []question, name string) []question {
	below, err := domain.Canonical(probe + "." + strings.TrimPrefix(name, domain.Root))
	if err != nil {
		return list
	}
	return append(list, question{below, dns.TypeA})
}

// recorded asks the questions of a query file.
func (c *comparison) recorded(before, after []Block, list []Question) {
	if len(list) == 0 {
		return
	}
	c.report.Questions = new(Counts)
	for _, q := range list {
		name, oldPin, old := ask(before, q)
		newName, newPin, now := ask(after, q)
		if newName != "" {
			name = newName
		}
		kind := kindOf(oldPin, newPin, &old, &now)
		c.report.Questions.count(kind)
		if kind != Same {
			c.pending = append(c.pending, pending{block: name, client: q.Client, question: question{q.Name, q.Type}, kind: kind, old: old, new: now})
		}
	}
}

// ask takes a recorded query through a configuration, from its policy on. The
// name is that of the server block which answers, empty if none does.
func ask(configuration []Block, q Question) (name string, pin *resolve.Pin, a answer) {
	pin = new(resolve.Pin)
	b := blockOf(configuration, q)
	if b == nil {
		return "", pin, answer{route: resolve.ToPublic}
	}
	pin.Snapshot = b.Snapshot
	client := model.Client{Addr: q.Client}
	if b.Client != nil {
		client = b.Client(q)
	}
	p := b.Snapshot.Select(&model.Query{Name: q.Name, Type: q.Type, Client: client, At: q.Time})
	route := resolve.RouteOf(p, q.Type)
	if route != resolve.ToView {
		return b.Name, pin, answer{route: route, policy: p, named: true}
	}
	pin.View, pin.Policy = p.View, p
	a = settle(pin, p, pin.Answer(q.Name, q.Type), question{q.Name, q.Type})
	a.named = true
	return b.Name, pin, a
}

// blockOf returns the server block of the key that CoreDNS prefers for a question, the
// first of several; nil if there is none.
func blockOf(configuration []Block, q Question) *Block {
	var best *Block
	rank := -1
	for i := range configuration {
		for _, apex := range configuration[i].Zones {
			if r := Rank(apex, q.Type); r > rank && domain.IsSubdomain(apex, q.Name) {
				best, rank = &configuration[i], r
			}
		}
	}
	return best
}

// Rank orders the keys of server blocks at or above a name as CoreDNS does, which
// takes the one that ranks highest: the longest. For DS it is the shortest but the
// root, since the block of a shorter name may hold the parent zone.
func Rank(key string, qtype uint16) int {
	const mostLabels = 127 // RFC 1035 section 2.3.4
	labels := dns.CountLabel(key)
	if qtype == dns.TypeDS && labels > 0 {
		return mostLabels + 1 - labels
	}
	return labels
}
