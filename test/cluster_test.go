package test

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/store/etcd/etcdtest"
)

// clusterCorefile has the endpoint of etcd in place of ETCD.
const clusterCorefile = `.:DNS {
    bind 127.0.0.1
    internaldns {
        store etcd {
            endpoint ETCD
            copy DIR/copy.db
        }
        listen 127.0.0.1:API
        rate_limit 100000000
    }
}
`

// liveCluster is three servers of one account.
type liveCluster struct {
	t       *testing.T
	etcd    *etcdtest.Member
	proxy   *etcdtest.Proxy // by which the last server reaches etcd
	servers []*liveServer
	files   []string // their Corefiles
	zone    string
	asked   atomic.Int64 // queries
}

// long reports whether the long forms of the tests are wanted.
func long() bool { return os.Getenv("INTERNALDNS_LONG") != "" }

// newCluster starts etcd and three servers, at once, and makes a zone.
func newCluster(t *testing.T) *liveCluster {
	t.Helper()
	c := &liveCluster{t: t, etcd: etcdtest.Start(t)}
	c.proxy = etcdtest.StartProxy(t, c.etcd)
	for _, endpoint := range []string{c.etcd.Endpoint(), c.etcd.Endpoint(), c.proxy.Endpoint()} {
		s := newLive(t, t.TempDir())
		corefile := strings.ReplaceAll(clusterCorefile, "ETCD", endpoint)
		s.write(corefile)
		s.launch()
		c.servers, c.files = append(c.servers, s), append(c.files, corefile)
	}
	token := c.token()
	for _, s := range c.servers {
		s.token = token
		s.await("the API", s.verified)
		s.await("DNS", s.resolves)
	}
	c.zone = c.servers[0].zone("example.org")
	c.settle()
	return c
}

// restart starts a server that is gone.
func (c *liveCluster) restart(i int) {
	c.t.Helper()
	s := c.servers[i]
	s.client.CloseIdleConnections()
	s.write(c.files[i])
	s.launch()
	s.await("the API", s.verified)
	s.await("DNS", s.resolves)
}

// token returns the first token, which one server has made.
func (c *liveCluster) token() (token string) {
	c.t.Helper()
	c.servers[0].await("the first token", func() bool {
		for _, s := range c.servers {
			text, err := os.ReadFile(filepath.Join(s.dir, "internaldns.token"))
			if err != nil || !strings.Contains(s.out.String(), "a token with all rights is in") {
				continue // none, or one that the account may not get
			}
			token = strings.TrimSpace(string(text))
		}
		return token != ""
	})
	return token
}

func (s *liveServer) verified() bool {
	r, err := s.try(http.MethodGet, "/user/tokens/verify", nil)
	return err == nil && r.status == http.StatusOK
}

func (s *liveServer) resolves() bool {
	client := dns.Client{Timeout: time.Second}
	_, _, err := client.Exchange(new(dns.Msg).SetQuestion(".", dns.TypeNS), fmt.Sprintf("127.0.0.1:%d", s.dns))
	return err == nil
}

// settle returns once all servers have the newest revision.
func (c *liveCluster) settle() {
	c.t.Helper()
	newest := 0
	for _, s := range c.servers {
		newest = max(newest, s.revision())
	}
	for _, s := range c.servers {
		s.await(fmt.Sprintf("revision %d", newest), func() bool { return s.revision() >= newest })
	}
}

// revision returns the one that the server serves, 0 if it does not answer.
func (s *liveServer) revision() int {
	a, err := s.try(http.MethodGet, "/accounts", nil)
	if err != nil {
		return 0
	}
	return a.revision
}

// same holds that all servers end in one state.
func (c *liveCluster) same() {
	c.t.Helper()
	c.settle()
	account := c.servers[0].account()
	first := ""
	for i, s := range c.servers {
		text := s.call(http.MethodGet, "/accounts/"+account+"/internal_dns/backup", nil, nil).text
		if i == 0 {
			first = text
		}
		if text != first {
			c.t.Errorf("server %d ends in another state", i)
		}
	}
}

// query asks all servers all the time, until the function that it returns is called: no
// query may fail, or be answered in another way than the record says that is always there.
func (c *liveCluster) query() (stop func()) {
	c.t.Helper()
	c.servers[0].call(http.MethodPost, "/zones/"+c.zone+"/dns_records?wait=all", aRecord("always.example.org", "192.0.2.99"), nil)
	var running sync.WaitGroup
	over := make(chan struct{})
	for i, s := range c.servers {
		running.Go(func() {
			client := dns.Client{Timeout: 5 * time.Second}
			for {
				select {
				case <-over:
					return
				case <-time.After(2 * time.Millisecond): // it shares the machine with what it asks
				}
				r, _, err := client.Exchange(new(dns.Msg).SetQuestion("always.example.org.", dns.TypeA), fmt.Sprintf("127.0.0.1:%d", s.dns))
				if err != nil || r.Rcode != dns.RcodeSuccess || len(r.Answer) != 1 {
					c.t.Errorf("a query to server %d: %v %v", i, err, r)
					return
				}
				c.asked.Add(1)
			}
		})
	}
	return func() {
		close(over)
		running.Wait()
	}
}

// clusterStatus is what a server says of the cluster.
type clusterStatus struct {
	Revision uint64
	Store    struct {
		Kind      string
		Connected bool
		Error     string
	}
	Cluster []struct {
		Name, Address, Version string
		Revision, Lag          uint64
		Here                   bool
	}
}

func (s *liveServer) status() (status clusterStatus) {
	s.t.Helper()
	s.call(http.MethodGet, "/accounts/"+s.account()+"/internal_dns/status", nil, &status)
	return status
}

// LIVE 4, 10: of servers that start at once one makes the first token; all know each other.
func TestClusterStarts(t *testing.T) {
	c := newCluster(t)
	files := 0
	for _, s := range c.servers {
		if _, err := os.Stat(filepath.Join(s.dir, "internaldns.token")); err == nil {
			files++
		} else if !errors.Is(err, os.ErrNotExist) {
			t.Error(err)
		}
		if strings.Contains(s.out.String(), c.servers[0].token) {
			t.Error("a log holds the token")
		}
	}
	var tokens []idOf
	c.servers[1].call(http.MethodGet, "/user/tokens", nil, &tokens)
	if files != 1 || len(tokens) != 1 {
		t.Errorf("%d token files and %d tokens of three servers that started at once, want one", files, len(tokens))
	}
	for _, s := range c.servers {
		s.await("the others", func() bool { return len(s.status().Cluster) == 3 })
		status := s.status()
		here := 0
		for _, m := range status.Cluster {
			if m.Here {
				here++
			}
			if m.Version == "" || m.Address == "" || m.Name == "" {
				t.Errorf("a server is shown as %+v", m)
			}
		}
		if here != 1 || status.Store.Kind != "etcd" || !status.Store.Connected {
			t.Errorf("the status is %+v", status)
		}
	}
	a := c.servers[0].call(http.MethodPost, "/zones/"+c.zone+"/dns_records?wait=all", aRecord("waited.example.org", "192.0.2.5"), nil)
	for _, s := range c.servers {
		s.wantAnswer("waited.example.org.", "NOERROR", "192.0.2.5")
		if s.revision() < a.revision {
			t.Errorf("a server is at revision %d after wait=all of %d", s.revision(), a.revision)
		}
	}
	c.servers[0].refused(http.MethodPost, "/zones/"+c.zone+"/dns_records?wait=some", aRecord("b.example.org", "192.0.2.5"), http.StatusBadRequest, "allowed: all")
}

// LIVE 10: a change is visible on every server within 100 ms (p99), while each answers
// queries.
func TestClusterVisibility(t *testing.T) {
	changes := 150
	if long() {
		changes = 1000
	}
	c := newCluster(t)
	stop := c.query()
	var record idOf
	c.servers[0].call(http.MethodPost, "/zones/"+c.zone+"/dns_records?wait=all", aRecord("www.example.org", "192.0.2.1"), &record)
	var took []time.Duration
	for n := range changes {
		address := fmt.Sprintf("10.0.%d.%d", n/250, n%250+1)
		s := c.servers[n%3]
		s.call(http.MethodPatch, "/zones/"+c.zone+"/dns_records/"+record.ID, map[string]any{"content": address}, nil)
		answered := time.Now()
		s.wantAnswer("www.example.org.", "NOERROR", address)
		for _, other := range c.servers {
			for {
				if _, got := other.dig("www.example.org."); got == address {
					break
				}
				if time.Since(answered) > 10*time.Second {
					t.Fatalf("change %d is not on another server after 10 s", n)
				}
			}
		}
		took = append(took, time.Since(answered))
	}
	stop()
	slices.Sort(took)
	p99 := took[int(math.Ceil(float64(len(took))*0.99))-1]
	t.Logf("%d changes on all three: p50 %v, p99 %v, most %v; %d queries answered beside", changes, took[len(took)/2], p99, took[len(took)-1], c.asked.Load())
	if p99 > 100*time.Millisecond {
		t.Errorf("p99 %v, want 100 ms", p99)
	}
	c.same()
}

// LIVE 10: changes of three writers at once: none is lost, no revision is given twice, all
// end in one state.
func TestClusterWriters(t *testing.T) {
	changes := 1000
	if long() {
		changes = 10_000
	}
	c := newCluster(t)
	stop := c.query()
	began := time.Now()
	var mu sync.Mutex
	revisions := make(map[int]string)
	var running sync.WaitGroup
	const each = 4 // callers of a server
	for i, s := range c.servers {
		for caller := range each {
			running.Go(func() {
				for n := range changes / (3 * each) {
					name := fmt.Sprintf("n%d-%d-%d.example.org", i, caller, n)
					a, err := s.try(http.MethodPost, "/zones/"+c.zone+"/dns_records", aRecord(name, "192.0.2.1"))
					if err != nil || a.status != http.StatusOK {
						t.Errorf("%s: %v %+v", name, err, a)
						return
					}
					mu.Lock()
					if other := revisions[a.revision]; other != "" {
						t.Errorf("revision %d is that of %s and %s", a.revision, name, other)
					}
					revisions[a.revision] = name
					mu.Unlock()
				}
			})
		}
	}
	running.Wait()
	stop()
	c.same()
	export := c.servers[2].call(http.MethodGet, "/zones/"+c.zone+"/dns_records/export", nil, nil).text
	for _, name := range revisions {
		if !strings.Contains(export, name+".") {
			t.Errorf("%s was answered, and is not there", name)
		}
	}
	t.Logf("%d changes of three writers in %v; %d queries answered beside", len(revisions), time.Since(began), c.asked.Load())
}

// LIVE 10: a batch is seen whole or not at all on every server.
func TestClusterBatches(t *testing.T) {
	batches := 4
	if long() {
		batches = 20
	}
	c := newCluster(t)
	const size = 3500
	posts := func(address string) (all []any) {
		for n := range size {
			all = append(all, aRecord(fmt.Sprintf("b%d.example.org", n), address))
		}
		return all
	}
	path := "/zones/" + c.zone + "/dns_records/batch"
	c.servers[0].call(http.MethodPost, path+"?wait=all", map[string]any{"posts": posts("10.0.0.0")}, nil)
	var made []idOf
	c.servers[0].call(http.MethodGet, "/zones/"+c.zone+"/dns_records?name.startswith=b&per_page=5000", nil, &made)
	if len(made) != size {
		t.Fatalf("%d records", len(made))
	}
	stop := c.watchBatch(size)
	for n := range batches {
		var patches []any
		for _, r := range made {
			patches = append(patches, map[string]any{"id": r.ID, "content": fmt.Sprintf("10.0.0.%d", n+1)})
		}
		c.servers[n%3].call(http.MethodPost, path+"?wait=all", map[string]any{"patches": patches}, nil)
	}
	t.Logf("%d looks at batches", stop())
	c.same()
}

// watchBatch has readers ask all servers for the first and the last record of a batch in
// turn: what is asked second is never older than what was asked first.
func (c *liveCluster) watchBatch(size int) (stop func() int64) {
	var running sync.WaitGroup
	var looks atomic.Int64
	over := make(chan struct{})
	for i, s := range c.servers {
		running.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-over:
					return
				default:
				}
				_, first := s.dig(fmt.Sprintf("b%d.example.org.", n%size))
				_, second := s.dig(fmt.Sprintf("b%d.example.org.", (n*7919+size-1)%size))
				if age(second) < age(first) {
					c.t.Errorf("server %d shows %s behind %s: half of a batch", i, second, first)
				}
				looks.Add(1)
			}
		})
	}
	return func() int64 {
		close(over)
		running.Wait()
		return looks.Load()
	}
}

// age is the last number of an address of a batch.
func age(address string) (n int) {
	_, _ = fmt.Sscanf(address, "10.0.0.%d", &n) // 0 for another one
	return n
}
