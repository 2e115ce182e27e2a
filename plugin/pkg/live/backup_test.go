package live_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/list"
	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/record"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
	"github.com/internaldns/internaldns/plugin/pkg/store/bolt"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// kept is an account with the block that serves it.
type kept struct {
	*testing.T
	*live.Account
	block *live.Block
	rnd   *rand.Rand
}

// newKept opens an account in a new store.
func newKept(t *testing.T, seed uint64) *kept {
	t.Helper()
	s, err := bolt.Open(filepath.Join(t.TempDir(), "internaldns.db"), bolt.Options{MapSize: 1 << 26})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	declared := new(scope.Scope)
	if problems := declared.Build(); problems.HasErrors() {
		t.Fatal(problems)
	}
	k := &kept{T: t, block: live.NewBlock(declared), rnd: rand.New(rand.NewPCG(seed, 7))}
	k.Account, err = live.Open(t.Context(), live.Config{Name: "default", Store: s, Blocks: func() []*live.Block { return []*live.Block{k.block} }})
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Attach(k.block); err != nil {
		t.Fatal(err)
	}
	return k
}

func (k *kept) change(do func(*live.Change) error) {
	k.Helper()
	if _, err := k.Change(context.Background(), live.Call{Method: "TEST"}, do); err != nil {
		k.Fatal(err)
	}
}

// record returns a random record of an owner.
func (k *kept) record(zone, label string) *record.Record {
	k.Helper()
	text := []string{
		`{"type":"A","content":"192.0.2.%d","ttl":300}`, `{"type":"AAAA","content":"2001:db8::%d"}`, `{"type":"TXT","content":"text <%d> & more"}`,
		`{"type":"TXT","content":"\"quoted %d\" \"twice\"","comment":"why & <how>","tags":["team:dns"]}`, `{"type":"MX","content":"Mail%d.Example.org","priority":5}`,
		`{"type":"SRV","data":{"priority":1,"weight":2,"port":%d,"target":"x.example","service":"_sip","proto":"_tcp","name":"a"},"settings":{"ipv4_only":true}}`,
		`{"type":"CAA","data":{"flags":0,"tag":"issue","value":"ca%d.example"}}`, `{"type":"TLSA","content":"3 1 1 0B9FA5A59EED715C26C1020C711B4F6EC42D58B0015E14337A39DAD301C5AF%02d"}`,
	}[k.rnd.IntN(8)]
	var f record.Fields
	if err := json.Unmarshal(fmt.Appendf(nil, text, 1+k.rnd.IntN(90)), &f); err != nil {
		k.Fatal(err)
	}
	f.Name = json.RawMessage(fmt.Sprintf("%q", label))
	r, problems := record.New(zone, &f)
	if r == nil {
		k.Fatal(problems)
	}
	return r
}

// fill has an account hold something of everything.
func (k *kept) fill() {
	k.Helper()
	var zones []string
	for i := range 6 {
		var z *live.Zone
		k.change(func(c *live.Change) (err error) {
			z, err = c.CreateZone([]string{"corp.example.", ".", "test."}[i%3])
			return err
		})
		zones = append(zones, z.ID)
		for range k.rnd.IntN(12) {
			k.change(func(c *live.Change) error { return k.edit(c, z) })
		}
	}
	k.change(func(c *live.Change) error {
		s := c.Settings()
		s.ZoneDefaults.SOA.Retry = 77
		c.SetSettings(s)
		_, err := c.UpdateZone(zones[0], func(z *live.Zone) error {
			z.Settings.InternalDNS.ReferenceZoneID, z.Settings.NSTTL = zones[1], 99
			return nil
		})
		return err
	})
	k.change(func(c *live.Change) error {
		v := c.CreateView(`office <&> "1"`, zones[:3])
		c.CreateView("empty", nil)
		rule := live.Rule{
			Name: "to office", Enabled: true, Precedence: 10, Traffic: `dns.fqdn == "a.example"`, Action: model.UseView, ViewID: v.ID, Fallback: model.DefaultTriggers,
			Settings: json.RawMessage(`{ "resolve_dns_internally": {"view_id": "` + v.ID + `", "fallback": "public_dns", "note": "<&>"}}`), Private: []string{"corp.example."},
		}
		if err := k.fillGateway(c, &rule); err != nil {
			return err
		}
		c.CreateRule(rule)
		public := live.Rule{Name: "public", Precedence: 20, Action: model.UsePublic, DevicePosture: "dns.query_rtype == 'A'"}
		var err error
		if public.Schedule, err = live.ParseSchedule([]byte(`{"mon":"08:00-09:00", "sun": null, "time_zone":"Europe/Berlin"}`)); err != nil {
			return err
		}
		if public.Expiration, err = live.NewExpiration(time.Date(2030, 1, 2, 3, 4, 5, 6000, time.FixedZone("", 3600)), 90); err != nil {
			return err
		}
		c.CreateRule(public)
		policy, err := token.Full(k.ID())
		c.SetToken(&live.Token{
			Token: token.Token{Name: "all", Status: token.StatusActive, IssuedOn: c.Now(), Modified: c.Now(), Policies: []token.Policy{policy}}, Hash: token.HashOf("secret"),
		})
		return err
	})
}

// fillGateway makes a list, which a policy names, a location and settings.
func (k *kept) fillGateway(c *live.Change, rule *live.Rule) error {
	items := []live.ListItem{{Value: "A.example", Description: `why <&> "not"`}, {Value: "b.example."}}
	l, err := c.CreateList(live.List{Name: "names", Kind: list.Domain}, items, "")
	if err != nil {
		return err
	}
	rule.Traffic = `any(dns.domains[*] in $` + strings.ToUpper(l.ID) + `)`
	if _, err := c.CreateLocation(live.Location{Name: "office", Networks: []string{"192.0.2.0/24"}, TTLMode: live.TTLDisabled}); err != nil {
		return err
	}
	c.SetGateway(live.Gateway{MaxTTL: 600, Others: map[string]json.RawMessage{"fips": json.RawMessage(`{"tls": "<&>"}`)}})
	return nil
}

// edit makes a random change of the records of a zone: adds one, gives one another owner,
// or takes one away.
func (k *kept) edit(c *live.Change, z *live.Zone) error {
	label := fmt.Sprint("www", k.rnd.IntN(8))
	r, err := c.AddRecord(z.ID, k.record(z.Name, label), "")
	if _, refused := errors.AsType[problem.List](err); refused {
		return nil // there is such a record
	}
	if err != nil || k.rnd.IntN(3) > 0 {
		return err
	}
	if k.rnd.IntN(2) == 0 {
		_, err = c.DeleteRecord(z.ID, r.ID)
		return err
	}
	moved := *k.record(z.Name, label+"-moved")
	moved.ID = r.ID
	_, err = c.ReplaceRecord(z.ID, &moved, "")
	if _, refused := errors.AsType[problem.List](err); refused {
		return nil
	}
	return err
}

func (k *kept) backup() string {
	k.Helper()
	var out bytes.Buffer
	if err := k.Backup(k.Context(), &out); err != nil {
		k.Fatal(err)
	}
	return out.String()
}

// served returns all that the block would answer from.
func (k *kept) served() (lines []string) {
	k.Helper()
	s := k.block.Snapshot()
	for _, z := range s.Zones {
		for rr := range s.Data(z).All() {
			lines = append(lines, z.ID+" "+rr.String())
		}
	}
	for _, v := range s.Views {
		lines = append(lines, fmt.Sprintf("view %s of %d zones", v.Name, len(v.Zones)))
	}
	for _, p := range s.Policies {
		lines = append(lines, fmt.Sprintf("policy %d %s %s", p.Precedence, p.Name, p.ViewName))
	}
	slices.Sort(lines)
	return lines
}

func (k *kept) restore(file string) uint64 {
	k.Helper()
	revision, err := k.Restore(k.Context(), live.Call{Method: "TEST"}, strings.NewReader(file))
	if err != nil {
		k.Fatal(err)
	}
	return revision
}

// A backup that was restored is written as the same file again, and serves the same:
// into a new store, over what is there already, and after a start.
func TestBackup(t *testing.T) {
	for seed := range uint64(3) {
		from := newKept(t, seed)
		from.fill()
		file := from.backup()
		into := newKept(t, seed+100)
		if seed%2 == 0 {
			into.fill()
		}
		before := into.Revision()
		if revision := into.restore(file); revision != before+1 {
			t.Errorf("a restore makes revision %d of %d", revision, before)
		}
		if again := into.backup(); again != file {
			t.Fatalf("the backup after a restore differs:\n%s\nwas:\n%s", again, file)
		}
		if got, want := into.served(), from.served(); !slices.Equal(got, want) {
			t.Fatalf("served after a restore:\n%s\nbefore:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if into.TokenOf(token.HashOf("secret")) == nil {
			t.Error("the token is not known after a restore")
		}
		if revision := into.restore(file); revision != before+1 {
			t.Errorf("a restore of the same makes revision %d", revision)
		}
		into.editOn()
	}
}

// editOn holds that changes after a restore find what it brought, and that the first
// backup can be had again.
func (k *kept) editOn() {
	k.Helper()
	file := k.backup()
	for _, z := range k.Zones() {
		for range 3 {
			k.change(func(c *live.Change) error { return k.edit(c, z) })
		}
		records := 0
		for _, err := range k.Records(k.Context(), z, "") {
			if err != nil {
				k.Fatal(err)
			}
			records++
		}
		if now := k.Zone(z.ID); now.Records != records {
			k.Errorf("zone %s says %d records and has %d", z.Name, now.Records, records)
		}
	}
	k.change(func(c *live.Change) error { return c.DeleteZone(k.Zones()[2].ID, true) })
	k.restore(file)
	if again := k.backup(); again != file {
		k.Errorf("the backup after edits and a restore differs:\n%s\nwas:\n%s", again, file)
	}
}

// The account of a store that no server has is held to the same, but for what it may name
// of a Corefile.
func TestRestoreAlone(t *testing.T) {
	from := newKept(t, 3)
	from.fill()
	file := from.backup()
	s, err := bolt.Open(filepath.Join(t.TempDir(), "internaldns.db"), bolt.Options{MapSize: 1 << 26})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	a, err := live.Open(t.Context(), live.Config{Name: "default", Store: s})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Restore(t.Context(), live.Call{}, strings.NewReader(file)); err != nil {
		t.Fatal(err)
	}
	opened, err := live.Open(t.Context(), live.Config{Name: "default", Store: s})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := opened.Backup(t.Context(), &out); err != nil || out.String() != file {
		t.Errorf("the backup after a restore and a start differs: %v\n%s", err, out.String())
	}
	twice := strings.Replace(file, `"name":"empty"`, `"name":"office \u003c\u0026\u003e \"1\""`, 1)
	if _, err := a.Restore(t.Context(), live.Call{}, strings.NewReader(twice)); err == nil || !strings.Contains(err.Error(), "is taken") {
		t.Errorf("two views of one name: %v", err)
	}
	declared := strings.Replace(file, `"zones":null`, `"zones":["`+strings.Repeat("ab", 16)+`"]`, 1)
	if declared == file {
		t.Fatal("no view without zones")
	}
	if _, err := a.Restore(t.Context(), live.Call{}, strings.NewReader(declared)); err != nil {
		t.Errorf("a view that may hold a zone of a Corefile: %v", err)
	}
}
