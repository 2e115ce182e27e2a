package cli

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/explain"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
	"github.com/internaldns/internaldns/plugin/pkg/zonefile"
)

// updates is a configuration that is changed again and again; each state is held
// against one that is built from nothing.
type updates struct {
	*testing.T
	data     []byte // of the choices to come
	snapshot *model.Snapshot
	zones    map[uint32]string // who ever had a number
	policies map[uint32]string
	refused  int
	handedOn int // zones, views and policies that an update left as they were
}

func newUpdates(t *testing.T, data []byte) *updates {
	u := &updates{T: t, data: data, zones: make(map[uint32]string), policies: make(map[uint32]string)}
	u.snapshot, _ = model.Build(model.Spec{}, nil)
	return u
}

// pick draws a number below n; after the last byte it draws 0.
func (u *updates) pick(n int) int {
	if len(u.data) == 0 {
		return 0
	}
	c := int(u.data[0])
	u.data = u.data[1:]
	return c % n
}

// zoneData builds the data of a zone that exist in a few variants.
func (u *updates) zoneData(apex string, variant int) *zone.Zone {
	u.Helper()
	b := zone.NewBuilder(zone.Options{Apex: apex, Flatten: true, Serial: uint32(variant)})
	for _, text := range []string{
		fmt.Sprintf("www A 192.0.2.%d", variant), "alias CNAME www.b.example.", "up CNAME www.a.example.",
		fmt.Sprintf("only%d TXT here", variant), "*.wild A 192.0.2.9",
	} {
		rr, err := zonefile.ParseRecord(text, zonefile.Options{Origin: apex, DefaultTTL: 300})
		if err != nil {
			u.Fatal(err)
		}
		b.Add(rr, problem.Pos{})
	}
	z, problems := b.Build()
	if z == nil {
		u.Fatal(problems)
	}
	return z
}

func (u *updates) pos() problem.Pos { return problem.Pos{File: "Corefile", Line: 1 + u.pick(200)} }

func (u *updates) zoneID() string {
	return []string{"z0", "z1", "z2", "z3", "a.example", "A.example"}[u.pick(6)]
}

func (u *updates) zoneSpec(id string) *model.ZoneSpec {
	apex := []string{"a.example.", "b.example.", "example.", "."}[u.pick(4)]
	return &model.ZoneSpec{Pos: u.pos(), ID: id, Apex: apex, Flatten: u.pick(3) > 0, Data: u.zoneData(apex, u.pick(3))}
}

func (u *updates) viewSpec(name string) *model.ViewSpec {
	v := &model.ViewSpec{Pos: u.pos(), Name: name}
	for range u.pick(4) {
		v.Zones = append(v.Zones, model.Ref{Pos: u.pos(), Name: []string{u.zoneID(), "A.Example."}[u.pick(8)/7]})
	}
	return v
}

func (u *updates) policySpec(name string) *model.PolicySpec {
	p := &model.PolicySpec{
		Pos: u.pos(), Name: name, Disabled: u.pick(5) == 0, Reenter: u.pick(4) == 0,
		Fallback: []model.Triggers{0, model.DefaultTriggers, model.OnNoData}[u.pick(3)],
		Traffic: model.Expression{Source: []string{
			"", "dns.src_ip in {192.0.2.0/24}", `dns.fqdn == "www.a.example"`, `any(dns.domains[*] == "example")`, `dns.query_rtype == "TXT"`,
		}[u.pick(5)]},
	}
	if u.pick(3) == 0 {
		n := uint32(900 + u.pick(200))
		p.Precedence = &n
	}
	if u.pick(5) == 0 {
		p.Action = model.UsePublic
	} else {
		p.View = model.Ref{Pos: u.pos(), Name: fmt.Sprint("v", u.pick(4))}
	}
	return p
}

// twice returns what replaced does, or a list in which one name may be there twice.
func twice[T any](u *updates, list []*T, name func(*T) string, id string, fresh func(string) *T) []*T {
	if u.pick(20) == 19 {
		return slices.Insert(slices.Clone(list), u.pick(len(list)+1), fresh(id))
	}
	return replaced(u, list, name, id, fresh)
}

// replaced returns a list in which one entry came, went, changed or moved.
func replaced[T any](u *updates, list []*T, name func(*T) string, id string, fresh func(string) *T) []*T {
	list = slices.Clone(list)
	at := slices.IndexFunc(list, func(t *T) bool { return name(t) == id })
	switch {
	case at < 0 && u.pick(4) > 0:
		return slices.Insert(list, u.pick(len(list)+1), fresh(id))
	case len(list) > 1 && u.pick(4) == 0:
		i, j := u.pick(len(list)), u.pick(len(list))
		list[i], list[j] = list[j], list[i]
	case at < 0:
	case u.pick(3) == 0:
		return slices.Delete(list, at, at+1)
	default:
		list[at] = fresh(id)
	}
	return list
}

// operation changes one thing of a spec.
func (u *updates) operation(spec *model.Spec) {
	switch u.pick(8) {
	case 0, 1:
		spec.Zones = replaced(u, spec.Zones, func(s *model.ZoneSpec) string { return s.ID }, u.zoneID(), u.zoneSpec)
	case 2, 3:
		name := fmt.Sprint("v", u.pick(4))
		spec.Views = twice(u, spec.Views, func(s *model.ViewSpec) string { return s.Name }, name, u.viewSpec)
		if u.pick(4) == 0 {
			spec.Gone = []string{fmt.Sprint("v", u.pick(4))}
		}
	case 4:
		spec.References = replaced(u, spec.References, func(s *model.ReferenceSpec) string { return s.From }, u.zoneID(), func(from string) *model.ReferenceSpec {
			return &model.ReferenceSpec{Pos: u.pos(), From: from, To: u.zoneID(), NoData: u.pick(2) == 0}
		})
	default:
		spec.Policies = twice(u, spec.Policies, func(s *model.PolicySpec) string { return s.Name }, fmt.Sprint("p", u.pick(5)), u.policySpec)
	}
}

// update draws a few operations and has them be one update.
func (u *updates) update() {
	u.Helper()
	if u.pick(6) == 0 && len(u.snapshot.Zones) > 0 {
		z := u.snapshot.Zones[u.pick(len(u.snapshot.Zones))]
		u.snapshot = u.snapshot.WithData(map[string]*zone.Zone{z.ID: u.zoneData(z.Apex, u.pick(3))})
	}
	spec := u.snapshot.Spec()
	for range 1 + u.pick(3) {
		u.operation(&spec)
	}
	next, problems := model.Build(spec, u.snapshot)
	fresh, want := model.Build(u.fromNothing(spec), nil)
	if got := lines(problems); !slices.Equal(got, lines(want)) || (next == nil) != (fresh == nil) {
		u.Fatalf("an update finds\n%s\nand a build from nothing\n%s", strings.Join(got, "\n"), strings.Join(lines(want), "\n"))
	}
	if next == nil {
		u.refused++
		return
	}
	u.holdNumbers(next)
	u.holdAnswers(next, fresh)
	u.snapshot = next
}

// fromNothing returns the spec with the data that its zones have by now.
func (u *updates) fromNothing(spec model.Spec) model.Spec {
	old := u.snapshot.Spec().Zones
	spec.Zones = slices.Clone(spec.Zones)
	for i, s := range spec.Zones {
		if slices.Contains(old, s) {
			copied := *s
			copied.Data = u.snapshot.Data(u.snapshot.Zone(s.ID))
			spec.Zones[i] = &copied
		}
	}
	return spec
}

// lines returns problems as texts, sorted.
func lines(problems problem.List) (out []string) {
	for _, p := range problems {
		out = append(out, p.String())
	}
	slices.Sort(out)
	return out
}

// holdNumbers holds that nothing gets the number of something else.
func (u *updates) holdNumbers(next *model.Snapshot) {
	u.Helper()
	for _, z := range next.Zones {
		if old := u.snapshot.Zone(z.ID); old != nil && old.Apex == z.Apex && old.Number() != z.Number() {
			u.Fatalf("zone %s had the number %d and has %d", z.ID, old.Number(), z.Number())
		} else if old == z {
			u.handedOn++
		}
		who := z.ID + " " + z.Apex
		if before, used := u.zones[z.Number()]; used && before != who {
			u.Fatalf("zone %s has the number of %s", who, before)
		}
		u.zones[z.Number()] = who
	}
	for _, v := range next.Views {
		if v == u.snapshot.View(v.Name) {
			u.handedOn++
		}
	}
	for _, p := range next.Policies {
		if before, used := u.policies[p.Number()]; used && before != p.Name {
			u.Fatalf("policy %s has the number of %s", p.Name, before)
		}
		u.policies[p.Number()] = p.Name
		if slices.Contains(u.snapshot.Policies, p) {
			u.handedOn++
		}
	}
}

// holdAnswers compares what two snapshots list, warn of and explain.
func (u *updates) holdAnswers(next, fresh *model.Snapshot) {
	u.Helper()
	list := func(s *model.Snapshot) string { return u.json(listingOf(scope.Block{Snapshot: s}, listKinds())) }
	if got, want := list(next), list(fresh); got != want {
		u.Fatalf("an update lists\n%s\nand a build from nothing\n%s", got, want)
	}
	if got, want := lines(model.Warnings(next)), lines(model.Warnings(fresh)); !slices.Equal(got, want) {
		u.Fatalf("an update warns of\n%s\nand a build from nothing\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, client := range []string{"192.0.2.1", "198.51.100.1"} {
		for _, name := range []string{"www.a.example.", "alias.a.example.", "up.b.example.", "x.wild.example.", "only1.a.example.", "a.example.", "org."} {
			q := explain.Query{Name: name, Type: []uint16{dns.TypeA, dns.TypeTXT}[u.pick(2)], Client: model.Client{Addr: netip.MustParseAddr(client)}}
			explained := func(s *model.Snapshot) string {
				x := explain.Explain(s, q)
				x.Generation = 0
				return u.json(x)
			}
			if got, want := explained(next), explained(fresh); got != want {
				u.Fatalf("%s: an update explains\n%s\nand a build from nothing\n%s", name, got, want)
			}
		}
	}
}

func (u *updates) json(v any) string {
	u.Helper()
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		u.Fatal(err)
	}
	return string(text)
}

// Any sequence of updates makes the snapshot that a build from nothing makes.
func TestUpdatesAgreeWithBuild(t *testing.T) {
	rnd := rand.New(rand.NewPCG(14, 4))
	sequences := 60
	if testing.Short() {
		sequences = 20
	}
	refused, handedOn := 0, 0
	for range sequences {
		data := make([]byte, 3000)
		for i := range data {
			data[i] = byte(rnd.Uint32())
		}
		u := newUpdates(t, data)
		for range 60 {
			u.update()
		}
		refused += u.refused
		handedOn += u.handedOn
	}
	t.Logf("%d updates were refused, %d objects handed on", refused, handedOn)
	if refused == 0 || handedOn < 100*sequences {
		t.Error("no update was refused, or hardly anything handed on")
	}
}

func FuzzUpdates(f *testing.F) {
	for seed := range uint64(10) {
		rnd := rand.New(rand.NewPCG(seed, 14))
		data := make([]byte, 300)
		for i := range data {
			data[i] = byte(rnd.Uint32())
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		u := newUpdates(t, data)
		for i := 0; i < 50 && len(u.data) > 0; i++ {
			u.update()
		}
	})
}
