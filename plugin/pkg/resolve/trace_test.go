package resolve_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
)

// traced is a view whose questions below reach every kind of event.
func traced(t testing.TB) *resolve.Pin {
	return pin(t, model.Spec{
		Zones: []*model.ZoneSpec{
			declare(t, "z", "example.org.", "@ MX 10 mail", "mail A 192.0.2.25", "www A 192.0.2.80", "alias CNAME www", "*.wild A 192.0.2.2",
				"ring CNAME ring", "out CNAME host.example.net.", "gone CNAME nothing"),
			declare(t, "net", "example.net.", "host A 192.0.2.9"),
			declare(t, "up", "org.", "host.example A 192.0.2.3", "example NS ns.example.net.", "www.example TXT up"),
			declare(t, "root", ".", ". NS ns.root-servers.example.", "example NS ns.root-servers.example.", "ns.root-servers.example A 192.0.2.53"),
		},
		Views:      []*model.ViewSpec{{Name: "v", Zones: refs("z", "root")}},
		References: []*model.ReferenceSpec{{From: "z", To: "net", NoData: true}, {From: "net", To: "up"}},
	})
}

// word returns one event in one word or two.
func word(e resolve.Event) string {
	switch e := e.(type) {
	case resolve.Search:
		return fmt.Sprintf("search%d", e.Purpose)
	case resolve.Matched:
		if e.Zone == nil {
			return "none"
		}
		return fmt.Sprintf("match:%s/%d", e.Zone.ID, len(e.Candidates))
	case resolve.Lookup:
		return e.Zone.ID + ":" + e.Answer.Kind.String()
	case resolve.Hop:
		if e.Unrelated {
			return fmt.Sprintf("skip%d:%s→%s", e.Number, e.From.ID, e.To.ID)
		}
		return fmt.Sprintf("hop%d:%s→%s", e.Number, e.From.ID, e.To.ID)
	case resolve.Ignored:
		return "ignored:" + e.Zone.ID + ">" + e.Covers.ID
	case resolve.Ended:
		return fmt.Sprintf("end%d:%s", e.Why, e.Zone.ID)
	case resolve.Link:
		return fmt.Sprintf("link%d:%s→%s", e.Number, e.Zone.ID, e.Target)
	case resolve.Shown:
		return fmt.Sprintf("form%d", e.Form)
	case resolve.Circle:
		return fmt.Sprintf("loop:%t", e.TooMany)
	case resolve.Denial:
		return "soa:" + e.Zone.ID
	case resolve.Glue:
		return fmt.Sprintf("glue:%s/%d", e.Zone.ID, len(e.Records))
	}
	return "unknown"
}

// TestTrace holds the events of a query, and that a trace changes no answer.
func TestTrace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		qtype uint16
		want  string
	}{
		{"www.example.org.", dns.TypeA, "search0 match:z/2 z:success"},
		{"a.wild.example.org.", dns.TypeA, "search0 match:z/2 z:success"},
		{"www.example.org.", dns.TypeTXT, "search0 match:z/2 z:NODATA skip1:z→net hop2:net→up up:delegation ignored:up>z end0:up soa:z"},
		{"no.example.org.", dns.TypeA, "search0 match:z/2 z:NXDOMAIN skip1:z→net hop2:net→up up:delegation ignored:up>z end0:up soa:z"},
		{"example.org.", dns.TypeNS, "search0 match:z/2 z:NODATA end2:z soa:z"},
		{"example.org.", dns.TypeDS, "search0 match:root/2 root:NXDOMAIN end0:root soa:root"},
		{"alias.example.org.", dns.TypeA, "search0 match:z/2 z:CNAME form0 link1:z→www.example.org. search1 match:z/2 z:success"},
		{"alias.example.org.", dns.TypeDNSKEY, "search0 match:z/2 z:CNAME form2 link1:z→www.example.org. search1 match:z/2 z:NODATA " +
			"skip1:z→net hop2:net→up up:delegation ignored:up>z end0:up soa:z"},
		{"ring.example.org.", dns.TypeA, "search0 match:z/2 z:CNAME form0 link1:z→ring.example.org. loop:false"},
		{"out.example.org.", dns.TypeA, "search0 match:z/2 z:CNAME form0 link1:z→host.example.net. search1 match:root/1 root:NXDOMAIN end0:root " +
			"search2 hop1:z→net net:success"},
		{"example.org.", dns.TypeMX, "search0 match:z/2 z:success search3 match:z/2 z:success search3 match:z/2 z:NODATA " +
			"skip1:z→net hop2:net→up up:delegation ignored:up>z end0:up"},
		{".", dns.TypeNS, "search0 match:root/1 root:success search3 match:root/1 root:delegation glue:root/1 search3 match:root/1 root:delegation glue:root/0"},
	} {
		p := traced(t)
		plain := show(p.Answer(c.name, c.qtype))
		p.Trace = new(resolve.Trace)
		if got := show(p.Answer(c.name, c.qtype)); got != plain {
			t.Errorf("%s %s: with a trace\n%s\nwithout\n%s", c.name, dns.TypeToString[c.qtype], got, plain)
		}
		var got []string
		for _, e := range p.Trace.Events {
			got = append(got, word(e))
		}
		if got := strings.Join(got, " "); got != c.want {
			t.Errorf("%s %s:\n got %s\nwant %s", c.name, dns.TypeToString[c.qtype], got, c.want)
		}
	}
}

// TestTraceOfLimit holds why a search ends at the last link that is followed, and at the one
// behind it.
func TestTraceOfLimit(t *testing.T) {
	t.Parallel()
	for links, want := range map[int]resolve.Circle{
		resolve.MaxLinks:     {Name: "c0.example.org."},
		resolve.MaxLinks + 1: {Name: "c0.example.org.", TooMany: true},
	} {
		var chain []string
		for i := range links {
			chain = append(chain, fmt.Sprintf("c%d CNAME c%d", i, (i+1)%links))
		}
		p := pin(t, model.Spec{
			Zones: []*model.ZoneSpec{declare(t, "z", "example.org.", chain...)},
			Views: []*model.ViewSpec{{Name: "v", Zones: refs("z")}},
		})
		p.Trace = new(resolve.Trace)
		p.Answer("c0.example.org.", dns.TypeA)
		if got := p.Trace.Events[len(p.Trace.Events)-1]; got != want {
			t.Errorf("%d links: the last event is %+v, want %+v", links, got, want)
		}
	}
}

// TestCandidates holds that the matching zone is the longest of the candidates,
// but for DS at its apex.
func TestCandidates(t *testing.T) {
	t.Parallel()
	p := traced(t)
	for _, name := range []string{"www.example.org.", "example.org.", "org.", ".", "example.net."} {
		p.Trace = new(resolve.Trace)
		match := p.Match(name, dns.TypeA)
		m := p.Trace.Events[0].(resolve.Matched)
		if m.Zone != match || m.Candidates[0] != match || !slices.IsSortedFunc(m.Candidates, func(a, b *model.Zone) int { return len(b.Apex) - len(a.Apex) }) {
			t.Errorf("%s: matching zone %s, candidates %v", name, match.ID, m.Candidates)
		}
	}
}

// TestNoTraceNoCost holds that the steps allocate nothing without a trace, where
// the records they give need none.
func TestNoTraceNoCost(t *testing.T) {
	p := traced(t)
	for _, c := range []struct {
		name  string
		qtype uint16
	}{{"www.example.org.", dns.TypeA}, {"www.example.org.", dns.TypeTXT}, {"no.example.org.", dns.TypeA}, {"nothing.example.com.", dns.TypeA}} {
		if n := testing.AllocsPerRun(100, func() { p.Answer(c.name, c.qtype) }); n != 0 {
			t.Errorf("%s %s: %v allocations", c.name, dns.TypeToString[c.qtype], n)
		}
	}
}
