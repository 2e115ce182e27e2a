package test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A server that is killed in the middle of a commit leaves all of a change or nothing, and
// loses none that was answered; the others go on.
func TestClusterKill(t *testing.T) {
	rounds := 10
	if long() {
		rounds = 200
	}
	c := newCluster(t)
	stop := c.query()
	answered, open := 0, 0
	for round := range rounds {
		k := &killed{tried: make(map[string][]string)}
		victim := c.servers[round%2]
		var writers sync.WaitGroup
		for writer := range 4 {
			writers.Go(func() { k.write(victim, c.zone, round, writer) })
		}
		fired := make(chan struct{})
		time.AfterFunc(time.Duration(rand.IntN(300_000))*time.Microsecond, func() { c.kill(round % 2); close(fired) })
		writers.Wait() // which end with the server
		<-fired
		c.add(2, fmt.Sprintf("goes-on-%d.example.org", round))
		c.restart(round % 2)
		c.settle()
		for _, s := range c.servers {
			k.check(s, c.zone)
		}
		answered += len(k.answered)
		open += len(k.tried) - len(k.answered)
		if t.Failed() {
			t.Fatalf("in round %d", round)
		}
	}
	stop()
	c.same()
	t.Logf("%d kills, %d changes answered before, %d under way; %d queries answered beside", rounds, answered, open, c.asked.Load())
}

// A server that stands still until etcd has thrown away what it watches reads anew where
// the account is. Who waits for all waits for it no longer than it is listed.
func TestClusterStopped(t *testing.T) {
	c := newCluster(t)
	stop := c.query()
	stopped := c.servers[2]
	c.gone(2)
	c.proxy.Cut() // else what it watches would wait for it in the buffers of the connection
	if err := stopped.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	a := c.servers[0].call("POST", "/zones/"+c.zone+"/dns_records?wait=all", aRecord("waited.example.org", "192.0.2.5"), nil)
	t.Logf("with a server that stands still wait=all takes %v: %s", time.Since(began), a.text)
	c.servers[1].wantAnswer("waited.example.org.", "NOERROR", "192.0.2.5")
	for n := range 20 {
		if !c.add(n%2, fmt.Sprintf("stopped%d.example.org", n)) {
			t.Errorf("change %d of a server that runs failed", n)
		}
	}
	c.etcd.Compact()
	c.proxy.Drop()
	c.proxy.Join()
	if err := stopped.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	c.back(2)
	c.addWhen(2, "continued")
	stopped.wantAnswer("stopped19.example.org.", "NOERROR", "192.0.2.1")
	c.settle()
	stopped.await("that all know it again", func() bool { return len(stopped.status().Cluster) == 3 })
	stop()
	c.same()
	t.Logf("%d queries answered", c.asked.Load())
}
