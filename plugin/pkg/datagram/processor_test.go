//go:build linux

package datagram

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// A loop pauses after a batch of some queries, once for all its sockets.
func TestCoalesce(t *testing.T) {
	type step struct {
		socket, n int // which of two sockets, the queries of its batch
		want      bool
	}
	for name, row := range map[string]struct {
		coarse bool
		steps  []step
	}{
		"one by one":        {false, []step{{0, 1, false}, {1, 1, false}, {0, 0, false}, {0, 1, false}}},
		"some":              {false, []step{{0, few, true}, {0, many - 1, true}, {0, few, true}}},
		"many":              {false, []step{{0, many, false}, {0, batch, false}, {0, few, true}}},
		"two sockets":       {false, []step{{0, 5, true}, {1, 5, false}, {0, 5, true}, {1, 5, false}, {1, 5, true}, {0, 5, false}}},
		"one of them alone": {false, []step{{0, 5, true}, {1, 1, false}, {0, 5, true}, {1, 0, false}, {0, 1, false}, {0, 5, true}}},
		"a coarse clock":    {true, []step{{0, 5, false}, {1, 5, false}, {0, 5, false}}},
	} {
		p := &processor{coarse: row.coarse}
		sockets := []*socket{{processor: p}, {processor: p}}
		for i, step := range row.steps {
			s := sockets[step.socket]
			got := s.expects(step.n)
			if got {
				s.paused = p.pauses.Add(1)
			}
			if got != step.want {
				t.Fatalf("%s: step %d: %v", name, i, got)
			}
		}
	}
}

// There is no pause while another goroutine waits for the processor: it has its turn. Now and
// then the runtime prefers the one that gives up the processor, out of fairness.
func TestWanted(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	const rounds = 100
	late := 0
	for range rounds {
		var ran atomic.Bool
		go func() {
			for start := time.Now(); time.Since(start) < 2*turn; {
			}
			ran.Store(true)
		}()
		s := &socket{processor: new(processor)}
		s.coalesce(few)
		if s.processor.pauses.Load() > 0 || !ran.Load() {
			late++
		}
	}
	if late > rounds/5 {
		t.Errorf("another goroutine had no turn, or a pause in front of it, %d times of %d", late, rounds)
	}
}

// pausesAt returns how often the loops of an address have paused.
func pausesAt(address string) (n uint32) {
	groups.mu.Lock()
	defer groups.mu.Unlock()
	for _, p := range groups.byAddress[address].processors {
		n += p.pauses.Load()
	}
	return n
}

// Queries asked one by one have a loop never pause, those that come together have it.
func TestPauses(t *testing.T) {
	if coarse() {
		t.Skip("the clock is coarse")
	}
	f := new(fake)
	address := loopbackAddress(t)
	serving(t, address, Config{Loops: 1}, f)
	conn := client(t, "", address)
	for range 100 {
		asked(t, conn, packed(t, "www.example.org.", dns.TypeA, nil))
	}
	if n := pausesAt(address); n != 0 {
		t.Errorf("%d pauses for queries asked one by one", n)
	}
	for deadline := time.Now().Add(10 * time.Second); pausesAt(address) == 0; {
		if time.Now().After(deadline) {
			t.Fatal("no pause for queries that come together")
		}
		replies(t, conn, burst(t, conn, address))
	}
}

// Every query wakes its loop, whenever it comes: while others are answered, in a pause, or
// after it.
func TestWakes(t *testing.T) {
	f := new(fake)
	address := loopbackAddress(t)
	serving(t, address, Config{Loops: runtime.GOMAXPROCS(0)}, f)
	var asking sync.WaitGroup
	for i := range 6 {
		conn := client(t, fmt.Sprintf("127.0.0.%d", i+1), address)
		asking.Go(func() {
			for range 2000 {
				n := 1 + rand.IntN(8)
				for id := range n {
					packet := packed(t, "www.example.org.", dns.TypeA, func(m *dns.Msg) { m.Id = uint16(rand.IntN(1<<12)<<4 | id) })
					if _, err := conn.Write(packet); err != nil {
						t.Error(err)
						return
					}
				}
				for range n {
					if _, err := received(conn, 10*time.Second); err != nil {
						t.Errorf("a query has no reply: %v", err)
						return
					}
				}
			}
		})
	}
	asking.Wait()
}

// Who rings the bell has the runtime look for what has come to others' sockets, which it does
// by itself only after thousands of Gosched.
func TestAttention(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	b, err := newBell()
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	other := other(t, loopbackAddress(t))
	conn := client(t, "", other.LocalAddr().String())
	worst := 0
	for range 50 {
		var came atomic.Bool
		var waiting sync.WaitGroup
		waiting.Go(func() {
			_, err := received(conn, 10*time.Second)
			came.Store(err == nil)
		})
		runtime.Gosched()
		if _, err := conn.Write(packed(t, "www.example.org.", dns.TypeA, nil)); err != nil {
			t.Fatal(err)
		}
		rings := 0
		for ; !came.Load() && rings < 1000; rings++ {
			b.ring()
		}
		worst = max(worst, rings)
		waiting.Wait()
	}
	if worst > 100 {
		t.Errorf("another socket has its turn after up to %d rings", worst)
	}
}
