// Package bolt keeps a store in one file, by bbolt.
//
// bbolt trusts its file: damaged pages make it panic, fault, or recurse for ever, which
// no one can recover from. So Open reads the whole file first, and nearly every octet in
// use proves itself: layout and order of each page, and a checksum in each value. What is damaged
// later, under a store that is open, is met by turning panics and faults into errors.
package bolt

import (
	"context"
	"errors"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"go.etcd.io/bbolt"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// Options are how a store is opened. The zero value is what servers use.
type Options struct {
	// MapSize is how much address space is set aside for the file, in octets, which
	// costs no memory. When the file outgrows it, one commit waits for all views
	// that are under way, and new views for the commit. 0: as much as is sensible.
	MapSize int
	// Copy makes the file one of accounts that stand elsewhere, too, each with a mark
	// (Apply). A file is made as the one or the other, and opened as such only.
	Copy bool
}

// Store is a store in a file. Safe for concurrent use.
type Store struct {
	name string
	file *os.File // bbolt's, for what must not go through its memory map
	db   *bbolt.DB

	pageSize int
	size     atomic.Int64          // what the file must have at least
	looked   atomic.Int64          // octets of the map that were looked at, since they were given back
	broken   atomic.Pointer[error] // what is answered from then on
	closed   atomic.Bool

	// writer is held, by sending, by who commits or closes. bbolt's own lock cannot
	// be waited for with a context, and stays locked when a commit panics.
	writer chan struct{}
}

var _ store.Store = (*Store)(nil)

// Open opens the store in a file, or makes one, with its folder, if there is none or
// an empty file. Errors wrap ErrInUse, without waiting; ErrNotStore, ErrNewer, ErrDamaged,
// ErrReadOnly or ErrFull.
func Open(name string, opt Options) (*Store, error) {
	if err := makeFolder(name); err != nil {
		return nil, describe(name, err)
	}
	s := &Store{name: name, writer: make(chan struct{}, 1)}
	err := guard(func() error { return s.open(opt) })
	if err == nil {
		return s, nil
	}
	if s.db != nil && !errors.Is(err, store.ErrDamaged) {
		_ = guard(s.db.Close)
	}
	if s.file != nil {
		_ = s.file.Close() // gives back the lock, unless bbolt did before
	}
	return nil, describe(name, err)
}

func (s *Store) open(opt Options) (err error) {
	for _, mapSize := range mapSizes(opt) {
		s.db, err = bbolt.Open(s.name, fileMode, s.options(mapSize, opt.Copy))
		if !errors.Is(err, syscall.ENOMEM) {
			break
		}
	}
	if err != nil {
		return err
	}
	s.pageSize = s.db.Info().PageSize
	if err := s.format(opt.Copy); err != nil {
		return err
	}
	return s.measure()
}

// mapSizes returns the map sizes to try one after the other: a limit to the address
// space of a process may forbid the first.
func mapSizes(opt Options) []int {
	switch {
	case opt.MapSize > 0:
		return []int{opt.MapSize}
	case strconv.IntSize < 64 || runtime.GOOS == "windows": // there the file itself would have that size
		return []int{0}
	}
	return []int{16 << 30, 1 << 30, 0}
}

// options returns how bbolt is to open the file.
func (s *Store) options(mapSize int, isCopy bool) *bbolt.Options {
	return &bbolt.Options{
		// The file is locked and checked before bbolt looks at it, so that its own
		// lock, which has no "do not wait", finds nothing to wait for.
		OpenFile: func(name string, flag int, mode os.FileMode) (f *os.File, err error) {
			s.file, err = openFile(name, flag, mode, isCopy)
			return s.file, err
		},
		Timeout: time.Nanosecond,
		// A file that outgrows its map is mapped anew, for which bbolt waits until
		// no view is under way: an export would hold up all writers and, behind
		// them, all readers. In 16 GiB no store that fits its purpose will see that.
		InitialMmapSize: mapSize,
		// Finding free pages costs the same however scattered they are. In an array it
		// is a search, which a store of long use, large and full of holes, feels.
		FreelistType: bbolt.FreelistMapType,
		// After an import a third of the pages are free. Listing them with each commit
		// costs ten times what the commit does, 7 ms and 300 kB with 39,000. Without the
		// list bbolt goes through the keys when it opens the file, and after a commit that
		// failed on a full disk. It does so in a goroutine of its own, where no panic
		// can be recovered: a full disk and damage since Open would end the process.
		NoFreelistSync: true,
		NoStatistics:   true, // a lock for all views, and nobody asks for them
	}
}

// Size returns how large the file is as far as it is in use, in octets, free pages
// included.
func (s *Store) Size() (octets int64) { return s.size.Load() }

// measure takes down how large the file has become.
func (s *Store) measure() error {
	tx, err := s.db.Begin(false)
	if err != nil {
		return err
	}
	s.size.Store(tx.Size())
	return tx.Rollback()
}

// Close implements store.Store.
func (s *Store) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	s.writer <- struct{}{} // for ever: nobody writes any more
	if s.broken.Load() != nil {
		// A lock of bbolt's may never be given back. The one on the file is.
		return describe(s.name, s.file.Close())
	}
	return describe(s.name, guard(s.db.Close))
}

// ready returns why an operation cannot begin, nil if it can.
func (s *Store) ready(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.closed.Load() {
		return store.ErrClosed
	}
	if err := s.broken.Load(); err != nil {
		return *err
	}
	// bbolt would fault with a lock in hand if the file had been cut off or
	// overwritten, and nobody would get that lock again.
	if err := stillWhole(s.file, s.size.Load(), s.pageSize); err != nil {
		if s.closed.Load() {
			return store.ErrClosed
		}
		return s.breaks(err)
	}
	return nil
}

// breaks makes an error the answer to everything from now on, if it is that the store
// is damaged, and returns it.
func (s *Store) breaks(err error) error {
	if errors.Is(err, store.ErrDamaged) {
		s.broken.CompareAndSwap(nil, &err)
	}
	return err
}
