package resolverpolicy

import (
	"context"
	"slices"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/requestinfo"
)

// bounded lets replies pass with TTLs that are not above the highest of the client's
// place.
type bounded struct {
	dns.ResponseWriter
	place  string
	maxTTL uint32 // 0: any
}

// bound returns a writer to the client that holds the TTLs of its place, which it looks
// for once for the query.
func (p *ResolverPolicy) bound(ctx context.Context, snapshot *model.Snapshot, w dns.ResponseWriter, r *dns.Msg) dns.ResponseWriter {
	if b, ok := w.(*bounded); ok { // the query is served anew
		w = b.ResponseWriter
	}
	a := p.selections.Get().(*selection)
	defer p.selections.Put(a)
	host, _ := encryption(ctx)
	a.client = requestinfo.Info{
		Sources: p.sources.clients, Places: snapshot.Places(), Addr: clientAddr(w, r), Server: addrOf(w.LocalAddr()), Host: host,
	}
	place := a.client.Location()
	return &bounded{ResponseWriter: w, place: place, maxTTL: snapshot.Places().MaxTTL(place)}
}

// WriteMsg implements the dns.ResponseWriter interface. A message that is changed is a copy:
// a cache below may keep the other, and records are shared.
func (b *bounded) WriteMsg(m *dns.Msg) error {
	return b.ResponseWriter.WriteMsg(b.lower(m))
}

// Write implements the dns.ResponseWriter interface.
func (b *bounded) Write(octets []byte) (int, error) {
	m := new(dns.Msg)
	if b.maxTTL == 0 || m.Unpack(octets) != nil {
		return b.ResponseWriter.Write(octets)
	}
	if lowered := b.lower(m); lowered != m {
		return len(octets), b.ResponseWriter.WriteMsg(lowered)
	}
	return b.ResponseWriter.Write(octets)
}

// lower returns a message in which no TTL is too high.
func (b *bounded) lower(m *dns.Msg) *dns.Msg {
	if b.maxTTL == 0 || !b.high(m.Answer) && !b.high(m.Ns) && !b.high(m.Extra) {
		return m
	}
	next := *m
	for _, section := range [...]*[]dns.RR{&next.Answer, &next.Ns, &next.Extra} {
		if !b.high(*section) {
			continue
		}
		*section = slices.Clone(*section)
		for i, rr := range *section {
			if b.tooHigh(rr) {
				(*section)[i] = dns.Copy(rr)
				(*section)[i].Header().Ttl = b.maxTTL
			}
		}
	}
	return &next
}

func (b *bounded) high(rrs []dns.RR) bool { return slices.ContainsFunc(rrs, b.tooHigh) }

// tooHigh reports whether a record has too high a TTL. An OPT record has something else
// there (RFC 6891 section 6.1.3).
func (b *bounded) tooHigh(rr dns.RR) bool {
	h := rr.Header()
	return h.Ttl > b.maxTTL && h.Rrtype != dns.TypeOPT
}
