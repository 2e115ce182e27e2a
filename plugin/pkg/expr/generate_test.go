package expr

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
)

// generator makes expressions and sources from one seed. Its pools are small so
// that values and literals meet often.
type generator struct {
	*rand.Rand
	strings []string
	ints    []int64
	ips     []netip.Addr
}

func newGenerator(seed uint64) *generator {
	g := &generator{
		Rand:    rand.New(rand.NewPCG(seed, 7)),
		strings: []string{"", "www.example.org", "example.org", "org", "WWW.Example.ORG", "a*b", `q"\`, "finance", "é", "\xff\x00"},
		ints:    []int64{-9, -3, 0, 1, 2, 3, 15, 67, 125, 5353},
	}
	for _, ip := range []string{"192.0.2.0", "192.0.2.77", "192.0.2.255", "198.51.100.1", "0.0.0.0", "255.255.255.255", "2001:db8::", "2001:db8::53", "::ffff:192.0.2.77", "::"} {
		g.ips = append(g.ips, netip.MustParseAddr(ip))
	}
	return g
}

func pick[T any](g *generator, items ...T) T { return items[g.IntN(len(items))] }

// learn adds the literals of a tree to the pools.
func (g *generator) learn(e Expr) {
	switch e := e.(type) {
	case *And:
		g.learnAll(e.Items)
	case *Or:
		g.learnAll(e.Items)
	case *Xor:
		g.learnAll(e.Items)
	case *Not:
		g.learn(e.X)
	case *Any:
		g.learn(e.X)
	case *All:
		g.learn(e.X)
	case *Compare:
		switch e.Right.Kind {
		case String:
			g.strings = append(g.strings, e.Right.Str, e.Right.Str+"x")
		case Int:
			g.ints = append(g.ints, e.Right.Int, e.Right.Int+1)
		case IP:
			g.ips = append(g.ips, e.Right.IP)
		}
	case *In:
		g.strings = append(g.strings, e.Set.Strings...)
		for _, r := range e.Set.Ints {
			g.ints = append(g.ints, r.From, r.To, r.To+1)
		}
		for _, r := range e.Set.IPs {
			g.ips = append(g.ips, r.From, r.To)
		}
	case *Match:
		g.strings = append(g.strings, e.Pattern, strings.ReplaceAll(e.Pattern, "*", "zz"))
	}
}

func (g *generator) learnAll(items []Expr) {
	for _, item := range items {
		g.learn(item)
	}
}

// source makes values for the fields, a part of them missing.
func (g *generator) source() values {
	v := values{}
	schema := testSchema()
	for i := range schema.Len() {
		if g.IntN(5) == 0 {
			continue
		}
		switch schema.Field(i).Type {
		case String:
			v[i] = pick(g, g.strings...)
		case Int:
			v[i] = pick(g, g.ints...)
		case IP:
			v[i] = pick(g, g.ips...)
		case ArrayOf(String):
			v[i] = several(g, g.strings)
		case ArrayOf(Int):
			v[i] = several(g, g.ints)
		case ArrayOf(IP):
			v[i] = several(g, g.ips)
		default:
			v[i] = map[string][]string{"dept": several(g, g.strings), "none": {}}
		}
	}
	return v
}

func several[T any](g *generator, pool []T) []T {
	out := make([]T, g.IntN(4))
	for i := range out {
		out[i] = pick(g, pool...)
	}
	return out
}

// expr writes a valid condition; array is set inside any and all.
func (g *generator) expr(depth int, array bool) string {
	if depth == 0 {
		return g.leaf(array)
	}
	switch g.IntN(9) {
	case 0, 1, 2:
		op := pick(g, "and", "or", "xor", "&&", "||", "^^")
		parts := make([]string, 2+g.IntN(2))
		for i := range parts {
			parts[i] = g.expr(depth-1, array)
		}
		return strings.Join(parts, " "+op+" ")
	case 3:
		return "(" + g.expr(depth-1, array) + ")"
	case 4:
		return pick(g, "not ", "!", "not") + "(" + g.expr(depth-1, array) + ")"
	case 5, 6:
		if !array {
			return pick(g, "any(", "all(", "any (") + g.expr(depth-1, true) + ")"
		}
	}
	return g.leaf(array)
}

func (g *generator) leaf(array bool) string {
	switch g.IntN(8) {
	case 0, 1:
		return g.number(array)
	case 2, 3:
		return g.address(array)
	case 4:
		if array {
			return fmt.Sprintf("%s(%s, %s)", pick(g, "starts_with", "ends_with"), g.arrayOfStrings()+"[*]", g.str())
		}
		return fmt.Sprintf("%s(%s, %s)", pick(g, "starts_with", "ends_with"), g.scalar(2), g.str())
	}
	left := g.scalar(2)
	if array {
		left = g.elements(2)
	}
	switch g.IntN(5) {
	case 0:
		return left + " in {" + g.str() + " " + g.str() + " " + g.str() + strings.Repeat(" "+g.str(), g.IntN(4)) + "}"
	case 1:
		return left + " in $names"
	case 2:
		return left + " " + pick(g, "wildcard", "strict wildcard") + " " + pick(g, `"*.org"`, `"w*w.*.o*g"`, `r"a\*b"`, `"*"`, `"EX*"`, `"*é"`)
	case 3:
		return left + " " + pick(g, "matches", "~") + " " + pick(g, `"^www\."`, `"(?i)ORG$"`, `"[\"]"`, `r#"["]"#`, `'x|a\*'`, `""`)
	}
	return left + " " + pick(g, "==", "!=", "eq", "ne", "<", ">", "<=", ">=", "gt", "contains") + " " + g.str()
}

// str writes a string literal.
func (g *generator) str() string {
	return pick(g, `"www.example.org"`, `"example.org"`, `'org'`, `"WWW.Example.ORG"`, `r"a*b"`, `"finance"`, `"q\"\\"`, `"\xc3\251"`, `""`, `r#"w"w"#`, `"w"`)
}

func (g *generator) arrayOfStrings() string {
	return pick(g, "dns.domains", "identity.groups.name", "device_posture.checks.passed", `identity.saml_attributes["dept"]`, `identity.saml_attributes["gone"]`)
}

// scalar writes a single string.
func (g *generator) scalar(depth int) string {
	if depth > 0 {
		switch g.IntN(8) {
		case 0:
			return pick(g, "lower", "upper") + "(" + g.scalar(depth-1) + ")"
		case 1:
			return "concat(" + g.scalar(depth-1) + ", " + pick(g, g.str(), g.scalar(depth-1)) + ")"
		case 2:
			return pick(g, "lower", "upper") + "(" + g.elements(depth-1) + ")" + pick(g, "[0]", "[1]")
		}
	}
	return pick(g, "dns.fqdn", "dns.query_rtype", "identity.email", "dns.domains[0]", "dns.domains[2]", "identity.groups[1].email", `identity.saml_attributes["dept"][0]`)
}

// elements writes an array of strings with [*].
func (g *generator) elements(depth int) string {
	if depth > 0 {
		switch g.IntN(6) {
		case 0:
			return pick(g, "lower", "upper") + "(" + g.elements(depth-1) + ")[*]"
		case 1:
			return "concat(" + g.elements(depth-1) + ", " + g.scalar(depth-1) + ")[*]"
		case 2:
			return "concat(" + g.arrayOfStrings() + ", " + g.arrayOfStrings() + ")[*]"
		}
	}
	return pick(g, g.arrayOfStrings()+"[*]", "identity.groups[*].id")
}

func (g *generator) number(array bool) string {
	left := pick(g, "dns.src_port", "len("+g.scalar(1)+")", "len("+g.arrayOfStrings()+")", "dns.content_category[1]", "concat(dns.content_category, dns.content_category)[1]")
	if array {
		left = pick(g, "dns.content_category[*]", "len("+g.elements(1)+")[*]")
	}
	switch g.IntN(4) {
	case 0:
		return left + " in {" + pick(g, "1", "-9..-3", "0x0..017 67") + " " + pick(g, "2..200", "125 5353", "11") + "}"
	case 1:
		return left + " in $ports"
	}
	return left + " " + pick(g, "==", "!=", "<", ">", "<=", ">=", "&", "bitwise_and") + " " + pick(g, "-3", "0", "1", "15", "0x43", "5353")
}

func (g *generator) address(array bool) string {
	left := pick(g, "dns.src_ip", "dns.resolved_ip[0]", "concat(dns.resolved_ip, dns.resolved_ip)[1]")
	if array {
		left = pick(g, "dns.resolved_ip[*]", "concat(dns.resolved_ip, dns.resolved_ip)[*]")
	}
	switch g.IntN(4) {
	case 0, 1:
		return left + " in {" + pick(g, "192.0.2.0/24", "192.0.2.77", "0.0.0.0/0", "::/0", "192.0.2.70..192.0.2.80") + " " + pick(g, "2001:db8::/32", "198.51.100.0/31", "::ffff:0:0/96") + "}"
	case 2:
		return left + " in $nets"
	}
	return left + " " + pick(g, "==", "!=", "<", ">", "<=", ">=") + " " + pick(g, "192.0.2.77", "2001:db8::53", "0.0.0.0", "255.255.255.255", "::")
}
