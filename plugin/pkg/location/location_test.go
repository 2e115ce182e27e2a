package location

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

const sample = `
locations:
- name: office
  clients: [192.0.2.0/24, "2001:db8::/32"]
  servers: [198.51.100.53]
  doh_subdomains: [AB12cd, office]
- name: lab
  clients: [192.0.2.128/25, 192.0.2.7]
- name: remote
  doh_subdomains: ["1234"]
- name: anycast
  servers: ["2001:db8::53", 203.0.113.53]
`

func address(s string) netip.Addr {
	if s == "" {
		return netip.Addr{}
	}
	return netip.MustParseAddr(s)
}

func TestFind(t *testing.T) {
	t.Parallel()
	table, problems := Parse(strings.NewReader(sample), "f")
	if problems != nil || table.Len() != 4 {
		t.Fatalf("%d locations, %v", table.Len(), problems)
	}
	for _, row := range []struct{ client, server, subdomain, want string }{
		{"192.0.2.1", "", "", "office"},
		{"192.0.2.200", "", "", "lab"},
		{"192.0.2.7", "", "", "lab"},
		{"::ffff:192.0.2.7", "", "", "lab"},
		{"2001:db8::1", "", "", "office"},
		{"203.0.113.1", "", "", ""},
		{"", "", "", ""},
		{"192.0.2.7", "198.51.100.53", "", "office"},
		{"192.0.2.7", "::ffff:198.51.100.53", "", "office"},
		{"192.0.2.7", "198.51.100.54", "", "lab"},
		{"192.0.2.7", "2001:db8::53", "", "anycast"},
		{"192.0.2.7", "198.51.100.53", "1234", "remote"},
		{"192.0.2.7", "203.0.113.53", "ab12CD", "office"},
		{"", "", "Office", "office"},
		{"192.0.2.7", "203.0.113.53", "other", "anycast"},
		{"192.0.2.7", "", strings.Repeat("a", 64), "lab"},
	} {
		got, ok := table.Find(address(row.client), address(row.server), row.subdomain)
		if got != row.want || ok != (row.want != "") {
			t.Errorf("%v: %q, %t", row, got, ok)
		}
	}
}

func TestHas(t *testing.T) {
	t.Parallel()
	table, _ := Parse(strings.NewReader(sample), "f")
	for name, want := range map[string]bool{"office": true, "anycast": true, "Office": false, "": false, "1234": false} {
		if got := table.Has(name); got != want {
			t.Errorf("%q: %t", name, got)
		}
	}
}

func TestEmptyTables(t *testing.T) {
	t.Parallel()
	empty, problems := Parse(strings.NewReader("# nowhere\n"), "f")
	if problems != nil {
		t.Error(problems)
	}
	for _, table := range []*Table{nil, {}, empty} {
		if name, ok := table.Find(address("192.0.2.1"), address("192.0.2.53"), "a"); name != "" || ok || table.Len() != 0 || table.Has("") {
			t.Errorf("%q in an empty table of %d", name, table.Len())
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ text, want string }{
		{"[]", "f:1: the file must be a mapping, not a list"},
		{"location: []", `f:1: unknown key "location", allowed: locations`},
		{"locations:", "f:1: locations must be a list, not nothing; an empty list is written []"},
		{"locations:\n- office\n- clients: [192.0.2.0/24]\n- name: 17\n  servers: [192.0.2.53]\n- name: ''\n  servers: [192.0.2.54]\n",
			`f:2: location 1: a location must be a mapping, not a text
f:3: location 2: has no name
f:4: location 3: name must be a text, not the number 17; write it in quotes: "17"
f:6: location 4: name is empty`},
		{"locations:\n- name: office\n- name: lab\n  clients: []\n  servers: []\n",
			`f:2: location "office": has no clients, servers or doh_subdomains, one of them is needed
f:3: location "lab": has no clients, servers or doh_subdomains, one of them is needed`},
		{"locations:\n- name: office\n  client: [192.0.2.0/24]\n  servers: [192.0.2.53]\n",
			`f:3: location 1: unknown key "client", allowed: name, clients, servers, doh_subdomains`},
		{"locations:\n- name: a\n  clients: [192.0.2.0/24]\n  servers: [192.0.2.53]\n  doh_subdomains: [ab]\n" +
			"- name: b\n  clients: [192.0.2.0/24]\n  servers: [192.0.2.53]\n  doh_subdomains: [AB]\n- name: a\n  clients: [192.0.2.0/25]\n",
			`f:7: location "b": client 192.0.2.0/24 stands in line 3 already
f:8: location "b": server 192.0.2.53 stands in line 4 already
f:9: location "b": DoH subdomain AB stands in line 5 already
f:10: location "a": name a stands in line 2 already`},
		{"locations:\n- name: a\n  clients: [192.0.2.1/24, x]\n  servers:\n  - 192.0.2.0/24\n  - '::ffff:192.0.2.1'\n  - 7\n",
			`f:3: location "a": client 192.0.2.1/24 has host bits set, write 192.0.2.0/24
f:3: location "a": client "x" is not an address or a CIDR
f:5: location "a": server "192.0.2.0/24" is not an address
f:6: location "a": server ::ffff:192.0.2.1 is an IPv4 address, write 192.0.2.1
f:7: location "a": server must be a text, not the number 7; write it in quotes: "7"`},
		{"locations:\n- name: a\n  doh_subdomains:\n  - ab.example.org\n  - a b\n  - é\n  - 1234\n  - " + strings.Repeat("a", 64) + "\n",
			`f:4: location "a": DoH subdomain ab.example.org has several labels, write the first one only
f:5: location "a": DoH subdomain "a b", allowed: letters, digits, - and _
f:6: location "a": DoH subdomain "é", allowed: letters, digits, - and _
f:7: location "a": a DoH subdomain must be a text, not the number 1234; write it in quotes: "1234"
f:8: location "a": DoH subdomain ` + strings.Repeat("a", 60) + `... has 64 octets, at most 63 are allowed`},
	} {
		_, problems := Parse(strings.NewReader(row.text), "f")
		if got := problems.Error(); got != row.want {
			t.Errorf("%q:\n%s\nwant:\n%s", row.text, got, row.want)
		}
	}
}

// TestFindTwin compares the table with a search of every line in the order that
// Find promises.
func TestFindTwin(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	addr := func() netip.Addr {
		return netip.AddrFrom4([4]byte{192, 0, byte(random.IntN(3)), byte(random.IntN(256))})
	}
	for range 50 {
		var prefixes []netip.Prefix
		var servers []netip.Addr
		var labels []string
		text := "locations:\n"
		for n := range 30 {
			p, err := addr().Prefix(random.IntN(33))
			if server := addr(); err == nil && !slices.Contains(prefixes, p) && !slices.Contains(servers, server) {
				prefixes, servers, labels = append(prefixes, p), append(servers, server), append(labels, fmt.Sprint("d", n))
				text += fmt.Sprintf("- {name: '%d', clients: ['%s'], servers: ['%s'], doh_subdomains: [d%d]}\n", len(prefixes)-1, p, server, n)
			}
		}
		table, problems := Parse(strings.NewReader(text), "f")
		if problems != nil {
			t.Fatal(problems)
		}
		for range 500 {
			client, server, label := addr(), addr(), fmt.Sprint("D", random.IntN(300))
			want := slices.Index(labels, strings.ToLower(label))
			if want < 0 {
				want = slices.Index(servers, server)
			}
			if want < 0 {
				for i, p := range prefixes {
					if p.Contains(client) && (want < 0 || p.Bits() > prefixes[want].Bits()) {
						want = i
					}
				}
			}
			got, ok := table.Find(client, server, label)
			if ok != (want >= 0) || ok && got != fmt.Sprint(want) {
				t.Fatalf("%s %s %s: %q, want %d, of\n%s", client, server, label, got, want, text)
			}
		}
	}
}

func TestFindAllocations(t *testing.T) {
	table, _ := Parse(strings.NewReader(sample), "f")
	client, server := address("192.0.2.7"), address("198.51.100.54")
	found := 0
	allocations := testing.AllocsPerRun(100, func() {
		for _, label := range []string{"", "Office", "other"} {
			if _, ok := table.Find(client, server, label); ok {
				found++
			}
		}
	})
	if allocations != 0 || found == 0 {
		t.Errorf("%v allocations", allocations)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(sample)
	f.Add(`{"locations": [{"name": "a", "servers": ["192.0.2.1"]}]}`)
	f.Add("locations:\n- name: a\n  doh_subdomains: [_a-1]\n")
	f.Fuzz(func(t *testing.T, text string) {
		table, problems := Parse(strings.NewReader(text), "f")
		if len(problems) > 101 {
			t.Fatalf("%d problems", len(problems))
		}
		for label, want := range table.subdomains {
			if got, ok := table.Find(netip.Addr{}, netip.Addr{}, strings.ToUpper(label)); !ok || got != want {
				t.Fatalf("%q: %q, want %q", label, got, want)
			}
		}
		for server, want := range table.servers {
			if got, ok := table.Find(netip.Addr{}, server, ""); !ok || got != want {
				t.Fatalf("%s: %q, want %q", server, got, want)
			}
		}
	})
}
