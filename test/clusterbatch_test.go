package test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// A batch is of one generation: the last number of the addresses of all its records, of
// which some are of one name.
const (
	batchSize = 3500
	batchSet  = 50
)

// batchRecord is a record of a batch.
type batchRecord struct{ ID, Content string }

func (r batchRecord) at(generation int) string {
	return fmt.Sprintf("%s.%d", r.Content[:strings.LastIndexByte(r.Content, '.')], generation)
}

func generation(address string) (n int) {
	_, _ = fmt.Sscan(address[strings.LastIndexByte(address, '.')+1:], &n) // 0 for another one
	return n
}

// LIVE 10: a batch is seen whole or not at all on every server.
func TestClusterBatches(t *testing.T) {
	batches := 3
	if long() {
		batches = 20
	}
	c := newCluster(t)
	var posts []any
	for n := range batchSize - batchSet {
		posts = append(posts, aRecord(fmt.Sprintf("b%d.example.org", n), "10.0.0.0"))
	}
	for n := range batchSet {
		posts = append(posts, aRecord("bset.example.org", fmt.Sprintf("10.1.%d.0", n)))
	}
	path := "/zones/" + c.zone + "/dns_records/batch"
	c.servers[0].call(http.MethodPost, path+"?wait=all", map[string]any{"posts": posts}, nil)
	made := c.batchOf(c.servers[0])
	if len(made) != batchSize {
		t.Fatalf("%d records", len(made))
	}
	stop := c.watchBatch()
	for n := range batches {
		var patches []any
		for _, r := range made {
			patches = append(patches, map[string]any{"id": r.ID, "content": r.at(n + 1)})
		}
		c.servers[n%3].call(http.MethodPost, path+"?wait=all", map[string]any{"patches": patches}, nil)
	}
	t.Logf("%d looks at %d batches", stop(), batches)
	c.same()
}

// batchOf returns what a server shows of a batch at once.
func (c *liveCluster) batchOf(s *liveServer) (shown []batchRecord) {
	c.t.Helper()
	s.call(http.MethodGet, "/zones/"+c.zone+"/dns_records?name.startswith=b&per_page=5000", nil, &shown)
	return shown
}

// watchBatch has readers ask all servers: what one answer holds of a batch is all of one
// generation, and what is asked later is never older.
func (c *liveCluster) watchBatch() (stop func() int64) {
	var running sync.WaitGroup
	var looks atomic.Int64
	over := make(chan struct{})
	for i, s := range c.servers {
		for _, look := range []struct {
			every time.Duration // it shares the machine with what it asks
			at    func(n int) []string
		}{
			{2 * time.Millisecond, func(n int) []string {
				_, address := s.dig(fmt.Sprintf("b%d.example.org.", n*7919%(batchSize-batchSet)))
				return []string{address}
			}},
			{5 * time.Millisecond, func(int) []string { return s.digSet("bset.example.org.") }},
			{500 * time.Millisecond, func(int) (all []string) {
				for _, r := range c.batchOf(s) {
					all = append(all, r.Content)
				}
				return all
			}},
		} {
			running.Go(func() {
				last := 0
				for n := 0; ; n++ {
					select {
					case <-over:
						return
					case <-time.After(look.every):
					}
					last = c.wholeBatch(i, look.at(n), last)
					looks.Add(1)
				}
			})
		}
	}
	return func() int64 {
		close(over)
		running.Wait()
		return looks.Load()
	}
}

// wholeBatch holds that what a server shows of a batch is whole and not older than what it
// showed last, and returns its generation.
func (c *liveCluster) wholeBatch(i int, shown []string, last int) int {
	if n := len(shown); n != 1 && n != batchSet && n != batchSize {
		c.t.Errorf("server %d shows %d records of a batch", i, n)
		return last
	}
	now := generation(shown[0])
	for _, address := range shown {
		if address == "" || generation(address) != now {
			c.t.Errorf("server %d shows %s beside %s: half of a batch", i, shown[0], address)
			return last
		}
	}
	if now < last {
		c.t.Errorf("server %d shows batch %d after batch %d", i, now, last)
	}
	return now
}

// digSet returns all addresses of a name.
func (s *liveServer) digSet(name string) (all []string) {
	s.t.Helper()
	client := dns.Client{Net: "tcp", Timeout: 10 * time.Second}
	r, _, err := client.Exchange(new(dns.Msg).SetQuestion(name, dns.TypeA), fmt.Sprintf("127.0.0.1:%d", s.dns))
	if err != nil {
		s.t.Errorf("%s: %v", name, err)
		return nil
	}
	for _, rr := range r.Answer {
		if a, ok := rr.(*dns.A); ok {
			all = append(all, a.A.String())
		}
	}
	return all
}
