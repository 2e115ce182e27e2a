package main

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// result is one benchmark, in one or several runs.
type result struct {
	pkg     string
	name    string               // without the prefix Benchmark, the number of processors and the variant
	variant string               // suite, or the stock plugin it is compared with; empty if there is only one
	values  map[string][]float64 // by unit
}

// variants returns the last elements of a name that are compared, the suite's own first.
func variants() []string { return []string{"suite", "file", "view"} }

// parse reads the output of `go test -bench`, in the order of its lines.
func parse(r io.Reader) ([]*result, error) {
	var all []*result
	pkg := ""
	processors := regexp.MustCompile(`-\d+$`)
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		line := lines.Text()
		if name, ok := strings.CutPrefix(line, "pkg: "); ok {
			pkg = name
		}
		fields := strings.Fields(line)
		if len(fields) < 4 || len(fields)%2 != 0 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name := processors.ReplaceAllString(strings.TrimPrefix(fields[0], "Benchmark"), "")
		variant := ""
		if last := path.Base(name); slices.Contains(variants(), last) {
			name, variant = strings.TrimSuffix(strings.TrimSuffix(name, last), "/"), last
		}
		all = add(all, pkg, name, variant)
		at := all[slices.IndexFunc(all, func(r *result) bool { return r.is(pkg, name, variant) })]
		for i := 2; i < len(fields); i += 2 {
			v, err := strconv.ParseFloat(fields[i], 64)
			if err != nil {
				return nil, fmt.Errorf("line %q: %w", line, err)
			}
			at.values[fields[i+1]] = append(at.values[fields[i+1]], v)
		}
	}
	return all, lines.Err()
}

func (r *result) is(pkg, name, variant string) bool {
	return r.pkg == pkg && r.name == name && r.variant == variant
}

// add appends a result unless there is one.
func add(all []*result, pkg, name, variant string) []*result {
	if slices.ContainsFunc(all, func(r *result) bool { return r.is(pkg, name, variant) }) {
		return all
	}
	return append(all, &result{pkg: pkg, name: name, variant: variant, values: map[string][]float64{}})
}

// printTable shows a row for each benchmark, with the stock plugin's beside it.
func printTable(out io.Writer, all []*result) {
	pkg := ""
	for _, r := range all {
		if slices.Contains(variants()[1:], r.variant) && find(all, r.pkg, r.name, variants()[:1]) != nil {
			continue // shown beside the suite
		}
		if r.pkg != pkg {
			pkg = r.pkg
			fmt.Fprintf(out, "\n%s\n\n", pkg)
			fmt.Fprintln(out, "| benchmark | ns | B | allocs | other | stock | ns | B | allocs | ns ÷ stock |")
			fmt.Fprintln(out, "| --- | ---: | ---: | ---: | --- | --- | ---: | ---: | ---: | ---: |")
		}
		fmt.Fprintf(out, "| %s | %s | %s", strings.ReplaceAll(r.name, "|", `\|`), r.costs(), r.further())
		if stock := find(all, r.pkg, r.name, variants()[1:]); stock != nil && stock != r {
			fmt.Fprintf(out, " | %s | %s | %s |\n", stock.variant, stock.costs(), number(r.median("ns/op")/stock.median("ns/op")))
		} else {
			fmt.Fprintln(out, " | | | | | |")
		}
	}
}

func find(all []*result, pkg, name string, among []string) *result {
	for _, r := range all {
		if r.pkg == pkg && r.name == name && slices.Contains(among, r.variant) {
			return r
		}
	}
	return nil
}

func (r *result) costs() string {
	return fmt.Sprintf("%s | %s | %s", number(r.median("ns/op")), number(r.median("B/op")), number(r.median("allocs/op")))
}

// further returns the metrics that a benchmark reports by itself.
func (r *result) further() string {
	var list []string
	for unit := range r.values {
		if !slices.Contains([]string{"ns/op", "B/op", "allocs/op"}, unit) {
			list = append(list, number(r.median(unit))+" "+unit)
		}
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// median returns the middle value of a unit, 0 if it was not measured.
func (r *result) median(unit string) float64 {
	values := slices.Sorted(slices.Values(r.values[unit]))
	if len(values) == 0 {
		return 0
	}
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
}

// number writes a value with three digits that count, and no fraction of whole numbers.
func number(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	digits := max(0, 2-int(math.Floor(math.Log10(math.Abs(v)))))
	return strconv.FormatFloat(v, 'f', digits, 64)
}
