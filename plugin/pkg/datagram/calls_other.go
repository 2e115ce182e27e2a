//go:build !linux

package datagram

import (
	"net"
	"net/netip"
	"time"
)

// calls is not used where no socket is opened.
type calls struct{}

func newCalls(*net.UDPConn, bool) (*calls, error) { return nil, ErrUnsupported }
func (*calls) wait(func(uintptr) bool) error      { return ErrUnsupported }
func (*calls) take(uintptr) (int, bool)           { return 0, false }
func (*calls) waiting() int                       { return 0 }
func (*calls) query(int) []byte                   { return nil }
func (*calls) client(int) netip.AddrPort          { return netip.AddrPort{} }
func (*calls) zone(int) int                       { return 0 }
func (*calls) ancillary(int) []byte               { return nil }
func (*calls) room() []byte                       { return nil }
func (*calls) reply(int, []byte)                  {}
func (*calls) flush()                             {}
func sourceOf([]byte) int                         { return 0 }

// bell is as little used.
type bell struct{}

func newBell() (*bell, error) { return nil, ErrUnsupported }
func (*bell) ring()           {}
func (*bell) close()          {}
func sleep(time.Duration)     {}
func coarse() bool            { return true }
