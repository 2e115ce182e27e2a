package model_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/model"
)

// changes is a list of policies that is changed again and again, and what snapshots of
// before answered.
type changes struct {
	*testing.T
	world
	snapshot *model.Snapshot
	made     int
	answered []answered
}

// answered is what a snapshot answered once.
type answered struct {
	snapshot *model.Snapshot
	query    model.Query
	policy   *model.Policy
}

func newChanges(t *testing.T, seed uint64) *changes {
	c := &changes{T: t, world: world{rand.New(rand.NewPCG(seed, 3))}}
	views := []*model.ViewSpec{{Name: "v0"}, {Name: "v1"}, {Name: "v2"}}
	c.snapshot, _ = model.Build(model.Spec{Views: views}, nil)
	return c
}

// precedence draws one that no policy has.
func (c *changes) precedence(spec model.Spec) *uint32 {
	for {
		n := c.Uint32N(2000)
		if n == 0 {
			n-- // the highest there is
		}
		if !slices.ContainsFunc(spec.Policies, func(p *model.PolicySpec) bool { return *p.Precedence == n }) {
			return &n
		}
	}
}

// draw makes a policy.
func (c *changes) draw(spec model.Spec, name string) *model.PolicySpec {
	p := c.policies(1)[0]
	p.Name, p.Precedence, p.Disabled = name, c.precedence(spec), c.IntN(6) == 0
	switch c.IntN(8) {
	case 0:
		p.Traffic, p.Identity = model.Expression{}, model.Expression{}
	case 1, 2:
		p.Action, p.View.Name = model.UseView, c.pick("v0", "v1", "v2")
	}
	return p
}

// change changes one thing of a spec.
func (c *changes) change(spec *model.Spec) {
	spec.Policies, spec.Views = slices.Clone(spec.Policies), slices.Clone(spec.Views)
	at := 0
	if len(spec.Policies) > 0 {
		at = c.IntN(len(spec.Policies))
	}
	switch kind := c.IntN(10); {
	case kind < 3 || len(spec.Policies) == 0:
		c.made++
		spec.Policies = slices.Insert(spec.Policies, at, c.draw(*spec, fmt.Sprint("p", c.made)))
	case kind < 5:
		spec.Policies = slices.Delete(spec.Policies, at, at+1)
	case kind < 6:
		spec.Policies[at] = c.draw(*spec, spec.Policies[at].Name)
	case kind < 8:
		next := *spec.Policies[at]
		if kind == 6 {
			next.Precedence = c.precedence(*spec)
		} else {
			next.Disabled = !next.Disabled
		}
		spec.Policies[at] = &next
	case kind < 9:
		view := c.IntN(len(spec.Views))
		spec.Views[view] = &model.ViewSpec{Name: spec.Views[view].Name, Description: "another"}
	default:
		other := c.IntN(len(spec.Policies))
		spec.Policies[at], spec.Policies[other] = spec.Policies[other], spec.Policies[at]
	}
}

// step makes a few changes at once and holds what the index finds against a scan.
func (c *changes) step(times, queries int) {
	c.Helper()
	spec := c.snapshot.Spec()
	for range times {
		c.change(&spec)
	}
	next, problems := model.Build(spec, c.snapshot)
	if err := problems.Err(); err != nil {
		c.Fatal(err)
	}
	c.snapshot = next
	for range queries {
		q := c.query()
		before := *q
		want := scan(next.Policies, q)
		if got := next.Select(q); got != want {
			c.Fatalf("%s %d from %v, %+v: the index gives %+v, the scan %+v", q.Name, q.Type, q.Client.Addr, q.Client.Facts, got, want)
		}
		if c.IntN(40) == 0 {
			c.answered = append(c.answered, answered{next, before, want})
		}
	}
}

// finish holds that the snapshots of before answer as they did, and that the last one is
// that of a build from nothing.
func (c *changes) finish() {
	c.Helper()
	for _, a := range c.answered {
		if got := a.snapshot.Select(&a.query); got != a.policy {
			c.Fatalf("generation %d gave %+v and gives %+v", a.snapshot.Generation, a.policy, got)
		}
	}
	fresh, _ := model.Build(c.snapshot.Spec(), nil)
	name := func(p *model.Policy) string {
		if p == nil {
			return ""
		}
		return fmt.Sprintln(p.Name, p.Precedence, p.View != nil)
	}
	if !slices.EqualFunc(c.snapshot.Policies, fresh.Policies, func(p, q *model.Policy) bool { return name(p) == name(q) }) {
		c.Fatal("the policies are others than those of a build from nothing")
	}
	for field := range model.FieldPosture + 1 {
		if c.snapshot.Uses(field) != fresh.Uses(field) {
			c.Fatalf("field %d: used is %t, want %t", field, c.snapshot.Uses(field), fresh.Uses(field))
		}
	}
}

// Whatever changes, one thing or many at once, the index finds what a scan finds, and
// snapshots of before find what they found.
func TestChanges(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		c := newChanges(t, seed)
		for range 150 {
			c.step(1+c.IntN(3), 10)
		}
		c.step(200, 50)
		for len(c.snapshot.Spec().Policies) > 0 { // and back to nothing
			spec := c.snapshot.Spec()
			spec.Policies = spec.Policies[:max(0, len(spec.Policies)-1-c.IntN(9))]
			c.snapshot, _ = model.Build(spec, c.snapshot)
			c.step(0, 5)
		}
		c.finish()
		if c.snapshot.Select(c.query()) != nil {
			t.Fatal("a policy is left")
		}
	}
}

func FuzzChanges(f *testing.F) {
	for seed := range uint64(10) {
		f.Add(seed, uint8(seed*7), uint8(1+seed))
	}
	f.Fuzz(func(t *testing.T, seed uint64, steps, times uint8) {
		c := newChanges(t, seed)
		for range steps {
			c.step(1+int(times)%8, 3)
		}
		c.finish()
	})
}

// oneByOne builds policies one after another.
func oneByOne(t *testing.T, snapshot *model.Snapshot, policies []*model.PolicySpec) *model.Snapshot {
	t.Helper()
	for i := range policies {
		spec := snapshot.Spec()
		spec.Policies = slices.Concat(spec.Policies, policies[i:i+1])
		next, problems := model.Build(spec, snapshot)
		if err := problems.Err(); err != nil {
			t.Fatal(err)
		}
		snapshot = next
	}
	return snapshot
}

// described makes a policy of an expression; its number is its name and its precedence.
func described(n uint32, traffic string, values ...any) *model.PolicySpec {
	return &model.PolicySpec{Name: fmt.Sprint(n), Precedence: &n, Action: model.UsePublic, Traffic: model.Expression{Source: fmt.Sprintf(traffic, values...)}}
}

// tried returns how many policies a query for a name from 10.0.0.1 tries.
func tried(s *model.Snapshot, name string) int {
	q := &model.Query{Name: name, Type: 1}
	q.Client.Addr = netip.AddrFrom4([4]byte{10, 0, 0, 1})
	s.Select(q)
	return q.Tried
}

// Policies that have a prefix in common are found by their names, in whatever order they
// come.
func TestCrowdedPrefix(t *testing.T) {
	t.Parallel()
	const n = 2000
	empty, _ := model.Build(model.Spec{}, nil)
	var policies []*model.PolicySpec
	for i := range uint32(n) {
		policies = append(policies, described(n-i, "dns.src_ip in {10.0.0.0/8} and dns.fqdn == 'n%d.example'", i))
	}
	s := oneByOne(t, empty, policies)
	if got := tried(s, "n77.example."); got > 3 {
		t.Errorf("%d policies are tried", got)
	}
}

// A policy that stands where it is crowded is filed anew when its other keys are not
// crowded any more.
func TestReview(t *testing.T) {
	t.Parallel()
	const n, before = 60, 70
	var names strings.Builder
	for i := range n {
		fmt.Fprintf(&names, "'n%d.example' ", i)
	}
	var policies []*model.PolicySpec
	for i := range uint32(before) { // each name has more policies than the prefix will have
		policies = append(policies, described(1000+i, "dns.fqdn in {%s}", names.String()))
	}
	for i := range uint32(n) {
		policies = append(policies, described(i, "dns.src_ip in {10.0.0.0/30} and dns.fqdn == 'n%d.example'", i))
	}
	s, _ := model.Build(model.Spec{}, nil)
	s = oneByOne(t, s, policies)
	if got := tried(s, "other.example."); got != n {
		t.Errorf("%d policies are tried of those that stand under the prefix, want %d", got, n)
	}
	for range before {
		spec := s.Spec()
		spec.Policies = spec.Policies[1:]
		s, _ = model.Build(spec, s)
	}
	fresh, _ := model.Build(s.Spec(), nil)
	for _, name := range []string{"other.example.", "n7.example."} {
		if got, want := tried(s, name), tried(fresh, name); got != want || got > 1 {
			t.Errorf("%s: %d policies are tried, and %d after a build from nothing", name, got, want)
		}
	}
}

// Changes one by one leave no more in memory than a build of the same at once.
func TestChangesMemory(t *testing.T) {
	const n = 2000
	heap := func() int {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int(m.HeapAlloc)
	}
	var policies, others []*model.PolicySpec
	for i := range uint32(n) {
		policies = append(policies, described(i, "dns.src_ip in {10.%d.%d.0/24} and dns.fqdn != 'x%d.example'", i>>8, i&255, i))
		others = append(others, described(i, "dns.src_ip in {10.%d.%d.0/24} and dns.fqdn != 'y%d.example'", i>>8, i&255, i))
	}
	empty, _ := model.Build(model.Spec{}, nil)
	began := heap()
	atOnce, _ := model.Build(model.Spec{Policies: policies}, nil)
	one := heap() - began
	began = heap()
	s := oneByOne(t, empty, policies)
	for i := range n { // each is another by now
		spec := s.Spec()
		spec.Policies = slices.Clone(spec.Policies)
		spec.Policies[i] = others[i]
		s, _ = model.Build(spec, s)
	}
	many := heap() - began
	t.Logf("%d octets at once, %d one by one", one, many)
	if many > one*12/10 {
		t.Errorf("%d octets after changes one by one, %d at once", many, one)
	}
	runtime.KeepAlive(atOnce)
	runtime.KeepAlive(s)
	runtime.KeepAlive([][]*model.PolicySpec{policies, others})
}

// What has changed between two snapshots, and what is gone, is what the numbers say.
func TestChangedPolicies(t *testing.T) {
	t.Parallel()
	c := newChanges(t, 9)
	for range 300 {
		old := c.snapshot
		c.step(1+c.IntN(20), 0)
		gone, come := c.snapshot.ChangedPolicies(old)
		missing := func(from, in []*model.Policy) []*model.Policy {
			return slices.DeleteFunc(slices.Clone(from), func(p *model.Policy) bool { return slices.Contains(in, p) })
		}
		if !slices.Equal(gone, missing(old.Policies, c.snapshot.Policies)) || !slices.Equal(come, missing(c.snapshot.Policies, old.Policies)) {
			t.Fatal("other policies have changed")
		}
		_, removed := c.snapshot.Removed(old)
		want := slices.DeleteFunc(gone, func(p *model.Policy) bool {
			return slices.ContainsFunc(c.snapshot.Policies, func(now *model.Policy) bool { return now.Number() == p.Number() })
		})
		if !slices.Equal(removed, want) {
			t.Fatal("other policies are gone")
		}
	}
}
