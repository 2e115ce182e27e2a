package main

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const statistics = `DNS Performance Testing Tool
Statistics:

  Queries sent:         1000
  Queries completed:    990 (99.00%)
  Queries lost:         10 (1.00%)

  Response codes:       NOERROR 495 (50.00%), NXDOMAIN 495 (50.00%)
  Average packet size:  request 30, response 60
  Run time (s):         1.000000
  Queries per second:   990.500000
`

func TestTally(t *testing.T) {
	got, err := parseTally(statistics)
	if err != nil {
		t.Fatal(err)
	}
	if got.completed != 990 || got.lost != 10 || got.perSecond != 990.5 ||
		!maps.Equal(got.rcodes, map[string]int{"NOERROR": 495, "NXDOMAIN": 495}) {
		t.Errorf("got %+v", got)
	}
	none := strings.Replace(statistics, "NOERROR 495 (50.00%), NXDOMAIN 495 (50.00%)", "", 1)
	if got, err := parseTally(none); err != nil || len(got.rcodes) != 0 {
		t.Errorf("a server too slow for one answer: %+v, %v", got, err)
	}
	if _, err := parseTally("Error: no such file"); err == nil {
		t.Error("no error for output without statistics")
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		name string
		tally
		ask
		want string
	}{
		{"hits", tally{completed: 10, rcodes: map[string]int{"NOERROR": 10}}, ask{}, ""},
		{"half", tally{completed: 10, rcodes: map[string]int{"NOERROR": 5, "NXDOMAIN": 5}}, ask{nxdomain: 50}, ""},
		{"nothing", tally{lost: 3}, ask{}, "no answer in time, 3 queries are lost"},
		{"lost", tally{completed: 10, lost: 1, rcodes: map[string]int{"NOERROR": 10}}, ask{}, "10 answers, but 1 queries lost"},
		{"refused", tally{completed: 10, rcodes: map[string]int{"REFUSED": 10}}, ask{}, "answers other than NOERROR and NXDOMAIN: map[REFUSED:10]"},
		{"denied", tally{completed: 10, rcodes: map[string]int{"NXDOMAIN": 10}}, ask{}, "100 % NXDOMAIN, want 0 %"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			if err := c.check(c.ask); err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestParseStat(t *testing.T) {
	group, seconds, err := parseStat("12 (a) name) S 1 10 10 0 -1 4194304 5 6 7 8 100 20 3 4 20 0 1 0 99 0 0\n")
	if err != nil || group != 10 || seconds != 1.27 {
		t.Errorf("got group %d, %v s, %v; want 10, 1.27", group, seconds, err)
	}
	for _, line := range []string{"", "12 (a) S 1", "12 (a) S 1 x 10 0 -1 4194304 5 6 7 8 100 20 3 4 20 0 1"} {
		if _, _, err := parseStat(line); err == nil {
			t.Errorf("no error for %q", line)
		}
	}
}

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 0.00789: "0.00789", 1.2345: "1.23", 12.34: "12.3", 1234: "1234"} {
		if got := number(v); got != want {
			t.Errorf("number(%v) = %s, want %s", v, got, want)
		}
	}
	if got := median([]float64{3, 1, 2, 10}); got != 2.5 {
		t.Errorf("median %v, want 2.5", got)
	}
}

// TestJudge shows which bars are judged, and against what.
func TestJudge(t *testing.T) {
	hits := []ask{{name: "hits"}}
	all := []*contender{
		{name: bar{}.small(), asks: hits, costs: map[string][]float64{"hits": {10}}},
		{name: "suite", asks: hits, costs: map[string][]float64{"hits": {12, 11, 13}}, mib: 100, start: 0.5},
		{name: fastName, asks: hits, costs: map[string][]float64{"hits": {6}}},
		{name: "stock", asks: hits, costs: map[string][]float64{"hits": {24}}, start: 1},
	}
	got := judge(workload{name: "w", bars: []bar{
		{than: "stock", atMost: 0.4}, {than: smallZone, atMost: 1.25}, {what: rss, atMost: 50}, {what: load, than: "stock", atMost: 0.8}, {than: "named", atMost: 1},
		{of: fastName, than: suiteName, atMost: 0.6}, {of: fastName, than: smallZone, atMost: 1},
	}}, all)
	want := `| w | suite | hits ÷ stock | 0.500 | 0.400 | missed |
| w | suite | hits ÷ small zone | 1.20 | 1.25 | met |
| w | suite | MiB loaded | 100 | 50.0 | missed |
| w | suite | load s ÷ stock | 0.500 | 0.800 | met |
| w | suite, fast_udp | hits ÷ suite | 0.500 | 0.600 | met |`
	if strings.Join(got, "\n") != want {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), want)
	}
}

func TestOptions(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"-workloads small,none", `unknown workload "none"; known: `},
		{"-servers suite,bind", `unknown server "bind"; known: suite, stock, floor, named, unbound, nsd, knotd`},
		{"-rounds 0", "-rounds is 1 to 100 and -seconds 1 to 60"},
		{"-flood 1ms", "-flood is 1s to 10m"},
	} {
		_, _, err := parseOptions(strings.Fields(c.args), new(bytes.Buffer))
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.args, err, c.want)
		}
	}
}

// TestViews shows that the clients stand at even distances among the views, and
// that the last view's answer is waited for.
func TestViews(t *testing.T) {
	w, err := manyViews(t.TempDir(), 20)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(w.clients, " "); got != "127.1.1.1 127.1.3.1 127.1.5.1 127.1.7.1 127.1.9.1 127.1.11.1 127.1.13.1 127.1.15.1 127.1.17.1 127.1.19.1" {
		t.Errorf("clients %s", got)
	}
	if w.asker != "127.1.19.1" || w.probe != (record{"host-9.example.org", "127.1.19.10"}) {
		t.Errorf("probe %s from %s", w.probe, w.asker)
	}
	text, err := os.ReadFile(filepath.Join(w.dir, "zone-19"))
	if err != nil || !strings.HasSuffix(string(text), "\nhost-9 A 127.1.19.10\n") {
		t.Errorf("zone %q, %v", text, err)
	}
}
