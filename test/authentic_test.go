package test

import (
	"testing"

	"github.com/internaldns/internaldns/test/scenario"
)

// TestAuthenticatedData holds that the AD bit of a public answer passes, with DO,
// as it came, and that an answer mixed of internal and public records has none
// (SPEC 6): nobody has validated the internal part.
func TestAuthenticatedData(t *testing.T) {
	s := besides(t, startStandIn(t, "authentic"), "")
	edns := "; EDNS: version: 0, flags: do; udp: 1232"
	for _, c := range []struct {
		name string
		want []string
	}{
		{"www.example.net", []string{";; status: NOERROR, flags: qr rd ra ad", edns,
			";; ANSWER SECTION:", "www.example.net. IN A 198.51.100.1"}},
		{"none.corp.example", []string{";; status: NOERROR, flags: qr rd ra ad", edns,
			";; ANSWER SECTION:", "none.corp.example. IN A 198.51.100.1"}},
		{"out.corp.example", []string{";; status: NOERROR, flags: qr rd ra", edns,
			";; ANSWER SECTION:", "out.corp.example. IN CNAME www.example.net.", "www.example.net. IN A 198.51.100.1"}},
		{"www.corp.example", []string{";; status: NOERROR, flags: qr aa rd ra", edns,
			";; ANSWER SECTION:", "www.corp.example. IN A 192.0.2.80"}},
	} {
		q, err := scenario.ParseQuery([]string{c.name, "+dnssec", "+ad", "+nottlid"})
		if err != nil {
			t.Fatal(err)
		}
		for _, network := range q.Networks {
			got, err := ask(s, q, network)
			if err != nil || !scenario.Equal(got, c.want) {
				t.Errorf("%s over %s: %v, got (+) and want (-):\n%s", c.name, network, err, scenario.Diff(got, c.want))
			}
		}
	}
}
