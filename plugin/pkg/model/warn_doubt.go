package model

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/expr"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// maxDoubts bounds the comparisons of one expression that are warned about.
const maxDoubts = 20

// doubts warns about comparisons with values that a field does not have, wherever
// they stand in an expression.
func (w *warner) doubts(p *Policy, e Expression, program *expr.Program) problem.List {
	if program == nil {
		return nil
	}
	var out problem.List
	doubt := func(at expr.Span, text string) {
		if text == "" || len(out) >= maxDoubts {
			return
		}
		place := expr.Error{Source: e.Source, Offset: at.Offset, Length: at.Length}
		out = append(out, problem.Problem{
			Code: problem.ExpressionDoubtful, Pos: e.lineOf(at.Offset), Object: policyObject(p.Name), Text: text, Excerpt: place.Excerpt(),
		})
	}
	patterns(program.Expr(), func(at expr.Span, pattern string) { doubt(at, neverMatches(pattern)) })
	comparisons(program.Expr(), func(at expr.Span, field int, values []string) {
		var first string
		others := 0
		for _, v := range values {
			why := w.never(field, v)
			switch {
			case why == "":
			case first == "":
				first = why
			default:
				others++
			}
		}
		if others > 0 {
			first += fmt.Sprintf(" (and %d more such values)", others)
		}
		doubt(at, first)
	})
	return out
}

// comparisons gives every comparison of a field of strings, or of its elements, with
// whole values.
func comparisons(e expr.Expr, found func(at expr.Span, field int, values []string)) {
	for e := range expr.Nodes(e) {
		switch e := e.(type) {
		case *expr.Compare:
			if ref, ok := e.Left.(*expr.Ref); ok && e.Right.Kind == expr.String && (e.Op == expr.OpEqual || e.Op == expr.OpNotEqual) {
				found(e.Span(), ref.Field, []string{e.Right.Str})
			}
		case *expr.In:
			if ref, ok := e.Left.(*expr.Ref); ok {
				found(e.Span(), ref.Field, e.Set.Strings)
			}
		}
	}
}

// never tells why a field does not have a value, "" if it may have it.
func (w *warner) never(field int, value string) string {
	switch field {
	case FieldFQDN, FieldDomains:
		return neverName(field, value)
	case FieldType:
		return neverType(value)
	case FieldCountry:
		return neverCountry(value)
	case FieldContinent:
		if !slices.Contains(continents(), value) {
			return fmt.Sprintf("there is no continent %q; write one of %s", value, strings.Join(continents(), " "))
		}
	case FieldLocation:
		if has := w.spec.Known[field]; has != nil && !has(value) {
			return fmt.Sprintf("no location has the name %q", value)
		}
	}
	return ""
}

// neverName is never for names: a wildcard that is compared stands for itself. A
// query for such a name is possible, but hardly what is meant.
func neverName(field int, value string) string {
	below, leading := strings.CutPrefix(value, "*.")
	switch {
	case !strings.Contains(value, "*"):
		return ""
	case leading && !strings.Contains(below, "*"):
		text := fmt.Sprintf("%q stands for no other name in a comparison; ", value)
		if field == FieldFQDN {
			text += fmt.Sprintf("for the names below %s write dns.fqdn wildcard '%s', with that name itself: ", below, value)
		} else {
			text += "dns.domains holds the name asked for and all above it, so write "
		}
		return text + fmt.Sprintf("any(dns.domains[*] == '%s')", below)
	}
	return fmt.Sprintf("%q stands for no other name in a comparison; write dns.fqdn wildcard '%s'", value, value)
}

// neverType is never for mnemonics of types.
func neverType(value string) string {
	switch upper := strings.ToUpper(value); {
	case isTypeName(value):
		return ""
	case isTypeName(upper):
		return fmt.Sprintf("there is no type %s, write %s", value, upper)
	case strings.HasPrefix(upper, "TYPE"):
		n, err := strconv.ParseUint(upper[len("TYPE"):], 10, 16)
		if err == nil {
			return fmt.Sprintf("there is no type %s, write %s", value, domain.TypeName(uint16(n)))
		}
	}
	return "there is no type " + value
}

// isTypeName reports whether dns.query_rtype can have the value.
func isTypeName(s string) bool {
	if t, ok := dns.StringToType[s]; ok {
		return domain.TypeName(t) == s
	}
	digits, ok := strings.CutPrefix(s, "TYPE")
	n, err := strconv.ParseUint(digits, 10, 16)
	return ok && err == nil && domain.TypeName(uint16(n)) == s
}

// neverCountry is never for the codes of ISO 3166-1.
func neverCountry(value string) string {
	isCode := func(s string) bool { return len(s) == 2 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" }
	switch upper := strings.ToUpper(value); {
	case isCode(value):
		return ""
	case isCode(upper):
		return fmt.Sprintf("there is no country %q, write %s", value, upper)
	}
	return fmt.Sprintf("there is no country %q; countries are codes of two letters (ISO 3166-1), such as NL", value)
}

// continents lists the values of dns.src.geo.continent.
func continents() []string { return []string{"AF", "AN", "AS", "EU", "NA", "OC", "SA"} }
