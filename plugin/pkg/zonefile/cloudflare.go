package zonefile

import (
	"bytes"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
)

// automaticTTL is what Cloudflare's TTL 1, "automatic", stands for, in seconds.
const automaticTTL = 300

// cloudflare returns the owner and the TTL of a record as they are meant. Cloudflare's
// export writes the SOA's owner without its final dot and TTL 1 for an automatic one;
// people forget the dot, too, and are warned.
func (p *parser) cloudflare(h *dns.RR_Header, stated bool) (owner string, ttl uint32) {
	owner, ttl = h.Name, h.Ttl
	if p.undotted {
		written := string(clip(p.ownerText))
		if h.Rrtype == dns.TypeSOA && strings.EqualFold(written+".", p.opt.Origin) {
			p.exported = !p.opt.KeepAutomatic
			p.warnExport("the owner %s of the SOA has no final dot and is taken for the zone, as Cloudflare exports it", written)
			owner = p.opt.Origin
			p.owner, p.ownerText = owner, p.ownerText[:0]
		} else {
			p.warnf(p.line, "the owner %s has no final dot and so stands for %s; if it is meant as it stands, write %s.", written, h.Name, written)
		}
		p.undotted = false
	}
	if ttl == 1 && stated && p.exported {
		ttl = automaticTTL
		if !p.toldTTL {
			p.toldTTL = true
			p.warnf(p.line, "TTL 1, which Cloudflare exports for an automatic one, is %d here and in all that follows", automaticTTL)
		}
	}
	return owner, ttl
}

// warnExport warns of what Cloudflare exports, unless it is known.
func (p *parser) warnExport(format string, args ...any) {
	if !p.opt.KeepAutomatic {
		p.warnf(p.line, format, args...)
	}
}

// isUndotted reports whether a relative name ends in the zone's own, as one does whose
// final dot was forgotten.
func (p *parser) isUndotted(text []byte) bool {
	n := len(text) - len(p.apex)
	return len(p.apex) > 0 && n >= 0 && p.origin != domain.Root && bytes.EqualFold(text[n:], p.apex) && (n == 0 || text[n-1] == '.')
}
