package test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// twins are two servers with one Corefile, of which one has fast_udp.
type twins struct {
	plain, fast *server
	logs        [2]string // their query logs
}

func startTwins(t *testing.T, corefile string) *twins {
	t.Helper()
	dir := t.TempDir()
	w := &twins{logs: [2]string{filepath.Join(dir, "plain.json"), filepath.Join(dir, "fast.json")}}
	for i, fast := range []string{"", "fast_udp\n"} {
		s := startFor(t, strings.NewReplacer(
			"fast_udp\n", fmt.Sprintf("%squery_log %s\n", fast, w.logs[i]),
			"bind 127.0.0.1", "bind 127.0.0.1 ::1\n\terrors\n\tprometheus "+reserve(t),
		).Replace(corefile))
		if w.plain == nil {
			w.plain = s
		} else {
			w.fast = s
		}
	}
	for _, address := range w.fast.hosts(t) {
		servingFast(t, address)
	}
	return w
}

// ask puts all packets to both, from several clients, one after another.
func (w *twins) ask(t *testing.T, packets [][]byte) (asked int) {
	t.Helper()
	for _, from := range []string{"127.0.0.1", "127.0.0.65", "::1"} {
		for _, s := range []*server{w.plain, w.fast} {
			d := net.Dialer{LocalAddr: &net.UDPAddr{IP: net.ParseIP(from)}}
			host := netip.MustParseAddr("127.0.0.1")
			if from == "::1" {
				host = netip.MustParseAddr(from)
			}
			conn, err := d.Dial("udp", netip.AddrPortFrom(host, uint16(s.ports["dns"])).String())
			if err != nil {
				t.Fatal(err)
			}
			for _, packet := range packets {
				if _, err := conn.Write(packet); err != nil {
					t.Fatal(err)
				}
				if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
					t.Fatal(err)
				}
				if _, err := conn.Read(make([]byte, 4096)); err != nil {
					t.Fatalf("%x from %s: %v", packet, from, err)
				}
				asked++
			}
			if err := conn.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	return asked / 2
}

// own are the series that tell of fast_udp itself.
const own = "coredns_resolverpolicy_fast_udp_queries_total"

// seriesOf returns the series of a server with their values, without how long things took.
func seriesOf(t *testing.T, s *server) map[string]string {
	t.Helper()
	families, err := prometheus.DefaultGatherer.Gather()
	if err != nil {
		t.Fatal(err)
	}
	port, out := fmt.Sprintf(":%d", s.ports["dns"]), make(map[string]string)
	for _, f := range families {
		for _, m := range f.Metric {
			name, of := f.GetName(), ""
			for _, l := range m.Label {
				if l.GetName() == "server" {
					of = l.GetValue()
				}
				name += fmt.Sprintf(" %s=%s", l.GetName(), strings.ReplaceAll(l.GetValue(), port, ":0"))
			}
			if strings.HasSuffix(of, port) && f.GetName() != own {
				out[name] = valueOf(f, m)
			}
		}
	}
	return out
}

func valueOf(f *dto.MetricFamily, m *dto.Metric) string {
	h, timed := m.GetHistogram(), strings.HasSuffix(f.GetName(), "_seconds")
	switch {
	case h == nil && timed:
		return "a time"
	case h == nil:
		return fmt.Sprint(m.GetCounter().GetValue(), m.GetGauge().GetValue())
	case timed:
		return fmt.Sprint(h.GetSampleCount())
	}
	return fmt.Sprint(h.GetSampleCount(), h.GetSampleSum(), h.GetBucket())
}

// differences tells what one server has and the other has not.
func differences(plain, fast map[string]string) (out []string) {
	for name, want := range plain {
		if got := fast[name]; got != want {
			out = append(out, fmt.Sprintf("%s\n\tis   %q\n\twant %q", name, got, want))
		}
	}
	for name, got := range fast {
		if _, ok := plain[name]; !ok {
			out = append(out, fmt.Sprintf("%s\n\tis   %q\n\twant none", name, got))
		}
	}
	slices.Sort(out)
	return out
}

// entriesOf returns a query log without times and ports, in order.
func entriesOf(t *testing.T, file string, s *server) (out []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(text)) {
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if entry["Datetime"] == nil {
			t.Errorf("no time: %s", line)
		}
		delete(entry, "Datetime")
		written, err := json.Marshal(entry)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, strings.ReplaceAll(string(written), fmt.Sprint(s.ports["dns"]), "0"))
	}
	slices.Sort(out)
	return out
}

// counted returns how often each line is there.
func counted(lines []string) map[string]string {
	n := make(map[string]int)
	for _, l := range lines {
		n[l]++
	}
	out := make(map[string]string)
	for l, n := range n {
		out[l] = fmt.Sprint(n)
	}
	return out
}

// Every series that a server has, CoreDNS's and the suite's, is the same with fast_udp, and
// so is the query log.
func TestFastUDPMetrics(t *testing.T) {
	onLinux(t)
	packets := fastPackets(t)
	for _, qtype := range []uint16{dns.TypeHTTPS, dns.TypeDNSKEY, dns.TypeIXFR, 65280, 1000, dns.TypeNSEC3} {
		packet, err := new(dns.Msg).SetQuestion("www.corp.example.", qtype).Pack()
		if err != nil {
			t.Fatal(err)
		}
		packets = append(packets, packet)
	}
	for _, keys := range []string{".:0", "corp.example:0 d.corp.example:0 outside.example:0"} {
		w := startTwins(t, strings.Replace(fastCorefile, ".:0", keys, 1))
		before := fastQueries(t, "answered")
		asked := w.ask(t, packets)
		var plain, fast map[string]string
		if !eventually(func() bool {
			plain, fast = seriesOf(t, w.plain), seriesOf(t, w.fast)
			return maps.Equal(plain, fast)
		}) {
			t.Errorf("%s: with fast_udp\n%s", keys, strings.Join(differences(plain, fast), "\n"))
		}
		if len(plain) < 40 || fastQueries(t, "answered")-before < float64(asked)/4 {
			t.Errorf("%s: %d series, %v of %d queries answered by fast_udp", keys, len(plain), fastQueries(t, "answered")-before, asked)
		}
		t.Logf("%s: %d series, %v of %d queries answered by fast_udp", keys, len(plain), fastQueries(t, "answered")-before, asked)
		var lines [2]map[string]string
		if !eventually(func() bool {
			lines = [2]map[string]string{counted(entriesOf(t, w.logs[0], w.plain)), counted(entriesOf(t, w.logs[1], w.fast))}
			return maps.Equal(lines[0], lines[1])
		}) {
			d := differences(lines[0], lines[1])
			t.Errorf("%s: the query log with fast_udp\n%s", keys, strings.Join(d[:min(len(d), 20)], "\n"))
		}
		if len(lines[0]) < len(packets)/2 {
			t.Errorf("%s: %d kinds of lines are in the query log", keys, len(lines[0]))
		}
	}
}
