package live

import (
	"iter"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/expr"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// Replica holds objects of an account as somebody has told of them, such as its API, and
// makes the snapshots that they would be served with. Nothing is kept. Not safe for
// concurrent use.
type Replica struct {
	account string
	objects *objects
	lists   expr.Lists
}

// NewReplica returns an empty replica of the account of a name. lists resolves the
// lists that policies name, the account's and those of files; it may be nil.
func NewReplica(account string, lists expr.Lists) *Replica {
	return &Replica{account: account, objects: newObjects(), lists: lists}
}

// AddZone adds a zone that answers with some records. The zone is immutable from then on.
func (r *Replica) AddZone(z *Zone, records iter.Seq[dns.RR]) problem.List {
	b := zone.NewBuilder(z.options())
	for rr := range records {
		b.Add(rr, problem.Pos{})
	}
	d, problems := b.Build()
	if d == nil {
		return problems.Only(problem.Error)
	}
	r.objects.zones.set(z.ID, z)
	r.objects.data.set(z.ID, d)
	return nil
}

// AddView adds a view, which is immutable from then on.
func (r *Replica) AddView(v *View) { r.objects.views.set(v.ID, v) }

// AddRule adds a resolver policy, which is immutable from then on.
func (r *Replica) AddRule(p *Rule) { r.objects.rules.set(p.ID, p) }

// Only returns a replica that holds those objects alone for which a function of their
// Declared holds.
func (r *Replica) Only(keep func(*Declared) bool) *Replica {
	out := NewReplica(r.account, r.lists)
	for id, z := range r.objects.zones.objects {
		if keep(z.Declared) {
			out.objects.zones.set(id, z)
			out.objects.data.set(id, r.objects.data.get(id))
		}
	}
	for _, v := range r.objects.views.objects {
		if keep(v.Declared) {
			out.AddView(v)
		}
	}
	for _, p := range r.objects.rules.objects {
		if keep(p.Declared) {
			out.AddRule(p)
		}
	}
	return out
}

// Declares reports whether a Corefile declares any of the objects.
func (r *Replica) Declares() bool {
	for _, z := range r.objects.zones.objects {
		if z.Declared != nil {
			return true
		}
	}
	for _, v := range r.objects.views.objects {
		if v.Declared != nil {
			return true
		}
	}
	for _, p := range r.objects.rules.objects {
		if p.Declared != nil {
			return true
		}
	}
	return false
}

// Over returns what a server block would serve whose Corefile declares what base holds,
// nothing if it is nil, and that serves the account beside it; and what of the account
// would not fit, by
// pointers such as /views/ID.
func (r *Replica) Over(base *model.Snapshot) (*model.Snapshot, map[string]problem.Problem, error) {
	b := new(Block)
	if base != nil {
		b.base = withPrecedences(base)
	}
	s := r.objects.allSpecs(declare(r.account, []*Block{b}))
	if r.lists != nil { // those of the account are not among the objects
		for _, p := range s.policies {
			p.Lists = r.lists
		}
	}
	made, problems := b.build(&s, r.objects.data, base)
	if problems.HasErrors() {
		return nil, nil, problems.Err()
	}
	return made.snapshot, made.out, nil
}
