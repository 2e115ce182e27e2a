//go:build linux

package datagram

import (
	"errors"
	"fmt"
	"net"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/coredns/coredns/plugin/pkg/reuseport"
	"golang.org/x/sys/unix"
)

// Who reads from one of CoreDNS's sockets while a reload has it block goes on, so that the
// socket can be closed though nothing comes to it.
func TestUnblock(t *testing.T) {
	for _, bind := range []string{"127.0.0.1", "::1", ""} {
		port := freePort(t)
		conn, err := reuseport.ListenPacket("udp", net.JoinHostPort(bind, fmt.Sprint(port)))
		if err != nil {
			t.Fatal(err)
		}
		if err := Unblock(port); err != nil {
			t.Fatal(err)
		}
		file, err := conn.(*net.UDPConn).File()
		if err != nil {
			t.Fatal(err)
		}
		file.Fd() // the socket blocks
		before := blocked()
		var reading sync.WaitGroup
		reading.Go(func() {
			for err := error(nil); err == nil; {
				_, _, err = conn.ReadFrom(make([]byte, maxQuery))
			}
		})
		until(t, "somebody reads", func() bool { return blocked() > before })
		next, err := net.FilePacketConn(file) // it does no more
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(file.Close(), conn.Close(), next.Close()); err != nil { // hangs otherwise
			t.Error(err)
		}
		reading.Wait()
	}
}

// Sockets of other ports, and of other kinds, are left alone.
func TestUnblockOthers(t *testing.T) {
	packet, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = packet.Close() }()
	stream, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stream.Close() }()
	if err := Unblock(stream.Addr().(*net.TCPAddr).Port); err != nil {
		t.Fatal(err)
	}
	for _, s := range []syscall.Conn{packet.(*net.UDPConn), stream.(*net.TCPListener)} {
		raw, err := s.SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		if err := raw.Control(func(fd uintptr) {
			if limit, err := unix.GetsockoptTimeval(int(fd), unix.SOL_SOCKET, unix.SO_RCVTIMEO); err != nil || *limit != (unix.Timeval{}) {
				t.Errorf("%v, %v", limit, err)
			}
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// blocked returns how many goroutines wait in the kernel for a datagram.
func blocked() int {
	stacks := make([]byte, 1<<20)
	n := 0
	for one := range strings.SplitSeq(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
		if strings.Contains(one, "[syscall") && strings.Contains(one, "syscall.recvfrom") {
			n++
		}
	}
	return n
}
