package record

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// listed are the records that filters choose from, by the first letter of the name.
func listed(t testing.TB) []*Record {
	t.Helper()
	var out []*Record
	for i, sent := range []string{
		`{"name":"a","type":"A","content":"192.0.2.1","comment":"Web Server","tags":["Team:DNS","prod"]}`,
		`{"name":"b","type":"A","content":"192.0.2.2","ttl":60,"tags":["team:web"]}`,
		`{"name":"c","type":"TXT","content":"Hello World"}`,
		`{"name":"d","type":"TXT","content":"\"hello\" \" world\"","comment":"text"}`,
		`{"name":"e","type":"CNAME","content":"a.example.org","ttl":300}`,
		`{"name":"*.f","type":"MX","content":"mail.example.org","priority":5}`,
	} {
		r := create(t, sent)
		r.ID = strings.Repeat(string(rune('0'+i)), 32)
		out = append(out, r)
	}
	return out
}

func chosen(f *Filter, records []*Record) string {
	var b strings.Builder
	for _, r := range records {
		if f.Match(r) {
			b.WriteByte(strings.TrimPrefix(r.Name, "*.")[0])
		}
	}
	return b.String()
}

// filters are queries, the records they choose, and the one name that these can have.
var filters = []struct{ query, want, exact string }{
	{"", "abcdef", ""},
	{"page=2&unknown=x&name=", "abcdef", ""},
	{"name=A.example.org", "a", "a.example.org."},
	{"name=a.example.org.", "a", "a.example.org."},
	{"name=a", "", "a."},
	{"name.exact=*.f.example.org", "f", "*.f.example.org."},
	{"name=a.example.org&name=b.example.org", "ab", ""},
	{"name.contains=F.EX", "f", ""},
	{"name.startswith=c.", "c", ""},
	{"name.endswith=example.org.", "abcdef", ""},
	{"type=A", "ab", ""},
	{"type=a,txt", "abcd", ""},
	{"type=A&type=MX", "abf", ""},
	{"type=SOA", "", ""},
	{"content=192.0.2.1", "a", ""},
	{"content=hello+world", "cd", ""},
	{"content=%22hello+world%22", "cd", ""},
	{"content=%22hello%22+%22+world%22", "cd", ""},
	{"content.contains=o+w", "cd", ""},
	{"content.endswith=world%22", "d", ""},
	{"content=a.example.org.", "e", ""},
	{"content.startswith=192", "ab", ""},
	{"comment=web+server", "a", ""},
	{"comment.contains=E", "ad", ""},
	{"comment.present=true", "ad", ""},
	{"comment.present", "ad", ""},
	{"comment.absent=", "bcef", ""},
	{"tag=team:dns", "a", ""},
	{"tag.present=TEAM", "ab", ""},
	{"tag.absent=team", "cdef", ""},
	{"tag.startswith=team:d&tag.present=prod", "a", ""},
	{"tag=team:web&tag.present=prod", "", ""},
	{"tag=team:web&tag.present=prod&tag_match=any", "ab", ""},
	{"tag=team:web&tag.present=prod&tag-match=any", "ab", ""},
	{"tag.contains=team:e&tag.exact=prod:&tag_match=any", "ab", ""},
	{"name=a.example.org&type=TXT", "", "a.example.org."},
	{"name=a.example.org&type=TXT&match=any", "acd", ""},
	{"name=a.example.org&match=any", "a", "a.example.org."},
	{"name=a.example.org&tag=team:web&match=any", "ab", ""},
	{"proxied=false", "abcdef", ""},
	{"proxied=true", "", ""},
	{"search=world", "cd", ""},
	{"only_type=a,cname&name.startswith=a&comment.absent&match=any", "abe", ""},
	{"search=team", "ab", ""},
	{"search=192&type=TXT&name=b.example.org&match=any", "b", ""},
}

func TestFilter(t *testing.T) {
	records := listed(t)
	for _, c := range filters {
		q, err := url.ParseQuery(c.query)
		if err != nil {
			t.Fatal(err)
		}
		f, problems := ParseFilter(q)
		if len(problems) > 0 {
			t.Errorf("%s: %v", c.query, problems)
			continue
		}
		exact, ok := f.ExactName()
		if got := chosen(f, records); got != c.want || exact != c.exact || ok != (c.exact != "") {
			t.Errorf("%s chooses %q with the name %q, want %q and %q", c.query, got, exact, c.want, c.exact)
		}
		if f.Empty() != (c.query == "" || strings.HasPrefix(c.query, "page")) {
			t.Errorf("%s: empty is %v", c.query, f.Empty())
		}
	}
}

func TestFilterRefused(t *testing.T) {
	for _, query := range []string{"match=some", "tag_match=x", "type=NOTYPE", "proxied=maybe"} {
		q, _ := url.ParseQuery(query)
		if _, problems := ParseFilter(q); len(problems) != 1 || problems[0].Code != "filter-invalid" {
			t.Errorf("%s: %v", query, problems)
		}
	}
}

func TestOrder(t *testing.T) {
	records := listed(t)
	for _, c := range []struct{ query, want string }{
		{"", "abefcd"},
		{"order=type&direction=desc", "cdfeab"},
		{"order=name", "fabcde"},
		{"order=name&direction=desc", "edcbaf"},
		{"order=content", "dabcef"},
		{"order=ttl", "afcdbe"},
		{"order=ttl&direction=desc", "ebafcd"},
		{"order=proxied&direction=desc", "abefcd"},
	} {
		q, _ := url.ParseQuery(c.query)
		order, problems := ParseOrder(q)
		sorted := slices.Clone(records)
		slices.SortFunc(sorted, order.Compare)
		if got := chosen(&Filter{}, sorted); got != c.want || len(problems) > 0 {
			t.Errorf("%s gives %s, want %s; %v", c.query, got, c.want, problems)
		}
	}
	for _, query := range []string{"order=size", "direction=up"} {
		q, _ := url.ParseQuery(query)
		if _, problems := ParseOrder(q); len(problems) != 1 {
			t.Errorf("%s: %v", query, problems)
		}
	}
	twin := *records[0]
	twin.ID = "z"
	if got := (Order{desc: true}).Compare(records[0], &twin); cmp.Compare(got, 0) >= 0 {
		t.Errorf("twins are told apart by %d", got)
	}
}
