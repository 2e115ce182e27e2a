package category

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

const (
	maxOctets  = 1 << 30    // of a file
	maxLine    = 1 << 16    // octets of a line
	maxWord    = 1 << 10    // octets of a domain, escapes (RFC 1035 section 5.1) as they are written
	maxPairs   = 10_000_000 // of a number and a domain in a file
	maxSlab    = 1 << 31    // octets of all names
	maxNumbers = 32         // of one domain
	maxListed  = 100        // errors, and warnings, of a file
	maxNumber  = 1<<31 - 1
)

// Parse reads a category file: on each line a number from 0 to 2147483647, then
// one domain or more, separated by blanks. A number may stand on several lines, a
// domain in several categories, 32 at most. A # begins a comment. Domains in
// Unicode become Punycode; a domain stands for all names below it, so wildcards
// are errors. It warns of a domain that stands in a category twice. A file without
// domains is an empty table. Object is what the problems are about; 100 errors and
// 100 warnings are listed, and with an error the table is not complete. It reads
// at most 1 GiB and 10,000,000 pairs of number and domain.
func Parse(r io.Reader, file, object string) (*Table, problem.List) {
	b := builder{
		pos:    problem.Pos{File: file},
		object: object,
		names:  newNames(),
		pairs:  make([]pair, 1), // place 0 is the end of a chain
	}
	limited := &io.LimitedReader{R: r, N: maxOctets + 1}
	lines := bufio.NewScanner(limited)
	lines.Buffer(make([]byte, 0, 4096), maxLine)
	for !b.full && lines.Scan() {
		b.pos.Line++
		text := lines.Text()
		if b.pos.Line == 1 {
			text = strings.TrimPrefix(text, "\ufeff")
		}
		text, _, _ = strings.Cut(text, "#")
		b.line(text)
	}
	b.pos.Line++
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		b.errorf("the line is too long, at most %d octets are allowed; the number may stand on several lines", maxLine-1)
	case err != nil:
		b.errorf("%s", err)
	case limited.N == 0:
		b.errorf("the file is too large, at most %d octets are allowed", maxOctets)
	}
	return b.table(), b.problems
}

// pair is a number of a domain, and where in the builder's pairs the next one is.
type pair struct{ number, next uint32 }

// builder collects the pairs of a file. The value of a name is where its chain of
// pairs begins.
type builder struct {
	pos              problem.Pos
	object           string
	problems         problem.List
	errors, warnings int
	full             bool // reading on is of no use
	names            names
	pairs            []pair
}

func (b *builder) errorf(format string, args ...any) {
	b.errors++
	switch {
	case b.errors <= maxListed:
		b.problems.Errorf(problem.CategoryInvalid, b.pos, b.object, format, args...)
	case b.errors == maxListed+1:
		b.problems.Errorf(problem.CategoryInvalid, b.pos, b.object, "more errors follow, they are not listed")
		b.full = true
	}
}

func (b *builder) warnf(format string, args ...any) {
	b.warnings++
	switch {
	case b.warnings <= maxListed:
		b.problems.Warnf(problem.CategoryInvalid, b.pos, b.object, format, args...)
	case b.warnings == maxListed+1:
		b.problems.Warnf(problem.CategoryInvalid, b.pos, b.object, "more warnings follow, they are not listed")
	}
}

// line takes one line without its comment.
func (b *builder) line(text string) {
	var number uint32
	words := 0
	for word := range strings.FieldsSeq(text) {
		if words++; words > 1 {
			b.add(number, word)
			continue
		}
		n, err := strconv.ParseUint(word, 10, 64)
		if err != nil || n > maxNumber {
			b.errorf("a line begins with the number of a category, 0 to %d, not %q", maxNumber, clip(word))
			return
		}
		number = uint32(n)
	}
	if words == 1 {
		b.errorf("category %d stands alone, at least one domain must follow it on the line", number)
	}
}

// add puts a domain into a category.
func (b *builder) add(number uint32, word string) {
	if strings.Contains(word, "*") {
		b.errorf("%q: wildcards are not allowed; a domain stands for all names below it%s", clip(word), instead(word))
		return
	}
	if len(word) > maxWord {
		b.errorf("%q is too long, a name has at most 255 octets", clip(word))
		return
	}
	name, err := domain.Parse(word)
	if err != nil {
		b.errorf("%s", err)
		return
	}
	at := b.names.entry(domain.NoDot(name))
	first := b.names.value(at)
	count := 0
	for p := first; p != 0; p = b.pairs[p].next {
		if b.pairs[p].number == number {
			b.warnf("%s is in category %d already", clip(word), number)
			return
		}
		count++
	}
	switch {
	case count == maxNumbers:
		b.errorf("%s is in more than %d categories", clip(word), maxNumbers)
		return
	case len(b.pairs) > maxPairs, len(b.names.slab) > maxSlab:
		b.errorf("the file is too large, at most %d pairs of a number and a domain and %d octets of names are allowed", maxPairs, maxSlab)
		b.full = true
		return
	}
	b.names.setValue(at, uint32(len(b.pairs)))
	b.pairs = append(b.pairs, pair{number, first})
}

// instead tells what to write for *.NAME.
func instead(word string) string {
	name, ok := strings.CutPrefix(word, "*.")
	if !ok || name == "" || strings.Contains(name, "*") {
		return ""
	}
	return ", write " + clip(name)
}

// table turns the chains into sets of numbers, which names share.
func (b *builder) table() *Table {
	t := &Table{}
	known := make(map[string]uint32)
	var numbers []int64
	var key []byte
	b.names.all(func(at uint32) {
		numbers, key = numbers[:0], key[:0]
		for p := b.names.value(at); p != 0; p = b.pairs[p].next {
			numbers = append(numbers, int64(b.pairs[p].number))
		}
		slices.Sort(numbers)
		for _, n := range numbers {
			key = binary.LittleEndian.AppendUint32(key, uint32(n))
		}
		set, ok := known[string(key)]
		if !ok {
			set = uint32(len(t.sets))
			known[string(key)] = set
			t.sets = append(t.sets, slices.Clone(numbers))
		}
		b.names.setValue(at, set)
	})
	b.names.clip()
	t.names = b.names
	return t
}

// clip shortens a text for a message.
func clip(s string) string {
	const enough = 80
	if len(s) > enough {
		return strings.ToValidUTF8(s[:enough], "") + "..."
	}
	return s
}
