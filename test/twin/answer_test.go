package twin

import (
	"fmt"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// edeRule says whether a client with EDNS finds an extended error in the reply.
type edeRule int

const (
	edeForbidden edeRule = iota
	edeRequired
	edeAllowed // SPEC leaves it open
)

// answer is what both sides are compared by.
type answer struct {
	rcode             int
	aa, ad, ra        bool
	answer, authority []string // see lines
	additional        []string // addresses only, sorted
	corner            string   // the rule that decided, for the count of what was met
	ede               edeRule
	empty             bool // no message: the server makes one of the code
	public            []asked
	broken            string // the product broke the contract between plugins
}

// lines writes a section in a form to compare: names in lower case, the records
// of one RRset in order, RRsets where they stand.
func lines(section []dns.RR) []string {
	var out []string
	for i := 0; i < len(section); {
		j := i
		for j < len(section) && sameSet(section[i], section[j]) {
			j++
		}
		var set []string
		for _, rr := range section[i:j] {
			set = append(set, strings.ToLower(strings.ReplaceAll(rr.String(), "\t", " ")))
		}
		slices.Sort(set)
		out = append(out, set...)
		i = j
	}
	return out
}

// addresses writes the additional section in a form to compare.
func addresses(section []dns.RR) []string {
	var out []dns.RR
	for _, rr := range section {
		if rr.Header().Rrtype != dns.TypeOPT {
			out = append(out, rr)
		}
	}
	return slices.Sorted(slices.Values(lines(out)))
}

func sameSet(a, b dns.RR) bool {
	return strings.EqualFold(a.Header().Name, b.Header().Name) && a.Header().Rrtype == b.Header().Rrtype
}

// differs tells the first difference, or nothing. want is the twin's.
func differs(want, got answer, q question) string {
	if got.broken != "" {
		return "contract: " + got.broken
	}
	if q.Type == dns.TypeANY { // RRsets of a node have no order
		want.answer, got.answer = slices.Sorted(slices.Values(want.answer)), slices.Sorted(slices.Values(got.answer))
	}
	switch {
	case want.rcode != got.rcode:
		return "rcode"
	case want.empty != got.empty:
		return "message"
	case !slices.Equal(want.public, got.public):
		return "public questions"
	case want.empty:
		return ""
	case !slices.Equal(want.answer, got.answer):
		return "answer"
	case !slices.Equal(want.authority, got.authority):
		return "authority"
	case !slices.Equal(want.additional, got.additional):
		return "additional of " + want.corner
	case want.aa != got.aa:
		return "AA"
	case want.ad != got.ad:
		return "AD"
	case want.ra != got.ra:
		return "RA"
	}
	if !q.EDNS {
		want.ede = edeForbidden
	}
	if want.ede != edeAllowed && want.ede != got.ede {
		return "EDE"
	}
	return ""
}

// String shows an answer for a report.
func (a answer) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "  %s aa=%t ad=%t ra=%t ede=%d", dns.RcodeToString[a.rcode], a.aa, a.ad, a.ra, a.ede)
	if a.empty {
		b.WriteString(" (by return code)")
	}
	for _, rr := range a.answer {
		b.WriteString("\n  answer    " + rr)
	}
	for _, rr := range a.authority {
		b.WriteString("\n  authority " + rr)
	}
	for _, rr := range a.additional {
		b.WriteString("\n  additional " + rr)
	}
	for _, q := range a.public {
		fmt.Fprintf(&b, "\n  public    %s %s", q.Name, dns.TypeToString[q.Type])
	}
	return b.String()
}

func (q question) String() string {
	class := ""
	if q.Chaos {
		class = "CH "
	}
	return fmt.Sprintf("%s %s%s from %s rd=%t edns=%t", q.Name, class, dns.TypeToString[q.Type], q.Client, q.RD, q.EDNS)
}
