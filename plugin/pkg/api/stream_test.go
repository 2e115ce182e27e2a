package api

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/querylog"
)

// event is one of a stream.
type event struct{ kind, id, data string }

// follower reads a stream.
type follower struct {
	*server
	body io.Closer
	text *bufio.Scanner
}

// follow opens a stream in the name of the first owner, behind an event if there is one.
func (s *server) follow(query, behind string) *follower {
	s.t.Helper()
	return s.followAs(s.owners[0], query, behind)
}

func (s *server) followAs(text, query, behind string) *follower {
	s.t.Helper()
	req := s.request("GET", "/accounts/"+s.account()+"/internal_dns/queries"+query, "")
	req.Header.Set("Authorization", "Bearer "+text)
	req.Header.Set("Accept", "text/event-stream")
	if behind != "" {
		req.Header.Set("Last-Event-ID", behind)
	}
	got, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = got.Body.Close() })
	if kind := got.Header.Get("Content-Type"); got.StatusCode != http.StatusOK || kind != "text/event-stream" {
		octets, _ := io.ReadAll(got.Body)
		s.t.Fatalf("%d, %s\n%s", got.StatusCode, kind, octets)
	}
	f := &follower{server: s, body: got.Body, text: bufio.NewScanner(got.Body)}
	if first := f.next(); first.kind != "retry" { // it is open from now on
		s.t.Fatalf("the stream begins with %+v", first)
	}
	return f
}

// next returns the next event, with the kind end of file behind the last.
func (f *follower) next() (e event) {
	for f.text.Scan() {
		field, value, found := strings.Cut(f.text.Text(), ": ")
		switch field {
		case "":
			if !found { // else it is a comment
				return e
			}
		case "event", "retry":
			e.kind = field
			if field == "event" {
				e.kind = value
			}
		case "id":
			e.id = value
		case "data":
			e.data = value
		}
	}
	return event{kind: "end of file"}
}

// name returns the name of the next query.
func (f *follower) name() string {
	f.t.Helper()
	e := f.next()
	var o queryObject
	if e.kind != "" {
		return e.kind + " " + e.data
	}
	if err := json.Unmarshal([]byte(e.data), &o); err != nil {
		f.t.Fatalf("%+v: %v", e, err)
	}
	return o.QueryName
}

// asked keeps a query of the first account, as if it had been answered.
func (s *server) asked(e querylog.Entry) {
	s.t.Helper()
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	e.Server = "dns://127.0.0.1:53"
	ring := s.recents[0].Ring()
	if ring == nil {
		s.t.Fatal("nobody looks")
	}
	ring.Add(&e)
}

// LIVE 8: a stream has the queries that come, those that pass its filters, and goes on
// where it ended.
func TestQueryStream(t *testing.T) {
	s := serve(t)
	all, some := s.follow("", ""), s.follow("?view=office&QueryName.contains=WWW", "")
	s.asked(querylog.Entry{Name: "a.example.", View: "office"})
	s.asked(querylog.Entry{Name: "www.b.example.", View: "office"})
	if got := all.name(); got != "a.example" {
		t.Errorf("the first: %s", got)
	}
	behind := all.next()
	if !strings.Contains(behind.data, "www.b.example") {
		t.Errorf("the second: %+v", behind)
	}
	if got := some.name(); got != "www.b.example" {
		t.Errorf("of those that pass a filter: %s", got)
	}
	s.asked(querylog.Entry{Name: "c.example."})
	header, parameter := s.follow("", behind.id), s.follow("?stream=true&last_event_id="+behind.id, "")
	for _, f := range []*follower{header, parameter} {
		if got := f.name(); got != "c.example" {
			t.Errorf("behind an event: %s", got)
		}
	}
	unknown := s.follow("", "AAAAAAAAAA-1")
	if got := unknown.name() + " " + unknown.name(); got != "gap {} a.example" {
		t.Errorf("behind an event that nobody knows: %s", got)
	}
	for _, f := range []*follower{all, some, header, parameter, unknown} {
		_ = f.body.Close()
	}
	for n := range querylog.Kept + 5 {
		s.asked(querylog.Entry{Name: fmt.Sprintf("%d.example.", n)})
	}
	late := s.follow("", behind.id)
	if got := late.name() + " " + late.name(); got != `gap {"missed":6} 5.example` {
		t.Errorf("behind an event that is long ago: %s", got)
	}
	if n := s.accounts[0].Streams.Skipped.Load(); n != 6 {
		t.Errorf("%d queries count as skipped", n)
	}
}

// A list tells where a stream has to begin to go on with it.
func TestQueryListThenStream(t *testing.T) {
	s := serve(t)
	path := "/accounts/" + s.account() + "/internal_dns/queries"
	s.must("GET", path, "") // has queries be kept
	s.asked(querylog.Entry{Name: "a.example."})
	list := s.must("GET", path, "")
	s.asked(querylog.Entry{Name: "b.example."})
	if got := s.follow("", list.header.Get(eventHeader)).name(); got != "b.example" || list.Info.Count != 1 {
		t.Errorf("behind %d queries: %s", list.Info.Count, got)
	}
}

// reading is the body of a call for a token that may read all, but for the end.
func (s *server) reading(more string) string {
	body := tokenText(`{"com.cloudflare.api.account.`+s.account()+`":"*"}`, "Account Settings Read", "Zone Read", "DNS Read",
		"Zone DNS Settings Read", "DNS View Read", "Resolver Policies Read")
	return strings.TrimSuffix(body, "}") + more + "}"
}

// A stream goes on when its token changes, and ends with the right to read it.
func TestQueryStreamOfToken(t *testing.T) {
	s := serve(t)
	for name, end := range map[string]func(one string){
		"deleted":  func(one string) { s.must("DELETE", one, "") },
		"rolled":   func(one string) { s.must("PUT", one+"/value", "{}") },
		"disabled": func(one string) { s.must("PUT", one, s.reading(`,"status":"disabled"`)) },
		"elsewhere": func(one string) {
			s.must("PUT", one, s.reading(`,"condition":{"request_ip":{"in":["192.0.2.0/24"]}}`))
		},
		"limited": func(one string) {
			s.must("PUT", one, tokenText(`{"com.cloudflare.api.account.`+s.account()+`":"*"}`, "Account Settings Read"))
		},
		"expired": func(one string) {
			s.must("PUT", one, s.reading(`,"expires_on":"`+time.Now().Add(2*time.Second).UTC().Format(time.RFC3339)+`"`))
		},
	} {
		t.Run(name, func(t *testing.T) {
			made := s.must("POST", "/user/tokens", s.reading(""))
			one := "/user/tokens/" + made.text(t, "id")
			f := s.followAs(made.text(t, "value"), "", "")
			s.must("PUT", one, strings.Replace(s.reading(""), "limited", "renamed", 1))
			s.asked(querylog.Entry{Name: "still.example."})
			if got := f.name(); got != "still.example" {
				t.Errorf("after another name: %s", got)
			}
			end(one)
			if got := f.next(); got.kind != "end" || !strings.Contains(got.data, "the token") {
				t.Errorf("the end: %+v", got)
			}
			if got := f.next(); got.kind != "end of file" {
				t.Errorf("behind the end: %+v", got)
			}
		})
	}
}

// A stream ends when its account is served by others, and at once when the server does.
func TestQueryStreamEnds(t *testing.T) {
	s := serve(t, Account{}, Account{})
	f := s.follow("", "")
	accounts := s.served()
	exchange := func(with []Account) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.accounts = with
	}
	exchange(accounts[1:])
	if got := f.next(); got.kind != "end" || !strings.Contains(got.data, "not served here") {
		t.Errorf("without its account: %+v", got)
	}
	exchange(accounts)
	f = s.follow("", "")
	reloaded := accounts[0]
	reloaded.Servers = func() []Server { return nil }
	exchange([]Account{reloaded})
	if got := f.next(); got.kind != "end" || !strings.Contains(got.data, "read again") {
		t.Errorf("with another configuration: %+v", got)
	}
	exchange(accounts)
	f = s.follow("", "")
	s.api.EndStreams()
	s.api.EndStreams()
	if got := f.next(); got.kind != "end of file" {
		t.Errorf("at the end of the server: %+v", got)
	}
	s.want("after that", s.call("GET", "/accounts/"+s.account()+"/internal_dns/queries?stream=true", ""), http.StatusServiceUnavailable, codeBusy)
}

// There are so many streams and no more; other calls have places of their own.
func TestQueryStreamsBounded(t *testing.T) {
	s := serve(t)
	var all []*follower
	for range maxStreams {
		all = append(all, s.follow("", ""))
	}
	path := "/accounts/" + s.account() + "/internal_dns/queries"
	a := s.call("GET", path+"?stream=true", "")
	s.want("one more", a, http.StatusServiceUnavailable, codeBusy)
	if a.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	s.must("GET", path, "")
	if n := len(s.api.slots); n != 0 {
		t.Errorf("%d places of requests are taken", n)
	}
	open := &s.accounts[0].Streams.Open
	if n := open.Load(); n != maxStreams {
		t.Errorf("%d streams are open", n)
	}
	s.api.EndStreams()
	for _, f := range all {
		if got := f.next(); got.kind != "end of file" {
			t.Errorf("at the end: %+v", got)
		}
	}
	if n := open.Load(); n != 0 {
		t.Errorf("%d streams are left", n)
	}
}

// Queries tell of the whole account: a token that may not read all of it sees none.
func TestQueriesForbidden(t *testing.T) {
	s := serve(t)
	path := "/accounts/" + s.account() + "/internal_dns/queries"
	text := s.limited(`{"com.cloudflare.api.account.`+s.account()+`":"*"}`, "Account Settings Read", "Zone Read", "DNS Read")
	for _, p := range []string{path, path + "?stream=true"} {
		s.want(p, s.as(text, "GET", p, ""), http.StatusForbidden, codeAuthentication)
	}
	if s.recents[0].Ring() != nil {
		t.Error("queries are kept for who may not see them")
	}
}
