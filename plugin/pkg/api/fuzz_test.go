package api

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// No body makes the server fail, whatever call it belongs to.
func FuzzDecode(f *testing.F) {
	s := serve(f)
	z := s.zone("corp.example")
	r, v := s.record(z, "www", "192.0.2.1"), s.view("office", z)
	account := "/accounts/" + s.account()
	rule := s.id("POST", account+"/gateway/rules", ruleText("everyone", v))
	handler := New(Config{Accounts: func() []Account { return s.accounts }, Hosts: func(string, string) bool { return true }})
	fill := strings.NewReplacer("{zone}", z, "{record}", r, "{view}", v, "{rule}", rule, "{account}", s.account(), "{token}", "0123456789abcdef0123456789abcdef")
	var targets []*route
	for _, one := range handler.routes {
		if one.body != nil {
			targets = append(targets, one)
		}
	}
	for i := range targets {
		for _, body := range []string{
			``, `{}`, `[]`, `{"name":null}`, `{"name":"x","type":"A","content":"192.0.2.1","ttl":1e3,"data":{},"tags":["a:b"]}`, ruleText("x", v),
			tokenText(`{"com.cloudflare.api.account.zone.*":{"type":["TXT"]}}`, "Zone Read"), `{"posts":[{}],"deletes":[{"id":"x"}]}`,
			`{"internal_dns":{"negative_ttl":-1},"soa":{"mname":".."}}`, `{"zone_defaults":{"soa":{"rname":"a"}}}`,
			"--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nwww 60 A 192.0.2.1\r\n--x--\r\n",
		} {
			f.Add(uint8(i), body)
		}
	}
	f.Fuzz(func(t *testing.T, n uint8, body string) {
		target := targets[int(n)%len(targets)]
		req := httptest.NewRequest(target.method, base+fill.Replace(target.path), strings.NewReader(body))
		req.Header.Set("Authorization", "Bearer "+s.owners[0])
		if target.multipart {
			req.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, req)
		if w.Code >= http.StatusInternalServerError || w.Code == http.StatusUnauthorized {
			t.Errorf("%s: %d\n%s", target.name(), w.Code, w.Body)
		}
	})
}
