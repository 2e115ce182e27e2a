package test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// memory returns how much memory the process takes, in MiB.
func (s *liveServer) memory() int {
	s.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		s.t.Skip("this system does not tell:", err)
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	kib, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		s.t.Fatal(err)
	}
	return kib >> 10
}

// connect opens a connection to the API and sends something.
func (s *liveServer) connect(text string) (net.Conn, error) {
	conn, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", s.api), 10*time.Second)
	if err != nil {
		return nil, err
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	_, err = io.WriteString(conn, text)
	return conn, err
}

// raw sends a request as it is written and returns the answer's status and body.
func (s *liveServer) raw(request string) (status int, body string) {
	s.t.Helper()
	conn, err := s.connect(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		s.t.Fatal(err)
	}
	r, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		s.t.Fatalf("%.80q: %v", request, err)
	}
	text, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Fatalf("%.80q: %v", request, err)
	}
	_ = r.Body.Close()
	return r.StatusCode, string(text)
}

func (s *liveServer) host() string { return fmt.Sprintf("127.0.0.1:%d", s.api) }

// manyFiles lets this process have that many open, or skips the test.
func manyFiles(t *testing.T, n uint64) {
	t.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || limit.Max < n {
		t.Skipf("%d files cannot be open here: %v", limit.Max, err)
	}
	if limit.Cur < n {
		limit.Cur = n
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
			t.Skip(err)
		}
	}
}

// Connections that say nothing, or half a head, or half a body, take no place from others.
func TestManyConnections(t *testing.T) {
	manyFiles(t, 12_000)
	s := newLive(t, t.TempDir())
	s.start(liveCorefile)
	zone := s.zone("example.org")
	head := "POST /client/v4/zones HTTP/1.1\r\nHost: " + s.host() + "\r\nAuthorization: Bearer " + s.token + "\r\n"
	for name, text := range map[string]string{
		"idle": "", "half a head": "GET /client/v4/zones HTTP/1.1\r\nHost: " + s.host() + "\r\nX-A: ", "half a body": head + "Content-Length: 1000\r\n\r\n{",
	} {
		t.Run(name, func(t *testing.T) {
			s.t = t
			before := s.memory()
			var running sync.WaitGroup
			for n := range 16 {
				running.Go(func() {
					for range 10_000 / 16 {
						if _, err := s.connect(text); err != nil && n == 0 {
							t.Logf("a connection: %v", err) // those that are too many may be closed
							return
						}
					}
				})
			}
			running.Wait()
			for i := range 20 {
				s.call(http.MethodPost, "/zones/"+zone+"/dns_records", aRecord(fmt.Sprintf("%d-%d.example.org", i, rand.Uint64()), "192.0.2.1"), nil)
			}
			after := s.memory()
			if after > before+400 {
				t.Errorf("the process takes %d MiB, %d before", after, before)
			}
			t.Logf("10,000 connections: %d MiB, %d before", after, before)
		})
	}
}

// Large and odd bodies are refused, and leave no memory taken.
func TestOddBodies(t *testing.T) {
	s := newLive(t, t.TempDir())
	s.start(liveCorefile)
	zone := s.zone("example.org")
	garbage := make([]byte, 63<<20)
	source := rand.NewChaCha8([32]byte{1})
	_, _ = source.Read(garbage) // never fails
	lines := bytes.Repeat([]byte("a A 192.0.2.1\n"), 1<<19)
	before := s.memory()
	for name, test := range map[string]struct {
		path   string
		body   any
		status int
		want   string
	}{
		"garbage":    {"/zones/" + zone + "/dns_records/import", formOf(string(garbage)), http.StatusBadRequest, ""},
		"same line":  {"/zones/" + zone + "/dns_records/import", formOf(string(lines)), http.StatusOK, `"recs_added":1`},
		"too large":  {"/zones/" + zone + "/dns_records/import", formOf(string(garbage) + string(garbage[:2<<20])), http.StatusRequestEntityTooLarge, "the body has more than 67108864 octets"},
		"deep":       {"/zones", &liveForm{"application/json", []byte(strings.Repeat(`{"a":`, 150_000))}, http.StatusBadRequest, "the body has more than 64 arrays and objects in one another"},
		"deep array": {"/zones", &liveForm{"application/json", bytes.Repeat([]byte("["), 1<<20)}, http.StatusBadRequest, "the body has more than 64 arrays and objects in one another"},
		"wide":       {"/zones", &liveForm{"application/json", []byte("{" + strings.Repeat(`"a":1,`, 150_000) + `"name":"example.net","type":"internal"}`)}, http.StatusOK, "not known here and was ignored: /a"},
		"many":       {"/zones/" + zone + "/dns_records/batch", &liveForm{"application/json", []byte(`{"posts":[` + strings.Repeat(`{},`, 300_000) + `{}]}`)}, http.StatusBadRequest, "300001 records are too many for one batch"},
		"large":      {"/zones", &liveForm{"application/json", bytes.Repeat([]byte(" "), 1<<20+1)}, http.StatusRequestEntityTooLarge, "the body has more than 1048576 octets"},
		"no JSON":    {"/zones", &liveForm{"application/json", []byte("\x00\xff")}, http.StatusBadRequest, "the body is not JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			s.t = t
			began := time.Now()
			a := s.refused(http.MethodPost, test.path, test.body, test.status, test.want)
			t.Logf("%d octets of answer in %v: %.150s; %d MiB, %d at first", len(a.text), time.Since(began), a.text, s.memory(), before)
		})
	}
	if after := s.memory(); after > before+4000 { // a fifth of it without the race detector
		t.Errorf("the process takes %d MiB, %d before", after, before)
	}
}

// Requests from elsewhere, and paths that mean something else than they say.
func TestOddRequests(t *testing.T) {
	s := newLive(t, t.TempDir())
	s.start(liveCorefile)
	zone := s.zone("example.org")
	head := func(method, path, host string) string {
		return method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\nAuthorization: Bearer " + s.token + "\r\n"
	}
	for request, want := range map[string]int{
		head("GET", "/client/v4/zones", s.host()) + "\r\n":                                                 http.StatusOK,
		head("GET", "/client/v4/zones", "localhost:"+strconv.Itoa(s.api)) + "\r\n":                         http.StatusOK,
		head("GET", "/client/v4/zones", "evil.example:"+strconv.Itoa(s.api)) + "\r\n":                      http.StatusForbidden,
		head("GET", "/client/v4/zones", "127.0.0.1:1") + "\r\n":                                            http.StatusForbidden,
		head("GET", "/client/v4/zones", s.host()) + "Origin: http://evil.example\r\n\r\n":                  http.StatusForbidden,
		head("GET", "/client/v4/zones", s.host()) + "Origin: null\r\n\r\n":                                 http.StatusForbidden,
		head("GET", "http://evil.example/client/v4/zones", s.host()) + "\r\n":                              http.StatusForbidden,
		head("GET", "//client/v4/zones", s.host()) + "\r\n":                                                http.StatusBadRequest,
		head("GET", "/client//v4/zones", s.host()) + "\r\n":                                                http.StatusBadRequest,
		head("GET", "/client/v4/x/../zones", s.host()) + "\r\n":                                            http.StatusBadRequest,
		head("GET", "/client/v4/x/%2e%2e/zones", s.host()) + "\r\n":                                        http.StatusBadRequest,
		head("GET", "/client/v4/zones%2F"+zone, s.host()) + "\r\n":                                         http.StatusBadRequest,
		head("GET", "/client/v4/zones/"+zone+"%2Fdns_records", s.host()) + "\r\n":                          http.StatusBadRequest,
		head("GET", "/client/v4/zones/"+zone+"%00", s.host()) + "\r\n":                                     http.StatusBadRequest,
		head("GET", "/client/v4/zones/"+strings.ToUpper(zone), s.host()) + "\r\n":                          http.StatusBadRequest,
		head("GET", "/client/v4/zones/"+strings.Repeat("f", 32), s.host()) + "\r\n":                        http.StatusNotFound,
		head("PUT", "/client/v4/zones", s.host()) + "\r\n":                                                 http.StatusMethodNotAllowed,
		head("GET", "/client/v4/zones", s.host()) + "X: " + strings.Repeat("x", 100<<10) + "\r\n\r\n":      http.StatusRequestHeaderFieldsTooLarge,
		"GET /client/v4/zones HTTP/1.1\r\nHost: " + s.host() + "\r\n\r\n":                                  http.StatusBadRequest,
		"GET /client/v4/zones HTTP/1.1\r\nHost: " + s.host() + "\r\nAuthorization: Bearer a b\r\n\r\n":     http.StatusBadRequest,
		"GET /client/v4/zones HTTP/1.1\r\nHost: " + s.host() + "\r\nAuthorization: Basic abcdefgh\r\n\r\n": http.StatusBadRequest,
	} {
		if got, body := s.raw(request); got != want {
			t.Errorf("%.120q: %d %.200s, want %d", request, got, body, want)
		}
	}
}

// Wrong tokens are answered later and later; who has a right one goes on meanwhile.
func TestGuessedTokens(t *testing.T) {
	s := newLive(t, t.TempDir())
	s.start(liveCorefile)
	right := s.token
	var took []time.Duration
	for i := range 8 {
		s.token = strings.Repeat(string(rune('a'+i)), 40)
		began := time.Now()
		s.refused(http.MethodGet, "/zones", nil, http.StatusUnauthorized, "Authentication error")
		took = append(took, time.Since(began))
	}
	if took[7] < 4*took[5]/2 || took[7] < 200*time.Millisecond {
		t.Errorf("the answers to wrong tokens took %v", took)
	}
	s.token = right
	guesser := *s
	guesser.token = strings.Repeat("z", 40)
	var guess sync.WaitGroup
	guess.Go(func() {
		guesser.refused(http.MethodGet, "/zones", nil, http.StatusUnauthorized, "Authentication error")
	})
	began := time.Now()
	s.call(http.MethodGet, "/zones", nil, nil)
	if right := time.Since(began); right > took[7] {
		t.Errorf("the answer to the right token took %v", right)
	}
	guess.Wait()
	t.Logf("wrong tokens took %v", took)
}
