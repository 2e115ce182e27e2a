package telemetry

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/coredns/coredns/core/dnsserver"
	"github.com/miekg/dns"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
	"github.com/internaldns/internaldns/plugin/pkg/scope/scopetest"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// office is a server block with a policy and a view of the zones.
func office(t testing.TB, zones ...string) *scope.Scope {
	t.Helper()
	s := new(scope.Scope)
	view := &model.ViewSpec{Name: "office"}
	for _, id := range zones {
		apex := id + "."
		s.AddZone(&model.ZoneSpec{ID: id, Apex: apex}, func() (*zone.Zone, problem.List) {
			return zone.NewBuilder(zone.Options{Apex: apex}).Build()
		})
		view.Zones = append(view.Zones, model.Ref{Name: id})
	}
	s.AddView(view)
	s.AddPolicy(&model.PolicySpec{Name: "staff", View: model.Ref{Name: "office"}, Fallback: model.DefaultTriggers})
	if err := s.Build().Err(); err != nil {
		t.Fatal(err)
	}
	return s
}

func started(s *scope.Scope, servers ...string) *Meter {
	m := &Meter{scope: s, server: servers[0]}
	m.Start(servers, nil)
	serving.Add(m)
	return m
}

// counts returns the counters of a server, without that label, and their values.
func counts(t *testing.T, server string) []string {
	t.Helper()
	families, err := prometheus.DefaultGatherer.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range families {
		if f.GetType() != dto.MetricType_COUNTER {
			continue
		}
		for _, m := range f.GetMetric() {
			if labels := m.GetLabel(); slices.ContainsFunc(labels, func(l *dto.LabelPair) bool { return l.GetName() == "server" && l.GetValue() == server }) {
				out = append(out, strings.TrimPrefix(f.GetName(), "coredns_resolverpolicy_")+labelled(labels)+fmt.Sprint(" ", m.GetCounter().GetValue()))
			}
		}
	}
	return out
}

func labelled(labels []*dto.LabelPair) string {
	var b strings.Builder
	for _, l := range labels {
		if l.GetName() != "server" {
			fmt.Fprintf(&b, " %s=%s", l.GetName(), l.GetValue())
		}
	}
	return b.String()
}

// Every count goes to its own series, before Prometheus has asked and after.
func TestMeterSeries(t *testing.T) {
	s := office(t, "example.net", "example.org")
	m := started(s, "a", "b")
	defer m.retire(nil)
	snapshot := s.Load()
	zone := snapshot.Zone("example.org")
	l := m.listeners[0]
	l.Logs()
	for range 2 {
		_ = counts(t, "a")
		l.Unmatched()
		l.Drop()
		p := l.Policy(snapshot.Policies[0])
		p.Outside()
		p.Kept()
		p.Internal(&resolve.Result{Match: zone})
		p.Internal(&resolve.Result{Outcome: resolve.Refused, Rcode: dns.RcodeRefused})
		p.Internal(&resolve.Result{Match: zone, Outcome: resolve.NXDomain, Rcode: dns.RcodeNameError, Hops: model.MaxReferences, Links: 16})
		p.Internal(&resolve.Result{Match: zone, Outcome: resolve.TooLong, Rcode: dns.RcodeYXDomain, Hops: 1, Links: 1})
		p.Internal(&resolve.Result{Outcome: resolve.ViewGone, Rcode: dns.RcodeServerFailure})
		p.Public(model.OnNoData, dns.RcodeSuccess)
		p.Public(model.OnRefused, dns.RcodeBadCookie)
		p.Public(model.OnRefused, 3841)
		p.Public(model.OnRefused, -1)
	}
	want := []string{
		"fallbacks_shed_total policy=staff 0",
		"fallbacks_total policy=staff rcode=BADCOOKIE trigger=refused 2",
		"fallbacks_total policy=staff rcode=NOERROR trigger=nodata 2",
		"fallbacks_total policy=staff rcode=other trigger=refused 4",
		"flattened_total outcome=nxdomain policy=staff 2",
		"flattened_total outcome=toolong policy=staff 2",
		"private_total policy=staff 2",
		"queries_total policy= rcode= view= zone= 2",
		"queries_total policy=staff rcode= view=office zone= 2",
		"queries_total policy=staff rcode=NOERROR view=office zone=example.org 2",
		"queries_total policy=staff rcode=NXDOMAIN view=office zone=example.org 2",
		"queries_total policy=staff rcode=REFUSED view=office zone= 2",
		"queries_total policy=staff rcode=SERVFAIL view=office zone= 2",
		"queries_total policy=staff rcode=YXDOMAIN view=office zone=example.org 2",
		"query_log_dropped_total 2",
		"references_total depth=1 policy=staff 2",
		"references_total depth=5 policy=staff 2",
	}
	got := counts(t, "a")
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("series:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if other := counts(t, "b"); len(other) != 0 {
		t.Errorf("another listener has counted: %q", other)
	}
}

// A query is counted at the address it arrived at.
func TestMeterListeners(t *testing.T) {
	m := started(office(t, "example.org"), "first", "second")
	defer m.retire(nil)
	for server, want := range map[string]string{"second": "second", "first": "first", "unknown": "first"} {
		ctx := context.WithValue(context.Background(), dnsserver.Key{}, &dnsserver.Server{Addr: server})
		if got := m.At(ctx).server; got != want {
			t.Errorf("a query to %s is counted at %s, want %s", server, got, want)
		}
	}
}

// A reload keeps the series of what is still there, and takes all others away.
func TestMeterRetire(t *testing.T) {
	s := office(t, "example.net", "example.org")
	old := started(s, "a", "b")
	for _, l := range old.listeners {
		l.Unmatched()
		p := l.Policy(s.Load().Policies[0])
		for _, z := range s.Load().Zones {
			p.Query(z, dns.RcodeSuccess)
		}
		p.Kept()
	}
	next := office(t, "example.org")
	m := started(next, "a")
	old.retire([]*Meter{m})
	m.listeners[0].Policy(next.Load().Policies[0]).Query(next.Load().Zones[0], dns.RcodeSuccess)
	old.listeners[0].Policy(s.Load().Policies[0]).Query(s.Load().Zones[0], dns.RcodeNameError) // a late query

	want := []string{
		"private_total policy=staff 1",
		"queries_total policy= rcode= view= zone= 1",
		"queries_total policy=staff rcode=NOERROR view=office zone=example.org 2",
	}
	if got := counts(t, "a"); !slices.Equal(got, want) {
		t.Errorf("series:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := counts(t, "b"); len(got) != 0 {
		t.Errorf("a listener that is gone has series: %q", got)
	}
	next.Update(func(old *model.Snapshot) (*model.Snapshot, problem.List) { return old.WithoutView("office"), nil })
	m2 := started(office(t, "example.org"), "a")
	m2.retire([]*Meter{m})
	m.retire(nil)
	if got := counts(t, "a"); len(got) != 0 {
		t.Errorf("after the end there are series: %q", got)
	}
}

// Many zones: each has its own series, whatever group it is in.
func TestMeterManyZones(t *testing.T) {
	var ids []string
	for i := range 2*zonesGroup + 1 {
		ids = append(ids, fmt.Sprintf("z%d.example", i))
	}
	s := office(t, ids...)
	m := started(s, "many")
	defer m.retire(nil)
	p := m.listeners[0].Policy(s.Load().Policies[0])
	for _, z := range s.Load().Zones {
		p.Query(z, dns.RcodeSuccess)
	}
	if got := counts(t, "many"); len(got) != len(ids) {
		t.Errorf("%d series for %d zones", len(got), len(ids))
	}
}

// Everything counted is told once, by whoever asks first, while the counting goes
// on and a reload takes over.
func TestMeterTellsOnce(t *testing.T) {
	const rounds, each = 50, 200
	s := office(t, "example.org")
	last := started(s, "once")
	for range rounds {
		m := last
		zone, policy := s.Load().Zones[0], s.Load().Policies[0]
		var running sync.WaitGroup
		running.Go(func() {
			for range each {
				m.listeners[0].Policy(policy).Query(zone, dns.RcodeSuccess)
			}
		})
		for range 2 {
			running.Go(func() { m.flush() })
		}
		running.Wait()
		last = started(s, "once")
		m.retire([]*Meter{last})
	}
	want := []string{fmt.Sprintf("queries_total policy=staff rcode=NOERROR view=office zone=example.org %d", rounds*each)}
	if got := counts(t, "once"); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	last.retire(nil)
}

// Counting allocates nothing.
func TestMeterAllocations(t *testing.T) {
	s := office(t, "example.org")
	m := started(s, "alloc")
	defer m.retire(nil)
	snapshot := s.Load()
	result := &resolve.Result{Match: snapshot.Zones[0], Outcome: resolve.Success, Hops: 2, Links: 3}
	if n := testing.AllocsPerRun(100, func() { m.listeners[0].Policy(snapshot.Policies[0]).Internal(result) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkMeter is what counting one query costs: a hit, and one that followed a
// reference and a CNAME; timed is a query with the share of those that are timed.
func BenchmarkMeter(b *testing.B) {
	s := office(b, "example.org")
	m := started(s, "bench")
	defer m.retire(nil)
	snapshot := s.Load()
	for name, r := range map[string]*resolve.Result{
		"hit":   {Match: snapshot.Zones[0], Outcome: resolve.Success},
		"alias": {Match: snapshot.Zones[0], Outcome: resolve.Success, Hops: 1, Links: 1},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.At(b.Context()).Policy(snapshot.Policies[0]).Internal(r)
			}
		})
	}
	b.Run("timed", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			l := m.At(b.Context())
			w := m.Stopwatch(l)
			w.Selected(1)
			w.Stop()
		}
	})
}

// A policy or zone that comes, goes or changes its place while the block serves is
// counted under its own name, and forgotten when Prometheus has asked twice.
func TestMeterFollowsUpdates(t *testing.T) {
	s := office(t, "example.net", "example.org")
	m := &Meter{scope: s, server: "updates"}
	s.Follow(m)
	m.Start([]string{"updates"}, nil)
	serving.Add(m)
	defer m.retire(nil)
	update := func(change func(spec *model.Spec)) {
		t.Helper()
		scopetest.Change(t, s, change)
	}
	count := func(snapshot *model.Snapshot, policy int, zone string) {
		m.listeners[0].Policy(snapshot.Policies[policy]).Query(snapshot.Zone(zone), dns.RcodeSuccess)
	}
	before := s.Load()
	count(before, 0, "example.net")
	first := uint32(1)
	update(func(spec *model.Spec) {
		spec.Zones = []*model.ZoneSpec{{ID: "new.example", Apex: "new.example."}, spec.Zones[1]}
		spec.Views = []*model.ViewSpec{{Name: "office", Zones: []model.Ref{{Name: "new.example"}, {Name: "example.org"}}}}
		spec.Policies = []*model.PolicySpec{{Name: "guests", Precedence: &first, View: model.Ref{Name: "office"}}, spec.Policies[0]}
	})
	count(before, 0, "example.net") // a late query
	count(s.Load(), 0, "new.example")
	count(s.Load(), 1, "example.org")
	want := []string{
		"queries_total policy=guests rcode=NOERROR view=office zone=new.example 1",
		"queries_total policy=staff rcode=NOERROR view=office zone=example.net 2",
		"queries_total policy=staff rcode=NOERROR view=office zone=example.org 1",
	}
	if got := counts(t, "updates"); !slices.Equal(got, want) {
		t.Errorf("series:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	middle := s.Load()
	update(func(spec *model.Spec) {
		spec.Views = append(slices.Clip(spec.Views), &model.ViewSpec{Name: "lab", Zones: []model.Ref{{Name: "new.example"}}})
		spec.Policies = []*model.PolicySpec{{Name: "guests", Precedence: &first, View: model.Ref{Name: "lab"}}}
	})
	count(middle, 0, "new.example")
	count(s.Load(), 0, "new.example")
	_ = counts(t, "updates")
	_ = counts(t, "updates")
	want = []string{"queries_total policy=guests rcode=NOERROR view=lab zone=new.example 1"}
	if got := counts(t, "updates"); !slices.Equal(got, want) {
		t.Errorf("series:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if m.listeners[0].policies.At(before.Policies[0].Number()) != nil || len(m.leaving) != 0 {
		t.Error("what was counted for a policy that is gone is kept")
	}
}

// Where nobody asks, what has left is forgotten all the same.
func TestMeterForgets(t *testing.T) {
	s := office(t, "example.org")
	m := &Meter{scope: s, server: "forgets"}
	s.Follow(m)
	m.Start([]string{"forgets"}, nil)
	serving.Add(m)
	defer m.retire(nil)
	for i := range maxLeaving + 100 {
		scopetest.Change(t, s, func(spec *model.Spec) {
			spec.Policies = []*model.PolicySpec{{Name: fmt.Sprint(i), View: model.Ref{Name: "office"}}}
		})
		m.listeners[0].Policy(s.Load().Policies[0]).Outside()
	}
	kept := 0
	for range m.listeners[0].policies.All() {
		kept++
	}
	if kept > 200 || len(m.leaving) > maxLeaving {
		t.Errorf("the counts of %d policies are kept, %d are leaving", kept, len(m.leaving))
	}
}
