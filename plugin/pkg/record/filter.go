package record

import (
	"bytes"
	"slices"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
)

// Filter chooses records of a list. All text is compared without regard to letter case.
// It is immutable and safe for concurrent use.
type Filter struct {
	conditions []condition // each a parameter of the call, joined as match says
	tags       []condition // one condition together, joined as tag_match says
	always     []condition // hold in any case: search, only_type
	any        bool        // one condition is enough
	anyTag     bool

	name string // canonical, if all that match have this owner
}

// condition is what one parameter asks of a record.
type condition struct {
	holds func(*Record) bool
	peek  func(*Look) verdict // the same of a stored one, as far as a look tells
}

// Empty reports whether all records match.
func (f *Filter) Empty() bool { return len(f.conditions)+len(f.tags)+len(f.always) == 0 }

// ExactName returns the canonical owner of all records that can match, if there is one.
func (f *Filter) ExactName() (canonical string, ok bool) { return f.name, f.name != "" }

// Match reports whether a record is chosen.
func (f *Filter) Match(r *Record) bool {
	if !holds(f.always, false, r) {
		return false
	}
	switch count := len(f.conditions); {
	case len(f.tags) == 0:
		return holds(f.conditions, f.any, r)
	case count == 0:
		return holds(f.tags, f.anyTag, r)
	case f.any:
		return holds(f.conditions, true, r) || holds(f.tags, f.anyTag, r)
	}
	return holds(f.conditions, false, r) && holds(f.tags, f.anyTag, r)
}

// holds joins conditions; none hold always.
func holds(conditions []condition, any bool, r *Record) bool {
	for _, c := range conditions {
		if c.holds(r) == any {
			return any
		}
	}
	return !any || len(conditions) == 0
}

// comparison is how a text is compared with a value: both are in lower case.
type comparison struct {
	text   func(text, value string) bool
	octets func(text, value []byte) bool
}

// comparisons are indexed by the suffix of a parameter.
var comparisons = map[string]comparison{
	"":            {func(text, value string) bool { return text == value }, bytes.Equal},
	".exact":      {func(text, value string) bool { return text == value }, bytes.Equal},
	".contains":   {strings.Contains, bytes.Contains},
	".startswith": {strings.HasPrefix, bytes.HasPrefix},
	".endswith":   {strings.HasSuffix, bytes.HasSuffix},
}

// nameCondition compares the name as the API shows it.
func nameCondition(compare comparison, values []string) condition {
	holds := func(r *Record) bool {
		name := shown(r.Name)
		return slices.ContainsFunc(values, func(v string) bool { return compare.text(name, v) })
	}
	return condition{holds, peekName(compare, values)}
}

// contentCondition compares the content, and of a TXT what it means, too: one value has
// several spellings.
func contentCondition(compare comparison, values []string) condition {
	plain := make([]string, len(values))    // as a TXT would mean it
	undotted := make([]string, len(values)) // as a name is shown
	for i, v := range values {
		plain[i] = v
		if texts, err := parseText(v); err == nil {
			plain[i] = strings.ToLower(string(slices.Concat(texts...)))
		}
		values[i] = strings.ToLower(v)
		undotted[i] = domain.NoDot(values[i])
	}
	holds := func(r *Record) bool {
		content := strings.ToLower(r.Content)
		if slices.ContainsFunc(values, func(v string) bool { return compare.text(content, v) }) {
			return true
		}
		if !isText(r.Type) {
			return isHost(r.Type) && slices.ContainsFunc(undotted, func(v string) bool { return compare.text(content, v) })
		}
		meant := strings.ToLower(string(meaning(r.rdata)))
		return slices.ContainsFunc(plain, func(v string) bool { return compare.text(meant, v) })
	}
	return condition{holds, peekContent(compare, values, undotted)}
}

// meaning returns the octets of character strings, joined.
func meaning(rdata []byte) []byte {
	out := make([]byte, 0, len(rdata))
	for len(rdata) > 0 && len(rdata) > int(rdata[0]) {
		n := 1 + int(rdata[0])
		out, rdata = append(out, rdata[1:n]...), rdata[n:]
	}
	return out
}

func commentCondition(compare comparison, values []string) condition {
	holds := func(r *Record) bool {
		comment := strings.ToLower(r.Comment)
		return slices.ContainsFunc(values, func(v string) bool { return compare.text(comment, v) })
	}
	return condition{holds, peekComment(compare, values)}
}

// tagCondition asks for a tag of the name before the colon whose value compares with
// what stands behind it.
func tagCondition(compare comparison, wanted string) condition {
	name, value, _ := strings.Cut(wanted, ":")
	holds := func(r *Record) bool {
		return slices.ContainsFunc(r.Tags, func(tag string) bool {
			n, v, _ := strings.Cut(strings.ToLower(tag), ":")
			return n == name && compare.text(v, value)
		})
	}
	return condition{holds, peekNoTag(false)}
}

// hasTag asks whether there is a tag of a name.
func hasTag(name string, present bool) condition {
	holds := func(r *Record) bool {
		return present == slices.ContainsFunc(r.Tags, func(tag string) bool {
			n, _, _ := strings.Cut(tag, ":")
			return strings.EqualFold(n, name)
		})
	}
	return condition{holds, peekNoTag(!present)}
}

// searchCondition looks for a text in all that people read of a record.
func searchCondition(value string) condition {
	value = strings.ToLower(value)
	holds := func(r *Record) bool {
		for _, text := range []string{shown(r.Name), r.Content, r.Comment} {
			if strings.Contains(strings.ToLower(text), value) {
				return true
			}
		}
		return slices.ContainsFunc(r.Tags, func(tag string) bool { return strings.Contains(strings.ToLower(tag), value) })
	}
	return condition{holds, peekSearch(value)}
}
