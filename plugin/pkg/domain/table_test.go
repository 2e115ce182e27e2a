package domain

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"testing"
)

// Every name finds its own number among those a search gives, at any size, and a
// search for a name that is not there ends.
func TestTable(t *testing.T) {
	t.Parallel()
	for _, room := range []int{0, 10_000} {
		table := NewTable(room)
		name := func(i int) string { return fmt.Sprintf("host-%d.example.", i) }
		for i := range 10_000 {
			table.Add(name(i), uint32(i))
		}
		others := 0
		for i := range 20_000 {
			found := false
			s := NewSearch(name(i))
			for n, ok := table.Next(&s); ok; n, ok = table.Next(&s) {
				if int(n) == i {
					found = true
				} else {
					others++
				}
			}
			if found != (i < 10_000) {
				t.Fatalf("room for %d: %s is found: %v", room, name(i), found)
			}
		}
		if others > 100 {
			t.Errorf("room for %d: %d times another name was given", room, others)
		}
	}
}

func TestInscribe(t *testing.T) {
	t.Parallel()
	room := []byte("................")
	name := Inscribe(room[2:], "example.org.")
	if name != "example.org." || string(room) != "..example.org..." {
		t.Errorf("%q in %q", name, room)
	}
	if empty := Inscribe(room, ""); empty != "" {
		t.Errorf("%q", empty)
	}
}

func TestTableEmpty(t *testing.T) {
	t.Parallel()
	table := NewTable(0)
	s := NewSearch("example.")
	if n, ok := table.Next(&s); ok {
		t.Errorf("an empty table gives %d", n)
	}
}

// tableTwin holds a table against a map of the same names.
type tableTwin struct {
	table Table
	names []string // by number
	has   map[uint32]bool
}

func (w *tableTwin) check(t *testing.T) {
	t.Helper()
	for number, name := range w.names {
		found := false
		for s := NewSearch(name); ; {
			n, ok := w.table.Next(&s)
			if !ok {
				break
			}
			found = found || n == uint32(number)
		}
		if found != w.has[uint32(number)] {
			t.Fatalf("name %d of %d: found is %t", number, len(w.names), found)
		}
	}
}

// A table that grows and shrinks finds what is in it, and one that was forked stays as
// it was.
func TestFork(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	w := &tableTwin{table: NewTable(0), has: make(map[uint32]bool)}
	for _, changes := range []int{5, 20, 700, 60, 1, 9000, 300, 1, 20} {
		before := &tableTwin{table: w.table, names: slices.Clone(w.names), has: maps.Clone(w.has)}
		next := w.table
		fork := next.Fork()
		for range changes {
			number := uint32(len(w.names))
			if len(w.names) > 0 && rnd.IntN(3) == 0 {
				number = uint32(rnd.IntN(len(w.names)))
			}
			switch {
			case int(number) == len(w.names):
				w.names = append(w.names, fmt.Sprintf("n%d.example.", number))
				fork.Add(w.names[number], number)
				w.has[number] = true
			case fork.Remove(w.names[number], number) != w.has[number]:
				t.Fatalf("removal of name %d does not tell whether it was there", number)
			default:
				w.has[number] = false
			}
		}
		w.table = next
		w.check(t)
		before.check(t)
	}
}

// A change of a large table copies a page and the directory, not the table.
func TestForkIsCheap(t *testing.T) {
	const names = 1_000_000
	table := NewTable(names)
	for i := range uint32(names) {
		table.Add(strconv.Itoa(int(i)), i)
	}
	const runs = 100
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		next := table
		fork := next.Fork()
		fork.Add("new", names)
		fork.Remove("77", 77)
	}
	runtime.ReadMemStats(&after)
	if got := (after.TotalAlloc - before.TotalAlloc) / runs; got > 100_000 {
		t.Errorf("%d bytes are allocated, want at most 100 kB", got)
	}
}

func BenchmarkTable(b *testing.B) {
	for _, names := range []int{10, 1000, 100_000, 1_000_000} {
		table := NewTable(0)
		ask := make([]string, names)
		for i := range ask {
			ask[i] = fmt.Sprintf("host-%d.example.org.", i)
			table.Add(ask[i], uint32(i))
		}
		b.Run(fmt.Sprintf("names=%d", names), func(b *testing.B) {
			i := 0
			for b.Loop() {
				s := NewSearch(ask[i])
				if _, ok := table.Next(&s); !ok {
					b.Fatal("not found")
				}
				if i += 7919; i >= names {
					i %= names
				}
			}
		})
	}
}
