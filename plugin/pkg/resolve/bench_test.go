package resolve_test

import (
	"context"
	"testing"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
)

// BenchmarkAnswer measures all steps of one query, without a trace.
func BenchmarkAnswer(b *testing.B) {
	p := pin(b, model.Spec{
		Zones: []*model.ZoneSpec{
			declare(b, "z", "example.org.", "www A 192.0.2.1", "alias CNAME www", "*.wild A 192.0.2.2", "mail MX 10 www", "far CNAME nowhere.example.net."),
			declare(b, "far", "org.", "host.example A 192.0.2.3"),
		},
		Views:      []*model.ViewSpec{{Name: "v", Zones: refs("z")}},
		References: []*model.ReferenceSpec{{From: "z", To: "far"}},
	})
	for _, c := range []struct {
		name, qname string
		qtype       uint16
	}{
		{"hit", "www.example.org.", dns.TypeA},
		{"nodata", "www.example.org.", dns.TypeAAAA},
		{"nxdomain", "no.example.org.", dns.TypeA},
		{"wildcard", "a.wild.example.org.", dns.TypeA},
		{"reference", "host.example.org.", dns.TypeA},
		{"flatten", "alias.example.org.", dns.TypeA},
		{"unfinished", "far.example.org.", dns.TypeA},
		{"additional", "mail.example.org.", dns.TypeMX},
		{"refused", "example.com.", dns.TypeA},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.Answer(c.qname, c.qtype)
			}
		})
	}
}

// BenchmarkPin measures what every query with a policy pays for its pin.
func BenchmarkPin(b *testing.B) {
	b.ReportAllocs()
	var kept context.Context
	for b.Loop() {
		kept, _ = resolve.With(context.Background())
	}
	if kept == nil {
		b.Fatal("no context")
	}
}
