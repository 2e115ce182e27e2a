package expr

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
)

// requireCase is what an expression requires of a field.
type requireCase struct {
	field  int
	source string
	want   string // "-" for nothing known
}

func requireCases() []requireCase {
	return []requireCase{
		{fqdn, `dns.fqdn == "A.example."`, `["a.example"] []`},
		{fqdn, `dns.fqdn != "a"`, `-`},
		{fqdn, `not dns.fqdn != "a"`, `["a"] []`},
		{fqdn, `not dns.fqdn == "a"`, `-`},
		{fqdn, `dns.fqdn in {"b" "a" "b"}`, `["a" "b"] []`},
		{fqdn, `not dns.fqdn in {"b" "a"}`, `-`},
		{fqdn, `dns.fqdn == "a" and dns.src_port == 1`, `["a"] []`},
		{fqdn, `dns.fqdn == "a" or dns.src_port == 1`, `-`},
		{fqdn, `dns.fqdn == "a" or dns.fqdn in {"c" "b"}`, `["a" "b" "c"] []`},
		{fqdn, `dns.fqdn in {"a" "b"} and dns.fqdn in {"b" "c"}`, `["b"] []`},
		{fqdn, `dns.fqdn == "a" and dns.fqdn == "b"`, `[] []`},
		{fqdn, `dns.fqdn == "a" xor dns.src_port == 1`, `-`},
		{fqdn, `not (dns.fqdn != "a" or dns.src_port == 1)`, `["a"] []`},
		{fqdn, `not (dns.fqdn != "a" and dns.fqdn != "b")`, `["a" "b"] []`},
		{fqdn, `not not (dns.fqdn == "a")`, `["a"] []`},
		{fqdn, `lower(dns.fqdn) == "a"`, `-`},
		{fqdn, `dns.fqdn contains "a"`, `-`},
		{fqdn, `dns.fqdn >= "a"`, `-`},
		{fqdn, `dns.query_rtype == "a"`, `-`},
		{fqdn, `starts_with(dns.fqdn, "a")`, `-`},
		{fqdn, `any(dns.domains[*] in $names)`, `-`},
		{domains, `any(dns.domains[*] in {"a" "b"})`, `["a" "b"] []`},
		{domains, `all(dns.domains[*] in {"a" "b"})`, `-`},
		{domains, `not all(dns.domains[*] != "a")`, `["a"] []`},
		{domains, `not any(dns.domains[*] == "a")`, `-`},
		{domains, `dns.domains[2] == "a"`, `["a"] []`},
		{domains, `any(dns.domains[*] in {"a" "b"}) and any(dns.domains[*] == "c")`, `["c"] []`},
		{domains, `any(dns.domains[*] == "a" and dns.domains[*] != "b")`, `["a"] []`},
		{domains, `any(dns.domains[*] == "a" or dns.content_category[*] == 3)`, `-`},
		{domains, `any(not dns.domains[*] != "a")`, `["a"] []`},
		{domains, `any(lower(dns.domains[*])[*] == "a")`, `-`},
		{srcIP, `dns.src_ip == 192.0.2.1`, `[] [192.0.2.1]`},
		{srcIP, `dns.src_ip in {198.51.100.0/24 192.0.2.0/25 192.0.2.100..192.0.2.200 2001:db8::/32}`, `[] [192.0.2.0..192.0.2.200 198.51.100.0/24 2001:db8::/32]`},
		{srcIP, `dns.src_ip in {192.0.2.0/24 2001:db8::/32} and dns.src_ip in {192.0.2.128..192.0.3.9 2001:db8::5}`, `[] [192.0.2.128..192.0.2.255 2001:db8::5]`},
		{srcIP, `dns.src_ip in {192.0.2.0/24} and dns.src_ip in {2001:db8::/32}`, `[] []`},
		{srcIP, `dns.src_ip >= 192.0.2.9 and dns.src_ip < 192.0.2.12`, `[] [192.0.2.9..192.0.2.11]`},
		{srcIP, `dns.src_ip > 255.255.255.255`, `[] []`},
		{srcIP, `dns.src_ip < ::`, `[] []`},
		{srcIP, `dns.src_ip <= 2001:db8::`, `[] [::..2001:db8::]`},
		{srcIP, `not dns.src_ip <= 2001:db8::`, `-`},
		{srcIP, `dns.src_ip != 192.0.2.1`, `-`},
		{resolvedIP, `any(dns.resolved_ip[*] in {192.0.2.0/24}) or dns.resolved_ip[0] == ::1`, `[] [192.0.2.0/24 ::1]`},
		{port, `dns.src_port == 1`, `-`},
		{saml, `any(identity.saml_attributes["a"][*] == "b")`, `-`},
		{groupName, `any(identity.groups[*].name == "b" and identity.groups[*].id == "c")`, `["b"] []`},
	}
}

func TestRequire(t *testing.T) {
	t.Parallel()
	for _, c := range requireCases() {
		p, err := Compile(c.source, testSchema(), testLists())
		if err != nil {
			t.Fatal(err)
		}
		got := "-"
		if cond, ok := p.Require(c.field); ok {
			got = fmt.Sprintf("%q %v", cond.Strings, cond.Ranges)
		}
		if got != c.want {
			t.Errorf("%s requires %s, want %s", c.source, got, c.want)
		}
	}
}

func TestRangePrefixes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"192.0.2.0..192.0.2.255":                      "192.0.2.0/24",
		"192.0.2.1..192.0.2.1":                        "192.0.2.1/32",
		"192.0.2.1..192.0.2.6":                        "192.0.2.1/32 192.0.2.2/31 192.0.2.4/31 192.0.2.6/32",
		"0.0.0.0..255.255.255.255":                    "0.0.0.0/0",
		"255.255.255.254..255.255.255.255":            "255.255.255.254/31",
		"::..ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff": "::/0",
		"2001:db8::1..2001:db8::2":                    "2001:db8::1/128 2001:db8::2/128",
	} {
		from, to, _ := strings.Cut(text, "..")
		r := IPRange{From: netip.MustParseAddr(from), To: netip.MustParseAddr(to)}
		if got := strings.Trim(fmt.Sprint(r.Prefixes()), "[]"); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
	worst := IPRange{From: netip.MustParseAddr("::1"), To: netip.MustParseAddr("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe")}
	if n := len(worst.Prefixes()); n != 254 {
		t.Errorf("the worst range has %d prefixes, want 254", n)
	}
	if n := len((IPRange{}).Prefixes()); n != 0 {
		t.Errorf("no range has %d prefixes", n)
	}
}
