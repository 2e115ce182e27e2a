package resolverpolicy

import (
	"fmt"
	"io"
	"sync/atomic"

	"github.com/internaldns/internaldns/plugin/pkg/category"
	"github.com/internaldns/internaldns/plugin/pkg/filewatch"
	"github.com/internaldns/internaldns/plugin/pkg/identity"
	"github.com/internaldns/internaldns/plugin/pkg/location"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/querylog"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// common is the nameless block: what all policies of a server block share.
type common struct {
	block      *scope.Scope
	sources    *sources
	pos        problem.Pos
	identities bool
	locations  bool
}

// declareCommon reads the nameless block, of which a server block has at most one.
func declareCommon(block *scope.Scope, from *sources, head scope.Line) (scope.Declaration, error) {
	if from.common != nil {
		return scope.Declaration{}, fmt.Errorf("the block without a name stands at %s already; a server block has one", from.common.pos)
	}
	c := &common{block: block, sources: from, pos: head.Pos}
	from.common = c
	return scope.Declaration{Object: pluginName, Empty: oneName, Properties: []scope.Property{
		{Usage: "identities FILE", Min: 1, Max: 1, Set: c.setIdentities},
		{Usage: "locations FILE", Min: 1, Max: 1, Set: c.setLocations},
		{Usage: "categories content|security FILE...", Repeat: true, Min: 2, Max: -1, Set: c.setCategories},
		{Usage: "reload DURATION", Min: 1, Max: 1, Set: c.setReload},
		{Usage: "query_log FILE|stdout", Min: 1, Max: 1, Set: c.setQueryLog},
		{Usage: "fast_udp", Set: c.setFastUDP},
	}}, nil
}

func (c *common) setIdentities(l scope.Line) error {
	c.identities = true
	clients := c.sources.clients
	c.block.Report(c.sources.table("identities", l.Words[0], l.Pos,
		into(identity.Parse, func(t *identity.Table) { clients.Identities.Store(t) }))...)
	return nil
}

// setReload is for all files that the block's policies read, lists included.
func (c *common) setReload(l scope.Line) (err error) {
	c.sources.interval, err = filewatch.ParseInterval(l.Words[0])
	return err
}

// setQueryLog names a file that is not made before the start.
func (c *common) setQueryLog(l scope.Line) error {
	name := l.Words[0]
	if name != querylog.StandardOutput {
		name = c.sources.path(name)
	}
	c.sources.queryLog, c.sources.queryLogPos = name, l.Pos
	if err := querylog.Check(name); err != nil {
		return fmt.Errorf("query log: %w", err)
	}
	return nil
}

// setFastUDP has the block answer from sockets of its own.
func (c *common) setFastUDP(l scope.Line) error {
	c.sources.direct = &direct{pos: l.Pos}
	c.block.Direct()
	return nil
}

func (c *common) setLocations(l scope.Line) error {
	c.locations = true
	clients := c.sources.clients
	c.block.Report(c.sources.table("locations", l.Words[0], l.Pos,
		into(location.Parse, func(t *location.Table) { clients.Locations.Store(t) }))...)
	return nil
}

func (c *common) setCategories(l scope.Line) error {
	var tables *[]*atomic.Pointer[category.Table]
	switch kind := l.Words[0]; kind {
	case "content":
		tables = &c.sources.clients.Content
	case "security":
		tables = &c.sources.clients.Security
	default:
		return fmt.Errorf("unknown kind of categories %q, allowed: content, security", kind)
	}
	for _, word := range l.Words[1:] {
		current := new(atomic.Pointer[category.Table])
		*tables = append(*tables, current)
		what := "categories"
		read := func(r io.Reader, file string) (*category.Table, problem.List) {
			return category.Parse(r, file, what+" "+file)
		}
		c.block.Report(c.sources.table(what, word, l.Pos, into(read, current.Store))...)
	}
	return nil
}
