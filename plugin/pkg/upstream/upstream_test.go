package upstream

import (
	"testing"

	"github.com/coredns/coredns/plugin/test"
	"github.com/miekg/dns"
)

func TestCheck(t *testing.T) {
	for word, good := range map[string]bool{
		"192.0.2.1": true, "192.0.2.1:5353": true, "[2001:db8::1]:53": true, "2001:db8::1": true, "tls://192.0.2.1%dns.example": true,
		"https://192.0.2.1%dns.example": true, "dns.example": false, "192.0.2.1%dns.example": false, "grpc://192.0.2.1": false, "": false,
	} {
		if err := Check([]string{word}); (err == nil) != good {
			t.Errorf("Check(%q) = %v", word, err)
		}
	}
}

// An upstream ends when the last query under way has its answer, and takes no other
// meanwhile.
func TestClose(t *testing.T) {
	release := make(chan struct{})
	arrived := make(chan struct{})
	server := startServer(t, func(w dns.ResponseWriter, r *dns.Msg) {
		close(arrived)
		<-release
		_ = w.WriteMsg(new(dns.Msg).SetReply(r))
	})
	u, err := New([]string{server})
	if err != nil {
		t.Fatal(err)
	}
	if !u.Enter() {
		t.Fatal("no query can enter")
	}
	answered := make(chan error, 1)
	go func() {
		defer u.Leave()
		_, err := u.ServeDNS(t.Context(), &test.ResponseWriter{}, new(dns.Msg).SetQuestion("example.org.", dns.TypeA))
		answered <- err
	}()
	<-arrived
	closed := make(chan error, 1)
	go func() { closed <- u.Close() }()
	for u.Enter() { // until Close has begun
		u.Leave()
	}
	select {
	case err := <-closed:
		t.Fatalf("closed with a query under way: %v", err)
	default:
	}
	close(release)
	if err := <-answered; err != nil {
		t.Error(err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

// startServer serves on a loopback address as long as the test runs.
func startServer(t *testing.T, handle dns.HandlerFunc) (address string) {
	t.Helper()
	started := make(chan struct{})
	s := &dns.Server{Addr: "127.0.0.1:0", Net: "udp", Handler: handle, NotifyStartedFunc: func() { close(started) }}
	ended := make(chan error, 1)
	go func() { ended <- s.ListenAndServe() }()
	<-started
	t.Cleanup(func() {
		if err := s.Shutdown(); err != nil {
			t.Error(err)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return s.PacketConn.LocalAddr().String()
}
