package test

import (
	"context"
	"fmt"
	"net/netip"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/plugin"
	"github.com/coredns/coredns/request"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/explain"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/requestinfo"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
	"github.com/internaldns/internaldns/test/scenario"
)

// Two directives of this test: one stands just above the suite and explains every
// query before it is served, the other just below and sees what the public path is
// asked.
const (
	explained = "explained"
	publicly  = "publicly"
)

// registerExplained is not an init: the program that this binary can be has no such directives.
func registerExplained() {
	plugin.Register(explained, func(c *caddy.Controller) error {
		block := scope.Of(c, explained)
		dnsserver.GetConfig(c).AddPlugin(func(next plugin.Handler) plugin.Handler { return explainer{next, block} })
		return nil
	})
	plugin.Register(publicly, func(c *caddy.Controller) error {
		dnsserver.GetConfig(c).AddPlugin(func(next plugin.Handler) plugin.Handler { return publicPath{next} })
		return nil
	})
}

// SPEC 9: explain takes the same way as serving. Every query of every scenario is
// explained, and the explanation compared with what the suite does with it.
func TestExplain(t *testing.T) {
	installed := dnsserver.Directives
	order := slices.Insert(slices.Clone(installed), slices.Index(installed, "resolverpolicy"), explained)
	order = slices.Insert(order, slices.Index(order, "referencezone")+1, publicly)
	if err := dnsserver.SetDirectives(order); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := dnsserver.SetDirectives(installed); err != nil {
			t.Error(err)
		}
	})
	files, err := filepath.Glob("scenarios/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	total := 0
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { total += explainFile(t, file) })
	}
	t.Logf("%d queries explained", total)
	if total < 500 {
		t.Errorf("%d queries were explained, the scenarios have more", total)
	}
}

// explainFile runs the script of a scenario, whose expectations are the matter of
// TestScenarios, and gives how many queries were explained.
func explainFile(t *testing.T, file string) int {
	s := readScenario(t, file)
	if !s.MustStart() {
		return 0
	}
	s.Files["Corefile"] = withTest(s.Files["Corefile"])
	for _, step := range s.Script {
		if step.Command[0] == "reload" {
			s.Files[step.Command[1]] = withTest(s.Files[step.Command[1]])
		}
	}
	dir := layOut(t, s.Files)
	provide(t, dir, s)
	t.Chdir(dir)

	findings := startFindings(t)
	r := &runner{logged: captureLog(t)}
	if corefile, ok := s.Files[upstreamCorefile]; ok {
		r.upstream = startUpstream(t, corefile)
	} else if _, ok := s.Files[upstreamZone]; ok {
		r.upstream = startUpstream(t, zoneCorefile)
	}
	corefile, account := withAPI(t, s.Files["Corefile"])
	r.account = account
	r.server = startFor(t, withUpstream(corefile, r.upstream))
	for _, step := range s.Script {
		// Whatever state the server is in, the explanation has to fit: nothing is waited for.
		command := step.Command
		if command[0] == "eventually" {
			command = command[1:]
		}
		switch command[0] {
		case "dig", "reload", "copy", "fault", "api":
			_, _ = r.run(t, &scenario.Step{Line: step.Line, Command: command})
		}
	}
	return findings.end(t)
}

// blockEnd is the end of a server block; what stands before it moves no line up.
var blockEnd = regexp.MustCompile(`(?m)^\}$`)

// withTest puts the directives of this test into every server block that holds
// any of the suite.
func withTest(corefile string) string {
	var out strings.Builder
	from := 0
	for _, at := range blockEnd.FindAllStringIndex(corefile, -1) {
		block := corefile[from:at[0]]
		out.WriteString(block)
		if strings.Contains(block, "resolverpolicy") && !strings.HasPrefix(strings.TrimSpace(block), "(") {
			out.WriteString("\t" + explained + "\n\t" + publicly + "\n")
		}
		from = at[0]
	}
	return out.String() + corefile[from:]
}

// findings collects what the handlers see; CoreDNS makes them, so that there is no
// other way to reach them.
type findings struct {
	mu      sync.Mutex
	count   int
	differs []string
}

var current struct {
	sync.Mutex
	*findings
}

func startFindings(t *testing.T) *findings {
	f := new(findings)
	setFindings(f)
	t.Cleanup(func() { setFindings(nil) })
	return f
}

func setFindings(f *findings) {
	current.Lock()
	defer current.Unlock()
	current.findings = f
}

func getFindings() *findings {
	current.Lock()
	defer current.Unlock()
	return current.findings
}

// note counts one query and what is wrong with its explanation, if anything.
func (f *findings) note(differs string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count++
	if differs != "" {
		f.differs = append(f.differs, differs)
	}
}

func (f *findings) end(t *testing.T) int {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, text := range f.differs {
		t.Error(text)
	}
	return f.count
}

// publicPath notes what it is asked for the query in the context.
type publicPath struct{ plugin.Handler }

type askedKey struct{}

// Name implements the plugin.Handler interface.
func (publicPath) Name() string { return publicly }

// ServeDNS implements the plugin.Handler interface.
func (p publicPath) ServeDNS(ctx context.Context, w dns.ResponseWriter, r *dns.Msg) (int, error) {
	if asked, ok := ctx.Value(askedKey{}).(*[]string); ok {
		*asked = append(*asked, strings.ToLower(r.Question[0].Name)+" "+dns.Type(r.Question[0].Qtype).String())
	}
	return plugin.NextOrFailure(publicly, p.Handler, ctx, w, r)
}

// explainer explains a query, has the suite serve it and compares.
type explainer struct {
	plugin.Handler
	block *scope.Scope
}

// Name implements the plugin.Handler interface.
func (e explainer) Name() string { return explained }

// ServeDNS implements the plugin.Handler interface.
func (e explainer) ServeDNS(ctx context.Context, w dns.ResponseWriter, r *dns.Msg) (int, error) {
	f := getFindings()
	before := e.block.Load()
	q, ok := e.query(ctx, w, r, before)
	if f == nil || !ok {
		return plugin.NextOrFailure(explained, e.Handler, ctx, w, r)
	}
	x := explain.Explain(before, q)
	var asked []string
	served := &keeper{ResponseWriter: w}
	rcode, err := plugin.NextOrFailure(explained, e.Handler, context.WithValue(ctx, askedKey{}, &asked), served, r)
	if e.block.Load() == before {
		f.note(differs(x, r, served.msg, asked))
	}
	return rcode, err
}

// keeper keeps a reply as the suite made it: the writers above add to it.
type keeper struct {
	dns.ResponseWriter
	msg *dns.Msg
}

// WriteMsg implements the dns.ResponseWriter interface.
func (k *keeper) WriteMsg(m *dns.Msg) error {
	k.msg = m.Copy()
	return k.ResponseWriter.WriteMsg(m)
}

// query returns what is to be explained, and false if it is no query of the suite,
// or if what tells the client apart lies in a TLS connection.
func (e explainer) query(ctx context.Context, w dns.ResponseWriter, r *dns.Msg, s *model.Snapshot) (explain.Query, bool) {
	if r.Opcode != dns.OpcodeQuery || len(r.Question) != 1 || r.Question[0].Qclass != dns.ClassINET || s == nil {
		return explain.Query{}, false
	}
	state := request.Request{W: w, Req: r}
	from, err := netip.ParseAddr(state.IP())
	if err != nil {
		return explain.Query{}, false
	}
	q := explain.Query{
		Name: r.Question[0].Name, Type: r.Question[0].Qtype,
		Client:      model.Client{Addr: from.Unmap().WithZone("")},
		NoRecursion: !r.RecursionDesired, CheckingDisabled: r.CheckingDisabled, NoEDNS: r.IsEdns0() == nil, DNSSEC: resolve.WantsDNSSEC(r),
		Time: time.Now(),
	}
	if to, err := netip.ParseAddr(state.LocalIP()); err == nil {
		q.Client.Server = to.Unmap().WithZone("")
	}
	if !s.UsesFacts() {
		return q, true
	}
	server, _ := ctx.Value(dnsserver.Key{}).(*dnsserver.Server)
	suite, ok := e.Handler.(interface{ Clients() *requestinfo.Sources })
	if !ok || server == nil || !strings.HasPrefix(server.Addr, "dns://") {
		return q, false
	}
	q.Client.Facts = &requestinfo.Info{
		Sources: suite.Clients(), Addr: q.Client.Addr, Server: q.Client.Server, Name: strings.ToLower(q.Name), Request: r,
	}
	return q, true
}

// differs tells what in an explanation is not what was served, "" if all is.
func differs(x *explain.Explanation, r, served *dns.Msg, asked []string) string {
	if why := disagreement(x, r, served, asked); why != "" {
		var text strings.Builder
		_ = x.WriteText(&text, false)
		return fmt.Sprintf("%s; public DNS was asked for %q; served\n%s\nexplained\n%s", why, asked, served, text.String())
	}
	return ""
}

func disagreement(x *explain.Explanation, r, served *dns.Msg, asked []string) string {
	want := wanted(x)
	switch {
	case x.Disagrees != "":
		return "the policies in order lead to another than the index"
	case x.Route == "resolvers":
		return ""
	case len(asked) > len(want) || !slices.Equal(asked, want[:len(asked)]), len(want) > 0 && len(asked) == 0:
		return fmt.Sprintf("public DNS was to be asked for %q", want)
	case len(want) > 0:
		return ""
	case served == nil:
		return "nothing was served"
	}
	reply := x.Reply.Copy()
	reply.Id = served.Id
	if reply.String() != served.String() {
		return "the answers differ: explained\n" + reply.String()
	}
	if name, err := domain.Canonical(r.Question[0].Name); err == nil && !strings.EqualFold(name, x.Query.Name) {
		return "another name was explained"
	}
	return ""
}

// wanted returns what public DNS is asked for at most, by the explanation.
func wanted(x *explain.Explanation) []string {
	if x.Route == "public" {
		return []string{strings.ToLower(x.Query.Name) + " " + x.Query.Type}
	}
	var out []string
	if x.Fallback != nil && x.Fallback.Decision == "ask" {
		for _, a := range x.Fallback.Asks {
			if !a.Private {
				out = append(out, a.Name+" "+a.Type)
			}
		}
	}
	return out
}
