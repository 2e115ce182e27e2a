package twin

import (
	"fmt"
	"strings"
)

// world is everything that decides an answer: a server block and public DNS. It
// is plain data, so that a world on which both sides differ can be made smaller
// and kept as a file.
type world struct {
	Zones      []zoneText
	Views      []view
	References []reference
	Policies   []policy
	Public     map[string]publicNode // by canonical name; a name not listed does not exist
}

// zoneText is one internalzone declaration.
type zoneText struct {
	ID          string
	Apex        string   // canonical
	Records     []string // zone-file form, absolute names
	TTL         int      // the property, -1 for none
	NegativeTTL int      // the property, -1 for none
	FlattenOff  bool
}

type view struct {
	Name  string
	Zones []string // IDs
}

type reference struct {
	From, To string // IDs
	NoData   bool
}

// policy is one resolverpolicy declaration. Its conditions are joined by "and".
type policy struct {
	Name       string
	Precedence int // 0 for the default
	Disabled   bool
	If         []condition
	View       string // empty: the property public
	PublicDNS  bool   // the fallback
	Triggers   []string
	Private    []string // canonical names, or the word special
}

// condition is one comparison of a traffic expression.
type condition struct {
	Field  string // client, name, domain or type
	Values []string
}

// publicNode is what public DNS holds for one name.
type publicNode struct {
	Failure string   // "", "servfail" (a reply) or "error" (none)
	Records []string // zone-file form; none: the name exists without data
	AA, AD  bool     // flags of its replies
}

// question is what one client asks.
type question struct {
	Client string // address
	Name   string // as spelled by the client
	Type   uint16
	RD     bool
	EDNS   bool
	Chaos  bool // class CH
}

// corefile renders the server block.
func (w world) corefile() string {
	var b strings.Builder
	b.WriteString(".:1053 {\n")
	for _, z := range w.Zones {
		z.render(&b)
	}
	for _, v := range w.Views {
		fmt.Fprintf(&b, "    dnsview %s\n", strings.Join(append([]string{v.Name}, v.Zones...), " "))
	}
	for _, r := range w.References {
		fmt.Fprintf(&b, "    referencezone %s %s", r.From, r.To)
		if r.NoData {
			b.WriteString(" {\n        nodata\n    }")
		}
		b.WriteString("\n")
	}
	for _, p := range w.Policies {
		p.render(&b)
	}
	b.WriteString("    resolverpolicy {\n        fast_udp\n    }\n")
	b.WriteString("    " + publicDirective + "\n}\n")
	return b.String()
}

func (z zoneText) render(b *strings.Builder) {
	fmt.Fprintf(b, "    internalzone %s {\n        id %s\n", z.Apex, z.ID)
	if z.TTL >= 0 {
		fmt.Fprintf(b, "        ttl %d\n", z.TTL)
	}
	if z.NegativeTTL >= 0 {
		fmt.Fprintf(b, "        negative_ttl %d\n", z.NegativeTTL)
	}
	if z.FlattenOff {
		b.WriteString("        flatten off\n")
	}
	for _, rr := range z.Records {
		fmt.Fprintf(b, "        record \"%s\"\n", rr)
	}
	b.WriteString("    }\n")
}

func (p policy) render(b *strings.Builder) {
	fmt.Fprintf(b, "    resolverpolicy %s {\n", p.Name)
	if p.Precedence != 0 {
		fmt.Fprintf(b, "        precedence %d\n", p.Precedence)
	}
	if p.Disabled {
		b.WriteString("        disabled\n")
	}
	if len(p.If) > 0 {
		terms := make([]string, len(p.If))
		for i, c := range p.If {
			terms[i] = c.expression()
		}
		fmt.Fprintf(b, "        traffic \"%s\"\n", strings.Join(terms, " and "))
	}
	if p.View == "" {
		b.WriteString("        public\n")
	} else {
		fmt.Fprintf(b, "        view %s\n", p.View)
	}
	if p.PublicDNS {
		fmt.Fprintf(b, "        fallback %s\n", strings.Join(append([]string{"public_dns"}, p.Triggers...), " "))
	}
	if len(p.Private) > 0 {
		fmt.Fprintf(b, "        private %s\n", strings.Join(p.Private, " "))
	}
	b.WriteString("    }\n")
}

// expression writes a condition in the language of SPEC 7.
func (c condition) expression() string {
	quoted := make([]string, len(c.Values))
	for i, v := range c.Values {
		quoted[i] = "'" + v + "'"
	}
	switch c.Field {
	case "client":
		return "dns.src_ip in {" + strings.Join(c.Values, " ") + "}"
	case "name":
		return "dns.fqdn in {" + strings.Join(quoted, " ") + "}"
	case "domain":
		return "any(dns.domains[*] in {" + strings.Join(quoted, " ") + "})"
	}
	return "dns.query_rtype in {" + strings.Join(quoted, " ") + "}"
}
