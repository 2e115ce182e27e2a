package api

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// raw sends octets over a connection of their own and returns what comes back.
func (s *server) raw(octets string) string {
	s.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, octets); err != nil {
		s.t.Fatal(err)
	}
	got, err := io.ReadAll(conn)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(got)
}

// Each error has Cloudflare's code, where it has one.
func TestErrorCodes(t *testing.T) {
	s := serve(t)
	z := s.zone("corp.example")
	r := s.record(z, "www", "192.0.2.1")
	s.must("POST", "/zones/"+z+"/dns_records", `{"type":"CNAME","name":"alias","content":"www.corp.example"}`)
	s.must("POST", "/zones/"+z+"/dns_records", `{"type":"NS","name":"sub","content":"ns.example"}`)
	v := s.view("office", z)
	account, records := "/accounts/"+s.account(), "/zones/"+z+"/dns_records"
	const gone = "0123456789abcdef0123456789abcdef"
	for _, tt := range []struct {
		method, path, body string
		status, code       int
	}{
		{"GET", "/nothing", "", 400, 7003},
		{"GET", "/zones/" + z + "/nothing", "", 400, 7003},
		{"GET", "/zones/../user", "", 400, 7003},
		{"PUT", "/zones", "{}", 405, 7001},
		{"GET", "/zones/x", "", 400, 9109},
		{"GET", "/zones/" + gone, "", 404, 1001},
		{"POST", "/zones", "", 400, 9207},
		{"POST", "/zones", "{", 400, 9207},
		{"POST", "/zones", "[]", 400, 9207},
		{"POST", "/zones", `{"name":5}`, 400, 9207},
		{"POST", "/zones", `{"name":""}`, 400, 1002},
		{"POST", "/zones", `{"name":"a..b"}`, 400, 1002},
		{"POST", "/zones", `{"name":"a.example","type":"full"}`, 400, 1066},
		{"POST", "/zones", `{"name":"a.example","account":{"id":"` + gone + `"}}`, 403, 10000},
		{"GET", records + "/x", "", 400, 7003},
		{"GET", records + "/" + gone, "", 404, 81044},
		{"PATCH", records + "/" + r, `{"type":"AAAA"}`, 400, 1004},
		{"POST", records, `{"type":"A","name":"www","content":"192.0.2.1"}`, 400, 81058},
		{"POST", records, `{"type":"CNAME","name":"www","content":"x.example"}`, 400, 81053},
		{"POST", records, `{"type":"A","name":"alias","content":"192.0.2.1"}`, 400, 81053},
		{"POST", records, `{"type":"A","name":"sub","content":"192.0.2.1"}`, 400, 81056},
		{"POST", records + "/batch", `{"deletes":[{"id":"` + gone + `"}]}`, 404, 81044},
		{"GET", account + "/dns_settings/views/" + gone, "", 404, 1015},
		{"POST", account + "/dns_settings/views", `{"name":"office","zones":[]}`, 400, codeInvalid},
		{"POST", account + "/dns_settings/views", `{"name":"x","zones":["` + gone + `"]}`, 400, 1001},
		{"DELETE", "/zones/" + z, "", 400, codeInUse},
		{"GET", account + "/gateway/rules/" + gone, "", 404, codeNoRule},
		{"POST", account + "/gateway/rules", `{"name":"x","action":"block"}`, 400, codeUnsupported},
		{"POST", account + "/gateway/rules", `{"name":"x","action":"resolve","traffic":"dns.src_ip in 5","rule_settings":{"resolve_dns_internally":{"view_id":"` + v + `"}}}`, 400, codeInvalid},
		{"GET", "/user/tokens/" + gone, "", 404, 1003},
		{"POST", "/user/tokens", tokenText(`{"com.cloudflare.api.account.zone.*":"*"}`, "Nothing Read"), 400, 1001},
		{"GET", "/accounts/x/dns_settings", "", 400, 7003},
		{"PATCH", "/zones/" + z + "/dns_settings", `{"ns_ttl":29}`, 400, codeInvalid},
	} {
		a := s.call(tt.method, tt.path, tt.body)
		s.want(fmt.Sprintf("%s %s %s", tt.method, tt.path, tt.body), a, tt.status, tt.code)
	}
}

// What a record must not be comes as 1004 with the cause in the chain and where it stands.
func TestValidationErrors(t *testing.T) {
	s := serve(t)
	records := "/zones/" + s.zone("corp.example") + "/dns_records"
	for _, tt := range []struct {
		body    string
		cause   int
		pointer string
	}{
		{`{"type":"A","name":"www","content":"x"}`, 9005, "/content"},
		{`{"type":"A","name":"www","content":"192.0.2.1","ttl":5}`, 9021, "/ttl"},
		{`{"type":"A","name":"a..b","content":"192.0.2.1"}`, 9000, "/name"},
		{`{"type":"NOPE","name":"www","content":"x"}`, 9005, "/type"},
		{`{"type":"A","name":"www","content":"192.0.2.1","tags":["a b"]}`, 9300, "/tags"},
		{`{"type":"A","name":"www","content":"192.0.2.1","comment":"` + strings.Repeat("x", 501) + `"}`, 9313, "/comment"},
	} {
		a := s.call("POST", records, tt.body)
		s.want(tt.body, a, http.StatusBadRequest, codeValidation)
		if a.cause() != tt.cause || a.Errors[0].Source == nil || !strings.HasPrefix(a.Errors[0].Source.Pointer, tt.pointer) {
			t.Errorf("%.80s: %s", tt.body, a.body)
		}
	}
	a := s.call("POST", records+"/batch", `{"posts":[{"type":"A","name":"ok","content":"192.0.2.1"},{"type":"A","name":"www","content":"x"}]}`)
	if a.code() != codeValidation || a.Errors[0].Source.Pointer != "/posts/1/content" || len(s.must("GET", records, "").ids(t)) != 0 {
		t.Errorf("batch: %s", a.body)
	}
}

// Bodies are bounded in size, depth and number.
func TestBodyBounds(t *testing.T) {
	s := serve(t)
	z := s.zone("corp.example")
	records := "/zones/" + z + "/dns_records"
	s.want("large", s.call("POST", "/zones", `{"name":"`+strings.Repeat("x", maxBody)+`"}`), http.StatusRequestEntityTooLarge, codeTooLarge)
	deep := strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1)
	s.want("deep", s.call("POST", "/zones", `{"name":`+deep+`}`), http.StatusBadRequest, codeBadJSON)
	one := `{"id":"0123456789abcdef0123456789abcdef"}`
	s.want("many", s.call("POST", records+"/batch", `{"deletes":[`+strings.Repeat(one+",", maxBatch)+one+`]}`), http.StatusBadRequest, codeTooLarge)
	a := s.call("POST", records+"/import", "file=x")
	s.want("no form", a, http.StatusUnsupportedMediaType, codeBadJSON)
	req := s.request("POST", records+"/import", "--x\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\n\r\n--x--\r\n")
	req.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	s.want("no file", s.do(req), http.StatusBadRequest, codeBadJSON)
}

// A name that another site gives this address, and pages of other sites, get nothing.
func TestForeignPages(t *testing.T) {
	s := serve(t)
	for _, tt := range []struct {
		host, origin string
		status       int
	}{
		{"", "", 200},
		{"attacker.example", "", 403},
		{"localhost:1", "", 403},
		{"", "http://attacker.example", 403},
		{"", "null", 403},
		{"", s.url, 200},
	} {
		req := s.request("GET", "/zones", "")
		req.Host = tt.host
		if tt.origin != "" {
			req.Header.Set("Origin", tt.origin)
		}
		code := 0
		if tt.status != http.StatusOK {
			code = codeHost
		}
		s.want(tt.host+" "+tt.origin, s.do(req), tt.status, code)
	}
}

// Who calls too often is told when to come again; others are served.
func TestRateLimit(t *testing.T) {
	s := serve(t, Account{RateLimit: 5})
	other := s.limited(`{"com.cloudflare.api.account.zone.*":"*"}`, "Zone Read")
	for range 4 {
		s.must("GET", "/zones", "")
	}
	a := s.call("GET", "/zones", "")
	s.want("one too many", a, http.StatusTooManyRequests, codeRate)
	if a.header.Get("Retry-After") != "60" {
		t.Errorf("Retry-After: %q", a.header.Get("Retry-After"))
	}
	s.want("another token", s.as(other, "GET", "/zones", ""), http.StatusOK, 0)
}
