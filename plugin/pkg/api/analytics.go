package api

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/telemetry"
)

// analyticsObject is how many queries there were over time, in a form that can be drawn as
// it is.
type analyticsObject struct {
	Since       string            `json:"since" about:"start of the first step"`
	Until       string            `json:"until" about:"end of the last step, which may lie ahead"`
	Counted     string            `json:"counted_since" about:"from when on queries were counted: since, or the start of the process if it is later"`
	StepSeconds int64             `json:"step_seconds"`
	Totals      analyticsTotals   `json:"totals"`
	Counts      []uint64          `json:"counts" about:"all queries, a number a step"`
	Series      []analyticsSeries `json:"series" about:"queries by what decided them, the most frequent first"`
	Fallbacks   []analyticsSeries `json:"fallbacks" about:"those of them that were taken to public DNS; zones are not told apart"`
}

// analyticsTotals are sums over the whole time. Those by name leave out what is too much
// to be told apart.
type analyticsTotals struct {
	Queries   uint64            `json:"queries"`
	Fallbacks uint64            `json:"fallbacks"`
	Policies  map[string]uint64 `json:"policies" about:"queries by name of the policy, the 1,000 most frequent, as of views and zones; empty: none matched"`
	Views     map[string]uint64 `json:"views" about:"queries by name of the policy's view; empty: it has none"`
	Zones     map[string]uint64 `json:"zones" about:"queries by matching zone, as series have it; empty: none matched"`
	RCodes    map[string]uint64 `json:"rcodes" about:"queries by internal response code; empty: no view was asked"`
	Triggers  map[string]uint64 `json:"triggers" about:"fallbacks by the internal outcome they were for"`
}

// analyticsSeries is one line of a chart.
type analyticsSeries struct {
	Server   string   `json:"server" about:"the address that the queries arrived at"`
	Policy   string   `json:"policy"`
	PolicyID string   `json:"policy_id" about:"empty if there is no such policy any more"`
	View     string   `json:"view"`
	ViewID   string   `json:"view_id" about:"empty if there is no such view any more"`
	Zone     string   `json:"zone" about:"what serving calls the matching zone"`
	ZoneID   string   `json:"zone_id"`
	ZoneName string   `json:"zone_name" about:"empty if there is no such zone any more"`
	RCode    string   `json:"rcode" about:"internal response code; of fallbacks the public one"`
	Fallback string   `json:"fallback" about:"of fallbacks: the internal outcome they were for; else empty"`
	Rest     bool     `json:"other" about:"all those that are too many to be told apart"`
	Total    uint64   `json:"total"`
	Counts   []uint64 `json:"counts" about:"a number a step"`
}

const (
	usualSpan   = time.Hour
	usualSteps  = 120
	mostSteps   = 1500
	usualSeries = 100
	mostSeries  = 500
	mostTotals  = 1000
)

// span is what time a chart is about.
type span struct {
	since time.Time
	step  time.Duration
	steps int
}

// readSpan reads since, until and step.
func (c *call) readSpan(now time.Time) (s span, bad *Error) {
	q := c.req.URL.Query()
	until := now
	times := map[string]*time.Time{"until": &until, "since": &s.since}
	for name, into := range times {
		text := q.Get(name)
		if text == "" {
			continue
		}
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return s, errorf(http.StatusBadRequest, codeInvalid, "%s %q is no time such as 2026-01-31T12:00:00Z", name, clip(text))
		}
		*into = at
	}
	if until.After(now) {
		until = now
	}
	if s.since.IsZero() {
		s.since = until.Add(-usualSpan)
	}
	if oldest := now.Add(-telemetry.HistorySpan); s.since.Before(oldest) {
		s.since = oldest
	}
	if !s.since.Before(until) {
		return s, errorf(http.StatusBadRequest, codeInvalid, "since is to be before until, and until within the last 24 hours")
	}
	resolution := telemetry.Resolution(s.since, now)
	if s.step = usualStep(until.Sub(s.since), resolution); q.Get("step") != "" {
		n, err := strconv.ParseInt(q.Get("step"), 10, 32)
		if err != nil || n < 1 {
			return s, errorf(http.StatusBadRequest, codeInvalid, "step %q is no number of seconds from 1 up", clip(q.Get("step")))
		}
		s.step = (time.Duration(n)*time.Second + resolution - 1).Truncate(resolution)
	}
	s.since = s.since.UTC().Truncate(s.step)
	if s.steps = int((until.Sub(s.since) + s.step - 1) / s.step); s.steps > mostSteps {
		return s, errorf(http.StatusBadRequest, codeInvalid, "%d steps, at most %d are answered; make the step longer", s.steps, mostSteps)
	}
	return s, nil
}

// usualStep returns the shortest step of those that people use that makes no more than a
// chart has room for.
func usualStep(whole, resolution time.Duration) time.Duration {
	for _, seconds := range []int{10, 30, 60, 120, 300, 600} {
		if step := time.Duration(seconds) * time.Second; step >= resolution && whole/step <= usualSteps {
			return step
		}
	}
	return 15 * time.Minute
}

// getAnalytics answers with how many queries there were.
func getAnalytics(c *call) *Error {
	if bad := c.readsAll(); bad != nil {
		return bad
	}
	now := time.Now()
	s, bad := c.readSpan(now)
	if bad != nil {
		return bad
	}
	limit, bad := c.readLimit()
	if bad != nil {
		return bad
	}
	for _, m := range telemetry.Serving().All() {
		m.Sample() // up to now
	}
	names := names{account: c.account}
	names.refresh()
	counted := s.since
	if began := c.account.History.Began(); began.After(counted) {
		counted = began
	}
	o := analyticsObject{
		Counted: formatTime(counted),
		Since:   formatTime(s.since), Until: formatTime(s.since.Add(time.Duration(s.steps) * s.step)), StepSeconds: int64(s.step.Seconds()),
		Counts: make([]uint64, s.steps), Series: []analyticsSeries{}, Fallbacks: []analyticsSeries{},
		Totals: analyticsTotals{
			Policies: make(map[string]uint64), Views: make(map[string]uint64), Zones: make(map[string]uint64),
			RCodes: make(map[string]uint64), Triggers: make(map[string]uint64),
		},
	}
	chart := c.account.History.Chart(s.since, s.step, s.steps, limit)
	for series, n := range chart.Sums {
		o.Totals.add(series, n)
	}
	o.Totals.cut()
	for _, line := range chart.Lines {
		into := &o.Fallbacks
		if line.Trigger == "" {
			into = &o.Series
			for i, n := range line.Counts {
				o.Counts[i] += n
			}
		}
		*into = append(*into, names.draw(&line))
	}
	c.result = o
	return nil
}

// readLimit reads how many series are wanted.
func (c *call) readLimit() (int, *Error) {
	text := c.req.URL.Query().Get("series")
	if text == "" {
		return usualSeries, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, errorf(http.StatusBadRequest, codeInvalid, "series %q is not a number from 1 up", clip(text))
	}
	return min(n, mostSeries), nil
}

// add adds what was counted of a series to the totals.
func (t *analyticsTotals) add(s telemetry.Series, n uint64) {
	if s.Trigger != "" {
		t.Fallbacks += n
		t.Triggers[s.Trigger] += n
		return
	}
	t.Queries += n
	if s.Other {
		return // nobody knows of what
	}
	t.Policies[s.Policy] += n
	t.Views[s.View] += n
	t.Zones[s.Zone] += n
	t.RCodes[s.Rcode] += n
}

// cut leaves the most frequent of each kind.
func (t *analyticsTotals) cut() {
	for _, counts := range []map[string]uint64{t.Policies, t.Views, t.Zones} {
		if len(counts) <= mostTotals {
			continue
		}
		keys := slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
		for _, key := range keys[mostTotals:] {
			delete(counts, key)
		}
	}
}

// draw returns a line with the API's ids.
func (n *names) draw(line *telemetry.Line) analyticsSeries {
	zone := n.zone(line.Zone)
	return analyticsSeries{
		Server: line.Server, Policy: line.Policy, PolicyID: n.policies[line.Policy], View: line.View, ViewID: n.views[line.View],
		Zone: line.Zone, ZoneID: zone.id, ZoneName: zone.name, RCode: line.Rcode, Fallback: line.Trigger, Rest: line.Other,
		Total: line.Total, Counts: line.Counts,
	}
}
