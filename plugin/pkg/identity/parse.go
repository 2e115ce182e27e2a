package identity

import (
	"fmt"
	"io"
	"net/netip"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/yamlfile"
)

// maxEntries is how many identities a file may hold.
const maxEntries = 1_000_000

// Parse reads an identity file in YAML or JSON:
//
//	identities:
//	- clients: [192.0.2.7, 192.0.2.0/24, "2001:db8::/32"]
//	  email: alice@example.org
//	  name: Alice
//	  groups:
//	  - {id: "17", name: engineering, email: eng@example.org}
//	  - operators
//	  attributes: {department: [dns, web], site: berlin}
//	  claims: {team: dns}
//	  posture: [disk-encryption]
//
// Clients are addresses and CIDRs without host bits. Every identity has clients,
// an email or both; no client and no email stands twice in a file. A group is a
// name or a mapping, an attribute or a claim a text or a list of texts. A file that holds no
// identity is an empty table. The problems name all faults, 100 at most, and with
// any the table is not complete. It reads at most 64 MiB and 1,000,000 identities.
func Parse(r io.Reader, file string) (*Table, problem.List) {
	f, root := yamlfile.Read(r, file)
	p := parser{
		file:     f,
		table:    &Table{emails: make(map[string]*Identity)},
		prefixes: make(yamlfile.Lines[netip.Prefix]),
		emails:   make(map[string]int),
	}
	f.Entries(root, "identities", maxEntries, p.add)
	return p.table, f.Problems()
}

// parser fills a table.
type parser struct {
	file     *yamlfile.File
	table    *Table
	prefixes yamlfile.Lines[netip.Prefix]
	emails   map[string]int
}

// add takes one entry of the file, the number-th.
func (p *parser) add(number int, entry yamlfile.Value) {
	f := p.file
	f.About(fmt.Sprintf("identity %d", number))
	m := f.Mapping(entry, "an identity", "clients", "email", "name", "groups", "attributes", "claims", "posture")
	if m == nil {
		return
	}
	i := Identity{Email: p.email(m.Get("email"), "email")}
	if i.Email != "" {
		f.About(fmt.Sprintf("identity %q", i.Email))
	}
	i.Name, _ = f.Text(m.Get("name"), "name")
	i.Groups = p.groups(m.Get("groups"))
	i.Attributes = p.texts(m.Get("attributes"), "attribute")
	i.Claims = p.texts(m.Get("claims"), "claim")
	i.Posture = f.Texts(m.Get("posture"), "posture")
	clients := f.List(m.Get("clients"), "clients")
	if len(clients) == 0 && !m.Get("email").Given() {
		f.Errorf(entry, "has neither clients nor an email, one of them is needed")
	}
	who := New(i)
	p.table.size++
	p.addEmail(who, m.Get("email"))
	for _, client := range clients {
		p.addClient(who, client)
	}
}

func (p *parser) addEmail(who *Identity, at yamlfile.Value) {
	if who.Email == "" {
		return
	}
	if line, twice := p.emails[who.Email]; twice {
		p.file.Errorf(at, "the email stands in line %d already; write one identity with all clients of a person", line)
		return
	}
	p.emails[who.Email] = at.Line()
	p.table.emails[who.Email] = who
}

func (p *parser) addClient(who *Identity, at yamlfile.Value) {
	prefix, ok := p.file.Prefix(at, "client")
	if !ok {
		return
	}
	if p.prefixes.First(p.file, prefix, "client", at) {
		p.table.clients.Insert(prefix, who)
	}
}

// email reads a mail address, "" if it is absent or wrong.
func (p *parser) email(v yamlfile.Value, what string) string {
	text, ok := p.file.Text(v, what)
	if !ok {
		return ""
	}
	if !isEmail(text) {
		p.file.Errorf(v, "%s %s is no mail address, such as alice@example.org", what, v.Text())
		return ""
	}
	return strings.ToLower(text)
}

// groups reads a list of groups: names and mappings.
func (p *parser) groups(v yamlfile.Value) []Group {
	f := p.file
	items := f.List(v, "groups")
	groups := make([]Group, 0, len(items))
	for _, item := range items {
		var g Group
		if item.IsMapping() {
			m := f.Mapping(item, "a group", "id", "name", "email")
			g.ID, _ = f.Text(m.Get("id"), "id of a group")
			g.Name, _ = f.Text(m.Get("name"), "name of a group")
			g.Email = p.email(m.Get("email"), "email of a group")
			if len(m) == 0 {
				f.Errorf(item, "a group needs an id, a name or an email")
			}
		} else {
			g.Name, _ = f.Text(item, "a group")
		}
		groups = append(groups, g)
	}
	return groups
}

// texts reads a mapping of texts and lists of texts, each of which is one of a kind.
func (p *parser) texts(v yamlfile.Value, kind string) map[string][]string {
	members := p.file.Members(v, kind+"s")
	if len(members) == 0 {
		return nil
	}
	out := make(map[string][]string, len(members))
	for _, member := range members {
		what := fmt.Sprintf("%s %q", kind, member.Key)
		if member.Value.IsList() {
			out[member.Key] = p.file.Texts(member.Value, what)
			continue
		}
		if text, ok := p.file.Text(member.Value, what); ok {
			out[member.Key] = []string{text}
		}
	}
	return out
}

// isEmail reports whether a text has the look of a mail address (RFC 5322 section
// 3.4.1): one @ between a local part and a domain, and no blanks.
func isEmail(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	return ok && local != "" && domain != "" && !strings.Contains(domain, "@") && !strings.ContainsAny(s, " \t\r\n\x00")
}
