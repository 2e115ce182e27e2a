// Package test holds the tests of the assembled server: every plugin of the
// program, real sockets, a stand-in for public DNS.
package test

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/plugin/pkg/transport"

	"github.com/internaldns/internaldns/cmd/program"
	"github.com/internaldns/internaldns/cmd/suite"
	"github.com/internaldns/internaldns/test/loopback"
	"github.com/internaldns/internaldns/test/scenario"
)

var update = flag.Bool("update", false, "rewrite the expectations of the scenarios")

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		program.Main()
		return
	}
	flag.Parse()
	registerExplained()
	if err := suite.Install(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	caddy.Quiet, dnsserver.Quiet = true, true
	os.Exit(m.Run())
}

// server is a running CoreDNS instance. Starting and stopping instances is not
// safe for concurrent use: CoreDNS keeps process-wide state.
type server struct {
	instance *caddy.Instance
	ports    map[string]int // by the scheme of a server block's key
	claims   []io.Closer    // on the ports
	api      string         // address of the API, if the Corefile has one
	fast     bool           // with fast_udp in every server block that has policies
	ending   func()         // called before the server stops; may be nil
}

// start starts a Corefile, in which the port 0 of a server block's key stands for
// one that nobody else has, the same for all keys with one scheme. Relative paths
// are relative to the working directory.
func start(corefile string) (*server, error) {
	return new(server).start(corefile)
}

func (s *server) start(corefile string) (*server, error) {
	s.ports = map[string]int{}
	input, err := s.input(corefile)
	if err != nil {
		return nil, errors.Join(err, s.release())
	}
	if s.instance, err = caddy.Start(input); err != nil {
		err = s.restore(err)
		_ = s.release() // the sockets of claims have nothing to lose
		return nil, err
	}
	return s, nil
}

// startFor starts a Corefile for the time of the test.
func startFor(t *testing.T, corefile string) *server {
	t.Helper()
	s, err := start(corefile)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.stop(t) })
	return s
}

var (
	// blockHead is the line of a server block's keys.
	blockHead = regexp.MustCompile(`(?m)^\S.*\{$`)
	// anyPort is the port 0 of one key.
	anyPort = regexp.MustCompile(`(?:([a-z0-9]+)://)?[^\s,]*:0\b`)
)

// input returns a Corefile with ports in place of 0, which it reserves.
func (s *server) input(corefile string) (caddy.Input, error) {
	var failed error
	if s.fast {
		corefile = withFastUDP(corefile)
	}
	corefile = blockHead.ReplaceAllStringFunc(corefile, func(head string) string {
		return anyPort.ReplaceAllStringFunc(head, func(key string) string {
			port, err := s.portFor(schemeOf(key))
			failed = errors.Join(failed, err)
			return fmt.Sprintf("%s:%d", strings.TrimSuffix(key, ":0"), port)
		})
	})
	return caddy.CaddyfileInput{Filepath: "Corefile", Contents: []byte(corefile), ServerTypeName: "dns"}, failed
}

// schemeOf returns how the listeners of a key are asked.
func schemeOf(key string) string {
	if scheme := anyPort.FindStringSubmatch(key)[1]; scheme != "" {
		return scheme
	}
	return transport.DNS
}

// portFor returns the port of a scheme; two of them never share one.
func (s *server) portFor(scheme string) (int, error) {
	if port, ok := s.ports[scheme]; ok {
		return port, nil
	}
	port, claim, err := loopback.Reserve()
	if err != nil {
		return 0, err
	}
	s.ports[scheme] = port
	s.claims = append(s.claims, claim)
	return port, nil
}

// schemeAt returns the scheme of a port.
func (s *server) schemeAt(port uint16) string {
	for scheme, known := range s.ports {
		if known == int(port) {
			return scheme
		}
	}
	return transport.DNS
}

// release returns the ports back.
func (s *server) release() error {
	var failed error
	for _, claim := range s.claims {
		failed = errors.Join(failed, claim.Close())
	}
	return failed
}

// restore gives an error the port numbers it would have with the Corefile as written.
func (s *server) restore(err error) error {
	text := err.Error()
	for _, port := range s.ports {
		text = strings.ReplaceAll(text, fmt.Sprintf(":%d", port), ":0")
	}
	return errors.New(text)
}

// stop ends the instance and what its plugins started: Caddy's Stop alone leaves
// out the shutdown callbacks.
func (s *server) stop(t testing.TB) {
	t.Helper()
	if s.ending != nil {
		s.ending()
	}
	if err := s.instance.Stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	for _, err := range s.instance.ShutdownCallbacks() {
		t.Errorf("shutdown: %v", err)
	}
	if err := s.release(); err != nil {
		t.Errorf("stop: %v", err)
	}
}

// reload applies another Corefile as SIGUSR1 does; with an error the present one goes on serving.
func (s *server) reload(corefile string) error {
	input, err := s.input(corefile)
	if err != nil {
		return err
	}
	instance, err := s.instance.Restart(input)
	s.instance = instance
	if err != nil {
		return s.restore(err)
	}
	return nil
}

// addr returns the address of the listener for a network on an IP address, or of
// the first one for the zero address.
func (s *server) addr(network string, ip netip.Addr) (string, error) {
	scheme := network
	if network == scenario.UDP || network == scenario.TCP {
		scheme = transport.DNS
	}
	for _, listener := range s.instance.Servers() {
		address := listener.Addr()
		if overUDP(network) {
			address = listener.LocalAddr()
		}
		if address == nil {
			continue
		}
		at, err := netip.ParseAddrPort(address.String())
		if err != nil {
			return "", err
		}
		if s.schemeAt(at.Port()) == scheme && (!ip.IsValid() || at.Addr().Unmap() == ip) {
			return address.String(), nil
		}
	}
	return "", fmt.Errorf("no listener for %s on %s", network, ip)
}

// overUDP reports whether a network's listeners are UDP sockets.
func overUDP(network string) bool {
	return network == scenario.UDP || network == scenario.QUIC || network == scenario.HTTPS3
}

// Every scheme has a port of its own; ports elsewhere stand as written.
func TestPorts(t *testing.T) {
	s := &server{ports: map[string]int{}}
	t.Cleanup(func() { s.release() })
	input, err := s.input("(common) {\n    prometheus 127.0.0.1:0\n}\n.:0 tls://.:0, https://example.org:0 {\n}\nexample.org:0 quic://.:5300 {\n}\n")
	if err != nil {
		t.Fatal(err)
	}
	plain, dot, doh := s.ports["dns"], s.ports["tls"], s.ports["https"]
	want := fmt.Sprintf("(common) {\n    prometheus 127.0.0.1:0\n}\n.:%d tls://.:%d, https://example.org:%d {\n}\nexample.org:%d quic://.:5300 {\n}\n", plain, dot, doh, plain)
	if got := string(input.Body()); got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
	if len(s.ports) != 3 || plain == dot || dot == doh || plain == doh {
		t.Errorf("ports: %v", s.ports)
	}
	if got := s.restore(fmt.Errorf("at :%d and :%d", dot, plain)).Error(); got != "at :0 and :0" {
		t.Errorf("restored: %s", got)
	}
}
