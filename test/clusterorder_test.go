package test

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

// clusterOp is a change of one record by some server.
type clusterOp struct {
	value string
	match int // the revision of If-Match; 0: any
}

// clusterResult is what it was answered with.
type clusterResult struct {
	outcome  int
	revision int // that it has made
}

const (
	opDone    = iota
	opRefused // 412, or 503 of which nothing has happened
	opUnknown // no answer, or one that says so
)

// revisionModel is an account as a single server would have it: each change that is done
// makes the next revision, and one with If-Match is done at that revision only. What
// became of one without an answer is not known.
func revisionModel(first int) porcupine.Model {
	model := porcupine.NondeterministicModel{
		Init: func() []any { return []any{first} },
		Step: func(state, input, output any) []any {
			at, op, result := state.(int), input.(clusterOp), output.(clusterResult)
			fits := op.match == 0 || op.match == at
			switch result.outcome {
			case opDone:
				if !fits || result.revision != at+1 {
					return nil
				}
				return []any{at + 1}
			case opUnknown:
				if fits {
					return []any{at, at + 1}
				}
			}
			return []any{at}
		},
		Equal: func(a, b any) bool { return a == b },
	}
	return model.ToModel()
}

// recorder collects the history of a test.
type clusterHistory struct {
	mu    sync.Mutex
	began time.Time
	ops   []porcupine.Operation
}

// change makes a change by a server, and takes down what came of it.
func (h *clusterHistory) change(s *liveServer, client int, path string, op clusterOp) clusterResult {
	call := time.Since(h.began).Nanoseconds()
	result := s.tryMatch(path, op)
	end := time.Since(h.began).Nanoseconds()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ops = append(h.ops, porcupine.Operation{ClientId: client, Input: op, Call: call, Output: result, Return: end})
	return result
}

// tryMatch gives a record another address.
func (s *liveServer) tryMatch(path string, op clusterOp) clusterResult {
	a, err := s.tryIf(op.match, http.MethodPatch, path, map[string]any{"content": op.value})
	switch {
	case err != nil:
		return clusterResult{outcome: opUnknown}
	case a.status == http.StatusOK:
		return clusterResult{outcome: opDone, revision: a.revision}
	case a.status == http.StatusPreconditionFailed:
		return clusterResult{outcome: opRefused}
	case a.status == http.StatusServiceUnavailable && len(a.Errors) == 1 && a.Errors[0].Code != 10520:
		return clusterResult{outcome: opRefused}
	}
	return clusterResult{outcome: opUnknown}
}

// tryIf is try with an If-Match, 0 for none.
func (s *liveServer) tryIf(match int, method, path string, body any) (*liveAnswer, error) {
	if match == 0 {
		return s.try(method, path, body)
	}
	conditional := *s
	client := *s.client
	client.Transport = ifMatch{match, s.client.Transport}
	conditional.client = &client
	return conditional.try(method, path, body)
}

// ifMatch adds the header to requests.
type ifMatch struct {
	revision int
	next     http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (m ifMatch) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("If-Match", fmt.Sprintf("%q", fmt.Sprint(m.revision)))
	return m.next.RoundTrip(req)
}

// Whatever happens to etcd and to the network meanwhile, the changes of all servers are in
// one order that fits their times and their revisions (LIVE 10), and what a server shows
// never goes back, nor behind what it has answered.
func TestClusterLinearizable(t *testing.T) {
	each := 40
	if long() {
		each = 400
	}
	c := newCluster(t)
	stop := c.query()
	var record idOf
	first := c.servers[0].call(http.MethodPost, "/zones/"+c.zone+"/dns_records?wait=all", aRecord("www.example.org", "10.255.255.255"), &record)
	path := "/zones/" + c.zone + "/dns_records/" + record.ID
	h := &clusterHistory{began: time.Now()}
	var running sync.WaitGroup
	for i, s := range c.servers {
		for client := range 2 {
			running.Go(func() {
				seen := first.revision
				for n := range each {
					op := clusterOp{value: fmt.Sprintf("10.%d.%d.%d", 2*i+client, n/250, n%250)}
					if n%3 == 2 {
						op.match = seen
					}
					if result := h.change(s, 2*i+client, path, op); result.outcome == opDone {
						seen = result.revision
					}
					if now := s.revision(); now != 0 && now < seen {
						t.Errorf("server %d shows revision %d after it answered %d", i, now, seen)
					} else {
						seen = max(seen, now)
					}
				}
			})
		}
	}
	over := make(chan struct{})
	faults := c.disturb(over)
	running.Wait()
	close(over)
	<-faults
	stop()
	c.proxy.Join()
	c.same()
	c.judge(h, first.revision)
}

// judge holds a history against the model.
func (c *liveCluster) judge(h *clusterHistory, first int) {
	c.t.Helper()
	end := time.Since(h.began).Nanoseconds()
	var counts [3]int
	for i, op := range h.ops {
		outcome := op.Output.(clusterResult).outcome
		counts[outcome]++
		if outcome == opUnknown {
			h.ops[i].Return = end // whenever it happens
		}
	}
	// What was refused or is not known has changed nothing that a later one with its
	// revision would have to show: the model needs no more than the ones in question.
	h.ops = slices.DeleteFunc(h.ops, func(op porcupine.Operation) bool { return op.Output.(clusterResult).outcome == opRefused })
	switch porcupine.CheckOperationsTimeout(revisionModel(first), h.ops, 30*time.Second) {
	case porcupine.Illegal:
		c.t.Error("the history is not linearizable")
	case porcupine.Unknown:
		c.t.Error("the checker has not come to an end")
	}
	c.t.Logf("%d done, %d refused, %d unknown", counts[opDone], counts[opRefused], counts[opUnknown])
}

// disturb does to etcd and the network what happens, until it is told to end.
func (c *liveCluster) disturb(over <-chan struct{}) (done <-chan struct{}) {
	ended := make(chan struct{})
	pause := func(d time.Duration) bool {
		timer := time.NewTimer(d) // how long a fault takes is what it is
		defer timer.Stop()
		select {
		case <-timer.C:
			return true
		case <-over:
			return false
		}
	}
	go func() {
		defer close(ended)
		for on := true; on; {
			on = pause(400 * time.Millisecond)
			c.etcd.Pause()
			on = pause(500*time.Millisecond) && on
			c.etcd.Resume()
			on = on && pause(300*time.Millisecond)
			c.proxy.Cut()
			on = pause(700*time.Millisecond) && on
			c.proxy.Drop()
			c.proxy.Join()
			on = on && pause(300*time.Millisecond)
			c.etcd.Kill()
			on = pause(300*time.Millisecond) && on
			c.etcd.Launch()
			c.etcd.Await()
		}
	}()
	return ended
}
