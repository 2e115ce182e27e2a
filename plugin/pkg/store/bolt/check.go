package bolt

import (
	"encoding/binary"
	"os"
	"slices"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// check reads a file that is locked, and returns ErrNotStore, ErrNewer or ErrDamaged unless
// it is a store, whole. An empty file is a new one, and so is a database of bbolt's
// without a bucket: a store that was kept from being made. It reads by file and not by
// memory map, so that nothing can fault.
func check(f *os.File, isCopy bool) error {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return err
	}
	if begun, err := isUnfinished(f, info.Size()); err != nil || begun {
		if err == nil {
			err = f.Truncate(0)
		}
		return err
	}
	m, err := newestMeta(f)
	if err != nil {
		return err
	}
	if size := uint64(info.Size()); m.pages > size/uint64(m.pageSize) { // #nosec G115 -- a size is not negative
		return damaged("the file has %d octets, %d pages of %d are needed: it was cut off", size, m.pages, m.pageSize)
	}
	buckets, c := make(map[string][]byte), newChecker(f, m)
	c.isCopy = isCopy
	if err := c.tree(m.root, func(e element) error {
		if !e.isBucket {
			return store.ErrNotStore
		}
		buckets[string(e.key)] = slices.Clone(e.value)
		return nil
	}); err != nil {
		return err
	}
	if err := c.buckets(buckets); err != nil {
		return err
	}
	return c.freePages(m.free)
}

// buckets checks all that stands in the buckets of a file.
func (c *checker) buckets(buckets map[string][]byte) error {
	if len(buckets) == 0 {
		return nil
	}
	if buckets[formatBucket] == nil {
		return store.ErrNotStore
	}
	entries := make(map[string][]byte)
	if err := c.bucket(buckets[formatBucket], func(e element) error {
		entries[string(e.key)] = slices.Clone(e.value)
		return nil
	}); err != nil {
		return err
	}
	if err := checkFormat(entries, c.isCopy); err != nil {
		return err
	}
	if c.isCopy {
		if err := c.marks(buckets); err != nil {
			return err
		}
	}
	accounts := 0
	if err := c.bucket(buckets[revisionBucket], func(e element) error {
		accounts++
		value, err := e.sealed()
		if err == nil && len(value) != revisionLen || buckets[accountBucket+string(e.key)] == nil {
			err = damaged("revision of account %.40q", e.key)
		}
		return err
	}); err != nil {
		return err
	}
	for name, value := range buckets {
		if !strings.HasPrefix(name, accountBucket) {
			continue
		}
		accounts--
		if err := c.bucket(value, func(e element) error {
			_, err := e.sealed()
			return err
		}); err != nil {
			return err
		}
	}
	if accounts != 0 || len(buckets) < 2 {
		return damaged("accounts without a revision")
	}
	return nil
}

// marks checks the bucket of marks.
func (c *checker) marks(buckets map[string][]byte) error {
	if buckets[markBucket] == nil {
		return damaged("no marks")
	}
	return c.bucket(buckets[markBucket], func(e element) error {
		if buckets[accountBucket+string(e.key)] == nil {
			return damaged("mark of account %.40q", e.key)
		}
		_, err := e.sealed()
		return err
	})
}

// sealed returns the value of an element that is a key's, without its checksum.
func (e element) sealed() ([]byte, error) {
	if e.isBucket {
		return nil, damaged("key %.40q is a bucket", e.key)
	}
	return unseal(e.key, e.value)
}

// freePages checks that no page in use is said to be free: a commit would overwrite it.
// Only other programs, such as bbolt's own, leave a list of free pages.
func (c *checker) freePages(number uint64) error {
	if number == noFreePages {
		return nil
	}
	page, err := c.page(number, 0)
	if err != nil {
		return err
	}
	if kind := binary.NativeEndian.Uint16(page[8:]); kind != freelistPage {
		return damaged("page %d: of kind %#x, not a list of free pages", number, kind)
	}
	list := page[pageHeaderLen:]
	count := uint64(binary.NativeEndian.Uint16(page[10:]))
	if count == manyFreePages {
		count = binary.NativeEndian.Uint64(list)
		list = list[8:]
	}
	if count > uint64(len(list)/8) {
		return damaged("page %d: %d free pages", number, count)
	}
	last := uint64(1)
	for i := range count {
		free := binary.NativeEndian.Uint64(list[8*i:])
		if free <= last || free >= c.meta.pages || c.used[free] {
			return damaged("page %d: free page %d is in use, or not in order", number, free)
		}
		last = free
	}
	return nil
}
