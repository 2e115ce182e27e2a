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

// read reads the account from its store: all of one state, whatever others do meanwhile.
func (a *Account) read(ctx context.Context) (o *objects, era uint64, err error) {
	o = newObjects()
	l := &loader{account: a, objects: o, ready: make(chan struct{})}
	err = a.store.View(ctx, a.name, func(read store.Reader) error {
		o.revision = read.Revision()
		if l.era, err = read.Era(); err != nil {
			return err
		}
		l.help(ctx)
		err := readObjects(read, o)
		l.offer()
		l.work(read)
		l.busy.Wait() // for zones, not for those who still wait for a view of their own
		return err
	})
	l.helpers.Wait()
	if err == nil {
		err = l.failed
	}
	return o, l.era, err
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

// loader makes the data of all zones, side by side. A Reader is for one goroutine, so each
// has its own; one that sees another revision is of no help.
type loader struct {
	account *Account
	objects *objects
	era     uint64        // of what is read
	ready   chan struct{} // closed once zones is there
	zones   chan *Zone    // closed
	helpers sync.WaitGroup
	busy    sync.WaitGroup // for each zone

	mu     sync.Mutex // of what follows, and of objects.data
	failed error
}

// help has others load zones, too.
func (l *loader) help(ctx context.Context) {
	for range runtime.GOMAXPROCS(0) - 1 {
		l.helpers.Go(func() {
			err := l.account.store.View(ctx, l.account.name, func(read store.Reader) error {
				era, err := read.Era()
				if err == nil && read.Revision() == l.objects.revision && era == l.era {
					<-l.ready
					l.work(read)
				}
				return err
			})
			if err != nil {
				l.fail(err)
			}
		})
	}
}

// offer has zones be what there is to load.
func (l *loader) offer() {
	all := l.objects.zones.all()
	l.busy.Add(len(all))
	l.zones = make(chan *Zone, len(all))
	for _, z := range all {
		l.zones <- z
	}
	close(l.zones)
	close(l.ready)
}

// work loads zones until there are no more.
func (l *loader) work(read store.Reader) {
	for z := range l.zones {
		l.load(read, z)
	}
}

func (l *loader) load(read store.Reader, z *Zone) {
	defer l.busy.Done()
	d, err := buildZone(z, read)
	if err != nil {
		l.fail(err)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.objects.data.set(z.ID, d)
}

func (l *loader) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed == nil {
		l.failed = err
	}
}

// buildZone makes the data of a zone of its records.
func buildZone(z *Zone, read store.Reader) (*zone.Zone, error) {
	b := zone.NewBuilder(z.options())
	for key, value := range read.Range(recordsKey(z.ID), nil) {
		rr, err := loadRecord(z, value)
		if err != nil {
			return nil, fmt.Errorf("%w: record %s: %w", store.ErrDamaged, recordID(key), err)
		}
		b.Add(rr, problem.Pos{})
	}
	if err := read.Err(); err != nil {
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
