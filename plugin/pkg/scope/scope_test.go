package scope

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// TestDeclarations holds that every problem of a block is reported, with its
// position, and that good lines beside them are read.
func TestDeclarations(t *testing.T) {
	c := caddy.NewTestController("dns", `thing one {
		color red
		color blue
		size 1 2
		weight 3
		tag a {
			color green
		}
		tag b
	}
	thing
	thing two`)
	s := new(Scope)
	var ended, set []string
	s.Declarations(c, func(head Line) (Declaration, error) {
		if len(head.Words) == 0 {
			return Declaration{}, errNoName
		}
		keep := func(l Line) error {
			set = append(set, strings.Join(l.Words, " "))
			return nil
		}
		return Declaration{
			Object: "thing " + head.Words[0],
			Properties: []Property{
				{Usage: "color NAME", Min: 1, Max: 1, Set: keep},
				{Usage: "size N", Min: 1, Max: 1, Set: keep},
				{Usage: "tag NAME", Repeat: true, Min: 1, Max: 1, Set: keep},
			},
			End: func() { ended = append(ended, head.Words[0]) },
		}, nil
	})
	want := `Testfile:3: thing one: property color is repeated, it stands at Testfile:2 already
Testfile:4: thing one: property size has 2 arguments, write: size N
Testfile:5: thing one: unknown property "weight", allowed: color, size, tag
Testfile:6: thing one: property tag takes no block
Testfile:11: thing: it needs a name`
	if got := s.problems.Error(); got != want {
		t.Errorf("problems:\n%s\nwant:\n%s", got, want)
	}
	if got := strings.Join(set, ","); got != "red,a,b" {
		t.Errorf("set %q", got)
	}
	if got := strings.Join(ended, ","); got != "one,two" {
		t.Errorf("ended %q", got)
	}
}

func TestMain(m *testing.M) {
	dnsserver.Directives = Directives()
	os.Exit(m.Run())
}

type noName struct{}

func (noName) Error() string { return "it needs a name" }

var errNoName = noName{}

// TestOf holds that the directives of one block share a scope, and no others do.
func TestOf(t *testing.T) {
	c := caddy.NewTestController("dns", "a\nb")
	first := Of(c, model.ViewDirective)
	if Of(c, model.ViewDirective) != first {
		t.Error("two scopes in one server block")
	}
	c.ServerBlockIndex++
	if Of(c, model.ViewDirective) == first {
		t.Error("one scope for two server blocks")
	}
	if other := caddy.NewTestController("dns", "a"); Of(other, model.ViewDirective) == first {
		t.Error("one scope for two Corefiles")
	}
}

// TestCheckOrder holds how the suite may stand in someone's own program.
func TestCheckOrder(t *testing.T) {
	for _, c := range []struct {
		directives string
		ok         bool
	}{
		{"errors resolverpolicy dnsview internalzone referencezone cache", true},
		{"resolverpolicy dnsview internalzone referencezone", true},
		{"resolverpolicy dnsview internalzone", false},
		{"resolverpolicy internalzone dnsview referencezone", false},
		{"resolverpolicy cache dnsview internalzone referencezone", false},
		{"cache", false},
	} {
		if err := checkOrder(strings.Fields(c.directives)); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.directives, err)
		}
	}
}

// TestFinish holds that the problems of all blocks come as one error, and that
// a block without any is published.
func TestFinish(t *testing.T) {
	c := caddy.NewTestController("dns", "a")
	good := Of(c, model.ViewDirective)
	if err := finish(c.Context()); err != nil || good.Load() == nil {
		t.Fatalf("finish = %v, snapshot %v", err, good.Load())
	}

	c = caddy.NewTestController("dns", "a")
	Of(c, model.ViewDirective).Report(problem.Problem{Pos: problem.Pos{File: "Corefile", Line: 9}, Severity: problem.Error, Text: "later"})
	c.ServerBlockIndex++
	Of(c, model.ViewDirective).AddView(&model.ViewSpec{Pos: problem.Pos{File: "Corefile", Line: 4}, Name: "v", Zones: []model.Ref{{Pos: problem.Pos{File: "Corefile", Line: 4}, Name: "z"}}})
	err := finish(c.Context())
	want := `2 problems:
Corefile:4: dnsview "v": there is no zone with the ID "z" in this server block; known: none
Corefile:9: later`
	if err == nil || err.Error() != want {
		t.Errorf("finish = %v, want %s", err, want)
	}
}

// TestUpdate holds that new data is seen by later loads only.
func TestUpdate(t *testing.T) {
	data := func() *zone.Zone {
		z, _ := zone.NewBuilder(zone.Options{Apex: "example.org."}).Build()
		return z
	}
	before, after := data(), data()
	s := new(Scope)
	s.AddZone(&model.ZoneSpec{ID: "z", Apex: "example.org."}, func() (*zone.Zone, problem.List) { return before, nil })
	if err := s.Build().Err(); err != nil {
		t.Fatal(err)
	}
	pinned := s.Load()
	s.Update(func(old *model.Snapshot) (*model.Snapshot, problem.List) {
		return old.WithData(map[string]*zone.Zone{"z": after}), nil
	})
	if got := pinned.Data(pinned.Zone("z")); got != before {
		t.Error("a pinned snapshot changed")
	}
	if now := s.Load(); now.Data(now.Zone("z")) != after {
		t.Error("the new data is not served")
	}
}

// told notes the generations that a follower is told of.
type told struct{ prepared, followed []uint64 }

func (f *told) Prepare(_, next *model.Snapshot) { f.prepared = append(f.prepared, next.Generation) }
func (f *told) Follow(_, next *model.Snapshot) {
	f.followed = append(f.followed, next.Generation)
}

// Followers are told of what changes the configuration, and not of zone data.
func TestFollowers(t *testing.T) {
	s, f := new(Scope), new(told)
	s.Follow(f)
	if err := s.Build().Err(); err != nil {
		t.Fatal(err)
	}
	for _, change := range []func(old *model.Snapshot) (*model.Snapshot, problem.List){
		func(old *model.Snapshot) (*model.Snapshot, problem.List) { return old.WithData(nil), nil },
		func(old *model.Snapshot) (*model.Snapshot, problem.List) { return model.Build(old.Spec(), old) },
		func(*model.Snapshot) (*model.Snapshot, problem.List) { return nil, nil },
	} {
		if err := s.Update(change).Err(); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(f.prepared, []uint64{3}) || !slices.Equal(f.followed, []uint64{3}) || s.Load().Generation != 3 {
		t.Errorf("prepared %v, followed %v, generation %d", f.prepared, f.followed, s.Load().Generation)
	}
}
