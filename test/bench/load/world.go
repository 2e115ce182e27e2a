package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// world is what every server of a workload is configured from.
type world struct {
	dir      string
	zones    []zoneData
	views    int      // 0: one for all clients, which holds all zones; else view i is for the clients of prefix(i) and holds zone i modulo len(zones)
	forwards bool     // names no zone has go to upstream
	upstream string   // HOST:PORT of a resolver, once it runs
	observed bool     // with errors and metrics
	clients  []string // addresses the queries come from, in equal parts
	ports    int      // that each of them asks by; 0: one
	asks     []ask
	asker    string // address the probe comes from
	probe    record // answered like this once the server has loaded everything
}

// zoneData is one zone and its master file.
type zoneData struct {
	origin string
	file   string
	// own and base, if set, are the file in two parts: the suite holds the first
	// and finds the second through a reference.
	own, base string
}

// record is an A record.
type record struct{ name, address string }

// ask is one list of questions.
type ask struct {
	name     string
	file     string // empty if every round needs names never asked before
	nxdomain int    // percentage of the answers that are NXDOMAIN, the rest are NOERROR
}

// prefix returns the network of view i, within 127.0.0.0/8; its clients are 127.x.y.1.
func prefix(i int) string { return fmt.Sprintf("127.%d.%d.0/24", 1+i/250, i%250) }

func clientOf(i int) string { return fmt.Sprintf("127.%d.%d.1", 1+i/250, i%250) }

const (
	localhost = "127.0.0.1"

	apex = "example.org"
	head = "$TTL 3600\n@ SOA ns hostmaster 1 7200 1800 1209600 300\n@ NS ns\nns A 192.0.2.53\n"
)

// address returns the address of host i.
func address(i int) string { return fmt.Sprintf("192.0.2.%d", i%250) }

// writeZone writes a master file with a line from each call.
func writeZone(dir, name string, n int, line func(i int) string) (string, error) {
	return writeLines(dir, name, head, n, line)
}

func writeLines(dir, name, first string, n int, line func(i int) string) (string, error) {
	path := filepath.Join(dir, name)
	f, err := os.Create(path)
	if err != nil {
		return "", err
	}
	w := bufio.NewWriter(f)
	fmt.Fprint(w, first)
	for i := range n {
		fmt.Fprintln(w, line(i))
	}
	if err := w.Flush(); err != nil {
		return "", err
	}
	return path, f.Close()
}

// questions writes n questions for A records in random order, the same each time.
func questions(dir, name string, n int, qname func(i int) string) (string, error) {
	order := rand.New(rand.NewPCG(1, 2)).Perm(n)
	return writeLines(dir, name+".questions", "", n, func(i int) string { return qname(order[i]) + " A" })
}

// flat makes a world of one zone with n hosts, named by host relative to the
// apex, and of questions for all of them.
func flat(dir string, n int, host func(i int) string) (*world, error) {
	w := &world{dir: dir, clients: []string{localhost}, asker: localhost, probe: record{host(n-1) + "." + apex, address(n - 1)}}
	file, err := writeZone(dir, "zone", n, func(i int) string { return host(i) + " A " + address(i) })
	if err != nil {
		return nil, err
	}
	w.zones = []zoneData{{origin: apex, file: file}}
	asked, err := questions(dir, "hits", n, func(i int) string { return host(i) + "." + apex })
	w.asks = []ask{{name: "hits", file: asked}}
	return w, err
}

func shallow(i int) string { return fmt.Sprintf("host-%d", i) }

func deep(i int) string {
	return fmt.Sprintf("host-%d.rack-%d.room-%d.site-%d", i, i/10, i/200, i/4000)
}

func halfMissing(dir string) (*world, error) {
	const n = 100_000
	w, err := flat(dir, n, shallow)
	if err != nil {
		return nil, err
	}
	asked, err := questions(dir, "half", 2*n, func(i int) string {
		if i < n {
			return shallow(i) + "." + apex
		}
		return "no" + shallow(i-n) + "." + apex
	})
	w.asks = []ask{{name: "half NXDOMAIN", file: asked, nxdomain: 50}}
	return w, err
}

// manyZones makes n zones of ten records: SOA, NS, its address and seven hosts.
func manyZones(dir string, n int) (*world, error) {
	const hosts = 7
	origin := func(i int) string { return fmt.Sprintf("zone-%d.example", i) }
	w := &world{dir: dir, clients: []string{localhost}, asker: localhost, probe: record{"host-1." + origin(n-1), address(1)}}
	for i := range n {
		file, err := writeZone(dir, origin(i), hosts, func(h int) string { return shallow(h) + " A " + address(h) })
		if err != nil {
			return nil, err
		}
		w.zones = append(w.zones, zoneData{origin: origin(i), file: file})
	}
	asked, err := questions(dir, "hits", n*hosts, func(i int) string { return shallow(i%hosts) + "." + origin(i/hosts) })
	w.asks = []ask{{name: "hits", file: asked}}
	return w, err
}

// manyViews makes n views by client address, over at most a thousand zones of
// one name and ten hosts. A dnsperf has one address, so up to ten of them ask, as
// clients of views at even distances: servers that try one view after another pass
// by half of them on average.
func manyViews(dir string, n int) (*world, error) {
	w := &world{dir: dir, views: n, asker: clientOf(n - 1)}
	clients := min(n, 10)
	for i := range clients {
		w.clients = append(w.clients, clientOf((2*i+1)*n/(2*clients)))
	}
	count := min(n, 1000)
	own := func(z, h int) string { return fmt.Sprintf("127.%d.%d.%d", 1+z/250, z%250, h+1) }
	for z := range count {
		file, err := writeZone(dir, fmt.Sprintf("zone-%d", z), 10, func(h int) string { return shallow(h) + " A " + own(z, h) })
		if err != nil {
			return nil, err
		}
		w.zones = append(w.zones, zoneData{origin: apex, file: file})
	}
	w.probe = record{shallow(9) + "." + apex, own((n-1)%count, 9)}
	asked, err := questions(dir, "hits", 10, func(i int) string { return shallow(i) + "." + apex })
	w.asks = []ask{{name: "hits", file: asked}}
	return w, err
}

// paths makes a zone with hosts, aliases of them, and hosts that the suite finds
// in a referenced zone.
func paths(dir string) (*world, error) {
	const n = 10
	w := &world{dir: dir, clients: []string{localhost}, asker: localhost, probe: record{"alias-1." + apex, address(1)}}
	own := func(i int) string {
		if i < n {
			return shallow(i) + " A " + address(i)
		}
		return fmt.Sprintf("alias-%d CNAME host-%d", i-n, i-n)
	}
	base := func(i int) string { return fmt.Sprintf("far-%d A %s", i, address(i)) }
	z := zoneData{origin: apex}
	for _, part := range []struct {
		to   *string
		name string
		n    int
		line func(int) string
	}{
		{&z.own, "own", 2 * n, own}, {&z.base, "base", n, base},
		{&z.file, "zone", 3 * n, func(i int) string {
			if i < 2*n {
				return own(i)
			}
			return base(i - 2*n)
		}},
	} {
		path, err := writeZone(dir, part.name, part.n, part.line)
		if err != nil {
			return nil, err
		}
		*part.to = path
	}
	w.zones = []zoneData{z}
	for _, kind := range []struct{ name, label string }{{"hits", "host"}, {"flattened CNAME", "alias"}, {"one reference", "far"}} {
		file, err := questions(dir, kind.label, n, func(i int) string { return fmt.Sprintf("%s-%d.%s", kind.label, i, apex) })
		if err != nil {
			return nil, err
		}
		w.asks = append(w.asks, ask{name: kind.name, file: file})
	}
	return w, nil
}

// forwarded makes a small zone and questions for names it lacks.
func forwarded(dir string) (*world, error) {
	w, err := flat(dir, 10, shallow)
	if err != nil {
		return nil, err
	}
	w.forwards = true
	w.probe = record{"ready." + apex, upstreamAddress}
	asked, err := questions(dir, "cached", 1000, func(i int) string { return fmt.Sprintf("cached-%d.%s", i, apex) })
	w.asks = []ask{{name: "forwarded, cached", file: asked}, {name: "forwarded, missed"}}
	return w, err
}

// fresh writes questions for names that no other round asks for.
func fresh(dir string, round, n int) (string, error) {
	return writeLines(dir, fmt.Sprintf("fresh-%d.questions", round), "", n, func(i int) string {
		return fmt.Sprintf("missed-%d-%d.%s A", round, i, apex)
	})
}
