package resolverpolicy

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/coredns/coredns/plugin/metrics"
	"github.com/coredns/coredns/plugin/metrics/vars"
	"github.com/coredns/coredns/plugin/test"
	"github.com/coredns/coredns/request"
	"github.com/miekg/dns"
	"github.com/prometheus/client_golang/prometheus"
)

// requestTypes returns the types that requests of a server are counted with.
func requestTypes(t *testing.T, server string) (types []string) {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(vars.RequestCount)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.Metric {
			labels := make(map[string]string)
			for _, l := range m.Label {
				labels[l.GetName()] = l.GetValue()
			}
			if labels["server"] == server {
				types = append(types, labels["type"])
			}
		}
	}
	slices.Sort(types)
	return types
}

// Types are counted by the names that CoreDNS counts them by.
func TestMonitoredTypes(t *testing.T) {
	const chain, loop = "dns://chain.test:53", "dns://loop.test:53"
	o := newObservation(metrics.New(""), "below", loop)
	named := 0
	for qtype := range uint16(301) {
		vars.RequestCount.DeletePartialMatch(prometheus.Labels{"server": chain})
		vars.RequestCount.DeletePartialMatch(prometheus.Labels{"server": loop})
		m := &dns.Msg{Question: []dns.Question{{Name: ".", Qtype: qtype, Qclass: dns.ClassINET}}}
		vars.Report(chain, request.Request{Req: m, W: new(test.ResponseWriter)}, ".", "", "NOERROR", "below", 12, time.Now())
		clear(o.byZone)
		o.answered(".", qtype, netip.MustParseAddr("192.0.2.1"), false, 12, dns.RcodeSuccess)
		want, got := requestTypes(t, chain), requestTypes(t, loop)
		if !slices.Equal(got, want) || len(want) != 1 {
			t.Errorf("type %d is counted as %q, CoreDNS has %q", qtype, got, want)
		}
		if monitored(qtype) {
			named++
		}
	}
	if named == 0 {
		t.Error("no type has a name")
	}
}

// A panic is the chain's to report: the loop leaves the query to it, with nothing written.
func TestDirectPanics(t *testing.T) {
	packet, err := new(dns.Msg).SetQuestion("www.example.org.", dns.TypeA).Pack()
	if err != nil {
		t.Fatal(err)
	}
	l := &directLoop{server: new(directServer)} // without policies
	out := make([]byte, 3, 100)
	l.Read([][]byte{packet})
	got, ok := l.Answer(out, 0, netip.MustParseAddrPort("192.0.2.1:4242"))
	if ok || len(got) != len(out) {
		t.Errorf("%x, %t", got, ok)
	}
}

// Other transports, and addresses of other kinds, are no ports of plain DNS.
func TestPortOf(t *testing.T) {
	for key, want := range map[string]string{
		".": "53", "example.org": "53", "example.org:5353": "5353", "dns://.:54": "54", ".:53": "53",
		"tls://.:853": "", "https://example.org": "", "quic://.": "", "grpc://.:443": "", "10.0.0.0/8": "53", "10.0.0.0/8:5300": "5300",
	} {
		if got := portOf(key); got != want {
			t.Errorf("%s: port %q, want %q", key, got, want)
		}
	}
}

// A block has the zones of its keys at a port, or all names.
func TestDirectZones(t *testing.T) {
	d := &direct{keys: []string{"a.example.:53", "B.example.:53", "dns://c.example.:54", "tls://d.example.:53"}}
	for address, row := range map[string]struct{ in, out string }{
		"127.0.0.1:53": {"x.b.example.", "c.example."},
		"[::1]:54":     {"c.example.", "a.example."},
		":53":          {"a.example.", "d.example."},
	} {
		s := &directServer{direct: d, zones: d.zones(address)}
		if !s.covers(row.in) || s.covers(row.out) {
			t.Errorf("%s: zones %q", address, s.zones)
		}
	}
	if zones := (&direct{keys: []string{"a.example.:53", ".:53"}}).zones(":53"); zones != nil {
		t.Errorf("zones %q with the root among them", zones)
	}
}
