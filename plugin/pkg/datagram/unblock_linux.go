package datagram

import (
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// patience is how long a read may block.
const patience = 100 * time.Millisecond

// Unblock bounds how long a read from one of the process's UDP sockets of a port may block, to
// a tenth of a second (SO_RCVTIMEO). Reads of Go do not block as a rule. But while a reload
// hands CoreDNS's sockets to the next instance they do for a moment (os.File.Fd), and a
// goroutine that reads just then stays in the kernel until something comes. To close a socket
// Go waits for its readers, and the reload with it: for ever, if other sockets of the address
// take all that comes.
func Unblock(port int) error {
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return err
	}
	for _, entry := range all {
		fd, err := strconv.Atoi(entry.Name())
		if err != nil || !isUDP(fd, port) {
			continue
		}
		limit := unix.NsecToTimeval(int64(patience))
		if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &limit); err != nil {
			return os.NewSyscallError("setsockopt", err)
		}
	}
	return nil
}

// isUDP reports whether a descriptor is that of a UDP socket of a port.
func isUDP(fd, port int) bool {
	if protocol, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_PROTOCOL); err != nil || protocol != unix.IPPROTO_UDP {
		return false
	}
	name, err := unix.Getsockname(fd)
	switch name := name.(type) {
	case *unix.SockaddrInet4:
		return err == nil && name.Port == port
	case *unix.SockaddrInet6:
		return err == nil && name.Port == port
	}
	return false
}
