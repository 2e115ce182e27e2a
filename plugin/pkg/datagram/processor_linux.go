package datagram

import (
	"encoding/binary"
	"os"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// sleep waits, until a signal comes at the latest, and keeps the goroutine's processor: the
// runtime, which is not told, would wait for a millisecond at least.
func sleep(d time.Duration) {
	length := unix.NsecToTimespec(int64(d))
	_, _, _ = unix.RawSyscall(unix.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&length)), 0, 0)
}

// coarse reports whether the clock that sleepers are woken by ticks, in milliseconds: where the
// kernel has no timers of high resolution (time(7)).
func coarse() bool {
	var tick unix.Timespec
	return unix.ClockGetres(unix.CLOCK_MONOTONIC, &tick) != nil || tick.Nano() > int64(pause)
}

// bell is what a goroutine rings to be told by the kernel that it has been rung (eventfd(2)).
// Safe for concurrent use.
type bell struct {
	file *os.File
	raw  syscall.RawConn
}

func newBell() (*bell, error) {
	fd, err := unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("eventfd", err)
	}
	b := &bell{file: os.NewFile(uintptr(fd), "eventfd")} //nolint:gosec // a descriptor
	b.raw, err = b.file.SyscallConn()
	return b, err
}

// ring returns when the runtime has looked at the network.
func (b *bell) ring() {
	_ = b.raw.Read(func(fd uintptr) (rung bool) {
		var count [8]byte
		if _, err := unix.Read(int(fd), count[:]); err == nil { //nolint:gosec // a descriptor
			return true
		}
		binary.NativeEndian.PutUint64(count[:], 1)
		_, err := unix.Write(int(fd), count[:]) //nolint:gosec // a descriptor
		return err != nil                       // nothing would come
	})
}

func (b *bell) close() { _ = b.file.Close() }
