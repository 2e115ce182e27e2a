package differential

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

// shape says how a random zone looks.
type shape struct {
	owners int
	labels []string // few labels make a dense zone, where everything meets
	depth  int
}

// seed makes every run generate the same zones and questions.
const seed = 0x1035_2181

// generatedZones writes many small dense zones and a large one.
func generatedZones(t *testing.T) []zoneFile {
	t.Helper()
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(seed, 1))
	dense := shape{owners: 24, labels: []string{"a", "b", "c", "*"}, depth: 4}
	var out []zoneFile
	for i := range 24 {
		out = append(out, writeRandom(t, dir, fmt.Sprintf("dense%02d.test.", i), dense, random))
	}
	large := shape{owners: 4000, labels: manyLabels(60), depth: 5}
	return append(out, writeRandom(t, dir, "large.test.", large, random))
}

func manyLabels(n int) []string {
	labels := []string{"*", "*", "*", `d\.t`, `n\000l`, "_tcp"}
	for i := range n {
		labels = append(labels, fmt.Sprintf("Label%02d", i))
	}
	return labels
}

func writeRandom(t *testing.T, dir, apex string, s shape, random *rand.Rand) zoneFile {
	t.Helper()
	path := filepath.Join(dir, apex+"zone")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(file)
	newGenerator(apex, s, random).write(w)
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return zoneFile{apex: apex, path: path}
}

// purpose is what a random owner is.
type purpose uint8

const (
	forData purpose = iota
	forCNAME
	forCut
	forDNAME
)

// generator makes one random zone that every server accepts.
type generator struct {
	apex   string
	shape  shape
	random *rand.Rand
	owners []string // in order of appearance, without the apex
	what   map[string]purpose
}

func newGenerator(apex string, s shape, random *rand.Rand) *generator {
	g := &generator{apex: apex, shape: s, random: random, what: make(map[string]purpose)}
	for range s.owners {
		owner := g.name()
		key := dns.CanonicalName(owner)
		if _, ok := g.what[key]; ok || key == apex {
			continue
		}
		g.owners = append(g.owners, owner)
		g.what[key] = g.purpose(owner)
	}
	return g
}

// name returns a random name at or below the apex.
func (g *generator) name() string {
	name := g.apex
	for range 1 + g.random.IntN(g.shape.depth) {
		name = g.shape.labels[g.random.IntN(len(g.shape.labels))] + "." + name
	}
	return name
}

// purpose keeps NS and DNAME away from wildcards, where the servers differ and
// the RFCs do not say (RFC 4592 sections 4.2 and 4.4).
func (g *generator) purpose(owner string) purpose {
	n := g.random.IntN(20)
	wildcard := strings.HasPrefix(owner, "*.")
	switch {
	case n < 4:
		return forCNAME
	case n < 6 && !wildcard:
		return forCut
	case n < 7 && !wildcard:
		return forDNAME
	}
	return forData
}

// redirected reports whether a name lies below a DNAME, where no record may be.
func (g *generator) redirected(name string) bool {
	key := dns.CanonicalName(name)
	for _, at := range dns.Split(key)[1:] {
		if p, ok := g.what[key[at:]]; ok && p == forDNAME {
			return true
		}
	}
	return false
}

// target returns a name to point at: mostly one of the zone, at times an owner's
// child, a random name, or one outside.
func (g *generator) target() string {
	owner := g.owners[g.random.IntN(len(g.owners))]
	switch n := g.random.IntN(12); {
	case n < 7:
		return owner
	case n < 8:
		return "below." + owner
	case n < 9:
		return g.apex
	case n < 11:
		return g.name()
	}
	return "www.outside.invalid."
}

func (g *generator) write(w *bufio.Writer) {
	fmt.Fprintf(w, "%s 3600 IN SOA ns.outside.invalid. hostmaster.outside.invalid. %d 7200 3600 1209600 %d\n",
		g.apex, g.random.Uint32(), g.random.IntN(7200))
	fmt.Fprintf(w, "%s 3600 IN NS ns.outside.invalid.\n", g.apex)
	for _, owner := range g.owners {
		if g.redirected(owner) {
			continue
		}
		switch g.what[dns.CanonicalName(owner)] {
		case forCNAME:
			g.record(w, owner, "CNAME "+g.target())
		case forDNAME:
			g.record(w, owner, "DNAME "+g.target())
		case forCut:
			g.cut(w, owner)
		case forData:
			g.data(w, owner)
		}
	}
}

func (g *generator) record(w *bufio.Writer, owner, rdata string) {
	fmt.Fprintf(w, "%s %d IN %s\n", owner, 60*(1+g.random.IntN(60)), rdata)
}

// cut writes a delegation, at times with glue, at times signed.
func (g *generator) cut(w *bufio.Writer, owner string) {
	server := []string{"glue." + owner, owner, g.target(), "ns.outside.invalid."}[g.random.IntN(4)]
	g.record(w, owner, "NS "+server)
	if strings.HasPrefix(server, "glue.") {
		g.record(w, server, g.address())
	} else if server == owner {
		g.record(w, owner, g.address())
	}
	if g.random.IntN(3) == 0 {
		g.record(w, owner, fmt.Sprintf("DS %d 8 2 %064x", g.random.IntN(65536), g.random.Uint64()))
	}
}

func (g *generator) address() string {
	if g.random.IntN(3) == 0 {
		return fmt.Sprintf("AAAA 2001:db8::%x", 1+g.random.IntN(65535))
	}
	return fmt.Sprintf("A 192.0.2.%d", g.random.IntN(256))
}

// data writes one to three RRsets; every record of one RRset has the same TTL.
func (g *generator) data(w *bufio.Writer, owner string) {
	all := []string{
		g.address(),
		fmt.Sprintf("TXT \"text %d\"", g.random.IntN(1000)),
		fmt.Sprintf("MX %d %s", g.random.IntN(100), g.target()),
		fmt.Sprintf("SRV 0 0 %d %s", g.random.IntN(1000), g.target()),
		fmt.Sprintf("TYPE65280 \\# 2 %04x", g.random.IntN(65536)),
	}
	for _, i := range g.random.Perm(len(all))[:1+g.random.IntN(3)] {
		g.record(w, owner, all[i])
	}
}
