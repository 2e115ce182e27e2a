package expr

import (
	"strconv"
	"strings"
)

// nearest returns the candidate that word is most likely a misspelling of, or "".
func nearest(word string, candidates []string) string {
	best, distance := "", max(2, len(word)/4)+1
	word = strings.ToLower(word)
	for _, c := range candidates {
		if d := edits(word, c, distance); d < distance {
			best, distance = c, d
		}
	}
	if best != "" {
		return best
	}
	for _, c := range candidates {
		if strings.HasSuffix(c, "."+word) || strings.HasPrefix(c, word+".") {
			return c
		}
	}
	return ""
}

// edits counts the insertions, deletions, replacements and swaps of neighbours
// that make b out of a, or gives limit if that takes as many or more.
func edits(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	var two, one []int // the rows before the current one
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		two, one, row = one, row, make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(one[j]+1, row[j-1]+1, one[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], two[j-2]+1)
			}
		}
	}
	return min(row[len(b)], limit)
}

// plural words a number of things.
func plural(n int, noun string) string {
	if n == 1 {
		return "one " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
