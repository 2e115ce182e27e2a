package test

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// liveLoad is what clients of a server see while it reloads.
type liveLoad struct {
	*liveServer
	zone  string
	until time.Time

	mu        sync.Mutex
	revisions []int

	retried, asked, lost atomic.Int64
}

// writer makes records, one after another, and repeats a call that is answered with 503.
func (l *liveLoad) writer(number int) {
	for i := 0; time.Now().Before(l.until); {
		name := fmt.Sprintf("w%d-%d.example.org", number, i)
		a, err := l.try(http.MethodPost, "/zones/"+l.zone+"/dns_records", aRecord(name, "192.0.2.1"))
		switch {
		case err != nil:
			l.t.Errorf("%s: %v", name, err)
			return
		case a.status == http.StatusServiceUnavailable && a.header.Get("Retry-After") != "":
			l.retried.Add(1)
		case a.status != http.StatusOK:
			l.t.Errorf("%s: %d %s", name, a.status, a.text)
			return
		default:
			i++
			l.mu.Lock()
			l.revisions = append(l.revisions, a.revision)
			l.mu.Unlock()
		}
	}
}

// asker asks one name, so many times a second.
func (l *liveLoad) asker(perSecond int) {
	client := dns.Client{Timeout: 5 * time.Second}
	tick := time.NewTicker(time.Second / time.Duration(perSecond))
	defer tick.Stop()
	for range tick.C {
		if time.Now().After(l.until) {
			return
		}
		r, _, err := client.Exchange(new(dns.Msg).SetQuestion("www.example.org.", dns.TypeA), fmt.Sprintf("127.0.0.1:%d", l.dns))
		l.asked.Add(1)
		if err != nil || r.Rcode != dns.RcodeSuccess || len(r.Answer) != 1 {
			l.lost.Add(1)
			l.t.Errorf("question lost: %v, %v", r, err)
			return
		}
	}
}

// TestReloadsUnderWrites reloads the Corefile five times a second while 50 clients make
// changes and others ask.
func TestReloadsUnderWrites(t *testing.T) {
	span := 5 * time.Second
	if os.Getenv("INTERNALDNS_LONG") != "" {
		span = time.Minute
	}
	s := newLive(t, t.TempDir())
	s.start(liveCorefile)
	l := &liveLoad{liveServer: s, zone: s.zone("example.org"), until: time.Now().Add(span)}
	first := s.call(http.MethodPost, "/zones/"+l.zone+"/dns_records", aRecord("www.example.org", "192.0.2.1"), nil).revision
	var running sync.WaitGroup
	for n := range 50 {
		running.Go(func() { l.writer(n) })
	}
	for range 8 {
		running.Go(func() { l.asker(250) })
	}
	signals := time.NewTicker(200 * time.Millisecond)
	defer signals.Stop()
	for range signals.C {
		if time.Now().After(l.until) {
			break
		}
		if err := s.cmd.Process.Signal(syscall.SIGUSR1); err != nil {
			t.Fatal(err)
		}
	}
	running.Wait()
	slices.Sort(l.revisions)
	for i, revision := range l.revisions {
		if revision != first+1+i {
			t.Fatalf("revision %d stands in place of %d", revision, first+1+i)
		}
	}
	export := s.call(http.MethodGet, "/zones/"+l.zone+"/dns_records/export", nil, nil).text
	if n := strings.Count(export, "192.0.2.1"); n != len(l.revisions)+1 {
		t.Errorf("%d records after %d changes", n, len(l.revisions))
	}
	n := strings.Count(s.out.String(), reloaded)
	if n == 0 {
		t.Error("nothing was reloaded")
	}
	t.Logf("%d reloads, %d changes, %d repeated, %d questions", n, len(l.revisions), l.retried.Load(), l.asked.Load())
}

const secondBlock = `example.net:DNS {
    bind 127.0.0.1
    internaldns other {
        store DIR/other.db
        listen 127.0.0.1:API
    }
}
`

// A reload that fails leaves the old Corefile serving, with the API and the store, and a
// later one works.
func TestReloadThatFails(t *testing.T) {
	s := newLive(t, t.TempDir())
	s.start(liveCorefile)
	zone := s.zone("example.org")
	s.call(http.MethodPost, "/zones/"+zone+"/dns_records", aRecord("a.example.org", "192.0.2.1"), nil)
	view := "    dnsview corp corp.test\n    internalzone corp.test {\n        record \"@ A 192.0.2.9\"\n    }\n"
	for name, corefile := range map[string]string{
		"syntax":           "nonsense {\n",
		"unknown property": strings.Replace(liveCorefile, "rate_limit", "rate", 1),
		"second store":     liveCorefile + strings.Replace(secondBlock, "DIR/other.db", "DIR/Corefile", 1),
		"address":          strings.Replace(liveCorefile, "listen 127.0.0.1:API", "listen 127.0.0.1:API 192.0.2.1:9 insecure", 1),
		"other objects":    strings.Replace(liveCorefile, "    internaldns {", view+"    internaldns {\n        listen 192.0.2.1:9 insecure", 1),
	} {
		t.Run(name, func(t *testing.T) {
			s.t = t
			s.reload(corefile, notReloads)
			s.wantAnswer("a.example.org.", "NOERROR", "192.0.2.1")
			a := s.call(http.MethodGet, "/accounts/"+s.account()+"/dns_settings/views", nil, nil)
			if strings.Contains(a.text, "declared") || strings.Contains(a.text, "problem") {
				t.Errorf("views of a Corefile that does not serve: %s", a.text)
			}
			s.call(http.MethodPost, "/zones/"+zone+"/dns_records", aRecord(strings.ReplaceAll(name, " ", "-")+".example.org", "192.0.2.2"), nil)
			s.wantAnswer(strings.ReplaceAll(name, " ", "-")+".example.org.", "NOERROR", "192.0.2.2")
			s.reload(liveCorefile, reloaded)
			s.wantAnswer("a.example.org.", "NOERROR", "192.0.2.1")
			s.call(http.MethodGet, "/zones/"+zone, nil, nil)
		})
	}
}

// A reload may change the store, the account, the address, and whether there is an API.
func TestReloadChanges(t *testing.T) {
	s := newLive(t, t.TempDir())
	s.start(liveCorefile)
	zone := s.zone("example.org")
	s.call(http.MethodPost, "/zones/"+zone+"/dns_records", aRecord("a.example.org", "192.0.2.1"), nil)
	first := s.token

	s.reload(strings.Replace(liveCorefile, "store.db", "second.db", 1), reloaded)
	s.refused(http.MethodGet, "/zones/"+zone, nil, http.StatusUnauthorized, "Authentication error")
	s.await("the second store's token", s.answers)
	s.refused(http.MethodGet, "/zones/"+zone, nil, http.StatusNotFound, "there is no zone")

	s.reload(strings.Replace(liveCorefile, "internaldns {", "internaldns other {", 1), reloaded)
	s.token = first
	s.refused(http.MethodGet, "/zones/"+zone, nil, http.StatusUnauthorized, "Authentication error")

	s.reload(liveCorefile, reloaded)
	s.token = first
	s.call(http.MethodGet, "/zones/"+zone, nil, nil)
	s.wantAnswer("a.example.org.", "NOERROR", "192.0.2.1")

	s.reload(strings.Replace(liveCorefile, "listen 127.0.0.1:API", "listen off", 1), reloaded)
	s.client.CloseIdleConnections()
	if _, err := s.try(http.MethodGet, "/zones", nil); err == nil {
		t.Error("the API is there with listen off")
	}
	s.wantAnswer("a.example.org.", "NOERROR", "192.0.2.1")

	s.reload(liveCorefile+secondBlock, reloaded)
	s.token = first
	s.call(http.MethodGet, "/zones/"+zone, nil, nil)
	s.refused(http.MethodGet, "/accounts/"+strings.Repeat("a", 32), nil, http.StatusForbidden, "the token lacks the permission")
}
