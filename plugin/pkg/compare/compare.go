// Package compare tells which answers change from one configuration to another. It
// asks both the same questions, through the code that serves: every owner and type
// of every zone that a policy's view shows, names that exist nowhere, and queries
// somebody recorded.
package compare

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// Version is the version of the JSON form of a Report.
const Version = 1

// Block is a server block of one of the configurations.
type Block struct {
	Keys     string   // of several blocks with the same, the first is the pair of the other side's first, and so on
	Name     string   // is shown
	Zones    []string // canonical names of its keys
	Snapshot *model.Snapshot
	// Client gives what the policies know of the client of a recorded query; nil: its
	// address.
	Client func(Question) model.Client
}

// Question is a query that somebody recorded.
type Question struct {
	Client netip.Addr
	Name   string // canonical
	Type   uint16
	Time   time.Time // when both are asked, for policies that are not always in force
}

// Report is the outcome of a comparison. The tags are its JSON form.
type Report struct {
	Version   int       `json:"version"`
	Settings  []Setting `json:"settings"`  // what else than zone data changes
	Policies  []Summary `json:"policies"`  // of both configurations, that answer from views
	Questions *Counts   `json:"questions"` // of the recorded queries; null without any
	Changes   []Change  `json:"changes"`   // sorted by block, name and type
	Omitted   int       `json:"omitted"`   // changes beyond the bound
}

// Setting is a change of a server block or policy itself.
type Setting struct {
	Block  string `json:"block"`
	Policy string `json:"policy,omitempty"`
	Change string `json:"change"`
}

// Counts counts answers by how they change.
type Counts struct {
	Compared int `json:"compared"` // questions asked, with an answer that changes or not
	Added    int `json:"added"`    // records now, none before
	Removed  int `json:"removed"`  // records before, none now
	Changed  int `json:"changed"`  // other records
	Rcode    int `json:"rcode"`    // no records before and now, for another reason
}

// Summary counts the answers of one policy.
type Summary struct {
	Block   string `json:"block"`
	Policy  string `json:"policy"`
	OldView string `json:"old_view"`
	NewView string `json:"new_view"`
	Counts
}

// Change is one answer that changes.
type Change struct {
	Block    string   `json:"block"`
	Policies []string `json:"policies"`         // under which it changes so; empty for a recorded query
	Client   string   `json:"client,omitempty"` // of a recorded query
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	Kind     Kind     `json:"kind"`
	Old      Answer   `json:"old"`
	New      Answer   `json:"new"`
}

// Kind is how an answer changes.
type Kind string

// The kinds of change.
const (
	Same    Kind = "same"
	Added   Kind = "added"
	Removed Kind = "removed"
	Changed Kind = "changed"
	Rcode   Kind = "rcode"
)

// Empty reports whether nothing changes.
func (r *Report) Empty() bool { return len(r.Settings) == 0 && len(r.Changes) == 0 && r.Omitted == 0 }

func (c *Counts) count(k Kind) {
	c.Compared++
	switch k {
	case Added:
		c.Added++
	case Removed:
		c.Removed++
	case Changed:
		c.Changed++
	case Rcode:
		c.Rcode++
	}
}

// Compare compares two configurations. It lists at most limit changes and counts all.
func Compare(before, after []Block, recorded []Question, limit int) *Report {
	c := newComparison()
	for _, pair := range c.match(before, after) {
		c.policies(pair)
		for _, g := range groups(pair) {
			c.group(pair, g, c.questions(side{pair.before.Snapshot, g.old}, side{pair.after.Snapshot, g.new}))
		}
	}
	c.recorded(before, after, recorded)
	c.finish(limit)
	return c.report
}

// comparison is one run of Compare.
type comparison struct {
	report  *Report
	pending []pending
	lists   map[*zone.Zone][]question // what is asked about a zone's data
}

func newComparison() *comparison {
	return &comparison{lists: make(map[*zone.Zone][]question), report: &Report{Version: Version, Settings: []Setting{}, Policies: []Summary{}, Changes: []Change{}}}
}

// pending is a change before it is put into words: few of them are shown.
type pending struct {
	block    string
	policies []string
	client   netip.Addr
	question question
	kind     Kind
	old, new answer
}

// blocks is a server block in both configurations.
type blocks struct{ before, after Block }

// match pairs the blocks by their keys, and those of the same keys by order; where
// each side has one only, they are a pair.
func (c *comparison) match(before, after []Block) []blocks {
	if len(before) == 1 && len(after) == 1 {
		return []blocks{{before[0], after[0]}}
	}
	left := make(map[string][]int) // of after, in order
	for i, a := range after {
		left[a.Keys] = append(left[a.Keys], i)
	}
	var out []blocks
	for _, b := range before {
		same := left[b.Keys]
		if len(same) == 0 {
			c.setting(b.Name, "", "the server block is gone")
			continue
		}
		out = append(out, blocks{b, after[same[0]]})
		left[b.Keys] = same[1:]
	}
	for i, a := range after {
		if slices.Contains(left[a.Keys], i) {
			c.setting(a.Name, "", "the server block is new")
		}
	}
	return out
}

func (c *comparison) setting(block, policy, change string) {
	c.report.Settings = append(c.report.Settings, Setting{Block: block, Policy: policy, Change: change})
}

// group is the policies that lead from one view to one other: their answers
// differ in the fallback only.
type group struct {
	old, new *model.View
	policies []policies
}

// policies is a policy in both configurations.
type policies struct{ before, after *model.Policy }

func groups(pair blocks) []group {
	var out []group
	place := make(map[[2]*model.View]int)
	after := byName(pair.after.Snapshot)
	for _, old := range pair.before.Snapshot.Policies {
		now := after[old.Name]
		if now == nil || old.View == nil || now.View == nil {
			continue
		}
		views := [2]*model.View{old.View, now.View}
		i, known := place[views]
		if !known {
			i = len(out)
			place[views] = i
			out = append(out, group{old: old.View, new: now.View})
		}
		out[i].policies = append(out[i].policies, policies{old, now})
	}
	return out
}

// byName returns the enabled policies by name.
func byName(s *model.Snapshot) map[string]*model.Policy {
	out := make(map[string]*model.Policy, len(s.Policies))
	for _, p := range s.Policies {
		out[p.Name] = p
	}
	return out
}

// group asks questions of a pair of views under all its policies.
func (c *comparison) group(pair blocks, g group, questions []question) {
	first := len(c.report.Policies)
	for _, p := range g.policies {
		c.report.Policies = append(c.report.Policies, Summary{Block: pair.after.Name, Policy: p.after.Name, OldView: g.old.Name, NewView: g.new.Name})
	}
	summaries := c.report.Policies[first:]
	old := resolve.Pin{Snapshot: pair.before.Snapshot, View: g.old}
	now := resolve.Pin{Snapshot: pair.after.Snapshot, View: g.new}
	for _, q := range questions {
		var oldResult, newResult resolve.Result
		ofPolicy := q.rrtype == dns.TypeSOA || q.rrtype == dns.TypeNS // at an apex any fallback has public DNS asked (SPEC 3)
		begin := len(c.pending)
		for i, p := range g.policies {
			if i == 0 || ofPolicy {
				old.Policy, now.Policy = p.before, p.after
				oldResult, newResult = old.Answer(q.name, q.rrtype), now.Answer(q.name, q.rrtype)
			}
			x, y := settle(&old, p.before, oldResult, q), settle(&now, p.after, newResult, q)
			kind := kindOf(&old, &now, &x, &y)
			summaries[i].count(kind)
			if kind != Same {
				c.note(begin, pending{block: pair.after.Name, policies: []string{p.after.Name}, question: q, kind: kind, old: x, new: y})
			}
		}
	}
}

// note keeps a change, or adds its policy to one noted since begin that looks the same.
func (c *comparison) note(begin int, p pending) {
	for i := begin; i < len(c.pending); i++ {
		if other := &c.pending[i]; other.kind == p.kind && other.old.asked == p.old.asked && other.new.asked == p.new.asked {
			other.policies = append(other.policies, p.policies...)
			return
		}
	}
	c.pending = append(c.pending, p)
}

// finish sorts the changes and puts those that are shown into words.
func (c *comparison) finish(limit int) {
	slices.SortStableFunc(c.pending, func(a, b pending) int {
		return cmp.Or(cmp.Compare(a.block, b.block), compareNames(a.question.name, b.question.name),
			cmp.Compare(a.question.rrtype, b.question.rrtype), cmp.Compare(first(a.policies), first(b.policies)), a.client.Compare(b.client))
	})
	for i := range c.pending {
		if i == limit {
			c.report.Omitted = len(c.pending) - limit
			return
		}
		p := &c.pending[i]
		change := Change{
			Block: p.block, Policies: append([]string{}, p.policies...), Name: p.question.name, Type: dns.Type(p.question.rrtype).String(),
			Kind: p.kind, Old: p.old.words(), New: p.new.words(),
		}
		if p.client.IsValid() {
			change.Client = p.client.String()
		}
		c.report.Changes = append(c.report.Changes, change)
	}
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// compareNames orders names by their labels from the right (RFC 4034 section 6.1),
// going by the presentation form.
func compareNames(a, b string) int {
	x, y := dns.SplitDomainName(a), dns.SplitDomainName(b)
	slices.Reverse(x)
	slices.Reverse(y)
	return slices.Compare(x, y)
}
