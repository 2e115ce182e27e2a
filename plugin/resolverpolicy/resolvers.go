package resolverpolicy

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/coredns/coredns/plugin/cache"
	"github.com/coredns/coredns/plugin/forward"
	"github.com/coredns/coredns/plugin/pkg/parse"
	"github.com/coredns/coredns/plugin/pkg/proxy"
	"github.com/coredns/coredns/plugin/pkg/transport"
)

const (
	maxPerFamily    = 10 // resolvers of one policy in each address family [C]
	connExpire      = 10 * time.Second
	resolverTimeout = 2 * time.Second // to read an answer
)

// resolver is one custom resolver, as the forward plugin spells it.
type resolver struct {
	protocol string // transport.DNS, TLS or HTTPS
	addr     netip.AddrPort
	name     string // for TLS; empty: the address is verified
}

// parseResolver reads [tls://|https://]ADDRESS[%NAME][:PORT].
func parseResolver(word string) (resolver, error) {
	protocol, host := parse.Transport(word)
	port := map[string]string{
		transport.DNS: transport.Port, transport.TLS: transport.TLSPort, transport.HTTPS: transport.HTTPSPort,
	}[protocol]
	if port == "" {
		return resolver{}, fmt.Errorf("resolver %q: allowed are plain addresses, tls:// and https://", word)
	}
	if h, p, err := net.SplitHostPort(host); err == nil {
		host, port = h, p
	}
	host, name, _ := strings.Cut(strings.Trim(host, "[]"), "%")
	if name != "" && protocol == transport.DNS {
		return resolver{}, fmt.Errorf("resolver %q: a name after %% is for tls:// and https:// only", word)
	}
	addr, err := netip.ParseAddrPort(net.JoinHostPort(host, port))
	if err != nil {
		return resolver{}, fmt.Errorf("resolver %q is not an address with an optional port: [tls://|https://]ADDRESS[%%NAME][:PORT]", word)
	}
	return resolver{protocol: protocol, addr: addr, name: name}, nil
}

// parseResolvers reads the addresses of one policy.
func parseResolvers(words []string) ([]resolver, error) {
	var v4, v6 int
	out := make([]resolver, 0, len(words))
	for _, word := range words {
		r, err := parseResolver(word)
		if err != nil {
			return nil, err
		}
		if r.addr.Addr().Unmap().Is4() {
			v4++
		} else {
			v6++
		}
		out = append(out, r)
	}
	if v4 > maxPerFamily || v6 > maxPerFamily {
		return nil, fmt.Errorf("%d IPv4 and %d IPv6 resolvers, at most %d of each are allowed", v4, v6, maxPerFamily)
	}
	return out, nil
}

// custom is the path of one policy with resolvers of its own: a cache that no
// other policy can read, and the forward plugin's exchange and health checks.
type custom struct {
	cache   *cache.Cache
	forward *forward.Forward
	proxies []*proxy.Proxy
}

func newCustom(resolvers []resolver) *custom {
	c := &custom{cache: cache.New(), forward: forward.New()}
	c.cache.Next = c.forward
	for _, r := range resolvers {
		c.proxies = append(c.proxies, r.proxy())
	}
	return c
}

// proxy makes the connection pool to one resolver, not yet started.
func (r resolver) proxy() *proxy.Proxy {
	p := proxy.NewProxy(pluginName, r.addr.String(), r.protocol)
	p.SetExpire(connExpire)
	p.SetReadTimeout(resolverTimeout)
	if r.protocol == transport.DNS {
		return p
	}
	config := &tls.Config{ServerName: r.name, MinVersion: tls.VersionTLS12, ClientSessionCache: tls.NewLRUClientSessionCache(1)}
	if r.protocol == transport.HTTPS {
		p.SetHTTPClient(&http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone(), Timeout: resolverTimeout})
		p.SetDOHRequestOptions(http.MethodPost)
		p.SetDOHHost(r.name)
	}
	p.SetTLSConfig(config)
	return p
}

// start begins the health checks.
func (c *custom) start() {
	for _, p := range c.proxies {
		c.forward.SetProxy(p)
	}
}

// stop ends them and closes the connections.
func (c *custom) stop() error { return c.forward.OnShutdown() }
