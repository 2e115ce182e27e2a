package zone

import (
	"fmt"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// maxListed bounds how many problems of one severity a zone lists.
const maxListed = 1000

// report collects the problems of one zone, no more than maxListed of a severity.
type report struct {
	object string      // what the problems are about
	pos    problem.Pos // of problems whose record has no position
	list   problem.List
	count  [2]int // by severity
}

// errorf adds an error about the records of owner that stand at pos.
func (r *report) errorf(code problem.Code, pos problem.Pos, owner, format string, args ...any) {
	r.add(problem.Error, code, pos, owner, format, args)
}

// warnf is errorf for a warning.
func (r *report) warnf(code problem.Code, pos problem.Pos, owner, format string, args ...any) {
	r.add(problem.Warning, code, pos, owner, format, args)
}

func (r *report) add(s problem.Severity, code problem.Code, pos problem.Pos, owner, format string, args []any) {
	r.count[s]++
	if r.count[s] > maxListed {
		return
	}
	if pos == (problem.Pos{}) {
		pos = r.pos
	}
	text := fmt.Sprintf(format, args...)
	if owner != "" {
		text = owner + " " + text
	}
	r.list = append(r.list, problem.Problem{Code: code, Pos: pos, Severity: s, Object: r.object, Text: text})
}

// problems returns the list in the order of the sources, with a last line for the
// problems that found no room.
func (r *report) problems() problem.List {
	r.list.Sort()
	for s, n := range r.count {
		if n > maxListed {
			text := fmt.Sprintf("and %d more of severity %q, only the first %d are listed", n-maxListed, problem.Severity(s), maxListed)
			r.list = append(r.list, problem.Problem{Code: problem.MoreOfAKind, Pos: r.pos, Severity: problem.Severity(s), Object: r.object, Text: text})
		}
	}
	return r.list
}
