package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/compare"
	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/record"
	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/store/bolt"
)

// sizeOf returns how large a world is: LIVE_RECORDS and LIVE_ZONES make it that of the
// contract, a million and ten thousand, which takes a minute.
func sizeOf(tb testing.TB, name string, usual int) int {
	tb.Helper()
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

// account is one that is served, with a store of its own.
type account struct {
	*live.Account
	store store.Store
	file  string
}

// openAccount opens a store with an account that a server block serves.
func openAccount(tb testing.TB, file string) *account {
	tb.Helper()
	opened, err := bolt.Open(file, bolt.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	serving := live.NewBlock(block)
	a, err := live.Open(context.Background(), live.Config{
		Name: "default", Store: opened, Blocks: func() []*live.Block { return []*live.Block{serving} },
	})
	if err != nil {
		tb.Fatal(err)
	}
	if err := a.Attach(serving); err != nil {
		tb.Fatal(err)
	}
	return &account{a, opened, file}
}

func (a *account) close(tb testing.TB) {
	a.Close()
	if err := a.store.Close(); err != nil {
		tb.Fatal(err)
	}
}

// processorTime returns what the process has used, in seconds.
func processorTime(tb testing.TB) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

// change makes a change that must succeed.
func (a *account) change(tb testing.TB, do func(*live.Change) error) {
	tb.Helper()
	if _, err := a.Change(context.Background(), live.Call{Method: "BENCH"}, do); err != nil {
		tb.Fatal(err)
	}
}

// liveCorefile is a server block that serves an account; what it declares is no matter.
const liveCorefile = `.:0 {
	bind 127.0.0.1
	probe
	internalzone own.example {
		record "www A 192.0.2.1"
	}
	dnsview own own.example
	resolverpolicy own {
		traffic "dns.src_ip in {192.0.2.0/24}"
		view own
	}
}`

// addHosts adds so many records to a zone, from a number on.
func addHosts(c *live.Change, z *live.Zone, from, n int) error {
	for i := from; i < from+n; i++ {
		fields := &record.Fields{
			Name: fmt.Appendf(nil, `"host-%d"`, i), Type: []byte(`"A"`), Content: fmt.Appendf(nil, `"10.%d.%d.%d"`, i>>16&255, i>>8&255, i&255),
		}
		r, problems := record.New(z.Name, fields)
		if r == nil {
			return problems
		}
		if _, err := c.AddRecord(z.ID, r, ""); err != nil {
			return err
		}
	}
	return nil
}

// world is an account with one large zone beside small ones.
func world(tb testing.TB) (*account, *live.Zone) {
	tb.Helper()
	serve(tb, liveCorefile)
	a := openAccount(tb, filepath.Join(tb.TempDir(), "internaldns.db"))
	zones, records := sizeOf(tb, "LIVE_ZONES", 1000), sizeOf(tb, "LIVE_RECORDS", 100_000)
	var large *live.Zone
	a.change(tb, func(c *live.Change) (err error) {
		for i := range zones {
			if large, err = c.CreateZone(fmt.Sprintf("zone-%d.example.", i)); err != nil {
				return err
			}
		}
		return nil
	})
	for from := 0; from < records; from += 50_000 {
		a.change(tb, func(c *live.Change) error { return addHosts(c, large, from, min(50_000, records-from)) })
	}
	return a, large
}

// BenchmarkLive tells what changes of an account cost, fsync included, beside the bars of
// LIVE 2.
func BenchmarkLive(b *testing.B) {
	a, large := world(b)
	defer a.close(b)
	next := 10_000_000
	b.Run("record", func(b *testing.B) {
		began := processorTime(b)
		for b.Loop() {
			a.change(b, func(c *live.Change) error { return addHosts(c, large, next, 1) })
			next++
		}
		b.ReportMetric((processorTime(b)-began)/float64(b.N)*1000, "cpu-ms/op")
	})
	b.Run("preview of a record", func(b *testing.B) {
		a.change(b, func(c *live.Change) error {
			c.CreateRule(live.Rule{Name: "preview", Enabled: true, Precedence: 7, Action: model.UseView, ViewID: c.CreateView("preview", []string{large.ID}).ID})
			return nil
		})
		for b.Loop() {
			a.preview(b, func(c *live.Change) error { return addHosts(c, large, next, 1) })
		}
	})
	b.Run("batch of 3500", func(b *testing.B) {
		for b.Loop() {
			a.change(b, func(c *live.Change) error { return addHosts(c, large, next, 3500) })
			next += 3500
		}
	})
	b.Run("import of 100000", func(b *testing.B) {
		var text bytes.Buffer
		for i := range 100_000 {
			fmt.Fprintf(&text, "import-%d 300 IN A 10.%d.%d.%d\n", i, i>>16&255, i>>8&255, i&255)
		}
		n := 0
		for b.Loop() {
			n++
			importInto(b, a, fmt.Sprintf("import-%d.example.", n), text.Bytes())
		}
	})
	b.Run("zone", func(b *testing.B) {
		n := 0
		for b.Loop() {
			n++
			a.change(b, func(c *live.Change) error {
				_, err := c.CreateZone(fmt.Sprintf("more-%d.example.", n))
				return err
			})
		}
	})
	b.Run("view", func(b *testing.B) {
		n := 0
		for b.Loop() {
			n++
			a.change(b, func(c *live.Change) error {
				c.CreateView(fmt.Sprintf("view-%d-%d", n, b.N), []string{large.ID})
				return nil
			})
		}
	})
}

// preview finds out what answers a change would make others, of which there are some.
func (a *account) preview(tb testing.TB, do func(*live.Change) error) {
	tb.Helper()
	tried, err := a.Try(context.Background(), live.Call{Method: "BENCH"}, do)
	if err != nil {
		tb.Fatal(err)
	}
	name := func(s *model.Snapshot) []compare.Block { return []compare.Block{{Keys: ".", Name: ".", Snapshot: s}} }
	if r := compare.Affected(name(tried.Blocks[0].Before), name(tried.Blocks[0].After), tried.Touched, 1000); len(r.Changes) == 0 {
		tb.Fatal("no answer differs")
	}
}

// importInto makes a zone of a file.
func importInto(tb testing.TB, a *account, name string, text []byte) {
	found, _, problems := record.Import(bytes.NewReader(text), name, record.ImportOptions{})
	if problems.HasErrors() {
		tb.Fatal(problems)
	}
	a.change(tb, func(c *live.Change) error {
		z, err := c.CreateZone(name)
		if err != nil {
			return err
		}
		for _, f := range found {
			if _, err := c.AddRecord(z.ID, f.Record, ""); err != nil {
				return err
			}
		}
		return nil
	})
}

// BenchmarkOpen tells how long a start takes until an account is served.
func BenchmarkOpen(b *testing.B) {
	serve(b, liveCorefile)
	file := filepath.Join(b.TempDir(), "internaldns.db")
	a := openAccount(b, file)
	zones, records := sizeOf(b, "LIVE_ZONES", 1000), sizeOf(b, "LIVE_RECORDS", 100_000)
	for from := 0; from < zones; from += 500 {
		a.change(b, func(c *live.Change) error {
			for i := from; i < min(from+500, zones); i++ {
				z, err := c.CreateZone(fmt.Sprintf("zone-%d.example.", i))
				if err != nil {
					return err
				}
				if err := addHosts(c, z, 0, records/zones); err != nil {
					return err
				}
			}
			return nil
		})
	}
	a.close(b)
	for b.Loop() {
		began := time.Now()
		openAccount(b, file).close(b)
		b.ReportMetric(time.Since(began).Seconds(), "s/open")
	}
}
