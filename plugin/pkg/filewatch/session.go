package filewatch

import (
	"errors"
	"fmt"
	"hash/maphash"
	"io"
)

// maxFile bounds what is read of one file, in octets.
const maxFile = 1 << 30

// Session is one reading of a set. It opens the files and notes how it found them.
// It belongs to the goroutine that reads; others may ask whether it goes on.
type Session struct {
	seed  maphash.Seed
	files []*fileRead
	last  *fileRead // counted for last
	waits
}

// fileRead is what a session learnt of a file.
type fileRead struct {
	State
	entries  int
	included bool  // by another file
	includes bool  // another file
	end      byte  // the last octet; 0 if there was none
	err      error // that kept it from being opened, or read to its end
}

// Open opens a file of the set. What was noted of it is its state before that.
func (s *Session) Open(name string) (io.ReadCloser, error) {
	return s.open(&fileRead{State: s.stat(name)}, func() (io.ReadCloser, error) { return Open(name) })
}

// Include opens a file that another one includes, by the function given.
func (s *Session) Include(name string, open func(string) (io.ReadCloser, error)) (io.ReadCloser, error) {
	if n := len(s.files); n > 0 {
		s.files[n-1].includes = true // or one that did so before
	}
	return s.open(&fileRead{State: s.stat(name), included: true}, func() (io.ReadCloser, error) { return open(name) })
}

func (s *Session) open(f *fileRead, open func() (io.ReadCloser, error)) (io.ReadCloser, error) {
	s.files = append(s.files, f)
	var file io.ReadCloser
	var err error
	s.wait(func() { file, err = open() })
	if err != nil {
		f.err = err
		return nil, err
	}
	return &tail{ReadCloser: file, session: s, file: f, left: maxFile}, nil
}

func (s *Session) stat(name string) (state State) {
	s.wait(func() { state = Stat(name) })
	return state
}

// again looks at the same files once more.
func (s *Session) again(states []State) []State {
	out := make([]State, len(states))
	for i, was := range states {
		out[i] = s.stat(was.Name)
	}
	return out
}

// content returns a hash of all that the files hold. A file that cannot be read
// counts as empty.
func (s *Session) content(states []State) uint64 {
	var h maphash.Hash
	h.SetSeed(s.seed)
	for _, state := range states {
		if file, err := s.Open(state.Name); err == nil {
			_, _ = io.Copy(&h, file)
			_ = file.Close()
		}
		_ = h.WriteByte(0)
	}
	return h.Sum64()
}

// Count counts an entry of a file, such as a record, as often as the file is named.
func (s *Session) Count(name string, entries int) {
	if s.last == nil || s.last.Name != name {
		s.last = named(s.files, name)
	}
	if s.last != nil {
		s.last.entries += entries
	}
}

// named returns what was learnt of a file, nil if it is not among those opened.
func named(files []*fileRead, name string) *fileRead {
	for _, f := range files {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// Entries returns how many entries all files hold.
func (s *Session) Entries() (n int) {
	for _, f := range s.files {
		n += f.entries
	}
	return n
}

// States returns the files as they were before they were read, included ones too.
func (s *Session) States() []State {
	out := make([]State, len(s.files))
	for i, f := range s.files {
		out[i] = f.State
	}
	return out
}

// Failed reports whether a file could not be opened or read to its end, which
// another try may mend.
func (s *Session) Failed() bool {
	for _, f := range s.files {
		if f.err != nil {
			return true
		}
	}
	return false
}

// tail notes the last octet of a file and the error that ended its reading.
type tail struct {
	io.ReadCloser
	session *Session
	file    *fileRead
	left    int64
}

// Read implements io.Reader. A file larger than maxFile fails.
func (t *tail) Read(buf []byte) (n int, err error) {
	if t.left <= 0 {
		return 0, fmt.Errorf("the file is larger than %d octets", maxFile)
	}
	t.session.wait(func() { n, err = t.ReadCloser.Read(buf[:min(int64(len(buf)), t.left)]) })
	t.left -= int64(n)
	if n > 0 {
		t.file.end = buf[n-1]
	}
	if err != nil && !errors.Is(err, io.EOF) {
		t.file.err = err
	}
	return n, err
}
