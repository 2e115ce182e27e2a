// Package loopback gives ports to test servers. CoreDNS opens its sockets with
// SO_REUSEPORT, and for such a socket the kernel may choose a port that another
// server of the same user already has; questions then reach either of them. A
// port reserved here belongs to one test server of all processes.
package loopback

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"testing"
)

// The ports handed out lie below those the kernel chooses from by itself.
const (
	lowest  = 12000
	highest = 32000
	tries   = 1000
)

// Addresses whose ports are tried: the guard is never served on, its socket is
// the claim on the port number for as long as it is open.
const (
	guard = "127.255.255.254"
	used  = "127.0.0.1"
)

var errNoPort = errors.New("no free port found for a test server")

// Reserve returns a port that is free for UDP and TCP on 127.0.0.1. The claim
// lasts until it is closed, which belongs after the server has stopped.
func Reserve() (port int, claim io.Closer, err error) {
	for range tries {
		port := lowest + rand.IntN(highest-lowest)
		claim, err := net.ListenPacket("udp", fmt.Sprintf("%s:%d", guard, port))
		if err != nil {
			continue
		}
		if free(used, port) {
			return port, claim, nil
		}
		if err := claim.Close(); err != nil {
			return 0, nil, err
		}
	}
	return 0, nil, errNoPort
}

// Port returns a port that is free for UDP and TCP on 127.0.0.1 and belongs to a test
// until it has ended.
func Port(tb testing.TB) int {
	tb.Helper()
	port, claim, err := Reserve()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = claim.Close() })
	return port
}

// Everywhere returns a port that is free for UDP and TCP on all addresses, for a
// server that listens without one. Nothing claims it, as a claim would be in that
// server's way; its own sockets keep the port from being reserved.
func Everywhere() (port int, err error) {
	for range tries {
		port := lowest + rand.IntN(highest-lowest)
		if free("", port) {
			return port, nil
		}
	}
	return 0, errNoPort
}

// free reports whether nobody has the port of the host, or of any where that is
// empty, by taking it for a moment.
func free(host string, port int) bool {
	address := fmt.Sprintf("%s:%d", host, port)
	packets, err := net.ListenPacket("udp", address)
	if err != nil {
		return false
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return packets.Close() != nil
	}
	return packets.Close() == nil && listener.Close() == nil
}
