package resolverpolicy

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/coredns/coredns/plugin"
	"github.com/coredns/coredns/plugin/metadata"
	"github.com/coredns/coredns/plugin/test"
	"github.com/miekg/dns"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/querylog"
	"github.com/internaldns/internaldns/plugin/pkg/requestinfo"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
	"github.com/internaldns/internaldns/plugin/pkg/telemetry"
)

// twoPolicies is a block whose policies take what they are named after to the public path.
func twoPolicies(t *testing.T) *scope.Scope {
	t.Helper()
	s := new(scope.Scope)
	for _, name := range []string{"alias", "target"} {
		s.AddPolicy(&model.PolicySpec{Name: name, Action: model.UsePublic,
			Traffic: model.Expression{Source: "dns.fqdn == '" + name + ".example.org'"}})
	}
	if err := s.Build().Err(); err != nil {
		t.Fatal(err)
	}
	return s
}

// followAlias stands for a plugin that asks the server for the target of a CNAME,
// with the context of the query it answers.
func followAlias(p *ResolverPolicy) plugin.Handler {
	return plugin.HandlerFunc(func(ctx context.Context, w dns.ResponseWriter, r *dns.Msg) (int, error) {
		if r.Question[0].Name == "alias.example.org." {
			inner := new(dns.Msg).SetQuestion("target.example.org.", dns.TypeA)
			if _, err := p.ServeDNS(ctx, &test.ResponseWriter{}, inner); err != nil {
				return dns.RcodeServerFailure, err
			}
		}
		return dns.RcodeSuccess, w.WriteMsg(new(dns.Msg).SetReply(r))
	})
}

// What a plugin below asks the server for does not show in what is told of the
// query it is for.
func TestMetadataOfNestedQuery(t *testing.T) {
	p := described(t, twoPolicies(t), nil)
	p.Next = followAlias(p)
	w := &test.ResponseWriter{}
	r := new(dns.Msg).SetQuestion("alias.example.org.", dns.TypeA)
	ctx := collect(p, w, r)
	if _, err := p.ServeDNS(ctx, w, r); err != nil {
		t.Fatal(err)
	}
	if got := metadata.ValueFunc(ctx, "resolverpolicy/policy")(); got != "alias" {
		t.Errorf("policy %q, want alias", got)
	}
}

// The query log has both, each with its own policy.
func TestQueryLogOfNestedQuery(t *testing.T) {
	p := newHandler(twoPolicies(t), &sources{server: t.Name(), clients: new(requestinfo.Sources)})
	if err := p.onStartup(); err != nil {
		t.Fatal(err)
	}
	out := new(logBuffer)
	p.log = querylog.New(out)
	p.Next = followAlias(p)
	r := new(dns.Msg).SetQuestion("alias.example.org.", dns.TypeA)
	if _, err := p.ServeDNS(context.Background(), &test.ResponseWriter{}, r); err != nil {
		t.Fatal(err)
	}
	if err := p.onShutdown(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for text := range strings.Lines(out.String()) {
		var l struct{ QueryName, ResolverPolicyName string }
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatal(err)
		}
		got = append(got, l.QueryName+" "+l.ResolverPolicyName)
	}
	if want := "target.example.org target, alias.example.org alias"; strings.Join(got, ", ") != want {
		t.Errorf("logged %q, want %s", got, want)
	}
}

// brokenLog is a log that cannot be closed.
type brokenLog struct{ logBuffer }

// logBuffer is a log in memory.
type logBuffer struct{ bytes.Buffer }

func (*logBuffer) Close() error { return nil }

func (*brokenLog) Close() error { return errors.New("quota exceeded") }

// An error of the log keeps Caddy from nothing: a reload has been done by then.
func TestShutdownWithoutError(t *testing.T) {
	p := newHandler(twoPolicies(t), &sources{server: t.Name(), clients: new(requestinfo.Sources)})
	if err := p.onStartup(); err != nil {
		t.Fatal(err)
	}
	p.log = querylog.New(&brokenLog{})
	if err := p.onShutdown(); err != nil {
		t.Errorf("onShutdown = %v", err)
	}
}

// A start that another plugin fails leaves no series behind: they come with queries.
func TestQueryLogSeries(t *testing.T) {
	p := newHandler(twoPolicies(t), &sources{server: t.Name(), queryLog: t.TempDir() + "/queries.json", clients: new(requestinfo.Sources)})
	if err := p.onStartup(); err != nil {
		t.Fatal(err)
	}
	telemetry.Serving().Add(p.meter)
	defer telemetry.Serving().Remove(p.meter)
	if hasDropped(t) {
		t.Error("a series before the first query")
	}
	p.Next = followAlias(p)
	if _, err := p.ServeDNS(context.Background(), &test.ResponseWriter{}, new(dns.Msg).SetQuestion("example.org.", dns.TypeA)); err != nil {
		t.Fatal(err)
	}
	if !hasDropped(t) {
		t.Error("no series after it")
	}
	if err := p.onShutdown(); err != nil {
		t.Fatal(err)
	}
}

// hasDropped reports whether there is a series for the queries that the test's log lacks.
func hasDropped(t *testing.T) bool {
	t.Helper()
	families, err := prometheus.DefaultGatherer.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == "coredns_resolverpolicy_query_log_dropped_total" && m.GetLabel()[0].GetValue() == t.Name() {
				return true
			}
		}
	}
	return false
}
