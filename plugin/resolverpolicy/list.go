package resolverpolicy

import (
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"weak"

	"github.com/internaldns/internaldns/plugin/pkg/expr"
	"github.com/internaldns/internaldns/plugin/pkg/files"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// reloadInterval is how often list files are looked at.
const reloadInterval = 10 * time.Second

// list is a list file, read again when it changes. Its type stays what it was
// when the policies were compiled. Safe for concurrent use but for Look.
type list struct {
	file    string
	pos     problem.Pos // of its declaration
	server  string      // label of its metrics
	block   weak.Pointer[scope.Scope]
	typ     expr.Type
	values  atomic.Pointer[values]
	tracker files.Tracker
	failing string // the problems last logged, empty while it is well
}

// Type implements expr.List.
func (l *list) Type() expr.Type { return l.typ }

// HasString implements expr.List.
func (l *list) HasString(s string) bool {
	_, ok := l.values.Load().names[s]
	return ok
}

// HasInt implements expr.List.
func (l *list) HasInt(n int64) bool {
	_, ok := l.values.Load().numbers[n]
	return ok
}

// HasIP implements expr.List.
func (l *list) HasIP(ip netip.Addr) bool { return l.values.Load().prefixes.Lookup(ip) }

func (l *list) object() string { return "list " + l.file }

// read reads the file; the values are nil if the problems hold an error.
func (l *list) read() (*values, problem.List) {
	states := []files.State{files.Stat(l.file)}
	v, problems, failed := l.open()
	if failed || files.Unchanged(states) {
		l.tracker.Read(states, failed)
	}
	if problems.HasErrors() {
		return nil, problems
	}
	return v, problems
}

func (l *list) open() (v *values, problems problem.List, failed bool) {
	file, err := os.Open(filepath.Clean(l.file))
	if err != nil {
		problems.Errorf(l.pos, l.object(), "%s", err)
		return nil, problems, true
	}
	defer file.Close()
	v, problems = readValues(io.LimitReader(file, maxFile), l.file, l.object())
	return v, problems, false
}

// Look implements files.Item.
func (l *list) Look(now time.Time) time.Time {
	read, next := l.tracker.Look(now)
	if read {
		l.reload()
	}
	return next
}

// reload replaces the values, or keeps them and says once why.
func (l *list) reload() {
	v, problems := l.read()
	if v != nil && v.size > 0 && v.typ != l.typ {
		problems.Errorf(problem.Pos{File: l.file}, l.object(), "the list held values of type %s and now holds %s; restart to change its type", l.typ, v.typ)
		v = nil
	}
	if v == nil {
		sourceFailures.WithLabelValues(l.server, l.file).Inc()
		if text := problems.Only(problem.Error).Error(); text != l.failing {
			l.failing = text
			log.Errorf("Keeping the old values: %s", text)
		}
		return
	}
	l.failing = ""
	l.publish(v)
	log.Infof("List %s: read again, %d values", l.file, v.size)
}

func (l *list) publish(v *values) {
	l.values.Store(v)
	sourceLoaded.WithLabelValues(l.server, l.file).SetToCurrentTime()
}

// Abandoned implements files.Item.
func (l *list) Abandoned() bool { return l.block.Value() == nil }

// lists are the lists of one policy, by the name its expressions use.
type lists map[string]*list

// List implements expr.Lists.
func (l lists) List(name string) (expr.List, bool) {
	found, ok := l[name]
	return found, ok
}

// Names gives the names of all lists, for messages.
func (l lists) Names() []string {
	names := make([]string, 0, len(l))
	for name := range l {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// validListName holds the grammar's production "list" (SPEC 7).
func validListName(name string) bool {
	return name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == ""
}
