// Package datagram takes queries from UDP sockets of its own, many with one system call,
// beside the sockets that CoreDNS has for the same address (SO_REUSEPORT). What a Loop can
// answer it answers in the goroutine that reads; everything else has a goroutine and a
// dns.ResponseWriter, as with CoreDNS.
//
// The sockets belong to the process and not to an instance of the server: at a reload the
// next one takes them over, with what waits in them.
package datagram

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coredns/coredns/plugin/pkg/reuseport"
	"github.com/miekg/dns"
)

// Handler serves the queries of an address. Safe for concurrent use.
type Handler interface {
	// Loop returns what one goroutine answers with, of a socket with a local address.
	Loop(local netip.AddrPort) Loop
	// ServeDNS serves a query that a Loop has not answered, in a goroutine of its own.
	ServeDNS(w dns.ResponseWriter, r *dns.Msg)
	// Dropped is told of a query that was dropped because too many were under way.
	Dropped()
}

// Loop answers the queries of one socket. It belongs to one goroutine.
type Loop interface {
	// Read is called with the queries of a batch before the first of them is to be answered.
	// They are good until Sent is called.
	Read(queries [][]byte)
	// Answer appends the reply to a query of the batch to out. It reports false if it has
	// none: then nothing has happened, and the query is served as others are.
	Answer(out []byte, query int, client netip.AddrPort) ([]byte, bool)
	// Sent is called when the replies to a batch are on their way, with how many queries were
	// answered and how many are served as others are.
	Sent(answered, passed int)
}

// Config is what the sockets of an address are to be like.
type Config struct {
	// Others is how many sockets CoreDNS has for the address.
	Others int
	// Loops is how many goroutines can answer at once: one for each processor.
	Loops int
}

// ErrUnsupported says that the system has no such sockets.
var ErrUnsupported = errors.New("needs Linux: only there many datagrams are taken with one system call")

// ErrUnsteered says that the kernel has not taken the program that gives queries to
// sockets: it spreads them over all, CoreDNS's among them. All are answered nevertheless.
var ErrUnsteered = errors.New("the kernel does not let a program choose among the sockets of an address")

// groups are the sockets of this process, by address. It has to be a package variable:
// an instance hands them to the next, which knows nothing of it.
var groups = struct {
	mu        sync.Mutex
	byAddress map[string]*group
}{byAddress: make(map[string]*group)}

// Serve has a handler serve the queries of an address such as 127.0.0.1:53, in place of the
// one before, whose sockets it takes over. It fails with ErrUnsupported, or if the sockets
// cannot be opened; with ErrUnsteered they are open. Every Serve needs a Release.
func Serve(address string, c Config, h Handler) error {
	groups.mu.Lock()
	defer groups.mu.Unlock()
	if g := groups.byAddress[address]; g != nil {
		g.serve(h)
		return nil
	}
	if !supported {
		return ErrUnsupported
	}
	g, err := open(address, c, h)
	if g != nil {
		groups.byAddress[address] = g
	}
	return err
}

// Release ends a handler's service of an address. The sockets are closed unless another
// handler has taken them over. It returns when the queries under way are answered, or
// after some seconds.
func Release(address string, h Handler) {
	groups.mu.Lock()
	g := groups.byAddress[address]
	if g != nil && g.serving.Load().Handler == h {
		defer groups.mu.Unlock() // the next sockets of the address are to stand where these have stood
		delete(groups.byAddress, address)
		g.drain()
		g.await(h) // answers to queries that were passed on go out by these sockets
		g.close()
		return
	}
	groups.mu.Unlock()
	if g != nil {
		g.await(h)
	}
}

// Serving returns the handler that serves an address, nil if there is none.
func Serving(address string) Handler {
	groups.mu.Lock()
	defer groups.mu.Unlock()
	if g := groups.byAddress[address]; g != nil {
		return g.serving.Load().Handler
	}
	return nil
}

// buckets is how many sockets a loop has: clients share one by their addresses, so that one
// who floods fills the queue of some, and not that of all.
const (
	buckets    = 1 << bucketBits
	bucketBits = 3
)

// maxPassing is how many queries may be under way that no Loop has answered, of an address.
const maxPassing = 1 << 14

// grace is how long queries under way are waited for, as CoreDNS does.
const grace = 5 * time.Second

// service is a handler and what it has to do.
type service struct {
	Handler
	under sync.WaitGroup // queries that no Loop has answered
}

// group is the sockets of one address.
type group struct {
	serving atomic.Pointer[service]
	passing atomic.Int64
	sockets []*socket
	ended   sync.WaitGroup // loops

	processors []*processor

	mu     sync.Mutex
	former []*service // those that may have queries under way
}

func open(address string, c Config, h Handler) (*group, error) {
	g := new(group)
	g.serving.Store(&service{Handler: h})
	for range c.Loops {
		if err := g.add(address); err != nil {
			g.close()
			return nil, err
		}
	}
	err := steer(g.sockets[0].conn, steering(c.Others, c.Loops))
	for _, s := range g.sockets {
		g.ended.Go(s.run)
	}
	return g, err
}

// add opens the sockets of one loop.
func (g *group) add(address string) error {
	b, err := newBell()
	if err != nil {
		return err
	}
	p := &processor{bell: b, coarse: coarse()}
	g.processors = append(g.processors, p)
	for range buckets {
		s, err := g.listen(address, p)
		if err != nil {
			return err
		}
		g.sockets = append(g.sockets, s)
	}
	return nil
}

// listen opens one socket.
func (g *group) listen(address string, p *processor) (*socket, error) {
	conn, err := reuseport.ListenPacket("udp", address)
	if err != nil {
		return nil, err
	}
	s, err := newSocket(g, conn.(*net.UDPConn), p)
	if err != nil {
		_ = conn.Close()
	}
	return s, err
}

func (g *group) serve(h Handler) {
	before := g.serving.Swap(&service{Handler: h})
	g.mu.Lock()
	defer g.mu.Unlock()
	g.former = append(g.former, before)
}

// drain ends the loops, once what has come to the sockets is answered or passed on: from here
// on queries come to CoreDNS's alone.
func (g *group) drain() {
	_ = steer(g.sockets[0].conn, toOthers())
	settle()
	for _, s := range g.sockets {
		s.drain()
	}
	g.ended.Wait()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.former = append(g.former, g.serving.Load())
}

func (g *group) close() {
	for _, s := range g.sockets {
		hide(s.conn)
	}
	settle()
	g.late()
	for _, s := range g.sockets {
		_ = s.conn.Close()
	}
	for _, p := range g.processors {
		p.bell.close()
	}
}

// late answers what has come to sockets while they were hidden: a query for which the kernel
// had found a socket just before is given to it, since it has no others beside it any more. A
// hidden one cannot send, so the replies go out by one that is opened for them.
func (g *group) late() {
	var exit *net.UDPConn
	for _, s := range g.sockets {
		for n := s.calls.waiting(); n > 0; n = s.calls.waiting() {
			if exit == nil {
				conn, err := reuseport.ListenPacket("udp", s.local.String())
				if err != nil {
					return
				}
				exit = conn.(*net.UDPConn)
			}
			s.answerBy(exit, n)
		}
	}
	if exit == nil {
		return
	}
	g.serving.Load().rest()
	hide(exit)
	settle()
	_ = exit.Close()
}

// await waits until a former handler has nothing to do any more.
func (g *group) await(h Handler) {
	for _, s := range g.sockets { // a batch that began before another handler served
		s.rest()
	}
	g.mu.Lock()
	var of *service
	for i, s := range g.former {
		if s.Handler == h {
			of, g.former = s, append(g.former[:i:i], g.former[i+1:]...)
			break
		}
	}
	g.mu.Unlock()
	if of != nil {
		of.rest()
	}
}

// rest returns when nothing is under way any more, or after some seconds.
func (s *service) rest() {
	done := make(chan struct{})
	go func() { s.under.Wait(); close(done) }()
	ctx, end := context.WithTimeout(context.Background(), grace)
	defer end()
	select {
	case <-done:
	case <-ctx.Done():
	}
}
