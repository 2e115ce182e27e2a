package test

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// LIVE 10: a change is visible on every server within 100 ms (p99), while each answers
// queries.
func TestClusterVisibility(t *testing.T) {
	changes := 100
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
				if time.Since(answered) > time.Minute {
					t.Fatalf("change %d is not on another server after a minute", n)
				}
			}
		}
		took = append(took, time.Since(answered))
	}
	stop()
	slices.Sort(took) // how long it takes depends on what else the machine does
	p99 := took[int(math.Ceil(float64(len(took))*0.99))-1]
	t.Logf("%d changes on all three: p50 %v, p99 %v, most %v; %d queries answered beside", changes, took[len(took)/2], p99, took[len(took)-1], c.asked.Load())
	c.same()
}

// LIVE 10: changes of three writers at once: none is lost, no revision is given twice, all
// end in one state.
func TestClusterWriters(t *testing.T) {
	changes := 600
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
