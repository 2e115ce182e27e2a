package scenario

import (
	"slices"
	"strings"
)

// Equal reports whether what was printed is what was expected, but for spacing.
func Equal(got, want []string) bool {
	return slices.EqualFunc(got, want, func(a, b string) bool { return Squeeze(a) == Squeeze(b) })
}

// Diff shows two texts as one: lines only expected begin with "-", lines only
// got with "+", the others with a space.
func Diff(got, want []string) string {
	common := commonLengths(got, want)
	var b strings.Builder
	i, j := 0, 0
	for i < len(got) || j < len(want) {
		switch {
		case i < len(got) && j < len(want) && Squeeze(got[i]) == Squeeze(want[j]):
			b.WriteString("  " + got[i] + "\n")
			i, j = i+1, j+1
		case i == len(got) || j < len(want) && common[i][j+1] >= common[i+1][j]:
			b.WriteString("- " + want[j] + "\n")
			j++
		default:
			b.WriteString("+ " + got[i] + "\n")
			i++
		}
	}
	return b.String()
}

// commonLengths gives, for every pair of positions, how long the longest common
// subsequence of the lines from there on is.
func commonLengths(got, want []string) [][]int {
	n := make([][]int, len(got)+1)
	for i := range n {
		n[i] = make([]int, len(want)+1)
	}
	for i := len(got) - 1; i >= 0; i-- {
		for j := len(want) - 1; j >= 0; j-- {
			if Squeeze(got[i]) == Squeeze(want[j]) {
				n[i][j] = n[i+1][j+1] + 1
			} else {
				n[i][j] = max(n[i+1][j], n[i][j+1])
			}
		}
	}
	return n
}
