package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// What a flood is to leave: of the capacity, of memory in MiB and of goroutines above those
// before, and of the questions of the others that are not in the flooder's queue.
const (
	floodAnswered   = 0.9
	floodMiB        = 64
	floodGoroutines = 64
	floodAgain      = 0.01
)

// floodBusy is the part of its core that a server must have had for its answers a second to mean
// anything; those for a second of processor time mean the same on a busy machine.
const floodBusy = 0.9

// floodAfter is how far the capacity and the cost may be off afterwards: a shared machine
// does not give better.
const floodAfter = 0.15

func (b *bench) printFlood(all []*flooded) {
	fmt.Fprintf(b.out, "\n## flood: twice the capacity for %s from one address\n\n", b.flood)
	b.printRow("server", "capacity/CPU s", "offered/s", "answered/CPU s", "÷ capacity", "answered/s", "÷ saturated", "lowest second", "own count/s", "of its core", "load of the machine", "dropped by the fullest queue", "by all others")
	b.printRule(13)
	for _, f := range all {
		b.printRow(f.name, whole(f.before.capacity), whole(f.offered), whole(mean(f.answered)/f.busy), number(f.kept()), whole(mean(f.answered)), number(f.inTime()),
			whole(slices.Min(f.answered)), whole(f.own), number(f.busy), f.load, strconv.Itoa(f.dropped[0]), strconv.Itoa(f.droppedElsewhere()))
	}
	fmt.Fprintln(b.out)
	b.printRow("server", "", "saturated/s", "capacity/CPU s", "CPU µs at half of it", "MiB", "goroutines", "others' questions", "asked again", "by the first", "given up", "median", "99 %")
	b.printRule(13)
	for _, f := range all {
		b.printCalm(f.name, "before", f.before)
		b.printCalm(f.name, "during, at most", calm{state: f.highest, others: f.others})
		b.printCalm(f.name, "after", f.after)
	}
	for _, f := range all {
		if missed := f.missed(); f.name == fastName && len(missed) == 0 {
			fmt.Fprintf(b.out, "\n%s: as promised\n", f.name)
		} else if f.name == fastName {
			fmt.Fprintf(b.out, "\n%s: missed: %s\n", f.name, strings.Join(missed, "; "))
		}
	}
}

func (b *bench) printRow(cells ...string) {
	fmt.Fprintf(b.out, "| %s |\n", strings.Join(cells, " | "))
}

func (b *bench) printRule(columns int) {
	fmt.Fprintf(b.out, "| --- |%s\n", strings.Repeat(" ---: |", columns-1))
}

func (b *bench) printCalm(name, when string, c calm) {
	asked, again, lost := sums(c.others.each)
	rate, capacity, cost := "", "", ""
	if c.capacity > 0 {
		rate, capacity, cost = whole(c.rate), whole(c.capacity), number(c.cost)
	}
	b.printRow(name, when, rate, capacity, cost, whole(c.mib), whole(c.goroutines), fmt.Sprint(asked), fmt.Sprint(again), fmt.Sprint(c.others.each[0].again),
		fmt.Sprint(lost), inMs(c.others, 0.5), inMs(c.others, 0.99))
}

func whole(v float64) string { return fmt.Sprintf("%.0f", v) }

func inMs(a askings, part float64) string {
	return number(a.at(part).Seconds()*1000) + " ms"
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(max(len(values), 1))
}

// kept is the part of the capacity that is left under the flood, of the same processor time.
func (f *flooded) kept() float64 { return mean(f.answered) / f.busy / f.before.capacity }

// inTime is the part that is left of the answers in a second.
func (f *flooded) inTime() float64 { return mean(f.answered) / f.before.rate }

// droppedElsewhere is how many queries were lost that do not share the flooder's queue.
func (f *flooded) droppedElsewhere() (sum int) {
	for _, n := range f.dropped[1:] {
		sum += n
	}
	return sum
}

// missed names what the flood is not to do and did.
func (f *flooded) missed() (all []string) {
	check := func(ok bool, what string, values ...any) {
		if !ok {
			all = append(all, fmt.Sprintf(what, values...))
		}
	}
	check(f.offered >= 1.9*f.before.capacity, "the client offered but %.0f/s", f.offered)
	check(f.kept() >= floodAnswered, "answered %.3f of the capacity for its processor time", f.kept())
	check(f.busy < floodBusy || f.inTime() >= floodAnswered, "answered %.3f of the capacity", f.inTime())
	check(f.highest.mib <= f.before.mib+floodMiB, "%.0f MiB resident after %.0f", f.highest.mib, f.before.mib)
	check(f.highest.goroutines <= f.before.goroutines+floodGoroutines, "%.0f goroutines after %.0f", f.highest.goroutines, f.before.goroutines)
	// An eighth of all clients is in the flooder's queue: of these one.
	asked, again, lost := sums(f.others.each[1:])
	late := f.busy >= floodBusy && float64(again) > floodAgain*float64(asked) // else the machine may stall
	check(asked > 0 && lost == 0 && !late, "of %d questions %d were asked again, %d given up", asked, again, lost)
	check(f.droppedElsewhere() == 0, "%d queries were dropped from other queues than the flooder's", f.droppedElsewhere())
	_, again, lost = sums(f.after.others.each)
	check(again+lost == 0, "afterwards %d questions were asked again, %d given up", again, lost)
	check(f.after.capacity >= (1-floodAfter)*f.before.capacity, "afterwards the capacity is %.0f after %.0f", f.after.capacity, f.before.capacity)
	check(f.after.cost <= (1+floodAfter)*f.before.cost, "afterwards a query costs %.2f µs after %.2f", f.after.cost, f.before.cost)
	check(f.after.mib <= f.before.mib+floodMiB && f.after.goroutines <= f.before.goroutines+floodGoroutines, "afterwards %.0f MiB and %.0f goroutines after %.0f and %.0f",
		f.after.mib, f.after.goroutines, f.before.mib, f.before.goroutines)
	return all
}
