package resolve_test

import (
	"testing"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
)

// TestRoute holds where a policy sends a query (SPEC 5.4 and 8).
func TestRoute(t *testing.T) {
	t.Parallel()
	view, public, resolvers := &model.Policy{}, &model.Policy{Action: model.UsePublic}, &model.Policy{Action: model.UseResolvers}
	for _, c := range []struct {
		policy *model.Policy
		qtype  uint16
		want   resolve.Route
	}{
		{nil, dns.TypeA, resolve.ToPublic},
		{nil, dns.TypeAXFR, resolve.ToPublic},
		{public, dns.TypeA, resolve.ToPublic},
		{public, dns.TypeIXFR, resolve.ToPublic},
		{resolvers, dns.TypeA, resolve.ToResolvers},
		{resolvers, dns.TypeAXFR, resolve.ToNobody},
		{view, dns.TypeA, resolve.ToView},
		{view, dns.TypeANY, resolve.ToView},
		{view, dns.TypeAXFR, resolve.ToNobody},
		{view, dns.TypeIXFR, resolve.ToNobody},
	} {
		if got := resolve.RouteOf(c.policy, c.qtype); got != c.want {
			t.Errorf("%v %s: route %d, want %d", c.policy, dns.TypeToString[c.qtype], got, c.want)
		}
	}
}

// TestCanFallBack holds which queries are never sent out (SPEC 6).
func TestCanFallBack(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rd    bool
		qtype uint16
		want  bool
	}{{true, dns.TypeA, true}, {false, dns.TypeA, false}, {true, dns.TypeANY, false}, {false, dns.TypeANY, false}} {
		if got := resolve.CanFallBack(c.rd, c.qtype); got != c.want {
			t.Errorf("RD %t, %s: %t, want %t", c.rd, dns.TypeToString[c.qtype], got, c.want)
		}
	}
}

// TestDecide tells why a fallback does not take a result (SPEC 6).
func TestDecide(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fallback model.Triggers
		can      bool
		outcome  resolve.Outcome
		want     resolve.Decision
	}{
		{model.DefaultTriggers, true, resolve.Success, resolve.NoTrigger},
		{model.DefaultTriggers, false, resolve.Success, resolve.NoTrigger},
		{model.DefaultTriggers, true, resolve.Referral, resolve.NoTrigger},
		{model.DefaultTriggers, true, resolve.NoData, resolve.NotChosen},
		{0, true, resolve.NXDomain, resolve.NotChosen},
		{0, false, resolve.NXDomain, resolve.NotChosen},
		{model.OnNXDomain, false, resolve.NXDomain, resolve.NotAllowed},
		{model.OnNXDomain, true, resolve.NXDomain, resolve.FallBack},
		{model.OnNoData, true, resolve.NoData, resolve.FallBack},
		{model.OnCNAME, true, resolve.Unfinished, resolve.FallBack},
		{model.OnRefused, true, resolve.Refused, resolve.FallBack},
	} {
		p := resolve.Pin{Policy: &model.Policy{Fallback: c.fallback}, CanFallBack: c.can}
		if got := p.Decide(&resolve.Result{Outcome: c.outcome}); got != c.want {
			t.Errorf("%s, fallback %d, can %t: decision %d, want %d", c.outcome, c.fallback, c.can, got, c.want)
		}
	}
}

// TestAsks holds what is asked of public DNS, and what a policy keeps (SPEC 6).
func TestAsks(t *testing.T) {
	t.Parallel()
	s, problems := model.Build(model.Spec{
		Views: []*model.ViewSpec{{Name: "v"}},
		Policies: []*model.PolicySpec{
			{Name: "p", View: model.Ref{Name: "v"}, Fallback: model.DefaultTriggers, Private: []string{"example.org."}},
		},
	}, nil)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	const inside, outside = "www.example.org.", "www.example.net."
	for _, c := range []struct {
		qname         string
		result        resolve.Result
		first, second resolve.Ask
	}{
		{outside, resolve.Result{Outcome: resolve.NXDomain}, resolve.Ask{Name: outside}, resolve.Ask{}},
		{inside, resolve.Result{Outcome: resolve.Refused}, resolve.Ask{Name: inside, Private: true}, resolve.Ask{}},
		{outside, resolve.Result{Outcome: resolve.NoData, Target: inside}, resolve.Ask{Name: outside}, resolve.Ask{}},
		{inside, resolve.Result{Outcome: resolve.Unfinished, Target: outside}, resolve.Ask{Name: outside}, resolve.Ask{Name: inside, Private: true}},
		{outside, resolve.Result{Outcome: resolve.Unfinished, Target: inside}, resolve.Ask{Name: inside, Private: true}, resolve.Ask{Name: outside}},
	} {
		p := resolve.Pin{Policy: s.Policies[0], CanFallBack: true, Result: c.result}
		if first, second := p.Asks(c.qname); first != c.first || second != c.second {
			t.Errorf("%s, %s: asks %v, %v, want %v, %v", c.qname, c.result.Outcome, first, second, c.first, c.second)
		}
	}
}
