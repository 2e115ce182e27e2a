package main

import (
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// responder answers each query with a number of records until the test ends.
func responder(t *testing.T, records func(query int) int) (port int) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		octets := make([]byte, 512)
		for query := 0; ; query++ {
			n, from, err := conn.ReadFrom(octets)
			if err != nil {
				return
			}
			if n != len("host-0.example.org")+18 {
				t.Errorf("a query of %d octets", n)
			}
			octets[2] |= 0x80
			octets[7] = byte(records(query))
			_, _ = conn.WriteTo(octets[:n], from)
		}
	}()
	return conn.LocalAddr().(*net.UDPAddr).Port
}

// The client offers what it is told to, cut into queries by the kernel, and counts right answers
// without reading them.
func TestOpenLoop(t *testing.T) {
	for _, c := range []struct {
		name    string
		records func(query int) int
		want    string
	}{
		{"right", func(int) int { return 1 }, ""},
		{"one is wrong", func(query int) int { return min(1, max(query-10, 10-query)) }, "a wrong answer: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			loop, err := openFlood(flooder, responder(t, c.records), []string{"host-0.example.org", "host-1.example.org"})
			if err != nil {
				t.Fatal(err)
			}
			defer loop.close()
			got, err := loop.run(t.Context(), 500, time.Second/2)
			if said := errorText(err); !strings.HasPrefix(said, c.want) || (c.want == "") != (err == nil) {
				t.Errorf("error %q, want %q", said, c.want)
			}
			if got.offered < 250 || got.offered > 500 || got.answered < got.offered/2 || got.answered > got.offered {
				t.Errorf("offered %.0f/s of 500, answered %.0f", got.offered, got.answered)
			}
		})
	}
	if _, err := openFlood(flooder, 1, []string{"a.example.org", "bc.example.org"}); errorText(err) != "bc.example.org. is not as long as the other names" {
		t.Errorf("names of two lengths: %v", err)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// What is answered counts by the rcode and one record, not by what is asked.
func TestAsking(t *testing.T) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	answered := make(chan struct{}, 1000)
	server := &dns.Server{PacketConn: conn, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, r *dns.Msg) {
		from, _, _ := net.SplitHostPort(w.RemoteAddr().String())
		if from == "127.0.64.2" { // it hears nothing
			return
		}
		m := new(dns.Msg).SetReply(r)
		m.Answer = []dns.RR{&dns.A{Hdr: dns.RR_Header{Name: r.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET}, A: net.ParseIP(address(1))}}
		_ = w.WriteMsg(m)
		answered <- struct{}{}
	})}
	go func() { _ = server.ActivateAndServe() }()
	defer func() { _ = server.Shutdown() }()
	got := asking(t.Context(), conn.LocalAddr().(*net.UDPAddr).Port, func() {
		for range 10 * askers {
			<-answered
		}
	})
	deaf := got.each[slices.IndexFunc(got.each, func(a asker) bool { return a.address == "127.0.64.2" })]
	if asked, _, lost := sums(got.each); asked < 10*askers-askers || deaf.asked > 0 || lost > 0 || len(got.took) != asked || got.at(1) == 0 {
		t.Errorf("%d answered, %d given up, the deaf one %+v, highest %v", asked, lost, deaf, got.at(1))
	}
}

func TestValueOf(t *testing.T) {
	const text = "# TYPE a counter\na{x=\"1\"} 2\na{x=\"2\"} 3.5\nab 7\n"
	for name, want := range map[string]float64{"a": 5.5, "ab": 7} {
		if got, err := valueOf(strings.NewReader(text), name); err != nil || got != want {
			t.Errorf("%s: %v, %v; want %v", name, got, err, want)
		}
	}
	if _, err := valueOf(strings.NewReader(text), "b"); err == nil {
		t.Error("no error for a metric that is not there")
	}
}

// The queues are those of one port, by /proc/net/udp.
func TestDrops(t *testing.T) {
	const text = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
   53: 0100007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1 2 0000000000000000 3
   53: 0100007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 2 2 0000000000000000 40
   54: 0100007F:0036 0100007F:0035 01 00000000:00000000 00:00000000 00000000     0        0 3 2 0000000000000000 9
`
	if got, err := dropsOf(text, 53); err != nil || !slices.Equal(got, []int{40, 3}) {
		t.Errorf("got %v, %v; want 40 and 3", got, err)
	}
	if _, err := dropsOf(text, 55); errorText(err) != "no socket of port 55" {
		t.Errorf("a port without sockets: %v", err)
	}
}

// TestMissed shows what a flood is judged by.
func TestMissed(t *testing.T) {
	fine := func() *flooded {
		quiet := calm{state: state{80, 20}, rate: 90, capacity: 100, cost: 8, others: askings{each: []asker{{asked: 100}}}}
		return &flooded{
			before: quiet, after: quiet, offered: 199, answered: []float64{95, 91}, busy: 1, highest: state{90, 30}, dropped: []int{1000, 0},
			others: askings{each: []asker{{asked: 10, again: 50}, {asked: 200, again: 2}}},
		}
	}
	for _, c := range []struct {
		name   string
		change func(*flooded)
		want   string
	}{
		{"fine", func(*flooded) {}, ""},
		{"busy machine", func(f *flooded) { f.busy, f.answered = 0.5, []float64{45, 45} }, ""},
		{"idle", func(f *flooded) { f.busy, f.before.rate = 0.9, 110 }, "answered 0.845 of the capacity"},
		{"weak client", func(f *flooded) { f.offered = 150 }, "the client offered but 150/s"},
		{"collapse", func(f *flooded) { f.answered = []float64{85, 90} }, "answered 0.875 of the capacity for its processor time"},
		{"memory", func(f *flooded) { f.highest.mib = 200 }, "200 MiB resident after 80"},
		{"goroutines", func(f *flooded) { f.highest.goroutines = 200 }, "200 goroutines after 20"},
		{"others", func(f *flooded) { f.others.each[1].again = 3 }, "of 200 questions 3 were asked again, 0 given up"},
		{"others while it stalls", func(f *flooded) { f.busy, f.answered, f.others.each[1].again = 0.5, []float64{45}, 9 }, ""},
		{"given up", func(f *flooded) { f.others.each[1].lost = 1 }, "of 200 questions 2 were asked again, 1 given up"},
		{"dropped", func(f *flooded) { f.dropped[1] = 3 }, "3 queries were dropped from other queues than the flooder's"},
		{"others again", func(f *flooded) { f.after.others.each = []asker{{asked: 9, again: 1}} }, "afterwards 1 questions were asked again, 0 given up"},
		{"slower", func(f *flooded) { f.after.capacity = 80 }, "afterwards the capacity is 80 after 100"},
		{"dearer", func(f *flooded) { f.after.cost = 10 }, "afterwards a query costs 10.00 µs after 8.00"},
		{"kept", func(f *flooded) { f.after.mib = 160 }, "afterwards 160 MiB and 20 goroutines after 80 and 20"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := fine()
			c.change(f)
			if got := strings.Join(f.missed(), "; "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
