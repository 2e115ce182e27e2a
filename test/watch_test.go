package test

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// written is a directory of files that a server reads while they are written.
const writtenCorefile = `.:0 {
    bind 127.0.0.1
    root %s
    resolverpolicy {
        identities people.yaml
        reload 100ms
    }
    internalzone list.test {
        record "@ TXT list"
    }
    internalzone person.test {
        record "@ TXT person"
    }
    internalzone example.org bare.zone {
        reload 100ms
    }
    dnsview listed list.test
    dnsview known person.test
    dnsview zones example.org
    resolverpolicy zones {
        traffic "any(dns.domains[*] == 'example.org')"
        view zones
    }
    resolverpolicy listed {
        traffic "dns.fqdn == 'list.test' and dns.src_ip in $office"
        list office office.list
        view listed
    }
    resolverpolicy known {
        traffic "dns.fqdn == 'person.test'"
        identity "identity.email == 'alice@example.org'"
        view known
    }
    resolverpolicy others {
        view listed
        traffic "dns.fqdn == 'nothing.test'"
    }
    template ANY ANY {
        rcode NXDOMAIN
    }
}`

// office is a list of 400 prefixes of which the last one holds the client.
func office() string {
	var b strings.Builder
	for i := range 399 {
		fmt.Fprintf(&b, "198.51.%d.%d\n", i/250, i%250)
	}
	return b.String() + "127.0.0.0/8\n"
}

// people is an identity file in which the client stands last.
func people() string {
	var b strings.Builder
	b.WriteString("identities:\n")
	for i := range 50 {
		fmt.Fprintf(&b, "- email: user-%d@example.org\n  clients: [198.51.100.%d]\n", i, i)
	}
	return b.String() + "- email: alice@example.org\n  clients: [127.0.0.0/8]\n"
}

// bare is a zone without SOA whose last record is asked for.
func bare() string {
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, "host-%d A 192.0.2.%d\n", i, i)
	}
	return b.String() + "last TXT whole\n"
}

// repeater asks one name again and again and counts the answers without records.
type repeater struct {
	t            *testing.T
	server, name string
	asked, wrong atomic.Int64
}

func (a *repeater) run(stop <-chan struct{}) {
	client := dns.Client{Timeout: 20 * time.Second}
	for {
		select {
		case <-stop:
			return
		default:
		}
		r, _, err := client.Exchange(new(dns.Msg).SetQuestion(a.name, dns.TypeTXT), a.server)
		if err != nil {
			a.t.Errorf("%s: %v", a.name, err)
			return
		}
		a.asked.Add(1)
		if len(r.Answer) == 0 {
			a.wrong.Add(1)
		}
	}
}

// TestFilesBeingWritten writes the files that decide who sees what while clients ask:
// in place with pauses, truncated, cut short, and moved. None of that may show (SPEC 3).
func TestFilesBeingWritten(t *testing.T) {
	dir := t.TempDir()
	contents := map[string]string{"office.list": office(), "people.yaml": people(), "bare.zone": bare()}
	for name, text := range contents {
		replace(t, filepath.Join(dir, name), []byte(text))
	}
	s := startFor(t, fmt.Sprintf(writtenCorefile, dir))
	address, err := s.addr("udp", netip.Addr{})
	if err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var load sync.WaitGroup
	var repeaters []*repeater
	for _, name := range []string{"list.test.", "person.test.", "last.example.org."} {
		a := &repeater{t: t, server: address, name: name}
		repeaters = append(repeaters, a)
		load.Go(func() { a.run(stop) })
	}
	for _, pause := range []time.Duration{0, 30 * time.Millisecond, 80 * time.Millisecond, 300 * time.Millisecond} {
		for name, text := range contents {
			writeSlowly(t, filepath.Join(dir, name), text, pause)
		}
	}
	for name, text := range contents {
		file := filepath.Join(dir, name)
		for _, part := range []string{"", "# nothing\n", text[:strings.Index(text, "\n")+1], text[:len(text)/3]} {
			failures := sourceFailures(t)
			if err := os.WriteFile(file, []byte(part), 0o600); err != nil {
				t.Fatal(err)
			}
			awaitFailure(t, failures)
		}
		replace(t, file, []byte(text))
	}
	close(stop)
	load.Wait()
	for _, a := range repeaters {
		if wrong := a.wrong.Load(); wrong > 0 || a.asked.Load() < 100 {
			t.Errorf("%s: %d of %d answers were wrong", a.name, wrong, a.asked.Load())
		}
	}
}

// writeSlowly writes a file in place, with a pause in the middle and one before the
// last line.
func writeSlowly(t *testing.T, file, text string, pause time.Duration) {
	t.Helper()
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	last := strings.LastIndex(text[:len(text)-1], "\n") + 1
	for _, part := range []string{text[:last/2], text[last/2 : last], text[last:]} {
		if _, err := out.WriteString(part); err != nil {
			t.Fatal(err)
		}
		time.Sleep(pause) // what is tested: a writer that takes its time
	}
}

// sourceFailures sums up the counters of failed loads.
func sourceFailures(t *testing.T) float64 {
	t.Helper()
	return total(t, "coredns_internalzone_load_failures_total", "coredns_resolverpolicy_source_failures_total")
}

// awaitFailure returns when one more load was refused.
func awaitFailure(t *testing.T, before float64) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); sourceFailures(t) == before; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("a shortened file was not refused")
		}
	}
}
