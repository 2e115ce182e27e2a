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

	"github.com/internaldns/internaldns/cmd/suite"
	"github.com/internaldns/internaldns/test/loopback"
)

var update = flag.Bool("update", false, "rewrite the expectations of the scenarios")

func TestMain(m *testing.M) {
	flag.Parse()
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
	port     int
	claim    io.Closer // on the port
}

// start starts a Corefile, in which the port 0 of a server block stands for one
// that nobody else has. Relative paths are relative to the working directory.
func start(corefile string) (*server, error) {
	port, claim, err := loopback.Reserve()
	if err != nil {
		return nil, err
	}
	s := &server{port: port, claim: claim}
	s.instance, err = caddy.Start(s.input(corefile))
	if err != nil {
		_ = claim.Close() // the socket of a claim has nothing to lose
		return nil, s.restore(err)
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

// anyPort is the port 0 of a server block's key.
var anyPort = regexp.MustCompile(`(?m)^(\S.*:)0\b(.*\{)$`)

func (s *server) input(corefile string) caddy.Input {
	for anyPort.MatchString(corefile) { // a block may have several keys
		corefile = anyPort.ReplaceAllString(corefile, fmt.Sprintf("${1}%d${2}", s.port))
	}
	return caddy.CaddyfileInput{Filepath: "Corefile", Contents: []byte(corefile), ServerTypeName: "dns"}
}

// restore gives an error the port numbers it would have with the Corefile as written.
func (s *server) restore(err error) error {
	return errors.New(strings.ReplaceAll(err.Error(), fmt.Sprintf(":%d", s.port), ":0"))
}

// stop ends the instance and what its plugins started: Caddy's Stop alone leaves
// out the shutdown callbacks.
func (s *server) stop(t testing.TB) {
	t.Helper()
	if err := s.instance.Stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	for _, err := range s.instance.ShutdownCallbacks() {
		t.Errorf("shutdown: %v", err)
	}
	if err := s.claim.Close(); err != nil {
		t.Errorf("stop: %v", err)
	}
}

// reload applies another Corefile as SIGUSR1 does; with an error the present one goes on serving.
func (s *server) reload(corefile string) error {
	instance, err := s.instance.Restart(s.input(corefile))
	s.instance = instance
	if err != nil {
		return s.restore(err)
	}
	return nil
}

// addr gives the address of the listener on an IP address, or of the first one
// for the zero address.
func (s *server) addr(network string, ip netip.Addr) (string, error) {
	for _, listener := range s.instance.Servers() {
		address := listener.Addr()
		if network == "udp" {
			address = listener.LocalAddr()
		}
		if address == nil {
			continue
		}
		at, err := netip.ParseAddrPort(address.String())
		if err != nil {
			return "", err
		}
		if !ip.IsValid() || at.Addr().Unmap() == ip {
			return address.String(), nil
		}
	}
	return "", fmt.Errorf("no listener for %s on %s", network, ip)
}
