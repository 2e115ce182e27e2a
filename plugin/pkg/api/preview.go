package api

import (
	"net/http"
	"slices"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/asker"
	"github.com/internaldns/internaldns/plugin/pkg/compare"
	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// previewObject is what calls would change.
type previewObject struct {
	Revision uint64          `json:"revision" about:"of the account as it is"`
	Valid    bool            `json:"valid" about:"Whether the calls would succeed; what follows the errors is empty if not."`
	Errors   []*Error        `json:"errors"`
	Results  []callResult    `json:"results" about:"What each call would be answered with; ids would be others."`
	Warnings []warningObject `json:"warnings"`
	Count    int             `json:"object_count"`
	Objects  []objectChange  `json:"objects" about:"The first 1,000 that the token may see."`
	Answers  *compare.Report `json:"answers" about:"The answers that would differ, the first 1,000 of them."`
	Queries  *previewQueries `json:"queries" about:"The last queries that would get another policy; null if none are kept, or nothing changes that decides which policy a query gets."`
	Missing  string          `json:"queries_missing,omitempty" about:"why queries is null"`
}

// warningObject is what is legal and hardly meant.
type warningObject struct {
	Code   string `json:"code"`
	Object string `json:"object"`
	Text   string `json:"text"`
}

const (
	shownAnswers = 1000
	maxWarnings  = 100
)

// postPreview tells what calls would change, and does not make them.
func postPreview(c *call) *Error {
	if bad := c.readsAll(); bad != nil {
		return bad
	}
	j, bad := c.readCalls()
	if bad != nil {
		return bad
	}
	by, bad := c.attribution()
	if bad != nil {
		return bad
	}
	o := previewObject{Revision: c.revision, Errors: []*Error{}, Results: []callResult{}, Warnings: []warningObject{}, Objects: []objectChange{}}
	trial, err := c.account.Try(c.req.Context(), by, j.run)
	if err != nil {
		bad := j.refused(err)
		switch bad.status {
		case http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound, http.StatusRequestEntityTooLarge:
			o.Errors = append(append(o.Errors, bad), bad.more...)
			c.result = o
			return nil
		}
		return bad
	}
	o.Valid, o.Results, o.Revision = true, j.results, trial.Entry.Revision-1
	if o.Objects, o.Count, bad = c.showObjects(&trial.Entry); bad != nil {
		return bad
	}
	o.Warnings = c.showWarnings(trial.Warnings)
	o.Answers = c.differing(trial)
	o.Queries, o.Missing = c.replayed(trial, time.Now().Add(replayTime))
	c.result = o
	return nil
}

func (c *call) showWarnings(list problem.List) []warningObject {
	shown := []warningObject{}
	for _, p := range list[:min(len(list), maxWarnings)] {
		shown = append(shown, warningObject{Code: string(p.Code), Object: c.objectOf(p), Text: c.withNames(p.Text)})
	}
	return shown
}

// differing returns the answers that a trial changes.
func (c *call) differing(trial *live.Trial) *compare.Report {
	var before, after []compare.Block
	for _, server := range c.servers() {
		i := slices.IndexFunc(trial.Blocks, func(b live.TrialBlock) bool { return b.Block == server.Live })
		if i < 0 {
			continue // it serves since, or another account
		}
		b := compare.Block{Keys: server.name(), Name: server.name(), Zones: asker.ZonesOf(server.Keys), Snapshot: trial.Blocks[i].Before}
		before = append(before, b)
		b.Snapshot = trial.Blocks[i].After
		after = append(after, b)
	}
	return compare.Affected(before, after, trial.Touched, shownAnswers)
}
