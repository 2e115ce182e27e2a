// Package upstream asks the resolvers of a policy's own.
package upstream

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/coredns/coredns/plugin/cache"
	"github.com/coredns/coredns/plugin/forward"
	coreparse "github.com/coredns/coredns/plugin/pkg/parse"
	"github.com/coredns/coredns/plugin/pkg/proxy"
	"github.com/coredns/coredns/plugin/pkg/transport"
	"github.com/miekg/dns"

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

// parseOne reads [tls://|https://]ADDRESS[%NAME][:PORT].
func parseOne(word string) (resolver, error) {
	protocol, host := coreparse.Transport(word)
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

// Check returns what is wrong with the addresses of one policy.
func Check(words []string) error {
	_, err := parse(words)
	return err
}

// parse reads the addresses of one policy.
func parse(words []string) ([]resolver, error) {
	var v4, v6 int
	out := make([]resolver, 0, len(words))
	for _, word := range words {
		r, err := parseOne(word)
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

// Upstream is the path of one policy with resolvers of its own: a cache that no
// other policy can read, and the forward plugin's exchange and health checks. Safe for
// concurrent use.
type Upstream struct {
	resolvers []string // as written
	cache     *cache.Cache
	forward   *forward.Forward

	mu     sync.Mutex
	under  int           // queries under way
	closed bool          // no query may begin any more
	idle   chan struct{} // closed when the last one has ended
}

// New returns the upstream of some addresses and begins its health checks. It fails as
// Check does.
func New(words []string) (*Upstream, error) {
	resolvers, err := parse(words)
	if err != nil {
		return nil, err
	}
	u := &Upstream{resolvers: words, cache: cache.New(), forward: forward.New(), idle: make(chan struct{})}
	u.cache.Next = u.forward
	for _, r := range resolvers {
		u.forward.SetProxy(r.proxy())
	}
	return u, nil
}

// Resolvers returns the addresses as they are written. Read-only.
func (u *Upstream) Resolvers() []string { return u.resolvers }

// ServeDNS answers a query that has entered, as a plugin.Handler does.
func (u *Upstream) ServeDNS(ctx context.Context, w dns.ResponseWriter, r *dns.Msg) (int, error) {
	return u.cache.ServeDNS(ctx, w, r)
}

// Enter reports whether a query may be asked; Leave is to follow then.
func (u *Upstream) Enter() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closed {
		return false
	}
	u.under++
	return true
}

// Leave ends what Enter began.
func (u *Upstream) Leave() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.under--; u.closed && u.under == 0 {
		close(u.idle)
	}
}

// Close has no query begin any more, waits for those under way, and ends the health
// checks and connections. It is called once.
func (u *Upstream) Close() error {
	u.mu.Lock()
	if u.closed = true; u.under == 0 {
		close(u.idle)
	}
	u.mu.Unlock()
	<-u.idle
	return u.forward.OnShutdown()
}

// proxy makes the connection pool to one resolver, not yet started.
func (r resolver) proxy() *proxy.Proxy {
	p := proxy.NewProxy(model.PolicyDirective, r.addr.String(), r.protocol)
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
