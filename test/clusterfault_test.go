package test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// add adds a record by a server, and reports whether that was done: if not, the call has to
// say so.
func (c *liveCluster) add(i int, name string) bool {
	c.t.Helper()
	a, err := c.servers[i].try(http.MethodPost, "/zones/"+c.zone+"/dns_records", aRecord(name, "192.0.2.1"))
	switch {
	case err != nil:
		c.t.Errorf("server %d: %s: %v", i, name, err)
	case a.status == http.StatusOK:
		return true
	case a.status != http.StatusServiceUnavailable || len(a.Errors) == 0:
		c.t.Errorf("server %d: %s: %d %s", i, name, a.status, a.text)
	}
	return false
}

// addWhen adds a record as soon as that can be done again.
func (c *liveCluster) addWhen(i int, name string) {
	c.t.Helper()
	began := time.Now()
	for n := 0; !c.add(i, fmt.Sprintf("%s-%d.example.org", name, n)); n++ { // one may have been made without an answer
		if time.Since(began) > time.Minute {
			c.t.Fatalf("server %d takes no change for a minute", i)
		}
	}
}

// LIVE 10: without etcd everything known is served, a restart included, and writes fail
// with 503; when it is back, what was missed arrives.
func TestClusterWithoutEtcd(t *testing.T) {
	c := newCluster(t)
	stop := c.query()
	c.add(0, "before.example.org")
	c.settle()
	c.etcd.Kill()
	if c.add(0, "lost.example.org") { // it may have been on its way when the connection ended
		t.Error("a change without etcd is done")
	}
	a := c.servers[0].refused(http.MethodPost, "/zones/"+c.zone+"/dns_records", aRecord("lost.example.org", "192.0.2.1"), http.StatusServiceUnavailable, "cannot be reached")
	if a.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	var preview struct{ Valid bool }
	c.servers[0].call(http.MethodPost, "/accounts/"+c.servers[0].account()+"/internal_dns/preview", map[string]any{"calls": []any{
		map[string]any{"method": "POST", "path": "/zones/" + c.zone + "/dns_records", "body": aRecord("lost.example.org", "192.0.2.1")},
	}}, &preview)
	if !preview.Valid {
		t.Error("a preview without etcd is not valid")
	}
	if status := c.servers[0].status(); status.Store.Connected || status.Store.Error == "" {
		t.Errorf("right after a change that failed the status is %+v", status.Store)
	}
	c.kill(1)
	c.restart(1)
	c.servers[1].wantAnswer("before.example.org.", "NOERROR", "192.0.2.1")
	c.servers[1].wantAnswer("lost.example.org.", "NXDOMAIN", "")
	c.kill(1)
	c.etcd.Restart()
	c.addWhen(0, "after")
	c.restart(1)
	c.settle()
	for i := range c.servers {
		c.addWhen(i, fmt.Sprintf("all%d", i))
	}
	stop()
	c.same()
}

// A start without etcd and without a copy fails, and says why. It is never ready: the
// plugin of that name answers from before the account is read.
func TestClusterFailsWithoutCopy(t *testing.T) {
	s := newLive(t, t.TempDir())
	at := reserve(t)
	corefile := strings.ReplaceAll(clusterCorefile, "ETCD", "http://127.0.0.1:1\n            credentials root hunter2")
	corefile = strings.Replace(corefile, "    bind", "    ready "+at+"\n    bind", 1)
	asked := make(chan int)
	go func() {
		unready := 0
		defer func() { asked <- unready }()
		for t.Context().Err() == nil {
			r, err := s.client.Get("http://" + at + "/ready")
			switch {
			case err != nil && unready > 0: // it was there and is gone
				return
			case err != nil:
				time.Sleep(5 * time.Millisecond) // polls until it is there
				continue
			case r.StatusCode == http.StatusOK:
				t.Error("a server without its account is ready")
			default:
				unready++
			}
			_ = r.Body.Close()
		}
	}()
	s.fails(corefile, "Corefile:4", "cannot be reached", "no copy")
	if <-asked == 0 {
		t.Error("/ready was never answered")
	}
	if strings.Contains(s.out.String(), "hunter2") {
		t.Errorf("the log holds the password:\n%s", s.out)
	}
}

// etcd that stands still holds up changes and no query, and nothing is lost.
func TestClusterPause(t *testing.T) {
	pause := 2 * time.Second
	if long() {
		pause = 10 * time.Second
	}
	c := newCluster(t)
	stop := c.query()
	over := make(chan struct{})
	var running sync.WaitGroup
	var mu sync.Mutex
	var done []string
	for i := range c.servers {
		running.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-over:
					return
				default:
				}
				if name := fmt.Sprintf("p%d-%d.example.org", i, n); c.add(i, name) {
					mu.Lock()
					done = append(done, name)
					mu.Unlock()
				}
			}
		})
	}
	c.etcd.Pause()
	timer := time.NewTimer(pause)
	<-timer.C // the length of the pause is what is tested
	c.etcd.Resume()
	for i := range c.servers {
		c.addWhen(i, fmt.Sprintf("resumed%d", i))
	}
	close(over)
	running.Wait()
	stop()
	c.same()
	export := c.servers[1].call(http.MethodGet, "/zones/"+c.zone+"/dns_records/export", nil, nil).text
	for _, name := range done {
		if !strings.Contains(export, name+".") {
			t.Errorf("%s was answered, and is not there", name)
		}
	}
	t.Logf("paused for %v, %d changes done; %d queries answered", pause, len(done), c.asked.Load())
}

// A server that etcd cannot be reached from serves what it knows, refuses changes, and has
// what it missed when the network is back.
func TestClusterCutOff(t *testing.T) {
	c := newCluster(t)
	stop := c.query()
	c.settle()
	c.proxy.Cut()
	for n := range 20 {
		if !c.add(n%2, fmt.Sprintf("cut%d.example.org", n)) {
			t.Errorf("change %d of a server that reaches etcd failed", n)
		}
	}
	if c.add(2, "lost.example.org") {
		t.Error("a server that does not reach etcd took a change")
	}
	c.servers[2].wantAnswer("cut0.example.org.", "NXDOMAIN", "")
	c.proxy.Join()
	c.addWhen(2, "joined")
	c.settle()
	c.servers[2].wantAnswer("cut19.example.org.", "NOERROR", "192.0.2.1")
	stop()
	c.same()
}
