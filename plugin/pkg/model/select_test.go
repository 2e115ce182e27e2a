package model_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/model"
)

// facts are made-up values of the selectors beyond the message.
type facts struct {
	email, location string
	groups          []string
}

func (f facts) String(field int) (string, bool) {
	switch field {
	case model.FieldEmail:
		return f.email, f.email != ""
	case model.FieldLocation:
		return f.location, f.location != ""
	}
	return "", false
}

func (f facts) Strings(field int) ([]string, bool) {
	return f.groups, field == model.FieldGroupNames && f.groups != nil
}

func (f facts) Ints(int) ([]int64, bool) { return nil, false }

func (f facts) Map(int, string) ([]string, bool) { return nil, false }

// world makes policies and queries of few words, so that they often meet.
type world struct{ *rand.Rand }

func (w world) pick(words ...string) string { return words[w.IntN(len(words))] }

func (w world) name() string {
	return w.pick("", "a.", "b.", "*.") + w.pick("example.org", "example.net", "test", "x.example.org")
}

// clause makes one comparison.
func (w world) clause() string {
	switch w.IntN(9) {
	case 0:
		return fmt.Sprintf("dns.src_ip in {192.0.2.%d/%d 2001:db8::%x}", w.IntN(4)*64, 26, w.IntN(4))
	case 1:
		return fmt.Sprintf("dns.src_ip %s 192.0.2.%d", w.pick("==", "!=", "<", ">="), w.IntN(256))
	case 2:
		return fmt.Sprintf("dns.fqdn %s '%s'", w.pick("==", "!=", "contains", "wildcard"), w.name())
	case 3:
		return fmt.Sprintf("%s(dns.domains[*] in {'%s' '%s'})", w.pick("any", "all"), w.name(), w.name())
	case 4:
		return fmt.Sprintf("dns.query_rtype %s {'A' 'TXT'}", w.pick("in", "in"))
	case 5:
		return fmt.Sprintf("identity.email %s '%s@example.org'", w.pick("==", "!="), w.pick("Alice", "bob"))
	case 6:
		return fmt.Sprintf("any(identity.groups[*].name == '%s')", w.pick("dns", "web", "ops"))
	case 7:
		return fmt.Sprintf("dns.location in {'%s' 'nowhere'}", w.pick("office", "home"))
	}
	return fmt.Sprintf("any(dns.domains[*] %s '%s')", w.pick("==", "!="), w.name())
}

// expression combines clauses.
func (w world) expression(depth int) string {
	if depth == 0 || w.IntN(3) == 0 {
		return w.clause()
	}
	switch w.IntN(4) {
	case 0:
		return "not (" + w.expression(depth-1) + ")"
	case 1:
		return "(" + w.expression(depth-1) + ") or (" + w.expression(depth-1) + ")"
	case 2:
		return "(" + w.expression(depth-1) + ") xor (" + w.expression(depth-1) + ")"
	}
	return "(" + w.expression(depth-1) + ") and (" + w.expression(depth-1) + ")"
}

func (w world) policies(n int) []*model.PolicySpec {
	specs := make([]*model.PolicySpec, n)
	for i := range specs {
		specs[i] = &model.PolicySpec{Name: fmt.Sprint(i), Action: model.UsePublic, Traffic: model.Expression{Source: w.expression(3)}}
		if w.IntN(3) == 0 {
			specs[i].Identity = model.Expression{Source: w.expression(1)}
		}
		if w.IntN(4) == 0 {
			specs[i].Posture = model.Expression{Source: w.expression(1)}
		}
		switch w.IntN(8) {
		case 0:
			specs[i].Expires = time.Unix(int64(w.IntN(100)), 0)
		case 1:
			specs[i].Schedule = &model.ScheduleSpec{Days: [7]string{time.Thursday: "00:00-00:01"}, Zone: time.UTC}
		}
	}
	return specs
}

func (w world) query() *model.Query {
	q := &model.Query{Name: strings.ReplaceAll(w.name(), "*", "c") + ".", Type: uint16(1 + w.IntN(20)), At: time.Unix(int64(w.IntN(120)), 0)}
	if w.IntN(8) == 0 {
		q.Name = "."
	}
	switch w.IntN(4) {
	case 0:
		q.Client.Addr = netip.MustParseAddr(fmt.Sprintf("2001:db8::%x", w.IntN(6)))
	case 1:
	default:
		q.Client.Addr = netip.AddrFrom4([4]byte{192, 0, 2, byte(w.IntN(256))})
	}
	if w.IntN(4) > 0 {
		f := facts{email: w.pick("", "alice@example.org", "bob@example.org"), location: w.pick("", "office", "home")}
		if w.IntN(2) == 0 {
			f.groups = []string{w.pick("dns", "web"), w.pick("web", "ops")}
		}
		q.Client.Facts = f
	}
	return q
}

// scan is the slow twin of Select.
func scan(policies []*model.Policy, q *model.Query) *model.Policy {
	for _, p := range policies {
		if p.Matches(q) {
			return p
		}
	}
	return nil
}

// compare builds policies, asks queries and gives how many matched.
func compare(t *testing.T, w world, policies, queries int) (hits int) {
	t.Helper()
	s, problems := model.Build(model.Spec{Policies: w.policies(policies)}, nil)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	for range queries {
		q := w.query()
		want := scan(s.Policies, q)
		if got := s.Select(q); got != want {
			t.Fatalf("%s %d from %v, %+v: the index gives %+v, the scan %+v", q.Name, q.Type, q.Client.Addr, q.Client.Facts, got, want)
		}
		if certain := s.Certain(); certain != nil && certain != want {
			t.Fatalf("%s %d: %s is said to be certain, the scan gives %+v", q.Name, q.Type, certain.Name, want)
		}
		if want != nil {
			hits++
		}
	}
	return hits
}

// A policy is certain if it comes first and matches everything.
func TestCertain(t *testing.T) {
	t.Parallel()
	all := func(name string, precedence uint32) *model.PolicySpec {
		return &model.PolicySpec{Name: name, Precedence: &precedence, Action: model.UsePublic}
	}
	some, who := all("some", 1), all("who", 2)
	some.Traffic.Source, who.Identity.Source = "dns.fqdn == 'example.org'", "identity.name == 'Alice'"
	disabled := all("disabled", 0)
	disabled.Disabled = true
	for want, specs := range map[string][]*model.PolicySpec{
		"":       {all("last", 9), some, who},
		"first":  {some, who, all("first", 0)},
		"second": {disabled, some, all("second", 0)},
	} {
		s, problems := model.Build(model.Spec{Policies: specs}, nil)
		if err := problems.Err(); err != nil {
			t.Fatal(err)
		}
		got := ""
		if p := s.Certain(); p != nil {
			got = p.Name
		}
		if got != want {
			t.Errorf("certain is %q, want %q", got, want)
		}
	}
	if s, _ := model.Build(model.Spec{}, nil); s.Certain() != nil {
		t.Error("without policies one is certain")
	}
}

// FuzzSelect holds that the index finds what a scan of all policies finds.
func FuzzSelect(f *testing.F) {
	for seed := range uint64(40) {
		f.Add(seed, seed%30)
	}
	f.Fuzz(func(t *testing.T, seed, policies uint64) {
		compare(t, world{rand.New(rand.NewPCG(seed, 1))}, int(policies%64), 50)
	})
}

// TestSelect is the same for one large configuration, and holds that it tests something.
func TestSelect(t *testing.T) {
	t.Parallel()
	const queries = 2000
	hits := 0
	for seed := range uint64(10) {
		hits += compare(t, world{rand.New(rand.NewPCG(seed, 2))}, 3, queries/10)
	}
	if hits == 0 || hits == queries {
		t.Errorf("%d of %d queries matched; the test shows nothing", hits, queries)
	}
	compare(t, world{rand.New(rand.NewPCG(7, 7))}, 500, 500)
}

// TestSelectAllocations holds that choosing a policy allocates nothing, whatever
// the policies are filed under.
func TestSelectAllocations(t *testing.T) {
	for name, form := range map[string]string{
		"prefix":   "dns.src_ip in {10.%[1]d.%[2]d.0/24}",
		"name":     "dns.fqdn == 'n%[1]d-%[2]d.example.org'",
		"domain":   "any(dns.domains[*] == 'd%[1]d-%[2]d.example.org')",
		"type":     "dns.query_rtype == 'T%[1]d' and dns.fqdn contains '%[2]d'",
		"location": "dns.location == 'l%[1]d-%[2]d'",
		"identity": "identity.email == 'm%[1]d-%[2]d@example.org'",
		"group":    "any(identity.groups[*].name == 'g%[1]d-%[2]d')",
	} {
		t.Run(name, func(t *testing.T) {
			var specs []*model.PolicySpec
			for i := range 1000 {
				source := fmt.Sprintf(form, i/256, i%256)
				specs = append(specs, &model.PolicySpec{Name: fmt.Sprint(i), Action: model.UsePublic, Traffic: model.Expression{Source: source}})
			}
			s, problems := model.Build(model.Spec{Policies: specs}, nil)
			if err := problems.Err(); err != nil {
				t.Fatal(err)
			}
			var known model.Facts = facts{email: "m3-1@example.org", location: "l3-1", groups: []string{"g0-0", "g3-1"}}
			q := new(model.Query)
			allocations := testing.AllocsPerRun(100, func() {
				*q = model.Query{Name: "www.d3-1.example.org.", Type: 1, Client: model.Client{Addr: netip.AddrFrom4([4]byte{10, 3, 1, 7}), Facts: known}}
				s.Select(q)
			})
			if allocations != 0 {
				t.Errorf("%v allocations", allocations)
			}
		})
	}
}
