package identity

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// sample uses every key.
const sample = `
identities:
- clients: [192.0.2.7, 192.0.2.0/24, "2001:db8::/32"]
  email: Alice@Example.org
  name: Alice
  groups:
  - {id: "17", name: engineering, email: Eng@example.org}
  - operators
  - id: "18"
  attributes: {department: [dns, web], site: berlin, empty: []}
  claims: {team: [web, dns], "odd name": "a=b", empty: []}
  posture: [disk-encryption]
- email: bob@example.org
- clients: [198.51.100.1] # a device of nobody
`

const sampleJSON = `{
	"identities": [
		{
			"clients": ["192.0.2.7", "192.0.2.0/24", "2001:db8::/32"],
			"email": "alice@example.org",
			"name": "Alice",
			"groups": [{"id": "17", "name": "engineering", "email": "eng@example.org"}, "operators", {"id": "18"}],
			"attributes": {"department": ["dns", "web"], "site": "berlin", "empty": []},
			"claims": {"team": ["web", "dns"], "odd name": "a=b", "empty": []},
			"posture": ["disk-encryption"]
		},
		{"email": "bob@example.org"},
		{"clients": ["198.51.100.1"]}
	]
}`

// describe returns all of an identity in a line.
func describe(i *Identity) string {
	if i == nil {
		return "nobody"
	}
	text := fmt.Sprintf("%s %q %v ids %q names %q emails %q %v %v",
		i.Email, i.Name, i.Groups, i.GroupIDs(), i.GroupNames(), i.GroupEmails(), i.Attributes, i.Posture)
	if len(i.Claims) > 0 {
		text += fmt.Sprintf(" %v %q", i.Claims, i.ClaimTexts())
	}
	return text
}

func TestParse(t *testing.T) {
	t.Parallel()
	const (
		alice = `alice@example.org "Alice" [{17 engineering eng@example.org} { operators } {18  }] ids ["17" "" "18"] names ["engineering" "operators" ""] ` +
			`emails ["eng@example.org" "" ""] map[department:[dns web] empty:[] site:[berlin]] [disk-encryption] ` +
			`map[empty:[] odd name:[a=b] team:[web dns]] ["odd name=a=b" "team=web" "team=dns"]`
		bob    = `bob@example.org "" [] ids [] names [] emails [] map[] []`
		device = ` "" [] ids [] names [] emails [] map[] []`
	)
	for _, text := range []string{sample, sampleJSON} {
		table, problems := Parse(strings.NewReader(text), "f")
		if problems != nil || table.Len() != 3 {
			t.Fatalf("%d identities, %v", table.Len(), problems)
		}
		for client, want := range map[string]string{
			"192.0.2.7": alice, "192.0.2.8": alice, "::ffff:192.0.2.8": alice, "2001:db8::1": alice,
			"198.51.100.1": device, "198.51.100.2": "nobody", "2001:db9::": "nobody",
		} {
			if got := describe(table.ByAddr(netip.MustParseAddr(client))); got != want {
				t.Errorf("%s: %s, want %s", client, got, want)
			}
		}
		for email, want := range map[string]string{
			"alice@example.org": alice, "ALICE@example.org": alice, "bob@example.org": bob, "carol@example.org": "nobody", "": "nobody",
		} {
			if got := describe(table.ByEmail(email)); got != want {
				t.Errorf("%s: %s, want %s", email, got, want)
			}
		}
	}
}

func TestParseEmpty(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "# nobody\n", "---\n", "{}", "identities: []", `{"identities": []}`} {
		table, problems := Parse(strings.NewReader(text), "f")
		if problems != nil || table.Len() != 0 || table.ByAddr(netip.MustParseAddr("192.0.2.1")) != nil {
			t.Errorf("%q: %d identities, %v", text, table.Len(), problems)
		}
	}
}

func TestNilTable(t *testing.T) {
	t.Parallel()
	var table *Table
	if table.Len() != 0 || table.ByAddr(netip.MustParseAddr("192.0.2.1")) != nil || table.ByEmail("alice@example.org") != nil {
		t.Error("a nil table has an identity")
	}
	if new(Table).ByAddr(netip.Addr{}) != nil || new(Table).ByEmail("alice@example.org") != nil {
		t.Error("a zero table has an identity")
	}
}

func TestParseRefuses(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"alice", "f:1: the file must be a mapping, not a text"},
		{"- email: alice@example.org", "f:1: the file must be a mapping, not a list"},
		{"identity: []", `f:1: unknown key "identity", allowed: identities`},
		{"identities:", "f:1: identities must be a list, not nothing; an empty list is written []"},
		{"identities: {}", "f:1: identities must be a list, not a mapping"},
		{"identities: []\nidentities: []", `f:2: key "identities" is repeated, line 1 has it already`},
		{"identities: [alice, {}]", "f:1: identity 1: an identity must be a mapping, not a text\n" +
			"f:1: identity 2: has neither clients nor an email, one of them is needed"},
		{"identities:\n- {name: Alice, clients: []}", "f:2: identity 1: has neither clients nor an email, one of them is needed"},
		{"identities:\n- email: alice@example.org\n  emial: x\n  name: [x]\n",
			"f:3: identity 1: unknown key \"emial\", allowed: clients, email, name, groups, attributes, claims, posture\n" +
				`f:4: identity "alice@example.org": name must be a text, not a list`},
		{"identities:\n- email: alice\n- email: a b@example.org\n- email: a@b@example.org\n- email: '@example.org'\n- email: 17\n",
			`f:2: identity 1: email alice is no mail address, such as alice@example.org
f:3: identity 2: email a b@example.org is no mail address, such as alice@example.org
f:4: identity 3: email a@b@example.org is no mail address, such as alice@example.org
f:5: identity 4: email @example.org is no mail address, such as alice@example.org
f:6: identity 5: email must be a text, not the number 17; write it in quotes: "17"`},
		{"identities:\n- clients:\n  - 192.0.2.1/24\n  - localhost\n  - 192.0.2.1\n  - 192.0.2.1/32\n  email: alice@example.org\n- clients: [192.0.2.1, 2001:DB8::/32]\n- clients: [2001:db8::/32]\n",
			`f:3: identity "alice@example.org": client 192.0.2.1/24 has host bits set, write 192.0.2.0/24
f:4: identity "alice@example.org": client "localhost" is not an address or a CIDR
f:6: identity "alice@example.org": client 192.0.2.1/32 stands in line 5 already
f:8: identity 2: client 192.0.2.1 stands in line 5 already
f:9: identity 3: client 2001:db8::/32 stands in line 8 already`},
		{"identities:\n- clients: 192.0.2.1\n", "f:2: identity 1: clients must be a list, not a text\n" +
			"f:2: identity 1: has neither clients nor an email, one of them is needed"},
		{"identities:\n- email: alice@example.org\n- email: Alice@Example.ORG\n  clients: [192.0.2.1]\n",
			`f:3: identity "alice@example.org": the email stands in line 2 already; write one identity with all clients of a person`},
		{"identities:\n- email: alice@example.org\n  groups:\n  - {}\n  - {nam: x}\n  - {id: 17}\n  - 17\n  - {email: eng}\n  - [a]\n  - {id: a, id: b}\n",
			`f:4: identity "alice@example.org": a group needs an id, a name or an email
f:5: identity "alice@example.org": unknown key "nam", allowed: id, name, email
f:5: identity "alice@example.org": a group needs an id, a name or an email
f:6: identity "alice@example.org": id of a group must be a text, not the number 17; write it in quotes: "17"
f:7: identity "alice@example.org": a group must be a text, not the number 17; write it in quotes: "17"
f:8: identity "alice@example.org": email of a group eng is no mail address, such as alice@example.org
f:9: identity "alice@example.org": a group must be a text, not a list
f:10: identity "alice@example.org": key "id" is repeated, line 10 has it already`},
		{"identities:\n- email: alice@example.org\n  groups: engineering\n  attributes: [a]\n  posture: disk\n",
			`f:3: identity "alice@example.org": groups must be a list, not a text
f:4: identity "alice@example.org": attributes must be a mapping, not a list
f:5: identity "alice@example.org": posture must be a list, not a text`},
		{"identities:\n- email: alice@example.org\n  attributes:\n    a: 17\n    b: [x, 18]\n    c: {}\n    d:\n    b: x\n  posture: [on]\n  posture: []\n",
			`f:4: identity "alice@example.org": attribute "a" must be a text, not the number 17; write it in quotes: "17"
f:5: identity "alice@example.org": attribute "b" must be a text, not the number 18; write it in quotes: "18"
f:6: identity "alice@example.org": attribute "c" must be a text, not a mapping
f:7: identity "alice@example.org": attribute "d" must be a text, not nothing
f:8: identity "alice@example.org": key "b" is repeated, line 5 has it already
f:10: identity 1: key "posture" is repeated, line 9 has it already`},
		{"identities:\n- &a {email: alice@example.org}\n- *a\n", "f:2: anchor &a: anchors and aliases are not allowed, write the value out\n" +
			"f:3: alias *a: anchors and aliases are not allowed, write the value out"},
		{"identities: [", "f:1: did not find expected node content"},
	} {
		_, problems := Parse(strings.NewReader(row.text), "f")
		if got := problems.Error(); got != row.want {
			t.Errorf("%q:\n%s\nwant:\n%s", row.text, got, row.want)
		}
	}
}

func TestProblemsBounded(t *testing.T) {
	t.Parallel()
	_, problems := Parse(strings.NewReader("identities:\n"+strings.Repeat("- {}\n", 200)), "f")
	if got, want := problems[len(problems)-1].String(), "f: more errors follow, they are not listed"; len(problems) != 101 || got != want {
		t.Errorf("%d problems, the last is %s", len(problems), got)
	}
}

// TestByAddrTwin compares the table with a search of every prefix.
func TestByAddrTwin(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	addr := func() netip.Addr {
		if random.IntN(2) == 0 {
			return netip.AddrFrom4([4]byte{192, byte(random.IntN(2)), byte(random.IntN(4)), byte(random.IntN(256))})
		}
		return netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, byte(random.IntN(2)), 15: byte(random.IntN(256))})
	}
	for range 50 {
		var prefixes []netip.Prefix
		text := "identities:\n"
		for range 60 {
			a := addr()
			p, err := a.Prefix(random.IntN(a.BitLen() + 1))
			if err != nil || slices.Contains(prefixes, p) {
				continue
			}
			prefixes = append(prefixes, p)
			text += fmt.Sprintf("- clients: ['%s']\n  name: '%s'\n", p, p)
		}
		table, problems := Parse(strings.NewReader(text), "f")
		if problems != nil {
			t.Fatal(problems)
		}
		for range 500 {
			a := addr()
			want := netip.Prefix{}
			for _, p := range prefixes {
				if p.Contains(a) && (!want.IsValid() || p.Bits() > want.Bits()) {
					want = p
				}
			}
			got := table.ByAddr(a)
			if (got == nil) == want.IsValid() || got != nil && got.Name != want.String() {
				t.Fatalf("%s: %s, want %s, of %v", a, describe(got), want, prefixes)
			}
		}
	}
}

func TestLookupAllocations(t *testing.T) {
	table, _ := Parse(strings.NewReader(sample), "f")
	hit, miss, v6 := netip.MustParseAddr("192.0.2.8"), netip.MustParseAddr("203.0.113.1"), netip.MustParseAddr("2001:db8::1")
	n := 0
	allocations := testing.AllocsPerRun(100, func() {
		for _, addr := range []netip.Addr{hit, miss, v6} {
			who := table.ByAddr(addr)
			n += len(who.GroupIDs()) + len(who.GroupNames()) + len(who.GroupEmails())
		}
		n += len(table.ByEmail("bob@example.org").GroupIDs())
	})
	if allocations != 0 || n == 0 {
		t.Errorf("%v allocations", allocations)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{sample, sampleJSON, "", "identities: [{email: a@b, groups: [a, {id: b}]}]", "identities:\n- clients: ['::/0', 0.0.0.0/0]\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		table, problems := Parse(strings.NewReader(text), "f")
		if len(problems) > 101 {
			t.Fatalf("%d problems", len(problems))
		}
		for email, who := range table.emails {
			if table.ByEmail(email) != who || who.Email != email || strings.ToLower(email) != email {
				t.Fatalf("%q: %s", email, describe(who))
			}
		}
		for prefix, who := range table.clients.All() {
			if prefix.Masked() != prefix || prefix.IsSingleIP() && table.ByAddr(prefix.Addr()) != who {
				t.Fatalf("%s: %s", prefix, describe(who))
			}
		}
	})
}
