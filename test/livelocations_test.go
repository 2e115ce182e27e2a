package test

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// ttlOf asks for the A record of a name and returns the TTL of the first.
func (s *liveServer) ttlOf(name string) uint32 {
	s.t.Helper()
	client := dns.Client{Timeout: 10 * time.Second}
	r, _, err := client.Exchange(new(dns.Msg).SetQuestion(name, dns.TypeA), fmt.Sprintf("127.0.0.1:%d", s.dns))
	if err != nil || len(r.Answer) == 0 {
		s.t.Fatalf("%s: %v %v\n%s", name, err, r, s.out)
	}
	return r.Answer[0].Header().Ttl
}

func (s *liveServer) wantTTL(name string, want uint32) {
	s.t.Helper()
	if got := s.ttlOf(name); got != want {
		s.t.Errorf("%s has the TTL %d, want %d", name, got, want)
	}
}

// publicDNS answers each query with an address whose TTL is a day, and returns its port.
func publicDNS(t *testing.T) int {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &dns.Server{PacketConn: conn, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, r *dns.Msg) {
		m := new(dns.Msg).SetReply(r)
		m.Answer = []dns.RR{&dns.A{Hdr: dns.RR_Header{Name: r.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 86400}, A: net.IPv4(192, 0, 2, 99)}}
		_ = w.WriteMsg(m) // the client is gone
	})}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.ActivateAndServe() // until it is shut down
	}()
	t.Cleanup(func() {
		_ = conn.Close()
		<-ended
	})
	return conn.LocalAddr().(*net.UDPAddr).Port
}

// LIVE 3: a location steers the next query and bounds the TTLs of its clients' answers,
// internal and public, cached ones too.
func TestLiveLocations(t *testing.T) {
	s := newLive(t, t.TempDir())
	corefile := strings.TrimSuffix(liveCorefile, "}\n") + "    cache\n    forward . 127.0.0.1:" + strconv.Itoa(publicDNS(t)) + "\n}\n"
	s.start(corefile)
	account, first, second := s.twoViews()
	locations, configuration := account+"/gateway/locations", account+"/gateway/configuration"
	var office, home, places idOf
	s.call(http.MethodPost, locations, object{"name": "office", "networks": []object{{"network": "192.0.2.0/24"}}}, &office)
	s.call(http.MethodPost, locations, object{"name": "home", "client_default": true}, &home)
	s.call(http.MethodPost, account+"/gateway/lists", object{"name": "places", "type": "LOCATION", "items": []object{{"value": home.ID}}}, &places)
	s.rule(account, "office", `dns.fqdn == "www.corp.example" and dns.location == "`+office.ID+`"`, first)
	s.rule(account, "others", `dns.fqdn == "www.corp.example" and dns.location in $`+places.ID, second)

	s.wantAnswer("www.corp.example.", "NOERROR", "192.0.2.2")
	moved := s.call(http.MethodPut, locations+"/"+office.ID, object{"name": "office", "networks": []object{{"network": "127.0.0.1"}}}, nil).header.Get("X-Internaldns-Revision")
	s.wantAnswer("www.corp.example.", "NOERROR", "192.0.2.1")
	s.kill()
	s.start(corefile)
	s.wantAnswer("www.corp.example.", "NOERROR", "192.0.2.1")
	s.revert(account, moved)
	s.wantAnswer("www.corp.example.", "NOERROR", "192.0.2.2")
	s.refused(http.MethodDelete, locations+"/"+home.ID, nil, http.StatusBadRequest, "1217")
	s.refused(http.MethodDelete, locations+"/"+office.ID, nil, http.StatusBadRequest, `resolver policy \"office\"`)

	s.wantTTL("www.corp.example.", 7200)
	if got := s.ttlOf("www.example.net."); got < 3000 {
		t.Errorf("a public TTL of %d", got)
	}
	set := s.call(http.MethodPatch, configuration, object{"settings": object{"max_ttl_secs": 120}}, nil).header.Get("X-Internaldns-Revision")
	s.wantTTL("www.corp.example.", 120)
	s.wantTTL("www.example.net.", 120) // of the cache
	s.wantTTL("other.example.net.", 120)
	s.call(http.MethodPut, locations+"/"+home.ID, object{"name": "home", "max_ttl": object{"mode": "override", "ttl_secs": 60}}, nil)
	s.wantTTL("www.corp.example.", 60)
	s.wantTTL("www.example.net.", 60)
	s.call(http.MethodPut, locations+"/"+home.ID, object{"name": "home", "max_ttl": object{"mode": "disabled"}}, nil)
	s.wantTTL("www.corp.example.", 7200)
	s.call(http.MethodPut, locations+"/"+home.ID, object{"name": "home"}, nil)
	s.wantTTL("www.corp.example.", 120)
	s.revert(account, set)
	s.wantTTL("www.corp.example.", 7200)
}
