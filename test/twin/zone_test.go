package twin

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// kind is what one zone holds for a name and type.
type kind int

const (
	outside    kind = iota // the zone is no ancestor of the name
	missing                // NXDOMAIN
	ent                    // empty non-terminal
	nodata                 // the name exists without the type
	records                // the RRset, or all RRsets for ANY
	alias                  // a CNAME
	redirected             // a DNAME above the name
	cut                    // a delegation at or above the name
)

// found is the outcome of one zone's lookup.
type found struct {
	kind kind
	rrs  []dns.RR // records, the CNAME, the DNAME or the cut's NS
	zone *zone
}

// none reports "no internal record" (SPEC 2.5).
func (f found) none() bool { return f.kind == outside || f.kind == missing || f.kind == ent }

// zone is a flat list of records, in lower case.
type zone struct {
	id, apex    string
	flatten     bool
	madeUp      bool // the SOA is
	negativeTTL uint32
	rrs         []dns.RR
}

// newZone reads the records and does what SPEC 3 says about TTLs and the SOA.
func newZone(t zoneText) *zone {
	z := &zone{id: t.ID, apex: t.Apex, flatten: !t.FlattenOff}
	soa := (*dns.SOA)(nil)
	for _, text := range t.Records {
		rr := parseRecord(t, text)
		if s, ok := rr.(*dns.SOA); ok {
			soa = s
		}
		z.rrs = append(z.rrs, rr)
	}
	z.lowestTTLs()
	z.rrs = once(z.rrs)
	if soa == nil {
		minimum := 30
		if t.NegativeTTL >= 0 {
			minimum = t.NegativeTTL
		}
		host := strings.TrimPrefix(t.Apex, ".")
		soa = mustRR(fmt.Sprintf("%s 3600 IN SOA ns.%s hostmaster.%s %d 10000 2400 604800 %d",
			t.Apex, host, host, serial, minimum)).(*dns.SOA)
		z.rrs, z.madeUp = append(z.rrs, soa), true
	}
	z.negativeTTL = min(soa.Hdr.Ttl, soa.Minttl) // RFC 2308 section 5
	if t.NegativeTTL >= 0 {
		z.negativeTTL = min(z.negativeTTL, uint32(t.NegativeTTL))
	}
	return z
}

// parseRecord reads one record line; one without a TTL gets the zone's.
func parseRecord(t zoneText, text string) dns.RR {
	owner, rest, _ := strings.Cut(text, " ")
	if first, _, _ := strings.Cut(rest, " "); !digits(first) {
		ttl := 300
		if t.TTL >= 0 {
			ttl = t.TTL
		}
		rest = strconv.Itoa(ttl) + " " + rest
	}
	return mustRR(strings.ToLower(owner) + " " + rest)
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// lowestTTLs gives all records of an RRset the lowest TTL of them (SPEC 3).
func (z *zone) lowestTTLs() {
	for _, a := range z.rrs {
		for _, b := range z.rrs {
			if sameSet(a, b) && b.Header().Ttl < a.Header().Ttl {
				a.Header().Ttl = b.Header().Ttl
			}
		}
	}
}

// once leaves one of equal records (RFC 2181 section 5), be it of a zone's data or
// of a chain that a DNAME redirects twice.
func once(rrs []dns.RR) []dns.RR {
	var kept []dns.RR
	for _, rr := range rrs {
		if !slices.ContainsFunc(kept, func(k dns.RR) bool { return dns.IsDuplicate(k, rr) }) {
			kept = append(kept, rr)
		}
	}
	return kept
}

// at returns the records of a type at a name; TypeANY for all of them.
func (z *zone) at(name string, t uint16) []dns.RR {
	var out []dns.RR
	for _, rr := range z.rrs {
		if rr.Header().Name == name && (t == dns.TypeANY || rr.Header().Rrtype == t) {
			out = append(out, rr)
		}
	}
	return out
}

// has reports whether a name exists: a record stands at it or below it (RFC 8020).
func (z *zone) has(name string) bool {
	for _, rr := range z.rrs {
		if below(rr.Header().Name, name) {
			return true
		}
	}
	return false
}

// lookup is RFC 1034 section 4.3.2 step 3, on one zone. A cut or DNAME at or above
// one of the apexes to ignore makes the zone hold nothing there (SPEC 2.5), nor say
// that the name does not exist: it gave the name away.
func (z *zone) lookup(name string, t uint16, ignore ...string) found {
	if !below(name, z.apex) {
		return found{kind: outside, zone: z}
	}
	for _, n := range downTo(name, z.apex) {
		blind := false
		for _, apex := range ignore {
			blind = blind || below(apex, n)
		}
		if ns := z.at(n, dns.TypeNS); n != z.apex && len(ns) > 0 && !(n == name && t == dns.TypeDS) {
			if blind {
				return found{kind: outside, zone: z}
			}
			return found{kind: cut, rrs: ns, zone: z}
		}
		if d := z.at(n, dns.TypeDNAME); n != name && len(d) > 0 { // RFC 6672 section 3.2
			if blind {
				return found{kind: outside, zone: z}
			}
			return found{kind: redirected, rrs: d, zone: z}
		}
	}
	if z.has(name) {
		return z.node(name, name, t)
	}
	closest := parent(name)
	for !z.has(closest) {
		closest = parent(closest)
	}
	if wild := child("*", closest); z.has(wild) { // RFC 4592 section 3.3.1
		return z.node(wild, name, t)
	}
	return found{kind: missing, zone: z}
}

// node answers from one node, the records renamed to the name asked for.
func (z *zone) node(at, name string, t uint16) found {
	f := found{kind: nodata, zone: z}
	switch all := z.at(at, dns.TypeANY); {
	case len(all) == 0:
		f.kind = ent
	case len(z.at(at, t)) > 0:
		f.kind, f.rrs = records, z.at(at, t)
	case len(z.at(at, dns.TypeCNAME)) > 0:
		f.kind, f.rrs = alias, z.at(at, dns.TypeCNAME)
	}
	f.rrs = renamed(f.rrs, name)
	return f
}

// renamed returns copies with another owner (RFC 1034 section 4.3.2 step 3c).
func renamed(rrs []dns.RR, owner string) []dns.RR {
	out := make([]dns.RR, len(rrs))
	for i, rr := range rrs {
		out[i] = dns.Copy(rr)
		out[i].Header().Name = owner
	}
	return out
}

// below reports whether name is ancestor or lies below it.
func below(name, ancestor string) bool {
	return name == ancestor || ancestor == "." || strings.HasSuffix(name, "."+ancestor)
}

// parent returns the name without its first label.
func parent(name string) string {
	_, rest, _ := strings.Cut(name, ".")
	if rest == "" {
		return "."
	}
	return rest
}

// child puts a label before a name.
func child(label, name string) string { return label + "." + strings.TrimPrefix(name, ".") }

// downTo lists the names from the apex to the name.
func downTo(name, apex string) []string {
	if name == apex {
		return []string{apex}
	}
	return append(downTo(parent(name), apex), name)
}
