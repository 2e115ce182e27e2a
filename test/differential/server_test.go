package differential

import (
	"fmt"
	"strings"
	"testing"

	"github.com/coredns/caddy"

	"github.com/internaldns/internaldns/test/loopback"
)

// server is a running server to ask: ours, or a peer.
type server struct {
	name string
	udp  string // address
	tcp  string // address
}

// startAll starts our server and the peers with the same zones; ours comes first.
// All end with the test.
func startAll(t *testing.T, zones []zoneFile, peers []peer) []server {
	t.Helper()
	servers := []server{startOurs(t, zones, "")}
	for _, p := range peers {
		servers = append(servers, p.start(t, zones))
	}
	return servers
}

// startOurs starts the suite with one view of all zones and with what more there is
// to be in its server block.
func startOurs(t *testing.T, zones []zoneFile, more string) server {
	t.Helper()
	port := loopback.Port(t)
	instance, err := caddy.Start(caddy.CaddyfileInput{
		Filepath: "Corefile", Contents: []byte(corefile(zones, port, more)), ServerTypeName: "dns",
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := instance.Stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
		for _, err := range instance.ShutdownCallbacks() {
			t.Errorf("shutdown: %v", err)
		}
	})
	listener := instance.Servers()[0]
	return server{name: "ours", udp: listener.LocalAddr().String(), tcp: listener.Addr().String()}
}

func corefile(zones []zoneFile, port int, more string) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".:%d {\n    bind 127.0.0.1\n%s", port, more)
	ids := make([]string, len(zones))
	for i, z := range zones {
		ids[i] = fmt.Sprintf("zone%d", i)
		fmt.Fprintf(&b, "    internalzone %s %q {\n        id %s\n        flatten off\n        reload 0\n    }\n", z.apex, z.path, ids[i])
	}
	fmt.Fprintf(&b, "    dnsview all %s\n    resolverpolicy everyone {\n        view all\n    }\n}\n", strings.Join(ids, " "))
	return b.String()
}
