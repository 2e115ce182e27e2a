package resolverpolicy

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/coredns/coredns/plugin"
	"github.com/coredns/coredns/plugin/test"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/location"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/requestinfo"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// rrs reads records.
func rrs(t testing.TB, texts ...string) (out []dns.RR) {
	t.Helper()
	for _, text := range texts {
		rr, err := dns.NewRR(text)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, rr)
	}
	return out
}

// asked is the reply that a handler writes to a client of the test package, which is
// 10.240.0.1.
type asked struct {
	test.ResponseWriter
	msg *dns.Msg
	raw []byte
}

func (a *asked) WriteMsg(m *dns.Msg) error        { a.msg = m; return nil }
func (a *asked) Write(octets []byte) (int, error) { a.raw = octets; return len(octets), nil }

func question(t testing.TB) *dns.Msg {
	t.Helper()
	return new(dns.Msg).SetQuestion("www.example.org.", dns.TypeA)
}

// boundedHandler is one before a plugin that answers, for clients of places.
func boundedHandler(t testing.TB, answer *dns.Msg, places model.Places) *ResolverPolicy {
	t.Helper()
	s := new(scope.Scope)
	if problems := s.Update(func(*model.Snapshot) (*model.Snapshot, problem.List) {
		return model.Build(model.Spec{Places: places}, nil)
	}); problems.HasErrors() {
		t.Fatal(problems)
	}
	p := newHandler(s, &sources{clients: new(requestinfo.Sources)})
	p.Next = plugin.HandlerFunc(func(_ context.Context, w dns.ResponseWriter, _ *dns.Msg) (int, error) {
		return dns.RcodeSuccess, w.WriteMsg(answer)
	})
	if err := p.onStartup(); err != nil {
		t.Fatal(err)
	}
	return p
}

// LIVE 3: no TTL of an answer is above that of the client's place; what answers below is
// left as it was.
func TestMaxTTL(t *testing.T) {
	answer := question(t)
	answer.Response = true
	answer.Answer = rrs(t, "www.example.org. 3600 IN CNAME a.example.org.", "a.example.org. 60 IN A 192.0.2.1")
	answer.Ns = rrs(t, "example.org. 7200 IN SOA ns.example.org. h.example.org. 1 2 3 4 9000")
	answer.Extra = rrs(t, "ns.example.org. 300 IN A 192.0.2.53")
	answer.SetEdns0(1232, true) // whose TTL has the flag DO
	before := answer.String()
	net := []netip.Prefix{netip.MustParsePrefix("10.240.0.0/16")}
	for name, tt := range map[string]struct {
		places model.Places
		want   string
	}{
		"none":      {nil, "3600 60 7200 300"},
		"account":   {location.NewPlaces(nil, 120), "120 60 120 120"},
		"location":  {location.NewPlaces([]location.Place{{Name: "x", Networks: net, MaxTTL: 60}}, 120), "60 60 60 60"},
		"elsewhere": {location.NewPlaces([]location.Place{{Name: "x", Subdomain: "x", MaxTTL: 60}}, 0), "3600 60 7200 300"},
		"disabled":  {location.NewPlaces([]location.Place{{Name: "x", Networks: net}}, 120), "3600 60 7200 300"},
	} {
		p := boundedHandler(t, answer, tt.places)
		w := new(asked)
		if _, err := p.ServeDNS(t.Context(), w, question(t)); err != nil {
			t.Fatal(err)
		}
		var ttls []string
		for _, rr := range slices.Concat(w.msg.Answer, w.msg.Ns, w.msg.Extra) {
			if rr.Header().Rrtype != dns.TypeOPT {
				ttls = append(ttls, strings.Fields(rr.String())[1])
			}
		}
		if got := strings.Join(ttls, " "); got != tt.want || !w.msg.IsEdns0().Do() {
			t.Errorf("%s: TTLs %s, want %s", name, got, tt.want)
		}
		if answer.String() != before {
			t.Fatalf("%s: the message of the plugin below is\n%s", name, answer)
		}
	}
}

// A plugin below may write octets.
func TestMaxTTLOctets(t *testing.T) {
	m := question(t)
	m.Response = true
	m.Answer = rrs(t, "www.example.org. 3600 IN A 192.0.2.1")
	octets, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	w := new(asked)
	if n, err := (&bounded{ResponseWriter: w, maxTTL: 60}).Write(octets); n != len(octets) || err != nil || w.msg == nil || w.msg.Answer[0].Header().Ttl != 60 {
		t.Errorf("lowered: %d %v %v", n, err, w.msg)
	}
	for _, b := range []*bounded{{ResponseWriter: new(asked), maxTTL: 3600}, {ResponseWriter: new(asked)}} {
		if n, err := b.Write(octets); n != len(octets) || err != nil || string(b.ResponseWriter.(*asked).raw) != string(octets) {
			t.Errorf("highest TTL %d: %d %v", b.maxTTL, n, err)
		}
	}
	junk := new(asked)
	if n, _ := (&bounded{ResponseWriter: junk, maxTTL: 60}).Write([]byte("junk")); n != 4 || string(junk.raw) != "junk" {
		t.Error("what is no message does not pass")
	}
}

// Without a highest TTL nobody is asked for the place, and nothing is allocated for it.
func TestMaxTTLUnset(t *testing.T) {
	answer := question(t)
	answer.Response = true
	answer.Answer = rrs(t, "www.example.org. 3600 IN A 192.0.2.1")
	w, r := new(asked), question(t)
	allocs := func(places model.Places) float64 {
		p := boundedHandler(t, answer, places)
		return testing.AllocsPerRun(200, func() {
			if _, err := p.ServeDNS(context.Background(), w, r); err != nil {
				t.Error(err)
			}
		})
	}
	unset := allocs(location.NewPlaces([]location.Place{{Name: "x", Default: true}}, 0))
	if none, set := allocs(nil), allocs(location.NewPlaces(nil, 60)); unset != none || set <= none {
		t.Errorf("%v allocations without places, %v without a highest TTL, %v with one", none, unset, set)
	}
}
