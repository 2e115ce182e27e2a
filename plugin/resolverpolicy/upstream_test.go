package resolverpolicy

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/coredns/coredns/plugin/pkg/dnstest"
	"github.com/coredns/coredns/plugin/test"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/requestinfo"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
	"github.com/internaldns/internaldns/plugin/pkg/scope/scopetest"
)

// asking is a policy with resolvers, of any number of addresses.
func asking(resolvers ...string) func(*model.Spec) {
	return func(spec *model.Spec) {
		spec.Policies = []*model.PolicySpec{{Name: "own", Action: model.UseResolvers, Resolvers: resolvers}}
		if resolvers == nil {
			spec.Policies = nil
		}
	}
}

// Resolvers that come, change and go while queries ask them: none is lost, and what
// nobody asks any more is closed.
func TestResolversChange(t *testing.T) {
	var servers []string
	for range 2 {
		s := dnstest.NewServer(func(w dns.ResponseWriter, r *dns.Msg) {
			_ = w.WriteMsg(new(dns.Msg).SetReply(r)) // the client may be gone
		})
		t.Cleanup(s.Close)
		servers = append(servers, s.Addr)
	}
	s := new(scope.Scope)
	s.AddPolicy(&model.PolicySpec{Name: "own", Action: model.UseResolvers, Resolvers: servers[:1]})
	if err := s.Build().Err(); err != nil {
		t.Fatal(err)
	}
	p := newHandler(s, &sources{server: t.Name(), clients: new(requestinfo.Sources)})
	s.Follow(p)
	p.Next = test.NextHandler(dns.RcodeRefused, nil) // where there is no policy
	if err := p.onStartup(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	var running sync.WaitGroup
	for client := range 4 {
		running.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				default:
				}
				w := dnstest.NewRecorder(&test.ResponseWriter{})
				r := new(dns.Msg).SetQuestion(fmt.Sprintf("n%d.c%d.example.", i, client), dns.TypeA)
				rcode, err := p.ServeDNS(context.Background(), w, r)
				if lost := w.Msg == nil || w.Msg.Rcode != dns.RcodeSuccess; err != nil || lost && rcode != dns.RcodeRefused {
					t.Errorf("%s: %v, %d, %v", r.Question[0].Name, w.Msg, rcode, err)
					return
				}
			}
		})
	}
	for i := range 60 {
		change := asking(servers[i%2])
		if i%5 == 4 {
			change = asking()
		}
		scopetest.Change(t, s, change)
	}
	close(done)
	running.Wait()
	if err := p.onShutdown(); err != nil {
		t.Fatal(err)
	}
	for number := range p.upstreams.All() {
		t.Errorf("the upstream of policy %d was not closed", number)
	}
}

// That the resolvers of a policy failed is forgotten with the policy.
func TestOutageForgotten(t *testing.T) {
	s := new(scope.Scope)
	s.AddPolicy(&model.PolicySpec{Name: "own", Action: model.UsePublic})
	if err := s.Build().Err(); err != nil {
		t.Fatal(err)
	}
	p := newHandler(s, &sources{server: t.Name(), clients: new(requestinfo.Sources)})
	s.Follow(p)
	policy := s.Load().Policies[0]
	p.lost(policy, "public DNS", new(dns.Msg).SetQuestion("example.org.", dns.TypeA), nil)
	if p.outages.At(policy.Number()) == nil {
		t.Fatal("the outage is not noted")
	}
	scopetest.Change(t, s, asking())
	if p.outages.At(policy.Number()) != nil {
		t.Error("the outage of a policy that is gone is kept")
	}
}
