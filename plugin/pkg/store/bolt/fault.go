package bolt

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"syscall"

	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// guard calls what works on bbolt's pages and returns its error, ErrDamaged if it
// panics or faults.
func guard(work func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if panicked := recover(); panicked != nil {
			err = damaged("%v", panicked)
		}
	}()
	return work()
}

// damaged returns an error that wraps ErrDamaged and says what is wrong.
func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %s", store.ErrDamaged, fmt.Sprintf(format, args...))
}

// isFault reports whether a panic is that of an access to memory that is mapped no
// more: the file has become shorter. Only faults have an address, nil pointers do not.
func isFault(panicked any) bool {
	_, ok := panicked.(interface {
		error
		RuntimeError()
		Addr() uintptr
	})
	return ok
}

// describe returns an error that names the file, and wraps what callers tell apart.
func describe(name string, err error) error {
	switch {
	case err == nil:
		return nil
	case isOneOf(err, syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG):
		return fmt.Errorf("store %s: %w: free space on its file system, or raise the quota or limit: %w", name, store.ErrFull, err)
	case isOneOf(err, syscall.EROFS, syscall.EACCES, syscall.EPERM):
		return fmt.Errorf("store %s: %w: let the user of this process write the file and its folder, on a file system that is not read-only: %w",
			name, store.ErrReadOnly, err)
	case errors.Is(err, bolterrors.ErrTimeout):
		return fmt.Errorf("store %s: %w", name, store.ErrInUse)
	case errors.Is(err, bolterrors.ErrDatabaseNotOpen):
		return fmt.Errorf("store %s: %w", name, store.ErrClosed)
	}
	return fmt.Errorf("store %s: %w", name, err)
}

// isOneOf reports whether an error is one of the system's. bbolt hands on some as text.
func isOneOf(err error, numbers ...syscall.Errno) bool {
	for _, number := range numbers {
		if errors.Is(err, number) || strings.HasSuffix(err.Error(), ": "+number.Error()) {
			return true
		}
	}
	return false
}
