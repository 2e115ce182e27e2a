package resolverpolicy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/coredns/caddy"
	"github.com/coredns/caddy/caddyfile"
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/plugin"
	"github.com/coredns/coredns/plugin/metrics"
	"github.com/coredns/coredns/plugin/pkg/parse"
	"github.com/coredns/coredns/plugin/pkg/transport"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/datagram"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// direct is the property fast_udp of a server block: its policies answer plain UDP queries
// from sockets of their own, beside CoreDNS's, wherever no plugin above has a say.
type direct struct {
	pos      problem.Pos
	handler  *ResolverPolicy
	config   *dnsserver.Config
	keys     []string
	prepared bool             // check has found nothing against it
	observer *metrics.Metrics // nil without the plugin prometheus
	below    string           // the plugin that follows that

	mu     sync.Mutex
	served map[string]*directServer // by address
}

// watching are the plugins that may stand above and only look on: prometheus is told, errors
// logs what no answer of a view is.
var watching = []string{"errors", "prometheus"}

// prepare has CoreDNS tell of its servers when they begin to serve: by then their sockets
// are open, and the start has not failed.
func (d *direct) prepare(handler *ResolverPolicy, config *dnsserver.Config, keys []string) {
	d.handler, d.config, d.keys = handler, config, keys
	d.served = make(map[string]*directServer)
	if config.UDPDecorateWriterFunc != nil {
		return // another plugin's, which stands above; check says so
	}
	config.UDPDecorateWriterFunc = func(s *dnsserver.Server) dns.DecorateWriter {
		d.serve(s)
		return nil
	}
}

// check decides at startup whether the block may have sockets of its own.
func (d *direct) check() {
	if err := d.allowed(); err != nil {
		log.Warningf("%s: fast_udp is off: %v", d.pos, err)
		return
	}
	if m, ok := d.config.Handler("prometheus").(*metrics.Metrics); ok {
		d.observer, d.below = m, d.firstBelow(m.Name())
	}
	d.prepared = true
	for _, key := range d.keys { // before CoreDNS hands on what it has there
		if port, err := strconv.Atoi(portOf(key)); err == nil {
			if err := datagram.Unblock(port); err != nil {
				log.Warningf("%s: fast_udp: a reload may wait for a query: %v", d.pos, err)
			}
		}
	}
}

// allowed returns why the block's queries cannot be answered beside its chain, nil if they
// can.
func (d *direct) allowed() error {
	for _, name := range dnsserver.Directives {
		if name == pluginName {
			break
		}
		if d.config.Handler(name) != nil && !slices.Contains(watching, name) {
			return fmt.Errorf("the plugin %s stands above and has to see every query", name)
		}
	}
	switch {
	case d.config.ViewName != "" || len(d.config.FilterFuncs) > 0:
		return errors.New("the plugin view chooses among server blocks")
	case d.config.ProxyProtoConnPolicy != nil:
		return errors.New("the plugin proxyproto reads every datagram")
	}
	return d.alone()
}

// firstBelow returns the plugin of the block that follows another one.
func (d *direct) firstBelow(name string) string {
	below := dnsserver.Directives[slices.Index(dnsserver.Directives, name)+1:]
	return below[slices.IndexFunc(below, func(name string) bool { return d.config.Handler(name) != nil })]
}

// alone returns an error if another server block has a port of this one: CoreDNS alone
// knows which of them a name belongs to.
func (d *direct) alone() error {
	instances := caddy.Instances()
	if len(instances) == 0 {
		return nil
	}
	blocks, err := blocksByPort(instances[len(instances)-1]) // the one that starts
	if err != nil {
		return err
	}
	for _, own := range d.keys {
		if port := portOf(own); port != "" && blocks[port] > 1 {
			return fmt.Errorf("another server block has the port %s, too", port)
		}
	}
	return nil
}

// byPort is the key of what blocksByPort keeps in an instance.
type byPort struct{}

// blocksByPort returns how many server blocks of an instance have a port. CoreDNS tells of none
// but one's own, so the Corefile is parsed, once for all blocks that ask.
func blocksByPort(instance *caddy.Instance) (map[string]int, error) {
	instance.StorageMu.Lock()
	defer instance.StorageMu.Unlock()
	if known, ok := instance.Storage[byPort{}].(map[string]int); ok {
		return known, nil
	}
	input := instance.Caddyfile()
	blocks, err := caddyfile.Parse(input.Path(), bytes.NewReader(input.Body()), nil)
	if err != nil {
		return nil, err
	}
	out := make(map[string]int)
	for _, b := range blocks {
		ports := make(map[string]bool)
		for _, key := range b.Keys {
			ports[portOf(key)] = true
		}
		for port := range ports {
			out[port]++
		}
	}
	instance.Storage[byPort{}] = out
	return out, nil
}

// portOf returns the port of a server block's key, "" for another transport than plain DNS.
func portOf(key string) string {
	kind, rest := parse.Transport(key)
	if kind != transport.DNS {
		return ""
	}
	if i := strings.LastIndexByte(rest, ':'); i >= 0 && !strings.ContainsAny(rest[i:], "]/") {
		return rest[i+1:]
	}
	return dnsserver.Port
}

// serve opens the sockets for a server, once for each address.
func (d *direct) serve(s *dnsserver.Server) {
	server, address := d.of(s)
	if server == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.served == nil || d.served[address] != nil { // released already; or of several sockets of one address
		return
	}
	c := datagram.Config{Others: max(1, d.config.NumSockets), Loops: runtime.GOMAXPROCS(0)}
	switch err := datagram.Serve(address, c, server); {
	case errors.Is(err, datagram.ErrUnsteered):
		log.Warningf("%s: fast_udp serves a part of the queries only: %v", d.pos, err)
	case err != nil:
		log.Warningf("%s: fast_udp is off for %s: %v", d.pos, s.Addr, err)
		return
	}
	d.served[address] = server
}

// of returns what answers the queries of a server, and its address; nil if the block may have
// no sockets of its own there.
func (d *direct) of(s *dnsserver.Server) (server *directServer, address string) {
	address, plain := strings.CutPrefix(s.Addr, transport.DNS+"://")
	if !d.prepared || !plain {
		return nil, ""
	}
	return &directServer{direct: d, server: s, zones: d.zones(address)}, address
}

// Datagrams returns what answers the queries of one of the block's servers from octets to
// octets, nil if the block has no fast_udp or may not have it.
func (p *ResolverPolicy) Datagrams(s *dnsserver.Server) datagram.Handler {
	if d := p.sources.direct; d != nil {
		if server, _ := d.of(s); server != nil {
			return server
		}
	}
	return nil
}

// zones returns the zones of the block at an address, nil for all names.
func (d *direct) zones(address string) (zones []string) {
	port := address[strings.LastIndexByte(address, ':')+1:]
	for _, key := range d.keys {
		if portOf(key) != port {
			continue
		}
		_, rest := parse.Transport(key)
		zone := strings.ToLower(dns.Fqdn(rest[:strings.LastIndexByte(rest, ':')]))
		if zone == "." {
			return nil
		}
		zones = append(zones, zone)
	}
	return zones
}

// release gives the sockets to the next instance, or closes them, and returns when the
// queries under way are answered.
func (d *direct) release() {
	d.mu.Lock()
	served := d.served
	d.served = nil
	d.mu.Unlock()
	for address, s := range served {
		datagram.Release(address, s)
	}
}

// directServer is one address. It implements datagram.Handler.
type directServer struct {
	direct *direct
	server *dnsserver.Server
	zones  []string
}

var _ datagram.Handler = (*directServer)(nil)

// Loop implements datagram.Handler.
func (s *directServer) Loop(local netip.AddrPort) datagram.Loop {
	return newDirectLoop(s, local)
}

// ServeDNS implements datagram.Handler: it is what CoreDNS's own sockets do.
func (s *directServer) ServeDNS(w dns.ResponseWriter, r *dns.Msg) {
	ctx := context.WithValue(context.Background(), dnsserver.Key{}, s.server)
	ctx = context.WithValue(ctx, dnsserver.LoopKey{}, 0)
	s.server.ServeDNS(ctx, w, r)
}

// Dropped implements datagram.Handler.
func (s *directServer) Dropped() { s.listener().Direct(0, 0, 1) }

// covers reports whether a name is the block's.
func (s *directServer) covers(qname string) bool {
	return len(s.zones) == 0 || plugin.Zones(s.zones).Matches(qname) != ""
}
