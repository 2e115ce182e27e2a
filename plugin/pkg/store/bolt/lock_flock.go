//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package bolt

import (
	"errors"
	"os"
	"syscall"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// lock takes the lock that bbolt takes, without waiting. It is the opened file's:
// bbolt, which opens no other, gets it too.
func lock(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return store.ErrInUse
	}
	return err
}
