package bench

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coredns/coredns/core/dnsserver"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/api"
	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/querylog"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// keeper returns where the block that was set up last keeps its queries.
func keeper(tb testing.TB) *querylog.Recent {
	tb.Helper()
	for _, h := range block.Block().Handlers {
		if k, ok := h.(interface{ Queries() *querylog.Recent }); ok {
			return k.Queries()
		}
	}
	tb.Fatal("nobody keeps queries")
	return nil
}

// streams serves the API of the block that was set up last, and opens so many streams of
// its queries, of which the first is never read.
func streams(b *testing.B, count int) {
	b.Helper()
	a := openAccount(b, filepath.Join(b.TempDir(), "store.db"))
	b.Cleanup(func() { a.close(b) })
	text := token.NewText()
	policy, err := token.Full(a.ID())
	if err != nil {
		b.Fatal(err)
	}
	a.change(b, func(c *live.Change) error {
		c.SetToken(&live.Token{
			Token: token.Token{Name: "all", Status: token.StatusActive, IssuedOn: c.Now(), Modified: c.Now(), Policies: []token.Policy{policy}},
			Hash:  token.HashOf(text),
		})
		return nil
	})
	served := block.Block()
	handler := api.New(api.Config{Accounts: func() []api.Account {
		return []api.Account{{Account: a.Account, RateLimit: 1000, Streams: new(api.StreamCounts), Servers: func() []api.Server { return []api.Server{{Block: served}} }}}
	}})
	front := httptest.NewServer(handler)
	b.Cleanup(front.Close)
	b.Cleanup(handler.EndStreams)
	for n := range count {
		conn, err := net.Dial("tcp", front.Listener.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = conn.Close() })
		_, _ = fmt.Fprintf(conn, "GET /client/v4/accounts/%s/internal_dns/queries?stream=true HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n\r\n",
			a.ID(), front.Listener.Addr(), text)
		lines := bufio.NewScanner(conn)
		if !lines.Scan() || !strings.HasSuffix(lines.Text(), fmt.Sprint(" ", http.StatusOK, " OK")) {
			b.Fatalf("a stream begins with %q", lines.Text())
		}
		if n > 0 {
			go func() { // until the connection is closed
				for lines.Scan() {
				}
			}()
		}
	}
}

// BenchmarkQueries is a hit while nobody looks at queries, while they are kept, and beside
// ten streams of them, of which one is never read (LIVE 8).
func BenchmarkQueries(b *testing.B) {
	dir, file := zoneFile(b, 1_000)
	hit := func(b *testing.B, before func()) {
		server := serve(b, one(dir, "internalzone example.org "+file+"\n"+everyone))
		before()
		measure(b, server, "127.0.0.1", "host-5.example.org.")
	}
	b.Run("nobody", func(b *testing.B) { hit(b, func() {}) })
	b.Run("kept", func(b *testing.B) {
		hit(b, func() {
			tail, _ := querylog.Follow([]*querylog.Recent{keeper(b)}, "")
			b.Cleanup(tail.Close)
		})
	})
	b.Run("streams=10", func(b *testing.B) { hit(b, func() { streams(b, 10) }) })
}

// keptAllocations is what a query that is kept may allocate beyond one that is not.
const keptAllocations = 6

// TestKeptAllocations holds what queries cost while somebody looks, and that they cost
// nothing more as soon as nobody does.
func TestKeptAllocations(t *testing.T) {
	dir, file := zoneFile(t, 100)
	server := serve(t, one(dir, "internalzone example.org "+file+"\n"+everyone))
	w := newDiscard("127.0.0.1")
	ctx := context.WithValue(context.Background(), dnsserver.Key{}, server)
	r := new(dns.Msg).SetQuestion("host-5.example.org.", dns.TypeA)
	count := func() float64 {
		return testing.AllocsPerRun(1000, func() { server.ServeDNS(ctx, w, r) })
	}
	unseen := count()
	recent := keeper(t)
	tail, _ := querylog.Follow([]*querylog.Recent{recent}, "")
	seen := count()
	tail.Close()
	recent.Close() // as a minute does
	if again := count(); again != unseen || seen > unseen+keptAllocations {
		t.Errorf("%v allocations, %v while somebody looks, %v after that", unseen, seen, again)
	}
	t.Logf("%v allocations, %v while somebody looks", unseen, seen)
}
