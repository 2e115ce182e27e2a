package resolverpolicy

import (
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"
	"weak"

	"github.com/internaldns/internaldns/plugin/pkg/files"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

const (
	reloadInterval = 10 * time.Second // between two looks at a file, unless declared
	maxFile        = 1 << 30          // octets of one file
)

// parser makes something of a file's content: how to put it to use, how many
// entries it holds, and what is wrong with it. With an error nothing is put to use.
type parser func(r io.Reader) (publish func(), entries int, problems problem.List)

// source is a file that policies read, and read again when it changes. It belongs
// to the goroutine that parses the Corefile, and then to the watcher's.
type source struct {
	what    string // it is: list, identities, …
	file    string
	pos     problem.Pos // of its declaration
	block   weak.Pointer[scope.Scope]
	parse   parser
	tracker files.Tracker
	failing string // the problems last logged, empty while it is well

	loaded   atomic.Int64 // when it was last read without an error, nanoseconds since 1970
	failures atomic.Int64
	broken   atomic.Bool // whether the last load failed
}

func (s *source) object() string { return s.what + " " + s.file }

// load reads the file for the first time.
func (s *source) load() problem.List {
	_, problems := s.read()
	return problems
}

// read reads the file and puts it to use unless the problems hold an error.
func (s *source) read() (entries int, problems problem.List) {
	states := []files.State{files.Stat(s.file)}
	publish, entries, problems, failed := s.open()
	s.tracker.Read(states, failed)
	if !problems.HasErrors() {
		publish()
		s.loaded.Store(time.Now().UnixNano())
	}
	return entries, problems
}

// open parses the file; failed tells that it could not be opened or read to its end.
func (s *source) open() (publish func(), entries int, problems problem.List, failed bool) {
	file, err := files.Open(s.file)
	if err != nil {
		problems.Errorf(s.pos, s.object(), "%s", err)
		return nil, 0, problems, true
	}
	defer file.Close()
	content := &bounded{file: file, left: maxFile}
	publish, entries, problems = s.parse(content)
	return publish, entries, problems, content.failed
}

// Look implements files.Item.
func (s *source) Look(now time.Time) time.Time {
	read, next := s.tracker.Look(now)
	if read {
		s.reload()
	}
	return next
}

// reload takes over what the file holds now, or keeps what it held and says once why.
func (s *source) reload() {
	entries, problems := s.read()
	if problems.HasErrors() {
		s.failures.Add(1)
		s.broken.Store(true)
		if text := problems.Only(problem.Error).Error(); text != s.failing {
			s.failing = text
			log.Errorf("Keeping the old values: %s", text)
		}
		return
	}
	s.failing = ""
	s.broken.Store(false)
	log.Infof("Read again: %s, %d entries", s.object(), entries)
}

// loads gives the time of the last good load, how many failed since the first one,
// and 1 if the last one did. Safe for concurrent use.
func (s *source) loads() (last time.Time, failed, failing float64) {
	if s.broken.Load() {
		failing = 1
	}
	return time.Unix(0, s.loaded.Load()), float64(s.failures.Load()), failing
}

// Abandoned implements files.Item.
func (s *source) Abandoned() bool { return s.block.Value() == nil }

// bounded reads a file up to a limit, beyond which it fails.
type bounded struct {
	file   io.Reader
	left   int64
	failed bool // to read, which another try may mend
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("the file is larger than %d octets", maxFile)
	}
	n, err := b.file.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	b.failed = err != nil && !errors.Is(err, io.EOF)
	return n, err
}
