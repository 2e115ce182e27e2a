package datagram

import (
	"errors"
	"fmt"
	"math"
	"net"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

const supported = true

// steer has a program choose among the sockets of a socket's address. No capability is
// needed for one of classic BPF.
func steer(conn *net.UDPConn, program []bpf.Instruction) error {
	raw, err := bpf.Assemble(program)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnsteered, err)
	}
	filter := make([]unix.SockFilter, len(raw))
	for i, in := range raw {
		filter[i] = unix.SockFilter{Code: in.Op, Jt: in.Jt, Jf: in.Jf, K: in.K}
	}
	prog := &unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]} //nolint:gosec // of thirty
	socket, err := conn.SyscallConn()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnsteered, err)
	}
	var failed error
	err = socket.Control(func(fd uintptr) {
		failed = unix.SetsockoptSockFprog(int(fd), unix.SOL_SOCKET, unix.SO_ATTACH_REUSEPORT_CBPF, prog) //nolint:gosec // a descriptor
	})
	if err = errors.Join(err, failed); err != nil {
		return fmt.Errorf("%w: %w", ErrUnsteered, err)
	}
	return nil
}

// settle returns when datagrams that the kernel was about to give to sockets by the program
// before are there. It is a barrier that waits for all processors (membarrier(2)), some
// milliseconds; where the kernel has none, a datagram may come too late.
func settle() {
	const global = 1 // MEMBARRIER_CMD_GLOBAL
	_, _, _ = unix.Syscall(unix.SYS_MEMBARRIER, global, 0, 0)
}

// hide has the kernel find a socket no more: while one is being closed, it would give it a
// datagram yet, which is lost. No datagram comes by an interface with this index, and no
// capability is needed to ask for it.
func hide(conn *net.UDPConn) {
	socket, err := conn.SyscallConn()
	if err != nil {
		return
	}
	_ = socket.Control(func(fd uintptr) {
		_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_BINDTOIFINDEX, math.MaxInt32) //nolint:gosec // a descriptor
	})
}

// answerBy answers a batch that a hidden socket has received, by another one.
func (s *socket) answerBy(exit *net.UDPConn, n int) {
	raw, err := exit.SyscallConn()
	if err != nil {
		return
	}
	conn, own := s.conn, s.calls.raw
	s.conn, s.calls.raw = exit, raw
	s.answer(n)
	s.conn, s.calls.raw = conn, own
}
