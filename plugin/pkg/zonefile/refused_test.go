package zonefile

import (
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// Who asks for it is told of each record that is passed over, those included that fall with
// an owner; what the other records depend on stays in the list.
func TestRefused(t *testing.T) {
	t.Parallel()
	const text = `a A nothing
b TXT "open
c..d A 192.0.2.1
 A 192.0.2.2
)
$TTL soon
$GENERATE 1-2 g$ A 192.0.2.x$
[AGE:1] A 192.0.2.3
e A 192.0.2.4
`
	var told []int
	records := 0
	opt := Options{Origin: "example.org.", Refused: func(p problem.Problem) {
		if p.Severity != problem.Error || p.Text == "" {
			t.Errorf("%+v", p)
		}
		told = append(told, p.Pos.Line)
	}}
	var listed []int
	for _, p := range Parse(strings.NewReader(text), opt, func(dns.RR, problem.Pos) { records++ }) {
		listed = append(listed, p.Pos.Line)
	}
	if want := []int{1, 2, 3, 4, 7, 8}; !slices.Equal(told, want) {
		t.Errorf("told of lines %v, want %v", told, want)
	}
	if want := []int{5, 6}; !slices.Equal(listed, want) || records != 1 {
		t.Errorf("listed lines %v, want %v; %d records", listed, want, records)
	}
}
