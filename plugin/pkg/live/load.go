package live

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/record"
	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// load reads the account from its store.
func (a *Account) load(ctx context.Context) error {
	o := newObjects()
	err := a.store.View(ctx, a.name, func(read store.Reader) error {
		o.revision = read.Revision()
		return readObjects(read, o)
	})
	if err != nil {
		return err
	}
	if err := a.loadZones(ctx, o); err != nil {
		return err
	}
	o.specs = o.allSpecs(a.declared.Load())
	a.objects = o
	return nil
}

// readObjects reads all but the records.
func readObjects(read store.Reader, o *objects) error {
	for _, err := range []error{
		readLayer(read, zoneKeys, o.zones), readLayer(read, viewKeys, o.views), readLayer(read, ruleKeys, o.rules),
		readLayer(read, listKeys, o.lists), readLayer(read, locationKeys, o.locations), readLayer(read, tokenKeys, o.tokens),
	} {
		if err != nil {
			return err
		}
	}
	if err := readOne(read, settingsKey, o.settings); err != nil {
		return err
	}
	return readOne(read, gatewayKey, o.gateway)
}

// readOne reads the object of a kind of which there is one at most.
func readOne[T any](read store.Reader, key string, l *layer[T]) error {
	text, err := read.Get([]byte(key))
	if text == nil || err != nil {
		return err
	}
	object := new(T)
	if err := json.Unmarshal(text, object); err != nil {
		return fmt.Errorf("%w: %s: %w", store.ErrDamaged, key, err)
	}
	l.set(key, object)
	return nil
}

// readLayer reads the objects of one kind.
func readLayer[T any](read store.Reader, prefix string, l *layer[T]) error {
	for key, text := range read.Range([]byte(prefix), nil) {
		object := new(T)
		if err := json.Unmarshal(text, object); err != nil {
			return fmt.Errorf("%w: %s: %w", store.ErrDamaged, key, err)
		}
		l.set(strings.TrimPrefix(string(key), prefix), object)
	}
	return read.Err()
}

// loadZones makes the data of all zones, side by side.
func (a *Account) loadZones(ctx context.Context, o *objects) error {
	var running sync.WaitGroup
	var mu sync.Mutex
	var failed error
	zones := make(chan *Zone)
	for range runtime.GOMAXPROCS(0) {
		running.Go(func() {
			for z := range zones {
				d, err := a.loadZone(ctx, z)
				mu.Lock()
				if err != nil && failed == nil {
					failed = err
				}
				o.data.set(z.ID, d)
				mu.Unlock()
			}
		})
	}
	for _, z := range o.zones.all() {
		zones <- z
	}
	close(zones)
	running.Wait()
	return failed
}

// loadZone makes the data of a zone of its records.
func (a *Account) loadZone(ctx context.Context, z *Zone) (*zone.Zone, error) {
	b := zone.NewBuilder(z.options())
	err := a.store.View(ctx, a.name, func(read store.Reader) error {
		for key, value := range read.Range(recordsKey(z.ID), nil) {
			rr, err := loadRecord(z, value)
			if err != nil {
				return fmt.Errorf("%w: record %s: %w", store.ErrDamaged, recordID(key), err)
			}
			b.Add(rr, problem.Pos{})
		}
		return read.Err()
	})
	if err != nil {
		return nil, err
	}
	d, problems := b.Build()
	if d == nil {
		return nil, fmt.Errorf("%w: %w", store.ErrDamaged, problems.Only(problem.Error))
	}
	return d, nil
}

// loadRecord reads what a zone answers with for a stored record.
func loadRecord(z *Zone, value []byte) (dns.RR, error) {
	name, rrtype, rr, err := record.DecodeRR(value)
	if err != nil {
		return nil, err
	}
	if rrtype == typeNS && name == z.Name {
		r, err := record.Decode("", value)
		if err != nil {
			return nil, err
		}
		return serve(z, r), nil
	}
	return rr, nil
}

// allSpecs returns what an account adds to what d declares. What is as before is the same
// object as before.
func (o *objects) allSpecs(d *declared) specs {
	s := specs{located: o.locate()}
	names := &stateNames{o, d, s.located}
	for _, z := range sorted(values(o.zones.all()), compareZones) {
		s.zones = append(s.zones, zoneSpec(z))
		if r := referenceSpec(z, names); r != nil {
			s.references = append(s.references, r)
		}
	}
	for _, v := range sorted(values(o.views.all()), compareViews) {
		s.views = append(s.views, viewSpec(v, names))
	}
	rules := sorted(values(o.rules.all()), compareRules)
	for _, r := range rules {
		s.policies = append(s.policies, policySpec(r, names))
	}
	reuse(s.zones, o.specs.zones, func(z *model.ZoneSpec) string { return z.ID })
	reuse(s.references, o.specs.references, func(r *model.ReferenceSpec) string { return r.From })
	reuse(s.views, o.specs.views, func(v *model.ViewSpec) string { return v.Pos.Pointer })
	reuse(s.policies, o.specs.policies, func(p *model.PolicySpec) string { return p.Pos.Pointer })
	s.findRules(rules, names)
	return s
}

// findRules notes what is to be found of the policies, which are those of the rules.
func (s *specs) findRules(rules []*Rule, names namer) {
	byRule := s.byRule.Fork()
	naming := make(map[string][]string)
	for i, r := range rules {
		byRule.Set(r.ID, s.policies[i])
		if namesView(r) {
			naming[r.ViewID] = append(naming[r.ViewID], r.ID)
		}
	}
	byView := s.naming.Fork()
	for view, ids := range naming {
		slices.Sort(ids)
		byView.Set(view, ids)
	}
	s.byRule, s.naming, s.highest = byRule.Map(), byView.Map(), highest(s.policies)
	for view := range naming {
		s.findGone(view, names)
	}
}

// reuse puts old objects in place of new ones that are the same.
func reuse[T any](list, old []*T, key func(*T) string) {
	known := make(map[string]*T, len(old))
	for _, o := range old {
		known[key(o)] = o
	}
	for i, n := range list {
		if o := known[key(n)]; o != nil && reflect.DeepEqual(o, n) {
			list[i] = o
		}
	}
}

// stateNames are the names that an account's objects and declared ones have.
type stateNames struct {
	objects  *objects
	declared *declared
	at       *locations
}

func (n *stateNames) zoneName(id string) string { return n.declared.zoneName(id) }

func (n *stateNames) viewName(id string) (string, bool) {
	return n.declared.viewName(id, n.objects.views.get(id))
}
