package test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	tap "github.com/dnstap/golang-dnstap"
	"github.com/miekg/dns"
)

// observed is a server block with one zone that references another, an alias, and
// a fallback; what the caller adds comes first.
const observed = `.:0 {
	bind 127.0.0.1
	%s
	internalzone example.org {
		record www A 192.0.2.1
		record *.wild A 192.0.2.3
	}
	internalzone . {
		id root
		record below.example.org A 192.0.2.2
	}
	referencezone example.org root
	dnsview office example.org
	resolverpolicy all {
		traffic "not dns.fqdn == 'free.example'"
		view office
		fallback public_dns
	}
	forward . %s
}`

// nameserver stands for public DNS, where no name exists.
const nameserver = ".:0 {\n\tbind 127.0.0.1\n\ttemplate ANY ANY {\n\t\trcode NXDOMAIN\n\t}\n}\n"

// hostile holds what JSON has to escape, and escapes that JSON does not know.
const hostile = `a\"b\009c\\d\ e.wild.example.org.`

// SPEC 8: the metadata in the format of the plugin log.
func TestMetadataLog(t *testing.T) {
	up := startUpstream(t, nameserver)
	logged := captureLog(t)
	s := startFor(t, fmt.Sprintf(observed, `metadata
	log . "{name} {rcode} <{/resolverpolicy/policy}|{/resolverpolicy/view}|{/resolverpolicy/zone}|{/resolverpolicy/reference}|{/resolverpolicy/fallback}|{/resolverpolicy/rcode}>"`, up.address))
	for name, want := range map[string]string{
		"www.example.org.":   "NOERROR <all|office|example.org|||NOERROR>",
		"below.example.org.": "NOERROR <all|office|example.org|root||NOERROR>",
		"none.example.org.":  "NXDOMAIN <all|office|example.org||nxdomain|NXDOMAIN>",
		"example.com.":       "NXDOMAIN <all|office|||refused|REFUSED>",
		"free.example.":      "NXDOMAIN <|||||>",
	} {
		question(t, s, name)
		want = name + " " + want
		if !eventually(func() bool { return logged.contains(want) }) {
			t.Errorf("the log lacks: %s\n%s", want, logged.all())
		}
	}
}

// A format of the plugin log that looks like JSON is none: this is why there is a
// query log of our own.
func TestLogIsNotJSON(t *testing.T) {
	up := startUpstream(t, nameserver)
	logged := captureLog(t)
	s := startFor(t, fmt.Sprintf(observed, `metadata
	log . "{\"QueryName\":\"{name}\",\"ResolverPolicyName\":\"{/resolverpolicy/policy}\"}"`, up.address))
	question(t, s, hostile)
	if !eventually(func() bool { return logged.contains("QueryName") }) {
		t.Fatal("nothing was logged")
	}
	_, line, _ := strings.Cut(strings.TrimSpace(logged.all()), "{")
	if line = "{" + line; json.Valid([]byte(line)) {
		t.Errorf("the plugin log has learned to write JSON, drop query_log: %s", line)
	}
}

// logLine is a line of the query log.
type logLine struct {
	QueryName, QueryTypeName, SrcIP, ResolverPolicyName, InternalDNSViewID, InternalDNSZoneID, InternalDNSFallbackStrategy string
	RCode, InternalDNSRCode                                                                                                int
	Datetime                                                                                                               time.Time
}

// logLines reads a query log, and leaves out the times.
func logLines(t *testing.T, file string) (out []logLine) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	for raw := range strings.Lines(string(text)) {
		var l logLine
		decoder := json.NewDecoder(strings.NewReader(raw))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&l); err != nil {
			t.Fatalf("%v: %s", err, raw)
		}
		if l.Datetime.IsZero() {
			t.Errorf("no time: %s", raw)
		}
		l.Datetime = time.Time{}
		out = append(out, l)
	}
	return out
}

// The query log, with names that a format cannot write, across a rotation.
func TestQueryLog(t *testing.T) {
	up := startUpstream(t, nameserver)
	file := filepath.Join(t.TempDir(), "queries.json")
	s := startFor(t, fmt.Sprintf(observed, fmt.Sprintf("resolverpolicy {\n\t\tquery_log %s\n\t}", file), up.address))
	hit := logLine{QueryTypeName: "A", SrcIP: "127.0.0.1", ResolverPolicyName: "all", InternalDNSViewID: "office", InternalDNSZoneID: "example.org"}
	with := func(l logLine, change func(*logLine)) logLine { change(&l); return l }
	want := []logLine{
		with(hit, func(l *logLine) { l.QueryName = "www.example.org" }),
		with(hit, func(l *logLine) { l.QueryName = strings.TrimSuffix(hostile, ".") }),
		with(hit, func(l *logLine) {
			l.QueryName, l.RCode, l.InternalDNSRCode, l.InternalDNSFallbackStrategy = "none.example.org", 3, 3, "public_dns"
		}),
		with(hit, func(l *logLine) {
			l.QueryName, l.RCode, l.InternalDNSRCode, l.InternalDNSFallbackStrategy = "example.com", 3, 5, "public_dns"
			l.InternalDNSZoneID = ""
		}),
		{QueryName: "free.example", QueryTypeName: "A", SrcIP: "127.0.0.1", RCode: 3},
	}
	for _, l := range want {
		question(t, s, l.QueryName+".")
	}
	// A query is logged when its answer is on the way: the next one may be there before.
	byName := func(all []logLine) []logLine {
		return slices.SortedFunc(slices.Values(all), func(a, b logLine) int { return strings.Compare(a.QueryName, b.QueryName) })
	}
	if !eventually(func() bool { return slices.Equal(byName(logLines(t, file)), byName(want)) }) {
		t.Errorf("the log holds\n%+v\nwant\n%+v", logLines(t, file), want)
	}
	if err := os.Rename(file, file+".1"); err != nil {
		t.Fatal(err)
	}
	if !eventually(func() bool { question(t, s, "www.example.org."); return len(logLines(t, file)) > 0 }) {
		t.Error("no new file after the old one was moved away")
	}
	if got := logLines(t, file); len(got) > 0 && got[0] != want[0] {
		t.Errorf("the new file begins with %+v", got[0])
	}
}

// SPEC 8: dnstap shows the metadata: policy and view with the query, all with the
// reply.
func TestDnstapExtra(t *testing.T) {
	up := startUpstream(t, nameserver)
	listener, err := net.Listen("unix", filepath.Join(t.TempDir(), "tap.sock"))
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	extras := make(chan string, 16)
	go func() {
		defer close(extras)
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		reader, err := tap.NewReader(conn, &tap.ReaderOptions{Bidirectional: true})
		if err != nil {
			return
		}
		decoder := tap.NewDecoder(reader, 1<<16)
		for {
			var message tap.Dnstap
			if err := decoder.Decode(&message); err != nil {
				return
			}
			extras <- message.GetMessage().GetType().String() + " " + string(message.GetExtra())
		}
	}()
	s := startFor(t, fmt.Sprintf(observed, fmt.Sprintf(`metadata
	dnstap %s {
		extra "{/resolverpolicy/policy}|{/resolverpolicy/view}|{/resolverpolicy/zone}|{/resolverpolicy/reference}|{/resolverpolicy/fallback}|{/resolverpolicy/rcode}"
	}`, listener.Addr()), up.address))
	question(t, s, "below.example.org.")
	for _, want := range []string{"CLIENT_QUERY all|office||||", "CLIENT_RESPONSE all|office|example.org|root||NOERROR"} {
		select {
		case got := <-extras:
			if got != want {
				t.Errorf("dnstap shows %q, want %q", got, want)
			}
		case <-time.After(patience):
			t.Fatalf("dnstap shows nothing, want %q", want)
		}
	}
}

// A server is ready and healthy while its zones serve, whatever public DNS does.
func TestReady(t *testing.T) {
	ready, health, dead := reserve(t), reserve(t), reserve(t)
	s := startFor(t, fmt.Sprintf(observed, fmt.Sprintf("ready %s\n\thealth %s\n\terrors", ready, health), dead))
	if r := question(t, s, "example.com."); r.Rcode != dns.RcodeServerFailure {
		t.Errorf("public DNS is dead and the answer %s", dns.RcodeToString[r.Rcode])
	}
	for url, want := range map[string]string{"http://" + ready + "/ready": "OK", "http://" + health + "/health": "OK"} {
		if status, body := get(t, url); status != http.StatusOK || body != want {
			t.Errorf("%s: %d %q", url, status, body)
		}
	}
	if r := question(t, s, "www.example.org."); r.Rcode != dns.RcodeSuccess {
		t.Errorf("the internal answer is %s", dns.RcodeToString[r.Rcode])
	}
}

// eventually reports whether something comes true in time.
func eventually(holds func() bool) bool {
	deadline := time.After(patience)
	again := time.NewTicker(interval)
	defer again.Stop()
	for !holds() {
		select {
		case <-deadline:
			return false
		case <-again.C:
		}
	}
	return true
}

// all returns everything logged.
func (c *capture) all() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.buf.String()
}
