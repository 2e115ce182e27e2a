package scope

import (
	"net"
	"slices"
	"strings"
	"sync"
	"weak"

	"github.com/coredns/caddy"
)

// Serving holds what of one kind serves now, each part from the startup of its
// instance to the shutdown. Metrics read it when they are asked for, so that they
// cannot speak of anything that a reload took away. The zero value is empty; safe
// for concurrent use.
type Serving[T any] struct {
	mu    sync.Mutex
	next  uint64
	parts []part[T] // oldest first
}

// part does not keep anything alive: an instance that failed to start is gone
// without a shutdown.
type part[T any] struct {
	number uint64
	weak   weak.Pointer[T]
}

// Follow has part be among those that serve while c's instance does. It belongs to
// the setup of a plugin.
func (s *Serving[T]) Follow(c *caddy.Controller, part *T) {
	var before uint64 // number of the next part when a restart began
	c.OnStartup(func() error { s.Add(part); return nil })
	c.OnShutdown(func() error { s.Remove(part); return nil })
	c.OnRestart(func() error { before = s.mark(); return nil })
	c.OnRestartFailed(func() error { s.forget(before); return nil })
}

// All returns the parts, the newest first: during a reload there are those of two
// instances.
func (s *Serving[T]) All() []*T {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]*T, 0, len(s.parts))
	for _, p := range slices.Backward(s.parts) {
		if part := p.weak.Value(); part != nil {
			out = append(out, part)
		}
	}
	return out
}

// Add has a part be there.
func (s *Serving[T]) Add(added *T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parts = slices.DeleteFunc(s.parts, func(p part[T]) bool { return p.weak.Value() == nil })
	s.parts = append(s.parts, part[T]{number: s.next, weak: weak.Make(added)})
	s.next++
}

// Remove has a part be gone.
func (s *Serving[T]) Remove(removed *T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parts = slices.DeleteFunc(s.parts, func(p part[T]) bool { return p.weak.Value() == removed })
}

func (s *Serving[T]) mark() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.next
}

// forget drops the parts added since a mark: their instance did not start.
func (s *Serving[T]) forget(mark uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parts = slices.DeleteFunc(s.parts, func(p part[T]) bool { return p.number >= mark })
}

// Block returns the block as it serves now, without its position. It is to be called once
// all plugins are set up.
func (s *Scope) Block() Block {
	return Block{Keys: s.keys, Account: s.account, Hosts: s.config.ListenHosts, Handlers: s.config.Handlers(), Snapshot: s.Load()}
}

// Servers returns the addresses the block listens on, in the form CoreDNS uses for
// the label server of its metrics. It is to be called once the servers are made,
// at startup: the plugin bind may stand anywhere in the block.
func (s *Scope) Servers() []string {
	var out []string
	for _, key := range s.keys {
		transport, zone, found := strings.Cut(key, "://")
		if !found {
			continue
		}
		port := zone[strings.LastIndexByte(zone, ':')+1:]
		for _, host := range s.config.ListenHosts {
			address, err := net.ResolveTCPAddr("tcp", net.JoinHostPort(host, port))
			if err != nil {
				continue // the server could not have been made
			}
			if label := transport + "://" + address.String(); !slices.Contains(out, label) {
				out = append(out, label)
			}
		}
	}
	return out
}
