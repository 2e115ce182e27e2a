package main

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// median returns the middle value, 0 of none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// number writes a value with three digits that count.
func number(v float64) string {
	if v == 0 {
		return "0"
	}
	digits := max(0, 2-int(math.Floor(math.Log10(math.Abs(v)))))
	return strconv.FormatFloat(v, 'f', digits, 64)
}

func (b *bench) printHead() {
	fmt.Fprintf(b.out, "%s, %d cores, %s of memory, %s. %d rounds of %d s.\n\n", time.Now().UTC().Format(time.DateOnly),
		runtime.NumCPU(), memoryOfMachine(), b.pinning(), b.rounds, b.seconds)
	for _, s := range servers() {
		if s.version == "" || !slices.Contains(b.servers, s.group()) {
			continue
		}
		if path, err := findProgram(s.program); err == nil {
			fmt.Fprintf(b.out, "- %s: %s\n", s.name, versionOf(path, s.version, 1))
		} else {
			fmt.Fprintf(b.out, "- %s: not installed, skipped\n", s.name)
		}
	}
	fmt.Fprintf(b.out, "- suite and stock: %s\n", versionOf(b.coredns, "-version", 2))
}

func (b *bench) pinning() string {
	if b.cores {
		return "server pinned to one core, client to another"
	}
	return "nothing pinned"
}

func memoryOfMachine() string {
	text, _ := os.ReadFile("/proc/meminfo")
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return "unknown size"
	}
	kib, err := strconv.Atoi(fields[1])
	if err != nil {
		return "unknown size"
	}
	return fmt.Sprintf("%d GiB", (kib+1<<19)>>20)
}

// printTable shows a workload, one row for each server and list of questions.
func (b *bench) printTable(w workload, all []*contender) {
	fmt.Fprintf(b.out, "\n## %s: %s\n\n", w.name, w.title)
	fmt.Fprintln(b.out, "| questions | server | CPU s per million | lowest to highest | ÷ stock | ÷ small zone | ÷ named | ÷ nsd | ÷ knotd | answers/s | MiB loaded | MiB after | load s |")
	fmt.Fprintln(b.out, "| --- | --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
	for _, a := range asksOf(all) {
		for _, c := range all {
			if c.failed != nil && len(c.costs[a]) == 0 {
				fmt.Fprintf(b.out, "| %s | %s | failed | | | | | | | | | | |\n", a, c.name)
				continue
			}
			costs := c.costs[a]
			if len(costs) == 0 {
				continue
			}
			fmt.Fprintf(b.out, "| %s | %s | %s | %s to %s | %s | %s | %s | %s | %s | %.0f | %.0f | %.0f | %.2f |\n", a, c.name,
				number(median(costs)), number(slices.Min(costs)), number(slices.Max(costs)),
				ratio(median(costs), costOf(all, "stock", a)), ratio(median(costs), costOf(all, ownSmall(c.name), "hits")),
				ratio(median(costs), costOf(all, "named", a)), ratio(median(costs), costOf(all, "nsd", a)), ratio(median(costs), costOf(all, "knotd", a)),
				median(c.rates[a]), c.mib, c.after, c.start)
		}
	}
}

// asksOf returns the names of the lists that are asked, in order.
func asksOf(all []*contender) []string {
	var names []string
	for _, c := range all {
		for _, a := range c.asks {
			if !slices.Contains(names, a.name) {
				names = append(names, a.name)
			}
		}
	}
	return names
}

func costOf(all []*contender, name, ask string) float64 {
	if c := find(all, name); c != nil {
		return median(c.costs[ask])
	}
	return 0
}

func find(all []*contender, name string) *contender {
	for _, c := range all {
		if c.name == name {
			return c
		}
	}
	return nil
}

func ratio(v, of float64) string {
	if of == 0 {
		return ""
	}
	return number(v / of)
}

// ownSmall returns the name of the contender with a small zone that one is compared with.
func ownSmall(name string) string {
	if strings.HasPrefix(name, fastName) {
		return bar{of: fastName}.small()
	}
	return bar{}.small()
}

// judge says which bars the suite clears.
func judge(w workload, all []*contender) []string {
	var verdicts []string
	for _, limit := range w.bars {
		suite := find(all, limit.subject())
		if suite == nil || suite.failed != nil {
			continue
		}
		asks := asksOf([]*contender{suite})
		if limit.ask != "" {
			asks = []string{limit.ask}
		}
		if limit.what != cpu {
			asks = asks[:1]
		}
		for _, a := range asks {
			got, ok := limit.value(all, suite, a)
			if !ok {
				continue
			}
			word := "met"
			if got > limit.atMost {
				word = "missed"
			}
			verdicts = append(verdicts, fmt.Sprintf("| %s | %s | %s | %s | %s | %s |", w.name, limit.subject(), limit.about(a), number(got), number(limit.atMost), word))
		}
	}
	return verdicts
}

// value returns what is compared with the limit, and false if the other is missing.
func (l bar) value(all []*contender, suite *contender, ask string) (float64, bool) {
	of := func(c *contender, ask string) float64 {
		switch l.what {
		case rss:
			return c.mib
		case load:
			return c.start
		}
		return median(c.costs[ask])
	}
	got := of(suite, ask)
	switch l.than {
	case "":
		return got, true
	case ownHits:
		return got / of(suite, "hits"), true
	case smallZone:
		other := find(all, l.small())
		if other == nil || other.failed != nil {
			return 0, false
		}
		return got / of(other, "hits"), true
	}
	other := find(all, l.than)
	if other == nil || other.failed != nil {
		return 0, false
	}
	return got / of(other, ask), true
}

// about words what a bar limits.
func (l bar) about(ask string) string {
	than := ""
	if l.than != "" {
		than = " ÷ " + l.than
	}
	switch l.what {
	case rss:
		return "MiB loaded" + than
	case load:
		return "load s" + than
	}
	return ask + than
}

func (b *bench) printVerdicts(verdicts []string) {
	if len(verdicts) == 0 {
		return
	}
	fmt.Fprintf(b.out, "\n## Bars\n\n| workload | server | what | its | at most | |\n| --- | --- | --- | ---: | ---: | --- |\n%s\n", strings.Join(verdicts, "\n"))
}
