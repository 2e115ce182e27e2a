//go:build !linux

package datagram

import (
	"net"
	"net/netip"
)

// calls is not used where no socket is opened.
type calls struct{}

func newCalls(*net.UDPConn, bool) (*calls, error) { return nil, ErrUnsupported }
func (*calls) receive() (int, error)              { return 0, ErrUnsupported }
func (*calls) waiting() int                       { return 0 }
func (*calls) query(int) []byte                   { return nil }
func (*calls) client(int) netip.AddrPort          { return netip.AddrPort{} }
func (*calls) zone(int) int                       { return 0 }
func (*calls) ancillary(int) []byte               { return nil }
func (*calls) room() []byte                       { return nil }
func (*calls) reply(int, []byte)                  {}
func (*calls) flush()                             {}
func sourceOf([]byte) int                         { return 0 }
