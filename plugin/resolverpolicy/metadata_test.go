package resolverpolicy

import (
	"context"
	"crypto/tls"
	"maps"
	"slices"
	"testing"

	"github.com/coredns/coredns/plugin"
	"github.com/coredns/coredns/plugin/metadata"
	"github.com/coredns/coredns/plugin/test"
	"github.com/coredns/coredns/request"
	"github.com/miekg/dns"
	ot "github.com/opentracing/opentracing-go"
	"github.com/opentracing/opentracing-go/mocktracer"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/requestinfo"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
	"github.com/internaldns/internaldns/plugin/pkg/scope/scopetest"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// described returns a handler of a block that settles its queries with result, and
// the metadata of a query as they stand.
func described(t *testing.T, s *scope.Scope, result func(*model.Snapshot) resolve.Result) *ResolverPolicy {
	t.Helper()
	p := newHandler(s, &sources{server: t.Name(), clients: new(requestinfo.Sources)})
	p.described, p.traced = true, true
	p.Next = plugin.HandlerFunc(func(ctx context.Context, w dns.ResponseWriter, r *dns.Msg) (int, error) {
		if pin := resolve.From(ctx, s); pin != nil {
			pin.Result = result(s.Load())
			if !pin.Settle() {
				return dns.RcodeSuccess, nil
			}
		}
		return dns.RcodeSuccess, w.WriteMsg(new(dns.Msg).SetReply(r))
	})
	if err := p.onStartup(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.onShutdown(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// collect does what the plugin metadata does with a query.
func collect(p *ResolverPolicy, w dns.ResponseWriter, r *dns.Msg) context.Context {
	all := metadata.Metadata{Zones: []string{"."}, Providers: []metadata.Provider{p}}
	return all.Collect(context.Background(), request.Request{W: w, Req: r})
}

// told returns the metadata of a query that are not empty, without the plugin's name.
func told(ctx context.Context) map[string]string {
	out := make(map[string]string)
	for label, value := range metadata.ValueFuncs(ctx) {
		if text := value(); text != "" {
			out[label[len(pluginName)+1:]] = text
		}
	}
	return out
}

// witness is a plugin above that reads the metadata when the reply passes, as
// dnstap does.
type witness struct {
	dns.ResponseWriter
	ctx  context.Context
	told map[string]string
}

func (w *witness) WriteMsg(*dns.Msg) error {
	w.told = told(w.ctx)
	return nil
}

// SPEC 8: policy and view are known before the query is served, the rest when the
// reply is written.
func TestMetadata(t *testing.T) {
	for _, c := range []struct {
		name   string
		result func(s *model.Snapshot) resolve.Result
		change func(r *dns.Msg)
		want   map[string]string
	}{
		{"hit", func(s *model.Snapshot) resolve.Result {
			return resolve.Result{Outcome: resolve.Success, Match: s.Zone("example.org"), Source: s.Zone("example.org")}
		}, nil, map[string]string{"zone": "example.org", "rcode": "NOERROR"}},
		{"reference", func(s *model.Snapshot) resolve.Result {
			return resolve.Result{Outcome: resolve.Success, Match: s.Zone("example.org"), Source: s.Zone("example.net"), Hops: 1}
		}, nil, map[string]string{"zone": "example.org", "reference": "example.net", "rcode": "NOERROR"}},
		{"fallback", func(*model.Snapshot) resolve.Result {
			return resolve.Result{Outcome: resolve.Refused, Rcode: dns.RcodeRefused}
		}, nil, map[string]string{"fallback": "refused", "rcode": "REFUSED"}},
		{"no fallback without RD", func(s *model.Snapshot) resolve.Result {
			return resolve.Result{Outcome: resolve.NXDomain, Rcode: dns.RcodeNameError, Match: s.Zone("example.org"), Source: s.Zone("example.net")}
		}, func(r *dns.Msg) { r.RecursionDesired = false }, map[string]string{"zone": "example.org", "rcode": "NXDOMAIN"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := described(t, office(t, "example.net", "example.org"), c.result)
			r := new(dns.Msg).SetQuestion("www.example.org.", dns.TypeA)
			if c.change != nil {
				c.change(r)
			}
			before := map[string]string{"policy": "staff", "view": "office"}
			maps.Copy(c.want, before)
			w := &witness{ResponseWriter: &test.ResponseWriter{}}
			w.ctx = collect(p, w, r)
			if got := told(w.ctx); !maps.Equal(got, before) {
				t.Errorf("before: %v, want %v", got, before)
			}
			if _, err := p.ServeDNS(w.ctx, w, r); err != nil {
				t.Fatal(err)
			}
			if !maps.Equal(w.told, c.want) {
				t.Errorf("with the reply: %v, want %v", w.told, c.want)
			}
			if got := told(w.ctx); !maps.Equal(got, c.want) {
				t.Errorf("after: %v, want %v", got, c.want)
			}
		})
	}
}

// A question that a plugin rewrites is judged as it stands when somebody asks, and
// in the end as it was served.
func TestMetadataRewritten(t *testing.T) {
	s := new(scope.Scope)
	for _, name := range []string{"one", "two"} {
		s.AddPolicy(&model.PolicySpec{Name: name, Action: model.UsePublic,
			Traffic: model.Expression{Source: "dns.fqdn == '" + name + ".example.org'"}})
	}
	if err := s.Build().Err(); err != nil {
		t.Fatal(err)
	}
	p := described(t, s, nil)
	w := &test.ResponseWriter{}
	r := new(dns.Msg).SetQuestion("one.example.org.", dns.TypeA)
	ctx := collect(p, w, r)
	policy := metadata.ValueFunc(ctx, "resolverpolicy/policy")
	if got := policy(); got != "one" {
		t.Errorf("before: %q", got)
	}
	r.Question[0].Name = "none.example.org."
	if got := policy(); got != "" {
		t.Errorf("of a name without a policy: %q", got)
	}
	r.Question[0].Name = "two.example.org."
	if _, err := p.ServeDNS(ctx, w, r); err != nil {
		t.Fatal(err)
	}
	r.Question[0].Name = "one.example.org."
	if got := policy(); got != "two" {
		t.Errorf("after: %q", got)
	}
}

// What no policy is for has no metadata, and whoever asks does no harm.
func TestMetadataOfOthers(t *testing.T) {
	p := described(t, office(t, "example.org"), nil)
	for name, r := range map[string]*dns.Msg{
		"no question": {},
		"update":      new(dns.Msg).SetUpdate("example.org."),
		"chaos":       {Question: []dns.Question{{Name: "version.bind.", Qtype: dns.TypeTXT, Qclass: dns.ClassCHAOS}}},
	} {
		a := &queryInfo{Context: context.Background(), handler: p, w: &test.ResponseWriter{}, r: r}
		if a.policyName() != "" || a.viewName() != "" || a.zone() != "" || a.reference() != "" || a.fallback() != "" || a.rcode() != "" {
			t.Errorf("%s: metadata of a query that is none of ours", name)
		}
	}
}

// Tracing spans tell what came of a query.
func TestSpan(t *testing.T) {
	p := described(t, office(t, "example.org"), func(*model.Snapshot) resolve.Result {
		return resolve.Result{Outcome: resolve.Refused, Rcode: dns.RcodeRefused}
	})
	tracer := mocktracer.New()
	span := tracer.StartSpan("servedns")
	r := new(dns.Msg).SetQuestion("www.example.org.", dns.TypeA)
	if _, err := p.ServeDNS(ot.ContextWithSpan(context.Background(), span), &test.ResponseWriter{}, r); err != nil {
		t.Fatal(err)
	}
	got := span.(*mocktracer.MockSpan).Tags()
	want := map[string]any{
		"resolverpolicy.policy": "staff", "resolverpolicy.view": "office", "resolverpolicy.zone": "",
		"resolverpolicy.outcome": "refused", "resolverpolicy.fallback": "refused",
	}
	if !maps.Equal(got, want) {
		t.Errorf("tags %v, want %v", got, want)
	}
}

// One snapshot is loaded for a query, whatever is published while it is on its way: what
// metadata say of it and what it is answered with is of one configuration.
func TestOneSnapshotPerQuery(t *testing.T) {
	s := office(t, "example.org")
	p := described(t, s, func(snapshot *model.Snapshot) resolve.Result {
		return resolve.Result{Match: snapshot.Zone("example.org"), Outcome: resolve.Success}
	})
	r := new(dns.Msg).SetQuestion("www.example.org.", dns.TypeA)
	ctx := collect(p, &test.ResponseWriter{}, r)
	first := uint32(1)
	scopetest.Change(t, s, func(spec *model.Spec) {
		spec.Policies = append(slices.Clip(spec.Policies), &model.PolicySpec{Name: "nobody", Precedence: &first, Action: model.UsePublic})
	})
	if got := told(ctx)["policy"]; got != "staff" {
		t.Errorf("policy %q before the query is served", got)
	}
	if _, err := p.ServeDNS(ctx, &test.ResponseWriter{}, r); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"policy": "staff", "view": "office", "zone": "example.org", "rcode": "NOERROR"}
	if got := told(ctx); !maps.Equal(got, want) {
		t.Errorf("metadata %v, want %v", got, want)
	}
	later := collect(p, &test.ResponseWriter{}, r)
	if got := told(later)["policy"]; got != "nobody" {
		t.Errorf("policy %q after the update", got)
	}
}

// overTLS is a writer whose client came by TLS and asked for a host.
type overTLS struct{ test.ResponseWriter }

func (*overTLS) ConnectionState() *tls.ConnectionState {
	return &tls.ConnectionState{ServerName: "branch.dns.example"}
}

// What only the arrival of a query shows is kept for a policy that asks for it, even if
// there was none when the query arrived.
func TestArrivalBeforeUpdate(t *testing.T) {
	s := office(t, "example.org")
	p := newHandler(s, &sources{server: t.Name(), clients: new(requestinfo.Sources)})
	if err := p.onStartup(); err != nil {
		t.Fatal(err)
	}
	defer p.onShutdown() //nolint:errcheck // it never fails
	r := new(dns.Msg).SetQuestion("www.example.org.", dns.TypeA)
	w := &overTLS{}
	ctx := p.Collect(context.Background(), request.Request{W: w, Req: r})
	first := uint32(1)
	scopetest.Change(t, s, func(spec *model.Spec) {
		spec.Policies = append(slices.Clip(spec.Policies), &model.PolicySpec{
			Name: "branch", Precedence: &first, Action: model.UsePublic,
			Traffic: model.Expression{Source: `dns.doh_subdomain == "branch"`},
		})
	})
	if policy, _ := p.selectPolicy(ctx, s.Load(), w, r); policy == nil || policy.Name != "branch" {
		t.Errorf("policy %v, want branch", policy)
	}
	plain := p.Collect(context.Background(), request.Request{W: &test.ResponseWriter{}, Req: r})
	if plain != context.Background() {
		t.Error("a context was made for a query without encryption")
	}
}

// office is a server block with a policy and a view of the zones.
func office(t testing.TB, zones ...string) *scope.Scope {
	t.Helper()
	s := new(scope.Scope)
	view := &model.ViewSpec{Name: "office"}
	for _, id := range zones {
		apex := id + "."
		s.AddZone(&model.ZoneSpec{ID: id, Apex: apex}, func() (*zone.Zone, problem.List) {
			return zone.NewBuilder(zone.Options{Apex: apex}).Build()
		})
		view.Zones = append(view.Zones, model.Ref{Name: id})
	}
	s.AddView(view)
	s.AddPolicy(&model.PolicySpec{Name: "staff", View: model.Ref{Name: "office"}, Fallback: model.DefaultTriggers})
	if err := s.Build().Err(); err != nil {
		t.Fatal(err)
	}
	return s
}
