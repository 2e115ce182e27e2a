package cli

import (
	"fmt"
	"net"
	"os"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

// publicDNS answers every A query but those below nothing.example, which does not
// exist, alias.example, where only aliases are, and broken.example. It gives its
// loopback address.
func publicDNS(t *testing.T) string {
	t.Helper()
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	started := make(chan struct{})
	server := &dns.Server{PacketConn: socket, NotifyStartedFunc: func() { close(started) }}
	server.Handler = dns.HandlerFunc(func(w dns.ResponseWriter, r *dns.Msg) {
		m := new(dns.Msg).SetReply(r)
		name, record := r.Question[0].Name, " 60 A 203.0.113.80"
		switch {
		case strings.HasSuffix(name, "nothing.example."):
			m.Rcode = dns.RcodeNameError
		case strings.HasSuffix(name, "broken.example."):
			m.Rcode = dns.RcodeServerFailure
		case strings.HasSuffix(name, "alias.example."):
			record = " 60 CNAME else.example."
		}
		if rr, err := dns.NewRR(name + record); err == nil && m.Rcode == dns.RcodeSuccess {
			m.Answer = []dns.RR{rr}
		}
		_ = w.WriteMsg(m)
	})
	done := make(chan error, 1)
	go func() { done <- server.ActivateAndServe() }()
	<-started
	t.Cleanup(func() {
		if err := server.Shutdown(); err != nil {
			t.Error(err)
		}
		<-done
	})
	return socket.LocalAddr().String()
}

// withAliases is a server block that leads to public DNS in every way; the address
// to ask is left out.
const withAliases = `.:1053 {
    internalzone corp.example.org {
        record "www A 192.0.2.80"
        record "far CNAME gone.nothing.example."
        record "own CNAME own.nothing.example."
        record "bare CNAME www.alias.example."
        record "fails CNAME www.broken.example."
    }
    dnsview office corp.example.org
    resolverpolicy office {
        view office
        fallback public_dns
        private secret.example own.corp.example.org
    }
    cache
    forward . %s
}
`

// TestLive holds that -live asks what a fallback would, and nothing else.
func TestLive(t *testing.T) {
	t.Chdir(t.TempDir())
	corefile := fmt.Sprintf(withAliases, publicDNS(t))
	if err := os.WriteFile("Corefile", []byte(corefile), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, want string }{
		{"www.corp.example.org", ""},
		{"a.secret.example", ""},
		{"www.example.net", `;; asked live: www.example.net. A
;; status: NOERROR, records: 1, 0, 0
;; ANSWER SECTION:
www.example.net. 60 IN A 203.0.113.80
`},
		{"far.corp.example.org", `;; asked live: gone.nothing.example. A
;; status: NXDOMAIN, records: 0, 0, 0

;; asked live: far.corp.example.org. A
;; status: NOERROR, records: 1, 0, 0
;; ANSWER SECTION:
far.corp.example.org. 60 IN A 203.0.113.80
`},
		{"bare.corp.example.org", `;; asked live: www.alias.example. A
;; status: NOERROR, records: 1, 0, 0
;; ANSWER SECTION:
www.alias.example. 60 IN CNAME else.example.

;; asked live: bare.corp.example.org. A
;; status: NOERROR, records: 1, 0, 0
;; ANSWER SECTION:
bare.corp.example.org. 60 IN A 203.0.113.80
`},
		{"fails.corp.example.org", `;; asked live: www.broken.example. A
;; status: SERVFAIL, records: 0, 0, 0
`},
		{"own.corp.example.org", `;; asked live: own.nothing.example. A
;; status: NXDOMAIN, records: 0, 0, 0
`},
	} {
		out := invoke(false, "explain", "-live", c.name)
		_, live, found := strings.Cut(out, "\n;; asked live")
		if found {
			live = ";; asked live" + live
		}
		if live != c.want {
			t.Errorf("%s: asked live:\n%s\nwant:\n%s", c.name, live, c.want)
		}
	}
}

// TestLiveUnreachable holds that an upstream that does not answer is said to.
func TestLiveUnreachable(t *testing.T) {
	t.Chdir(t.TempDir())
	corefile := `.:1053 {
    dnsview office
    resolverpolicy office {
        view office
        fallback public_dns
    }
    template IN A gone.example {
        rcode SERVFAIL
    }
}
`
	if err := os.WriteFile("Corefile", []byte(corefile), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"www.gone.example": ";; asked live: www.gone.example. A\n;; no answer: SERVFAIL\n",
		"www.example.org":  ";; asked live: www.example.org. A\n;; no answer: plugin/template: no next plugin found\n",
	} {
		if out := invoke(false, "explain", "-live", name); !strings.HasSuffix(out, want) {
			t.Errorf("printed:\n%s\nwant at the end:\n%s", out, want)
		}
	}
}
