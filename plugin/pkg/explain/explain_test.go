package explain_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/miekg/dns"
	"golang.org/x/tools/txtar"

	"github.com/internaldns/internaldns/plugin/pkg/explain"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/reply"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
)

// readWorld returns the world of a golden.
func readWorld(t testing.TB, name string) *world {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/" + name + ".txtar")
	if err != nil {
		t.Fatal(err)
	}
	return parseWorld(t, string(archive.Files[0].Data))
}

// worlds returns the worlds of all goldens.
func worlds(t testing.TB) []*world {
	t.Helper()
	entries, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	var out []*world
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".txtar"); ok {
			out = append(out, readWorld(t, name))
		}
	}
	return out
}

// FuzzExplain asks anything of the worlds: the answer is the one the steps give
// without a trace, the text holds no control characters, the JSON is the same
// explanation again.
func FuzzExplain(f *testing.F) {
	all := worlds(f)
	for i, w := range all {
		f.Add(uint8(i), w.query.Name, w.query.Type, false, false)
	}
	f.Add(uint8(0), "", uint16(0), true, true)
	f.Add(uint8(0), `\`, uint16(65535), true, false)
	f.Add(uint8(0), "a..b", uint16(1), false, false)
	f.Add(uint8(0), `\0271.\300.example.org`, uint16(16), false, true)
	f.Add(uint8(0), strings.Repeat("a.", 200), uint16(1), false, false)
	f.Add(uint8(0), "\x1b[2J\u009b.example.org", uint16(1), false, false)
	var snapshots []*model.Snapshot
	for _, w := range all {
		snapshots = append(snapshots, w.snapshot())
	}
	f.Fuzz(func(t *testing.T, n uint8, name string, qtype uint16, norec, noedns bool) {
		s := snapshots[int(n)%len(snapshots)]
		client := model.Client{Addr: netip.MustParseAddr("192.0.2.7")}
		x := explain.Explain(s, explain.Query{Name: name, Type: qtype, Client: client, NoRecursion: norec, NoEDNS: noedns})
		sameAsServed(t, s, x, client, norec, noedns)
		shown := text(t, x, false)
		if i := strings.IndexFunc(shown, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }); i >= 0 {
			t.Errorf("the text holds %q", shown[i:min(len(shown), i+8)])
		}
		if got := codes().ReplaceAllString(text(t, x, true), ""); got != shown {
			t.Errorf("in colour:\n%s\nwithout:\n%s", got, shown)
		}
		sameJSON(t, x)
	})
}

// codes matches the colours.
func codes() *regexp.Regexp { return regexp.MustCompile("\x1b\\[[0-9]*m") }

// sameAsServed takes the query through the steps once more, without a trace.
func sameAsServed(t *testing.T, s *model.Snapshot, x *explain.Explanation, client model.Client, norec, noedns bool) {
	t.Helper()
	r := new(dns.Msg)
	r.RecursionDesired = !norec
	r.Question = []dns.Question{{Name: x.Query.Name, Qtype: typeOf(t, x.Query.Type), Qclass: dns.ClassINET}}
	if !noedns {
		r.SetEdns0(1232, false)
	}
	qname, qtype := resolve.Question(r)
	policy := s.Select(&model.Query{Name: qname, Type: qtype, Client: client})
	if x.Disagrees != "" || policy != nil && x.Policy != policy.Name || policy == nil && x.Policy != "" {
		t.Fatalf("explained by policy %q, served by %v", x.Policy, policy)
	}
	if x.Route != "view" {
		return
	}
	pin := &resolve.Pin{Snapshot: s, Policy: policy, View: policy.View, CanFallBack: resolve.CanFallBack(!norec, qtype)}
	pin.Question(r)
	pin.Answer(qname, qtype)
	pin.Settle()
	note := ""
	if first, _ := pin.Asks(qname); pin.Held && first.Private {
		note = reply.PrivateNote(first.Name, policy)
	}
	if want := reply.Message(r, pin, note); want.String() != x.Reply.String() {
		t.Errorf("explained\n%s\nserved\n%s", x.Reply, want)
	}
	if asks := x.Fallback.Decision == "ask" || x.Fallback.Decision == "private"; asks != pin.Held {
		t.Errorf("decision %s, held %t", x.Fallback.Decision, pin.Held)
	}
}

func typeOf(t *testing.T, name string) uint16 {
	t.Helper()
	if qtype, ok := dns.StringToType[name]; ok {
		return qtype
	}
	var qtype uint16
	if _, err := fmt.Sscanf(name, "TYPE%d", &qtype); err != nil {
		t.Fatalf("type %q: %v", name, err)
	}
	return qtype
}

// sameJSON holds that nothing is lost in JSON.
func sameJSON(t *testing.T, x *explain.Explanation) {
	t.Helper()
	got := strings.ReplaceAll(asJSON(t, x), `\ufffd`, "\ufffd") // octets that are no UTF-8
	var back explain.Explanation
	if err := json.Unmarshal([]byte(got), &back); err != nil {
		t.Fatalf("%v\n%s", err, got)
	}
	back.Reply = x.Reply
	if again := asJSON(t, &back); again != got {
		t.Errorf("read again:\n%s\nwritten:\n%s", again, got)
	}
}

// TestKeys holds the keys of the JSON form: a program that reads version 1 must
// find them all. A new key is added with -update; none may go away.
func TestKeys(t *testing.T) {
	t.Parallel()
	var keys []string
	var walk func(at reflect.Type, path string)
	walk = func(at reflect.Type, path string) {
		for at.Kind() == reflect.Pointer || at.Kind() == reflect.Slice {
			if at.Kind() == reflect.Slice {
				path += "[]"
			}
			at = at.Elem()
		}
		if at.Kind() != reflect.Struct {
			keys = append(keys, path+" "+at.Kind().String())
			return
		}
		for i := range at.NumField() {
			if key, _, _ := strings.Cut(at.Field(i).Tag.Get("json"), ","); key != "-" {
				walk(at.Field(i).Type, path+"."+key)
			}
		}
	}
	walk(reflect.TypeFor[explain.Explanation](), "")
	got := strings.Join(keys, "\n") + "\n"
	if !regexp.MustCompile(`^[a-z0-9_.\[\] \n]*$`).MatchString(got) {
		t.Errorf("a key is not in lower_snake_case:\n%s", got)
	}
	const file = "testdata/keys.txt"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || got != string(want) {
		t.Errorf("the keys are\n%s\nwant (%v)\n%s", got, err, want)
	}
}

// TestSelect holds the policies tried in order against the index that serves.
func TestSelect(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 7))
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	clause := func() string {
		return pick(`dns.src_ip in {192.0.2.0/28}`, `dns.src_ip == 192.0.2.7`, `not dns.src_ip == 192.0.2.7`, `dns.fqdn == "www.example.org"`,
			`any(dns.domains[*] == "example.org")`, `any(dns.domains[*] in {"example.net" "org"})`, `dns.query_rtype == "A"`)
	}
	for range 300 {
		spec := model.Spec{Views: []*model.ViewSpec{{Name: "v"}}}
		for i := range 1 + random.IntN(6) {
			p := &model.PolicySpec{Name: fmt.Sprint(i), View: model.Ref{Name: "v"}}
			p.Traffic.Source = clause() + pick(" and ", " or ", " xor ") + clause()
			if random.IntN(2) == 0 {
				p.Identity.Source = clause()
			}
			spec.Policies = append(spec.Policies, p)
		}
		s, problems := model.Build(spec, nil)
		if err := problems.Err(); err != nil {
			t.Fatal(err)
		}
		q := explain.Query{Name: pick("www.example.org", "example.net", "org", "."), Type: dns.TypeA, Client: model.Client{Addr: netip.MustParseAddr(pick("192.0.2.7", "192.0.2.77"))}}
		x := explain.Explain(s, q)
		sameAsServed(t, s, x, q.Client, false, false)
		for _, p := range x.Policies {
			matched := (p.Traffic == nil || p.Traffic.Result) && (p.Identity == nil || p.Identity.Result)
			if matched != p.Matched || matched != (p.Name == x.Policy) {
				t.Errorf("policy %q: matched %t, by its expressions %t, chosen %q", p.Name, p.Matched, matched, x.Policy)
			}
		}
	}
}

// TestWriter holds that an error of the writer comes back.
func TestWriter(t *testing.T) {
	t.Parallel()
	x := readWorld(t, "hit").explain()
	if err := x.WriteText(broken{}, false); err != errBroken {
		t.Errorf("WriteText: %v", err)
	}
}

type broken struct{}

var errBroken = fmt.Errorf("broken")

func (broken) Write([]byte) (int, error) { return 0, errBroken }
