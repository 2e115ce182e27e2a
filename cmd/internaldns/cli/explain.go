package cli

import (
	"flag"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/explain"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// explained is what `explain -json` prints: the explanation, and what stands
// around the suite.
type explained struct {
	*explain.Explanation
	Block      []string   `json:"block"`       // keys of the server block
	PublicPath []upstream `json:"public_path"` // plugins below the suite, in order
	Live       []asked    `json:"live,omitempty"`
}

// explainFlags are the flags of explain as they are written.
type explainFlags struct {
	conf, block, client, server, transport, host, identity string
	reverse, dnssec, noRecursion, live, json               bool
}

func prepareExplain(flags *flag.FlagSet) body {
	f := new(explainFlags)
	flags.StringVar(&f.conf, "conf", defaultCorefile, "Corefile to read, a `FILE` or stdin")
	flags.StringVar(&f.block, "block", "", "`KEY` of the server block or its position, where it cannot be told from the query")
	flags.StringVar(&f.client, "client", "127.0.0.1", "`IP` address of the client")
	flags.StringVar(&f.server, "server", "", "`IP` address the query arrives at, with or without a port")
	flags.StringVar(&f.transport, "transport", "", "`TRANSPORT` it arrives by: udp, tcp, tls, https, https3, quic or grpc (default: any)")
	flags.StringVar(&f.host, "host", "", "`NAME` of the host in the HTTPS request, or of the server in the TLS handshake")
	flags.StringVar(&f.identity, "identity", "", "`MAIL` address of who asks, as if a client certificate showed it")
	flags.BoolVar(&f.reverse, "x", false, "NAME is an IP address, ask for its reverse name; with the type PTR that needs no flag")
	flags.BoolVar(&f.dnssec, "dnssec", false, "ask with DO, the flag for DNSSEC records")
	flags.BoolVar(&f.noRecursion, "norecurse", false, "ask without RD, the flag for recursion")
	flags.BoolVar(&f.live, "live", false, "really ask public DNS where the query would be sent there")
	flags.BoolVar(&f.json, "json", false, "print one JSON object")
	return func(p *program, args []string) (int, error) { return p.explain(f, args) }
}

func (p *program) explain(f *explainFlags, args []string) (int, error) {
	q, a, err := f.parse(args)
	if err != nil {
		return exitFailure, err
	}
	c, err := p.loadGood(f.conf)
	if err != nil {
		return exitFailure, err
	}
	qname, err := domain.Parse(q.Name)
	if err != nil {
		return exitFailure, usagef("name: %s", err)
	}
	if q.Name, err = domain.ToASCII(q.Name); err != nil {
		return exitFailure, usagef("name: %s", err)
	}
	b, err := c.block(f.block)
	if f.block == "" && len(c.blocks) > 0 {
		b, err = c.blockFor(a, qname, q.Type)
	}
	if err != nil {
		return exitFailure, err
	}
	request := new(dns.Msg).SetQuestion(qname, q.Type)
	request.RecursionDesired = !q.NoRecursion
	q.Client = clientOf(b, a, qname, request)
	out := explained{Explanation: explain.Explain(b.Snapshot, q), Block: b.Keys, PublicPath: upstreams(b)}
	if f.live {
		out.Live = askLive(b, out.Explanation, a, request)
	}
	if f.json {
		return exitOK, printJSON(p.stdout, out)
	}
	if err := out.WriteText(p.stdout, p.color); err != nil {
		return exitFailure, err
	}
	out.writeAround(p)
	return exitOK, nil
}

// parse reads the flags and arguments.
func (f *explainFlags) parse(args []string) (q explain.Query, a asker, err error) {
	if len(args) < 1 || len(args) > 2 {
		return q, a, usagef("a name is explained, with a type or without, found %d words", len(args))
	}
	q = explain.Query{Name: args[0], Type: dns.TypeA, Time: time.Now(), NoRecursion: f.noRecursion, DNSSEC: f.dnssec}
	if len(args) == 2 {
		if q.Type, err = parseType(args[1]); err != nil {
			return q, a, usagef("%s", err)
		}
	}
	if q.Name, q.Type, err = f.reversed(q.Name, q.Type, len(args) == 2); err != nil {
		return q, a, err
	}
	a = asker{transport: f.transport, host: f.host, identity: f.identity}
	if _, ok := transports()[f.transport]; !ok && f.transport != "" {
		return q, a, usagef("-transport %q, allowed: udp, tcp, tls, https, https3, quic, grpc", f.transport)
	}
	if f.host != "" && slices.Contains([]string{"udp", "tcp", "grpc"}, f.transport) {
		return q, a, usagef("-host goes with the transports tls, https, https3 and quic")
	}
	if a.client, err = netip.ParseAddr(f.client); err != nil {
		return q, a, usagef("-client %q is not an address", f.client)
	}
	a.client = a.client.Unmap().WithZone("")
	if f.server == "" {
		return q, a, nil
	}
	if at, err := netip.ParseAddrPort(f.server); err == nil {
		a.server, a.port = at.Addr().Unmap(), at.Port()
		return q, a, nil
	}
	if a.server, err = netip.ParseAddr(strings.Trim(f.server, "[]")); err != nil {
		return q, a, usagef("-server %q is not an address, with or without a port", f.server)
	}
	a.server = a.server.Unmap()
	return q, a, nil
}

// reversed returns the reverse name of an address that is asked for with -x or the
// type PTR, and the type PTR unless one was stated; else name and type as they are.
func (f *explainFlags) reversed(name string, qtype uint16, stated bool) (string, uint16, error) {
	addr, err := netip.ParseAddr(name)
	switch {
	case f.reverse && err != nil:
		return "", 0, usagef("-x takes an IP address, found %q", name)
	case err != nil || !f.reverse && qtype != dns.TypePTR:
		return name, qtype, nil
	case !stated:
		qtype = dns.TypePTR
	}
	addr = addr.Unmap().WithZone("")
	reverse, err := domain.Reverse(netip.PrefixFrom(addr, addr.BitLen()))
	return reverse, qtype, err
}

// below returns the plugins that stand below the suite.
func below(b *scope.Block) int {
	at := 0
	for i, h := range b.Handlers {
		if slices.Contains(scope.Directives(), h.Name()) {
			at = i + 1
		}
	}
	return at
}
