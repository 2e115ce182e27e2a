package datagram

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"os"
	"strconv"
	"sync"
	"time"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// batch is how many datagrams are taken and sent with one call.
const batch = 64

// maxReply is the room of a reply: what a Loop sends without compression is not above.
const maxReply = 1280

// socket is one socket and its loop.
type socket struct {
	group *group
	conn  *net.UDPConn
	calls *calls
	local netip.AddrPort

	busy    sync.Mutex // held while a batch is answered
	service *service   // that loop is of
	loop    Loop
	queries [batch][]byte
	passed  int // of the batch

	processor *processor
	paused    uint32 // the processor's pauses when queries were taken last
	full      int    // batches
}

func newSocket(g *group, conn *net.UDPConn, p *processor) (*socket, error) {
	s := &socket{group: g, conn: conn, processor: p, local: conn.LocalAddr().(*net.UDPAddr).AddrPort()}
	wildcard := s.local.Addr().IsUnspecified()
	if wildcard {
		// What does not suit the socket's family fails.
		err6 := ipv6.NewPacketConn(conn).SetControlMessage(ipv6.FlagDst|ipv6.FlagInterface, true)
		err4 := ipv4.NewPacketConn(conn).SetControlMessage(ipv4.FlagDst|ipv4.FlagInterface, true)
		if err6 != nil && err4 != nil {
			return nil, err4
		}
	}
	var err error
	s.calls, err = newCalls(conn, wildcard)
	return s, err
}

// run answers until the socket is drained.
func (s *socket) run() {
	turn := s.turn // allocated once
	for {
		err := s.calls.wait(turn)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			for n := s.calls.waiting(); n > 0; n = s.calls.waiting() {
				s.answer(n)
			}
			return
		case err != nil: // the socket is closed
			return
		}
		s.yield()
	}
}

// turn answers what has come, and reports whether there may be more: else the loop waits.
func (s *socket) turn(fd uintptr) (more bool) {
	n, more := s.calls.take(fd)
	if n > 0 {
		s.answer(n)
	}
	if !more {
		s.coalesce(n)
	}
	return more
}

// drain has the loop answer what waits, and end.
func (s *socket) drain() { _ = s.conn.SetReadDeadline(time.Unix(1, 0)) }

// rest returns when no batch is being answered that was when it was called.
func (s *socket) rest() {
	s.busy.Lock()
	defer s.busy.Unlock()
}

// answer answers a batch and sends the replies.
func (s *socket) answer(n int) {
	s.busy.Lock()
	defer s.busy.Unlock()
	if now := s.group.serving.Load(); now != s.service {
		s.service, s.loop = now, now.Loop(s.local)
	}
	for i := range n {
		s.queries[i] = s.calls.query(i)
	}
	s.loop.Read(s.queries[:n])
	answered := 0
	s.passed = 0
	for i, query := range s.queries[:n] {
		client := s.calls.client(i)
		if !client.IsValid() {
			continue
		}
		reply, ok := s.loop.Answer(s.calls.room(), i, client)
		if !ok || len(reply) == 0 {
			s.pass(i, query, client)
			continue
		}
		s.calls.reply(i, reply)
		answered++
	}
	s.calls.flush()
	s.loop.Sent(answered, s.passed)
}

// pass serves a query that the loop has not answered in a goroutine of its own.
func (s *socket) pass(i int, query []byte, client netip.AddrPort) {
	g, by := s.group, s.service
	if g.passing.Add(1) > maxPassing {
		g.passing.Add(-1)
		by.Dropped()
		return
	}
	s.passed++
	w := &writer{conn: s.conn, client: net.UDPAddrFromAddrPort(client)}
	if client.Addr().IsLinkLocalUnicast() {
		w.client.Zone = strconv.Itoa(s.calls.zone(i))
	}
	if source := bytes.Clone(s.calls.ancillary(i)); source != nil {
		w.source = source[:sourceOf(source)]
	}
	query = bytes.Clone(query)
	by.under.Go(func() {
		defer g.passing.Add(-1)
		serve(by, w, query)
	})
}
