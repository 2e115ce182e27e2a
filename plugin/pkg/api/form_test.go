package api

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// hostile would do something in a shell, in Terraform or in a terminal if it were let.
const hostile = `'; touch pwned #$(touch pwned)` + "`touch pwned`" + `"${x}" %{if y} $${z} \ ` + "\u202e"

// formed is an object that can be had in other forms.
type formed struct {
	kind, path string
	gone       bool // it has to be deleted before it can be made again
}

// forms makes an object of each kind, and returns where they are.
func (s *server) forms() []formed {
	s.t.Helper()
	account := "/accounts/" + s.account()
	z, other := s.zone("corp.example"), s.zone("shared.example")
	s.must("PATCH", "/zones/"+z+"/dns_settings", `{"internal_dns":{"reference_zone_id":"`+other+`","negative_ttl":30,"flatten":false},"soa":{"mname":"ns1.corp.example"},"ns_ttl":3600}`)
	s.must("PATCH", account+"/dns_settings", `{"zone_defaults":{"ns_ttl":7200}}`)
	comment, _ := json.Marshal(hostile)
	text := s.id("POST", "/zones/"+z+"/dns_records", `{"type":"TXT","name":"text","content":"\"a'b $(x) ${y}\"","ttl":60,"comment":`+string(comment)+`,"tags":["a:b"]}`)
	srv := s.id("POST", "/zones/"+z+"/dns_records", `{"type":"SRV","name":"_sip._tcp","data":{"priority":1,"weight":2,"port":5060,"target":"sip.corp.example"}}`)
	v := s.id("POST", account+"/dns_settings/views", fmt.Sprintf(`{"name":%s,"zones":[%q,%q]}`, strings.ReplaceAll(string(comment), "\u202e", ""), z, other))
	rule := s.id("POST", account+"/gateway/rules", fmt.Sprintf(`{"name":"to office","description":"two\nlines %s,"action":"resolve","enabled":true,"precedence":7,
		"traffic":"dns.fqdn == \"a.example\"\nor dns.fqdn == \"b'c.example\"","rule_settings":{"resolve_dns_internally":{"view_id":%q,"fallback":"public_dns","fallback_on":["nxdomain"],"private_names":["special"],"reenter":true}}}`, comment[1:], v))
	outside := s.id("POST", account+"/gateway/rules", `{"name":"9 outside","action":"resolve","schedule":{"mon":"08:00-12:00","time_zone":"Europe/Berlin"},"expiration":{"expires_at":"2999-01-02T03:04:05Z","duration":10},"rule_settings":{"dns_resolvers":{"ipv4":[{"ip":"192.0.2.53","port":5353}],"ipv6":[]}}}`)
	body := strings.Replace(tokenText(`{"com.cloudflare.api.account.`+s.account()+`":{"com.cloudflare.api.account.zone.*":"*"}}`, "Zone Read", "DNS Write"), `{"name":"limited"`, `{"name":"it's $HOME","expires_on":"2999-01-02T03:04:05Z","condition":{"request_ip":{"in":["127.0.0.0/8"]}}`, 1)
	user, mine := s.id("POST", "/user/tokens", body), s.id("POST", account+"/tokens", body)
	list := s.id("POST", account+"/gateway/lists", `{"name":"it's $HOME","type":"DOMAIN","description":"${x}","items":[{"value":"a.example","description":"$(x)"},{"value":"b.example"}]}`)
	location := s.id("POST", account+"/gateway/locations", `{"name":"it's $HOME","networks":[{"network":"198.51.100.0/24"}],"doh_subdomain":"abcdefghij","max_ttl":{"mode":"override","ttl_secs":300}}`)
	return []formed{
		{"list", account + "/gateway/lists/" + list, true}, {"location", account + "/gateway/locations/" + location, true},
		{"record", "/zones/" + z + "/dns_records/" + text, true}, {"srv", "/zones/" + z + "/dns_records/" + srv, true},
		{"settings", "/zones/" + z + "/dns_settings", false}, {"account-settings", account + "/dns_settings", false},
		{"outside", account + "/gateway/rules/" + outside, true}, {"rule", account + "/gateway/rules/" + rule, true},
		{"view", account + "/dns_settings/views/" + v, true}, {"user-token", "/user/tokens/" + user, false}, {"token", account + "/tokens/" + mine, false},
		{"zone", "/zones/" + other, true},
	}
}

// words runs a command in a shell in which curl is a function that prints its arguments,
// and returns those.
func words(t *testing.T, command string) []string {
	t.Helper()
	dir := t.TempDir()
	run := exec.CommandContext(t.Context(), "sh", "-e", "-u", "-c", `curl() { for word in "$@"; do printf '%s\0' "$word"; done; }`+"\n"+command)
	run.Dir, run.Env = dir, []string{"CLOUDFLARE_API_TOKEN=secret", "ZONE_ID=named", "PATH=" + os.Getenv("PATH")}
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s\n%s", err, out, command)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Fatalf("the command wrote a file (%v):\n%s", err, command)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

// lasting returns what of an object stays when it is made once more.
func lasting(t *testing.T, a *answer) object {
	t.Helper()
	var o object
	if err := json.Unmarshal(a.Result, &o); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"id", "created_on", "modified_on", "activated_on", "comment_modified_on", "tags_modified_on", "created_at", "updated_at", "created_time", "modified_time",
		"issued_on", "serial", "version", "value", "last_used_on"} {
		delete(o, name)
	}
	if o["zones"] != nil {
		delete(o, "policies") // of the rules that name a view
	}
	items, _ := o["items"].([]any)
	for _, item := range items {
		delete(item.(object), "created_at")
	}
	policies, _ := o["policies"].([]any)
	for _, p := range policies {
		delete(p.(object), "id")
	}
	return o
}

// The command of each object, run by a shell, makes an equal one; whatever it holds is
// inert.
func TestCurl(t *testing.T) {
	s := serve(t)
	for _, f := range s.forms() {
		before := lasting(t, s.must("GET", f.path, ""))
		a := s.must("GET", f.path+"?as=curl", "")
		if kind := a.header.Get("Content-Type"); kind != "text/plain; charset=utf-8" || strings.Contains(string(a.body), "\u202e") {
			t.Errorf("%s: %s\n%s", f.kind, kind, a.body)
		}
		w := words(t, string(a.body))
		if len(w) != 10 || w[0] != "--globoff" || w[1] != "-X" || w[5] != "Authorization: Bearer secret" || w[8] != "--data-raw" || !strings.HasPrefix(w[3], s.url+base+"/") {
			t.Fatalf("%s: words %q", f.kind, w)
		}
		if f.gone {
			s.must("DELETE", f.path+"?force=true", "")
		}
		made := s.must(w[2], strings.TrimPrefix(w[3], s.url), w[9])
		if len(made.Messages) > 0 && w[2] == "POST" && f.kind != "rule" {
			t.Errorf("%s: messages %v", f.kind, made.Messages)
		}
		path := f.path
		if w[2] == "POST" {
			path = f.path[:strings.LastIndexByte(f.path, '/')+1] + made.text(t, "id")
		}
		if after := lasting(t, s.must("GET", path, "")); !reflect.DeepEqual(before, after) {
			t.Errorf("%s: made once more it is\n%v\nwant\n%v", f.kind, after, before)
		}
	}
}

// masked hides what differs from run to run.
var masked = regexp.MustCompile(`[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|http://127[^/]*`)

// The resources of Terraform are those of the golden file.
func TestTerraform(t *testing.T) {
	const golden = "testdata/forms.txtar"
	s := serve(t)
	var got txtar.Archive
	for _, f := range s.forms() {
		text := masked.ReplaceAllString(string(s.must("GET", f.path+"?as=terraform", "").body), "*")
		got.Files = append(got.Files, txtar.File{Name: f.kind + ".tf", Data: []byte(text)})
	}
	if *update {
		if err := os.WriteFile(golden, txtar.Format(&got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if text := txtar.Format(&got); string(text) != string(want) {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}

// Zones and records are lines of a zone file, and other forms are refused.
func TestForms(t *testing.T) {
	s := serve(t)
	z := s.zone("corp.example")
	r := s.record(z, "www", "192.0.2.1")
	for _, path := range []string{"/zones/" + z, "/zones/" + z + "/dns_records/" + r} {
		if a := s.must("GET", path+"?as=zone", ""); !strings.Contains(string(a.body), "www.corp.example.\t1\tIN\tA\t192.0.2.1\n") {
			t.Errorf("%s: %s", path, a.body)
		}
		a := s.call("GET", path+"?as=bind", "")
		s.want("an unknown form", a, http.StatusBadRequest, codeInvalid)
		if !strings.HasSuffix(a.Errors[0].Message, "allowed: curl, terraform, zone") {
			t.Errorf("%s: %s", path, a.Errors[0].Message)
		}
		s.want("no form", s.call("GET", path+"?as=", ""), http.StatusBadRequest, codeInvalid)
	}
	s.want("a view as a zone file", s.call("GET", "/accounts/"+s.account()+"/dns_settings/views/"+s.view("v")+"?as=zone", ""), http.StatusBadRequest, codeInvalid)
	few := s.limited(`{"com.cloudflare.api.account.zone.`+z+`":"*"}`, "Zone Read")
	s.want("records by who may not read them", s.as(few, "GET", "/zones/"+z+"?as=zone", ""), http.StatusForbidden, codeAuthentication)
	if a := s.as(few, "GET", "/zones/"+z+"?as=curl", ""); a.status != http.StatusOK {
		t.Errorf("the zone itself: %s", a.body)
	}
}

// Names of resources are names whatever the object is called.
func TestLabels(t *testing.T) {
	for name, want := range map[string]string{"": "_", ".": "_", "9a": "_9a", "A.b-c": "a_b_c", "ü\n\"": "___", strings.Repeat("a", 99): strings.Repeat("a", 64)} {
		if got := labelOf(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
