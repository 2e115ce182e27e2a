package test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/test/loopback"
	"github.com/internaldns/internaldns/test/scenario"
)

// upstream is the public resolver of a scenario: a CoreDNS instance behind a
// relay that counts the questions and, if told so, misbehaves. It is safe for
// concurrent use.
type upstream struct {
	address string // of the relay, the same for UDP and TCP
	target  *server

	mu        sync.Mutex
	fault     string
	questions map[string]int // by "NAME TYPE"
}

// faults are the ways in which the public resolver may misbehave.
func faults() []string {
	return []string{"none", "silent", "servfail", "refused", "truncate", "wrongid", "wrongquestion", "noreply", "garbage"}
}

// startUpstream runs the relay, and behind it the Corefile, for the time of the test.
func startUpstream(t *testing.T, corefile string) *upstream {
	t.Helper()
	u := &upstream{target: startFor(t, corefile), fault: "none", questions: map[string]int{}}
	u.address = serveBoth(t, u)
	return u
}

// serveBoth serves a handler over UDP and TCP on one port, for the time of the
// test, and gives its address.
func serveBoth(tb testing.TB, handler dns.Handler) string {
	tb.Helper()
	port := loopback.Port(tb)
	address := fmt.Sprintf("127.0.0.1:%d", port)
	for _, network := range []string{"udp", "tcp"} {
		started := make(chan struct{})
		s := &dns.Server{Addr: address, Net: network, Handler: handler, NotifyStartedFunc: func() { close(started) }}
		ended := make(chan error, 1)
		go func() { ended <- s.ListenAndServe() }()
		select {
		case <-started:
		case err := <-ended:
			tb.Fatalf("%T over %s: %v", handler, network, err)
		}
		tb.Cleanup(func() {
			if err := s.Shutdown(); err != nil {
				tb.Errorf("%T over %s: %v", handler, network, err)
			}
			if err := <-ended; err != nil {
				tb.Errorf("%T over %s: %v", handler, network, err)
			}
		})
	}
	return address
}

// ServeDNS answers one question through the instance, or as the fault demands.
func (u *upstream) ServeDNS(w dns.ResponseWriter, request *dns.Msg) {
	reply := new(dns.Msg).SetReply(request)
	switch u.count(request.Question[0]) {
	case "silent":
		return
	case "servfail":
		reply.Rcode = dns.RcodeServerFailure
	case "refused":
		reply.Rcode = dns.RcodeRefused
	case "garbage":
		// An error means that the client is gone, which is its right.
		_, _ = w.Write([]byte("no DNS message"))
		return
	case "wrongid":
		reply = u.relay(w, request)
		reply.Id++
	case "wrongquestion":
		reply = u.relay(w, request)
		reply.Question[0].Name = "other.example."
	case "noreply":
		reply = u.relay(w, request)
		reply.Response = false
	case "truncate":
		if w.RemoteAddr().Network() == "udp" {
			reply.Truncated = true
			break
		}
		reply = u.relay(w, request)
	default:
		reply = u.relay(w, request)
	}
	_ = w.WriteMsg(reply)
}

func (u *upstream) relay(w dns.ResponseWriter, request *dns.Msg) *dns.Msg {
	q, err := scenario.ParseQuery([]string{"."})
	if err != nil {
		panic(err)
	}
	reply, err := exchange(u.target, q, w.RemoteAddr().Network(), request)
	if err != nil {
		return new(dns.Msg).SetRcode(request, dns.RcodeServerFailure)
	}
	return reply
}

// count notes a question and gives the fault in force. The health checks of
// forward come when they like and are not counted.
func (u *upstream) count(q dns.Question) string {
	u.mu.Lock()
	defer u.mu.Unlock()
	if q.Name != "." || q.Qtype != dns.TypeNS {
		u.questions[strings.ToLower(q.Name)+" "+dns.Type(q.Qtype).String()]++
	}
	return u.fault
}

func (u *upstream) setFault(kind string) error {
	if !slices.Contains(faults(), kind) {
		return fmt.Errorf("unknown fault %q, known are: %s", kind, strings.Join(faults(), " "))
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.fault = kind
	return nil
}

// drain returns the questions since it was last called, with how often each was
// asked, and forgets them.
func (u *upstream) drain() map[string]int {
	u.mu.Lock()
	defer u.mu.Unlock()
	out := maps.Clone(u.questions)
	clear(u.questions)
	return out
}
