package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	stdlog "log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/coredns/coredns/plugin"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/api/apitest"
	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/querylog"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
	"github.com/internaldns/internaldns/plugin/pkg/store/bolt"
	"github.com/internaldns/internaldns/plugin/pkg/telemetry"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// The log of thousands of calls is of no use.
func TestMain(m *testing.M) {
	stdlog.SetOutput(io.Discard)
	os.Exit(m.Run())
}

// server is an API of one account or several, each with a token that has all rights.
// All its answers are held against the document.
type server struct {
	t        testing.TB
	url      string
	mu       sync.Mutex // held while the accounts are exchanged beside calls
	accounts []Account
	owners   []string // tokens
	contract *apitest.Contract
	api      *API
	recents  []*querylog.Recent // of the server blocks, by account
	scopes   []*scope.Scope
}

// serve serves accounts as their configurations say; their names are a, b and so on.
func serve(t testing.TB, configs ...Account) *server {
	t.Helper()
	if len(configs) == 0 {
		configs = []Account{{}}
	}
	opened, err := bolt.Open(filepath.Join(t.TempDir(), "store.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	})
	s := &server{t: t}
	for i, c := range configs {
		blockScope := emptyScope(t)
		block := live.NewBlock(blockScope)
		if c.Account, err = live.Open(t.Context(), live.Config{
			Name: string(rune('a' + i)), Store: opened, Blocks: func() []*live.Block { return []*live.Block{block} },
		}); err != nil {
			t.Fatal(err)
		}
		if err := c.Attach(block); err != nil {
			t.Fatal(err)
		}
		if c.RateLimit == 0 {
			c.RateLimit = 1_000_000
		}
		c.Guardrails, c.Streams, c.History = true, new(StreamCounts), telemetry.NewHistory()
		s.scopes = append(s.scopes, blockScope)
		keeper := &keeper{recent: new(querylog.Recent)}
		s.recents = append(s.recents, keeper.recent)
		c.Servers = func() []Server {
			return []Server{{
				Block: scope.Block{Keys: []string{"dns://.:53"}, Hosts: []string{""}, Snapshot: block.Snapshot(), Handlers: []plugin.Handler{keeper}},
				Live:  block, Addresses: []string{"dns://127.0.0.1:53"},
			}}
		}
		s.accounts = append(s.accounts, c)
		s.owners = append(s.owners, newOwner(t, c.Account))
	}
	s.api = New(Config{Accounts: func() []Account { return s.served() }, Version: "test"})
	if s.contract, err = apitest.Read(s.api.openAPI); err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(s.contract.Handler(t, s.api))
	t.Cleanup(front.Close)
	s.url = front.URL
	return s
}

// served returns the accounts that are served now.
func (s *server) served() []Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.accounts
}

// keeper is a handler that keeps queries.
type keeper struct{ recent *querylog.Recent }

// Name implements plugin.Handler.
func (*keeper) Name() string { return "keeper" }

// ServeDNS implements plugin.Handler.
func (*keeper) ServeDNS(context.Context, dns.ResponseWriter, *dns.Msg) (int, error) {
	return dns.RcodeRefused, nil
}

// Queries returns where.
func (k *keeper) Queries() *querylog.Recent { return k.recent }

// emptyScope returns a server block that declares nothing: changes are checked against it.
func emptyScope(t testing.TB) *scope.Scope {
	t.Helper()
	s := new(scope.Scope)
	if problems := s.Update(func(*model.Snapshot) (*model.Snapshot, problem.List) { return model.Build(model.Spec{}, nil) }); problems.HasErrors() {
		t.Fatal(problems)
	}
	return s
}

// newOwner makes a token with all rights.
func newOwner(t testing.TB, account *live.Account) string {
	t.Helper()
	policy, err := token.Full(account.ID())
	if err != nil {
		t.Fatal(err)
	}
	text := token.NewText()
	if _, err := account.Change(context.Background(), live.Call{}, func(c *live.Change) error {
		c.SetToken(&live.Token{
			Token: token.Token{Name: "owner", Status: token.StatusActive, IssuedOn: c.Now(), Modified: c.Now(), Policies: []token.Policy{policy}},
			Hash:  token.HashOf(text),
		})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return text
}

// account is the id of the first account.
func (s *server) account() string { return s.accounts[0].ID() }

// answer is what a call was answered with.
type answer struct {
	status   int
	header   http.Header
	body     []byte
	Success  bool
	Errors   []Error
	Messages []message
	Result   json.RawMessage
	Info     *pageInfo `json:"result_info"`
}

// code is that of the first error.
func (a *answer) code() int {
	if len(a.Errors) == 0 {
		return 0
	}
	return a.Errors[0].Code
}

// cause is the code at the end of the chain of the first error.
func (a *answer) cause() int {
	if len(a.Errors) == 0 || len(a.Errors[0].Chain) == 0 {
		return 0
	}
	return a.Errors[0].Chain[0].Code
}

func (a *answer) text(t testing.TB, member string) string {
	t.Helper()
	var members map[string]any
	if err := json.Unmarshal(a.Result, &members); err != nil {
		t.Fatalf("%s: %v", a.body, err)
	}
	return fmt.Sprint(members[member])
}

// ids returns those of a list.
func (a *answer) ids(t testing.TB) (ids []string) {
	t.Helper()
	var all []struct{ ID string }
	if err := json.Unmarshal(a.Result, &all); err != nil {
		t.Fatalf("%s: %v", a.body, err)
	}
	for _, one := range all {
		ids = append(ids, one.ID)
	}
	return ids
}

// request returns a request in the name of the first owner.
func (s *server) request(method, path, body string) *http.Request {
	s.t.Helper()
	if !strings.HasPrefix(path, "/client") {
		path = base + path
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.owners[0])
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return req
}

func (s *server) do(req *http.Request) *answer {
	s.t.Helper()
	got, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer got.Body.Close()
	a := &answer{status: got.StatusCode, header: got.Header}
	if a.body, err = io.ReadAll(got.Body); err != nil {
		s.t.Fatal(err)
	}
	if strings.HasPrefix(got.Header.Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(a.body, a); err != nil {
			s.t.Fatalf("%v: %s", err, a.body)
		}
	}
	return a
}

// call makes a call in the name of the first owner.
func (s *server) call(method, path, body string) *answer {
	s.t.Helper()
	return s.do(s.request(method, path, body))
}

// as makes a call in the name of the bearer of a token.
func (s *server) as(text, method, path, body string) *answer {
	s.t.Helper()
	req := s.request(method, path, body)
	req.Header.Set("Authorization", "Bearer "+text)
	return s.do(req)
}

// must makes a call that succeeds.
func (s *server) must(method, path, body string) *answer {
	s.t.Helper()
	a := s.call(method, path, body)
	if a.status != http.StatusOK {
		s.t.Fatalf("%s %s: %d\n%s", method, path, a.status, a.body)
	}
	return a
}

// id makes a call that succeeds, and returns the id of what it made.
func (s *server) id(method, path, body string) string {
	s.t.Helper()
	return s.must(method, path, body).text(s.t, "id")
}

func (s *server) zone(name string) string {
	s.t.Helper()
	return s.id("POST", "/zones", fmt.Sprintf(`{"name":%q}`, name))
}

func (s *server) record(zone, name, content string) string {
	s.t.Helper()
	return s.id("POST", "/zones/"+zone+"/dns_records", fmt.Sprintf(`{"type":"A","name":%q,"content":%q}`, name, content))
}

// view makes a view of zones.
func (s *server) view(name string, zones ...string) string {
	s.t.Helper()
	ids, err := json.Marshal(append([]string{}, zones...))
	if err != nil {
		s.t.Fatal(err)
	}
	return s.id("POST", "/accounts/"+s.account()+"/dns_settings/views", fmt.Sprintf(`{"name":%q,"zones":%s}`, name, ids))
}

func ruleText(name, view string) string {
	return fmt.Sprintf(`{"name":%q,"action":"resolve","rule_settings":{"resolve_dns_internally":{"view_id":%q}}}`, name, view)
}

// limited makes a token with permission groups on resources, and returns its text.
func (s *server) limited(resources string, groups ...string) string {
	s.t.Helper()
	return s.must("POST", "/user/tokens", tokenText(resources, groups...)).text(s.t, "value")
}

// tokenText returns the body of a call that makes a token.
func tokenText(resources string, groups ...string) string {
	var b bytes.Buffer
	for i, g := range groups {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"name":%q}`, g)
	}
	return `{"name":"limited","policies":[{"effect":"allow","permission_groups":[` + b.String() + `],"resources":` + resources + `}]}`
}

// want holds an answer against a status and the code of its first error.
func (s *server) want(what string, a *answer, status, code int) {
	s.t.Helper()
	if a.status != status || a.code() != code || a.Success != (status < http.StatusBadRequest) {
		s.t.Errorf("%s: status %d, code %d, want %d, %d\n%s", what, a.status, a.code(), status, code, a.body)
	}
}
