package differential

import (
	"testing"

	"github.com/miekg/dns"
)

// testMessage makes an answer from records, given as section then record.
func testMessage(t *testing.T, q question, rcode int, records ...[2]string) *dns.Msg {
	t.Helper()
	m := new(dns.Msg).SetRcode(q.message(1), rcode)
	m.Authoritative = true
	for _, r := range records {
		rr, err := dns.NewRR(r[1])
		if err != nil {
			t.Fatal(err)
		}
		switch r[0] {
		case "answer":
			m.Answer = append(m.Answer, rr)
		case "authority":
			m.Ns = append(m.Ns, rr)
		case "additional":
			m.Extra = append(m.Extra, rr)
		default:
			t.Fatalf("no section %q", r[0])
		}
	}
	return m
}

// TestCompareSees makes sure that a difference in each field is found, and that no
// reason accepts it by accident.
func TestCompareSees(t *testing.T) {
	q := question{name: "x.example.", kind: dns.TypeMX, tcp: true, zones: []string{"example."}}
	mx := [2]string{"answer", "x.example. 60 IN MX 1 y.example."}
	soa := [2]string{"authority", "example. 60 IN SOA a. b. 1 2 3 4 5"}
	address := [2]string{"additional", "y.example. 60 IN A 192.0.2.1"}
	tests := []struct {
		name         string
		ours, theirs []([2]string)
		change       func(m *dns.Msg) // of theirs
		want         field
	}{
		{"rcode", nil, nil, func(m *dns.Msg) { m.Rcode = dns.RcodeNameError }, fieldRcode},
		{"AA", nil, nil, func(m *dns.Msg) { m.Authoritative = false }, fieldAA},
		{"RA", nil, nil, func(m *dns.Msg) { m.RecursionAvailable = true }, fieldRA},
		{"rdata", [][2]string{mx}, [][2]string{{"answer", "x.example. 60 IN MX 2 y.example."}}, nil, fieldAnswer},
		{"TTL", [][2]string{mx}, [][2]string{{"answer", "x.example. 61 IN MX 1 y.example."}}, nil, fieldAnswer},
		{"no SOA", nil, [][2]string{soa}, nil, fieldAuthority},
		{"SOA TTL", [][2]string{{"authority", "example. 59 IN SOA a. b. 1 2 3 4 5"}}, [][2]string{soa}, nil, fieldAuthority},
		{"addresses", [][2]string{mx}, [][2]string{mx, address}, nil, fieldAdditional},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ours := newReply(q, testMessage(t, q, dns.RcodeSuccess, tt.ours...))
			m := testMessage(t, q, dns.RcodeSuccess, tt.theirs...)
			if tt.change != nil {
				tt.change(m)
			}
			theirs := newReply(q, m)
			for f := fieldRcode; f <= fieldAdditional; f++ {
				if got := !same(f, q, ours, theirs); got != (f == tt.want) {
					t.Errorf("%s differs: %t", f, got)
				}
			}
			d := difference{question: q, field: tt.want, peer: "peer", ours: ours, theirs: theirs, all: []*reply{theirs}, agree: true}
			for _, a := range acceptedDifferences {
				if a.accepts(&d) {
					t.Errorf("accepted as %s", a.code)
				}
			}
		})
	}
}

// TestCompareIgnores makes sure that what says nothing is no difference.
func TestCompareIgnores(t *testing.T) {
	q := question{name: "x.example.", kind: dns.TypeMX, tcp: true}
	ours := newReply(q, testMessage(t, q, dns.RcodeSuccess,
		[2]string{"answer", "x.example. 60 IN MX 1 y.example."}, [2]string{"answer", "x.example. 60 IN MX 2 z.example."}))
	theirs := newReply(q, testMessage(t, q, dns.RcodeSuccess,
		[2]string{"answer", "X.example. 60 IN MX 2 Z.example."}, [2]string{"answer", "x.EXAMPLE. 60 IN MX 1 y.example."},
		[2]string{"authority", "example. 60 IN NS ns.example."}, [2]string{"additional", "ns.example. 60 IN A 192.0.2.1"}))
	for f := fieldRcode; f <= fieldAdditional; f++ {
		if !same(f, q, ours, theirs) {
			t.Errorf("%s differs", f)
		}
	}
}

// TestFlaws makes sure that an answer wrong in itself is noticed.
func TestFlaws(t *testing.T) {
	q := question{name: "x.example.", kind: dns.TypeA}
	a := [2]string{"answer", "x.example. 60 IN A 192.0.2.1"}
	for name, m := range map[string]*dns.Msg{
		"twice":     testMessage(t, q, dns.RcodeSuccess, a, a),
		"authority": testMessage(t, q, dns.RcodeSuccess, a, [2]string{"authority", "example. 60 IN NS ns.example."}),
	} {
		if got := newReply(q, m).flaws; len(got) != 1 {
			t.Errorf("%s: flaws %q, want one", name, got)
		}
	}
}

// TestAcceptedDifferences holds the list to its form.
func TestAcceptedDifferences(t *testing.T) {
	seen := make(map[string]bool)
	for _, a := range acceptedDifferences {
		if a.code == "" || a.reason == "" || a.match == nil || seen[a.code] {
			t.Errorf("%q: a code of its own, a reason and a match are needed", a.code)
		}
		seen[a.code] = true
	}
}
