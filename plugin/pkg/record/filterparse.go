package record

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// ParseFilter reads the parameters of a list call. Those it does not know are not its
// business, those without a value ask for nothing. A parameter that stands there several
// times asks for one of its values, and a tag parameter for what tag_match says.
func ParseFilter(q url.Values) (*Filter, problem.List) {
	p := filterParser{query: q, filter: &Filter{}}
	f := p.filter
	f.any = p.choice("any", "all", "match")
	f.anyTag = p.choice("any", "all", "tag_match", "tag-match")
	for _, suffix := range []string{"", ".exact", ".contains", ".startswith", ".endswith"} {
		compare := comparisons[suffix]
		if values := p.values("name" + suffix); len(values) > 0 {
			p.name(suffix, compare, values)
		}
		if values := p.values("content" + suffix); len(values) > 0 {
			p.add(contentCondition(compare, values))
		}
		if values := p.values("comment" + suffix); len(values) > 0 {
			p.add(commentCondition(compare, lower(values)))
		}
		for _, value := range p.values("tag" + suffix) {
			f.tags = append(f.tags, tagCondition(compare, strings.ToLower(value)))
		}
	}
	p.presence()
	p.types()
	p.proxied()
	for _, value := range p.values("search") {
		f.always = append(f.always, searchCondition(value))
	}
	if f.any && len(f.conditions)+min(1, len(f.tags)) > 1 {
		f.name = ""
	}
	return f, p.problems
}

// filterParser is the state of one ParseFilter.
type filterParser struct {
	query    url.Values
	filter   *Filter
	problems problem.List
}

func (p *filterParser) add(c condition) { p.filter.conditions = append(p.filter.conditions, c) }

// values returns the values of a parameter that are not empty.
func (p *filterParser) values(name string) []string {
	return slices.DeleteFunc(slices.Clone(p.query[name]), func(v string) bool { return v == "" })
}

func lower(values []string) []string {
	for i, v := range values {
		values[i] = strings.ToLower(v)
	}
	return values
}

func (p *filterParser) fail(name, format string, args ...any) {
	p.problems.Errorf(problem.FilterInvalid, problem.Pos{}, fmt.Sprintf("parameter %q", name), format, args...)
}

// choice reports whether a parameter, under one of its names, has the value yes.
func (p *filterParser) choice(yes, no string, names ...string) bool {
	chosen := false
	for _, name := range names {
		for _, value := range p.values(name) {
			switch strings.ToLower(value) {
			case yes:
				chosen = true
			case no:
			default:
				p.fail(name, "%q is neither %s nor %s", clip(value), yes, no)
			}
		}
	}
	return chosen
}

// name adds a filter by name, in the spellings that names are written in.
func (p *filterParser) name(suffix string, compare comparison, values []string) {
	exact := suffix == "" || suffix == ".exact"
	for i, value := range values {
		if ascii, err := domain.ToASCII(value); err == nil {
			value = ascii
		}
		if value = strings.ToLower(value); exact {
			if canonical, err := domain.Canonical(value); err == nil {
				value = shown(canonical)
			}
		} else if suffix == ".endswith" && len(value) > 1 {
			value = domain.NoDot(value)
		}
		values[i] = value
	}
	if canonical, err := domain.Canonical(values[0]); exact && err == nil && len(values) == 1 {
		p.filter.name = canonical
	}
	p.add(nameCondition(compare, values))
}

// presence adds the filters that ask whether there is a comment or a tag at all.
func (p *filterParser) presence() {
	for _, present := range []bool{true, false} {
		suffix := map[bool]string{true: ".present", false: ".absent"}[present]
		if values, ok := p.query["comment"+suffix]; ok && !slices.Contains(values, "false") {
			p.add(condition{
				func(r *Record) bool { return (r.Comment != "") == present },
				func(l *Look) verdict { return judge((len(l.comment) > 0) == present) },
			})
		}
		for _, name := range p.values("tag" + suffix) {
			p.filter.tags = append(p.filter.tags, hasTag(name, present))
		}
	}
}

// types adds the filters by type: one is a condition like others, the other (an
// extension) holds whatever match says.
func (p *filterParser) types() {
	if c, ok := p.typed("type"); ok {
		p.add(c)
	}
	if c, ok := p.typed("only_type"); ok {
		p.filter.always = append(p.filter.always, c)
	}
}

// typed returns the condition of a parameter whose values are types, and may stand in one
// list.
func (p *filterParser) typed(name string) (c condition, asked bool) {
	var wanted []uint16
	for _, value := range p.values(name) {
		for word := range strings.SplitSeq(value, ",") {
			rrtype, err := ParseType(strings.TrimSpace(word))
			if err != nil && rrtype == 0 {
				p.fail(name, "%v", err)
				continue
			}
			wanted = append(wanted, rrtype) // no record has those that no zone can hold, but they are types
		}
	}
	return condition{
		func(r *Record) bool { return slices.Contains(wanted, r.Type) },
		func(l *Look) verdict { return judge(slices.Contains(wanted, l.Type)) },
	}, len(wanted) > 0
}

// proxied adds the filter for proxied records, of which there are none.
func (p *filterParser) proxied() {
	for _, value := range p.values("proxied") {
		switch strings.ToLower(value) {
		case "true", "false":
			none := strings.EqualFold(value, "true")
			p.add(condition{func(*Record) bool { return !none }, func(*Look) verdict { return judge(!none) }})
		default:
			p.fail("proxied", "%q is neither true nor false", clip(value))
		}
	}
}
