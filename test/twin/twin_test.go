// Package twin compares the suite with a slow, literal reading of SPEC 2 to 6, on
// random worlds: zones, views, references, policies and public DNS. The twin was
// written from SPEC alone, and shares no code with the suite. Where SPEC leaves a
// reading open, the twin was settled on the suite's afterwards, so there the
// comparison only guards against change.
package twin

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
)

// worldsVariable asks for a long run: TWIN_WORLDS=100000 go test ./test/twin.
// TWIN_SEED chooses other worlds than the committed ones.
const (
	worldsVariable = "TWIN_WORLDS"
	seedVariable   = "TWIN_SEED"
	shortRun       = 1000
	shortRunSeed   = 4
	maxReports     = 8 // different kinds of difference shown

	minimumPerCorner = 2 // in a run that is not cut short
)

func number(t *testing.T, variable string, otherwise uint64) uint64 {
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}

// TestTwin holds the suite and the twin against each other (SPEC 2 to 6).
func TestTwin(t *testing.T) {
	worlds := number(t, worldsVariable, shortRun)
	seed := number(t, seedVariable, shortRunSeed)
	var next, questions atomic.Uint64
	var mu sync.Mutex
	reported := map[string]int{}
	corners := map[string]int{}
	report := func(i uint64, w world, q question, how string) {
		mu.Lock()
		defer mu.Unlock()
		if reported[how]++; reported[how] == 1 && len(reported) <= maxReports {
			t.Error(describe(i, w, q, how))
		}
	}
	var running sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		running.Go(func() {
			for i := next.Add(1) - 1; i < worlds; i = next.Add(1) - 1 {
				w, qs := newWorld(seed, i)
				questions.Add(uint64(len(qs)))
				met := check(w, qs, func(q question, how string) { report(i, w, q, how) })
				mu.Lock()
				for _, corner := range met {
					corners[corner]++
				}
				mu.Unlock()
			}
		})
	}
	running.Wait()
	t.Logf("seed %d: %d worlds, %d questions, differences %v", seed, worlds, questions.Load(), reported)
	t.Logf("corners met %v", corners)
	for _, corner := range everyCorner() {
		if worlds >= shortRun && corners[corner] < minimumPerCorner {
			t.Errorf("corner %q was met %d times, want %d at least: the worlds are too tame", corner, corners[corner], minimumPerCorner)
		}
	}
	if len(reported) > 0 {
		t.Fail()
	}
	if n := direct.Load(); n == 0 {
		t.Error("fast_udp has answered nothing")
	} else {
		t.Logf("%d questions were answered without the chain, too", n)
	}
}

// everyCorner lists the rules that every run has to meet.
func everyCorner() []string {
	return []string{
		"refused", "transfer", "records", "records by reference", "referral", "referral by reference",
		"nxdomain", "nodata", "nodata of a chain", "nxdomain of a chain", "redirection itself", "loop",
		"flattened", "flattened by reference", "classic chain", "classic chain by reference", "chain to a cut",
		"chain that leaves", "chain finished in public", "qname after target", "bare chain", "kept private",
		"public", "public on nxdomain", "public on refused", "public beside nodata", "nodata kept",
		"nodata kept, public failed", "fallback failed", "name too long",
	}
}

// check asks all questions of a world and gives the corners they met.
func check(w world, qs []question, differ func(q question, how string)) []string {
	p, err := load(w)
	if err != nil {
		differ(question{}, "load: "+err.Error())
		return nil
	}
	defer p.close()
	twin := newTwin(w)
	var met []string
	for _, q := range qs {
		want := twin.ask(q)
		met = append(met, want.corner)
		if how := differs(want, p.ask(q), q); how != "" {
			differ(q, how+" at: "+want.corner)
		}
	}
	return met
}

// describe shows the smallest form of a difference.
func describe(i uint64, w world, q question, how string) string {
	if q.Name == "" {
		return fmt.Sprintf("world %d: %s\n%s", i, how, w.corefile())
	}
	w, q = shrink(w, q)
	p, err := load(w)
	if err != nil {
		return fmt.Sprintf("world %d: %v\n%s", i, err, w.corefile())
	}
	defer p.close()
	text := fmt.Sprintf("world %d, difference in %s\n%s\n", i, how, w.corefile())
	for name, node := range w.Public {
		text += fmt.Sprintf("public %s %+v\n", name, node)
	}
	return text + fmt.Sprintf("question %s\nproduct\n%s\ntwin\n%s\n", q, p.ask(q), newTwin(w).ask(q))
}
