package api

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/store"
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
