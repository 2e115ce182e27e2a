package test

import (
	"bytes"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// reloadSize returns how large a zone is replaced how often: a short run, or with
// INTERNALDNS_LONG set the one that the project promises.
func reloadSize() (records, versions int) {
	if os.Getenv("INTERNALDNS_LONG") != "" {
		return 100_000, 200
	}
	return 2_000, 12
}

// versioned writes a zone whose RRset multi names the version four times.
func versioned(version, records int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "$TTL 1h\n@ SOA ns hostmaster %d 2h 30m 2w 5m\n@ NS ns\nns A 192.0.2.53\n", version+1)
	for i := range 4 {
		fmt.Fprintf(&b, "multi TXT \"%d\" \"%d\"\n", i, version)
	}
	for i := range records {
		fmt.Fprintf(&b, "host-%d A 192.0.%d.%d\n", i, i/250%250, i%250)
	}
	return b.Bytes()
}

// watcher asks for multi again and again, and holds that every question is
// answered by one whole version, and that versions never go back.
type watcher struct {
	t       *testing.T
	client  dns.Client
	server  string
	version atomic.Int64
	asked   atomic.Int64
}

func (w *watcher) ask() {
	m := new(dns.Msg).SetQuestion("multi.example.org.", dns.TypeTXT)
	r, _, err := w.client.Exchange(m, w.server)
	w.asked.Add(1)
	if err != nil {
		w.t.Errorf("a question was lost: %v", err)
		return
	}
	if r.Rcode != dns.RcodeSuccess || len(r.Answer) != 4 {
		w.t.Errorf("half a zone: %s with %d records", dns.RcodeToString[r.Rcode], len(r.Answer))
		return
	}
	version := r.Answer[0].(*dns.TXT).Txt[1]
	for _, rr := range r.Answer {
		if other := rr.(*dns.TXT).Txt[1]; other != version {
			w.t.Errorf("an answer mixes the versions %s and %s", version, other)
		}
	}
	n, err := strconv.ParseInt(version, 10, 64)
	if err != nil || n < w.version.Load() {
		w.t.Errorf("version %q after %d", version, w.version.Load())
	}
	w.version.Store(n)
}

// TestReloadUnderLoad replaces a zone file, whole and broken versions in turn,
// while clients ask (SPEC 3: no query is lost or sees half a zone).
func TestReloadUnderLoad(t *testing.T) {
	records, versions := reloadSize()
	dir := t.TempDir()
	file := filepath.Join(dir, "example.org.zone")
	replace(t, file, versioned(0, records))
	s := startFor(t, fmt.Sprintf(`.:0 {
		bind 127.0.0.1
		root %s
		internalzone example.org example.org.zone {
			reload 100ms
		}
		dnsview all example.org
		resolverpolicy all {
			view all
		}
	}`, dir))

	stop := make(chan struct{})
	var load sync.WaitGroup
	var watchers []*watcher
	for _, network := range []string{"udp", "udp", "tcp"} {
		address, err := s.addr(network, netip.Addr{})
		if err != nil {
			t.Fatal(err)
		}
		w := &watcher{t: t, server: address, client: dns.Client{Net: network, Timeout: 20 * time.Second}}
		watchers = append(watchers, w)
		load.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					w.ask()
				}
			}
		})
	}
	for version := 1; version <= versions && !t.Failed(); version++ {
		breakFile(t, file, version, records)
		replace(t, file, versioned(version, records))
		for _, w := range watchers {
			for w.version.Load() < int64(version) && !t.Failed() {
				awaitQuestion(w)
			}
		}
	}
	close(stop)
	load.Wait()
	var asked int64
	for _, w := range watchers {
		asked += w.asked.Load()
	}
	t.Logf("%d versions of %d records, %d questions, none lost", versions, records, asked)
}

// awaitQuestion returns when the watcher has asked once more.
func awaitQuestion(w *watcher) {
	for before := w.asked.Load(); w.asked.Load() == before; {
		time.Sleep(time.Millisecond) // only yields; the condition is the question asked
	}
}

// breakFile leaves a version that must not be served, and returns when it has
// been tried and refused.
func breakFile(t *testing.T, file string, version, records int) {
	t.Helper()
	whole := versioned(version+1_000_000, records)
	failures := loadFailures(t)
	switch version % 5 {
	case 0:
		replace(t, file, append(whole, "broken A 192.0.2.300\n"...))
	case 1:
		replace(t, file, whole[:len(whole)/2]) // half-written
	case 2:
		replace(t, file, nil) // truncated
	case 3:
		if err := os.Remove(file); err != nil { // vanished
			t.Fatal(err)
		}
	case 4:
		replace(t, file, []byte("\x00\xff garbage ( \" \n")) // something else
	}
	deadline := time.Now().Add(time.Minute)
	for loadFailures(t) == failures {
		if time.Now().After(deadline) {
			t.Fatalf("the broken version %d was not tried", version)
		}
		time.Sleep(10 * time.Millisecond) // polls for the counter
	}
}

// loadFailures sums up the counter of failed loads.
func loadFailures(t *testing.T) float64 {
	t.Helper()
	return total(t, "coredns_internalzone_load_failures_total")
}

// replace writes a file aside and moves it into place, as editors and tools do.
func replace(t *testing.T, file string, data []byte) {
	t.Helper()
	aside := file + ".new"
	if err := os.WriteFile(aside, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(aside, file); err != nil {
		t.Fatal(err)
	}
}
