package live

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/list"
	"github.com/internaldns/internaldns/plugin/pkg/model"
)

// clients are some that ask.
func clients() []string { return []string{"192.0.2.1", "192.0.2.77", "198.51.100.1"} }

// fromPlace is where a client is, as the policies are told.
type fromPlace string

func (a fromPlace) String(int) (string, bool)           { return string(a), a != "" }
func (fromPlace) Strings(int) ([]string, bool)          { return nil, false }
func (fromPlace) Ints(int) ([]int64, bool)              { return nil, false }
func (fromPlace) Map(int, string) (v []string, ok bool) { return nil, false }

// placeOf returns the location of a client.
func placeOf(s *model.Snapshot, client string) string {
	if s.Places() == nil {
		return ""
	}
	name, _ := s.Places().Find(netip.MustParseAddr(client), netip.Addr{}, "")
	return name
}

// matched tells which of some queries a policy matches.
func matched(s *model.Snapshot, p *model.Policy) string {
	out := ""
	for _, name := range []string{"a.test.", "b.test.", "c.test."} {
		for _, client := range clients() {
			if p.Matches(&model.Query{Name: name, Type: dns.TypeA, Client: model.Client{Addr: netip.MustParseAddr(client), Facts: fromPlace(placeOf(s, client))}}) {
				out += " " + name + " from " + client
			}
		}
	}
	return out
}

// queryAt is a query from a place.
func queryAt(place string) *model.Query {
	return &model.Query{Name: "x.test.", Client: model.Client{Facts: fromPlace(place)}}
}

func listItems(values ...string) (items []ListItem) {
	for _, v := range values {
		items = append(items, ListItem{Value: v})
	}
	return items
}

func (p *player) listID(c *Change) string {
	ids := []string{"00000000-0000-0000-0000-000000000000"}
	for id := range c.lists.all() {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return pick(p.dice, ids)
}

// inLists is an expression that names lists.
func (p *player) inLists(c *Change) string {
	one, other := p.listID(c), strings.ToUpper(strings.ReplaceAll(p.listID(c), "-", ""))
	return pick(p.dice, []string{
		"dns.fqdn in $" + one, "dns.src_ip in $" + other, "dns.src_ip in $" + one + " and dns.fqdn in $" + other, "any(dns.domains[*] in $" + other + ")",
	})
}

func (p *player) values(kind list.Kind) (items []ListItem) {
	values := map[list.Kind][]string{list.Domain: {"a.test", "B.test", "c.test.", "test"}, list.IP: {"192.0.2.1", "192.0.2.64/26", "2001:db8::1", "10.0.0.1/8"}}[kind]
	for range p.dice.roll(4) {
		items = append(items, ListItem{Value: pick(p.dice, values), Description: pick(p.dice, []string{"", "why"})})
	}
	return items
}

func (p *player) createList(c *Change) error {
	l := List{Name: pick(p.dice, []string{"l1", "l2"}), Kind: pick(p.dice, []list.Kind{list.Domain, list.IP})}
	_, err := c.CreateList(l, p.values(l.Kind), "/items")
	return err
}

func (p *player) updateList(c *Change) error {
	_, err := c.UpdateList(p.listID(c), func(l *List) error {
		switch p.dice.roll(3) {
		case 0:
			return l.Put(p.values(l.Kind), "/items", c.now)
		case 1:
			l.Name = "renamed"
			return nil
		}
		for _, i := range p.values(l.Kind) {
			l.Remove([]string{i.Value})
		}
		return l.Append(p.values(l.Kind), "/append", c.now)
	})
	return err
}

func (p *player) deleteList(c *Change) error { return c.DeleteList(p.listID(c), p.dice.roll(2) == 0) }

// listed makes a list.
func (b *bench) list(kind list.Kind, values ...string) (id string) {
	b.t.Helper()
	b.change(func(c *Change) error {
		l, err := c.CreateList(List{Name: "names", Kind: kind}, listItems(values...), "/items")
		if err == nil {
			id = l.ID
		}
		return err
	})
	return id
}

// byList makes a policy.
func (b *bench) byList(name, traffic string, precedence uint32) (id string) {
	b.t.Helper()
	b.change(func(c *Change) error {
		id = c.CreateRule(Rule{Name: name, Enabled: true, Precedence: precedence, Traffic: traffic, Action: model.UsePublic}).ID
		return nil
	})
	return id
}

// LIVE 2: the policies that name a list follow it, with one set of values for all of them,
// and no other policy is made anew.
func TestListFollowed(t *testing.T) {
	b := newBench(t, "")
	l := b.list(list.Domain, "a.test")
	for i := range 3 {
		b.byList(fmt.Sprint("named", i), "dns.fqdn in $"+l, uint32(i))
	}
	b.byList("other", "dns.fqdn == 'b.test'", 9)
	before := b.blocks[0].Snapshot()
	b.change(func(c *Change) error {
		_, err := c.UpdateList(l, func(l *List) error { return l.Append(listItems("b.test"), "/append", c.now) })
		return err
	})
	after := b.blocks[0].Snapshot()
	for i, p := range after.Policies {
		if same := p == before.Policies[i]; same != (p.Name == "other") {
			t.Errorf("%s: the same as before: %v", p.Name, same)
		}
		if want := matched(before, before.Policies[i]); p.Name != "other" && (strings.Contains(want, "b.test") || !strings.Contains(matched(after, p), "b.test")) {
			t.Errorf("%s matched%s, and now%s", p.Name, want, matched(after, p))
		}
	}
	var shared []*list.List
	for _, s := range after.Spec().Policies {
		if n, ok := s.Lists.(*named); ok {
			shared = append(shared, n.lists[l])
		}
	}
	if len(shared) != 3 || shared[0] != shared[1] || shared[1] != shared[2] {
		t.Errorf("the policies share %p", shared)
	}
	unused := b.list(list.Domain, "x.test")
	if b.blocks[0].Snapshot() != after || len(b.objects.compiled.lists) != 1 {
		t.Errorf("a list that nobody names costs %d compiled", len(b.objects.compiled.lists))
	}
	b.change(func(c *Change) error { return c.DeleteList(unused, false) })
	b.checkServed()
	b.checkReopened()
}

// LIVE 7: deleted by force, a list leaves the policies that name it behind, not served, until
// they name another or the list is back.
func TestListForced(t *testing.T) {
	b := newBench(t, "")
	l := b.list(list.Domain, "a.test")
	rule := b.byList("named", "dns.fqdn in $"+l, 1)
	b.refused(`the list "names" is used by resolver policy "named"`, func(c *Change) error { return c.DeleteList(l, false) })
	b.change(func(c *Change) error { return c.DeleteList(l, true) })
	deleted := b.Revision()
	check := func(policies int) {
		t.Helper()
		p, out := b.Quarantined()["/rules/"+rule]
		if n := len(b.blocks[0].Snapshot().Policies); n != policies || out != (policies == 0) || out && !strings.Contains(p.Text, "unknown list") {
			t.Errorf("%d policies, %+v", n, b.Quarantined())
		}
	}
	check(0)
	b.checkReopened()
	check(0)
	b.refused("unknown list", func(c *Change) error {
		_, err := c.UpdateRule(rule, func(r *Rule) error { r.Name = "x"; return nil })
		return err
	})
	b.change(func(c *Change) error { c.CreateView("unrelated", nil); return nil })
	file := b.backupText()
	if err := b.revert(deleted); err != nil {
		t.Fatal(err)
	}
	check(1)
	if _, err := b.Restore(t.Context(), Call{}, strings.NewReader(file)); err != nil {
		t.Fatal(err)
	}
	check(0)
	wantText(t, "the backup", b.backupText(), file)
	b.change(func(c *Change) error {
		_, err := c.UpdateRule(rule, func(r *Rule) error { r.Traffic = ""; return nil })
		return err
	})
	check(1)
	b.checkServed()
}

// What makes a list too large is refused.
func TestListBounds(t *testing.T) {
	b := newBench(t, "")
	many := make([]ListItem, 100_000)
	for i := range many {
		many[i].Value = fmt.Sprintf("host-%d.test", i)
	}
	var id string
	b.change(func(c *Change) error {
		l, err := c.CreateList(List{Name: "many", Kind: list.Domain}, many, "/items")
		if err == nil {
			id = l.ID
		}
		return err
	})
	b.byList("named", "dns.fqdn in $"+id, 1)
	p := b.blocks[0].Snapshot().Policies[0]
	if !p.Matches(&model.Query{Name: "host-99999.test."}) || p.Matches(&model.Query{Name: "host-100000.test."}) {
		t.Error("the policy does not match by the list")
	}
	b.refused("would have 100001 items, at most 100000 are allowed", func(c *Change) error {
		_, err := c.UpdateList(id, func(l *List) error { return l.Append(listItems("one.test"), "/append", c.now) })
		return err
	})
	b.refused("octets, at most", func(c *Change) error {
		long := many[:2100]
		for i := range long {
			long[i].Value = fmt.Sprintf("%02000d", i)
		}
		_, err := c.CreateList(List{Name: "long", Kind: list.Serial}, long, "/items")
		return err
	})
	b.checkReopened()
}

// A list of the Corefile stands among the others, is read only, and may be named.
func TestListDeclared(t *testing.T) {
	b := newBench(t, "")
	file := t.TempDir() + "/names"
	writeFile(t, file, "b.test\na.test\n")
	b.serve("resolverpolicy p {\n list names " + file + "\n traffic \"dns.fqdn in $names\"\n public\n precedence 5\n}")
	all := b.Lists()
	if len(all) != 1 || all[0].Declared == nil || *all[0].Declared != (Declared{File: file, Line: 1, ID: "names"}) || all[0].Count() != 2 || all[0].Kind != list.Domain {
		t.Fatalf("lists: %+v", all)
	}
	items, _ := all[0].All()
	if len(items) != 2 || items[0].Value != "a.test" || items[1].Value != "b.test" {
		t.Errorf("items: %+v", items)
	}
	id := all[0].ID
	_, err := b.Change(t.Context(), Call{}, func(c *Change) error { return c.DeleteList(id, true) })
	if _, ok := errors.AsType[*DeclaredError](err); !ok {
		t.Errorf("deleted: %v", err)
	}
	_, err = b.Change(t.Context(), Call{}, func(c *Change) error {
		_, err := c.UpdateList(id, func(*List) error { return nil })
		return err
	})
	if _, ok := errors.AsType[*DeclaredError](err); !ok {
		t.Errorf("updated: %v", err)
	}
	b.byList("stored", "dns.fqdn in $"+id, 6)
	now := b.blocks[0].Snapshot()
	if got := matched(now, now.Policies[1]); got != matched(now, now.Policies[0]) {
		t.Errorf("the stored policy matches%s", got)
	}
	b.serve("")
	if out := b.problems(); !strings.Contains(out, "unknown list") {
		t.Errorf("quarantined without the Corefile's list: %s", out)
	}
	b.checkServed()
}
