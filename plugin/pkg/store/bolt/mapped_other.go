//go:build !linux

package bolt

// unmap does nothing where it is not known how.
func unmap(uintptr, int64) {}
