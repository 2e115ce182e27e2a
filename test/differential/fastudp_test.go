package differential

import (
	"bytes"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/datagram"
)

// compareFastUDP asks two of our servers, one of them with fast_udp, the questions over UDP:
// they reply with the same octets.
func compareFastUDP(t *testing.T, zones []zoneFile, questions []question) {
	t.Helper()
	servers := []server{startOurs(t, zones, ""), startOurs(t, zones, "    resolverpolicy {\n        fast_udp\n    }\n")}
	for deadline := time.Now().Add(answerWithin); datagram.Serving(servers[1].udp) == nil; runtime.Gosched() { // its sockets come after CoreDNS's
		if time.Now().After(deadline) {
			t.Fatal("fast_udp does not serve")
		}
	}
	spread(t, questions, func(_ int, jobs <-chan question) error { return compareOctets(servers, jobs) })
}

// compareOctets is one worker.
func compareOctets(servers []server, jobs <-chan question) error {
	links, end, err := connect(servers)
	if err != nil {
		return err
	}
	defer end()
	var replies [2][]byte
	id := uint16(0)
	for q := range jobs {
		id++
		query, err := q.message(id).Pack()
		if err != nil {
			return err
		}
		for i, l := range links {
			if replies[i], err = l.tryExchange(query); err != nil {
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

// tryExchange is exchange, again if an answer does not come.
func (l *link) tryExchange(query []byte) (octets []byte, err error) {
	for range attempts {
		if octets, err = l.exchange(query); err == nil {
			return octets, nil
		}
	}
	return nil, err
}
