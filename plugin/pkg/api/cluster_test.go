package api

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/store/bolt"
)

// LIVE 10: what a cluster cannot do is answered with 503, and tells whether anything has
// happened and whether to come again.
func TestClusterErrors(t *testing.T) {
	for _, one := range []struct {
		err   error
		code  int
		again string
	}{
		{store.ErrUnreachable, codeUnreachable, "5"},
		{fmt.Errorf("%w: %w", store.ErrUncertain, store.ErrUnreachable), codeUncertain, ""},
		{fmt.Errorf("%w: %w", live.ErrBusy, store.ErrConflict), codeBusy, "1"},
	} {
		w := httptest.NewRecorder()
		c := &call{route: &route{method: http.MethodPost, path: "/zones"}, w: w}
		got := c.fail(one.err)
		if got.status != http.StatusServiceUnavailable || got.Code != one.code || w.Header().Get("Retry-After") != one.again {
			t.Errorf("%v: status %d, code %d, Retry-After %q", one.err, got.status, got.Code, w.Header().Get("Retry-After"))
		}
	}
}

// A server alone is all of its cluster: wait=all waits for nobody.
func TestWaitAlone(t *testing.T) {
	s := serve(t)
	s.must("POST", "/zones?wait=all", `{"name":"corp.example"}`)
	s.want("another word", s.call("POST", "/zones?wait=some", `{"name":"other.example"}`), http.StatusBadRequest, codeInvalid)
	a := s.must("GET", "/accounts/"+s.account()+"/internal_dns/status", "")
	for _, want := range []string{`"store":{"kind":"file","connected":true,"since":null}`, `"cluster":[]`} {
		if !strings.Contains(string(a.Result), want) {
			t.Errorf("the status lacks %s: %s", want, a.Result)
		}
	}
}

// lateCluster is a store of which another server does not get what is changed.
type lateCluster struct{ *bolt.Store }

func (c lateCluster) CommitOn(ctx context.Context, account string, from store.State, to uint64, ops []store.Op) error {
	return c.Commit(ctx, account, from.Revision, to, ops)
}

func (c lateCluster) Watch(ctx context.Context, _ string, changed func(store.State)) error {
	changed(store.State{})
	<-ctx.Done()
	return ctx.Err()
}

func (c lateCluster) Link() store.Link            { return store.Link{Connected: true} }
func (c lateCluster) Announce(store.Server) error { return nil }
func (c lateCluster) Servers() []store.Server     { return nil }

func (c lateCluster) Await(_ context.Context, account string, at store.State) error {
	return fmt.Errorf("etcd: account %s: revision %d is not known to have reached far: %w", account, at.Revision, context.DeadlineExceeded)
}

// A change that does not get to another server in time is made and answered as such, with
// a message that names the server.
func TestWaitLate(t *testing.T) {
	s := serve(t)
	opened, err := bolt.Open(filepath.Join(t.TempDir(), "late.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	late, err := live.Open(t.Context(), live.Config{Name: "a", Store: lateCluster{opened}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(late.Close)
	s.accounts[0].Account, s.owners[0] = late, newOwner(t, late)
	a := s.must("POST", "/zones?wait=all", `{"name":"corp.example"}`)
	if len(a.Messages) != 1 || a.Messages[0].Code != codeAwaited || !strings.Contains(a.Messages[0].Message, "reached far") {
		t.Errorf("the messages are %+v", a.Messages)
	}
	if a := s.must("GET", "/zones", ""); !strings.Contains(string(a.Result), "corp.example") {
		t.Errorf("the zones are %s", a.Result)
	}
}
