package record

import (
	"net/url"
	"testing"
)

// odd are records of which a look does not tell all.
func odd(t testing.TB) (out []*Record) {
	t.Helper()
	for _, sent := range []string{
		`{"name":"s._tcp","type":"SRV","data":{"priority":1,"weight":2,"port":5060,"target":"SIP.Example.org"}}`,
		`{"name":"v6","type":"AAAA","content":"2001:DB8::192.0.2.1"}`,
		`{"name":"t","type":"TXT","content":"gr\u00fc\u00df \"WORLD\" \\ o"}`,
		`{"name":"u","type":"TXT","content":"\"hell\\111 world\"","comment":"2 \u212aELVIN World","tags":["x:\u00dc","TEAM:DNS"]}`,
		`{"name":"w","type":"CNAME","content":"a\\.b.Example.org"}`,
		`{"name":"root","type":"PTR","content":"."}`,
		`{"name":"caa","type":"CAA","data":{"flags":0,"tag":"issue","value":"World.example"}}`,
		`{"name":"uri","type":"URI","priority":1,"data":{"weight":2,"target":"https://World.example"}}`,
	} {
		out = append(out, create(t, sent))
	}
	return out
}

// What a look tells of a stored record is what a filter says of the record. Of common
// ones it tells all.
func TestPeek(t *testing.T) {
	common := listed(t)
	queries := []string{
		"search=k", "search=%E2%84%AA", "search=%C3%9C", "search=2", "search=%22", "search=.", "content=.", "content.contains=2001:db8", "content=5060", "content.endswith=sip.example.org.",
		"content.contains=%C3%9F", "comment.contains=kelvin", "tag.contains=%C3%BC:", "search=world&comment.absent&match=any", "content.startswith=hello", "content=hello+world&type=A&match=any",
	}
	for _, f := range filters {
		queries = append(queries, f.query)
	}
	for i, r := range append(odd(t), common...) {
		stored, err := r.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		var l Look
		if err := l.Read(stored); err != nil || string(l.Name()) != r.Name || l.Type != r.Type || l.TTL != r.TTL {
			t.Fatalf("%v: %+v", err, l)
		}
		unsure := 0
		for _, query := range queries {
			q, _ := url.ParseQuery(query)
			f, _ := ParseFilter(q)
			match, certain := f.Peek(&l)
			if certain && match != f.Match(r) {
				t.Errorf("%s: %s %s: a look says %v", query, r.Name, r.Content, match)
			}
			if !certain {
				unsure++
			}
		}
		if i >= len(odd(t)) && unsure > 15 {
			t.Errorf("%s: %d of %d queries are left open", r.Name, unsure, len(queries))
		}
		for n := range stored {
			_ = l.Read(stored[:n]) // none panics
			f, _ := ParseFilter(url.Values{"search": {"none"}, "tag.absent": {"x"}, "content": {"x"}})
			_, _ = f.Peek(&l)
		}
	}
}
