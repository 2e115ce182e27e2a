package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
)

// workload is one row of questions and what the suite must reach in it.
type workload struct {
	name  string
	title string
	make  func(dir string) (*world, error)
	bars  []bar
}

// bar is a limit for the suite: its cost per query, or what it needs, at most this
// share of another's.
type bar struct {
	of     string // the server that it is for; empty: suite
	ask    string // which questions; empty: all of them
	what   measure
	than   string // server, or "" for an absolute limit; smallZone for the suite with a small zone, ownHits for its own plain hits
	atMost float64
}

// subject returns the name of the server that the bar is for.
func (l bar) subject() string { return cmp.Or(l.of, suiteName) }

// small returns the name of the subject with a small zone.
func (l bar) small() string { return l.subject() + ", small zone" }

// measure is what a bar is about.
type measure int

const (
	cpu  measure = iota // processor time per query
	rss                 // MiB after load
	load                // seconds until the first answer
)

const (
	suiteName = "suite"
	fastName  = "suite, fast_udp"
	smallZone = "small zone"
	ownHits   = "own hits"
)

// fast returns what fast_udp must reach: less than each classic server, whose protocol work
// is all that it does as well, and a share of stock.
func fast(ofStock float64, more ...bar) []bar {
	bars := []bar{{of: fastName, than: "named", atMost: 1}, {of: fastName, than: "unbound", atMost: 1}, {of: fastName, than: "nsd", atMost: 1}}
	if ofStock > 0 {
		bars = append(bars, bar{of: fastName, than: "stock", atMost: ofStock})
	}
	for _, b := range more {
		b.of = fastName
		bars = append(bars, b)
	}
	return bars
}

// workloads returns all of them, in the order they run.
func workloads() []workload {
	views := func(n int, bars ...bar) workload {
		return workload{
			name: fmt.Sprintf("views-%d", n), title: fmt.Sprintf("%d views by client address, 10 names each", n),
			make: func(dir string) (*world, error) { return manyViews(dir, n) }, bars: bars,
		}
	}
	names := func(name, title string, n int, host func(int) string, bars ...bar) workload {
		return workload{name: name, title: title, bars: bars, make: func(dir string) (*world, error) { return flat(dir, n, host) }}
	}
	stock := func(atMost float64) bar { return bar{than: "stock", atMost: atMost} }
	same := func(ask string) bar { return bar{ask: ask, than: ownHits, atMost: 1.15} }
	return []workload{
		names("small", "10 names, hits", 10, shallow, append(fast(0.30, bar{than: "knotd", atMost: 1.9}), stock(0.65))...),
		{name: "ports", title: "10 names, hits, asked by 100 ports in turn", bars: fast(0), make: func(dir string) (*world, error) {
			w, err := flat(dir, 10, shallow)
			if err == nil {
				w.ports = outstanding
			}
			return w, err
		}},
		{name: "observed", title: "10 names, with errors and prometheus", bars: []bar{stock(0.65), {of: fastName, than: smallZone, atMost: 1.1}}, make: func(dir string) (*world, error) {
			w, err := flat(dir, 10, shallow)
			if err == nil {
				w.observed = true
			}
			return w, err
		}},
		names("names", "100,000 names", 100_000, shallow, append(fast(0.22), stock(0.48))...),
		names("deep", "100,000 names, 4 labels deep", 100_000, deep, append(fast(0), stock(0.30))...),
		names("million", "1,000,000 names", 1_000_000, shallow, append(fast(0.20), stock(0.42), bar{what: rss, atMost: 400}, bar{what: load, than: "stock", atMost: 0.8})...),
		{name: "zones", title: "10,000 zones of 10 records", bars: append(fast(0, bar{than: smallZone, atMost: 1.25}), bar{than: smallZone, atMost: 1.15}, bar{what: load, atMost: 1}),
			make: func(dir string) (*world, error) { return manyZones(dir, 10_000) }},
		{name: "nxdomain", title: "100,000 names, half NXDOMAIN", bars: append(fast(0.25), stock(0.50)), make: halfMissing},
		views(2, append(fast(0), stock(0.52))...),
		views(10, fast(0)...),
		views(100, append(fast(0.035), stock(0.07))...),
		views(1000, append(fast(0), stock(0.008))...),
		views(5000, append(fast(0, bar{than: smallZone, atMost: 1.25}), bar{than: smallZone, atMost: 1.15}, bar{what: load, atMost: 1}, bar{what: rss, atMost: 120})...),
		{name: "paths", title: "10 names, by three ways", bars: append(fast(0), same("flattened CNAME"), same("one reference")), make: paths},
		{name: "fallback", title: "names only public DNS has", make: forwarded,
			bars: []bar{{ask: "forwarded, cached", than: "stock", atMost: 1.05}, {ask: "forwarded, missed", than: "stock", atMost: 1.05}}},
	}
}

func workloadNames() []string {
	var names []string
	for _, w := range workloads() {
		names = append(names, w.name)
	}
	return names
}

// prepare writes the files of a workload below root.
func (w workload) prepare(root string) (*world, error) {
	dir := filepath.Join(root, w.name)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	return w.make(dir)
}
