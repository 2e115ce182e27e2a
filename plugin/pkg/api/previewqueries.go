package api

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/asker"
	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/querylog"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// previewQueries is what calls would change for the last queries, had they come with it.
type previewQueries struct {
	Kept          int           `json:"kept" about:"how many queries are kept"`
	Compared      int           `json:"compared" about:"fewer than kept if comparing them took too long: the newest"`
	NotComparable int           `json:"not_comparable" about:"those whose policy depends on what is not kept of a query: a certificate that the client showed, or the client's network in its EDNS options"`
	Moved         int           `json:"moved" about:"those that would get another policy"`
	Since         string        `json:"since" about:"when the oldest that was looked at came"`
	Changes       []queriesMove `json:"changes" about:"by the policies, the most frequent first, at most 100"`
}

// queriesMove is queries that would get one policy in place of one other.
type queriesMove struct {
	From    string       `json:"from" about:"name of the policy; empty: none, which is public DNS"`
	FromID  string       `json:"from_id"`
	To      string       `json:"to" about:"name of the policy; empty: none, which is public DNS"`
	ToID    string       `json:"to_id" about:"empty for one that is yet to be made, too"`
	Count   int          `json:"count"`
	Example queryExample `json:"example" about:"the newest of them"`
}

// queryExample is one of several queries.
type queryExample struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Client string `json:"client,omitempty"`
	Time   string `json:"time"`
}

const (
	replayTime = time.Second // that comparing queries may take
	mostMoves  = 100
)

// replayed compares which policies the last queries would get, as many as it can until a
// time. Where there is nothing to compare it tells why.
func (c *call) replayed(trial *live.Trial, end time.Time) (o *previewQueries, why string) {
	decides := false
	for edited, err := range trial.Entry.Edited() {
		decides = decides || err == nil && slices.Contains([]string{"rule", "list", "location"}, edited.Kind)
	}
	if !decides {
		return nil, "nothing changes that decides which policy a query gets"
	}
	o = &previewQueries{Changes: []queriesMove{}}
	r := replay{call: c, out: o, moves: make(map[[2]problem.Pos]*queriesMove), declared: c.declaredAt(), end: end}
	for _, server := range c.servers() {
		i := slices.IndexFunc(trial.Blocks, func(b live.TrialBlock) bool { return b.Block == server.Live })
		if i < 0 {
			continue
		}
		before, after := server.Block, server.Block
		before.Snapshot, after.Snapshot = trial.Blocks[i].Before, trial.Blocks[i].After
		r.block(&before, &after)
	}
	if o.Kept == 0 {
		return nil, "no queries are kept: they are while somebody looks at them, from now on for a minute, or while query_log is on"
	}
	r.finish()
	return o, ""
}

// replay is one comparison of the queries of all server blocks.
type replay struct {
	*call
	out      *previewQueries
	moves    map[[2]problem.Pos]*queriesMove // by where the policies are declared
	declared map[problem.Pos]ofObject
	oldest   time.Time
	end      time.Time
}

// block compares the queries of a server block, the newest first.
func (r *replay) block(before, after *scope.Block) {
	tail, _ := querylog.Follow(recentsOf(before), "")
	defer tail.Close()
	all := slices.Collect(tail.Next(querylog.Kept))
	r.out.Kept += len(all)
	for _, e := range slices.Backward(all) {
		r.query(e, before, after)
		if !time.Now().Before(r.end) || r.req.Context().Err() != nil {
			return
		}
	}
}

// query compares the policies of a query.
func (r *replay) query(e *querylog.Entry, before, after *scope.Block) {
	if r.oldest.IsZero() || e.Time.Before(r.oldest) {
		r.oldest = e.Time
	}
	past := asker.Past{
		Asker: asker.Asker{Client: e.Client, Server: e.Local.Addr(), Host: e.Host},
		Name:  strings.ToLower(e.Name), Type: e.Type, Time: e.Time, Certified: e.Certified, Subnet: e.Subnet,
	}
	old, known := past.Policy(before)
	now, alsoKnown := past.Policy(after)
	if !known || !alsoKnown {
		r.out.NotComparable++
		return
	}
	r.out.Compared++
	if old == now || old != nil && now != nil && old.Pos == now.Pos {
		return
	}
	r.out.Moved++
	from, to := policyAt(old), policyAt(now)
	move := r.moves[[2]problem.Pos{from, to}]
	if move == nil {
		move = &queriesMove{Example: exampleOf(e)}
		move.From, move.FromID = r.policy(old)
		move.To, move.ToID = r.policy(now)
		r.moves[[2]problem.Pos{from, to}] = move
	}
	move.Count++
}

// policyAt returns where a policy is declared, nowhere for none.
func policyAt(p *model.Policy) problem.Pos {
	if p == nil {
		return problem.Pos{}
	}
	return p.Pos
}

// policy returns how the API calls a policy.
func (r *replay) policy(p *model.Policy) (name, id string) {
	if p == nil {
		return "", ""
	}
	if at := objectAt(r.declared, p.Pos); r.account.Rule(at.id) != nil {
		id = at.id
	}
	return p.Name, id
}

func exampleOf(e *querylog.Entry) queryExample {
	name, qtype := e.Question()
	o := queryExample{Name: name, Type: qtype, Time: formatTime(e.Time)}
	if e.Client.IsValid() {
		o.Client = e.Client.String()
	}
	return o
}

// finish puts the moves in order.
func (r *replay) finish() {
	r.out.Since = formatTime(r.oldest)
	for _, move := range r.moves {
		r.out.Changes = append(r.out.Changes, *move)
	}
	slices.SortFunc(r.out.Changes, func(a, b queriesMove) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Example.Time, b.Example.Time))
	})
	r.out.Changes = r.out.Changes[:min(len(r.out.Changes), mostMoves)]
}
