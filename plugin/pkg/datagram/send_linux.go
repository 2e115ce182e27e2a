package datagram

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// outgoing is the replies to a batch. Those of one length to one client are one message of
// several segments, each of which becomes a datagram (UDP_SEGMENT, udp(7)): it goes through
// the kernel once, and eight of them cost a third of what they cost one by one. It is for
// clients that ask a lot by few ports, as balancers do; for others nothing is put together.
type outgoing struct {
	replies [batch][maxReply]byte
	octets  [batch][]byte // of the replies that wait
	answers [batch]int    // the datagrams they answer
	pending int

	segmented bool
	order     [batch]uint64
	data      [batch]unix.Iovec // in that order
	messages  [batch]header
	single    [1]header

	next []header                     // what is to be sent
	send func(fd uintptr) (done bool) // allocated once
}

// maxMessage is how long the datagrams of a message are in total at most: what a packet of
// IPv6 leaves beside its header and that of UDP (RFC 8200 section 3), which is less than IPv4's.
const maxMessage = 1<<16 - 1 - 40 - 8

// segments reports whether the kernel cuts a message into datagrams: since Linux 4.18. An
// earlier one would send it as a whole.
func segments(raw syscall.RawConn) bool {
	var failed error
	err := raw.Control(func(fd uintptr) {
		_, failed = unix.GetsockoptInt(int(fd), unix.IPPROTO_UDP, unix.UDP_SEGMENT) //nolint:gosec // a descriptor
	})
	return err == nil && failed == nil
}

// room returns where the next reply may be written to.
func (c *calls) room() []byte { return c.replies[c.pending][:0] }

// reply has a datagram be answered by the next flush.
func (c *calls) reply(i int, octets []byte) {
	if c.wildcard {
		c.in[i].SetControllen(sourceOf(c.ancillary(i)))
	}
	port := binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(&c.names[i].Port))[:])
	c.order[c.pending] = uint64(port)<<32 | uint64(len(octets))<<16 | uint64(c.pending) //nolint:gosec // at most maxMessage, and of a batch
	c.octets[c.pending], c.answers[c.pending] = octets, i
	c.pending++
}

// flush sends the replies. One that cannot be sent is for a client that is gone.
func (c *calls) flush() {
	c.next = c.messages[:c.arrange()]
	c.pending = 0
	for len(c.next) > 0 {
		if err := c.raw.Write(c.send); err != nil {
			return
		}
		if c.err != nil {
			c.apart(&c.next[0])
			c.count = 1
		}
		c.next = c.next[c.count:]
	}
}

// arrange makes messages of the replies and returns how many they are.
func (c *calls) arrange() (messages int) {
	order := c.order[:c.pending]
	if c.segmented {
		slices.Sort(order) // the same client and length side by side
	}
	for at, key := range order {
		this := int(key & (1<<16 - 1)) //nolint:gosec // of a batch
		octets, i := c.octets[this], c.answers[this]
		data := &c.data[at]
		data.Base = &octets[0]
		data.SetLen(len(octets))
		if at > 0 && c.joins(&c.messages[messages-1], int(order[at-1]&(1<<16-1)), this) {
			continue
		}
		m := &c.messages[messages]
		*m = header{}
		m.Name, m.Namelen = c.in[i].Name, c.in[i].Namelen
		m.Iov, m.Control = data, &c.controls[i].octets[0]
		m.SetIovlen(1)
		m.SetControllen(len(c.ancillary(i)))
		messages++
	}
	return messages
}

// joins makes a reply a segment of the message that ends with another one, if it may.
func (c *calls) joins(m *header, last, reply int) bool {
	length, segments := len(c.octets[reply]), int(m.Iovlen) //nolint:gosec // of a batch
	one, other := c.answers[last], c.answers[reply]
	if !c.segmented || length != len(c.octets[last]) || (segments+1)*length > maxMessage ||
		!bytes.Equal(c.source(one), c.source(other)) || !bytes.Equal(c.ancillary(one), c.ancillary(other)) {
		return false
	}
	if segments == 1 {
		divide(m, length)
	}
	m.SetIovlen(segments + 1)
	return true
}

// divide has the kernel cut a message into datagrams of a length.
func divide(m *header, length int) {
	control := unsafe.Slice(m.Control, controlLen)
	at := unix.CmsgSpace(int(m.Controllen)) - unix.CmsgSpace(0) //nolint:gosec // of controlLen
	h := (*unix.Cmsghdr)(unsafe.Pointer(&control[at]))
	h.Level, h.Type = unix.IPPROTO_UDP, unix.UDP_SEGMENT
	h.SetLen(unix.CmsgLen(segmentLen))
	binary.NativeEndian.PutUint16(control[at+unix.CmsgLen(0):], uint16(length)) //nolint:gosec // at most maxReply
	m.SetControllen(at + unix.CmsgSpace(segmentLen))
}

// segmentLen is how many octets the length of a segment takes.
const segmentLen = 2

// apart sends the datagrams of a message, which could not be sent as one, each by itself.
func (c *calls) apart(m *header) {
	data := unsafe.Slice(m.Iov, m.Iovlen)
	if len(data) == 1 {
		return
	}
	if errors.Is(c.err, unix.EIO) { // the device cannot, or what stands before it
		c.segmented = false
	}
	rest := c.next
	for i := range data {
		alone := &c.single[0]
		*alone = *m
		alone.Iov = &data[i]
		alone.SetIovlen(1)
		alone.SetControllen(int(m.Controllen) - unix.CmsgSpace(segmentLen)) //nolint:gosec // of controlLen
		c.next = c.single[:]
		_ = c.raw.Write(c.send)
	}
	c.next = rest
}

func (c *calls) sendOnce(fd uintptr) bool {
	return c.done(unix.RawSyscall6(unix.SYS_SENDMMSG, fd, uintptr(unsafe.Pointer(&c.next[0])), uintptr(len(c.next)), unix.MSG_DONTWAIT, 0, 0))
}
