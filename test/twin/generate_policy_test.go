package twin

import (
	"fmt"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// clients is who asks in a random world.
var clients = []string{"192.0.2.1", "192.0.2.2", "192.0.2.130", "2001:db8::1"}

// types is what is asked, apart from A and TXT, which are asked most.
var types = []uint16{
	dns.TypeA, dns.TypeAAAA, dns.TypeTXT, dns.TypeMX, dns.TypeNS, dns.TypeSOA, dns.TypeCNAME, dns.TypeDNAME,
	dns.TypeDS, dns.TypeDNSKEY, dns.TypeHTTPS, dns.TypeANY, dns.TypeSRV, dns.TypeCNAME, dns.TypeANY, dns.TypeDS, dns.TypeNS,
}

// policies makes some rules and, mostly, a last one for everybody else.
func (g *generator) policies() {
	numbers := g.Perm(900)
	for i := range g.IntN(4) {
		p := g.policy(fmt.Sprintf("p%d", i))
		p.Disabled = g.chance(8)
		p.If = g.conditions()
		if g.chance(40) {
			p.Precedence = 1 + numbers[i]
		}
		g.w.Policies = append(g.w.Policies, p)
	}
	if g.chance(90) {
		g.w.Policies = append(g.w.Policies, g.policy("rest"))
	}
}

func (g *generator) policy(name string) policy {
	p := policy{Name: name}
	if g.chance(4) {
		return p
	}
	p.View = pick(g, g.w.Views...).Name
	p.PublicDNS = g.chance(65)
	if !p.PublicDNS {
		return p
	}
	if g.chance(60) {
		for _, t := range []string{"refused", "nxdomain", "cname", "nodata"} {
			if g.chance(65) {
				p.Triggers = append(p.Triggers, t)
			}
		}
	}
	if g.chance(40) {
		for range 1 + g.IntN(2) {
			n := g.known()
			for strings.HasPrefix(n, "*") || g.chance(40) && n != "." {
				n = parent(n)
			}
			if n != "." && !slices.Contains(p.Private, n) {
				p.Private = append(p.Private, n)
			}
		}
	}
	if g.chance(15) {
		p.Private = append(p.Private, "special")
	}
	return p
}

func (g *generator) conditions() []condition {
	var out []condition
	for range 1 + g.IntN(2) {
		c := condition{Field: pick(g, "client", "client", "name", "domain", "type")}
		for range 1 + g.IntN(2) {
			v := strings.TrimSuffix(g.known(), ".")
			switch c.Field {
			case "client":
				v = pick(g, "192.0.2.1", "192.0.2.2", "192.0.2.0/25", "192.0.2.128/25", "2001:db8::/32")
			case "type":
				v = pick(g, "A", "TXT", "ANY", "CNAME")
			}
			if !slices.Contains(c.Values, v) {
				c.Values = append(c.Values, v)
			}
		}
		out = append(out, c)
	}
	return out
}

// public fills public DNS with names that worlds ask for.
func (g *generator) public() {
	g.w.Public = map[string]publicNode{}
	for range g.IntN(14) {
		n := publicNode{AA: g.chance(20), AD: g.chance(20)}
		owner := g.known()
		switch g.IntN(10) {
		case 0:
			n.Failure = pick(g, "servfail", "error")
		case 1:
		case 2:
			n.Records = []string{owner + " 33 IN CNAME " + g.known()}
		default:
			n.Records = append(n.Records, owner+" 22 IN A 203.0.113.1")
			if g.chance(30) {
				n.Records = append(n.Records, owner+" 23 IN A 203.0.113.2")
			}
			if g.chance(40) {
				n.Records = append(n.Records, owner+" 24 IN TXT public")
			}
			if g.chance(20) {
				n.Records = append(n.Records, owner+" 25 IN NS ns.public.invalid.")
			}
		}
		g.w.Public[owner] = n
	}
}
