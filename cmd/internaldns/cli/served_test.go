package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/list"
	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/record"
)

// beside is a Corefile with an account, and of all that a Corefile may declare.
const beside = `.:1053 {
    internaldns
    internalzone corp.example {
        record "www 300 A 192.0.2.80"
        record "www AAAA 2001:db8::80"
        record "@ NS ns.corp.example."
        record "ns A 192.0.2.53"
        record "alias CNAME www.corp.example."
        record "one 1 A 192.0.2.1"
        record "text TXT 'a b' c"
        negative_ttl 60
    }
    internalzone corp.test signed.zone
    internalzone shared.example {
        record "* A 192.0.2.81"
        flatten off
    }
    referencezone corp.example shared.example {
        nodata
    }
    dnsview office corp.example corp.test {
        description "the office"
    }
    resolverpolicy listed {
        list nets nets.txt
        traffic "dns.src_ip in $nets"
        view office
        fallback public_dns nxdomain nodata
        private special secret.example
        reenter
    }
    resolverpolicy outside {
        traffic "dns.fqdn == 'x.example'"
        resolvers 127.0.0.1:1054 [::1]:1054
    }
    resolverpolicy off {
        disabled
        view office
    }
    forward . 127.0.0.1:1055
}
`

const signedZone = `@ 3600 IN SOA ns hostmaster 7 7200 1800 1209600 300
@ IN NS ns
ns 300 IN A 192.0.2.54
`

// newOffice is a server of beside, whose store holds a zone in a view with declared ones, and a policy.
func newOffice(t *testing.T) (*served, *live.Zone) {
	t.Helper()
	s := newServed(t)
	s.write("signed.zone", signedZone)
	s.write("nets.txt", "192.0.2.0/24\n")
	s.attach(beside)
	var own *live.Zone
	s.change(func(c *live.Change) (err error) {
		if own, err = c.CreateZone("own.example."); err != nil {
			return err
		}
		v := c.CreateView("mine", []string{own.ID, live.DeclaredID("default", "zone", "corp.example")})
		c.CreateRule(live.Rule{
			Name: "mine", Enabled: true, Precedence: 2000, ViewID: v.ID, Fallback: 3,
			Settings: fmt.Appendf(nil, `{"resolve_dns_internally":{"view_id":%q,"fallback":"public_dns","fallback_on":["refused","nxdomain"]}}`, v.ID),
		})
		_, err = c.UpdateZone(own.ID, func(z *live.Zone) error {
			z.Settings.InternalDNS.ReferenceZoneID = live.DeclaredID("default", "zone", "shared.example")
			z.Settings.NSTTL = 7200
			return nil
		})
		return err
	})
	s.change(func(c *live.Change) error {
		for _, text := range []string{`{"name":"@","type":"NS","content":"ns.own.example"}`, `{"name":"ns","type":"A","content":"192.0.2.55"}`,
			`{"name":"t","type":"TXT","content":"\"a;b\" \"c\"","ttl":90}`, `{"name":"gone","type":"CNAME","content":"nothing.corp.example"}`} {
			var f record.Fields
			if err := json.Unmarshal([]byte(text), &f); err != nil {
				return err
			}
			r, problems := record.New(own.Name, &f)
			if problems.HasErrors() {
				return problems
			}
			if _, err := c.AddRecord(own.ID, r, ""); err != nil {
				return err
			}
		}
		return nil
	})
	return s, own
}

func (s *served) change(do func(*live.Change) error) {
	s.Helper()
	if _, err := s.account.Change(s.Context(), live.Call{}, do); err != nil {
		s.Fatal(err)
	}
}

// The Corefile that serves changes nothing, whatever it and the store hold.
func TestDiffOfServerSame(t *testing.T) {
	s, _ := newOffice(t)
	out := s.run("diff", "-api", "URL", "Corefile")
	if lines := strings.Split(out, "\n"); len(lines) != 4 || !strings.HasPrefix(lines[0], "POLICY") || strings.Contains(out, "[exit") {
		t.Errorf("the Corefile that serves changes something:\n%s", out)
	}
	for _, want := range []string{"\nmine ", "\nlisted "} {
		if !strings.Contains(out, want) {
			t.Errorf("not compared: %s in\n%s", want, out)
		}
	}
}

// What another Corefile changes is told, what does not fit it, too.
func TestDiffOfServer(t *testing.T) {
	s, own := newOffice(t)
	replaced := strings.NewReplacer("192.0.2.80", "192.0.2.90", "flatten off", "flatten on", "reenter", "", "private special", "private").Replace(beside)
	s.write("next", replaced)
	out := s.run("diff", "-api", "URL", "next")
	for _, want := range []string{
		"* .:1053 resolverpolicy \"listed\": reenter: true → false", "private: secret.example. special → secret.example.",
		"~ www.corp.example. A (policy mine)", "- www.corp.example. 300 IN A 192.0.2.80", "[exit 1]",
	} {
		if !strings.Contains(strings.ReplaceAll(out, "dns://", ""), want) {
			t.Errorf("without %q:\n%s", want, out)
		}
	}
	s.write("fewer", strings.NewReplacer("internalzone shared.example {", "internalzone shared.example {\n id lost", "referencezone corp.example shared.example", "referencezone corp.example lost").Replace(beside))
	if out := s.run("diff", "-api", "URL", "fewer"); !strings.Contains(out, "does not fit fewer and would not be served: referencezone") || !strings.Contains(out, own.ID) {
		t.Errorf("a reference that does not fit: %s", out)
	}
	s.write("without", strings.Replace(beside, "internaldns\n", "\n", 1))
	out = s.run("diff", "-api", "URL", "-json", "-max", "1", "without")
	if !strings.Contains(out, "holds no line `internaldns default`") || !strings.Contains(out, "the policy is gone or disabled") || !strings.HasSuffix(out, "[exit 1]\n") {
		t.Errorf("without the account: %s", out)
	}
	s.write("two", beside+strings.NewReplacer(".:1053", "corp.example:1053", "internaldns\n", "internaldns other\n").Replace(beside))
	if out := s.run("diff", "-api", "URL", "two"); strings.Contains(out, "[exit") {
		t.Errorf("the block of the same keys: %s", out)
	}
	if out := s.run("diff", "-api", "URL", "-block", "corp.example:1053", "two"); !strings.Contains(out, "holds no line `internaldns default`") {
		t.Errorf("the block that was named: %s", out)
	}
}

// A policy that names a list of the store is compared as others are.
func TestDiffOfServerLists(t *testing.T) {
	s, _ := newOffice(t)
	s.change(func(c *live.Change) error {
		l, err := c.CreateList(live.List{Name: "hosts", Kind: list.Domain}, []live.ListItem{{Value: "a.example"}}, "")
		if err != nil {
			return err
		}
		v := c.CreateView("of lists", []string{live.DeclaredID("default", "zone", "corp.example")})
		c.CreateRule(live.Rule{
			Name: "by list", Enabled: true, Precedence: 3000, Traffic: "dns.fqdn in $" + l.ID, ViewID: v.ID,
			Settings: fmt.Appendf(nil, `{"resolve_dns_internally":{"view_id":%q}}`, v.ID),
		})
		return nil
	})
	if out := s.run("diff", "-api", "URL", "Corefile"); !strings.HasPrefix(out, "POLICY") || !strings.Contains(out, "\nby list ") || strings.Contains(out, "[exit") {
		t.Error(out)
	}
}

// Several server blocks cannot be told apart if they declare something.
func TestDiffOfServerBlocks(t *testing.T) {
	s, _ := newOffice(t)
	s.servers = append(s.servers, s.servers[0])
	if out := s.run("diff", "-api", "URL", "Corefile"); !strings.Contains(out, "has 2 server blocks that serve the account (dns://.:1053, dns://.:1053)") || !strings.HasSuffix(out, "[exit 2]\n") {
		t.Error(out)
	}
	usage := "usage: internaldns diff [-queries FILE] [-max N] [-json] (OLD NEW | -api URL [-block KEY] NEW)\nsee internaldns diff -h\n[exit 2]\n"
	for want, args := range map[string][]string{
		"with -api what serves is compared with one Corefile, found 0 words":     {"-api", "URL"},
		"with -api what serves is compared with one Corefile, found 2 words":     {"-api", "URL", "a", "b"},
		"two Corefiles are compared, found 0 words":                              {},
		"-queries does not go with -api":                                         {"-api", "URL", "-queries", "q", "a"},
		"-block goes with -api: of two Corefiles all server blocks are compared": {"-block", "x", "a", "b"},
	} {
		s.want("internaldns diff: "+want+"\n"+usage, append([]string{"diff"}, args...)...)
	}
}

// A server explains in the words of the command line.
func TestExplainOfServer(t *testing.T) {
	s, _ := newOffice(t)
	for _, args := range [][]string{
		{"alias.corp.example"}, {"no.such.example", "AAAA"}, {"no.corp.test"}, {"-x", "192.0.2.1"}, {"-norecurse", "-dnssec", "corp.test", "SOA"},
	} {
		args = append(args, "-client", "192.0.2.7")
		local := s.run(append([]string{"explain"}, args...)...)
		told := s.run(append([]string{"explain", "-api", "URL"}, args...)...)
		// The store's policy is one more than the Corefile has.
		if want := strings.Replace(local, "1 after it not tried", "2 after it not tried", 1); want == local || told != want {
			t.Errorf("%v: told\n%s\nthe Corefile alone\n%s", args, told, local)
		}
	}
	if out := s.run("explain", "-api", "URL", "t.own.example", "TXT"); !strings.Contains(out, "✓ 2000 \"mine\"") || !strings.Contains(out, `t.own.example. 90 IN TXT "a;b" "c"`) {
		t.Errorf("an object of the store: %s", out)
	}
	if out := s.run("explain", "-api", "URL", "-json", "www.corp.example"); !strings.Contains(out, `"ids": {`) || !strings.Contains(out, `"version": 1`) {
		t.Error(out)
	}
	for flag, args := range map[string][]string{"conf": {"-conf", "x"}, "live": {"-live"}} {
		if out := s.run(append([]string{"explain", "-api", "URL", "a.example"}, args...)...); !strings.HasPrefix(out, "internaldns explain: -"+flag+" does not go with -api\n") {
			t.Error(out)
		}
	}
	if out := s.run("explain", "-api", "URL", "-block", "nothing", "a.example"); !strings.Contains(out, "at /block") || !strings.HasSuffix(out, "[exit 2]\n") {
		t.Error(out)
	}
}

// The checks of a server are those of the command line, and of the store beside.
func TestCheckOfServer(t *testing.T) {
	s, own := newOffice(t)
	out := s.run("check", "-api", "URL")
	if !strings.HasSuffix(out, "\n") || strings.Contains(out, "[exit") {
		t.Error(out)
	}
	for _, line := range strings.Split(strings.TrimSuffix(s.run("check"), "\n"), "\n") {
		if finding, ok := strings.CutPrefix(line, "Corefile:"); ok && strings.Contains(line, "data have no SOA") {
			place, _, _ := strings.Cut(finding, " ")
			if !strings.Contains(out, "Corefile:"+place) {
				t.Errorf("not found by the server: %s in\n%s", line, out)
			}
		}
	}
	var report struct {
		Revision uint64
		Findings []struct{ Code, Kind, ID, Object, Pointer string }
	}
	if err := json.Unmarshal([]byte(s.run("check", "-api", "URL", "-json")), &report); err != nil {
		t.Fatal(err)
	}
	found := false
	for _, f := range report.Findings {
		found = found || f.Code == "cname-leads-nowhere" && f.Kind == "zone" && f.ID == own.ID && strings.HasPrefix(f.Object, `zone "own.example"`)
	}
	if !found || report.Revision != s.account.Revision() {
		t.Errorf("revision %d, findings %+v", report.Revision, report.Findings)
	}
	if out := s.run("check", "-api", "URL", "-conf", "x"); !strings.HasPrefix(out, "internaldns check: -conf does not go with -api\n") {
		t.Error(out)
	}
}

// An object that is not served is an error of the check.
func TestCheckOfQuarantined(t *testing.T) {
	s, _ := newOffice(t)
	s.attach(strings.NewReplacer("internalzone shared.example {", "internalzone shared.example {\n id lost", "referencezone corp.example shared.example", "referencezone corp.example lost").Replace(beside))
	out := s.run("check", "-api", "URL")
	if !strings.Contains(out, "/internal_dns/reference_zone_id: error: reference ") || !strings.HasSuffix(out, "[exit 1]\n") {
		t.Error(out)
	}
}

// A server that is asked too often is asked again when it says so, and a server that
// answers with anything else does no harm.
func TestAskedTooOften(t *testing.T) {
	s := newServed(t)
	var asked atomic.Int32
	busy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body := `{"success":true,"errors":[],"messages":[],"result":[{"id":"a","name":"n"}],"result_info":{"total_pages":1}}`
		switch {
		case req.Method == http.MethodPost:
			body = `{"success":true,"errors":[],"messages":[],"result":{"version":1,"view":{},"fallback":{"decision":"ask"}}}`
		case asked.Add(1)%2 == 1:
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
		}
		_, _ = w.Write([]byte(body))
	}))
	defer busy.Close()
	if out := s.run("list", "-api", busy.URL, "zones"); !strings.Contains(out, "SERIAL") || asked.Load() < 4 {
		t.Errorf("asked %d times: %s", asked.Load(), out)
	}
	if out := s.run("explain", "-api", busy.URL, "a.example"); !strings.Contains(out, "cannot read: the view has no policy") || !strings.HasSuffix(out, "[exit 2]\n") {
		t.Error(out)
	}
}

// What a Corefile declares can be copied, as something of its own.
func TestCopyOfDeclared(t *testing.T) {
	s, _ := newOffice(t)
	insecure := false
	file := defaultTokenFile
	r, err := (&remoteFlags{api: &s.url, token: &file, authorities: new(string), insecure: &insecure}).open()
	if err != nil {
		t.Fatal(err)
	}
	z := "/zones/" + live.DeclaredID("default", "zone", "corp.example")
	records, err := collect[struct{ ID, Name string }](r, z+"/dns_records", nil)
	if err != nil {
		t.Fatal(err)
	}
	rules, err := collect[struct{ ID, Name string }](r, "/accounts/"+s.account.ID()+"/gateway/rules", nil)
	if err != nil {
		t.Fatal(err)
	}
	outside := rules[0]
	for _, one := range rules {
		if one.Name == "outside" {
			outside = one
		}
	}
	for path, want := range map[string][]string{
		z + "?as=curl":                                   {"# The Corefile declares it (Corefile:3), and is where to edit it: this makes another one.\n", "'/zones' "},
		z + "/dns_settings?as=curl":                      {"the zone that you name", `'/zones/'"$ZONE_ID"'/dns_settings' `, "curl --globoff -X PATCH "},
		z + "/dns_settings?as=terraform":                 {"the zone that you name", "zone_id            = var.zone_id\n"},
		z + "/dns_records/" + records[0].ID + "?as=curl": {`'/zones/'"$ZONE_ID"'/dns_records' `},
		z + "?as=terraform":                              {"# The Corefile declares it (Corefile:3)", "\nresource \"cloudflare_zone\" \"corp_example\" {"},
		z + "?as=zone":                                   {"www.corp.example.\t300\tIN\tA\t192.0.2.80\n"},
		"/accounts/" + s.account.ID() + "/gateway/rules/" + outside.ID + "?as=curl": {`"dns_resolvers": {`, `"ip": "127.0.0.1"`, `"port": 1054`, `"ip": "::1"`},
	} {
		var out bytes.Buffer
		if err := r.download(path, &out); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		text := strings.ReplaceAll(out.String(), s.url+apiPath, "")
		for _, part := range want {
			if !strings.Contains(text, part) {
				t.Errorf("%s: without %q\n%s", path, part, text)
			}
		}
		if strings.Contains(text, "import {") {
			t.Errorf("%s: what is declared cannot be taken over\n%s", path, text)
		}
	}
}
