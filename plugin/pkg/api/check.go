package api

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/asker"
	"github.com/internaldns/internaldns/plugin/pkg/lint"
	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// checkObject is what is wrong with what serves now, and what only looks wrong.
type checkObject struct {
	Version  int               `json:"version" about:"of this form: 1"`
	Revision uint64            `json:"revision"`
	Errors   int               `json:"errors"`
	Warnings int               `json:"warnings"`
	Notes    int               `json:"notes"`
	Findings []problem.Finding `json:"findings" about:"By file and line, the first 10,000. The errors are objects that are not served and files that were not taken."`
}

// maxFindings bounds what a check lists; it counts all.
const maxFindings = 10_000

// getCheck makes the checks of `internaldns check` on what serves now. They walk through
// all records.
func getCheck(c *call) *Error {
	if bad := c.readsAll(); bad != nil {
		return bad
	}
	release, bad := c.largeSlot()
	if bad != nil {
		return bad
	}
	defer release()
	c.large = true
	var wrong, notes problem.List
	var snapshots []*model.Snapshot
	out := c.account.Quarantined()
	for _, at := range slices.Sorted(maps.Keys(out)) {
		wrong = append(wrong, out[at])
	}
	for _, server := range c.servers() {
		if err := c.req.Context().Err(); err != nil {
			return c.fail(err)
		}
		found := lint.Check(lint.Block{Snapshot: server.Snapshot, PublicPath: asker.HasPublicPath(&server.Block)})
		wrong = slices.Concat(wrong, refusedFiles(&server), model.Warnings(server.Snapshot), found.Warnings)
		notes = append(notes, found.Notes...)
		snapshots = append(snapshots, server.Snapshot)
	}
	notes = append(notes, lint.Validation(snapshots...)...)
	c.result = c.checked(wrong, notes)
	return nil
}

// checked shows what was found, each thing once: several server blocks may serve an
// object.
func (c *call) checked(wrong, notes problem.List) checkObject {
	o := checkObject{Version: 1, Revision: c.revision, Findings: []problem.Finding{}}
	seen := make(map[problem.Finding]bool)
	declared := c.declaredAt()
	for _, list := range [][]problem.Finding{c.named(wrong).Findings(), c.named(notes).Notes()} {
		for _, f := range list {
			if seen[f] {
				continue
			}
			seen[f] = true
			switch f.Severity {
			case problem.Error.String():
				o.Errors++
			case problem.NoteSeverity:
				o.Notes++
			default:
				o.Warnings++
			}
			about := objectAt(declared, problem.Pos{File: f.File, Line: f.Line, Pointer: f.Pointer})
			f.Kind, f.ID = about.kind, about.id
			by := objectAt(declared, f.By)
			f.ByKind, f.ByID = by.kind, by.id
			o.Findings = append(o.Findings, f)
		}
	}
	problem.SortFindings(o.Findings)
	o.Findings = o.Findings[:min(len(o.Findings), maxFindings)]
	return o
}

// named returns problems by the names that users of the API know.
func (c *call) named(list problem.List) problem.List {
	for i, p := range list {
		list[i].Object, list[i].Text = c.objectOf(p), c.withNames(p.Text)
	}
	return list
}

// refusedFiles returns the zones of a server block that do not serve what their files
// hold.
func refusedFiles(server *Server) (list problem.List) {
	for id, why := range server.refused() {
		var pos problem.Pos
		if z := server.Snapshot.Zone(id); z != nil {
			pos = z.Pos
		}
		list.Errorf(problem.ZoneFileInvalid, pos, fmt.Sprintf("%s %q", model.ZoneDirective, id),
			"what the zone's files hold now is not served, but what they held before: %s", why)
	}
	return list
}

// ofObject is an object of the account.
type ofObject struct{ kind, id string }

// declaredAt returns the objects that a Corefile declares, by where it does.
func (c *call) declaredAt() map[problem.Pos]ofObject {
	all := make(map[problem.Pos]ofObject)
	add := func(d *live.Declared, kind, id string) {
		if d != nil {
			all[problem.Pos{File: d.File, Line: d.Line}] = ofObject{kind, id}
		}
	}
	for _, z := range c.account.Zones() {
		add(z.Declared, "zone", z.ID)
	}
	for _, v := range c.account.Views() {
		add(v.Declared, "view", v.ID)
	}
	for _, r := range c.account.Rules() {
		add(r.Declared, "rule", r.ID)
	}
	return all
}

// objectAt returns the object at a position, none if it is not known.
func objectAt(declared map[problem.Pos]ofObject, at problem.Pos) ofObject {
	if at.Pointer != "" {
		return storedAt(at.Pointer)
	}
	return declared[at]
}

// storedAt returns the object of a pointer such as /zones/ID/name.
func storedAt(pointer string) ofObject {
	kind, rest, _ := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
	id, _, _ := strings.Cut(rest, "/")
	return ofObject{strings.TrimSuffix(kind, "s"), id}
}
