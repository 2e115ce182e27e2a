package api

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// All paths but those of the API are the dashboard's, if there is one, behind the same
// check of the Host header.
func TestPages(t *testing.T) {
	seen := make(map[string]int)
	pages := http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Content-Security-Policy", "of pages")
		if req.URL.Path == "/missing" {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = io.WriteString(w, "page")
	})
	on := New(Config{Accounts: func() []Account { return nil }, Pages: func() http.Handler { return pages }, Observe: func(route string, status int) {
		if route == "dashboard" {
			seen[route+http.StatusText(status)]++
		}
	}})
	off := New(Config{Accounts: func() []Account { return nil }, Pages: func() http.Handler { return nil }})
	none := New(Config{Accounts: func() []Account { return nil }})
	for path, page := range map[string]bool{
		"/": true, "/zones/": true, "/a/b.js": true, "/missing": true, "//x": true, "/clients": true, "/%2e%2e/": true,
		"/client": false, "/client/": false, "/client/v4": false, "/client/v4/zones": false, "/client/v4/../..": false, "/client/v5/zones": false,
	} {
		for _, a := range []*API{on, off, none} {
			got := httptest.NewRecorder()
			req := httptest.NewRequest(http.MethodGet, path, http.NoBody)
			req.Host = ""
			a.ServeHTTP(got, req)
			if isPage := got.Body.String() == "page"; isPage != (page && a == on) {
				t.Errorf("%s: %d %s", path, got.Code, got.Body)
			} else if !isPage && (!strings.HasPrefix(got.Header().Get("Content-Security-Policy"), "default-src 'none'") || !strings.Contains(got.Body.String(), `"success":false`)) {
				t.Errorf("%s: %v %s", path, got.Header(), got.Body)
			}
			if a != on && path == "/" && (got.Code != http.StatusBadRequest || !strings.Contains(got.Body.String(), "7003")) {
				t.Errorf("without a dashboard: %d %s", got.Code, got.Body)
			}
		}
	}
	if seen["dashboardOK"] != 6 || seen["dashboardNot Found"] != 1 {
		t.Errorf("observed: %v", seen)
	}
	got := httptest.NewRecorder()
	req := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
	req.Host = "attacker.example"
	on.ServeHTTP(got, req)
	if got.Code != http.StatusForbidden || strings.Contains(got.Body.String(), "page") && !strings.Contains(got.Body.String(), "1020") {
		t.Errorf("another host: %d %s", got.Code, got.Body)
	}
}
