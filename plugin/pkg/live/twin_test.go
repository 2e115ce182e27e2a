package live

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// shown writes down what a snapshot serves.
func shown(s *model.Snapshot) string {
	var out strings.Builder
	zones := slices.SortedFunc(slices.Values(s.Zones), func(a, b *model.Zone) int { return strings.Compare(a.ID, b.ID) })
	for _, z := range zones {
		fmt.Fprintf(&out, "zone %s %s flatten %v", z.ID, z.Apex, z.Flatten)
		for _, r := range z.Chain() {
			fmt.Fprintf(&out, " -> %s %v", r.To.ID, r.NoData)
		}
		out.WriteString("\n" + dataText(s.Data(z)))
	}
	views := slices.SortedFunc(slices.Values(s.Views), func(a, b *model.View) int { return strings.Compare(a.Name, b.Name) })
	for _, v := range views {
		fmt.Fprintf(&out, "view %s:", v.Name)
		for _, z := range v.Zones {
			fmt.Fprintf(&out, " %s", z.ID)
			if s.Zone(z.ID) != z {
				out.WriteString(" (another zone)")
			}
		}
		out.WriteString("\n")
	}
	for _, p := range s.Policies {
		fmt.Fprintf(&out, "policy %s %d %d %q %s %v", p.Name, p.Precedence, p.Action, p.ViewName, p.Resolvers, p.Fallback)
		if p.View != nil && p.View != s.View(p.ViewName) {
			out.WriteString(" (another view)")
		}
		fmt.Fprintf(&out, " found %v, matches%s\n", p.View != nil, matched(s, p))
	}
	for _, client := range clients() {
		place := placeOf(s, client)
		fmt.Fprintf(&out, "%s is at %q, highest TTL %v", client, place, s.BoundsTTL())
		if s.Places() != nil {
			fmt.Fprintf(&out, " %d", s.Places().MaxTTL(place))
		}
		out.WriteString("\n")
	}
	return out.String()
}

func dataText(z *zone.Zone) string {
	if z == nil {
		return "no data\n"
	}
	var out strings.Builder
	for rr := range z.All() {
		out.WriteString(rr.String() + "\n")
	}
	fmt.Fprintf(&out, "%d records, negative %v\n", z.Records(), z.Negative())
	return out.String()
}

// anew returns the account as it is, built from nothing of its objects and of the records
// that the API shows.
func (b *bench) anew(block *Block) string {
	b.t.Helper()
	fresh := newObjects()
	fresh.absorb(b.objects)
	fresh.specs = specs{}
	fresh.specs = fresh.allSpecs(b.declared.Load())
	b.holdSpecs(&fresh.specs)
	data := newLayer[zone.Zone]()
	for id, z := range fresh.zones.all() {
		builder := zone.NewBuilder(z.options())
		for r, err := range b.Records(b.t.Context(), z, "") {
			if err != nil {
				b.t.Fatal(err)
			}
			builder.Add(serve(z, r), problem.Pos{})
		}
		d, problems := builder.Build()
		if d == nil {
			b.t.Fatalf("zone %s cannot be built from its records: %v", id, problems)
		}
		data.set(id, d)
	}
	next, problems := (&Block{base: block.base}).build(&fresh.specs, data, nil)
	if next.snapshot == nil {
		b.t.Fatal(problems)
	}
	return shown(next.snapshot)
}

// holdSpecs holds what is known of the policies against what their rules say.
func (b *bench) holdSpecs(want *specs) {
	b.t.Helper()
	s := &b.objects.specs
	if !slices.Equal(s.gone, want.gone) || s.highest != want.highest || s.naming.Len() != want.naming.Len() || s.byRule.Len() != len(s.policies) {
		b.t.Fatalf("gone %q, highest %d, %d views named, %d rules; want %q, %d, %d, %d", s.gone, s.highest, s.naming.Len(), s.byRule.Len(),
			want.gone, want.highest, want.naming.Len(), len(s.policies))
	}
	for id, r := range b.objects.rules.objects {
		if spec, _ := s.byRule.Get(id); !slices.Contains(s.policies, spec) || spec.Pos != rulePos(id, "") {
			b.t.Fatalf("rule %q is not found among the policies", r.Name)
		}
		naming, _ := s.naming.Get(r.ViewID)
		if wanted, _ := want.naming.Get(r.ViewID); !slices.Equal(naming, wanted) {
			b.t.Fatalf("view %s is named by %q, want %q", r.ViewID, naming, wanted)
		}
	}
}

// objectsText writes down all objects of the account with their records, by key.
func (b *bench) objectsText() string {
	b.t.Helper()
	var out strings.Builder
	show := func(kind string, list any) {
		text, err := json.MarshalIndent(list, "", " ")
		if err != nil {
			b.t.Fatal(err)
		}
		fmt.Fprintf(&out, "%s %s\n", kind, text)
	}
	show("zones", b.Zones())
	show("views", b.Views())
	show("rules", b.Rules())
	show("lists", b.Lists())
	show("tokens", b.Tokens())
	show("settings", b.Settings())
	show("locations", b.Locations())
	show("gateway", b.Gateway())
	fmt.Fprintf(&out, "revision %d\n", b.Revision())
	return out.String()
}

// content is what the store holds, by key.
func (b *bench) content() map[string]string {
	b.t.Helper()
	all := make(map[string]string)
	err := b.store.View(b.t.Context(), "default", func(read store.Reader) error {
		for key, value := range read.Range(nil, nil) {
			all[string(key)] = string(value)
		}
		return read.Err()
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return all
}

// checkServed holds that each block serves what it would if it were built from nothing, and
// that the counts are those of the records.
func (b *bench) checkServed() {
	b.t.Helper()
	for i, block := range b.blocks {
		wantText(b.t, fmt.Sprintf("block %d", i), shown(block.Snapshot()), b.anew(block))
	}
	known := make(map[string]bool)
	for _, z := range b.Zones() {
		if z.Declared != nil {
			continue
		}
		n := 0
		for r, err := range b.Records(b.t.Context(), z, "") {
			if err != nil {
				b.t.Fatal(err)
			}
			n++
			if found, err := b.Record(b.t.Context(), z, r.ID); err != nil || found == nil || !found.Same(r) {
				b.t.Errorf("record %s of zone %s is %v, %v by its id", r.ID, z.ID, found, err)
			}
		}
		known[z.ID] = true
		if n != z.Records {
			b.t.Errorf("zone %s counts %d records, and has %d", z.ID, z.Records, n)
		}
	}
	b.checkKeys(known)
}

// checkKeys holds that the store has no records of zones that there are not.
func (b *bench) checkKeys(known map[string]bool) {
	b.t.Helper()
	for _, prefix := range []string{recordKeys, ownerKeys} {
		for _, key := range b.keys(prefix) {
			if id := fmt.Sprintf("%x", key[len(prefix):len(prefix)+idLen]); !known[id] {
				b.t.Errorf("the store has %q of the zone %s, which is gone", key, id)
			}
		}
	}
}

// checkHistory holds that the entries tell what became of each key, one after another.
func (b *bench) checkHistory() {
	b.t.Helper()
	content := b.content()
	entries := make(map[uint64]*Entry)
	for key, row := range content {
		if strings.HasPrefix(key, historyKeys) {
			revision := b.revisionOf(key)
			entry, err := decodeEntry(revision, []byte(row))
			if err != nil {
				b.t.Fatalf("entry %d: %v", revision, err)
			}
			entries[revision] = entry
			delete(content, key)
		}
	}
	b.checkOwners(content)
	if len(entries) != int(b.Revision()) {
		b.t.Errorf("%d entries of %d revisions", len(entries), b.Revision())
	}
	for _, revision := range slices.Backward(slices.Sorted(maps.Keys(entries))) {
		for _, d := range entries[revision].Objects {
			now, there := content[string(d.Key)]
			if there != (d.After != nil) || now != string(d.After) {
				b.t.Errorf("revision %d: %q became %q, and is %q (%v)", revision, d.Key, d.After, now, there)
			}
			if d.Before == nil {
				delete(content, string(d.Key))
			} else {
				content[string(d.Key)] = string(d.Before)
			}
		}
	}
	if len(content) > 0 {
		b.t.Errorf("before the first revision there were %q", slices.Sorted(maps.Keys(content)))
	}
}

// checkOwners holds that each record has its owner by its ID, and takes these keys away,
// which the history leaves out.
func (b *bench) checkOwners(content map[string]string) {
	b.t.Helper()
	records := 0
	for key := range content {
		name, id, ok := parseRecordKey([]byte(key))
		if !ok {
			continue
		}
		records++
		if got := content[string(ownerKey(name.zone, id))]; got != name.owner {
			b.t.Errorf("the owner of record %s is %q, by its ID %q", id, name.owner, got)
		}
	}
	before := len(content)
	maps.DeleteFunc(content, func(key, _ string) bool { return strings.HasPrefix(key, ownerKeys) })
	if before-len(content) != records {
		b.t.Errorf("%d records, and owners of %d", records, before-len(content))
	}
}

func (b *bench) revisionOf(key string) (revision uint64) {
	for _, c := range []byte(key[len(historyKeys):]) {
		revision = revision<<8 | uint64(c)
	}
	return revision
}

// checkReopened holds that an account that is read from the store is the one in memory.
func (b *bench) checkReopened() {
	b.t.Helper()
	objects, ids := b.objectsText(), b.ids
	served := make([]string, len(b.blocks))
	for i, block := range b.blocks {
		served[i] = shown(block.Snapshot())
	}
	b.open()
	b.ids = ids
	blocks := b.blocks
	b.blocks = nil
	for _, old := range slices.Backward(blocks) {
		block := NewBlock(old.scope)
		block.scope.Update(func(s *model.Snapshot) (*model.Snapshot, problem.List) { return model.Build(old.base, s) })
		b.blocks = slices.Insert(b.blocks, 0, block)
		if err := b.Attach(block); err != nil {
			b.t.Fatal(err)
		}
	}
	wantText(b.t, "objects after a start", b.objectsText(), objects)
	for i, block := range b.blocks {
		wantText(b.t, fmt.Sprintf("block %d after a start", i), shown(block.Snapshot()), served[i])
	}
}

const twinCorefile = `internalzone corp.test {
	record "www A 192.0.2.80"
}
dnsview declared corp.test
resolverpolicy fixed {
	traffic "dns.fqdn == 'fixed.test'"
	view declared
}
resolverpolicy free {
	traffic "dns.fqdn == 'free.test'"
	public
}`

// TestTwin makes random changes and holds after each that what is served, what is stored
// and what the history tells are one.
func TestTwin(t *testing.T) {
	seeds := 12
	if testing.Short() {
		seeds = 2
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			playTwin(t, randomDice(uint64(seed)), 60)
		})
	}
}

func FuzzChanges(f *testing.F) {
	for seed := range 8 {
		d := randomDice(uint64(seed))
		octets := make([]byte, 200)
		for i := range octets {
			octets[i] = byte(d.roll(256))
		}
		f.Add(octets)
	}
	f.Fuzz(func(t *testing.T, octets []byte) {
		playTwin(t, &dice{octets: octets[:min(len(octets), 600)]}, 30)
	})
}

func playTwin(t *testing.T, d *dice, groups int) {
	b := newBench(t, twinCorefile)
	p := &player{bench: b, dice: d}
	for n := 0; n < groups && !d.over() && !t.Failed(); n++ {
		p.group()
		b.checkServed()
		if n%8 == 7 {
			b.checkReopened()
		}
	}
	b.checkHistory()
	b.checkReopened()
	for at, p := range b.Quarantined() {
		if !strings.Contains(p.Text, "unknown list $") { // its list was deleted by force
			t.Errorf("quarantined by changes: %s: %s", at, p)
		}
	}
	if t.Failed() {
		t.Logf("the last group: %s", strings.Join(p.log, ", "))
	}
}
