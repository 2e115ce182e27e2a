package etcdtest

import (
	"net"
	"strings"
	"sync"
	"testing"
)

// Proxy passes connections on to a member until it is cut: a network between one
// server and etcd.
type Proxy struct {
	listener net.Listener
	to       string

	mu    sync.Mutex
	whole *sync.Cond
	cut   bool
	conns map[net.Conn]bool
	all   sync.WaitGroup
}

// StartProxy starts one, and ends it when the test does.
func StartProxy(t testing.TB, m *Member) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{listener: l, to: strings.TrimPrefix(m.client, "http://"), conns: make(map[net.Conn]bool)}
	p.whole = sync.NewCond(&p.mu)
	p.all.Go(p.accept)
	t.Cleanup(func() {
		_ = l.Close()
		p.Drop()
		p.Join()
		p.all.Wait()
	})
	return p
}

// Endpoint returns its URL.
func (p *Proxy) Endpoint() string { return "http://" + p.listener.Addr().String() }

// Cut lets nothing pass any more, and nobody is told.
func (p *Proxy) Cut() { p.set(true) }

// Join lets everything pass again, also what was held up.
func (p *Proxy) Join() { p.set(false) }

func (p *Proxy) set(cut bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = cut
	p.whole.Broadcast()
}

// Drop ends all connections.
func (p *Proxy) Drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.Close()
	}
}

func (p *Proxy) accept() {
	for {
		c, err := p.listener.Accept()
		if err != nil {
			return
		}
		to, err := net.Dial("tcp", p.to)
		if err != nil {
			_ = c.Close()
			continue
		}
		p.mu.Lock()
		p.conns[c], p.conns[to] = true, true
		p.mu.Unlock()
		p.all.Go(func() { p.pass(c, to) })
		p.all.Go(func() { p.pass(to, c) })
	}
}

// pass copies one direction, and ends both with it.
func (p *Proxy) pass(from, to net.Conn) {
	b := make([]byte, 1<<16)
	for {
		n, err := from.Read(b)
		p.mu.Lock()
		for p.cut {
			p.whole.Wait()
		}
		p.mu.Unlock()
		if n > 0 {
			if _, err := to.Write(b[:n]); err != nil {
				break
			}
		}
		if err != nil {
			break
		}
	}
	_, _ = from.Close(), to.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, from)
	delete(p.conns, to)
}
