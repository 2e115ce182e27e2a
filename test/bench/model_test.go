package bench

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

const records = "$TTL 1h\n@ SOA ns hostmaster 1 2h 30m 2w 5m\n@ NS ns\nns A 192.0.2.53\nwww A 192.0.2.1\nalias CNAME www\n"

// policies describes n policies over as many views of one zone, at most a
// thousand, each with the condition the caller words.
func policies(tb testing.TB, n int, traffic func(i int) string) model.Spec {
	tb.Helper()
	spec := model.Spec{
		Zones: []*model.ZoneSpec{{ID: "z", Apex: "example.org.", Flatten: true, Data: suiteZone(tb, records)}},
	}
	for i := range min(n, 1000) {
		spec.Views = append(spec.Views, &model.ViewSpec{Name: fmt.Sprintf("v%d", i), Zones: []model.Ref{{Name: "z"}}})
	}
	for i := range n {
		spec.Policies = append(spec.Policies, &model.PolicySpec{
			Name: fmt.Sprintf("p%d", i), View: model.Ref{Name: fmt.Sprintf("v%d", i%1000)},
			Traffic: model.Expression{Source: traffic(i)},
		})
	}
	return spec
}

func byPrefix(i int) string { return fmt.Sprintf("dns.src_ip in {10.%d.%d.0/24}", i/250, i%250) }

func byDomain(i int) string { return fmt.Sprintf(`any(dns.domains[*] == "site-%d.example.org")`, i) }

func build(tb testing.TB, spec model.Spec) *model.Snapshot {
	tb.Helper()
	s, problems := model.Build(spec, nil)
	if err := problems.Err(); s == nil {
		tb.Fatal(err)
	}
	return s
}

// BenchmarkSelect is the choice of the policy, which is the last one.
func BenchmarkSelect(b *testing.B) {
	for _, kind := range []struct {
		name    string
		traffic func(int) string
	}{{"prefix", byPrefix}, {"domain", byDomain}} {
		for _, n := range []int{1, 100, 1_000, 10_000} {
			s := build(b, policies(b, n, kind.traffic))
			last := n - 1
			client := netip.AddrFrom4([4]byte{10, byte(last / 250), byte(last % 250), 7})
			name := fmt.Sprintf("www.site-%d.example.org.", last)
			b.Run(fmt.Sprintf("%s/policies=%d", kind.name, n), func(b *testing.B) {
				b.ReportAllocs()
				q := new(model.Query)
				for b.Loop() {
					*q = model.Query{Name: name, Type: dns.TypeA, Client: model.Client{Addr: client}}
					if p := s.Select(q); p != s.Policies[last] {
						b.Fatal(p)
					}
				}
			})
		}
	}
}

// BenchmarkBuild checks a whole configuration and makes its snapshot.
func BenchmarkBuild(b *testing.B) {
	for _, n := range []int{1, 1_000, 10_000} {
		spec := policies(b, n, byPrefix)
		b.Run(fmt.Sprintf("policies=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				build(b, spec)
			}
		})
	}
}

// BenchmarkPublish reads one changed zone among many and publishes it.
func BenchmarkPublish(b *testing.B) {
	const n = 10_000
	s := new(scope.Scope)
	data := suiteZone(b, records)
	view := &model.ViewSpec{Name: "all"}
	for i := range n {
		z := &model.ZoneSpec{ID: fmt.Sprintf("z%d", i), Apex: fmt.Sprintf("z%d.example.", i)}
		s.AddZone(z, func() (*zone.Zone, problem.List) { return data, nil })
		view.Zones = append(view.Zones, model.Ref{Name: z.ID})
	}
	s.AddView(view)
	s.AddPolicy(&model.PolicySpec{Name: "all", View: model.Ref{Name: "all"}})
	if err := s.Build().Err(); err != nil {
		b.Fatal(err)
	}
	b.Run(fmt.Sprintf("zones=%d", n), func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			changed, err := buildZone(records)
			if err != nil {
				b.Fatal(err)
			}
			s.Update(func(old *model.Snapshot) (*model.Snapshot, problem.List) {
				return old.WithData(map[string]*zone.Zone{"z77": changed}), nil
			})
		}
	})
}
