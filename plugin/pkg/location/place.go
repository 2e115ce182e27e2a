package location

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// Place is a location that stands in no file.
type Place struct {
	Name      string
	Networks  []netip.Prefix // of clients
	Subdomain string         // of DoH, in lower case; "" for none
	Reaching  []netip.Prefix // the clients that may use the subdomain; none: all
	Default   bool           // it is that of clients in no other place
	MaxTTL    uint32         // of answers to its clients; 0: any
}

// Places are locations that stand in no file, with the TTLs that their clients get. Immutable
// and safe for concurrent use.
type Places struct {
	table    Table
	reaching map[string][]netip.Prefix // by subdomain
	other    string                    // place of clients in no other; "" for none
	ttls     map[string]uint32         // by name
	maxTTL   uint32                    // of clients in no place
	bounded  bool
}

// NewPlaces returns places. Names, networks and subdomains are each in one of them.
func NewPlaces(all []Place, maxTTL uint32) *Places {
	p := &Places{
		table: Table{size: len(all), subdomains: make(map[string]string)}, reaching: make(map[string][]netip.Prefix),
		ttls: make(map[string]uint32, len(all)), maxTTL: maxTTL, bounded: maxTTL > 0,
	}
	for _, one := range all {
		for _, n := range one.Networks {
			p.table.clients.Insert(n, one.Name)
		}
		if one.Subdomain != "" {
			p.table.subdomains[one.Subdomain] = one.Name
			p.reaching[one.Subdomain] = one.Reaching
		}
		if one.Default {
			p.other = one.Name
		}
		p.ttls[one.Name] = one.MaxTTL
		p.bounded = p.bounded || one.MaxTTL > 0
	}
	return p
}

// Find returns the place of a query: that of the DoH subdomain, if the client may use it,
// else that of the longest prefix that holds the client's address, else the one for all
// others. Queries to a server of a place there are none.
func (p *Places) Find(client, _ netip.Addr, subdomain string) (name string, ok bool) {
	client = client.Unmap()
	if name, ok = p.table.bySubdomain(subdomain); ok && p.reaches(client, subdomain) {
		return name, true
	}
	if name, ok = p.table.clients.Lookup(client); ok {
		return name, true
	}
	return p.other, p.other != ""
}

// reaches reports whether a client may use a subdomain that there is.
func (p *Places) reaches(client netip.Addr, subdomain string) bool {
	from := p.reaching[strings.ToLower(subdomain)]
	return len(from) == 0 || slices.ContainsFunc(from, func(n netip.Prefix) bool { return n.Contains(client) })
}

// MaxTTL returns the highest TTL of answers to clients of a place, 0 for any. Of a place
// that is not among these, such as none, it is that of all.
func (p *Places) MaxTTL(name string) uint32 {
	if ttl, ok := p.ttls[name]; ok {
		return ttl
	}
	return p.maxTTL
}

// Bounded reports whether there is a highest TTL for anybody.
func (p *Places) Bounded() bool { return p.bounded }

// ParseNetwork reads the network of a place: an address or a CIDR.
func ParseNetwork(text string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(text); err == nil && addr.Zone() == "" && !addr.Is4In6() {
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	n, err := netip.ParsePrefix(text)
	switch {
	case err != nil || n.Addr().Is4In6():
		return n, fmt.Errorf("%q is neither an address nor a CIDR", text)
	case n != n.Masked():
		return n, fmt.Errorf("%s has host bits set, write %s", n, n.Masked())
	}
	return n, nil
}

// ParseSubdomain reads a DoH subdomain.
func ParseSubdomain(text string) (string, error) {
	label := strings.ToLower(text)
	if label == "" || len(label) > maxLabel || strings.Trim(label, labelChars) != "" {
		return "", fmt.Errorf("%q is no DoH subdomain: letters, digits, - and _, at most %d", text, maxLabel)
	}
	return label, nil
}
