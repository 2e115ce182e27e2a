package resolve_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
	"github.com/internaldns/internaldns/plugin/pkg/zonefile"
)

// declare makes a zone of records in zone-file form.
func declare(t testing.TB, id, apex string, records ...string) *model.ZoneSpec {
	t.Helper()
	b := zone.NewBuilder(zone.Options{Apex: apex, Flatten: true})
	for i, text := range records {
		rr, err := zonefile.ParseRecord(text, zonefile.Options{Origin: apex, DefaultTTL: 300})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		b.Add(rr, problem.Pos{File: id, Line: i + 1})
	}
	data, problems := b.Build()
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return &model.ZoneSpec{ID: id, Apex: apex, Flatten: true, Data: data}
}

func refs(ids ...string) []model.Ref {
	var out []model.Ref
	for _, id := range ids {
		out = append(out, model.Ref{Name: id})
	}
	return out
}

// pin builds the spec with one policy for its first view.
func pin(t testing.TB, spec model.Spec) *resolve.Pin {
	t.Helper()
	spec.Policies = []*model.PolicySpec{{Name: "all", View: model.Ref{Name: spec.Views[0].Name}, Fallback: model.DefaultTriggers}}
	s, problems := model.Build(spec, nil)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return &resolve.Pin{Snapshot: s, Policy: s.Policies[0], View: s.Policies[0].View, CanFallBack: true}
}

// show renders a result in one line.
func show(r resolve.Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", r.Outcome, dns.RcodeToString[r.Rcode])
	for _, section := range []struct {
		name string
		rrs  []dns.RR
	}{{"answer", r.Answer}, {"authority", r.Authority}, {"additional", r.Additional}} {
		for _, rr := range section.rrs {
			if rr.Header().Rrtype == dns.TypeSOA {
				fmt.Fprintf(&b, " | %s %s SOA", section.name, rr.Header().Name)
				continue
			}
			fmt.Fprintf(&b, " | %s %s", section.name, strings.Join(strings.Fields(rr.String()), " "))
		}
	}
	return b.String()
}

type question struct {
	name  string
	qtype uint16
	want  string
}

func ask(t *testing.T, p *resolve.Pin, questions []question) {
	t.Helper()
	for _, q := range questions {
		if got := show(p.Answer(q.name, q.qtype)); got != q.want {
			t.Errorf("%s %s:\n got %s\nwant %s", q.name, dns.TypeToString[q.qtype], got, q.want)
		}
	}
}

// TestWorkedExamples shows the two examples of SPEC 4.
func TestWorkedExamples(t *testing.T) {
	t.Parallel()
	first := pin(t, model.Spec{
		Zones: []*model.ZoneSpec{
			declare(t, "600", "example.local.", "@ A 192.0.2.1", "abc CNAME xyz.net.", "def A 192.0.2.9"),
			declare(t, "700", "net.", "@ A 192.0.2.10", "xyz CNAME def.example.local."),
		},
		Views:      []*model.ViewSpec{{Name: "111", Zones: refs("600")}},
		References: []*model.ReferenceSpec{{From: "600", To: "700"}},
	})
	ask(t, first, []question{
		{"abc.example.local.", dns.TypeA, "success NOERROR | answer abc.example.local. 300 IN A 192.0.2.9"},
		{"xyz.net.", dns.TypeA, "refused REFUSED"},
	})

	second := model.Spec{
		Zones: []*model.ZoneSpec{
			declare(t, "600", "example.local.", "@ A 192.0.2.1"),
			declare(t, "601", "local.", "ghi.example A 192.0.2.15"),
		},
		Views: []*model.ViewSpec{{Name: "111", Zones: refs("600", "601")}},
	}
	ask(t, pin(t, second), []question{
		{"ghi.example.local.", dns.TypeA, "nxdomain NXDOMAIN | authority example.local. SOA"},
	})
	second.References = []*model.ReferenceSpec{{From: "600", To: "601"}}
	ask(t, pin(t, second), []question{
		{"ghi.example.local.", dns.TypeA, "success NOERROR | answer ghi.example.local. 300 IN A 192.0.2.15"},
	})
}

// TestFlatten walks the table of SPEC 4.
func TestFlatten(t *testing.T) {
	t.Parallel()
	loop := make([]string, 0, 40)
	for i := range 18 {
		loop = append(loop, fmt.Sprintf("n%d CNAME n%d", i, i+1))
	}
	loop = append(loop, "n18 A 192.0.2.18", "ring CNAME ring",
		"short 60 CNAME www", "www A 192.0.2.80", "www TXT hello", "out CNAME www.example.net.",
		"gone CNAME nothing", "ent CNAME x.y", "a.x.y A 192.0.2.1", "below CNAME host.cut",
		"cut NS ns.cut", "ns.cut A 192.0.2.53", "old DNAME new", "a.new A 192.0.2.7", "*.wild CNAME www")
	p := pin(t, model.Spec{
		Zones: []*model.ZoneSpec{declare(t, "z", "example.org.", loop...)},
		Views: []*model.ViewSpec{{Name: "v", Zones: refs("z")}},
	})
	soa := " | authority example.org. SOA"
	ask(t, p, []question{
		{"short.example.org.", dns.TypeA, "success NOERROR | answer short.example.org. 60 IN A 192.0.2.80"},
		{"short.example.org.", dns.TypeTXT, `success NOERROR | answer short.example.org. 60 IN TXT "hello"`},
		{"short.example.org.", dns.TypeMX, "nodata NOERROR" + soa},
		{"short.example.org.", dns.TypeCNAME, "success NOERROR | answer short.example.org. 60 IN CNAME www.example.org."},
		{"short.example.org.", dns.TypeNS, "nodata NOERROR | answer short.example.org. 60 IN CNAME www.example.org." + soa},
		{"out.example.org.", dns.TypeA, "unfinished NOERROR | answer out.example.org. 300 IN CNAME www.example.net."},
		{"gone.example.org.", dns.TypeA, "unfinished NXDOMAIN | answer gone.example.org. 300 IN CNAME nothing.example.org." + soa},
		{"ent.example.org.", dns.TypeA, "nodata NOERROR" + soa},
		{"below.example.org.", dns.TypeA, "referral NOERROR | answer below.example.org. 300 IN CNAME host.cut.example.org." +
			" | authority cut.example.org. 300 IN NS ns.cut.example.org. | additional ns.cut.example.org. 300 IN A 192.0.2.53"},
		{"ring.example.org.", dns.TypeA, "loop NOERROR | answer ring.example.org. 300 IN CNAME ring.example.org."},
		{"n1.example.org.", dns.TypeA, "loop NOERROR | answer n1.example.org. 300 IN CNAME n2.example.org."},
		{"n2.example.org.", dns.TypeA, "success NOERROR | answer n2.example.org. 300 IN A 192.0.2.18"},
		{"a.old.example.org.", dns.TypeA, "success NOERROR | answer a.old.example.org. 300 IN A 192.0.2.7"},
		{"a.old.example.org.", dns.TypeCNAME, "success NOERROR | answer old.example.org. 300 IN DNAME new.example.org." +
			" | answer a.old.example.org. 300 IN CNAME a.new.example.org."},
		{"b.wild.example.org.", dns.TypeA, "success NOERROR | answer b.wild.example.org. 300 IN A 192.0.2.80"},
	})
}

// TestPinOfAnotherBlock holds that a pin is seen in its own server block only.
func TestPinOfAnotherBlock(t *testing.T) {
	t.Parallel()
	here, there := new(int), new(int)
	ctx, set := resolve.With(context.Background())
	set.Scope = here
	if got := resolve.From(ctx, here); got != set {
		t.Errorf("From(own scope) = %p, want %p", got, set)
	}
	if got := resolve.From(ctx, there); got != nil {
		t.Errorf("From(other scope) = %p, want nil", got)
	}
}

// TestSettle holds the conditions of a fallback (SPEC 6).
func TestSettle(t *testing.T) {
	t.Parallel()
	policy := &model.Policy{Fallback: model.DefaultTriggers}
	for _, c := range []struct {
		outcome resolve.Outcome
		can     bool
		write   bool
	}{
		{resolve.Refused, true, false},
		{resolve.NXDomain, true, false},
		{resolve.Unfinished, true, false},
		{resolve.NXDomain, false, true},
		{resolve.NoData, true, true},
		{resolve.Success, true, true},
		{resolve.Referral, true, true},
		{resolve.Loop, true, true},
		{resolve.TooLong, true, true},
		{resolve.ViewGone, true, true},
	} {
		p := resolve.Pin{Policy: policy, CanFallBack: c.can, Result: resolve.Result{Outcome: c.outcome}}
		if got := p.Settle(); got != c.write {
			t.Errorf("%s, can fall back %t: write = %t, want %t", c.outcome, c.can, got, c.write)
		}
	}
}
