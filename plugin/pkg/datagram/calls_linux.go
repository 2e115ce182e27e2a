package datagram

import (
	"encoding/binary"
	"net"
	"net/netip"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// calls takes and sends datagrams of one socket, many with one system call. The calls never
// wait: the scheduler is not told of them, which would give the processor of a call that
// takes longer than 20 µs to another thread, and get it back by waking and sleeping. For
// that, and since an address is allocated for each datagram there, they are not
// golang.org/x/net's. It belongs to one goroutine.
type calls struct {
	raw      syscall.RawConn
	in       [batch]header
	inData   [batch]unix.Iovec
	names    [batch]unix.RawSockaddrInet6
	queries  [batch][maxQuery]byte
	controls [batch]control
	wildcard bool // where queries were sent to is asked for
	took     int  // datagrams that were received last
	outgoing

	count int // datagrams or messages of the last call
	err   error
}

// header is struct mmsghdr.
type header struct {
	unix.Msghdr
	len uint32
	_   [4]byte
}

// control is the ancillary data of a datagram, with the alignment of its headers.
type control struct {
	_      [0]unix.Cmsghdr
	octets [controlLen]byte
}

// controlLen is enough for the ancillary data of either family: where a query was sent to,
// and the length of segments.
const controlLen = 64

func newCalls(conn *net.UDPConn, wildcard bool) (*calls, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	c := &calls{raw: raw, wildcard: wildcard}
	for i := range c.in {
		c.inData[i].Base = &c.queries[i][0]
		c.inData[i].SetLen(maxQuery)
		c.in[i].Name, c.in[i].Iov = (*byte)(unsafe.Pointer(&c.names[i])), &c.inData[i]
		c.in[i].SetIovlen(1)
	}
	c.took = batch
	c.send = c.sendOnce
	c.segmented = segments(raw)
	return c, nil
}

// wait calls turn, and again whenever datagrams have come, until it returns true. The runtime
// keeps an edge that comes meanwhile, so a turn that has taken all is followed by another.
func (c *calls) wait(turn func(fd uintptr) bool) error { return c.raw.Read(turn) }

// take takes what has come, and returns how many datagrams that are, and whether there may be
// more: fewer than asked for are all there were.
func (c *calls) take(fd uintptr) (n int, more bool) {
	c.prepare()
	more = c.recvOnce(fd)
	c.took = c.count
	return c.count, more && (c.err != nil || c.count == batch)
}

// prepare has room for the addresses of the next datagrams, where the last ones were.
func (c *calls) prepare() {
	for i := range c.took {
		c.in[i].Namelen = unix.SizeofSockaddrInet6
		if c.wildcard {
			c.in[i].Control = &c.controls[i].octets[0]
			c.in[i].SetControllen(controlLen)
		}
	}
}

func (c *calls) recvOnce(fd uintptr) bool {
	return c.done(unix.RawSyscall6(unix.SYS_RECVMMSG, fd, uintptr(unsafe.Pointer(&c.in[0])), batch, unix.MSG_DONTWAIT, 0, 0))
}

// done notes what became of a call, and reports false if it would have had to wait.
func (c *calls) done(n, _ uintptr, errno syscall.Errno) bool {
	c.count, c.err = 0, nil
	switch errno {
	case 0:
		c.count = int(n) //nolint:gosec // of a batch
	case unix.EAGAIN:
		return false
	default:
		c.err = errno
	}
	return true
}

// waiting returns what has come without waiting for more.
func (c *calls) waiting() (n int) {
	_ = c.raw.Control(func(fd uintptr) { n, _ = c.take(fd) })
	return n
}

// query returns a datagram that was received, good until the next are.
func (c *calls) query(i int) []byte { return c.queries[i][:c.in[i].len] }

// client returns where a datagram came from, invalid if that is no address.
func (c *calls) client(i int) netip.AddrPort {
	name := &c.names[i]
	port := binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(&name.Port))[:])
	switch name.Family {
	case unix.AF_INET:
		return netip.AddrPortFrom(netip.AddrFrom4((*unix.RawSockaddrInet4)(unsafe.Pointer(name)).Addr), port)
	case unix.AF_INET6:
		return netip.AddrPortFrom(netip.AddrFrom16(name.Addr).Unmap(), port)
	}
	return netip.AddrPort{}
}

// zone returns the number of the interface that a link-local client is at.
func (c *calls) zone(i int) int { return int(c.names[i].Scope_id) }

// ancillary returns what else is known of a datagram.
func (c *calls) ancillary(i int) []byte {
	if !c.wildcard {
		return nil
	}
	return c.controls[i].octets[:c.in[i].Controllen]
}

// source returns where a datagram came from, as the kernel writes it.
func (c *calls) source(i int) []byte { return unsafe.Slice(c.in[i].Name, c.in[i].Namelen) }

// sourceOf makes of where a query was sent to where its reply is to come from, in place, and
// returns its length: the interface is left to the routes, but for link-local addresses.
func sourceOf(control []byte) int {
	for rest := control; len(rest) >= unix.SizeofCmsghdr; {
		h, data, next, err := unix.ParseOneSocketControlMessage(rest)
		if err != nil {
			return 0
		}
		whole := rest[:len(rest)-len(next)]
		rest = next
		switch {
		case h.Level == unix.IPPROTO_IP && h.Type == unix.IP_PKTINFO && len(data) >= unix.SizeofInet4Pktinfo:
			clear(data[:4])             // the interface
			copy(data[4:8], data[8:12]) // the header's destination
		case h.Level == unix.IPPROTO_IPV6 && h.Type == unix.IPV6_PKTINFO && len(data) >= unix.SizeofInet6Pktinfo:
			if addr := netip.AddrFrom16([16]byte(data[:16])); !addr.IsLinkLocalUnicast() {
				clear(data[16:20])
			}
		default:
			continue
		}
		return copy(control, whole)
	}
	return 0
}
