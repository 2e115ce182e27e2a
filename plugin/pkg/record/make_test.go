package record

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// encode returns a value as JSON.
func encode(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestNames(t *testing.T) {
	for _, c := range []struct{ zone, name, want string }{
		{zone, "@", "example.org."},
		{zone, "www", "www.example.org."},
		{zone, "WWW.Example.ORG", "www.example.org."},
		{zone, "www.example.org.", "www.example.org."},
		{zone, "example.org", "example.org."},
		{zone, "www.example.net", "www.example.net.example.org."},
		{zone, "notexample.org", "notexample.org.example.org."},
		{zone, "*", "*.example.org."},
		{zone, "*.a", "*.a.example.org."},
		{zone, "bücher", "xn--bcher-kva.example.org."},
		{zone, `a\.b`, `a\.b.example.org.`},
		{zone, "_dmarc", "_dmarc.example.org."},
		{".", "@", "."},
		{".", "www.example.net", "www.example.net."},
		{zone, "", ""},
		{zone, ".", ""},
		{zone, "a..b", ""},
		{zone, "a b", ""},
		{zone, "a\n", ""},
		{zone, strings.Repeat("a", 64), ""},
		{zone, strings.Repeat("a.", 122), ""},
	} {
		r, problems := New(c.zone, fields(t, `{"type":"A","content":"192.0.2.1","name":`+encode(t, c.name)+`}`))
		switch {
		case c.want == "" && (r != nil || problems[0].Code != problem.OwnerInvalid || problems[0].Pos.Pointer != "/name"):
			t.Errorf("%q: %v %v", c.name, r, problems)
		case c.want != "" && (r == nil || r.Name != c.want):
			t.Errorf("%q: %v %v, want %s", c.name, r, problems, c.want)
		}
	}
}

// refusals are calls with the one problem that each has.
var refusals = []struct{ sent, pointer, code, text string }{
	{`{"type":"A","content":"192.0.2.1"}`, "/name", "owner-invalid", "needs a name"},
	{`{"name":5,"type":"A","content":"192.0.2.1"}`, "/name", "owner-invalid", "a string is needed"},
	{`{"name":"x","content":"192.0.2.1"}`, "/type", "record-type-unknown", "needs a type"},
	{`{"name":"x","type":"ALIAS","content":"192.0.2.1"}`, "/type", "record-type-unknown", "is not a type"},
	{`{"name":"x","type":"SOA","content":"x"}`, "/type", "record-type-unknown", "settings make it"},
	{`{"name":"x","type":"NSEC3","content":"x"}`, "/type", "record-type-unknown", "not signed"},
	{`{"name":"x","type":"ANY","content":"x"}`, "/type", "record-type-unknown", "for messages"},
	{`{"name":"x","type":"TYPE41","content":"x"}`, "/type", "record-type-unknown", "for messages"},
	{`{"name":"x","type":"TYPE70000","content":"x"}`, "/type", "record-type-unknown", "is not a type"},
	{`{"name":"x","type":"A"}`, "/content", "content-invalid", "content is needed"},
	{`{"name":"x","type":"SRV"}`, "/content", "content-invalid", "data or content"},
	{`{"name":"x","type":"A","content":7}`, "/content", "content-invalid", "a string is needed"},
	{`{"name":"x","type":"A","content":"2001:db8::1"}`, "/content", "content-invalid", "not an IPv4 address"},
	{`{"name":"x","type":"A","content":"192.0.2.01"}`, "/content", "content-invalid", "not an IPv4 address"},
	{`{"name":"x","type":"A","content":"192.0.2.1 192.0.2.2"}`, "/content", "content-invalid", "behind its rdata"},
	{`{"name":"x","type":"A","content":"192.0.2.1 ; x"}`, "/content", "content-invalid", "outside of quotes"},
	{`{"name":"x","type":"A","content":"192.0.2.1\nx 60 A 192.0.2.2"}`, "/content", "content-invalid", "control character"},
	{`{"name":"x","type":"AAAA","content":"192.0.2.1"}`, "/content", "content-invalid", "not an IPv6 address"},
	{`{"name":"x","type":"CNAME","content":"a..b"}`, "/content", "content-invalid", "empty label"},
	{`{"name":"x","type":"CNAME","content":"X.example.org"}`, "/content", "content-invalid", "must differ"},
	{`{"name":"x","type":"MX","content":"mail.example.net"}`, "/priority", "content-invalid", "priority is needed"},
	{`{"name":"x","type":"MX","content":"mail.example.net","priority":65536}`, "/priority", "content-invalid", "from 0 to 65535"},
	{`{"name":"x","type":"MX","content":"mail.example.net","priority":1.5}`, "/priority", "content-invalid", "whole number"},
	{`{"name":"x","type":"TXT","content":""}`, "/content", "content-invalid", "a text is needed"},
	{`{"name":"x","type":"TXT","content":"\"a\" b \"c\""}`, "/content", "content-invalid", "outside of the quotes"},
	{`{"name":"x","type":"TXT","content":"\"a\\300\""}`, "/content", "content-invalid", "backslash"},
	{`{"name":"x","type":"TXT","content":"a\u0000"}`, "/content", "content-invalid", "control character"},
	{`{"name":"x","type":"TXT","content":"` + strings.Repeat("x", 4096) + `"}`, "/content", "content-invalid", "at most 4096"},
	{`{"name":"x","type":"SRV","data":{"priority":1,"weight":1,"port":-1,"target":"a"}}`, "/data/port", "content-invalid", "whole number"},
	{`{"name":"x","type":"SRV","data":{"priority":1,"weight":1,"target":"a"}}`, "/data/port", "content-invalid", "port is needed"},
	{`{"name":"x","type":"SRV","data":{"priority":1,"weight":1,"port":1,"target":"a b"}}`, "/data/target", "content-invalid", "not one word"},
	{`{"name":"x","type":"SRV","data":[]}`, "/data", "content-invalid", "an object is needed"},
	{`{"name":"x","type":"CAA","data":{"flags":256,"tag":"issue","value":""}}`, "/data/flags", "content-invalid", "from 0 to 255"},
	{`{"name":"x","type":"HTTPS","data":{"priority":1,"target":".","value":"alpn=h2 ; x"}}`, "/data/value", "content-invalid", "outside of quotes"},
	{`{"name":"x","type":"LOC","data":{"lat_degrees":91,"lat_direction":"N","long_degrees":0,"long_direction":"E"}}`, "/data/lat_degrees", "content-invalid", "from 0 to 90"},
	{`{"name":"x","type":"LOC","data":{"lat_degrees":9,"lat_direction":"E","long_degrees":0,"long_direction":"E"}}`, "/data/lat_direction", "content-invalid", "needed"},
	{`{"name":"x","type":"DS","content":"1 8 2 00"}`, "/content", "content-invalid", "digest"},
	{`{"name":"x","type":"A","content":"192.0.2.1","ttl":29}`, "/ttl", "ttl-invalid", "30 to 86400"},
	{`{"name":"x","type":"A","content":"192.0.2.1","ttl":0}`, "/ttl", "ttl-invalid", "30 to 86400"},
	{`{"name":"x","type":"A","content":"192.0.2.1","ttl":86401}`, "/ttl", "ttl-invalid", "30 to 86400"},
	{`{"name":"x","type":"A","content":"192.0.2.1","ttl":"soon"}`, "/ttl", "ttl-invalid", "30 to 86400"},
	{`{"name":"x","type":"A","content":"192.0.2.1","proxied":true}`, "/proxied", "proxied-unsupported", "does not apply"},
	{`{"name":"x","type":"A","content":"192.0.2.1","proxied":"no"}`, "/proxied", "proxied-unsupported", "false is needed"},
	{`{"name":"x","type":"A","content":"192.0.2.1","comment":"a\nb"}`, "/comment", "comment-invalid", "one line"},
	{`{"name":"x","type":"A","content":"192.0.2.1","comment":"` + strings.Repeat("ü", 501) + `"}`, "/comment", "comment-invalid", "500"},
	{`{"name":"x","type":"A","content":"192.0.2.1","tags":"a"}`, "/tags", "tag-invalid", "list of strings"},
	{`{"name":"x","type":"A","content":"192.0.2.1","tags":["a","b c:d"]}`, "/tags/1", "tag-invalid", "bad name"},
	{`{"name":"x","type":"A","content":"192.0.2.1","tags":["cf-proxied:true"]}`, "/tags/0", "tag-invalid", "reserved"},
	{`{"name":"x","type":"A","content":"192.0.2.1","tags":[` + strings.Repeat(`"a",`, 20) + `"a"]}`, "/tags", "tag-invalid", "at most 20"},
	{`{"name":"x","type":"A","content":"192.0.2.1","settings":[]}`, "/settings", "settings-invalid", "an object is needed"},
	{`{"name":"x","type":"A","content":"192.0.2.1","settings":{"a":"` + strings.Repeat("x", 4096) + `"}}`, "/settings", "settings-invalid", "too many"},
	{`{"name":"x","type":"A","content":"192.0.2.1","tags":["a:` + strings.Repeat("x", 101) + `"]}`, "/tags/0", "tag-invalid", "100 characters"},
	{`{"name":"x","type":"DNSKEY","data":{"flags":257,"protocol":3,"algorithm":13,"public_key":""}}`, "/data/public_key", "content-invalid", "empty"},
	{`{"name":"x","type":"SRV","data":{"priority":1,"weight":1,"port":1,"target":"a\\"}}`, "/data/target", "content-invalid", "backslash"},
}

// Each problem has its code and its pointer.
func TestRefused(t *testing.T) {
	for _, c := range refusals {
		r, problems := New(zone, fields(t, c.sent))
		if r != nil || len(problems) != 1 {
			t.Errorf("%s: %v %v", c.sent, r, problems)
			continue
		}
		p := problems[0]
		if p.Pos.Pointer != c.pointer || string(p.Code) != c.code || !strings.Contains(p.Text, c.text) {
			t.Errorf("%s: %s %s %s, want %s %s %s", c.sent, p.Pos.Pointer, p.Code, p.Text, c.pointer, c.code, c.text)
		}
	}
}

// All that is wrong is told at once.
func TestAllProblems(t *testing.T) {
	_, problems := New(zone, fields(t, `{"type":"A","content":"x","ttl":5,"comment":1,"tags":1,"settings":1,"proxied":1}`))
	if len(problems) != 7 {
		t.Errorf("%v", problems)
	}
}

func TestPatch(t *testing.T) {
	old := create(t, `{"name":"x","type":"SRV","content":"1 2 a.example.net","priority":3,"comment":"c","tags":["t:v"],"ttl":60,"settings":{"a":1}}`)
	old.ID = "id"
	for _, c := range []struct{ sent, want string }{
		{`{}`, `x.example.org. 60 1 2 a.example.net | 3 c [t:v] {"a":1}`},
		{`{"ttl":1}`, `x.example.org. 1 1 2 a.example.net | 3 c [t:v] {"a":1}`},
		{`{"priority":9}`, `x.example.org. 60 1 2 a.example.net | 9 c [t:v] {"a":1}`},
		{`{"data":{"port":7}}`, `x.example.org. 60 1 7 a.example.net | 3 c [t:v] {"a":1}`},
		{`{"data":{"port":7},"priority":8}`, `x.example.org. 60 1 7 a.example.net | 8 c [t:v] {"a":1}`},
		{`{"content":"4 5 ."}`, `x.example.org. 60 4 5 . | 3 c [t:v] {"a":1}`},
		{`{"comment":null,"tags":null,"settings":null}`, `x.example.org. 60 1 2 a.example.net | 3  [] `},
		{`{"comment":"","name":"@","type":"srv"}`, `example.org. 60 1 2 a.example.net | 3  [t:v] {"a":1}`},
	} {
		r, problems := old.Patch(zone, fields(t, c.sent))
		if r == nil {
			t.Errorf("%s: %v", c.sent, problems)
			continue
		}
		got := strings.Join([]string{r.Name, encode(t, r.TTL), r.Content, "|", encode(t, r.priority()), r.Comment, "[" + strings.Join(r.Tags, " ") + "]", string(r.Settings)}, " ")
		if got != c.want || r.ID != "id" {
			t.Errorf("%s gives %s, want %s", c.sent, got, c.want)
		}
		if r.CommentDiffers(old) != (r.Comment != "c") || r.TagsDiffer(old) != (r.Tags == nil) {
			t.Errorf("%s: comment or tags are said to differ", c.sent)
		}
	}
	_, problems := old.Patch(zone, fields(t, `{"type":"A","content":"192.0.2.1"}`))
	if len(problems) != 1 || problems[0].Code != problem.RecordTypeFixed || problems[0].Pos.Pointer != "/type" {
		t.Errorf("another type: %v", problems)
	}
}

// A replaced record has defaults for what is absent.
func TestReplace(t *testing.T) {
	old := create(t, `{"name":"x","type":"A","content":"192.0.2.1","comment":"c","tags":["t:v"],"ttl":60,"settings":{"a":1}}`)
	old.ID = "id"
	r, problems := old.Replace(zone, fields(t, `{"name":"y","type":"AAAA","content":"2001:db8::1"}`))
	if r == nil || r.ID != "id" || r.Name != "y.example.org." || r.TTL != 1 || r.Comment != "" || r.Tags != nil || r.Settings != nil {
		t.Errorf("%+v %v", r, problems)
	}
	if _, problems := old.Replace(zone, fields(t, `{"ttl":60}`)); len(problems) != 2 {
		t.Errorf("nothing stated: %v", problems)
	}
	if old.Comment != "c" {
		t.Errorf("the old record has changed")
	}
}
