package zonefile

import (
	"bytes"
	"errors"
	"io"
)

// source hands out a file line by line. Lines that belong to one record lie
// side by side in the buffer, so that its tokens are plain offsets.
type source struct {
	r    io.Reader
	file string
	buf  []byte

	start int // of the current record in buf
	pos   int // of the first octet not handed out
	end   int // of the octets read

	line  int  // number of the line handed out last, from 1
	fixed bool // the line number stays as it is: the text comes from a $GENERATE

	left *int64 // octets that the whole load may still read
	err  error  // of r, io.EOF included
}

var utf8BOM = []byte("\xef\xbb\xbf")

// The buffer's size: most of ten thousand small files fit the first, and one large
// file is read in few steps.
const (
	firstBuffer = 2 << 10
	fullBuffer  = 64 << 10
)

// errLong is the error for a record that does not fit the buffer.
var errLong = errors.New("record too long")

// errOctets is the error for a load that reads more than Options.MaxBytes.
var errOctets = errors.New("the zone's files hold more octets than are allowed for one zone")

// newSource starts reading r.
func newSource(r io.Reader, file string, left *int64) *source {
	s := &source{r: r, file: file, buf: make([]byte, firstBuffer), left: left}
	for s.end < len(utf8BOM) && s.err == nil {
		s.read()
	}
	if bytes.HasPrefix(s.buf[:s.end], utf8BOM) {
		s.pos = len(utf8BOM)
	}
	return s
}

// textSource reads text that one line of a file has made; every line of it has
// that line's number.
func textSource(text []byte, file string, line int) *source {
	return &source{buf: text, end: len(text), file: file, line: line, fixed: true, err: io.EOF}
}

// begin makes the next line the first of a record.
func (s *source) begin() { s.start = s.pos }

// record returns the lines handed out since begin.
func (s *source) record() []byte { return s.buf[s.start:s.pos] }

// more returns the next line as offsets into record, without its end. It fails
// with io.EOF behind the last line, with errLong when the record is too long
// (the line is skipped), and with the error of the reader.
func (s *source) more() (from, to int, err error) {
	seen := 0
	for {
		if i := bytes.IndexByte(s.buf[s.pos+seen:s.end], '\n'); i >= 0 {
			return s.take(s.pos+seen+i, s.pos+seen+i+1)
		}
		seen = s.end - s.pos
		if s.err != nil {
			if seen > 0 {
				return s.take(s.end, s.end)
			}
			return 0, 0, s.err
		}
		if !s.room() {
			return 0, 0, s.skip()
		}
		s.read()
	}
}

// take hands out the line that ends at end and whose successor starts at next.
func (s *source) take(end, next int) (int, int, error) {
	from := s.pos - s.start
	if end > s.pos && s.buf[end-1] == '\r' {
		end--
	}
	s.pos = next
	s.count()
	return from, end - s.start, nil
}

func (s *source) count() {
	if !s.fixed {
		s.line++
	}
}

// room makes space behind end, and reports false when the record has used up its share.
func (s *source) room() bool {
	if s.end < len(s.buf) {
		return true
	}
	if s.start > 0 {
		into := s.buf
		if len(into) < fullBuffer {
			into = make([]byte, fullBuffer)
		}
		copy(into, s.buf[s.start:s.end])
		s.buf = into
		s.pos -= s.start
		s.end -= s.start
		s.start = 0
		return true
	}
	if len(s.buf) >= maxLine {
		return false
	}
	s.buf = append(s.buf, make([]byte, len(s.buf))...)
	return true
}

// read fills the space behind end once; it sets err at the end of r, of the
// octets allowed, and when r gives nothing a hundred times running.
func (s *source) read() {
	if *s.left <= 0 {
		s.err = errOctets
		return
	}
	for range 100 {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		*s.left -= int64(n)
		if n > 0 || err != nil {
			s.err = err
			return
		}
	}
	s.err = io.ErrNoProgress
}

// skip passes over the rest of a line and drops the record so far.
func (s *source) skip() error {
	s.count()
	for {
		if i := bytes.IndexByte(s.buf[s.pos:s.end], '\n'); i >= 0 {
			s.pos += i + 1
			s.start = s.pos
			return errLong
		}
		s.start, s.pos, s.end = 0, 0, 0
		if s.err != nil {
			return errLong
		}
		s.read()
	}
}
