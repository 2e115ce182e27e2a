package resolverpolicy

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"

	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/request"
	"github.com/miekg/dns"
)

// arrival is what only the first handler of a chain can see of how a query came:
// plugins on the way hide the connection. Immutable.
type arrival struct {
	context.Context
	tls *tls.ConnectionState
}

type arrivalKey struct{}

// Value returns the arrival, or what the parent holds.
func (a *arrival) Value(key any) any {
	if _, ok := key.(arrivalKey); ok {
		return a
	}
	return a.Context.Value(key)
}

// Collect implements dnsserver.MetadataCollector: without the metadata plugin the
// server calls it before the first handler of the chain.
func (p *ResolverPolicy) Collect(ctx context.Context, state request.Request) context.Context {
	return p.arrive(ctx, state)
}

// Metadata implements metadata.Provider: with the metadata plugin, which takes the
// place of all other collectors, that calls it.
func (p *ResolverPolicy) Metadata(ctx context.Context, state request.Request) context.Context {
	return p.describe(p.arrive(ctx, state), state)
}

// arrive keeps the state of a TLS connection. Whether a policy asks for it is only known
// when the query has its snapshot.
func (p *ResolverPolicy) arrive(ctx context.Context, state request.Request) context.Context {
	stater, ok := state.W.(dns.ConnectionStater)
	if !ok {
		return ctx
	}
	connection := stater.ConnectionState()
	if connection == nil {
		return ctx
	}
	return &arrival{Context: ctx, tls: connection}
}

// encryption tells what host a client asked for, and the certificate it showed if
// that was verified.
func encryption(ctx context.Context) (host string, certificate *x509.Certificate) {
	var state *tls.ConnectionState
	if r, ok := ctx.Value(dnsserver.HTTPRequestKey{}).(*http.Request); ok {
		host, state = r.Host, r.TLS
	} else if a, ok := ctx.Value(arrivalKey{}).(*arrival); ok {
		host, state = a.tls.ServerName, a.tls
	}
	if state != nil && len(state.VerifiedChains) > 0 {
		certificate = state.PeerCertificates[0]
	}
	return host, certificate
}
