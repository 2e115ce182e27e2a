package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
)

// The kinds of pages that a tree and the list of free pages have.
const (
	branchPage   = 0x01
	leafPage     = 0x02
	freelistPage = 0x10

	elementLen     = 16     // of what a page begins with for each key
	bucketElement  = 0x01   // the flag of a key of which the value is a bucket
	bucketLen      = 16     // of what the value of a bucket begins with
	manyFreePages  = 0xFFFF // the number is too large for its field, it follows
	maxDepth       = 64     // far more than a tree of pages has
	firstTreePages = 2      // before, there are metas
)

// checker goes through the pages of a file, each once. Layout and order of a page follow
// from its numbers and keys, so that nearly every octet that is wrong contradicts another.
type checker struct {
	isCopy  bool
	file    *os.File
	meta    meta
	used    []bool   // by number of page
	buffers [][]byte // by depth in the tree
}

func newChecker(f *os.File, m meta) *checker {
	return &checker{file: f, meta: m, used: make([]bool, m.pages), buffers: make([][]byte, maxDepth)}
}

// element is what a page holds for one key.
type element struct {
	key, value []byte
	isBucket   bool
	child      uint64 // the page below, of a branch
}

// bucket calls visit for each key of a bucket, given its value in the tree above.
func (c *checker) bucket(value []byte, visit func(element) error) error {
	if len(value) < bucketLen {
		return damaged("a bucket of %d octets", len(value))
	}
	if root := binary.NativeEndian.Uint64(value); root != 0 {
		return c.tree(root, visit)
	}
	page := value[bucketLen:] // a small one has its only page there
	if len(page) < pageHeaderLen || binary.NativeEndian.Uint16(page[8:]) != leafPage {
		return damaged("a bucket of %d octets without a page", len(value))
	}
	order := &ascending{}
	return elements(page, func(e element) error {
		if !order.next(e.key) {
			return damaged("key %.40q is not in order", e.key)
		}
		return visit(e)
	})
}

// tree calls visit for each key of the tree with that root, in order.
func (c *checker) tree(root uint64, visit func(element) error) error {
	return c.branch(root, nil, 0, &ascending{}, visit)
}

// branch goes through a page and what is below. First is what the page above says to be
// its first key, nil for a root.
func (c *checker) branch(number uint64, first []byte, depth int, order *ascending, visit func(element) error) error {
	page, err := c.page(number, depth)
	if err != nil {
		return err
	}
	kind := binary.NativeEndian.Uint16(page[8:])
	isEmpty := binary.NativeEndian.Uint16(page[10:]) == 0
	if kind != leafPage && kind != branchPage || isEmpty && (kind == branchPage || first != nil) {
		return damaged("page %d: of kind %#x, or empty", number, kind)
	}
	return elements(page, func(e element) error {
		if first != nil && !bytes.Equal(first, e.key) {
			return damaged("page %d: its first key is %.40q and should be %.40q", number, e.key, first)
		}
		first = nil
		if kind == branchPage {
			return c.branch(e.child, e.key, depth+1, order, visit)
		}
		if !order.next(e.key) {
			return damaged("page %d: key %.40q is not in order", number, e.key)
		}
		return visit(e)
	})
}

// page returns a page, and takes down that it is in use. It is good until the next of
// that depth.
func (c *checker) page(number uint64, depth int) ([]byte, error) {
	if depth >= maxDepth {
		return nil, damaged("page %d: %d pages deep", number, depth)
	}
	if err := c.use(number); err != nil {
		return nil, err
	}
	size := uint64(c.meta.pageSize)
	if c.buffers[depth] == nil {
		c.buffers[depth] = make([]byte, size)
	}
	page := c.buffers[depth][:size]
	if err := c.read(page, number*size); err != nil {
		return nil, err
	}
	if id := binary.NativeEndian.Uint64(page); id != number {
		return nil, damaged("page %d: says to be page %d", number, id)
	}
	more := uint64(binary.NativeEndian.Uint32(page[12:]))
	if more >= c.meta.pages-number {
		return nil, damaged("page %d: %d pages follow", number, more)
	}
	for i := range more {
		if err := c.use(number + 1 + i); err != nil {
			return nil, err
		}
	}
	if more == 0 {
		return page, nil
	}
	if total := (1 + more) * size; uint64(cap(page)) < total {
		c.buffers[depth] = append(page, make([]byte, total-size)...)
	}
	page = c.buffers[depth][:(1+more)*size]
	return page, c.read(page[size:], (number+1)*size)
}

func (c *checker) read(to []byte, at uint64) error {
	n, err := c.file.ReadAt(to, int64(at)) // #nosec G115 -- within the size of the file
	if errors.Is(err, io.EOF) && n < len(to) {
		return damaged("the file ends within the page at octet %d", at)
	}
	if n == len(to) {
		return nil
	}
	return err
}

func (c *checker) use(number uint64) error {
	if number < firstTreePages || number >= c.meta.pages {
		return damaged("page %d: there is none", number)
	}
	if c.used[number] {
		return damaged("page %d: in use twice", number)
	}
	c.used[number] = true
	return nil
}

// elements calls visit for each element of a page of a tree. Keys and values follow one
// another without gaps behind the elements, in the same order.
func elements(page []byte, visit func(element) error) error {
	isLeaf := binary.NativeEndian.Uint16(page[8:]) == leafPage
	count := uint64(binary.NativeEndian.Uint16(page[10:]))
	end := pageHeaderLen + elementLen*count
	for i := range count {
		at := pageHeaderLen + elementLen*i
		if at+elementLen > uint64(len(page)) {
			return damaged("a page with %d keys", count)
		}
		head := page[at : at+elementLen]
		flags, rest, valueLen := uint32(0), head, uint64(0)
		if isLeaf {
			flags, rest, valueLen = binary.NativeEndian.Uint32(head), head[4:], uint64(binary.NativeEndian.Uint32(head[12:]))
		}
		begin := at + uint64(binary.NativeEndian.Uint32(rest))
		keyLen := uint64(binary.NativeEndian.Uint32(rest[4:]))
		if begin != end || keyLen == 0 || flags > bucketElement || end+keyLen+valueLen > uint64(len(page)) {
			return damaged("key %d of %d of a page has no place", i, count)
		}
		end += keyLen + valueLen
		e := element{key: page[begin : begin+keyLen], value: page[begin+keyLen : end], isBucket: flags == bucketElement}
		if !isLeaf {
			e.child = binary.NativeEndian.Uint64(head[8:])
		}
		if err := visit(e); err != nil {
			return err
		}
	}
	return nil
}

// ascending tells whether keys come in order.
type ascending struct {
	last []byte
	any  bool
}

func (a *ascending) next(key []byte) bool {
	if a.any && bytes.Compare(key, a.last) <= 0 {
		return false
	}
	a.any = true
	a.last = append(a.last[:0], key...)
	return true
}
