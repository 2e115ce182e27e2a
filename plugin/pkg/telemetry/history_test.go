package telemetry

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
)

// lines returns a chart in a form that can be compared.
func lines(h *History, since time.Time, length time.Duration, steps, most int) (out []string) {
	for _, l := range h.Chart(since, length, steps, most).Lines {
		name := l.Zone
		if l.Other {
			name = "other"
		}
		out = append(out, fmt.Sprint(name, l.Trigger, " ", l.Total, l.Counts))
	}
	return out
}

// Counts are in the step they were told in, in the longer ones once an hour has gone, and
// forgotten after a day.
func TestHistorySteps(t *testing.T) {
	t.Parallel()
	h := NewHistory()
	start := time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)
	for n := range 6 {
		h.advance(start.Add(time.Duration(n)*HistoryStep + time.Second))
		h.add(Series{Zone: "a"}, uint64(n+1))
	}
	h.advance(start) // it does not go back
	h.add(Series{Zone: "b"}, 7)
	check := func(when string, length time.Duration, steps int, want ...string) {
		t.Helper()
		if got := lines(h, start, length, steps, 10); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", when, got, want)
		}
	}
	check("at first", HistoryStep, 6, "a 21 [1 2 3 4 5 6]", "b 7 [0 0 0 0 0 7]")
	check("a part", HistoryStep, 2, "a 3 [1 2]")
	check("long steps", time.Minute, 2, "a 21 [21 0]", "b 7 [7 0]")
	h.advance(start.Add(fineSpan + HistoryStep))
	check("an hour later", HistoryStep, 6, "a 21 [1 2 3 4 5 6]", "b 7 [0 0 0 0 0 7]")
	h.advance(start.Add(fineSpan + time.Minute + HistoryStep))
	check("more than an hour later", HistoryStep, 6, "a 21 [21 0 0 0 0 0]", "b 7 [7 0 0 0 0 0]")
	h.advance(start.Add(HistorySpan))
	check("a day later", time.Minute, 1, "a 21 [21]", "b 7 [7]")
	h.advance(start.Add(HistorySpan + HistoryStep))
	check("more than a day later", time.Minute, 1)
}

// However many series there are, the largest are told apart and nothing is lost.
func TestHistoryBounds(t *testing.T) {
	t.Parallel()
	h := NewHistory()
	start := time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)
	var queries, fallbacks uint64
	for minute := range 75 { // of which some are counted in longer steps
		h.advance(start.Add(time.Duration(minute) * time.Minute))
		for n := range 3 * topSeries {
			h.add(Series{Zone: fmt.Sprint(n, ".", minute%7)}, uint64(n+1))
			h.add(Series{Policy: fmt.Sprint(n), Trigger: "refused"}, 1)
			queries, fallbacks = queries+uint64(n+1), fallbacks+1
		}
	}
	for _, past := range [][]step{h.coarse, h.fine} {
		for _, s := range past {
			if len(s.counts) > topSeries+2 {
				t.Fatalf("%d series in a step", len(s.counts))
			}
		}
	}
	chart := h.Chart(start, time.Minute, 75, 10)
	var sums [2]uint64
	for _, l := range chart.Lines {
		kind := 0
		if l.Trigger != "" {
			kind = 1
		}
		var sum uint64
		for _, n := range l.Counts {
			sum += n
		}
		if sum != l.Total {
			t.Errorf("%+v: the steps make %d together", l.Series, sum)
		}
		sums[kind] += sum
	}
	if len(chart.Lines) > 22 || sums != [2]uint64{queries, fallbacks} {
		t.Errorf("%d lines with %v, want %d and %d", len(chart.Lines), sums, queries, fallbacks)
	}
	for n := range 2 * mostOpen {
		h.add(Series{Zone: fmt.Sprint(n)}, 1)
	}
	if len(h.open) > mostOpen+2 {
		t.Errorf("%d series in the step that goes on", len(h.open))
	}
}

// What is sampled where a step ends is in the step in which it was counted, whoever else
// asks. What has left keeps its history, and is forgotten no sooner for being sampled.
func TestSample(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := office(t, "example.org")
		m, h, began := New(s, t.Name()), NewHistory(), time.Now()
		m.Record(h)
		m.Start([]string{t.Name()}, nil)
		l, before := m.listeners[0], s.Load()
		count := func() {
			p := l.Policy(before.Policies[0])
			p.Internal(&resolve.Result{Match: before.Zone("example.org")})
			p.Public(model.OnRefused, dns.RcodeSuccess)
			p.Kept() // is not in the history
		}
		count()
		time.Sleep(3 * time.Second)
		m.flush()
		count()
		time.Sleep(7 * time.Second)
		m.Sample()
		want := []string{"refused 2 [2 0 0]", "example.org 2 [2 0 0]"}
		if got := lines(h, began, HistoryStep, 3, 9); !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		next, problems := model.Build(model.Spec{}, before)
		if problems.HasErrors() {
			t.Fatal(problems)
		}
		s.Update(func(*model.Snapshot) (*model.Snapshot, problem.List) { return next, nil })
		m.Follow(before, next)
		for range 3 * rounds {
			m.Sample()
		}
		if l.policies.At(before.Policies[0].Number()) == nil {
			t.Error("a policy that has left is forgotten before Prometheus asked")
		}
		time.Sleep(HistoryStep)
		count() // by a query that began before
		m.retire(nil)
		m.Sample()
		want = []string{"refused 3 [2 1 0]", "example.org 3 [2 1 0]"}
		if got := lines(h, began, HistoryStep, 3, 9); !slices.Equal(got, want) {
			t.Errorf("at the end: %q, want %q", got, want)
		}
	})
}

// Many count, and ask, at a time.
func TestHistoryRace(t *testing.T) {
	t.Parallel()
	h := NewHistory()
	var running sync.WaitGroup
	for n := range 4 {
		running.Go(func() {
			for i := range 1000 {
				h.advance(time.Unix(int64(i)*10, 0))
				h.add(Series{Zone: fmt.Sprint(n)}, 1)
				if i%100 == 0 {
					h.Chart(time.Unix(0, 0), time.Minute, 200, 2)
				}
			}
		})
	}
	running.Wait()
	var total uint64
	for _, n := range h.Chart(time.Unix(0, 0), time.Hour, 24, 9).Sums {
		total += n
	}
	if total != 4000 {
		t.Errorf("%d were counted", total)
	}
}
