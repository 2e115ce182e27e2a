package expr

import (
	"fmt"
	"strings"
	"testing"
)

// ordinary are the forms that must not allocate while they are evaluated.
func ordinary() []string {
	return []string{
		`dns.fqdn == "www.example.org"`,
		`dns.fqdn in {"a.example" "b.example" "c.example" "d.example" "e.example" "www.example.org"}`,
		`dns.src_ip in {10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 192.0.2.0/24 2001:db8::/32}`,
		`dns.src_ip == 192.0.2.77 or dns.src_ip > 192.0.2.3`,
		`any(dns.domains[*] in {"example.com" "example.net" "example.org"})`,
		`any(dns.domains[*] == "example.org") and dns.query_rtype in {"A" "AAAA"}`,
		`any(dns.content_category[*] in {2 67 125})`,
		`any(dns.resolved_ip[*] in {198.51.100.0/24})`,
		`dns.src_port & 2 xor dns.src_port in {1..9 5353}`,
		`dns.fqdn contains "example" and dns.fqdn wildcard "*.EXAMPLE.*" and identity.email strict wildcard "A*@*"`,
		`dns.fqdn matches "^www\.(example|invalid)\.org$"`,
		`any(identity.groups[*].name == "finance" and identity.groups[*].email != "x")`,
		`any(starts_with(dns.domains[*], "exam")) and ends_with(dns.fqdn, ".org") and len(dns.fqdn) > 3`,
		`any(identity.saml_attributes["dept"][*] == "Legal")`,
		`any(concat(dns.domains, identity.groups.name)[*] == "finance")`,
		`any(dns.domains[*] in $names) and dns.src_ip in $nets and dns.src_port in $ports`,
		`lower(dns.fqdn) == "www.example.org" and upper(dns.query_rtype) == "AAAA"`,
		`not (dns.domains[7] == "x") and identity.groups[0].name == "finance"`,
	}
}

func TestMatchAllocatesNothing(t *testing.T) {
	var s Source = boxed()
	for _, src := range ordinary() {
		p, err := Compile(src, testSchema(), testLists())
		if err != nil {
			t.Fatal(err)
		}
		if !p.Match(s) {
			t.Errorf("%s does not match", src)
		}
		if n := testing.AllocsPerRun(200, func() { p.Match(s) }); n != 0 {
			t.Errorf("%s: %v allocations", src, n)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	var s Source = boxed()
	for _, src := range ordinary() {
		p, err := Compile(src, testSchema(), testLists())
		if err != nil {
			b.Fatal(err)
		}
		b.Run(src[:min(len(src), 40)], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.Match(s)
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	schema, lists := testSchema(), testLists()
	const src = `dns.src_ip in {10.0.0.0/8 192.0.2.1..192.0.2.9} and any(dns.domains[*] in {"example.org" "example.com"})`
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compile(src, schema, lists); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSet shows that the cost of a set does not grow with it.
func BenchmarkSet(b *testing.B) {
	var s Source = boxed()
	for _, n := range []int{1, 10, 1000, 4000} {
		var names, nets strings.Builder
		for i := range n {
			fmt.Fprintf(&names, " \"n%d.test\"", i)
			fmt.Fprintf(&nets, " 10.%d.%d.0/25", i/250, i%250)
		}
		for kind, src := range map[string]string{"names": "dns.fqdn in {" + names.String() + "}", "nets": "dns.src_ip in {" + nets.String() + "}"} {
			p, err := Compile(src, testSchema(), nil)
			if err != nil {
				b.Fatal(err)
			}
			b.Run(fmt.Sprintf("%s/%d", kind, n), func(b *testing.B) {
				for b.Loop() {
					p.Match(s)
				}
			})
		}
	}
}
