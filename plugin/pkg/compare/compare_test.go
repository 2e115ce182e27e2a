package compare

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// zoneOf builds a zone; the records are in zone-file form with absolute names.
func zoneOf(t testing.TB, apex string, serial uint32, records ...string) *zone.Zone {
	t.Helper()
	b := zone.NewBuilder(zone.Options{Apex: apex, Serial: serial, Flatten: true})
	for _, text := range records {
		rr, err := dns.NewRR(text)
		if err != nil {
			t.Fatal(err)
		}
		b.Add(rr, problem.Pos{})
	}
	z, problems := b.Build()
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return z
}

// singleZone makes a server block with one zone example.org in one view.
func singleZone(t testing.TB, name string, data *zone.Zone, policies ...*model.PolicySpec) Block {
	t.Helper()
	for i := range policies {
		policies[i].View = model.Ref{Name: "v"}
	}
	snapshot, problems := model.Build(model.Spec{
		Zones:    []*model.ZoneSpec{{ID: "z", Apex: data.Apex(), Flatten: true, Data: data}},
		Views:    []*model.ViewSpec{{Name: "v", Zones: []model.Ref{{Name: "z"}}}},
		Policies: policies,
	}, nil)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return Block{Keys: name, Name: name, Zones: []string{data.Apex()}, Snapshot: snapshot}
}

// words returns the changes of a report, one a line.
func words(r *Report) string {
	var out []string
	for _, s := range r.Settings {
		out = append(out, strings.TrimSpace("* "+s.Block+" "+s.Policy)+": "+s.Change)
	}
	for _, c := range r.Changes {
		out = append(out, fmt.Sprintf("%s %s %s %s %s", c.Kind, c.Name, c.Type, strings.Join(c.Policies, ","), c.Client))
	}
	return strings.Join(out, "\n")
}

// TestKinds holds how each change of a zone's records is told.
func TestKinds(t *testing.T) {
	for name, c := range map[string]struct {
		old, new []string
		want     string
	}{
		"nothing":        {[]string{"a.example.org. 60 A 192.0.2.1"}, []string{"a.example.org. 60 A 192.0.2.1"}, ""},
		"made-up serial": {nil, nil, ""},
		"order": {[]string{"a.example.org. 60 A 192.0.2.1", "a.example.org. 60 A 192.0.2.2"},
			[]string{"a.example.org. 60 A 192.0.2.2", "a.example.org. 60 A 192.0.2.1"}, ""},
		"TTL":                       {[]string{"a.example.org. 60 A 192.0.2.1"}, []string{"a.example.org. 61 A 192.0.2.1"}, "changed a.example.org. A p "},
		"address":                   {[]string{"a.example.org. 60 A 192.0.2.1"}, []string{"a.example.org. 60 A 192.0.2.2"}, "changed a.example.org. A p "},
		"name new":                  {nil, []string{"a.example.org. 60 A 192.0.2.1"}, "added a.example.org. A p "},
		"type new":                  {[]string{"a.example.org. 60 A 192.0.2.1"}, []string{"a.example.org. 60 A 192.0.2.1", "a.example.org. 60 TXT x"}, "added a.example.org. TXT p "},
		"name gone, its parent too": {[]string{"a.b.example.org. 60 A 192.0.2.1"}, nil, "removed a.b.example.org. A p "},
		"wildcard new": {nil, []string{"*.example.org. 60 A 192.0.2.1"},
			"added *.example.org. A p \nadded internaldns-probe.example.org. A p "},
		"real SOA": {[]string{"example.org. 60 SOA a. b. 1 2 3 4 5"}, []string{"example.org. 60 SOA a. b. 2 2 3 4 5"}, "changed example.org. SOA p "},
		"address becomes alias": {[]string{"a.example.org. 60 A 192.0.2.1"}, []string{"a.example.org. 60 CNAME b.example.com."},
			"removed a.example.org. A p \nadded a.example.org. CNAME p \nrcode a.example.org. AAAA p "},
		"delegation": {[]string{"a.example.org. 60 NS ns.example.com."}, []string{"a.example.org. 60 NS ns.example.net."}, "changed a.example.org. NS p "},
		"DNAME new": {nil, []string{"a.example.org. 60 DNAME b.example.org."},
			"added a.example.org. DNAME p \nchanged internaldns-probe.a.example.org. A p "},
	} {
		t.Run(name, func(t *testing.T) {
			before := singleZone(t, "b", zoneOf(t, "example.org.", 1, c.old...), &model.PolicySpec{Name: "p"})
			after := singleZone(t, "b", zoneOf(t, "example.org.", 2, c.new...), &model.PolicySpec{Name: "p"})
			if got := words(Compare([]Block{before}, []Block{after}, nil, 100)); got != c.want {
				t.Errorf("changes:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}

// TestBlocks holds how server blocks are paired and how many changes are listed.
func TestBlocks(t *testing.T) {
	before, after := zoneOf(t, "example.org.", 1, "a.example.org. 60 A 192.0.2.1", "b.example.org. 60 A 192.0.2.1"), zoneOf(t, "example.org.", 1)
	p := &model.PolicySpec{Name: "p"}
	one := []Block{singleZone(t, "x", before, p)}
	if got := words(Compare(one, []Block{singleZone(t, "y", before, p)}, nil, 100)); got != "" {
		t.Errorf("two single blocks: %s", got)
	}
	two := []Block{singleZone(t, "y", after, p), singleZone(t, "x", after, p)}
	r := Compare(one, two, nil, 1)
	if got, want := words(r), "* y: the server block is new\nremoved a.example.org. A p "; got != want {
		t.Errorf("changes:\n%s\nwant:\n%s", got, want)
	}
	if r.Omitted != 1 || r.Policies[0].Removed != 2 || r.Empty() {
		t.Errorf("%+v", r)
	}
	if got, want := words(Compare(two, one, nil, 0)), "* y: the server block is gone"; got != want {
		t.Errorf("changes:\n%s\nwant:\n%s", got, want)
	}
}

// TestRecorded holds that recorded queries are taken through the policies of each side.
func TestRecorded(t *testing.T) {
	data := zoneOf(t, "example.org.", 1, "a.example.org. 60 A 192.0.2.1")
	inside := &model.PolicySpec{Name: "p", Traffic: model.Expression{Source: "dns.src_ip in {192.0.2.0/24}"}}
	wider := &model.PolicySpec{Name: "p", Traffic: model.Expression{Source: "dns.src_ip in {192.0.2.0/24 198.51.100.0/24}"}}
	var questions []Question
	for _, client := range []string{"192.0.2.1", "198.51.100.1", "203.0.113.1"} {
		questions = append(questions, Question{Client: netip.MustParseAddr(client), Name: "a.example.org.", Type: dns.TypeA})
	}
	questions = append(questions, Question{Client: netip.MustParseAddr("192.0.2.1"), Name: "a.example.com.", Type: dns.TypeA})
	r := Compare([]Block{singleZone(t, "b", data, inside)}, []Block{singleZone(t, "b", data, wider)}, questions, 100)
	want := "* b p: traffic: dns.src_ip in {192.0.2.0/24} → dns.src_ip in {192.0.2.0/24 198.51.100.0/24}\nadded a.example.org. A  198.51.100.1"
	if got := words(r); got != want {
		t.Errorf("changes:\n%s\nwant:\n%s", got, want)
	}
	if *r.Questions != (Counts{Compared: 4, Added: 1}) {
		t.Errorf("counts %+v", *r.Questions)
	}
}

// TestNameOrder holds that names are listed by their labels from the right.
func TestNameOrder(t *testing.T) {
	names := []string{"b.example.", "a.b.example.", ".", "example.", "a.example."}
	slices.SortFunc(names, compareNames)
	if got := strings.Join(names, " "); got != ". example. a.example. b.example. a.b.example." {
		t.Errorf("sorted: %s", got)
	}
}

// BenchmarkCompare asks the questions about 100,000 names under 20 policies that
// show them in 20 views.
func BenchmarkCompare(b *testing.B) {
	var records []string
	for i := range 100_000 {
		records = append(records, fmt.Sprintf("host%d.r%d.example.org. 60 A 192.0.2.1", i, i%1000))
	}
	sides := make([][]Block, 2)
	for i := range sides {
		data := zoneOf(b, "example.org.", uint32(i), records...)
		spec := model.Spec{Zones: []*model.ZoneSpec{{ID: "z", Apex: "example.org.", Data: data}}}
		for v := range 20 {
			name := fmt.Sprint("v", v)
			spec.Views = append(spec.Views, &model.ViewSpec{Name: name, Zones: []model.Ref{{Name: "z"}}})
			spec.Policies = append(spec.Policies, &model.PolicySpec{
				Name: name, View: model.Ref{Name: name}, Traffic: model.Expression{Source: fmt.Sprintf("dns.src_ip == 192.0.2.%d", v)},
			})
		}
		snapshot, _ := model.Build(spec, nil)
		sides[i] = []Block{{Name: "b", Snapshot: snapshot}}
	}
	for b.Loop() {
		if r := Compare(sides[0], sides[1], nil, 100); !r.Empty() {
			b.Fatal(words(r))
		}
	}
}

// TestTimes holds that what changes of when a policy is in force is told, and that
// recorded queries are asked at one time.
func TestTimes(t *testing.T) {
	mondays := &model.ScheduleSpec{Zone: time.UTC}
	mondays.Days[time.Monday] = "08:00-09:00"
	data := zoneOf(t, "example.org.", 1, "a.example.org. 60 A 192.0.2.1")
	timed := &model.PolicySpec{Name: "p", Schedule: mondays, Expires: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}
	always := singleZone(t, "b", data, &model.PolicySpec{Name: "p"})
	for at, want := range map[string]string{
		"2026-03-02T08:30:00Z": "",
		"2026-03-02T09:30:00Z": "\nremoved a.example.org. A  192.0.2.7",
	} {
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		asked := Question{Client: netip.MustParseAddr("192.0.2.7"), Name: "a.example.org.", Type: dns.TypeA, Time: when}
		settings := "* b p: schedule: none → mon 08:00-09:00 UTC\n* b p: expires: none → 2030-01-01T00:00:00Z"
		got := words(Compare([]Block{always}, []Block{singleZone(t, "b", data, timed)}, []Question{asked}, 10))
		if got != settings+want {
			t.Errorf("%s:\n%s\nwant:\n%s", at, got, settings+want)
		}
	}
	with := &model.PolicySpec{Name: "p", Posture: model.Expression{Source: "any(device_posture.checks.passed[*] == 'x')"}}
	if got, want := words(Compare([]Block{always}, []Block{singleZone(t, "b", data, with)}, nil, 10)), `* b p: posture: none → any(device_posture.checks.passed[*] == "x")`; got != want {
		t.Errorf("%s\nwant:\n%s", got, want)
	}
}
