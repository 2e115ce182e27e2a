package resolverpolicy

import (
	"context"
	"net"
	"net/netip"

	"github.com/coredns/coredns/plugin/metadata"
	"github.com/coredns/coredns/request"
	"github.com/miekg/dns"
)

// geo asks the geoip plugin. Safe for concurrent use.
type geo struct{ provider metadata.Provider }

func (g geo) locate(addr netip.Addr, r *dns.Msg) (country, continent string) {
	ctx := g.provider.Metadata(metadata.ContextWithMetadata(context.Background()), request.Request{Req: r, W: from{addr: addr}})
	return valueOf(ctx, "geoip/country/code"), valueOf(ctx, "geoip/continent/code")
}

// valueOf returns a metadata value, "" if it is not set.
func valueOf(ctx context.Context, label string) string {
	value := metadata.ValueFunc(ctx, label)
	if value == nil {
		return ""
	}
	return value()
}

// from is a writer that knows a client's address and nothing else.
type from struct {
	dns.ResponseWriter
	addr netip.Addr
}

// RemoteAddr implements dns.ResponseWriter.
func (f from) RemoteAddr() net.Addr { return net.UDPAddrFromAddrPort(netip.AddrPortFrom(f.addr, 0)) }
