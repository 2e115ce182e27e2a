package expr

import (
	"slices"
	"testing"
)

// TestNodes holds that every part of an expression is visited once, in the order of the
// text, and no more of them than asked for.
func TestNodes(t *testing.T) {
	t.Parallel()
	a, b, c, d := &Truth{}, &Truth{}, &Truth{}, &Truth{}
	not, all := &Not{X: a}, &All{X: c}
	anyOf := &Any{X: all}
	or := &Or{Items: []Expr{not, b}}
	xor := &Xor{Items: []Expr{anyOf, d}}
	and := &And{Items: []Expr{or, xor}}
	want := []Expr{and, or, not, a, b, xor, anyOf, all, c, d}
	if got := slices.Collect(Nodes(and)); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for n := range want {
		var got []Expr
		for e := range Nodes(and) {
			if got = append(got, e); len(got) == n+1 {
				break
			}
		}
		if !slices.Equal(got, want[:n+1]) {
			t.Errorf("the first %d: got %v, want %v", n+1, got, want[:n+1])
		}
	}
}
