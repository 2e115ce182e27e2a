package twin

import (
	"slices"
	"testing"

	"github.com/miekg/dns"
)

// TestWorkedExamples holds both sides against the two examples of SPEC 4, so that
// agreeing on a common mistake there is noticed.
func TestWorkedExamples(t *testing.T) {
	everyone := []policy{{Name: "all", View: "v"}}
	first := world{
		Zones: []zoneText{
			{ID: "600", Apex: "example.local.", TTL: -1, NegativeTTL: -1, Records: []string{
				"example.local. 60 IN A 192.0.2.1", "abc.example.local. 60 IN CNAME xyz.net.", "def.example.local. 60 IN A 192.0.2.9"}},
			{ID: "700", Apex: "net.", TTL: -1, NegativeTTL: -1, Records: []string{
				"net. 60 IN A 192.0.2.10", "xyz.net. 20 IN CNAME def.example.local."}},
		},
		Views:      []view{{Name: "v", Zones: []string{"600"}}},
		References: []reference{{From: "600", To: "700"}},
		Policies:   everyone,
	}
	apart := world{
		Zones: []zoneText{
			{ID: "600", Apex: "example.local.", TTL: -1, NegativeTTL: -1},
			{ID: "601", Apex: "local.", TTL: -1, NegativeTTL: -1, Records: []string{"ghi.example.local. 60 IN A 192.0.2.15"}},
		},
		Views:    []view{{Name: "v", Zones: []string{"600", "601"}}},
		Policies: everyone,
	}
	linked := apart
	linked.References = []reference{{From: "600", To: "601"}}
	for _, c := range []struct {
		name, qname string
		w           world
		rcode       int
		answer      []string
	}{
		{"flattened across a reference and back", "abc.example.local.", first, dns.RcodeSuccess, []string{"abc.example.local. 20 in a 192.0.2.9"}},
		{"no climbing to a shorter zone", "ghi.example.local.", apart, dns.RcodeNameError, nil},
		{"unless it is referenced", "ghi.example.local.", linked, dns.RcodeSuccess, []string{"ghi.example.local. 60 in a 192.0.2.15"}},
	} {
		q := question{Client: clients[0], Name: c.qname, Type: dns.TypeA, RD: true}
		p, err := load(c.w)
		if err != nil {
			t.Fatal(err)
		}
		defer p.close()
		for side, got := range map[string]answer{"twin": newTwin(c.w).ask(q), "product": p.ask(q)} {
			if got.rcode != c.rcode || !slices.Equal(got.answer, c.answer) {
				t.Errorf("%s: %s:\n%s\nwant %s %q", c.name, side, got, dns.RcodeToString[c.rcode], c.answer)
			}
		}
	}
}
