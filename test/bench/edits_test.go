package bench

import (
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

const editsPerSecond = 500

// crowd is clients that ask one server, each one question after another, and how long
// the answers took.
type crowd struct {
	*testing.T
	address string
	hosts   int
}

// ask has the clients ask as long as told, and returns how long each answer took,
// sorted. Every question must have its answer.
func (c *crowd) ask(clients int, span time.Duration) []time.Duration {
	var mu sync.Mutex
	var all []time.Duration
	var running sync.WaitGroup
	for client := range clients {
		running.Go(func() {
			took, err := c.client(client, span)
			if err != nil {
				c.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, took...)
		})
	}
	running.Wait()
	slices.Sort(all)
	return all
}

func (c *crowd) client(number int, span time.Duration) (took []time.Duration, err error) {
	conn, err := dns.Dial("udp", c.address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	for began, i := time.Now(), number; time.Since(began) < span; i += 7919 {
		q := new(dns.Msg).SetQuestion(fmt.Sprintf("host-%d.example.org.", i%c.hosts), dns.TypeA)
		asked := time.Now()
		if err := conn.SetDeadline(asked.Add(5 * time.Second)); err != nil {
			return nil, err
		}
		if err := conn.WriteMsg(q); err != nil {
			return nil, err
		}
		m, err := conn.ReadMsg()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", q.Question[0].Name, err)
		}
		if m.Id != q.Id || m.Rcode != dns.RcodeSuccess || len(m.Answer) != 1 {
			return nil, fmt.Errorf("%s: %v", q.Question[0].Name, m)
		}
		took = append(took, time.Since(asked))
	}
	return took, nil
}

// Edits beside queries lose none of them. How much longer answers take is logged and not
// asserted, since the machine is shared; INTERNALDNS_LONG=1 goes on for 30 seconds each.
func TestEditsBesideQueries(t *testing.T) {
	const hosts, clients = 100_000, 4
	span := 500 * time.Millisecond
	if os.Getenv("INTERNALDNS_LONG") != "" {
		span = 30 * time.Second
	}
	_, address := serveAt(t, `.:0 {
		bind 127.0.0.1
		probe
		internalzone example.org
		dnsview all example.org
		resolverpolicy all {
			view all
		}
	}`)
	data := hostsZone(t, "example.org.", hosts)
	publish := func(z *zone.Zone) {
		block.Update(func(old *model.Snapshot) (*model.Snapshot, problem.List) {
			return old.WithData(map[string]*zone.Zone{"example.org": z}), nil
		})
	}
	publish(data)
	c := &crowd{T: t, address: address, hosts: hosts}
	c.ask(clients, span/5) // until all is warm
	quiet := c.ask(clients, span)

	stop := make(chan struct{})
	edits := 0
	var editing sync.WaitGroup
	editing.Go(func() {
		tick := time.NewTicker(time.Second / editsPerSecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				data = giveAddress(t, data, edits*31%hosts, edits)
				publish(data)
				edits++
			}
		}
	})
	beside := c.ask(clients, span)
	close(stop)
	editing.Wait()
	if len(quiet) == 0 || len(beside) == 0 || edits == 0 {
		t.Fatalf("%d and %d questions, %d edits", len(quiet), len(beside), edits)
	}
	p99 := func(all []time.Duration) time.Duration { return all[len(all)*99/100] }
	t.Logf("%d questions without edits, p99 %v; %d beside %d edits, p99 %v: ratio %.2f",
		len(quiet), p99(quiet), len(beside), edits, p99(beside), float64(p99(beside))/float64(p99(quiet)))
}
