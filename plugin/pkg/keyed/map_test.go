package keyed

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"
)

// twin holds a map against one of the language.
type twin struct {
	made Map[int]
	want map[string]int
}

func (w *twin) check(t *testing.T, keys int) {
	t.Helper()
	if w.made.Len() != len(w.want) {
		t.Fatalf("%d keys, want %d", w.made.Len(), len(w.want))
	}
	for i := range keys {
		key := fmt.Sprint(i)
		got, ok := w.made.Get(key)
		want, there := w.want[key]
		if got != want || ok != there {
			t.Fatalf("key %s has %d, %t; want %d, %t", key, got, ok, want, there)
		}
	}
}

// change makes a few changes and checks that the map before stays as it was.
func (w *twin) change(t *testing.T, rnd *rand.Rand, keys, changes int) {
	t.Helper()
	before := twin{w.made, maps.Clone(w.want)}
	fork := w.made.Fork()
	for range changes {
		key := fmt.Sprint(rnd.IntN(keys))
		switch rnd.IntN(3) {
		case 0:
			fork.Delete(key)
			delete(w.want, key)
		case 1:
			value := rnd.Int()
			fork.Set(key, value)
			w.want[key] = value
		default:
			*fork.At(key)++
			w.want[key]++
		}
		got, ok := fork.Get(key)
		if want, there := w.want[key]; got != want || ok != there {
			t.Fatalf("key %s has %d in the fork, want %d", key, got, want)
		}
	}
	w.made = fork.Map()
	w.check(t, keys)
	before.check(t, keys)
}

func TestMap(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(3, 16))
	for _, keys := range []int{1, 5, 300, 20_000} {
		w := &twin{want: make(map[string]int)}
		w.check(t, keys)
		for _, changes := range []int{1, 1, 3, keys, 1, 3 * keys, 2, 1} {
			w.change(t, rnd, keys, changes)
		}
		fork := w.made.Fork()
		for key := range w.want {
			fork.Delete(key)
		}
		if left := fork.Map(); left.Len() != 0 || len(w.want) > 0 && left.free == nil {
			t.Errorf("%d keys are left of %d", left.Len(), keys)
		}
	}
}

func FuzzMap(f *testing.F) {
	for seed := range uint64(10) {
		f.Add(seed, uint16(1<<seed), uint16(3<<seed))
	}
	f.Fuzz(func(t *testing.T, seed uint64, keys, changes uint16) {
		rnd := rand.New(rand.NewPCG(seed, 5))
		n := 1 + int(keys)%2000
		w := &twin{want: make(map[string]int)}
		for range 4 {
			w.change(t, rnd, n, int(changes)%2000)
		}
	})
}

// Numbers of keys that are gone are used again.
func TestNumbers(t *testing.T) {
	t.Parallel()
	var m Map[int]
	for i := range 1000 {
		fork := m.Fork()
		fork.Set(fmt.Sprint(i), i)
		fork.Delete(fmt.Sprint(i - 10))
		m = fork.Map()
	}
	if m.Len() != 10 || m.used > 11 || len(m.entries) != 1 {
		t.Errorf("%d keys take %d numbers and %d chunks", m.Len(), m.used, len(m.entries))
	}
}

// A lookup allocates nothing.
func TestGetAllocations(t *testing.T) {
	var m Map[int]
	fork := m.Fork()
	for i := range 1000 {
		fork.Set(fmt.Sprint(i), i)
	}
	m = fork.Map()
	if n := testing.AllocsPerRun(100, func() { m.Get("77"); m.Get("none") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
