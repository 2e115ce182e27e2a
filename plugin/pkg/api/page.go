package api

import (
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// pageInfo is Cloudflare's result_info. Clients read all five (CLOUDFLARE-API 1.5).
type pageInfo struct {
	Page       int `json:"page"`
	PerPage    int `json:"per_page"`
	Count      int `json:"count"`
	TotalCount int `json:"total_count"`
	TotalPages int `json:"total_pages"`
}

// page is which part of a list is asked for.
type page struct{ number, size int }

// readPage reads page and per_page. A size over most is most.
func (c *call) readPage(size, most int) (page, *Error) {
	p := page{1, size}
	for name, into := range map[string]*int{"page": &p.number, "per_page": &p.size} {
		text := c.req.URL.Query().Get(name)
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return p, errorf(http.StatusBadRequest, codeInvalid, "%s %q is not a number from 1 up", name, clip(text))
		}
		*into = n
	}
	p.size = min(p.size, most)
	return p, nil
}

// cut returns the part of n objects that the page is: empty behind the last.
func (p page) cut(n int) (from, to int) {
	if p.number-1 > n/p.size {
		return n, n
	}
	from = min((p.number-1)*p.size, n)
	return from, min(from+p.size, n)
}

// end returns how many objects there are up to the end of the page.
func (p page) end() int {
	if p.number > math.MaxInt/8/p.size {
		return math.MaxInt / 8
	}
	return p.number * p.size
}

// bounds returns which of the objects the page shows.
func (p page) bounds() (from, to int) {
	to = p.end()
	return max(0, to-p.size), to
}

// info describes a page of so many objects of total.
func (p page) info(count, total int) *pageInfo {
	return &pageInfo{Page: p.number, PerPage: p.size, Count: count, TotalCount: total, TotalPages: (total + p.size - 1) / p.size}
}

// whole describes a list that is not cut into pages. Its page is not full, since some
// clients ask for another one behind a full page without end.
func whole(n int) *pageInfo {
	return &pageInfo{Page: 1, PerPage: max(n+1, 100), Count: n, TotalCount: n, TotalPages: min(n, 1)}
}

// reply is what a page of objects is answered with.
func reply[T, R any](c *call, p page, all []T, show func(T) R) *Error {
	from, to := p.cut(len(all))
	result := make([]R, 0, to-from)
	for _, object := range all[from:to] {
		result = append(result, show(object))
	}
	c.result, c.info = result, p.info(len(result), len(all))
	return nil
}

// first holds the first n of all that are added, in an order: of a large zone a page needs
// few.
type first[T any] struct {
	n       int
	compare func(a, b T) int
	kept    []T
	total   int
}

const spare = 1024 // more than n that are kept before the last are dropped

func (f *first[T]) add(t T) {
	f.total++
	f.kept = append(f.kept, t)
	if len(f.kept) > 2*f.n+spare {
		f.sort()
	}
}

func (f *first[T]) sort() {
	slices.SortFunc(f.kept, f.compare)
	if len(f.kept) > f.n {
		clear(f.kept[f.n:])
		f.kept = f.kept[:f.n]
	}
}

// replySorted is what a page of what was added is answered with.
func replySorted[T, R any](c *call, p page, all *first[T], show func(T) R) *Error {
	all.sort()
	from, to := p.cut(all.total)
	result := make([]R, 0, to-from)
	for _, object := range all.kept[from:to] {
		result = append(result, show(object))
	}
	c.result, c.info = result, p.info(len(result), all.total)
	return nil
}

// combined returns the filter that conditions make together: all of them, or any one with
// match=any.
func combined[T any](q url.Values, conditions []func(T) bool) func(T) bool {
	anyOf := q.Get("match") == "any" && len(conditions) > 0
	return func(t T) bool {
		for _, holds := range conditions {
			if holds(t) == anyOf {
				return anyOf
			}
		}
		return !anyOf
	}
}

// turn reverses what is in ascending order if the query asks for that.
func turn[T any](all []T, q url.Values) *Error {
	switch direction := q.Get("direction"); direction {
	case "", "asc":
	case "desc":
		slices.Reverse(all)
	default:
		return errorf(http.StatusBadRequest, codeInvalid, "direction %q, allowed: asc, desc", clip(direction))
	}
	return nil
}

// asked reports whether a parameter is set to true.
func (c *call) asked(name string) bool { return c.req.URL.Query().Get(name) == "true" }
