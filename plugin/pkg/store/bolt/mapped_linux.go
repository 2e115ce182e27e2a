package bolt

import "syscall"

// unmap has the system take the pages of a map away from the process. They stay in the
// system's memory as long as it has room, and come back when they are looked at.
func unmap(address uintptr, size int64) {
	// syscall.Madvise takes a slice, which there is none of.
	_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, address, uintptr(size), syscall.MADV_DONTNEED)
}
