package differential

import (
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

// question is one query, sent to every server alike.
type question struct {
	name  string
	kind  uint16   // qtype
	zones []string // apexes of all zones served
	edns  uint16   // UDP size; 0: without EDNS
	rd    bool
	do    bool // asks for DNSSEC records
	tcp   bool
}

// zoneOf returns the apex of the zone that holds a name, "" if none does.
func (q question) zoneOf(name string) string {
	longest := ""
	for _, apex := range q.zones {
		if len(apex) > len(longest) && dns.IsSubDomain(apex, name) {
			longest = apex
		}
	}
	return longest
}

// fullTypes are asked for at every name of a zone written for this test, sparseTypes
// at the names of generated ones; the types a name owns come on top.
func fullTypes() []uint16 {
	return []uint16{dns.TypeA, dns.TypeAAAA, dns.TypeNS, dns.TypeSOA, dns.TypeCNAME, dns.TypeDNAME, dns.TypeMX, dns.TypeTXT,
		dns.TypeSRV, dns.TypePTR, dns.TypeDS, dns.TypeDNSKEY, dns.TypeHTTPS, dns.TypeCAA, dns.TypeRRSIG, 65280, dns.TypeANY}
}

func sparseTypes() []uint16 {
	return []uint16{dns.TypeA, dns.TypeTXT, dns.TypeNS, dns.TypeDS, dns.TypeCNAME, dns.TypeANY}
}

// asker collects the questions of one zone.
type asker struct {
	zone   zoneFile
	owned  map[string][]uint16 // types by canonical owner
	owners []string            // canonical, in file order
	random *rand.Rand
	seen   map[string]bool
	out    []question
}

// questionsOf makes the questions for a set of zones: each owner and what lies
// around it, names made of the zone's own labels, and a few names of no zone.
func questionsOf(zones []zoneFile) []question {
	var out []question
	for i, z := range zones {
		a := &asker{zone: z, owned: make(map[string][]uint16), seen: make(map[string]bool),
			random: rand.New(rand.NewPCG(seed, uint64(i)))}
		a.read()
		a.around()
		a.mixed()
		out = append(out, a.out...)
	}
	for _, name := range []string{".", "invalid.", "www.outside.invalid.", "arpa.", "xbasic.example.org.", "test."} {
		for _, kind := range fullTypes() {
			out = append(out, question{name: name, kind: kind})
		}
	}
	apexes := make([]string, len(zones))
	for i, z := range zones {
		apexes[i] = z.apex
	}
	for i := range out { // every transport with every EDNS size, with and without RD
		out[i].tcp = i%5 == 0
		out[i].edns = []uint16{4096, 1232, 4096, 0}[i%4]
		out[i].rd = i%3 == 0
		out[i].zones = apexes
	}
	return out
}

// read collects the owners by miekg's parser, which our server does not use. A file
// it cannot read has been refused by the servers already.
func (a *asker) read() {
	text, err := os.ReadFile(a.zone.path)
	if err != nil {
		panic(err)
	}
	parser := dns.NewZoneParser(strings.NewReader(string(text)), a.zone.apex, a.zone.path)
	for rr, ok := parser.Next(); ok; rr, ok = parser.Next() {
		owner, _ := normal(dns.CanonicalName(rr.Header().Name))
		if _, ok := a.owned[owner]; !ok {
			a.owners = append(a.owners, owner)
		}
		if kind := rr.Header().Rrtype; !slices.Contains(a.owned[owner], kind) {
			a.owned[owner] = append(a.owned[owner], kind)
		}
	}
	if err := parser.Err(); err != nil {
		panic(err)
	}
}

// around asks for every owner, its ancestors down to the apex, its siblings and
// names below it, and more where a wildcard, cut or DNAME makes a difference.
func (a *asker) around() {
	for _, owner := range a.owners {
		if slices.Contains(a.owned[owner], dns.TypeNSEC3) { // the hash of a name; nsd makes names of it
			a.ask(owner)
			continue
		}
		for _, name := range a.ancestors(owner) {
			a.ask(name)
		}
		a.ask(a.scramble(owner))
		a.ask("below." + owner)
		_, parent, ok := cut(owner)
		if !ok || owner == a.zone.apex {
			a.ask("*." + owner)
			continue
		}
		a.ask("sibling." + parent)
		types := a.owned[owner]
		if strings.HasPrefix(owner, "*.") {
			a.ask("two.labels." + parent)
			a.ask("*." + owner)
			a.ask("below.*." + parent)
			a.ask("*.label." + parent)
			a.ask(a.scramble("Some." + parent))
		}
		if slices.Contains(types, dns.TypeNS) || slices.Contains(types, dns.TypeDNAME) {
			a.ask("www." + owner)
			a.ask("a.b.c." + owner)
			a.ask("*." + owner)
			a.ask(a.scramble("Www." + owner))
		}
		if slices.Contains(types, dns.TypeDNAME) {
			a.redirected(owner)
		}
	}
}

// redirected asks for the names the DNAME's target side suggests, and for names so
// long that the redirection may not fit.
func (a *asker) redirected(owner string) {
	for _, other := range a.owners {
		if a.random.IntN(len(a.owners)) >= 25 {
			continue // a sample
		}
		if label, _, ok := cut(other); ok && label != "*" {
			a.ask(label + "." + owner)
		}
	}
	for _, n := range []int{30, 40, 50, 60} {
		label := strings.Repeat("x", n)
		a.ask(label + "." + owner)
		a.ask(label + "." + label + "." + owner)
		a.ask(strings.Repeat(label+".", 3) + owner)
	}
}

// mixed asks for names made of the zone's own labels at random.
func (a *asker) mixed() {
	var labels []string
	for _, owner := range a.owners {
		label, _, ok := cut(owner)
		if ok && owner != a.zone.apex && !slices.Contains(labels, label) && !slices.Contains(a.owned[owner], dns.TypeNSEC3) {
			labels = append(labels, label)
		}
	}
	labels = append(labels, "random", "*")
	for range 20 + len(a.owners)/4 {
		name := a.zone.apex
		if owner := a.owners[a.random.IntN(len(a.owners))]; a.random.IntN(2) == 0 && !slices.Contains(a.owned[owner], dns.TypeNSEC3) {
			name = owner
		}
		for range 1 + a.random.IntN(3) {
			name = join(labels[a.random.IntN(len(labels))], name)
		}
		a.ask(name)
	}
}

// ask asks once for a name and the types that matter, unless it is too long.
func (a *asker) ask(name string) {
	name, ok := normal(strings.ReplaceAll(name, "..", ".")) // dots are doubled at the root
	if !ok || a.seen[name] {
		return
	}
	a.seen[name] = true
	types := sparseTypes()
	if a.zone.full {
		types = fullTypes()
	}
	for _, kind := range a.owned[dns.CanonicalName(name)] {
		if !slices.Contains(types, kind) {
			types = append(types, kind)
		}
	}
	for _, kind := range types {
		if len(a.owners) > 200 && !a.zone.full && a.random.IntN(5) > 0 {
			continue // a sample of the large zone
		}
		a.out = append(a.out, question{name: name, kind: kind})
	}
}

// ancestors returns name and every name above it down to the apex.
func (a *asker) ancestors(name string) []string {
	out := []string{name}
	for name != a.zone.apex {
		_, parent, ok := cut(name)
		if !ok {
			break
		}
		name = parent
		out = append(out, name)
	}
	return out
}

// scramble changes the case of letters at random, outside escapes.
func (a *asker) scramble(name string) string {
	text := []byte(name)
	for i, c := range text {
		if c >= 'a' && c <= 'z' && a.random.IntN(2) == 0 && (i == 0 || text[i-1] != '\\') {
			text[i] = c - 'a' + 'A'
		}
	}
	return string(text)
}

// cut splits the first label off a name; the root has none.
func cut(name string) (label, parent string, ok bool) {
	at, end := dns.NextLabel(name, 0)
	switch {
	case name == ".":
		return "", "", false
	case end:
		return strings.TrimSuffix(name, "."), ".", true
	}
	return name[:at-1], name[at:], true
}

func join(label, name string) string {
	if name == "." {
		return label + "."
	}
	return label + "." + name
}

// normal returns a name as it comes back from the wire, false if it does not fit there.
func normal(name string) (string, bool) {
	wire := make([]byte, 1024)
	n, err := dns.PackDomainName(name, wire, 0, nil, false)
	if err != nil || n > 255 {
		return "", false
	}
	name, _, err = dns.UnpackDomainName(wire[:n], 0)
	return name, err == nil
}

// TestQuestions holds the generator to its promise: every owner is asked for, and
// so are names that no owner has.
func TestQuestions(t *testing.T) {
	zones := append(writtenZones(t, false), writtenZones(t, true)...)
	asked := make(map[string]bool)
	for _, q := range questionsOf(zones) {
		asked[dns.CanonicalName(q.name)] = true
	}
	for _, name := range []string{"wild.example.", "below.*.cn.wild.example.", "ent.deep.wild.example.", "c.ent.basic.example.",
		"a.b.c.secure.cuts.example.", "www.d2.alias.example.", "lan.", "invalid."} {
		if !asked[name] {
			t.Errorf("nothing asked for %s", name)
		}
	}
}
