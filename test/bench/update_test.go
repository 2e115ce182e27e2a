package bench

import (
	"fmt"
	"net"
	"slices"
	"testing"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// company describes 10,000 zones, 1,000 views of 100 of them each, and 5,000 policies.
func company(tb testing.TB) model.Spec {
	tb.Helper()
	const zones, views, policies = 10_000, 1000, 5000
	data := suiteZone(tb, records)
	var spec model.Spec
	for i := range zones {
		spec.Zones = append(spec.Zones, &model.ZoneSpec{ID: fmt.Sprintf("z%d", i), Apex: fmt.Sprintf("z%d.example.", i), Flatten: true, Data: data})
	}
	for i := range views {
		v := &model.ViewSpec{Name: fmt.Sprintf("v%d", i)}
		for j := range 100 {
			v.Zones = append(v.Zones, model.Ref{Name: fmt.Sprintf("z%d", (i*10+j)%zones)})
		}
		spec.Views = append(spec.Views, v)
	}
	for i := range policies {
		spec.Policies = append(spec.Policies, &model.PolicySpec{
			Name: fmt.Sprintf("p%d", i), View: model.Ref{Name: fmt.Sprintf("v%d", i%views)}, Fallback: model.DefaultTriggers,
			Traffic: model.Expression{Source: byPrefix(i) + " or " + byDomain(i)},
		})
	}
	return spec
}

// BenchmarkUpdate is what it costs to build the snapshot that differs in one thing from
// the one that serves.
func BenchmarkUpdate(b *testing.B) {
	spec := company(b)
	old := build(b, spec)
	for name, change := range map[string]func(spec *model.Spec){
		"zone": func(spec *model.Spec) {
			spec.Zones = append(slices.Clip(spec.Zones), &model.ZoneSpec{ID: "new", Apex: "new.example.", Data: spec.Zones[0].Data})
		},
		"policy": func(spec *model.Spec) {
			spec.Policies = append(slices.Clip(spec.Policies), &model.PolicySpec{
				Name: "new", View: model.Ref{Name: "v1"}, Traffic: model.Expression{Source: byDomain(77)},
			})
		},
		"view": func(spec *model.Spec) {
			changed := *spec.Views[500]
			changed.Zones = changed.Zones[1:]
			spec.Views = slices.Clone(spec.Views)
			spec.Views[500] = &changed
		},
		"reference": func(spec *model.Spec) {
			spec.References = []*model.ReferenceSpec{{From: "z100", To: "z200"}}
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				spec := old.Spec()
				change(&spec)
				if next, problems := model.Build(spec, old); next == nil {
					b.Fatal(problems)
				}
			}
		})
	}
	b.Run("record", func(b *testing.B) { updateRecord(b, spec) })
	b.Run("data", func(b *testing.B) {
		b.ReportAllocs()
		data := map[string]*zone.Zone{"z77": spec.Zones[0].Data}
		for b.Loop() {
			old.WithData(data)
		}
	})
	b.Run("everything", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			build(b, spec)
		}
	})
	b.Run("warnings", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			model.Warnings(old)
		}
	})
}

// updateRecord changes one record after another in a zone of a million records, among
// the company's others.
func updateRecord(b *testing.B, spec model.Spec) {
	const hosts = 1_000_000
	spec.Zones = slices.Clone(spec.Zones)
	large := *spec.Zones[77]
	large.Data = hostsZone(b, large.Apex, hosts)
	spec.Zones[77] = &large
	snapshot := build(b, spec)
	z := snapshot.Zone("z77")
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		i = (i + 7919) % hosts
		next := giveAddress(b, snapshot.Data(z), i, i)
		snapshot = snapshot.WithData(map[string]*zone.Zone{"z77": next})
	}
}

// hostsZone builds a zone of n hosts that can be edited.
func hostsZone(tb testing.TB, apex string, n int) *zone.Zone {
	tb.Helper()
	builder := zone.NewBuilder(zone.Options{Apex: apex, Editable: true})
	for i := range n {
		builder.Add(hostRecord(apex, i, 0), problem.Pos{})
	}
	z, problems := builder.Build()
	if z == nil {
		tb.Fatal(problems)
	}
	return z
}

func hostRecord(apex string, host, address int) *dns.A {
	return &dns.A{
		Hdr: dns.RR_Header{Name: fmt.Sprintf("host-%d.%s", host, apex), Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 300},
		A:   net.IPv4(192, 0, 2, byte(address)).To4(),
	}
}

// giveAddress returns the zone in which a host has another address.
func giveAddress(tb testing.TB, z *zone.Zone, host, address int) *zone.Zone {
	editor := z.Edit(zone.Options{Editable: true})
	rr := hostRecord(z.Apex(), host, address)
	editor.Remove(rr.Hdr.Name, dns.TypeA)
	editor.Add(rr, problem.Pos{})
	next, problems := editor.Build()
	if next == nil {
		tb.Fatal(problems)
	}
	return next
}
