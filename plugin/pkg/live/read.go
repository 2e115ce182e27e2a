package live

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/record"
	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

func compareZones(a, b *Zone) int {
	return byAge(a.Created, b.Created, a.Declared, b.Declared, a.ID, b.ID)
}

func compareViews(a, b *View) int {
	return byAge(a.Created, b.Created, a.Declared, b.Declared, a.ID, b.ID)
}

func compareRules(a, b *Rule) int {
	return cmp.Or(cmp.Compare(a.Precedence, b.Precedence), byAge(a.Created, b.Created, a.Declared, b.Declared, a.ID, b.ID))
}

func compareTokens(a, b *Token) int {
	return byAge(a.IssuedOn, b.IssuedOn, nil, nil, a.ID, b.ID)
}

func values[T any](m map[string]*T) []*T { return slices.Collect(maps.Values(m)) }

// Revision returns the number of changes that the account has seen.
func (a *Account) Revision() uint64 {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.objects.revision
}

// Zones returns all zones, declared ones too, in the order they were made.
func (a *Account) Zones() []*Zone {
	d := a.declared.Load()
	a.mu.RLock()
	all := values(a.objects.zones.all())
	a.mu.RUnlock()
	for _, z := range d.zones {
		all = append(all, d.counted(z))
	}
	return sorted(all, compareZones)
}

// counted returns a declared zone with the number of records that it has now.
func (d *declared) counted(z *Zone) *Zone {
	now := *z
	if data := d.data(z); data != nil {
		now.Records, now.Serial = data.Records(), data.SOA().Serial
		soa := data.SOA()
		now.OwnSOA = !data.Synthesized()
		mname := soa.Ns
		now.Settings.SOA = SOA{MName: &mname, RName: soa.Mbox, Refresh: soa.Refresh, Retry: soa.Retry, Expire: soa.Expire, MinTTL: soa.Minttl, TTL: soa.Hdr.Ttl}
	}
	return &now
}

// ZoneID returns the id of the zone that server blocks know by a name.
func (a *Account) ZoneID(name string) string {
	if id, ok := a.declared.Load().ids[name]; ok {
		return id
	}
	return name
}

// Zone returns the zone of an id, nil if there is none.
func (a *Account) Zone(id string) *Zone {
	if z := get(a, func(o *objects) *Zone { return o.zones.get(id) }); z != nil {
		return z
	}
	d := a.declared.Load()
	if z := d.zones[id]; z != nil {
		return d.counted(z)
	}
	return nil
}

// get reads something of the objects.
func get[T any](a *Account, read func(*objects) T) T {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return read(a.objects)
}

// Views returns all views, declared ones too, in the order they were made.
func (a *Account) Views() []*View {
	all := get(a, func(o *objects) []*View { return values(o.views.all()) })
	return sorted(append(all, values(a.declared.Load().views)...), compareViews)
}

// View returns the view of an id, nil if there is none.
func (a *Account) View(id string) *View {
	if v := get(a, func(o *objects) *View { return o.views.get(id) }); v != nil {
		return v
	}
	return a.declared.Load().views[id]
}

// Rules returns all resolver policies, declared ones too, by precedence.
func (a *Account) Rules() []*Rule {
	all := get(a, func(o *objects) []*Rule { return values(o.rules.all()) })
	return sorted(append(all, a.declared.Load().ruleList...), compareRules)
}

// Rule returns the resolver policy of an id, nil if there is none.
func (a *Account) Rule(id string) *Rule {
	if r := get(a, func(o *objects) *Rule { return o.rules.get(id) }); r != nil {
		return r
	}
	return a.declared.Load().rules[id]
}

// Tokens returns all tokens in the order they were made.
func (a *Account) Tokens() []*Token {
	return sorted(get(a, func(o *objects) []*Token { return values(o.tokens.all()) }), compareTokens)
}

// Token returns the token of an id, nil if there is none.
func (a *Account) Token(id string) *Token {
	return get(a, func(o *objects) *Token { return o.tokens.get(id) })
}

// TokenOf returns the token of a text's hash, nil if there is none. It takes as long
// whichever it is.
func (a *Account) TokenOf(h token.Hash) *Token {
	return get(a, func(o *objects) (found *Token) {
		for _, t := range o.tokens.objects {
			if t.Hash.Equal(h) {
				found = t
			}
		}
		return found
	})
}

// Settings returns the account's settings.
func (a *Account) Settings() Settings {
	return get(a, (*objects).accountSettings)
}

// Quarantined returns the objects that a server block does not serve since they do not fit
// its Corefile, each with the problem, by a pointer such as /views/ID.
func (a *Account) Quarantined() map[string]problem.Problem {
	return *a.out.Load()
}

// collectQuarantined notes what the blocks leave out. The writer's lock is held.
func (a *Account) collectQuarantined() {
	out := make(quarantine)
	for _, b := range a.attached() {
		maps.Copy(out, b.out)
	}
	a.out.Store(&out)
}

// Record returns the record of an id in a zone, nil if there is none.
func (a *Account) Record(ctx context.Context, z *Zone, id string) (*record.Record, error) {
	if z.Declared != nil {
		for r, err := range a.Records(ctx, z, "") {
			if err != nil || r.ID == id {
				return r, err
			}
		}
		return nil, nil
	}
	var found *record.Record
	err := a.store.View(ctx, a.name, func(read store.Reader) (err error) {
		found, err = readRecord(read, z.ID, id)
		return err
	})
	return found, err
}

// Records yields the records of a zone, or those of one owner (canonical). The records of
// a declared zone are those that it answers with; they have ids made of what they are.
// An error is the last that is yielded.
func (a *Account) Records(ctx context.Context, z *Zone, owner string) iter.Seq2[*record.Record, error] {
	return func(yield func(*record.Record, error) bool) {
		if z.Declared != nil {
			a.declaredRecords(z, owner, yield)
			return
		}
		err := a.store.View(ctx, a.name, func(read store.Reader) error {
			if owner != "" {
				return yieldOwner(read, ownerName{z.ID, owner}, yield)
			}
			for key, value := range read.Range(recordsKey(z.ID), nil) {
				r, err := decodeRecord(recordID(key), value)
				if err != nil {
					return err
				}
				if !yield(r, nil) {
					return nil
				}
			}
			return read.Err()
		})
		if err != nil {
			yield(nil, err)
		}
	}
}

func yieldOwner(read store.Reader, name ownerName, yield func(*record.Record, error) bool) error {
	found, err := readOwner(read, name)
	if err != nil {
		return err
	}
	for _, r := range found.records {
		if !yield(r, nil) {
			break
		}
	}
	return nil
}

// declaredRecords yields the records of a zone that a Corefile declares.
func (a *Account) declaredRecords(z *Zone, owner string, yield func(*record.Record, error) bool) {
	data := a.declared.Load().data(z)
	if data == nil {
		return
	}
	for rr := range data.All() {
		if rr.Header().Rrtype == typeSOA {
			continue
		}
		if owner != "" {
			if name, err := domain.Canonical(rr.Header().Name); err != nil || name != owner {
				continue
			}
		}
		r, err := record.FromRR(rr)
		if err != nil {
			continue // of a type that the API cannot show
		}
		r.ID = DeclaredID(z.ID, "record", r.Name+" "+domain.TypeName(r.Type)+" "+r.Content)
		if !yield(r, nil) {
			return
		}
	}
}

// holders finds the views that hold a zone, of one state of the views.
type holders struct {
	views map[string][]string // ids, by the zone's
}

// ViewsOf returns the ids of the views that hold a zone.
func (a *Account) ViewsOf(zone string) []string {
	if h := a.holders.Load(); h != nil {
		return h.views[zone]
	}
	a.mu.RLock() // no views change until it is stored
	defer a.mu.RUnlock()
	h := &holders{views: make(map[string][]string)}
	for _, all := range []map[string]*View{a.objects.views.objects, a.declared.Load().views} {
		for _, v := range all {
			for _, id := range v.Zones {
				h.views[id] = append(h.views[id], v.ID)
			}
		}
	}
	a.holders.Store(h)
	return h.views[zone]
}

// SOA returns the SOA record that a zone has now.
func (a *Account) SOA(z *Zone) dns.RR {
	var found *data
	if z.Declared != nil {
		found = a.declared.Load().data(z)
	} else {
		found = get(a, func(o *objects) *data { return o.data.get(z.ID) })
	}
	if found == nil {
		return nil
	}
	return found.SOA()
}
