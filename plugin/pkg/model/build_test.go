package model_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

func empty(t testing.TB, apex string) *zone.Zone {
	t.Helper()
	z, problems := zone.NewBuilder(zone.Options{Apex: apex}).Build()
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return z
}

// zones declares empty zones z0, z1, … on lines 1, 2, …
func zones(t testing.TB, apexes ...string) []*model.ZoneSpec {
	var out []*model.ZoneSpec
	for i, apex := range apexes {
		out = append(out, &model.ZoneSpec{Pos: at(i + 1), ID: fmt.Sprintf("z%d", i), Apex: apex, Data: empty(t, apex)})
	}
	return out
}

func at(line int) problem.Pos { return problem.Pos{File: "Corefile", Line: line} }

func names(words ...string) []model.Ref {
	var out []model.Ref
	for _, w := range words {
		out = append(out, model.Ref{Pos: at(50), Name: w})
	}
	return out
}

// chain declares references z0 → z1 → … over n zones.
func chain(n int) []*model.ReferenceSpec {
	var out []*model.ReferenceSpec
	for i := range n - 1 {
		out = append(out, &model.ReferenceSpec{Pos: at(20 + i), From: fmt.Sprintf("z%d", i), To: fmt.Sprintf("z%d", i+1)})
	}
	return out
}

func TestBuildProblems(t *testing.T) {
	t.Parallel()
	seven := zones(t, "a.", "b.", "c.", "d.", "e.", "f.", "g.")
	all := &model.ViewSpec{Pos: at(10), Name: "v", Zones: names("z0")}
	use := &model.PolicySpec{Pos: at(60), Name: "p", View: model.Ref{Pos: at(61), Name: "v"}}
	holdProblems(t, map[string]problemCase{
		"cycle (SPEC 5.3)": {
			model.Spec{Zones: seven[:3], References: append(chain(3), &model.ReferenceSpec{Pos: at(30), From: "z2", To: "z0"})},
			`Corefile:20: referencezone "z0" "z1": the references form a cycle: z0 → z1 → z2 → z0; remove one of them`,
		},
		"self reference (SPEC 5.3)": {
			model.Spec{Zones: seven[:1], References: []*model.ReferenceSpec{{Pos: at(9), From: "z0", To: "z0"}}},
			`Corefile:9: referencezone "z0" "z0": a zone cannot reference itself; name another zone`,
		},
		"long chain (SPEC 5.3)": {
			model.Spec{Zones: seven, References: chain(7), Views: []*model.ViewSpec{all}, Policies: []*model.PolicySpec{use}},
			`Corefile:20: referencezone "z0" "z1": warning: the chain of references is longer than 5 and is cut after zone "z5": z0 → z1 → z2 → z3 → z4 → z5 → z6`,
		},
		"unknown zone": {
			model.Spec{Views: []*model.ViewSpec{{Pos: at(3), Name: "v", Zones: names("nope")}}},
			`Corefile:50: dnsview "v": there is no zone with the ID "nope" in this server block; known: none`,
		},
		"a zone by its name (SPEC 5.1)": {
			model.Spec{
				Zones: []*model.ZoneSpec{{Pos: at(1), ID: "corp", Apex: "corp.example.", Data: empty(t, "corp.example.")}},
				Views: []*model.ViewSpec{{Pos: at(3), Name: "v", Zones: names("CORP.Example.")}},
			},
			`Corefile:50: dnsview "v": there is no zone with the ID "CORP.Example." in this server block; the zone corp.example. has the ID "corp"`,
		},
		"two zones of one name (SPEC 3)": {
			model.Spec{Zones: zones(t, "a.", "a."), Views: []*model.ViewSpec{{Pos: at(3), Name: "v", Zones: names("z0", "z1")}}},
			`Corefile:50: dnsview "v": zones "z0" and "z1" have the same name a.; a view holds one zone of a name (link the other with referencezone)`,
		},
	})
}

func TestBuildProblemsOfPolicies(t *testing.T) {
	t.Parallel()
	use := &model.PolicySpec{Pos: at(60), Name: "p", View: model.Ref{Pos: at(61), Name: "v"}}
	n := uint32(7)
	holdProblems(t, map[string]problemCase{
		"unknown view": {
			model.Spec{Policies: []*model.PolicySpec{use}},
			`Corefile:61: resolverpolicy "p": there is no view "v" in this server block; known: none`,
		},
		"one precedence (SPEC 5.4)": {
			model.Spec{Policies: []*model.PolicySpec{
				{Pos: at(1), Name: "p", Precedence: &n, Action: model.UsePublic},
				{Pos: at(2), Name: "q", Precedence: &n, Action: model.UsePublic},
			}},
			`Corefile:2: resolverpolicy "q": precedence 7 is taken by the policy "p" at Corefile:1; enabled policies need different numbers`,
		},
		"selector without a source": {
			model.Spec{
				Policies:    []*model.PolicySpec{{Name: "p", Action: model.UsePublic, Identity: model.Expression{Pos: at(4), Source: "identity.name == 'x'"}}},
				Unavailable: map[int]string{model.FieldName: "nobody told"},
			},
			`Corefile:4: resolverpolicy "p": identity.name: nobody told`,
		},
		"caret under the mistake": {
			model.Spec{Policies: []*model.PolicySpec{{Name: "p", Action: model.UsePublic, Traffic: model.Expression{Pos: at(4), Source: "dns.fqdn == 'a'\nor dns.fqnd == 'b'"}}}},
			`Corefile:5: resolverpolicy "p": `,
		},
	})
}

// problemsOf returns the errors of a configuration, or its warnings if there are none.
func problemsOf(spec model.Spec) problem.List {
	s, problems := model.Build(spec, nil)
	if s == nil {
		return problems
	}
	return model.Warnings(s)
}

// problemCase is a configuration, and a line of what is wrong with it.
type problemCase struct {
	spec model.Spec
	want string
}

func holdProblems(t *testing.T, cases map[string]problemCase) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			problems := problemsOf(c.spec)
			if !strings.Contains(problems.Error(), c.want) {
				t.Errorf("got\n%s\nwant a line\n%s", problems.Error(), c.want)
			}
		})
	}
}

// TestSpelling holds that a zone with the default ID is found by its name as zones
// are declared, and that an ID goes before a name.
func TestSpelling(t *testing.T) {
	t.Parallel()
	declare := func(id, apex string) *model.ZoneSpec {
		return &model.ZoneSpec{ID: id, Apex: apex, Data: empty(t, apex)}
	}
	s, problems := model.Build(model.Spec{
		Zones: []*model.ZoneSpec{
			declare("corp.example", "corp.example."), declare("1.10.in-addr.arpa", "1.10.in-addr.arpa."), declare(".", "."),
			declare("xn--mnchen-3ya.example", "xn--mnchen-3ya.example."), declare("CORP.example", "example.net."),
		},
		Views:      []*model.ViewSpec{{Name: "v", Zones: names("CORP.Example.", "10.1.0.0/16", ".", "münchen.example", "CORP.example")}},
		References: []*model.ReferenceSpec{{From: "Corp.Example", To: "10.1.0.0/16"}},
	}, nil)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	for i, z := range s.Views[0].Zones {
		if z != s.Zones[i] {
			t.Errorf("name %d is zone %q, want %q", i, z.ID, s.Zones[i].ID)
		}
	}
	if chain := s.Zones[0].Chain(); len(chain) != 1 || chain[0].To != s.Zones[1] {
		t.Errorf("references %v", chain)
	}
}

// TestUnusedBesideErrors holds that nothing is called unused beside what may be
// meant to use it.
func TestUnusedBesideErrors(t *testing.T) {
	t.Parallel()
	for name, spec := range map[string]model.Spec{
		"a view without its zone": {Zones: zones(t, "a."), Views: []*model.ViewSpec{{Name: "v", Zones: names("nope")}}, Policies: []*model.PolicySpec{{Name: "p", View: model.Ref{Name: "v"}}}},
		"a policy without its view": {
			Views: []*model.ViewSpec{{Name: "v"}}, Policies: []*model.PolicySpec{{Name: "p", View: model.Ref{Name: "w"}}},
		},
		"a line that was not read":   {Zones: zones(t, "a."), Incomplete: true},
		"a reference without a zone": {Zones: zones(t, "a."), References: []*model.ReferenceSpec{{From: "nope", To: "z0"}}},
	} {
		problems := problemsOf(spec)
		unused := slices.ContainsFunc(problems, func(p problem.Problem) bool { return strings.Contains(p.Text, "so no query can reach it") })
		if unused {
			t.Errorf("%s:\n%s", name, problems.Error())
		}
	}
}

// TestPrecedence holds the default numbers and the order (SPEC 5.4).
func TestPrecedence(t *testing.T) {
	t.Parallel()
	n := func(v uint32) *uint32 { return &v }
	s, problems := model.Build(model.Spec{Policies: []*model.PolicySpec{
		{Name: "a", Action: model.UsePublic},
		{Name: "b", Action: model.UsePublic, Precedence: n(5)},
		{Name: "c", Action: model.UsePublic, Precedence: n(1001)},
		{Name: "d", Action: model.UsePublic, Disabled: true},
		{Name: "e", Action: model.UsePublic},
	}}, nil)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range s.Policies {
		got = append(got, fmt.Sprintf("%s=%d", p.Name, p.Precedence))
	}
	if want := "b=5 a=1000 c=1001 e=1003"; strings.Join(got, " ") != want {
		t.Errorf("order = %v, want %s", got, want)
	}
}

// TestWithData holds that new data is a new generation and disturbs no other.
func TestWithData(t *testing.T) {
	t.Parallel()
	old, problems := model.Build(model.Spec{Zones: zones(t, "a.", "b.")}, nil)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	fresh := empty(t, "b.")
	next := old.WithData(map[string]*zone.Zone{"z1": fresh})
	if next.Generation != old.Generation+1 {
		t.Errorf("generation %d after %d", next.Generation, old.Generation)
	}
	if next.Data(next.Zone("z1")) != fresh || old.Data(old.Zone("z1")) == fresh {
		t.Error("the new data is not in the new generation alone")
	}
	if next.Data(next.Zone("z0")) != old.Data(old.Zone("z0")) {
		t.Error("unchanged data is not shared")
	}
}

// TestLongChain holds that a chain of very many references, or very many cycles, is
// reported in little room.
func TestLongChain(t *testing.T) {
	t.Parallel()
	const zones = 20_000
	var spec model.Spec
	for i := range zones {
		id := strconv.Itoa(i)
		spec.Zones = append(spec.Zones, &model.ZoneSpec{Pos: at(i), ID: id, Apex: "example.org."})
		if i > 0 {
			spec.References = append(spec.References, &model.ReferenceSpec{Pos: at(i), From: strconv.Itoa(i - 1), To: id})
		}
	}
	problems := problemsOf(spec)
	text := problems.Error()
	if problems.HasErrors() || len(problems) > 50 || len(text) > 10_000 {
		t.Errorf("%d problems of %d octets", len(problems), len(text))
	}
	for _, want := range []string{"after zone \"5\": 0 → 1 → 2 → 3 → 4 → 5 → 6 → 7 → …\n", "19974 more chains of references are longer than 5, they are not listed"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}

	spec.References = nil
	for i := 0; i < zones; i += 2 {
		a, b := strconv.Itoa(i), strconv.Itoa(i+1)
		spec.References = append(spec.References, &model.ReferenceSpec{Pos: at(i), From: a, To: b}, &model.ReferenceSpec{Pos: at(i), From: b, To: a})
	}
	_, problems = model.Build(spec, nil)
	if text = problems.Error(); len(problems) > 50 || !strings.Contains(text, "9980 more cycles of references, they are not listed") {
		t.Errorf("%d problems:\n%s", len(problems), text)
	}
}
