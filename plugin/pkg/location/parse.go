package location

import (
	"fmt"
	"io"
	"net/netip"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/yamlfile"
)

// maxEntries is how many locations a file may hold.
const maxEntries = 1_000_000

// Parse reads a location file in YAML or JSON:
//
//	locations:
//	- name: office
//	  clients: [192.0.2.0/24]
//	  servers: [198.51.100.53]
//	  doh_subdomains: [ab12cd]
//
// Clients are addresses and CIDRs without host bits, servers are addresses, DoH
// subdomains single labels. Every location has a name of its own and one of the
// three; nothing stands in two locations. A file that holds no location is an
// empty table. The problems name all faults, 100 at most, and with any the table
// is not complete. It reads at most 64 MiB and 1,000,000 locations.
func Parse(r io.Reader, file string) (*Table, problem.List) {
	f, root := yamlfile.Read(r, file)
	p := parser{
		file:       f,
		table:      &Table{names: make(yamlfile.Lines[string]), servers: make(map[netip.Addr]string), subdomains: make(map[string]string)},
		clients:    make(yamlfile.Lines[netip.Prefix]),
		servers:    make(yamlfile.Lines[netip.Addr]),
		subdomains: make(yamlfile.Lines[string]),
	}
	f.Entries(root, "locations", maxEntries, p.add)
	return p.table, f.Problems()
}

// parser fills a table.
type parser struct {
	file       *yamlfile.File
	table      *Table
	clients    yamlfile.Lines[netip.Prefix]
	servers    yamlfile.Lines[netip.Addr]
	subdomains yamlfile.Lines[string]
}

// add takes one entry of the file, the number-th.
func (p *parser) add(number int, entry yamlfile.Value) {
	f := p.file
	f.About(fmt.Sprintf("location %d", number))
	m := f.Mapping(entry, "a location", "name", "clients", "servers", "doh_subdomains")
	if m == nil {
		return
	}
	name, ok := f.Text(m.Get("name"), "name")
	if ok {
		f.About(fmt.Sprintf("location %q", m.Get("name").Text()))
		p.table.names.First(f, name, "name", m.Get("name"))
	} else if !m.Get("name").Given() {
		f.Errorf(entry, "has no name")
	}
	p.table.size++
	clients := f.List(m.Get("clients"), "clients")
	servers := f.List(m.Get("servers"), "servers")
	subdomains := f.List(m.Get("doh_subdomains"), "doh_subdomains")
	if len(clients)+len(servers)+len(subdomains) == 0 {
		f.Errorf(entry, "has no clients, servers or doh_subdomains, one of them is needed")
	}
	for _, v := range clients {
		if prefix, ok := f.Prefix(v, "client"); ok && p.clients.First(f, prefix, "client", v) {
			p.table.clients.Insert(prefix, name)
		}
	}
	for _, v := range servers {
		if addr, ok := f.Addr(v, "server"); ok && p.servers.First(f, addr, "server", v) {
			p.table.servers[addr] = name
		}
	}
	for _, v := range subdomains {
		if label, ok := p.label(v); ok && p.subdomains.First(f, label, "DoH subdomain", v) {
			p.table.subdomains[label] = name
		}
	}
}

// label reads a DoH subdomain.
func (p *parser) label(v yamlfile.Value) (string, bool) {
	text, ok := p.file.Text(v, "a DoH subdomain")
	if !ok {
		return "", false
	}
	label := strings.Map(func(r rune) rune {
		if r < 0x80 {
			return rune(toLower(byte(r)))
		}
		return r
	}, text)
	switch {
	case len(label) > maxLabel:
		p.file.Errorf(v, "DoH subdomain %s has %d octets, at most %d are allowed", v.Text(), len(label), maxLabel)
		return "", false
	case strings.Contains(label, "."):
		p.file.Errorf(v, "DoH subdomain %s has several labels, write the first one only", v.Text())
		return "", false
	case strings.Trim(label, labelChars) != "":
		p.file.Errorf(v, "DoH subdomain %q, allowed: letters, digits, - and _", v.Text())
		return "", false
	}
	return label, true
}
