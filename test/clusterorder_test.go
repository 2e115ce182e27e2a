package test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

// clusterHistory is what came of the calls of a test.
type clusterHistory struct {
	c     *liveCluster
	path  string // of the record that is patched
	mu    sync.Mutex
	began time.Time
	ops   []porcupine.Operation
}

// call makes a call, and takes down what came of it.
func (h *clusterHistory) call(client int, op clusterOp) clusterResult {
	call := time.Since(h.began).Nanoseconds()
	result := h.try(op)
	end := time.Since(h.began).Nanoseconds()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ops = append(h.ops, porcupine.Operation{ClientId: client, Input: op, Call: call, Output: result, Return: end})
	return result
}

func (h *clusterHistory) try(op clusterOp) clusterResult {
	s, records := h.c.servers[op.server], "/zones/"+h.c.zone+"/dns_records"
	name := fmt.Sprintf("slot%d.example.org", op.slot)
	switch op.kind {
	case opPatch:
		a, err := s.tryIf(op.match, http.MethodPatch, h.path, map[string]any{"content": op.value})
		return h.outcome(op, a, err)
	case opAdd:
		a, err := s.try(http.MethodPost, records, aRecord(name, "192.0.2.7"))
		return h.outcome(op, a, err)
	case opDelete:
		a, err := s.try(http.MethodDelete, records+"/"+op.id, nil)
		return h.outcome(op, a, err)
	}
	a, err := s.try(http.MethodGet, records+"?name="+name, nil)
	return h.outcome(op, a, err)
}

// outcome says what an answer means.
func (h *clusterHistory) outcome(op clusterOp, a *liveAnswer, err error) clusterResult {
	if err != nil {
		return clusterResult{outcome: opUnknown}
	}
	result, code := clusterResult{revision: a.revision}, 0
	if len(a.Errors) > 0 {
		code = a.Errors[0].Code
	}
	switch {
	case a.status == http.StatusOK && op.kind == opRead:
		var found []idOf
		if err := json.Unmarshal(a.Result, &found); err != nil || len(found) > 1 {
			h.c.t.Errorf("server %d shows %s", op.server, a.text)
		}
		for _, r := range found {
			result.id = r.ID
		}
	case a.status == http.StatusOK:
		var made idOf
		if err := json.Unmarshal(a.Result, &made); err != nil {
			h.c.t.Error(err)
		}
		result.id = made.ID
	case a.status == http.StatusPreconditionFailed && op.match != 0,
		code == 81058 && op.kind == opAdd,    // an identical record already exists
		code == 81044 && op.kind == opDelete: // record does not exist
		result.outcome = opRefused
	case a.status == http.StatusServiceUnavailable && code == 10520:
		result.outcome = opUnknown
	case a.status == http.StatusServiceUnavailable:
		result.outcome = opNothing
	default:
		h.c.t.Errorf("server %d answers %+v with %d %s", op.server, op, a.status, a.text)
	}
	return result
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
// one order that fits their times and their revisions (LIVE 10); what a server shows, and
// why it refuses a change, is of a state in that order which is never older than what it
// has shown or answered before.
func TestClusterLinearizable(t *testing.T) {
	each := 40
	if long() {
		each = 400
	}
	c := newCluster(t)
	stop := c.query()
	var record idOf
	first := c.servers[0].call(http.MethodPost, "/zones/"+c.zone+"/dns_records?wait=all", aRecord("www.example.org", "10.255.255.255"), &record)
	h := &clusterHistory{c: c, path: "/zones/" + c.zone + "/dns_records/" + record.ID, began: time.Now()}
	var running sync.WaitGroup
	for client := range 6 {
		running.Go(func() { h.play(client, client/2, first.revision, each) })
	}
	over := make(chan struct{})
	faults := c.disturb(over)
	running.Wait()
	close(over)
	<-faults
	stop()
	c.proxy.Join()
	c.same()
	h.judge(first.revision)
}

// play makes calls to a server: half of them give one record another address, a third of
// those on a revision; the others make and delete records that others make and delete, too.
func (h *clusterHistory) play(client, server, seen, each int) {
	for n := range each {
		op := clusterOp{server: server, kind: opPatch, value: fmt.Sprintf("10.%d.%d.%d", client, n/250, n%250)}
		if n%2 == 1 {
			op = clusterOp{server: server, kind: opRead, slot: n / 2 % slots}
			there := h.call(client, op)
			if op.kind, op.id = opAdd, there.id; op.id != "" {
				op.kind = opDelete
			}
		} else if n%3 == 2 {
			op.match = seen
		}
		seen = max(seen, h.call(client, op).revision)
	}
}

// judge holds a history against the model.
func (h *clusterHistory) judge(first int) {
	h.c.t.Helper()
	end := time.Since(h.began).Nanoseconds()
	counts := make(map[string]int)
	var ops []porcupine.Operation
	for _, op := range h.ops {
		in, out := op.Input.(clusterOp), op.Output.(clusterResult)
		counts[in.said(out)]++
		if out.outcome == opNothing || out.outcome == opUnknown && in.kind == opRead {
			continue // it says nothing of any state
		}
		if out.outcome == opUnknown {
			op.Return = end // whenever it happens
		}
		ops = append(ops, op)
	}
	switch porcupine.CheckOperationsTimeout(accountModel(first), ops, 30*time.Second) {
	case porcupine.Illegal:
		h.c.t.Error("the history is not linearizable")
	case porcupine.Unknown:
		h.c.t.Error("the checker has not come to an end")
	}
	h.c.t.Logf("%d calls: %v; %d queries answered beside", len(h.ops), counts, h.c.asked.Load())
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
