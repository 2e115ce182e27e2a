package differential

import (
	"bytes"
	"fmt"
	"net"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/datagram"
	"github.com/internaldns/internaldns/test/loopback"
)

// compareFastUDP asks two of our servers, one of them with fast_udp, the questions over UDP:
// they reply with the same octets.
func compareFastUDP(t *testing.T, zones []zoneFile, questions []question) {
	t.Helper()
	port, claim, err := loopback.Reserve()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = claim.Close() })
	servers := []server{startOurs(t, zones, 0, ""), startOurs(t, zones, port, "    resolverpolicy {\n        fast_udp\n    }\n")}
	for deadline := time.Now().Add(answerWithin); datagram.Serving(servers[1].udp) == nil; runtime.Gosched() { // its sockets come after CoreDNS's
		if time.Now().After(deadline) {
			t.Fatal("fast_udp does not serve")
		}
	}
	jobs := make(chan question)
	var running sync.WaitGroup
	for range workers {
		running.Go(func() {
			defer func() {
				for range jobs { // after an error, so that the sender ends
				}
			}()
			if err := compareOctets(servers, jobs); err != nil {
				t.Error(err)
			}
		})
	}
	for _, q := range questions {
		jobs <- q
	}
	close(jobs)
	running.Wait()
}

// compareOctets is one worker.
func compareOctets(servers []server, jobs <-chan question) error {
	links := make([]net.Conn, len(servers))
	for i, s := range servers {
		conn, err := net.Dial("udp", s.udp)
		if err != nil {
			return err
		}
		defer conn.Close()
		links[i] = conn
	}
	var replies [2][]byte
	id := uint16(0)
	for q := range jobs {
		id++
		query, err := q.message(id).Pack()
		if err != nil {
			return err
		}
		for i, conn := range links {
			if replies[i], err = exchange(conn, query); err != nil {
				return fmt.Errorf("%v: %s: %w", q, servers[i].udp, err)
			}
		}
		if !bytes.Equal(replies[0], replies[1]) && !bytes.Equal(uncompressed(replies[0]), uncompressed(replies[1])) {
			return fmt.Errorf("%v: the chain replies\n%x\nfast_udp\n%x", q, replies[0], replies[1])
		}
	}
	return nil
}

// uncompressed returns a message without pointers to names. Of the chain every seventeenth
// reply is timed, and has none: a plugin above may look at it.
func uncompressed(octets []byte) []byte {
	m := new(dns.Msg)
	if m.Unpack(octets) != nil {
		return octets
	}
	out, err := m.Pack()
	if err != nil {
		return octets
	}
	return out
}

// exchange sends a query and returns the reply to it.
func exchange(conn net.Conn, query []byte) ([]byte, error) {
	buffer := make([]byte, dns.MaxMsgSize)
	for try := 0; ; try++ {
		if _, err := conn.Write(query); err != nil {
			return nil, err
		}
		if err := conn.SetReadDeadline(time.Now().Add(answerWithin)); err != nil {
			return nil, err
		}
		n, err := conn.Read(buffer)
		for err == nil && !bytes.Equal(buffer[:2], query[:2]) { // a late reply
			n, err = conn.Read(buffer)
		}
		if err == nil || try == attempts {
			return buffer[:n], err
		}
	}
}
