package test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/store/etcd/etcdtest"
)

// clusterCorefile has the endpoints of etcd in place of ETCD.
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
	etcd    *etcdtest.Member // the first of members
	members etcdtest.Cluster
	proxy   *etcdtest.Proxy // by which the last server reaches the first member
	servers []*liveServer
	files   []string       // their Corefiles
	turns   []atomic.Int64 // how often a server has gone or come back; odd: it is gone
	zone    string
	asked   atomic.Int64 // queries
	failed  atomic.Int64 // of them
}

// long reports whether the long forms of the tests are wanted.
func long() bool { return os.Getenv("INTERNALDNS_LONG") != "" }

// newCluster starts etcd, with more arguments, and three servers, at once, and makes a zone.
func newCluster(t *testing.T, args ...string) *liveCluster {
	t.Helper()
	return newClusterOn(t, etcdtest.StartCluster(t, 1, args...))
}

// newClusterOn starts three servers of what some members of etcd hold.
func newClusterOn(t *testing.T, members etcdtest.Cluster) *liveCluster {
	t.Helper()
	c := &liveCluster{t: t, etcd: members[0], members: members, turns: make([]atomic.Int64, 3)}
	c.proxy = etcdtest.StartProxy(t, c.etcd)
	all := strings.Join(members.Endpoints(), " ")
	for _, endpoint := range []string{all, all, strings.Replace(all, c.etcd.Endpoint(), c.proxy.Endpoint(), 1)} {
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

// gone tells that a server cannot answer from now on, and back that it can again.
func (c *liveCluster) gone(i int) { c.turns[i].Store(c.turns[i].Load() | 1) }
func (c *liveCluster) back(i int) { c.turns[i].Add(c.turns[i].Load() & 1) }

// kill ends a server at once.
func (c *liveCluster) kill(i int) {
	c.gone(i)
	c.servers[i].kill()
}

// restart starts a server that is gone.
func (c *liveCluster) restart(i int) {
	c.t.Helper()
	defer c.back(i)
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
	for i := range c.servers {
		running.Go(func() {
			for {
				select {
				case <-over:
					return
				case <-time.After(2 * time.Millisecond): // it shares the machine with what it asks
				}
				c.ask(i)
			}
		})
	}
	stop = sync.OnceFunc(func() {
		close(over)
		running.Wait()
		if failed := c.failed.Load(); failed > 0 || c.asked.Load() == 0 {
			c.t.Errorf("%d of %d queries failed", failed, failed+c.asked.Load())
		}
	})
	c.t.Cleanup(stop)
	return stop
}

// ask asks a server once, unless it is gone before or meanwhile.
func (c *liveCluster) ask(i int) {
	client := dns.Client{Timeout: 5 * time.Second}
	turn := c.turns[i].Load()
	r, _, err := client.Exchange(new(dns.Msg).SetQuestion("always.example.org.", dns.TypeA), fmt.Sprintf("127.0.0.1:%d", c.servers[i].dns))
	switch {
	case turn%2 == 1 || c.turns[i].Load() != turn: // it was gone, or has been meanwhile
	case err == nil && r.Rcode == dns.RcodeSuccess && len(r.Answer) == 1:
		c.asked.Add(1)
	case c.failed.Add(1) <= 3: // the others are counted
		c.t.Errorf("a query to server %d: %v %v", i, err, r)
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
