package telemetry

import (
	"cmp"
	"slices"
	"sync"
	"time"
	"unique"
)

// The steps in which a History counts. What is older than the first span is counted in the
// longer step, what is older than both is forgotten.
const (
	HistoryStep = 10 * time.Second
	fineSpan    = time.Hour
	coarseStep  = time.Minute
	HistorySpan = 24 * time.Hour

	topSeries = 200    // of a step; the others are counted together
	mostOpen  = 20_000 // of the step that goes on
)

// Series is what a History tells counts apart by: queries, or those of them that were
// taken to public DNS. Labels are empty where there is none.
type Series struct {
	Server, Policy, View, Zone string
	Rcode                      string // internal, or public if there is a trigger
	Trigger                    string // of a fallback
	Other                      bool   // all those that are too many to be told apart; they have no labels
}

// rest returns the series of those that are too many.
func (s Series) rest() Series {
	if s.Trigger != "" {
		return Series{Trigger: "other", Other: true}
	}
	return Series{Other: true}
}

// count is how often something was counted in one step. Handles of series that no history
// has any more are no burden.
type count struct {
	of unique.Handle[Series]
	n  uint64
}

// step is what was counted in one step.
type step struct {
	start  time.Time
	counts []count
}

// History is what meters counted over the last day. It costs queries nothing: it learns of
// them when meters tell what they have counted. Memory is bounded, however many series
// there are. Safe for concurrent use.
type History struct {
	began time.Time

	mu     sync.Mutex
	start  time.Time // of the step that goes on
	open   map[unique.Handle[Series]]uint64
	fine   []step
	coarse []step
}

// NewHistory returns an empty history.
func NewHistory() *History {
	return &History{began: time.Now(), open: make(map[unique.Handle[Series]]uint64)}
}

// Began returns from when on there are counts.
func (h *History) Began() time.Time { return h.began }

// Resolution returns in which steps there are counts from a time on.
func Resolution(since, now time.Time) time.Duration {
	if now.Sub(since) <= fineSpan {
		return HistoryStep
	}
	return coarseStep
}

// advance has what follows be counted at a time. It does not go back.
func (h *History) advance(at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	at = at.UTC().Truncate(HistoryStep)
	if !at.After(h.start) {
		return
	}
	if len(h.open) > 0 {
		h.fine = append(h.fine, step{h.start, top(h.open)})
		h.open = make(map[unique.Handle[Series]]uint64)
	}
	h.start = at
	h.age()
}

// add counts.
func (h *History) add(s Series, n uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	key := unique.Make(s)
	if _, ok := h.open[key]; !ok && len(h.open) >= mostOpen {
		key = unique.Make(s.rest())
	}
	h.open[key] += n
}

// age makes longer steps of what is old enough, and forgets what is too old.
func (h *History) age() {
	old := 0
	for _, s := range h.fine {
		if h.start.Sub(s.start) <= fineSpan {
			break
		}
		h.coarsen(s)
		old++
	}
	h.fine = slices.Delete(h.fine, 0, old)
	gone := slices.IndexFunc(h.coarse, func(s step) bool { return h.start.Sub(s.start) <= HistorySpan })
	if gone < 0 {
		gone = len(h.coarse)
	}
	h.coarse = slices.Delete(h.coarse, 0, gone)
}

// coarsen adds a step to the longer one that it is in.
func (h *History) coarsen(s step) {
	start := s.start.Truncate(coarseStep)
	last := len(h.coarse) - 1
	if last < 0 || h.coarse[last].start != start {
		h.coarse = append(h.coarse, step{start, s.counts})
		return
	}
	sum := make(map[unique.Handle[Series]]uint64, len(s.counts))
	for _, counts := range [][]count{h.coarse[last].counts, s.counts} {
		for _, c := range counts {
			sum[c.of] += c.n
		}
	}
	h.coarse[last].counts = top(sum)
}

// top returns the largest counts, and the others together.
func top(counts map[unique.Handle[Series]]uint64) []count {
	all := make([]count, 0, len(counts))
	for of, n := range counts {
		all = append(all, count{of, n})
	}
	if len(all) <= topSeries {
		return all
	}
	slices.SortFunc(all, func(a, b count) int { return cmp.Compare(b.n, a.n) })
	others := make(map[unique.Handle[Series]]uint64)
	for _, c := range all[topSeries:] {
		others[unique.Make(c.of.Value().rest())] += c.n
	}
	kept := slices.Clone(all[:topSeries])
	for i := range kept {
		kept[i].n += others[kept[i].of]
		delete(others, kept[i].of)
	}
	for of, n := range others {
		kept = append(kept, count{of, n})
	}
	return kept
}
