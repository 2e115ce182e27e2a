package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"strconv"
	"time"
	"unsafe"

	"github.com/miekg/dns"
	"golang.org/x/net/bpf"
	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"
)

const (
	// oneSend is how many octets of queries the kernel makes of one message (UDP_SEGMENT). It is
	// not above what fast_udp takes for a query: loopback hands a message on before it is cut, so
	// that the program that chooses a socket sees it whole.
	oneSend = 512
	// sends is how many messages go out with one call, and the most that is made up for at once.
	sends = 64
	// pause is how long nothing is sent when nothing is due.
	pause = 200 * time.Microsecond
)

// openLoop sends queries at a set rate from one address, whatever becomes of them. It reads no
// answer: the kernel throws away the right ones as they come, and counts them.
type openLoop struct {
	conn     *net.UDPConn
	batch    *ipv4.PacketConn
	messages []ipv4.Message
	each     int // queries of a message
}

// flow is what came of a time of sending, in queries a second.
type flow struct{ offered, answered float64 }

// openFlood asks a port for the addresses of names, which are of one length, by turns.
func openFlood(from string, port int, names []string) (*openLoop, error) {
	d := net.Dialer{LocalAddr: &net.UDPAddr{IP: net.ParseIP(from)}}
	conn, err := d.Dial("udp", net.JoinHostPort(localhost, strconv.Itoa(port)))
	if err != nil {
		return nil, err
	}
	l := &openLoop{conn: conn.(*net.UDPConn)}
	l.batch = ipv4.NewPacketConn(l.conn)
	if err = l.prepare(names); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return l, nil
}

func (l *openLoop) close() { _ = l.conn.Close() }

func (l *openLoop) prepare(names []string) error {
	length, asked := 0, 0
	for range sends {
		var octets []byte
		for l.each = 0; length == 0 || len(octets)+length <= oneSend; l.each++ {
			m := new(dns.Msg).SetQuestion(dns.Fqdn(names[asked%len(names)]), dns.TypeA)
			asked++
			m.Id = uint16(rand.Uint32()) //nolint:gosec // no secret
			query, err := m.Pack()
			if err != nil {
				return err
			}
			if length != 0 && length != len(query) {
				return fmt.Errorf("%s is not as long as the other names", m.Question[0].Name)
			}
			length = len(query)
			octets = append(octets, query...)
		}
		l.messages = append(l.messages, ipv4.Message{Buffers: [][]byte{octets}})
	}
	filter, err := bpf.Assemble(wrongAnswers())
	if err != nil {
		return err
	}
	if err := l.batch.SetBPF(filter); err != nil {
		return err
	}
	return l.control(func(fd int) error {
		if err := unix.SetsockoptInt(fd, unix.IPPROTO_UDP, unix.UDP_SEGMENT, length); err != nil {
			return fmt.Errorf("UDP_SEGMENT, of Linux 4.18: %w", err)
		}
		return nil
	})
}

func (l *openLoop) control(f func(fd int) error) error {
	raw, err := l.conn.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) { failed = f(int(fd)) }) //nolint:gosec // a descriptor
	return errors.Join(err, failed)
}

// wrongAnswers keeps all datagrams but answers with NOERROR and one record, not truncated.
func wrongAnswers() []bpf.Instruction {
	const udp = 8 // octets of the header before the message
	return []bpf.Instruction{
		bpf.LoadAbsolute{Off: udp + 2, Size: 2},
		bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0x820f}, // QR, TC, RCODE
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: 0x8000, SkipTrue: 3},
		bpf.LoadAbsolute{Off: udp + 6, Size: 2},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: 1, SkipTrue: 1},
		bpf.RetConstant{Val: 0},
		bpf.RetConstant{Val: 1 << 16},
	}
}

// dropped returns how many datagrams the kernel has thrown away, modulo 2^32.
func (l *openLoop) dropped() (uint32, error) {
	const drops = 8            // SK_MEMINFO_DROPS
	var info [drops + 1]uint32 // SO_MEMINFO
	err := l.control(func(fd int) error {
		size := uint32(unsafe.Sizeof(info))
		_, _, errno := unix.Syscall6(unix.SYS_GETSOCKOPT, uintptr(fd), unix.SOL_SOCKET, unix.SO_MEMINFO, //nolint:gosec // a descriptor
			uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
		if errno != 0 {
			return fmt.Errorf("SO_MEMINFO: %w", errno)
		}
		return nil
	})
	return info[drops], err
}

// wrong fails if a datagram has come that is not the answer to a query.
func (l *openLoop) wrong() error {
	if err := l.conn.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
		return err
	}
	octets := make([]byte, oneSend)
	n, err := l.conn.Read(octets)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("a wrong answer: %x", octets[:n])
}

// run sends so many queries a second for a time. What cannot be sent when it is due is not
// sent later, but for the messages of one call.
func (l *openLoop) run(ctx context.Context, rate float64, span time.Duration) (flow, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before, err := l.dropped()
	if err != nil {
		return flow{}, err
	}
	rest := unix.NsecToTimespec(pause.Nanoseconds())
	sent, skipped, began := 0, 0, time.Now()
	for time.Since(began) < span && ctx.Err() == nil {
		due := int(rate*time.Since(began).Seconds())/l.each - sent - skipped
		if due > sends {
			skipped += due - sends
			due = sends
		}
		if due == 0 {
			_ = unix.Nanosleep(&rest, nil) // a timer of the runtime is too coarse
			continue
		}
		n, err := l.batch.WriteBatch(l.messages[:due], 0)
		if err != nil {
			return flow{}, err
		}
		sent += n
	}
	took := time.Since(began).Seconds()
	after, err := l.dropped()
	if err != nil {
		return flow{}, err
	}
	return flow{float64(sent*l.each) / took, float64(after-before) / took}, errors.Join(l.wrong(), ctx.Err())
}
