package resolverpolicy

import (
	"context"
	"testing"

	"github.com/coredns/coredns/plugin"
	"github.com/coredns/coredns/plugin/pkg/dnstest"
	"github.com/coredns/coredns/plugin/test"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// block is a server block with one view and one policy for it.
func block(t *testing.T, policy *model.PolicySpec) *scope.Scope {
	t.Helper()
	s := new(scope.Scope)
	s.AddView(&model.ViewSpec{Name: "office"})
	policy.Name = "everyone"
	if policy.Action == model.UseView {
		policy.View = model.Ref{Name: "office"}
	}
	s.AddPolicy(policy)
	if err := s.Build().Err(); err != nil {
		t.Fatal(err)
	}
	return s
}

// below stands for the rest of the chain: it notes what reaches it, and with a
// pin holds the result back as a handler of the suite does.
type below struct {
	scope          *scope.Scope
	pinned, public int
}

func (n *below) handler() plugin.Handler {
	return plugin.HandlerFunc(func(ctx context.Context, w dns.ResponseWriter, r *dns.Msg) (int, error) {
		pin := resolve.From(ctx, n.scope)
		if pin == nil {
			n.public++
			m := new(dns.Msg).SetRcode(r, dns.RcodeNameError)
			return dns.RcodeNameError, w.WriteMsg(m)
		}
		n.pinned++
		pin.Result = resolve.Result{Rcode: dns.RcodeRefused}
		if pin.Settle() {
			m := new(dns.Msg).SetRcode(r, dns.RcodeRefused)
			return dns.RcodeSuccess, w.WriteMsg(m)
		}
		return dns.RcodeSuccess, nil
	})
}

func serve(t *testing.T, s *scope.Scope, change func(*dns.Msg)) (*dnstest.Recorder, *below) {
	t.Helper()
	n := &below{scope: s}
	p := newHandler(s, &sources{})
	p.Next = n.handler()
	if err := p.onStartup(); err != nil {
		t.Fatal(err)
	}
	r := new(dns.Msg).SetQuestion("www.example.org.", dns.TypeA)
	r.SetEdns0(1232, false)
	if change != nil {
		change(r)
	}
	w := dnstest.NewRecorder(&test.ResponseWriter{})
	rcode, err := p.ServeDNS(context.Background(), w, r)
	if err != nil || !plugin.ClientWrite(rcode) {
		t.Errorf("ServeDNS = %d, %v; a written reply returns success", rcode, err)
	}
	return w, n
}

// TestViewGone shows SPEC 2.2: SERVFAIL with an EDE, without fallback.
func TestViewGone(t *testing.T) {
	s := block(t, &model.PolicySpec{Fallback: model.DefaultTriggers | model.OnNoData})
	s.Update(func(old *model.Snapshot) (*model.Snapshot, problem.List) { return old.WithoutView("office"), nil })
	w, n := serve(t, s, nil)
	if w.Msg == nil || w.Msg.Rcode != dns.RcodeServerFailure {
		t.Fatalf("reply %v, want SERVFAIL", w.Msg)
	}
	opt := w.Msg.IsEdns0()
	if opt == nil || len(opt.Option) != 1 {
		t.Fatalf("OPT %v, want one extended error", opt)
	}
	ede, ok := opt.Option[0].(*dns.EDNS0_EDE)
	if want := `policy "everyone" names view "office", which is gone`; !ok || ede.ExtraText != want {
		t.Errorf("extended error %v, want %s", opt.Option[0], want)
	}
	if n.pinned != 0 || n.public != 0 {
		t.Errorf("the query went on: %+v", n)
	}

	w, _ = serve(t, s, func(r *dns.Msg) { r.Extra = nil })
	if w.Msg.IsEdns0() != nil {
		t.Error("an OPT record for a client that sent none")
	}
}

// TestFallbackConditions shows what the query itself must allow (SPEC 6, SPEC 8).
func TestFallbackConditions(t *testing.T) {
	s := block(t, &model.PolicySpec{Fallback: model.DefaultTriggers})
	for _, c := range []struct {
		name           string
		change         func(*dns.Msg)
		rcode          int
		pinned, public int
	}{
		{"query", nil, dns.RcodeNameError, 1, 1},
		{"no RD", func(r *dns.Msg) { r.RecursionDesired = false }, dns.RcodeRefused, 1, 0},
		{"ANY", func(r *dns.Msg) { r.Question[0].Qtype = dns.TypeANY }, dns.RcodeRefused, 1, 0},
		{"AXFR", func(r *dns.Msg) { r.Question[0].Qtype = dns.TypeAXFR }, dns.RcodeRefused, 0, 0},
		{"IXFR", func(r *dns.Msg) { r.Question[0].Qtype = dns.TypeIXFR }, dns.RcodeRefused, 0, 0},
		{"class CH", func(r *dns.Msg) { r.Question[0].Qclass = dns.ClassCHAOS }, dns.RcodeRefused, 0, 0},
		{"NOTIFY", func(r *dns.Msg) { r.Opcode = dns.OpcodeNotify }, dns.RcodeNameError, 0, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, n := serve(t, s, c.change)
			if w.Rcode != c.rcode || n.pinned != c.pinned || n.public != c.public {
				t.Errorf("rcode %d, pinned %d, public %d; want %d, %d, %d", w.Rcode, n.pinned, n.public, c.rcode, c.pinned, c.public)
			}
		})
	}
}

// TestPublic shows that a policy with `public` leaves the query as it is.
func TestPublic(t *testing.T) {
	s := block(t, &model.PolicySpec{Action: model.UsePublic})
	w, n := serve(t, s, nil)
	if n.pinned != 0 || n.public != 1 || w.Rcode != dns.RcodeNameError {
		t.Errorf("rcode %d, %+v; want the public answer alone", w.Rcode, n)
	}
}
