//go:build !linux

package datagram

// Unblock has nothing to do where there are no sockets beside CoreDNS's.
func Unblock(int) error { return nil }
