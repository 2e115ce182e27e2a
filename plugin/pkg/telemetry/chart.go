package telemetry

import (
	"cmp"
	"maps"
	"slices"
	"time"
	"unique"
)

// Line is how often something was counted, step by step.
type Line struct {
	Series
	Total  uint64
	Counts []uint64
}

// Chart is what a History counted in some time.
type Chart struct {
	Sums  map[Series]uint64
	Lines []Line // the largest first; those that are too many are in one that is Other
}

// Chart returns what was counted from a time on, in so many steps of a length. It has at
// most so many lines of queries, and as many of fallbacks, besides those of the others.
func (h *History) Chart(since time.Time, length time.Duration, steps, most int) Chart {
	h.mu.Lock()
	defer h.mu.Unlock()
	sums := make(map[unique.Handle[Series]]uint64)
	h.each(since, length, steps, func(_ int, of unique.Handle[Series], n uint64) { sums[of] += n })
	chart := Chart{Sums: make(map[Series]uint64, len(sums))}
	all := make([]Line, 0, len(sums))
	for of, n := range sums {
		s := of.Value()
		chart.Sums[s] = n
		all = append(all, Line{Series: s, Total: n})
	}
	slices.SortFunc(all, compareLines)
	lines := draw(all, steps, most)
	h.each(since, length, steps, func(at int, of unique.Handle[Series], n uint64) {
		s := of.Value()
		line := lines[s]
		if line == nil {
			line = lines[s.rest()]
		}
		line.Total += n
		line.Counts[at] += n
	})
	for line := range maps.Values(lines) {
		chart.Lines = append(chart.Lines, *line)
	}
	slices.SortFunc(chart.Lines, compareLines)
	return chart
}

// draw returns an empty line for each of the first series of a kind, and one for the rest
// of them.
func draw(all []Line, steps, most int) map[Series]*Line {
	lines := make(map[Series]*Line)
	told := make(map[bool]int) // by whether they are fallbacks
	for _, line := range all {
		s := line.Series
		if kind := s.Trigger != ""; told[kind] < most && !s.Other {
			told[kind]++
		} else {
			s = s.rest()
		}
		if lines[s] == nil {
			lines[s] = &Line{Series: s, Counts: make([]uint64, steps)}
		}
	}
	return lines
}

// each calls what it is given with all counts that lie in steps. The lock is held.
func (h *History) each(since time.Time, length time.Duration, steps int, do func(at int, of unique.Handle[Series], n uint64)) {
	within := func(start time.Time) (int, bool) {
		at := int(start.Sub(since) / length)
		return at, !start.Before(since) && at < steps
	}
	for _, past := range [][]step{h.coarse, h.fine} {
		for _, s := range past {
			at, ok := within(s.start)
			if !ok {
				continue
			}
			for _, c := range s.counts {
				do(at, c.of, c.n)
			}
		}
	}
	if at, ok := within(h.start); ok {
		for of, n := range h.open {
			do(at, of, n)
		}
	}
}

// compareLines sorts the largest first, and of equals by labels.
func compareLines(a, b Line) int {
	return cmp.Or(cmp.Compare(b.Total, a.Total), cmp.Compare(a.Server, b.Server), cmp.Compare(a.Policy, b.Policy), cmp.Compare(a.View, b.View),
		cmp.Compare(a.Zone, b.Zone), cmp.Compare(a.Rcode, b.Rcode), cmp.Compare(a.Trigger, b.Trigger))
}
