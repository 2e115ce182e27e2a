package live

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/internaldns/internaldns/plugin/pkg/list"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// List is a list of values that expressions name by its id. Immutable.
type List struct {
	ID          string     `json:"id"` // a UUID
	Name        string     `json:"name"`
	Description string     `json:"description,omitempty"`
	Kind        list.Kind  `json:"type"`
	Items       []ListItem `json:"items,omitempty"` // in the order they came
	Created     time.Time  `json:"created"`
	Modified    time.Time  `json:"modified"`
	Declared    *Declared  `json:"-"`

	values *list.List // of one that is declared, which has no items
}

// ListItem is a value of a list.
type ListItem struct {
	Value       string    `json:"value"` // as it was sent
	Description string    `json:"description,omitempty"`
	Created     time.Time `json:"created"`
}

// The bounds of lists. What a list holds is one value of the store, and an object of a
// backup.
const (
	maxItems           = 100_000
	maxItemsText       = 4 << 20 // octets of all values and descriptions
	maxItem            = 2048    // octets of a value
	maxItemDescription = 1024
)

// Count returns how many values the list has.
func (l *List) Count() int {
	if l.values != nil {
		return l.values.Len()
	}
	return len(l.Items)
}

// maxShown is how many values of a declared list are shown: a file may hold millions.
const maxShown = maxItems

// All returns the items. Those of a declared list are what its file holds, sorted; whole
// is false if they are too many to be shown, and then there are none.
func (l *List) All() (items []ListItem, whole bool) {
	if l.values == nil {
		return l.Items, true
	}
	if l.values.Len() > maxShown {
		return nil, false
	}
	for value := range l.values.All() {
		items = append(items, ListItem{Value: value})
	}
	slices.SortFunc(items, func(a, b ListItem) int { return strings.Compare(a.Value, b.Value) })
	return items, true
}

// at is the position of an item in a call.
func (i ListItem) at(pointer string, n int) problem.Pos {
	return problem.Pos{Pointer: fmt.Sprintf("%s/%d/value", pointer, n)}
}

// Put has the list hold items in place of those that it has. pointer is where they stand
// in the call, for the problems. A value that it had keeps its time.
func (l *List) Put(items []ListItem, pointer string, now time.Time) error {
	since := make(map[string]time.Time, len(l.Items))
	for _, i := range l.Items {
		since[i.Value] = i.Created
	}
	l.Items = nil
	if err := l.Append(items, pointer, now); err != nil {
		return err
	}
	for n, i := range l.Items {
		if t, had := since[i.Value]; had {
			l.Items[n].Created = t
		}
	}
	return nil
}

// Append adds items to the list. A value that means the same as another one is an error,
// as it is at Cloudflare.
func (l *List) Append(items []ListItem, pointer string, now time.Time) error {
	if len(l.Items)+len(items) > maxItems {
		return problem.List{{Code: problem.ListInvalid, Severity: problem.Error, Pos: problem.Pos{Pointer: pointer},
			Text: fmt.Sprintf("the list would have %d items, at most %d are allowed", len(l.Items)+len(items), maxItems)}}
	}
	known := make(map[string]bool, len(l.Items)+len(items))
	octets := 0
	for _, i := range l.Items {
		canonical, _ := l.Kind.Parse(i.Value) // was one
		known[canonical] = true
		octets += len(i.Value) + len(i.Description)
	}
	var problems problem.List
	next := slices.Clip(l.Items)
	for n, i := range items {
		canonical, err := i.check(l.Kind)
		switch {
		case len(problems) == maxItemProblems:
			return problems
		case err != nil:
			problems.Errorf(problem.ListEntryDoubtful, i.at(pointer, n), "", "%s", err)
		case known[canonical]:
			problems.Errorf(problem.ListEntryRepeated, i.at(pointer, n), "", "%s is in the list already", clipValue(i.Value))
		}
		known[canonical] = true
		octets += len(i.Value) + len(i.Description)
		i.Created = now
		next = append(next, i)
	}
	if octets > maxItemsText {
		problems.Errorf(problem.ListInvalid, problem.Pos{Pointer: pointer}, "", "the values and descriptions of the list have %d octets, at most %d are allowed", octets, maxItemsText)
	}
	l.Items = next
	return problems.Err()
}

const maxItemProblems = 100 // of one call

// check returns the canonical form of the value.
func (i ListItem) check(kind list.Kind) (string, error) {
	switch {
	case strings.TrimSpace(i.Value) != i.Value || i.Value == "":
		return "", fmt.Errorf("%q is empty or has spaces around it", clipValue(i.Value))
	case len(i.Value) > maxItem || strings.ContainsFunc(i.Value, unicode.IsControl):
		return "", fmt.Errorf("the value has more than %d octets or holds control characters", maxItem)
	case len(i.Description) > maxItemDescription || strings.ContainsFunc(i.Description, unicode.IsControl):
		return "", fmt.Errorf("the description of %q has more than %d octets or holds control characters", clipValue(i.Value), maxItemDescription)
	}
	return kind.Parse(i.Value)
}

// clipValue shortens a value for a message.
func clipValue(s string) string {
	const most = 200
	return strings.ToValidUTF8(s[:min(len(s), most)], "")
}

// Remove takes values away, and returns those that were not there.
func (l *List) Remove(values []string) (missing []string) {
	gone := make(map[string]bool, len(values))
	for _, v := range values {
		gone[canonicalOf(l.Kind, v)] = false
	}
	var rest []ListItem
	for _, i := range l.Items {
		canonical := canonicalOf(l.Kind, i.Value)
		if _, wanted := gone[canonical]; wanted {
			gone[canonical] = true
		} else {
			rest = append(rest, i)
		}
	}
	l.Items = rest
	for _, v := range values {
		if !gone[canonicalOf(l.Kind, v)] {
			missing = append(missing, v)
		}
	}
	return missing
}

// canonicalOf returns the canonical form of a value, or what cannot be one itself.
func canonicalOf(kind list.Kind, value string) string {
	if canonical, err := kind.Parse(value); err == nil {
		return canonical
	}
	return value
}
