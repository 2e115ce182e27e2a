package expr

import "iter"

// Nodes returns e and all of its parts, each before its own parts and in the order of
// the text.
func Nodes(e Expr) iter.Seq[Expr] {
	return func(yield func(Expr) bool) { visit(e, yield) }
}

// visit reports whether yield wants more.
func visit(e Expr, yield func(Expr) bool) bool {
	if !yield(e) {
		return false
	}
	for _, part := range parts(e) {
		if !visit(part, yield) {
			return false
		}
	}
	return true
}

// parts returns the expressions right below e.
func parts(e Expr) []Expr {
	switch e := e.(type) {
	case *And:
		return e.Items
	case *Or:
		return e.Items
	case *Xor:
		return e.Items
	case *Not:
		return []Expr{e.X}
	case *Any:
		return []Expr{e.X}
	case *All:
		return []Expr{e.X}
	}
	return nil
}
