package cli

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/api"
	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
	"github.com/internaldns/internaldns/plugin/pkg/store/bolt"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// served is a server's API over an account, in an empty working directory with a token
// of all rights in the default file.
type served struct {
	*testing.T
	account *live.Account
	store   *bolt.Store
	url     string
	blocks  []*live.Block // that serve it
	servers []api.Server  // the same
}

func newServed(t *testing.T) *served {
	t.Helper()
	t.Setenv(tokenVariable, "")
	t.Chdir(t.TempDir())
	store, err := bolt.Open("internaldns.db", bolt.Options{MapSize: 1 << 26})
	if err != nil {
		t.Fatal(err)
	}
	s := &served{T: t, store: store}
	account, err := live.Open(t.Context(), live.Config{Name: "default", Store: store, Blocks: func() []*live.Block { return s.blocks }})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(api.New(api.Config{
		Accounts: func() []api.Account {
			return []api.Account{{Account: account, RateLimit: 10000, Guardrails: true, HideInternal: true, Servers: func() []api.Server {
				now := slices.Clone(s.servers)
				for i := range now {
					now[i].Snapshot = now[i].Live.Snapshot()
				}
				return now
			}}}
		},
	}))
	s.account, s.url = account, server.URL
	t.Cleanup(func() {
		server.Close()
		_ = store.Close()
	})
	s.write(defaultTokenFile, s.token()+"\n")
	return s
}

// attach has a server block alone serve the account beside what a Corefile declares.
func (s *served) attach(corefile string) {
	s.Helper()
	s.write("Corefile", corefile)
	c, err := load("Corefile")
	if err != nil || c.problems.HasErrors() || len(c.blocks) != 1 {
		s.Fatal(err, c.problems)
	}
	block := new(scope.Scope)
	block.Update(func(*model.Snapshot) (*model.Snapshot, problem.List) { return c.blocks[0].Snapshot, nil })
	s.blocks = []*live.Block{live.NewBlock(block)}
	if err := s.account.Attach(s.blocks[0]); err != nil {
		s.Fatal(err)
	}
	s.servers = []api.Server{{Block: c.blocks[0], Live: s.blocks[0], Addresses: []string{"dns://127.0.0.1:1053"}}}
}

// token makes a token with all rights.
func (s *served) token() string {
	s.Helper()
	text := token.NewText()
	policy, err := token.Full(s.account.ID())
	if err != nil {
		s.Fatal(err)
	}
	if _, err := s.account.Change(s.Context(), live.Call{}, func(c *live.Change) error {
		c.SetToken(&live.Token{
			Token: token.Token{Name: "first", Status: token.StatusActive, IssuedOn: c.Now(), Modified: c.Now(), Policies: []token.Policy{policy}}, Hash: token.HashOf(text),
		})
		return nil
	}); err != nil {
		s.Fatal(err)
	}
	return text
}

func (s *served) write(name, text string) {
	s.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		s.Fatal(err)
	}
}

// ids are what a run of a test has and another has not.
var ids = regexp.MustCompile(`[0-9a-f]{32}|idns_\w+|http://127[^\s]*|[0-9]{4}-[0-9]{2}-[0-9]{2}|(127.0.0.1:[0-9]+)`)

// run runs a command with the server's URL for URL.
func (s *served) run(args ...string) string {
	s.Helper()
	for i, arg := range args {
		if arg == "URL" {
			args[i] = s.url
		}
	}
	return invoke(false, args...)
}

// want holds that a command prints a text, in which * stands for what differs from run
// to run.
func (s *served) want(want string, args ...string) {
	s.Helper()
	got := s.run(args...)
	if masked := ids.ReplaceAllString(got, "*"); masked != want {
		s.Errorf("%s prints\n%s\nwant\n%s", strings.Join(args, " "), masked, want)
	}
}

const smallZone = `$ORIGIN corp.example.
@ 3600 IN SOA ns hostmaster 1 7200 1800 1209600 300
@ IN NS ns
www 300 IN A 192.0.2.1
mail 300 IN MX 5 mx.example.org.
`

// A zone file goes in and comes out, by name and by id.
func TestImportExport(t *testing.T) {
	s := newServed(t)
	s.write("zone", smallZone)
	s.write("bad", "$ORIGIN corp.example.\nwww 300 IN A 192.0.2.1\nwww 300 IN CNAME x.example.\nx IN A 1.2.3\n")
	s.want("internaldns import: there is no zone \"corp.example\" that the token may see; `internaldns list -api * zones` shows all\n[exit 1]\n",
		"import", "-api", "URL", "corp.example", "zone")
	if out := s.run("import", "-api", "URL", "-create", "bad.example", "bad"); !strings.Contains(out, "line 4") || !strings.HasSuffix(out, "[exit 1]\n") {
		t.Errorf("a file with errors: %s", out)
	}
	if zones := s.account.Zones(); len(zones) > 0 {
		t.Errorf("an import that was refused leaves the zone %s", zones[0].Name)
	}
	s.want("zone corp.example, ID *: 2 records added of 4 in the file\nnote: record \"corp.example.\" NS: warning: NS records of the zone itself are passed over, the zone's settings make them\n",
		"import", "-api", "URL", "-create", "corp.example", "zone")
	s.want("zone corp.example, ID *: 0 records added of 4 in the file\nnote: record \"corp.example.\" NS: warning: NS records of the zone itself are passed over, the zone's settings make them\nnote: 2 records were there already and not added again\n",
		"import", "-api", "URL", "corp.example.", "zone")
	byName := s.run("export", "-api", "URL", "corp.example")
	if !strings.Contains(byName, "192.0.2.1") || byName != s.run("export", "-api", "URL", s.account.Zones()[0].ID) {
		t.Errorf("exported by name:\n%s", byName)
	}
	if out := s.run("export", "-api", "URL", "-o", "out", "corp.example"); out != "" {
		t.Error(out)
	}
	if text, err := os.ReadFile("out"); err != nil || string(text) != byName {
		t.Errorf("%v %s", err, text)
	}
	if _, err := s.account.Change(t.Context(), live.Call{}, func(c *live.Change) error { _, err := c.CreateZone("corp.example."); return err }); err != nil {
		t.Fatal(err)
	}
	s.want("internaldns export: several have the name, say by its id which zone \"corp.example\" is meant: *, *\n[exit 1]\n", "export", "-api", "URL", "corp.example")
	s.want("internaldns export: there is no zone with the id *\n[exit 1]\n", "export", "-api", "URL", strings.Repeat("0", 32))
	s.want("internaldns import: several have the name, say by its id which zone \"corp.example\" is meant: *, *\n[exit 1]\n", "import", "-api", "URL", "-create", "corp.example", "zone")
}

// What an account holds is listed in the form of a Corefile's.
func TestListOfServer(t *testing.T) {
	s := newServed(t)
	var a *live.Zone
	if _, err := s.account.Change(t.Context(), live.Call{}, func(c *live.Change) (err error) { a, err = c.CreateZone("corp.example."); return err }); err != nil {
		t.Fatal(err)
	}
	if _, err := s.account.Change(t.Context(), live.Call{}, func(c *live.Change) error {
		b, err := c.CreateZone("test.")
		if err != nil {
			return err
		}
		v := c.CreateView("office", []string{a.ID})
		c.CreateRule(live.Rule{
			Name: "to office", Enabled: true, Precedence: 10, Traffic: "dns.src_ip in {192.0.2.0/24}", ViewID: v.ID,
			Settings: fmt.Appendf(nil, `{"resolve_dns_internally":{"view_id":%q,"fallback":"public_dns"}}`, v.ID),
		})
		_, err = c.UpdateZone(a.ID, func(z *live.Zone) error { z.Settings.InternalDNS.ReferenceZoneID = b.ID; return nil })
		return err
	}); err != nil {
		t.Fatal(err)
	}
	out := strings.Join(strings.Fields(ids.ReplaceAllString(s.run("list", "-api", "URL"), "*")), " ")
	out = regexp.MustCompile(` 0 1[0-9]+ `).ReplaceAllString(out, " 0 SERIAL ")
	want := "zones ID NAME RECORDS SERIAL VIEWS REFERENCES REFERENCED BY FILE" +
		" * corp.example 0 SERIAL office * - - * test 0 SERIAL - - * -" +
		" views NAME ZONES POLICIES DESCRIPTION office * to office -" +
		" policies PRECEDENCE NAME ACTION VIEW FALLBACK TRAFFIC IDENTITY 10 to office view office refused nxdomain cname dns.src_ip in {192.0.2.0/24} -" +
		" references FROM TO NODATA VIEWS CHAIN * * - office * → *"
	if out != want {
		t.Errorf("listed:\n%s\nwant\n%s", out, want)
	}
	if text := s.run("list", "-api", "URL", "-json", "views"); !strings.Contains(text, `"account": "default"`) || !strings.Contains(text, `"name": "office"`) {
		t.Error(text)
	}
	s.want("internaldns list: -conf does not go with -api\nusage: internaldns list [-conf FILE | -api URL] [-json] [zones|views|policies|references]\nsee internaldns list -h\n[exit 2]\n",
		"list", "-api", "URL", "-conf", "x")
}

// A backup of a server is restored into a store, and back.
func TestBackupRestore(t *testing.T) {
	s := newServed(t)
	s.write("zone", smallZone)
	s.run("import", "-api", "URL", "-create", "corp.example", "zone")
	s.want("", "backup", "-api", "URL", "-o", "a.json")
	s.want("internaldns backup: store internaldns.db: in use by another process: a server holds it; use -api with its URL in place of -store\n[exit 2]\n", "backup", "-store", "internaldns.db")
	s.want("revision 1: 1 zones, 2 records, 0 views, 0 policies, 0 lists, 0 locations, 1 tokens\n", "restore", "-store", "other.db", "a.json")
	s.want("", "backup", "-store", "other.db", "-o", "b.json")
	a, errA := os.ReadFile("a.json")
	b, errB := os.ReadFile("b.json")
	if errA != nil || errB != nil || string(a) != string(b) || len(a) == 0 {
		t.Errorf("%v %v:\n%s\n%s", errA, errB, a, b)
	}
	if out := s.run("backup", "-store", "other.db"); out != string(a) {
		t.Errorf("to standard output: %s", out)
	}
	if info, err := os.Stat("a.json"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	before := s.account.Revision()
	s.want(fmt.Sprintf("revision %d: 1 zones, 2 records, 0 views, 0 policies, 0 lists, 0 locations, 1 tokens\n", before), "restore", "-api", "URL", "a.json")
	s.write("bad.json", strings.Replace(string(a), `"A"`, `"MX"`, 1))
	for _, args := range [][]string{{"restore", "-api", "URL", "bad.json"}, {"restore", "-store", "third.db", "bad.json"}} {
		if out := s.run(args...); !regexp.MustCompile(`(line |bad.json:)[56]\b`).MatchString(out) || !strings.HasSuffix(out, "[exit 1]\n") {
			t.Errorf("%v: %s", args, out)
		}
	}
	if _, err := os.Stat("third.db"); err == nil {
		t.Error("a file that is refused makes a store")
	}
	s.want("internaldns backup: there is no store none.db\n[exit 1]\n", "backup", "-store", "none.db")
	s.want("internaldns backup: the store other.db has no account \"x\"; name one with -account\n[exit 1]\n", "backup", "-store", "other.db", "-account", "x")
}

// Tokens are made, shown and revoked alike in a store and by a server.
func TestTokens(t *testing.T) {
	s := newServed(t)
	s.write("zone", smallZone)
	s.run("import", "-api", "URL", "-create", "corp.example", "zone")
	s.run("backup", "-api", "URL", "-o", "a.json")
	s.run("restore", "-store", "other.db", "a.json")
	for _, where := range [][]string{{"-api", "URL"}, {"-store", "other.db"}} {
		command := func(args ...string) []string { return append(append([]string{"token"}, args...), where...) }
		s.want("token \"dns\", ID *; it is shown this once:\n*\n", command("create", "-name", "dns", "-group", "dns write", "-zone", "corp.example", "-name-suffix", ".corp.example", "-type", "A", "-expires", "90d")...)
		s.want("token \"ro\", ID *; it is shown this once:\n*\n", command("create", "-name", "ro", "-group", "Zone Read", "-group", "DNS View Read")...)
		s.want("token \"root\", ID *; it is shown this once:\n*\n", command("create", "-name", "root", "-all")...)
		out := strings.Join(strings.Fields(ids.ReplaceAllString(s.run(command("list")...), "*")), " ")
		for _, want := range []string{"* first active * - ", "* dns active * * - DNS Write ", "* ro active * - - Zone Read; DNS View Read ", "* root active * - - all"} {
			if !strings.Contains(out+" ", want) {
				t.Errorf("%v: listed %s, without %s", where, out, want)
			}
		}
		s.want("token \"ro\", ID *, is gone\n", command("revoke", "ro")...)
		s.want("internaldns token: there is no token \"ro\"\n[exit 1]\n", command("revoke", "ro")...)
		s.want("internaldns token: there is no view \"x\"\n[exit 1]\n", command("create", "-name", "v", "-group", "DNS Read", "-view", "x")...)
		if out := s.run(command("list", "-json")...); !strings.Contains(out, `"name ends_with": ".corp.example"`) || strings.Contains(out, "hash") {
			t.Errorf("%v: %s", where, out)
		}
	}
}

// A token made by the tool can do what was asked for, and no more.
func TestTokenRights(t *testing.T) {
	s := newServed(t)
	s.write("zone", smallZone)
	s.run("import", "-api", "URL", "-create", "corp.example", "zone")
	out := s.run("token", "create", "-api", "URL", "-name", "read", "-group", "Zone Read", "-group", "DNS Read")
	s.write("read.token", out[strings.Index(out, "\n")+1:])
	if out := s.run("export", "-api", "URL", "-token", "read.token", "corp.example"); !strings.Contains(out, "192.0.2.1") {
		t.Error(out)
	}
	s.want("internaldns import: Authentication error: the token lacks the permission \"DNS Write\" for this (code 10000)\n[exit 2]\n",
		"import", "-api", "URL", "-token", "read.token", "corp.example", "zone")
	t.Setenv(tokenVariable, "read.token")
	if out := s.run("backup", "-api", "URL"); !strings.Contains(out, "code 10000") || !strings.HasSuffix(out, "[exit 2]\n") {
		t.Error(out)
	}
	if out := s.run("list", "-api", "URL", "zones"); !strings.Contains(out, "corp.example") {
		t.Error(out)
	}
}

// The token goes to the server that was named, and into no message.
func TestTokenIsKept(t *testing.T) {
	s := newServed(t)
	text, err := os.ReadFile(defaultTokenFile)
	if err != nil {
		t.Fatal(err)
	}
	secret := strings.TrimSpace(string(text))
	asked := 0
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer elsewhere.Close()
	leads := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusFound)
	}))
	defer leads.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	s.write("other.token", token.NewText())
	s.write("cut.token", secret[:20])
	for _, c := range []struct {
		want string
		args []string
	}{
		{"leads on to", []string{"-api", leads.URL}},
		{"not as internaldns does", []string{"-api", elsewhere.URL}},
		{"does not answer", []string{"-api", gone.URL}},
		{"others can read the token", []string{"-api", "http://192.0.2.1:8080"}},
		{"takes an URL", []string{"-api", "127.0.0.1:8080"}},
		{"takes an URL", []string{"-api", "http://x:y@127.0.0.1"}},
		{"code 10000", []string{"-api", s.url, "-token", "other.token"}},
		{"holds no API token", []string{"-api", s.url, "-token", "cut.token"}},
		{"there is no API token", []string{"-api", s.url, "-token", "none.token"}},
	} {
		out := s.run(append([]string{"list"}, c.args...)...)
		if !strings.Contains(out, c.want) || !strings.HasSuffix(out, "[exit 2]\n") || strings.Contains(out, secret[:20]) {
			t.Errorf("%v: %s, want %s", c.args, out, c.want)
		}
	}
	if asked != 1 {
		t.Errorf("the server that another led to was asked %d times, want once, by its own name", asked)
	}
	if out := s.run("list", "-api", s.url+apiPath+"/", "zones"); out != "none\n" {
		t.Error(out)
	}
}

func TestExpiry(t *testing.T) {
	for _, word := range []string{"x", "-3h", "0d", "2001-01-01", "99999999d", "d"} {
		f := rightsFlags{name: "n", all: true, expires: word}
		if _, ok := errors.AsType[usageError](f.check()); !ok {
			t.Errorf("-expires %s is taken", word)
		}
	}
	for _, word := range []string{"1d", "12h", "2999-01-31", "2999-01-31T10:00:00+01:00"} {
		f := rightsFlags{name: "n", all: true, expires: word}
		if err := f.check(); err != nil {
			t.Errorf("-expires %s: %v", word, err)
		}
	}
}
