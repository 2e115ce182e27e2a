package test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/test/loopback"
)

// liveStream reads the events of a stream.
type liveStream struct {
	t    *testing.T
	body io.ReadCloser
	text *bufio.Scanner
}

// stream opens a stream of queries, and returns once it is open.
func (s *liveServer) stream(query string) *liveStream {
	s.t.Helper()
	req, err := http.NewRequest(http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/client/v4/accounts/%s/internal_dns/queries%s", s.api, s.account(), query), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	req.Header.Set("Accept", "text/event-stream")
	client := http.Client{Timeout: time.Minute}
	r, err := client.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = r.Body.Close() })
	l := &liveStream{s.t, r.Body, bufio.NewScanner(r.Body)}
	if first := l.next(); r.StatusCode != http.StatusOK || first["retry"] == "" {
		s.t.Fatalf("%d: the stream begins with %v", r.StatusCode, first)
	}
	return l
}

// next returns the fields of the next event, nil behind the last.
func (l *liveStream) next() map[string]string {
	fields := make(map[string]string)
	for l.text.Scan() {
		name, value, found := strings.Cut(l.text.Text(), ": ")
		if !found {
			return fields
		}
		fields[name] = value
	}
	return nil
}

// liveQuery is a query as a stream has it, but for what differs from run to run.
type liveQuery struct {
	QueryName, QueryTypeName, SrcIP, DstIP, Protocol, Server                            string
	ResolverPolicyID, ResolverPolicyName                                                string
	InternalDNSViewID, InternalDNSViewName                                              string
	InternalDNSZoneID, InternalDNSZoneName                                              string
	InternalDNSFallbackStrategy, InternalDNSFallbackTrigger, InternalDNSReferenceZoneID string
	QueryType, RCode, DstPort                                                           int
	InternalDNSRCode                                                                    *int
}

// scrape returns the metrics of a server that has the plugin prometheus at a port.
func (s *liveServer) scrape(port int) string {
	r, err := s.client.Get(fmt.Sprintf("http://127.0.0.1:%d/metrics", port))
	if err != nil {
		return ""
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return ""
	}
	return string(text)
}

// observing returns a Corefile with the plugin prometheus, and its port.
func observing(t *testing.T, corefile string) (string, int) {
	t.Helper()
	port := loopback.Port(t)
	return strings.Replace(corefile, "bind", fmt.Sprintf("prometheus 127.0.0.1:%d\n    bind", port), 1), port
}

// LIVE 8: a real query is in the stream, with all that is known of it.
func TestLiveQueryStream(t *testing.T) {
	s := newLive(t, t.TempDir())
	s.start(liveCorefile)
	s.streamed(t, s.zone("example.org"))
}

// LIVE 8: so it is with fast_udp, which answers beside the plugins.
func TestLiveQueryStreamFastUDP(t *testing.T) {
	onLinux(t)
	s := newLive(t, t.TempDir())
	corefile, port := observing(t, strings.Replace(liveCorefile, "internaldns {", "resolverpolicy {\n        fast_udp\n    }\n    internaldns {", 1))
	s.start(corefile)
	answered := func() bool {
		s.wantAnswer("elsewhere.example.", "REFUSED", "")
		name := fmt.Sprintf("coredns_resolverpolicy_fast_udp_queries_total{result=\"answered\",server=\"dns://127.0.0.1:%d\"} ", s.dns)
		_, value, found := strings.Cut(s.scrape(port), name)
		return found && !strings.HasPrefix(value, "0\n")
	}
	zone := s.zone("example.org")
	s.await("fast_udp", answered) // its sockets are opened last
	s.streamed(t, zone)
}

// streamed asks a query for the only zone, and reads it from the stream.
func (s *liveServer) streamed(t *testing.T, zone string) {
	t.Helper()
	s.call(http.MethodPost, "/zones/"+zone+"/dns_records", aRecord("www.example.org", "192.0.2.1"), nil)
	var views, rules []idOf
	s.call(http.MethodGet, "/accounts/"+s.account()+"/dns_settings/views", nil, &views)
	s.call(http.MethodGet, "/accounts/"+s.account()+"/gateway/rules", nil, &rules)
	stream := s.stream("?zone=example.org")
	s.wantAnswer("elsewhere.example.", "REFUSED", "") // has no zone
	s.wantAnswer("WWW.example.org.", "NOERROR", "192.0.2.1")
	event := stream.next()
	var got struct {
		liveQuery
		ID                             string
		Datetime                       time.Time
		SrcPort                        int
		ResponseTimeUs, ResponseTimeMs int64
		InternalDNSDurationMs          *int64
	}
	decoder := json.NewDecoder(strings.NewReader(event["data"]))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&got); err != nil {
		t.Fatalf("%v: %v", event, err)
	}
	code := 0
	want := liveQuery{
		QueryName: "www.example.org", QueryType: 1, QueryTypeName: "A", SrcIP: "127.0.0.1", DstIP: "127.0.0.1", DstPort: s.dns, Protocol: "udp",
		Server:           fmt.Sprintf("dns://127.0.0.1:%d", s.dns),
		ResolverPolicyID: rules[0].ID, ResolverPolicyName: "example.org", InternalDNSViewID: views[0].ID, InternalDNSViewName: "example.org",
		InternalDNSZoneID: zone, InternalDNSZoneName: "example.org", InternalDNSRCode: &code,
	}
	if got.InternalDNSRCode == nil || *got.InternalDNSRCode != 0 {
		t.Errorf("no internal rcode: %s", event["data"])
	}
	got.InternalDNSRCode = &code
	if got.liveQuery != want {
		t.Errorf("got  %+v\nwant %+v", got.liveQuery, want)
	}
	if got.ID != event["id"] || got.SrcPort == 0 || time.Since(got.Datetime) > time.Minute || got.ResponseTimeUs <= 0 || got.InternalDNSDurationMs == nil {
		t.Errorf("%s", event["data"])
	}
}

// stall opens a stream that nobody reads.
func (s *liveServer) stall() net.Conn {
	s.t.Helper()
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.api))
	if err != nil {
		s.t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).SetReadBuffer(4096); err != nil {
		s.t.Fatal(err)
	}
	fmt.Fprintf(conn, "GET /client/v4/accounts/%s/internal_dns/queries?stream=true HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\n\r\n", s.account(), s.api, s.token)
	if _, err := io.ReadFull(conn, make([]byte, len("HTTP/1.1 200 OK"))); err != nil { // it is open
		s.t.Fatal(err)
	}
	return conn
}

// A client that never reads holds up neither queries nor those that read, and its
// connection is given up.
func TestLiveStalledStream(t *testing.T) {
	s := newLive(t, t.TempDir())
	corefile, port := observing(t, liveCorefile)
	s.start(corefile)
	streams := func(n int) bool {
		return strings.Contains(s.scrape(port), fmt.Sprintf("coredns_internaldns_query_streams{account=\"default\"} %d\n", n))
	}
	zone := s.zone("example.org")
	s.call(http.MethodPost, "/zones/"+zone+"/dns_records", aRecord("www.example.org", "192.0.2.1"), nil)
	defer s.stall().Close()
	reads := s.stream("?QueryName=last.example.org")
	s.await("two streams", func() bool { return streams(2) })
	s.askMany("www.example.org.", 30_000)
	s.wantAnswer("last.example.org.", "NXDOMAIN", "")
	for event := reads.next(); ; event = reads.next() {
		if event == nil {
			t.Fatal("the stream ended")
		}
		if strings.Contains(event["data"], `"last.example.org"`) {
			break
		}
	}
	s.await("the end of the stream that nobody reads", func() bool { return streams(1) })
}

// askMany asks one question after another, each of which has to be answered.
func (s *liveServer) askMany(name string, count int) {
	s.t.Helper()
	conn, err := dns.Dial("udp", fmt.Sprintf("127.0.0.1:%d", s.dns))
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close()
	client, slowest, began := dns.Client{Timeout: 5 * time.Second}, time.Duration(0), time.Now()
	for n := range count {
		r, took, err := client.ExchangeWithConn(new(dns.Msg).SetQuestion(name, dns.TypeA), conn)
		if err != nil || len(r.Answer) != 1 {
			s.t.Fatalf("query %d: %v, %v", n, r, err)
		}
		slowest = max(slowest, took)
	}
	s.t.Logf("%d queries took %v, the slowest %v", count, time.Since(began), slowest)
}

// A reload with open streams waits for none of them, and all end; so does a shutdown.
func TestLiveReloadWithStreams(t *testing.T) {
	s := newLive(t, t.TempDir())
	s.start(liveCorefile)
	s.zone("example.org")
	open := func() (streams []*liveStream) {
		for range 10 {
			streams = append(streams, s.stream(""))
		}
		return streams
	}
	ended := func(streams []*liveStream) (said int) { // how many say why
		for _, l := range streams {
			for event := l.next(); event != nil; event = l.next() {
				if event["event"] == "end" {
					said++
				}
			}
		}
		return said
	}
	streams, began := open(), time.Now()
	s.reload(liveCorefile, reloaded)
	if said := ended(streams); said != len(streams) {
		t.Errorf("%d of %d streams say why they end", said, len(streams))
	}
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("the reload took %v", took)
	}
	streams, began = open(), time.Now()
	s.reload(strings.Replace(liveCorefile, "listen 127.0.0.1:API", "listen off", 1), reloaded)
	ended(streams)
	if took := time.Since(began); took > 4*time.Second { // less than a listener waits for requests
		t.Errorf("the end of the listener took %v", took)
	}
}

// A list and a stream are about the addresses of all server blocks.
func TestLiveQueriesOfBlocks(t *testing.T) {
	s := newLive(t, t.TempDir())
	other := loopback.Port(t)
	s.start(liveCorefile + strings.Replace(liveCorefile, ".:DNS", fmt.Sprintf("example.org:%d", other), 1))
	s.zone("example.org")
	stream := s.stream("")
	s.wantAnswer("a.example.org.", "NXDOMAIN", "")
	client := dns.Client{Timeout: 10 * time.Second, Net: "tcp"}
	if _, _, err := client.Exchange(new(dns.Msg).SetQuestion("b.example.org.", dns.TypeA), fmt.Sprintf("127.0.0.1:%d", other)); err != nil {
		t.Fatal(err)
	}
	both := stream.next()["data"] + stream.next()["data"] // they may have been answered in either order
	for _, want := range []string{`"a.example.org"`, `"b.example.org"`} {
		if !strings.Contains(both, want) {
			t.Errorf("%s, want %s", both, want)
		}
	}
	var list []liveQuery
	s.call(http.MethodGet, "/accounts/"+s.account()+"/internal_dns/queries", nil, &list)
	if len(list) != 2 || list[0].QueryName != "b.example.org" || list[0].Protocol != "tcp" || list[1].Protocol != "udp" {
		t.Errorf("%+v", list)
	}
}

// LIVE 8: what was counted stays through a reload, and when what counted it is gone.
func TestLiveAnalytics(t *testing.T) {
	s := newLive(t, t.TempDir())
	s.start(liveCorefile)
	zone := s.zone("example.org")
	s.call(http.MethodPost, "/zones/"+zone+"/dns_records", aRecord("www.example.org", "192.0.2.1"), nil)
	account := "/accounts/" + s.account()
	want := func(when string, hits int, server string) {
		t.Helper()
		var got struct {
			Counts []int
			Totals struct{ Zones map[string]int }
			Series []struct {
				Server, Policy, View, Rcode string
				ZoneID                      string `json:"zone_id"`
				ZoneName                    string `json:"zone_name"`
				Total                       int
			}
		}
		s.call(http.MethodGet, account+"/internal_dns/analytics", nil, &got)
		for _, one := range got.Series {
			if one.ZoneID == zone && one.Rcode == "NOERROR" && one.Total == hits && one.Server == server && one.Policy == "example.org" && got.Totals.Zones[zone] == hits {
				return
			}
		}
		t.Errorf("%s: %+v, want %d hits", when, got, hits)
	}
	server := fmt.Sprintf("dns://127.0.0.1:%d", s.dns)
	s.askMany("www.example.org.", 5)
	want("at once", 5, server)
	s.reload(liveCorefile, reloaded)
	s.askMany("www.example.org.", 2)
	want("after a reload", 7, server)
	s.call(http.MethodDelete, "/zones/"+zone+"?force=true", nil, nil)
	want("without the zone", 7, server)
}
