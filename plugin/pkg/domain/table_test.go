package domain

import (
	"fmt"
	"testing"
)

// Every name finds its own number among those a search gives, at any size, and a
// search for a name that is not there ends.
func TestTable(t *testing.T) {
	for _, room := range []int{0, 10_000} {
		table := NewTable(room)
		name := func(i int) string { return fmt.Sprintf("host-%d.example.", i) }
		for i := range 10_000 {
			table.Add(name(i), uint32(i))
		}
		others := 0
		for i := range 20_000 {
			found := false
			s := table.Search(name(i))
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
	table := NewTable(0)
	s := table.Search("example.")
	if n, ok := table.Next(&s); ok {
		t.Errorf("an empty table gives %d", n)
	}
}
