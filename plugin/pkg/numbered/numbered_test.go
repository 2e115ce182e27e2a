package numbered

import (
	"sync"
	"testing"
)

// A list stays as it is when the next one is made of it, and shares what did not change.
func TestList(t *testing.T) {
	t.Parallel()
	var empty List[int]
	if empty.At(7) != 0 {
		t.Error("an empty list has an entry")
	}
	fork := empty.Fork()
	for n := range uint32(1000) {
		fork.Set(n, int(n)+1)
	}
	first := fork.List()
	again := first.Fork()
	again.Set(700, -1)
	again.Set(5000, 5)
	second := again.List()
	for n := range uint32(1000) {
		if first.At(n) != int(n)+1 {
			t.Fatalf("entry %d of the first is %d", n, first.At(n))
		}
		if want := int(n) + 1; n != 700 && second.At(n) != want {
			t.Fatalf("entry %d of the second is %d", n, second.At(n))
		}
	}
	if second.At(700) != -1 || second.At(5000) != 5 || first.At(5000) != 0 || second.At(3000) != 0 {
		t.Error("a change is not there, or in the wrong list")
	}
	if first[0] != second[0] || first[700/chunkLen] == second[700/chunkLen] {
		t.Error("what did not change is not shared, or what changed is")
	}
}

// A table has what was put in last, and gives back the room of what is gone.
func TestTable(t *testing.T) {
	t.Parallel()
	var table Table[int]
	one, two := new(int), new(int)
	if table.At(3) != nil || table.Swap(3, nil, nil) != nil || table.Swap(3, one, two) != nil {
		t.Error("an empty table has an entry")
	}
	if table.Swap(200, nil, one) != one || table.Swap(200, nil, two) != one || table.Swap(200, one, two) != two || table.At(200) != two {
		t.Error("a swap does not tell what is there")
	}
	for n, v := range table.All() {
		if n != 200 || v != two {
			t.Errorf("entry %d", n)
		}
	}
	if table.Swap(200, two, nil) != nil || table.At(200) != nil {
		t.Error("what was taken away is there")
	}
	for i, p := range *table.parts.Load() {
		if p != nil {
			t.Errorf("part %d is kept without an entry", i)
		}
	}
}

// Reading goes on while the table grows and shrinks; each number has one winner.
func TestTableBesideReaders(t *testing.T) {
	t.Parallel()
	const numbers = 2000
	var table Table[uint32]
	var running sync.WaitGroup
	for range 4 {
		running.Go(func() {
			for n := range uint32(numbers) {
				mine := n
				if won := table.Swap(n, nil, &mine); *won != n || table.At(n) != won {
					t.Errorf("number %d has %d", n, *won)
					return
				}
			}
		})
	}
	running.Wait()
	count := 0
	for n, v := range table.All() {
		if n != *v {
			t.Errorf("number %d has %d", n, *v)
		}
		count++
	}
	if count != numbers {
		t.Errorf("%d entries, want %d", count, numbers)
	}
}
