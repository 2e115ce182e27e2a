package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// The two pages a file of bbolt's begins with say where the rest stands. Each commit
// writes one of them anew, in turn.
const (
	metaMagic     = 0xED0CDAED
	metaVersion   = 2
	metaSum       = 56 // where its checksum stands, over all that is before
	metaLen       = metaSum + 8
	minPageSize   = 1 << 10
	maxPageSize   = 1 << 16
	newFilePages  = 4 // a file that was just made: two metas, no free pages, no keys
	noFreePages   = ^uint64(0)
	pageHeaderLen = 16
)

// meta is what such a page says.
type meta struct {
	pageSize    uint32
	root, free  uint64 // the page of the buckets, and that of the free pages
	pages       uint64 // how many the file has, free ones included
	transaction uint64
}

var (
	errMagic = errors.New("no such page")
	errSum   = errors.New("its checksum is wrong")
)

// parseMeta returns the meta in a page; errMagic, errSum, or ErrNewer.
func parseMeta(page []byte) (m meta, err error) {
	if len(page) < pageHeaderLen+metaLen {
		return m, errMagic
	}
	page = page[pageHeaderLen:]
	if binary.NativeEndian.Uint32(page) != metaMagic {
		return m, errMagic
	}
	sum := fnv.New64a()
	_, _ = sum.Write(page[:metaSum])
	if binary.NativeEndian.Uint64(page[metaSum:]) != sum.Sum64() {
		return m, errSum
	}
	if number := binary.NativeEndian.Uint32(page[4:]); number > metaVersion {
		return m, fmt.Errorf("%w: its pages have version %d, this program knows %d", store.ErrNewer, number, metaVersion)
	}
	return meta{
		pageSize:    binary.NativeEndian.Uint32(page[8:]),
		root:        binary.NativeEndian.Uint64(page[16:]),
		free:        binary.NativeEndian.Uint64(page[32:]),
		pages:       binary.NativeEndian.Uint64(page[40:]),
		transaction: binary.NativeEndian.Uint64(page[48:]),
	}, nil
}

// readMeta returns the meta that begins at a place of a file.
func readMeta(f io.ReaderAt, at int64) (meta, error) {
	var page [pageHeaderLen + metaLen]byte
	n, err := f.ReadAt(page[:], at)
	if err != nil && !errors.Is(err, io.EOF) {
		return meta{}, err
	}
	return parseMeta(page[:n])
}

// newestMeta returns what the newer of both metas says. bbolt would make do with one,
// and go back by a change if the newer is damaged; a commit that is cut short leaves
// both whole, as they are shorter than what a disk writes at once.
func newestMeta(f io.ReaderAt) (meta, error) {
	first, err := readMeta(f, 0)
	switch {
	case errors.Is(err, errMagic) && !hasSecondMeta(f):
		return meta{}, store.ErrNotStore
	case errors.Is(err, errMagic), errors.Is(err, errSum):
		return meta{}, damaged("meta page 0: %v", err)
	case err != nil:
		return meta{}, err
	}
	if size := first.pageSize; size < minPageSize || size > maxPageSize || size&(size-1) != 0 {
		return meta{}, damaged("meta page 0: pages of %d octets", size)
	}
	second, err := readMeta(f, int64(first.pageSize))
	if err != nil {
		return meta{}, damaged("meta page 1: %v", err)
	}
	if second.pageSize != first.pageSize {
		return meta{}, damaged("meta page 1: pages of %d octets", second.pageSize)
	}
	if second.transaction > first.transaction {
		return second, nil
	}
	return first, nil
}

// hasSecondMeta reports whether a file whose first meta is none has a second one.
func hasSecondMeta(f io.ReaderAt) bool {
	for size := int64(minPageSize); size <= maxPageSize; size *= 2 {
		if _, err := readMeta(f, size); err == nil {
			return true
		}
	}
	return false
}

// stillWhole returns ErrDamaged if a file that is open has become shorter than that,
// or has no meta any more. One of the two is being written, maybe, while it looks.
func stillWhole(f *os.File, size int64, pageSize int) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() < size {
		return damaged("the file has %d octets, %d are needed: it was cut off", info.Size(), size)
	}
	if _, err := readMeta(f, 0); err == nil {
		return nil
	}
	if _, err := readMeta(f, int64(pageSize)); err != nil {
		return damaged("both meta pages are gone: the file was overwritten")
	}
	return nil
}

// isUnfinished reports whether a file is one that bbolt began to make and was kept
// from finishing: some pages of a new file, or zeros where they were to be.
func isUnfinished(f *os.File, size int64) (bool, error) {
	pageSize := int64(os.Getpagesize())
	if size > newFilePages*pageSize {
		return false, nil
	}
	content := make([]byte, size)
	if _, err := f.ReadAt(content, 0); err != nil {
		return false, err
	}
	whole := size == newFilePages*pageSize
	for n := int64(0); n*pageSize < size; n++ {
		page := content[n*pageSize : min((n+1)*pageSize, size)]
		if isZero(page) {
			whole = false
			continue
		}
		if !isNewPage(page, uint64(n)) { // #nosec G115 -- below newFilePages
			return false, nil
		}
	}
	return !whole, nil
}

// isNewPage reports whether a page is the one of that number of a new file.
func isNewPage(page []byte, number uint64) bool {
	if len(page) < pageHeaderLen || binary.NativeEndian.Uint64(page) != number {
		return false
	}
	if number > 1 {
		return isZero(page[pageHeaderLen:])
	}
	m, err := parseMeta(page)
	return err == nil && m.transaction == number && isZero(page[pageHeaderLen+metaLen:])
}

func isZero(page []byte) bool {
	for _, octet := range page {
		if octet != 0 {
			return false
		}
	}
	return true
}
