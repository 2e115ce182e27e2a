package resolverpolicy

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coredns/coredns/plugin/cache"
	"github.com/coredns/coredns/plugin/forward"
	"github.com/coredns/coredns/plugin/pkg/parse"
	"github.com/coredns/coredns/plugin/pkg/proxy"
	"github.com/coredns/coredns/plugin/pkg/transport"

	"github.com/internaldns/internaldns/plugin/pkg/model"
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

// upstream is the path of one policy with resolvers of its own: a cache that no
// other policy can read, and the forward plugin's exchange and health checks. Safe for
// concurrent use.
type upstream struct {
	resolvers []string // as written
	cache     *cache.Cache
	forward   *forward.Forward

	mu     sync.Mutex
	under  int           // queries under way
	closed bool          // no query may begin any more
	idle   chan struct{} // closed when the last one has ended
}

// newUpstream makes an upstream of addresses that parseResolvers takes, and begins its
// health checks.
func newUpstream(words []string) (*upstream, error) {
	resolvers, err := parseResolvers(words)
	if err != nil {
		return nil, err
	}
	u := &upstream{resolvers: words, cache: cache.New(), forward: forward.New(), idle: make(chan struct{})}
	u.cache.Next = u.forward
	for _, r := range resolvers {
		u.forward.SetProxy(r.proxy())
	}
	return u, nil
}

// enter reports whether a query may be asked; leave is to follow then.
func (u *upstream) enter() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closed {
		return false
	}
	u.under++
	return true
}

func (u *upstream) leave() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.under--; u.closed && u.under == 0 {
		close(u.idle)
	}
}

// close has no query begin any more, waits for those under way, and ends the health
// checks and connections. It is called once.
func (u *upstream) close() error {
	u.mu.Lock()
	if u.closed = true; u.under == 0 {
		close(u.idle)
	}
	u.mu.Unlock()
	<-u.idle
	return u.forward.OnShutdown()
}

// Prepare implements scope.Follower: what policies ask is there before a query has them.
func (p *ResolverPolicy) Prepare(next *model.Snapshot) {
	for _, policy := range next.Policies {
		if policy.Action != model.UseResolvers {
			continue
		}
		old := p.upstreams.at(policy.Number())
		if old != nil && slices.Equal(old.resolvers, policy.Resolvers) {
			continue
		}
		u, err := newUpstream(policy.Resolvers)
		if err != nil {
			log.Errorf("Policy %q: %v", policy.Name, err)
			continue
		}
		p.upstreams.swap(policy.Number(), old, u)
		p.end(old)
	}
}

// Follow implements scope.Follower: what no policy asks any more ends with the last query
// under way.
func (p *ResolverPolicy) Follow(_, next *model.Snapshot) {
	asked := make(map[uint32]bool)
	for _, policy := range next.Policies {
		if policy.Action == model.UseResolvers {
			asked[policy.Number()] = true
		}
	}
	for number, u := range p.upstreams.all() {
		if !asked[number] {
			p.upstreams.swap(number, u, nil)
			p.end(u)
		}
	}
}

// end closes an upstream, which may be nil, as soon as its queries allow. onShutdown
// waits for that.
func (p *ResolverPolicy) end(u *upstream) {
	if u == nil {
		return
	}
	p.ending.Go(func() {
		if err := u.close(); err != nil {
			log.Errorf("While closing connections to resolvers: %v", err)
		}
	})
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
