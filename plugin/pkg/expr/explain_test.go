package expr

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

func TestExplain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		source string
		match  bool
		want   []string // result, text and what was seen of each clause
	}{
		{`dns.fqdn == "x"`, false, []string{`false dns.fqdn == "x" dns.fqdn="www.example.org"`}},
		{`dns.src_port == 5353 and dns.fqdn == "x" and dns.fqdn == "y"`, false, []string{`false dns.fqdn == "x" dns.fqdn="www.example.org"`}},
		{`dns.src_port == 5353 and dns.src_port > 5`, true, []string{`true dns.src_port == 5353 dns.src_port=5353`, `true dns.src_port > 5 dns.src_port=5353`}},
		{`dns.src_port == 1 or dns.src_port == 2`, false, []string{`false dns.src_port == 1 dns.src_port=5353`, `false dns.src_port == 2 dns.src_port=5353`}},
		{`dns.src_port == 1 or (dns.src_port == 5353)`, true, []string{`true dns.src_port == 5353 dns.src_port=5353`}},
		{`not dns.src_ip == 192.0.2.77`, false, []string{`true dns.src_ip == 192.0.2.77 dns.src_ip=192.0.2.77`}},
		{`dns.src_port == 1 xor dns.src_port == 2`, false, []string{`false dns.src_port == 1 dns.src_port=5353`, `false dns.src_port == 2 dns.src_port=5353`}},
		{`any(dns.domains[*] == "x")`, false, []string{`false any(dns.domains[*] == "x") dns.domains=["www.example.org" "example.org" "org"]`}},
		{`all(identity.groups[*].name != "finance" or identity.groups[*].id == "g9")`, false, []string{
			`false all(identity.groups[*].name != "finance" or identity.groups[*].id == "g9") identity.groups.name=["finance" "IT \"ops\""] identity.groups.id=["g1" "g2"]`}},
		{`starts_with(lower(identity.email), dns.domains[9])`, false, []string{`false starts_with(lower(identity.email), dns.domains[9]) identity.email="Ada@example.com" dns.domains[9]=missing`}},
		{`any(identity.saml_attributes["nosuch"][*] == "x")`, false, []string{`false any(identity.saml_attributes["nosuch"][*] == "x") identity.saml_attributes["nosuch"]=missing`}},
		{`any(dns.resolved_ip[*] in $nets) or any(dns.content_category[*] & 0)`, false, []string{
			`false any(dns.resolved_ip[*] in $nets) dns.resolved_ip=[2001:db8::53 198.51.100.1]`,
			`false any(dns.content_category[*] & 0) dns.content_category=[67 125 -3]`}},
	} {
		p, err := Compile(c.source, testSchema(), testLists())
		if err != nil {
			t.Fatal(err)
		}
		v := p.Explain(office())
		var got []string
		for _, clause := range v.Clauses {
			line := fmt.Sprint(clause.Result, " ", clause.Text)
			for _, seen := range clause.Saw {
				line += " " + seen.Name + "=" + seen.Value
			}
			got = append(got, line)
		}
		if v.Match != c.match || strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s: %t\n%s\nwant %t\n%s", c.source, v.Match, strings.Join(got, "\n"), c.match, strings.Join(c.want, "\n"))
		}
	}
}

func TestExplainIsBounded(t *testing.T) {
	t.Parallel()
	p, err := Compile(strings.Repeat(`dns.fqdn == "x" or `, 500)+`any(dns.domains[*] == "x")`, testSchema(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(p.Explain(values{fqdn: strings.Repeat("a", 10_000)}).Clauses); n != maxClauses {
		t.Errorf("%d clauses", n)
	}
	many := values{fqdn: strings.Repeat("a", 10_000), domains: make([]string, 1000)}
	for _, src := range []string{`dns.fqdn == "x"`, `any(dns.domains[*] == "x")`} {
		p, err := Compile(src, testSchema(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(p.Explain(many).Clauses[0].Saw[0].Value); n > 400 {
			t.Errorf("%s shows %d bytes", src, n)
		}
	}
}

// TestConcurrent lets the race detector see one program in many goroutines.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	var programs []*Program
	for _, src := range ordinary() {
		p, err := Compile(src, testSchema(), testLists())
		if err != nil {
			t.Fatal(err)
		}
		programs = append(programs, p)
	}
	var s Source = boxed()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				for _, p := range programs {
					if !p.Match(s) || !p.Explain(s).Match || p.String() == "" {
						t.Errorf("%s does not match", p)
					}
				}
			}
		})
	}
	wg.Wait()
}
