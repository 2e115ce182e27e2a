package test

import (
	"fmt"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"
)

const isolationCorefile = `.:0 {
    bind 127.0.0.1
    internalzone example.org {
        id a
        record www    A     192.0.2.1
        record shared CNAME target.example.com.
    }
    internalzone example.org {
        id b
        record www    A     192.0.2.2
        record shared CNAME target.example.net.
    }
    dnsview a a
    dnsview b b
    resolverpolicy a {
        traffic "dns.src_ip == 127.0.0.2"
        view a
        fallback public_dns
    }
    resolverpolicy b {
        traffic "dns.src_ip == 127.0.0.3"
        view b
        fallback public_dns
    }
    cache 3600 {
        prefetch 1 1m 90%
        serve_stale
    }
    forward . ${UPSTREAM}
}
`

const isolationZone = `$ORIGIN .
@ 3600 IN SOA ns.example. hostmaster.example. 1 7200 3600 1209600 60
@ 3600 IN NS  ns.example.
www.example.org    3600 IN A 198.51.100.9
target.example.com 3600 IN A 198.51.100.1
target.example.net 3600 IN A 198.51.100.2
`

// SPEC 6: the same name asked by clients of two views never shows the other's
// answer, nor the public one, with a cache in the block and 10,000 questions.
func TestIsolation(t *testing.T) {
	const workers, each = 20, 500
	t.Chdir(layOut(t, map[string]string{"Corefile": isolationCorefile, upstreamZone: isolationZone}))
	public := startUpstream(t, zoneCorefile)
	s := startFor(t, withUpstream(isolationCorefile, public))

	// What each client has to see: itself in the view's record, or the view's own
	// target, or for the third client, whom no policy matches, public DNS.
	clients := []struct{ address, www, shared string }{
		{"127.0.0.2", "192.0.2.1", "198.51.100.1"},
		{"127.0.0.3", "192.0.2.2", "198.51.100.2"},
		{"127.0.0.4", "198.51.100.9", ""},
	}
	var done sync.WaitGroup
	for i := range workers {
		client := clients[i%len(clients)]
		network := []string{"udp", "tcp"}[i/len(clients)%2]
		done.Go(func() {
			a := dial(t, s, network, client.address)
			if a == nil {
				return
			}
			defer a.conn.Close()
			for n := range each {
				name, want := "www.example.org.", client.www
				if n%2 == 1 {
					name, want = "shared.example.org.", client.shared
				}
				if got, err := a.lastAddress(name); err != nil || got != want {
					t.Errorf("%s over %s: %s is %q (%v), want %q", client.address, network, name, got, err, want)
					return
				}
			}
		})
	}
	done.Wait()
}

// asker puts questions over one socket, one after the other.
type asker struct{ conn *dns.Conn }

// dial returns an asker, or nil after an error of the test.
func dial(t *testing.T, s *server, network, client string) *asker {
	address, err := s.addr(network, netip.Addr{})
	if err != nil {
		t.Error(err)
		return nil
	}
	dialer := net.Dialer{LocalAddr: localAddr(network, netip.MustParseAddr(client))}
	conn, err := dialer.DialContext(t.Context(), network, address)
	if err != nil {
		t.Error(err)
		return nil
	}
	return &asker{&dns.Conn{Conn: conn}}
}

// lastAddress returns the address that a name ends in, empty if there is none.
func (a *asker) lastAddress(name string) (string, error) {
	request := new(dns.Msg).SetQuestion(name, dns.TypeA)
	if err := a.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return "", err
	}
	if err := a.conn.WriteMsg(request); err != nil {
		return "", err
	}
	response, err := a.conn.ReadMsg()
	if err != nil {
		return "", err
	}
	if response.Id != request.Id {
		return "", fmt.Errorf("answer %d to question %d", response.Id, request.Id)
	}
	if len(response.Answer) == 0 {
		return "", nil
	}
	record, ok := response.Answer[len(response.Answer)-1].(*dns.A)
	if !ok {
		return "", fmt.Errorf("no address in %v", response.Answer)
	}
	return record.A.String(), nil
}
