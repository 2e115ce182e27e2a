// Package list reads the lists that expressions name: names, addresses, numbers and other
// words, one a line.
package list

import (
	"io"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/internaldns/internaldns/plugin/pkg/expr"
	"github.com/internaldns/internaldns/plugin/pkg/filewatch"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// List is the values of a list file. Its type stays what it was when the policies
// were compiled. Safe for concurrent use.
type List struct {
	typ    expr.Type
	file   string // "" for values that never change
	values atomic.Pointer[values]
}

// New makes a list that nothing was read into yet.
func New() *List {
	l := new(List) // without a type, so that a file that cannot be read is one problem only
	l.values.Store(&values{})
	return l
}

// File returns the file that the values are read from.
func (l *List) File() string { return l.file }

// Type implements expr.List.
func (l *List) Type() expr.Type { return l.typ }

// HasString implements expr.List, for names and mail addresses in lower case.
func (l *List) HasString(s string) bool {
	_, ok := l.values.Load().names[s]
	return ok
}

// Exact returns the list for the fields whose values stand as they are written, such as
// names of persons and codes of countries.
func (l *List) Exact() expr.List { return exact{l} }

// exact is a list whose texts are compared as they are written.
type exact struct{ *List }

// HasString implements expr.List.
func (e exact) HasString(s string) bool { return e.values.Load().written(s) }

// HasInt implements expr.List.
func (l *List) HasInt(n int64) bool { return l.values.Load().hasNumber(n) }

// HasIP implements expr.List.
func (l *List) HasIP(ip netip.Addr) bool {
	prefixes := l.values.Load().prefixes
	return prefixes != nil && prefixes.Lookup(ip)
}

// Parser reads the list's file. The first reading settles the type; an empty file
// has none then, and keeps it later.
func (l *List) Parser(file, object string) filewatch.Parser {
	typ := expr.Type(0)
	l.file = file
	return func(r io.Reader) (func(), int, problem.List) {
		v, problems := readValues(r, file, object)
		switch {
		case problems.HasErrors():
			if typ == 0 && v.typ != 0 {
				l.typ = v.typ // so that the expressions are checked for mistakes of their own
			}
		case v.size == 0: // an empty list has any type
		case typ == 0:
			typ, l.typ = v.typ, v.typ
		case v.typ != typ:
			problems.Errorf(problem.ListTypeChanged, problem.Pos{File: file}, object, "the list held values of type %s and now holds %s; restart to change its type", typ, v.typ)
		}
		return func() { l.values.Store(v) }, v.size, problems
	}
}

// Lists are the lists of one policy, by the name its expressions use.
type Lists map[string]*List

// List implements expr.Lists.
func (l Lists) List(name string) (expr.List, bool) {
	found, ok := l[name]
	return found, ok
}

// Names returns the names of all lists, for messages.
func (l Lists) Names() []string {
	names := make([]string, 0, len(l))
	for name := range l {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// ValidName reports whether expressions can name a list so: it holds the grammar's production "list" (SPEC 7).
func ValidName(name string) bool {
	return name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == ""
}
