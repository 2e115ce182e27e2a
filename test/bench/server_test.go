// Package bench measures the suite beside stock CoreDNS in the same run: the
// whole way of a query through dnsserver, without sockets. Only ratios and
// allocations mean anything; the machine is shared.
package bench

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/plugin"
	_ "github.com/coredns/coredns/plugin/bind"  // stock directives of the Corefiles below
	_ "github.com/coredns/coredns/plugin/cache" // the public path
	_ "github.com/coredns/coredns/plugin/file"  // the competitor
	_ "github.com/coredns/coredns/plugin/forward"
	_ "github.com/coredns/coredns/plugin/root"
	_ "github.com/coredns/coredns/plugin/view" // the competitor
	"github.com/miekg/dns"

	_ "github.com/internaldns/internaldns/plugin/dnsview"
	_ "github.com/internaldns/internaldns/plugin/internalzone"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
	_ "github.com/internaldns/internaldns/plugin/referencezone"
	_ "github.com/internaldns/internaldns/plugin/resolverpolicy"
)

// probe is a directive that catches the server a query runs on, so that the
// benchmarks can call it without a socket.
const probe = "probe"

var caught = make(chan *dnsserver.Server, 1)

// block is the scope of the server block that was set up last.
var block *scope.Scope

func TestMain(m *testing.M) {
	caddy.Quiet, dnsserver.Quiet = true, true
	plugin.Register(probe, func(c *caddy.Controller) error {
		c.Next()
		block = scope.Of(c, probe)
		dnsserver.GetConfig(c).AddPlugin(func(next plugin.Handler) plugin.Handler { return catcher{next} })
		return nil
	})
	plugin.Register(under, func(c *caddy.Controller) error {
		c.Next()
		underneath = dnsserver.GetConfig(c)
		return nil
	})
	err := dnsserver.SetDirectives([]string{"root", "bind", "prometheus", probe,
		"resolverpolicy", "dnsview", "internalzone", "referencezone", "cache", "file", "forward", "view", under})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// under is a directive that tells the configuration of its block, for fast_udp: the probe,
// which stands above, would put an end to that.
const under = "under"

var underneath *dnsserver.Config

// prepared is what the probe itself answers, at no cost: what is left is the server's.
var prepared = new(dns.Msg).SetQuestion("prepared.", dns.TypeA)

type catcher struct{ next plugin.Handler }

func (catcher) Name() string { return probe }

func (c catcher) ServeDNS(ctx context.Context, w dns.ResponseWriter, r *dns.Msg) (int, error) {
	if r.Question[0].Name == "probe." {
		caught <- ctx.Value(dnsserver.Key{}).(*dnsserver.Server)
		return dns.RcodeServerFailure, nil
	}
	if r.Question[0].Name == prepared.Question[0].Name {
		return dns.RcodeSuccess, w.WriteMsg(prepared)
	}
	return c.next.ServeDNS(ctx, w, r)
}

// serve starts a Corefile and gives its server.
func serve(tb testing.TB, corefile string) *dnsserver.Server {
	tb.Helper()
	s, _ := serveAt(tb, corefile)
	return s
}

// serveAt is serve that returns the address for queries by UDP, too.
func serveAt(tb testing.TB, corefile string) (*dnsserver.Server, string) {
	tb.Helper()
	instance := start(tb, corefile)
	address := instance.Servers()[0].LocalAddr().String()
	if _, err := dns.Exchange(new(dns.Msg).SetQuestion("probe.", dns.TypeA), address); err != nil {
		tb.Fatal(err)
	}
	return <-caught, address
}

// start starts a Corefile for the time of the benchmark.
func start(tb testing.TB, corefile string) *caddy.Instance {
	tb.Helper()
	instance, err := caddy.Start(caddy.CaddyfileInput{Filepath: "Corefile", Contents: []byte(corefile), ServerTypeName: "dns"})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := instance.Stop(); err != nil {
			tb.Error(err)
		}
		instance.ShutdownCallbacks()
	})
	return instance
}

// discard is a client that throws its answers away.
type discard struct {
	client, server net.UDPAddr
	last           *dns.Msg
}

func newDiscard(client string) *discard {
	return &discard{client: net.UDPAddr{IP: net.ParseIP(client), Port: 1000}, server: net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 53}}
}

func (d *discard) LocalAddr() net.Addr         { return &d.server }
func (d *discard) RemoteAddr() net.Addr        { return &d.client }
func (d *discard) WriteMsg(m *dns.Msg) error   { d.last = m; return nil }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) Close() error                { return nil }
func (d *discard) TsigStatus() error           { return nil }
func (d *discard) TsigTimersOnly(bool)         {}
func (d *discard) Hijack()                     {}

// measure asks for one address over and over, after one try that must give it.
func measure(b *testing.B, s *dnsserver.Server, client, name string) {
	b.Helper()
	if m := measureRcode(b, s, client, name, dns.RcodeSuccess); len(m.Answer) != 1 {
		b.Fatalf("%s: %v", name, m)
	}
}

// measureRcode is measure for any answer of that rcode, which it gives.
func measureRcode(b *testing.B, s *dnsserver.Server, client, name string, rcode int) *dns.Msg {
	b.Helper()
	w := newDiscard(client)
	r := new(dns.Msg).SetQuestion(name, dns.TypeA)
	ctx := context.WithValue(context.Background(), dnsserver.Key{}, s)
	s.ServeDNS(ctx, w, r)
	if w.last == nil || w.last.Rcode != rcode {
		b.Fatalf("%s: %v", name, w.last)
	}
	b.ReportAllocs()
	for b.Loop() {
		s.ServeDNS(ctx, w, r)
	}
	return w.last
}

// zoneFile writes a zone of n addresses and gives its directory and base name.
func zoneFile(tb testing.TB, n int) (dir, name string) {
	tb.Helper()
	var text strings.Builder
	text.WriteString("$TTL 1h\n@ SOA ns hostmaster 1 2h 30m 2w 5m\n@ NS ns\nns A 192.0.2.53\n")
	text.WriteString("alias CNAME host-1\n")
	for i := range n {
		fmt.Fprintf(&text, "host-%d A 192.0.%d.%d\n", i, i/250%250, i%250)
	}
	dir, name = tb.TempDir(), "example.org.zone"
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text.String()), 0o600); err != nil {
		tb.Fatal(err)
	}
	return dir, name
}
