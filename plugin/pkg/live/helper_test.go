package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"

	_ "github.com/internaldns/internaldns/plugin/dnsview"      // for Corefiles
	_ "github.com/internaldns/internaldns/plugin/internalzone" // the same
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/record"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/store/bolt"
	_ "github.com/internaldns/internaldns/plugin/referencezone"  // the same
	_ "github.com/internaldns/internaldns/plugin/resolverpolicy" // the same
)

// parsed collects the scopes of the Corefile that is being read.
var parsed []*scope.Scope

func TestMain(m *testing.M) {
	dnsserver.Directives = append([]string{scope.AccountDirective}, scope.Directives()...)
	caddy.RegisterPlugin(scope.AccountDirective, caddy.Plugin{ServerType: "dns", Action: func(c *caddy.Controller) error {
		parsed = append(parsed, scope.Of(c, scope.AccountDirective))
		return nil
	}})
	os.Exit(m.Run())
}

// scopesOf reads server blocks: the lines of each.
func scopesOf(t testing.TB, blocks ...string) []*scope.Scope {
	t.Helper()
	var text strings.Builder
	for i, lines := range blocks {
		fmt.Fprintf(&text, ".:%d {\n%s\n%s\n}\n", 5300+i, scope.AccountDirective, lines)
	}
	parsed = nil
	input := caddy.CaddyfileInput{Filepath: "Corefile", Contents: []byte(text.String()), ServerTypeName: "dns"}
	if err := caddy.ValidateAndExecuteDirectives(input, nil, true); err != nil {
		t.Fatal(err)
	}
	for _, s := range parsed { // which only a start does
		if problems := s.Build(); problems.HasErrors() {
			t.Fatal(problems)
		}
	}
	return parsed
}

// bench is an account with its store and the blocks that serve it.
type bench struct {
	*Account
	t      testing.TB
	file   string
	store  *faulty
	blocks []*Block // the newest first
	clock  time.Time
	ids    int
}

// faulty is a store of which commits fail when they are told to.
type faulty struct {
	store.Store
	err error
}

func (f *faulty) Commit(ctx context.Context, account string, from, to uint64, ops []store.Op) error {
	if f.err != nil {
		return f.err
	}
	return f.Store.Commit(ctx, account, from, to, ops)
}

// newBench opens an account that the blocks of a Corefile serve.
func newBench(t testing.TB, blocks ...string) *bench {
	t.Helper()
	b := &bench{t: t, file: filepath.Join(t.TempDir(), "store.db"), clock: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	opened, err := bolt.Open(b.file, bolt.Options{MapSize: 1 << 24})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	b.store = &faulty{Store: opened}
	b.open()
	b.serve(blocks...)
	return b
}

func (b *bench) open() {
	b.t.Helper()
	var err error
	b.Account, err = Open(b.t.Context(), Config{
		Name: "default", Store: b.store, Blocks: func() []*Block { return b.blocks }, Now: func() time.Time { return b.clock },
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.newID = func() string { b.ids++; return fmt.Sprintf("%032x", 0xa0000+b.ids) }
}

// serve has the blocks of a Corefile come and those before go, as a reload does.
func (b *bench) serve(blocks ...string) {
	b.t.Helper()
	old := len(b.blocks)
	for _, s := range scopesOf(b.t, blocks...) {
		added := NewBlock(s)
		b.blocks = slices.Insert(b.blocks, 0, added)
		if err := b.Attach(added); err != nil {
			b.t.Fatal(err)
		}
	}
	for range old {
		b.blocks = b.blocks[:len(b.blocks)-1]
		b.Detach()
	}
}

// reattach has the account that was opened last be served by new blocks of an empty
// Corefile.
func (b *bench) reattach() {
	b.t.Helper()
	b.blocks = nil
	b.serve("")
}

// keys returns what of the store begins with a prefix.
func (b *bench) keys(prefix string) (keys []string) {
	b.t.Helper()
	err := b.store.View(b.t.Context(), "default", func(read store.Reader) error {
		for key := range read.Range([]byte(prefix), nil) {
			keys = append(keys, string(key))
		}
		return read.Err()
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return keys
}

// change makes a change that has to succeed.
func (b *bench) change(do func(*Change) error) uint64 {
	b.t.Helper()
	revision, err := b.Change(b.t.Context(), Call{Method: "TEST"}, do)
	if err != nil {
		b.t.Fatal(err)
	}
	return revision
}

// refused makes a change that has to fail, and compares the error.
func (b *bench) refused(want string, do func(*Change) error) {
	b.t.Helper()
	before := b.Revision()
	_, err := b.Change(b.t.Context(), Call{Method: "TEST"}, do)
	if err == nil || !strings.Contains(err.Error(), want) {
		b.t.Errorf("error %v, want one with %q", err, want)
	}
	if b.Revision() != before {
		b.t.Errorf("revision %d after a change that was refused, want %d", b.Revision(), before)
	}
}

// zone makes a zone with records, each `OWNER TYPE CONTENT`, and returns its id.
func (b *bench) zone(name string, records ...string) (id string) {
	b.t.Helper()
	b.change(func(c *Change) error {
		z, err := c.CreateZone(name)
		if err != nil {
			return err
		}
		id = z.ID
		for _, text := range records {
			if _, err := c.AddRecord(id, recordOf(b.t, name, text), ""); err != nil {
				return err
			}
		}
		return nil
	})
	return id
}

// add adds a record to a zone and returns it.
func (b *bench) add(zone, text string) (made *record.Record) {
	b.t.Helper()
	b.change(func(c *Change) (err error) {
		z, err := c.Zone(zone)
		if err != nil {
			return err
		}
		made, err = c.AddRecord(zone, recordOf(b.t, z.Name, text), "")
		return err
	})
	return made
}

// recordOf reads `OWNER TYPE CONTENT`; an owner may have a TTL behind it, as in `www/60`.
func recordOf(t testing.TB, zone, text string) *record.Record {
	t.Helper()
	words := strings.SplitN(text, " ", 3)
	name, ttl, _ := strings.Cut(words[0], "/")
	fields := &record.Fields{Name: quoted(name), Type: quoted(words[1]), Content: quoted(words[2])}
	if ttl != "" {
		fields.TTL = json.RawMessage(ttl)
	}
	r, problems := record.New(zone, fields)
	if r == nil {
		t.Fatal(problems)
	}
	return r
}

func quoted(s string) json.RawMessage {
	text, _ := json.Marshal(s) // a string always can be written
	return text
}

// answers returns all that a block's zone holds but for SOA, one record a line.
func (b *bench) answers(block *Block, id string) string {
	snapshot := block.Snapshot()
	z := snapshot.Zone(id)
	if z == nil {
		return "no zone\n"
	}
	var out strings.Builder
	for rr := range snapshot.Data(z).All() {
		if rr.Header().Rrtype != typeSOA {
			out.WriteString(strings.ReplaceAll(rr.String(), "\t", " ") + "\n")
		}
	}
	return out.String()
}

// problems are what is quarantined, one object a line.
func (b *bench) problems() string {
	out := ""
	all := b.Quarantined()
	for _, at := range slices.Sorted(mapKeys(all)) {
		out += at + ": " + all[at].Text + "\n"
	}
	return out
}

func mapKeys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// wantText compares texts.
func wantText(t testing.TB, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n%swant:\n%s", what, got, want)
	}
}

// codes are those of an error's problems.
func codes(err error) (out []problem.Code) {
	list, _ := errors.AsType[problem.List](err)
	for _, p := range list {
		out = append(out, p.Code)
	}
	return out
}

// rule is a policy that uses a view.
func rule(name, view string, precedence uint32) Rule {
	return Rule{Name: name, Enabled: true, Precedence: precedence, Action: model.UseView, ViewID: view}
}

func writeFile(t testing.TB, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
