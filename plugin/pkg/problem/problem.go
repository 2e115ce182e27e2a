// Package problem describes what is wrong with a configuration: a list of
// findings, each with the place a person has to edit.
//
// Every stage of a load (Corefile, zone file, expression, cross-checks) reports
// into one List, so that all problems of one load are shown together.
package problem

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Pos is a place in a configuration file, or in the body of an API call. The zero Pos is
// unknown.
type Pos struct {
	File    string
	Line    int    // counted from 1
	Pointer string // where in the JSON of a call (RFC 6901); File is empty then, and Line one of the text that stands there, if it has several
}

// String returns FILE:LINE, or as much of it as is known, or the pointer.
func (p Pos) String() string {
	switch {
	case p.File == "":
		return p.Pointer
	case p.Line == 0:
		return p.File
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// Severity tells whether a problem stops a load.
type Severity uint8

// The severities, in rising order.
const (
	Warning Severity = iota // reported; the load goes on
	Error                   // stops the load
)

// String returns the severity's lower-case name.
func (s Severity) String() string {
	if s == Error {
		return "error"
	}
	return "warning"
}

// Problem is one finding.
type Problem struct {
	Code     Code
	Pos      Pos
	Severity Severity
	Object   string // what it is about, such as `zone "example.org."`; may be empty
	Text     string // what is wrong and what is allowed, lower case, no final stop
	Excerpt  string // source lines with a caret below, or empty
	By       Pos    // of the other object that is the cause, if there is one
}

// String returns `FILE:LINE: OBJECT: TEXT`, followed by the excerpt if there is one.
func (p Problem) String() string {
	var b strings.Builder
	for _, part := range []string{p.Pos.String(), p.Object} {
		if part != "" {
			b.WriteString(part)
			b.WriteString(": ")
		}
	}
	if p.Severity == Warning {
		b.WriteString("warning: ")
	}
	b.WriteString(p.Text)
	if p.Excerpt != "" {
		b.WriteString("\n")
		b.WriteString(p.Excerpt)
	}
	return b.String()
}

// List is the problems of one load, in the order found.
type List []Problem

// Errorf adds an error.
func (l *List) Errorf(code Code, pos Pos, object, format string, args ...any) {
	*l = append(*l, Problem{Code: code, Pos: pos, Severity: Error, Object: object, Text: fmt.Sprintf(format, args...)})
}

// Warnf adds a warning.
func (l *List) Warnf(code Code, pos Pos, object, format string, args ...any) {
	*l = append(*l, Problem{Code: code, Pos: pos, Severity: Warning, Object: object, Text: fmt.Sprintf(format, args...)})
}

// HasErrors reports whether a problem stops the load.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, func(p Problem) bool { return p.Severity == Error })
}

// Only returns the problems of one severity.
func (l List) Only(s Severity) List {
	var out List
	for _, p := range l {
		if p.Severity == s {
			out = append(out, p)
		}
	}
	return out
}

// Sort orders the list by file and line, keeping the order found within a line.
func (l List) Sort() {
	slices.SortStableFunc(l, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Pointer, b.Pos.Pointer))
	})
}

// Err returns the errors of the list as one error, or nil if there are none.
func (l List) Err() error {
	errs := l.Only(Error)
	if len(errs) == 0 {
		return nil
	}
	return errs
}

// Error lists the problems, a line or more each; it makes a List an error.
func (l List) Error() string {
	lines := make([]string, len(l))
	for i, p := range l {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}
