package resolverpolicy

import (
	"io"
	"path/filepath"
	"time"
	"weak"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"

	"github.com/internaldns/internaldns/plugin/pkg/filewatch"
	"github.com/internaldns/internaldns/plugin/pkg/list"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/requestinfo"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

const reloadInterval = 10 * time.Second // between two looks at a file, unless declared

// sources are the files that the policies of one server block read. It belongs to the
// goroutine that parses the Corefile.
type sources struct {
	root    string // directory that files are relative to
	server  string // label of the block's metrics
	block   weak.Pointer[scope.Scope]
	watcher *filewatch.Watcher
	lists   map[listFile]*list.List
	watched []*filewatch.File

	queryLog    string // file, or standardOutput; empty for none
	queryLogPos problem.Pos
	clients     *requestinfo.Sources
	direct      *direct       // sockets of the block's own, nil if there are none
	interval    time.Duration // between two looks at a file, 0 for never
	common      *common       // the nameless block, nil before it was read
}

func sourcesOf(c *caddy.Controller, block *scope.Scope, config *dnsserver.Config) *sources {
	return &sources{
		root:     config.Root,
		server:   scope.ServerLabel(config),
		block:    weak.Make(block),
		watcher:  scope.Watcher(c),
		lists:    make(map[listFile]*list.List),
		clients:  new(requestinfo.Sources),
		interval: reloadInterval,
	}
}

// path returns where a file of the Corefile is.
func (s *sources) path(file string) string {
	if filepath.IsAbs(file) || s.root == "" {
		return file
	}
	return filepath.Join(s.root, file)
}

// listFile is what lists of a block are told apart by.
type listFile struct {
	path    string
	emptyOK bool
}

// list returns the list of a file, which policies of a block share.
func (s *sources) list(file string, emptyOK bool, pos problem.Pos) (*list.List, problem.List) {
	key := listFile{s.path(file), emptyOK}
	if l, ok := s.lists[key]; ok {
		return l, nil
	}
	l := list.New()
	s.lists[key] = l
	name := "list " + key.path
	return l, s.watch(filewatch.Config{Name: name, Pos: pos, EmptyOK: emptyOK}, key.path, l.Parser(key.path, name))
}

// follow has the files read again whenever they change. It is called once, when all
// of them are declared.
func (s *sources) follow() {
	for _, from := range s.watched {
		from.Interval = s.interval
		if s.interval > 0 {
			s.watcher.Add(from, s.interval)
		}
	}
}

// watch reads a file, which is followed from the start on.
func (s *sources) watch(c filewatch.Config, file string, parse filewatch.Parser) problem.List {
	block := s.block
	c.Unused = func() bool { return block.Value() == nil }
	c.Refused = func(errors string) { log.Errorf("Keeping the old values: %s", errors) }
	from := filewatch.NewFile(c, file, parse, func(entries int) { log.Infof("Read again: %s, %d entries", c.Name, entries) })
	s.watched = append(s.watched, from)
	return from.First()
}

// table has a file of the nameless block watched: its table may be empty at the start.
func (s *sources) table(what, file string, pos problem.Pos, parse func(file string) filewatch.Parser) problem.List {
	file = s.path(file)
	return s.watch(filewatch.Config{Name: what + " " + file, Pos: pos, StartsEmpty: true}, file, parse(file))
}

// table is what the packages of the client's selectors make of a file.
type table interface{ Len() int }

// into returns a parser whose tables are handed to keep.
func into[T table](read func(r io.Reader, file string) (T, problem.List), keep func(T)) func(string) filewatch.Parser {
	return func(file string) filewatch.Parser {
		return func(r io.Reader) (func(), int, problem.List) {
			t, problems := read(r, file)
			if problems.HasErrors() {
				return nil, 0, problems
			}
			return func() { keep(t) }, t.Len(), problems
		}
	}
}
