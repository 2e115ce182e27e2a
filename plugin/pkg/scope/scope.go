// Package scope leads from a server block to its snapshot. While a Corefile is
// parsed, a Scope collects what the block's directives declare; once all are
// read, everything is checked together and published as one model.Snapshot,
// which new zone data later replaces.
package scope

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// Loader reads a zone's data. It is called once per load, beside others. The
// zone is nil if the list holds an error.
type Loader func() (*zone.Zone, problem.List)

// Scope is one server block. The Add methods, Follow and Report belong to the goroutine
// that parses the Corefile; Load and Update are safe for concurrent use.
type Scope struct {
	config   *dnsserver.Config // of the block's first key
	keys     []string
	account  string // that it serves beside what it declares
	spec     model.Spec
	loaders  []Loader // by the zone's place in spec
	problems problem.List
	before   []func()
	stands   map[string]bool   // directives that were set up
	whole    *caddy.Controller // to set up those of which there is no line; nil if there is no need

	followers []Follower // complete before the first update

	current atomic.Pointer[model.Snapshot]
	writer  sync.Mutex // held from reading the old snapshot to storing the new one

	attached  atomic.Bool  // the account's objects are served
	published atomic.Int64 // when current was stored, nanoseconds since 1970
	built     atomic.Int64 // how long Build took, nanoseconds
}

// AddZone declares a zone and how its data is read.
func (s *Scope) AddZone(z *model.ZoneSpec, load Loader) {
	s.spec.Zones = append(s.spec.Zones, z)
	s.loaders = append(s.loaders, load)
}

// AddView declares a view.
func (s *Scope) AddView(v *model.ViewSpec) { s.spec.Views = append(s.spec.Views, v) }

// AddReference declares a reference.
func (s *Scope) AddReference(r *model.ReferenceSpec) {
	s.spec.References = append(s.spec.References, r)
}

// AddPolicy declares a policy.
func (s *Scope) AddPolicy(p *model.PolicySpec) { s.spec.Policies = append(s.spec.Policies, p) }

// Serve declares that the block serves the objects of an account beside its own.
func (s *Scope) Serve(account string) { s.account = account }

// Attached notes that the objects of the account are served from now on.
func (s *Scope) Attached() { s.attached.Store(true) }

// Waits reports whether the block serves an account whose objects are not there yet: they
// are read after the Corefile.
func (s *Scope) Waits() bool { return s.account != "" && !s.attached.Load() }

// Unavailable declares that a field of the expressions has no value in this
// block, and what to do about it.
func (s *Scope) Unavailable(field int, reason string) {
	if s.spec.Unavailable == nil {
		s.spec.Unavailable = make(map[int]string)
	}
	s.spec.Unavailable[field] = reason
}

// Known declares what values a field of the expressions has in this block as it is
// now: a comparison with another one is warned about.
func (s *Scope) Known(field int, has func(value string) bool) {
	if s.spec.Known == nil {
		s.spec.Known = make(map[int]func(string) bool)
	}
	s.spec.Known[field] = has
}

// Before has f called just before the build: when all server blocks are read, and
// the plugins that tell how clients connect are set up.
func (s *Scope) Before(f func()) { s.before = append(s.before, f) }

// Incomplete declares that a view, reference or policy could not be read: what looks
// unused may be used by it.
func (s *Scope) Incomplete() { s.spec.Incomplete = true }

// Report adds problems found while parsing.
func (s *Scope) Report(problems ...problem.Problem) { s.problems = append(s.problems, problems...) }

// Load returns the current snapshot. It is nil only before the load has ended.
func (s *Scope) Load() *model.Snapshot { return s.current.Load() }

// publish stores a snapshot. The writer's lock is held, or nobody else writes yet.
func (s *Scope) publish(next *model.Snapshot) {
	s.current.Store(next)
	s.published.Store(time.Now().UnixNano())
}

// Published returns the time when the current snapshot was published, and how long
// the first one took: reading all zones, and checking everything.
func (s *Scope) Published() (at time.Time, built time.Duration) {
	return time.Unix(0, s.published.Load()), time.Duration(s.built.Load())
}

// Update has change make the next snapshot of the one that serves, and publishes it:
// it is the one door to a block that serves. Updates come one after another; queries go
// on, each with the snapshot it began with. Nothing happens if there is no next one, and
// Update returns what change lists.
func (s *Scope) Update(change func(old *model.Snapshot) (*model.Snapshot, problem.List)) problem.List {
	s.writer.Lock()
	defer s.writer.Unlock()
	old := s.current.Load()
	next, problems := change(old)
	if next == nil || next == old {
		return problems
	}
	followers := s.followers
	if old != nil && next.SameConfig(old) {
		followers = nil
	}
	for _, f := range followers {
		f.Prepare(old, next)
	}
	s.publish(next)
	for _, f := range followers {
		f.Follow(old, next)
	}
	return problems
}

// Follower is told of updates, one after another, but for those of zone data alone.
type Follower interface {
	// Prepare is called before queries can see next.
	Prepare(old, next *model.Snapshot)
	// Follow is called once they see it; some may go on with old for a while.
	Follow(old, next *model.Snapshot)
}

// Follow has f told of all updates. It belongs to the setup of a plugin.
func (s *Scope) Follow(f Follower) { s.followers = append(s.followers, f) }

// Build loads all zones, checks everything and publishes the first snapshot. It
// is called once, after the last declaration, and lists all problems.
func (s *Scope) Build() problem.List {
	began := time.Now()
	for _, f := range s.before {
		f()
	}
	list := s.problems
	for i, loaded := range loadAll(s.loaders) {
		s.spec.Zones[i].Data = loaded.zone
		list = append(list, loaded.problems...)
	}
	snapshot, problems := model.Build(s.spec, nil)
	list = append(list, problems...)
	if snapshot != nil {
		list = append(list, model.Warnings(snapshot)...)
	}
	if !list.HasErrors() {
		s.publish(snapshot)
		s.built.Store(int64(time.Since(began)))
	}
	s.spec, s.loaders, s.problems, s.before, s.whole = model.Spec{}, nil, nil, nil, nil
	return list
}

// loaded is what a Loader gave.
type loaded struct {
	zone     *zone.Zone
	problems problem.List
}
