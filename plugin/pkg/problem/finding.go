package problem

import (
	"cmp"
	"slices"
)

// NoteSeverity is the severity of findings that tell what a choice entails. No problem
// of a load has it.
const NoteSeverity = "note"

// Finding is a problem or a note as it is shown: by the command line and by the API. The
// tags are its form in JSON.
type Finding struct {
	Code     Code   `json:"code"` // of Codes
	Severity string `json:"severity" about:"error, warning or note"`
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
	Pointer  string `json:"pointer,omitempty" about:"of a problem in JSON (RFC 6901)"`
	Kind     string `json:"kind,omitempty" about:"of an object of an account: zone, view or rule"`
	ID       string `json:"id,omitempty" about:"of that object in the API"`
	Object   string `json:"object,omitempty"`
	Text     string `json:"text"`
	Excerpt  string `json:"excerpt,omitempty" about:"source and caret"`
	ByKind   string `json:"by_kind,omitempty" about:"of another object that is the cause, such as a rule that takes every query before this one"`
	ByID     string `json:"by_id,omitempty"`
	By       Pos    `json:"-"` // of that object
}

// Findings returns the problems of a list as they are shown.
func (l List) Findings() []Finding {
	out := make([]Finding, 0, len(l))
	for _, p := range l {
		out = append(out, Finding{
			Code: p.Code, Severity: p.Severity.String(), File: p.Pos.File, Line: p.Pos.Line, Pointer: p.Pos.Pointer,
			Object: p.Object, Text: p.Text, Excerpt: p.Excerpt, By: p.By,
		})
	}
	return out
}

// Notes returns the problems of a list as they are shown if they are notes.
func (l List) Notes() []Finding {
	out := l.Findings()
	for i := range out {
		out[i].Severity = NoteSeverity
	}
	return out
}

// SortFindings orders by file and line, and keeps the order within a line.
func SortFindings(list []Finding) {
	slices.SortStableFunc(list, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
}
