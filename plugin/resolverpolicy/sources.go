package resolverpolicy

import (
	"path/filepath"
	"weak"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"

	"github.com/internaldns/internaldns/plugin/pkg/expr"
	"github.com/internaldns/internaldns/plugin/pkg/files"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// maxFile bounds the size of a file that policies read, in octets.
const maxFile = 1 << 30

// sources are what the policies of one server block use beside the query: files
// they read, and resolvers of their own. It belongs to the goroutine that parses
// the Corefile.
type sources struct {
	root    string // directory that files are relative to
	server  string // label of the block's metrics
	block   weak.Pointer[scope.Scope]
	watcher *files.Watcher
	lists   map[string]*list   // by path
	custom  map[string]*custom // by policy
}

func sourcesOf(c *caddy.Controller, block *scope.Scope, config *dnsserver.Config) *sources {
	return &sources{
		root:    config.Root,
		server:  scope.ServerLabel(config),
		block:   weak.Make(block),
		watcher: scope.Watcher(c),
		lists:   make(map[string]*list),
		custom:  make(map[string]*custom),
	}
}

// list gives the list of a file, which policies of a block share.
func (s *sources) list(file string, pos problem.Pos) (*list, problem.List) {
	if !filepath.IsAbs(file) && s.root != "" {
		file = filepath.Join(s.root, file)
	}
	if l, ok := s.lists[file]; ok {
		return l, nil
	}
	l := &list{file: file, pos: pos, server: s.server, block: s.block, tracker: files.Tracker{Interval: reloadInterval}}
	s.lists[file] = l
	v, problems := l.read()
	switch {
	case v == nil:
		v = &values{typ: expr.String}
	case v.size == 0:
		problems.Errorf(pos, l.object(), "the list is empty, so its type is not known; start with one value at least")
	}
	l.typ = v.typ
	l.publish(v)
	s.watcher.Add(l, reloadInterval)
	return l, problems
}
