package test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/test/loopback"
)

// liveServer is a process that serves an account.
type liveServer struct {
	t        *testing.T
	dir      string // of the store, and the working directory
	dns, api int    // ports
	scheme   string // of the API
	cmd      *exec.Cmd
	out      *lockedBuffer
	ended    chan struct{} // closed once the process is gone
	token    string
	client   *http.Client
}

// lockedBuffer is what a process prints.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(octets []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(octets)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// liveCorefile has ports in place of DNS and API, and a directory in place of DIR.
const liveCorefile = `.:DNS {
    bind 127.0.0.1
    internaldns {
        store DIR/store.db
        listen 127.0.0.1:API
        rate_limit 100000000
    }
}
`

// newLive returns a server that is not started, in a directory of its own or a given one.
func newLive(t *testing.T, dir string) *liveServer {
	t.Helper()
	s := &liveServer{t: t, dir: dir, scheme: "http"}
	for _, port := range []*int{&s.dns, &s.api} {
		*port = loopback.Port(t)
	}
	s.client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 100}}
	t.Cleanup(s.client.CloseIdleConnections)
	return s
}

// write writes the Corefile.
func (s *liveServer) write(corefile string) {
	s.t.Helper()
	text := strings.NewReplacer("DNS", strconv.Itoa(s.dns), "API", strconv.Itoa(s.api), "DIR", s.dir).Replace(corefile)
	replace(s.t, filepath.Join(s.dir, "Corefile"), []byte(text))
}

// launch starts the process, which prints to out.
func (s *liveServer) launch() {
	s.t.Helper()
	binary, err := os.Executable()
	if err != nil {
		s.t.Fatal(err)
	}
	cmd := exec.Command(binary, "-conf", "Corefile")
	cmd.Args[0] = "coredns"
	cmd.Env, cmd.Dir = append(os.Environ(), asProgram+"=1"), s.dir
	s.run(cmd)
}

// run starts a process, which prints to out, as the server.
func (s *liveServer) run(cmd *exec.Cmd) {
	s.t.Helper()
	s.out, s.ended, s.cmd = new(lockedBuffer), make(chan struct{}), cmd
	s.cmd.Stdout, s.cmd.Stderr = s.out, s.out
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func(cmd *exec.Cmd, ended chan struct{}) {
		_ = cmd.Wait() // killed as a rule
		close(ended)
	}(s.cmd, s.ended)
	s.t.Cleanup(s.kill)
}

// kill ends the process as kill -9 does.
func (s *liveServer) kill() {
	_ = s.cmd.Process.Kill() // may be gone
	<-s.ended
}

// start starts the process and returns once it answers.
func (s *liveServer) start(corefile string) {
	s.t.Helper()
	s.write(corefile)
	s.launch()
	s.await("the API", s.answers)
	s.await("DNS", func() bool { // whose sockets are opened later
		client := dns.Client{Timeout: time.Second}
		_, _, err := client.Exchange(new(dns.Msg).SetQuestion(".", dns.TypeNS), fmt.Sprintf("127.0.0.1:%d", s.dns))
		return err == nil
	})
}

func (s *liveServer) answers() bool {
	text, err := os.ReadFile(filepath.Join(s.dir, "internaldns.token"))
	if err != nil {
		return false
	}
	s.token = strings.TrimSpace(string(text))
	r, err := s.try(http.MethodGet, "/user/tokens/verify", nil)
	return err == nil && r.status == http.StatusOK
}

// await returns once something is so.
func (s *liveServer) await(what string, holds func() bool) {
	s.t.Helper()
	for began := time.Now(); !holds(); time.Sleep(5 * time.Millisecond) { // polls for the condition
		select {
		case <-s.ended:
			s.t.Fatalf("the server ended while %s was waited for:\n%s", what, s.out)
		default:
		}
		if time.Since(began) > time.Minute {
			s.t.Fatalf("%s was waited for:\n%s", what, s.out)
		}
	}
}

// fails starts the process, which has to end by itself and to say why.
func (s *liveServer) fails(corefile string, want ...string) {
	s.t.Helper()
	s.write(corefile)
	s.launch()
	select {
	case <-s.ended:
	case <-time.After(time.Minute):
		s.t.Fatalf("the server is running:\n%s", s.out)
	}
	for _, text := range want {
		if out := s.out.String(); !strings.Contains(out, text) {
			s.t.Errorf("the start said:\n%swant %q", out, text)
		}
	}
	if s.cmd.ProcessState.Success() {
		s.t.Error("the start failed with exit code 0")
	}
}

// reload has the process read another Corefile, and returns once it said so.
func (s *liveServer) reload(corefile, said string) {
	s.t.Helper()
	s.write(corefile)
	before := strings.Count(s.out.String(), said)
	if err := s.cmd.Process.Signal(syscall.SIGUSR1); err != nil {
		s.t.Fatal(err)
	}
	s.await(said, func() bool { return strings.Count(s.out.String(), said) > before })
}

const (
	reloaded   = "[INFO] Reloading complete"
	notReloads = "[ERROR] SIGUSR1: "
)

// liveAnswer is an answer of the API.
type liveAnswer struct {
	status   int
	header   http.Header
	revision int
	text     string
	Success  bool
	Errors   []struct {
		Code    int
		Message string
	}
	Result json.RawMessage
}

// try makes a call; a body that is no reader is sent as JSON.
func (s *liveServer) try(method, path string, body any) (*liveAnswer, error) {
	var reader io.Reader
	kind := "application/json"
	switch b := body.(type) {
	case nil:
	case *liveForm:
		reader, kind = bytes.NewReader(b.text), b.kind
	default:
		text, err := json.Marshal(b)
		if err != nil {
			return nil, err
		}
		reader = bytes.NewReader(text)
	}
	req, err := http.NewRequest(method, fmt.Sprintf("%s://127.0.0.1:%d/client/v4%s", s.scheme, s.api, path), reader)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	req.Header.Set("Content-Type", kind)
	r, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(r.Body)
	if err := errors.Join(err, r.Body.Close()); err != nil {
		return nil, err
	}
	a := &liveAnswer{status: r.StatusCode, header: r.Header, text: string(text)}
	a.revision, _ = strconv.Atoi(r.Header.Get("X-Internaldns-Revision")) // 0 if there is none
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		err = json.Unmarshal(text, a)
	}
	return a, err
}

// call makes a call that has to succeed, and reads the result.
func (s *liveServer) call(method, path string, body, into any) *liveAnswer {
	s.t.Helper()
	a, err := s.try(method, path, body)
	if err != nil {
		s.t.Fatalf("%s %s: %v\n%s", method, path, err, s.out)
	}
	if a.status != http.StatusOK {
		s.t.Fatalf("%s %s: %d %s", method, path, a.status, a.text)
	}
	if into != nil {
		if err := json.Unmarshal(a.Result, into); err != nil {
			s.t.Fatal(err)
		}
	}
	return a
}

// refused makes a call that has to fail.
func (s *liveServer) refused(method, path string, body any, status int, want string) *liveAnswer {
	s.t.Helper()
	a, err := s.try(method, path, body)
	if err != nil {
		s.t.Fatalf("%s %s: %v\n%s", method, path, err, s.out)
	}
	if a.status != status || !strings.Contains(a.text, want) {
		s.t.Errorf("%s %s: %d %s, want %d with %q", method, path, a.status, a.text, status, want)
	}
	return a
}

type idOf struct{ ID string }

// account is the id of the first account.
func (s *liveServer) account() string {
	s.t.Helper()
	var accounts []idOf
	s.call(http.MethodGet, "/accounts", nil, &accounts)
	return accounts[0].ID
}

// zone makes a zone that all queries are answered from, and returns its id.
func (s *liveServer) zone(name string) string {
	s.t.Helper()
	var zone, view idOf
	account := "/accounts/" + s.account()
	s.call(http.MethodPost, "/zones", map[string]any{"name": name, "type": "internal"}, &zone)
	s.call(http.MethodPost, account+"/dns_settings/views", map[string]any{"name": name, "zones": []string{zone.ID}}, &view)
	s.call(http.MethodPost, account+"/gateway/rules", map[string]any{
		"name": name, "action": "resolve", "enabled": true, "filters": []string{"dns_resolver"},
		"rule_settings": map[string]any{"resolve_dns_internally": map[string]any{"view_id": view.ID, "fallback": "none"}},
	}, nil)
	return zone.ID
}

func aRecord(name, address string) map[string]any {
	return map[string]any{"name": name, "type": "A", "content": address, "ttl": 60}
}

// dig asks for the A record of a name and returns the response code and the address.
func (s *liveServer) dig(name string) (rcode, address string) {
	s.t.Helper()
	client := dns.Client{Timeout: 10 * time.Second}
	r, _, err := client.Exchange(new(dns.Msg).SetQuestion(name, dns.TypeA), fmt.Sprintf("127.0.0.1:%d", s.dns))
	if err != nil {
		s.t.Fatalf("%s: %v\n%s", name, err, s.out)
	}
	if len(r.Answer) > 0 {
		if a, ok := r.Answer[0].(*dns.A); ok {
			address = a.A.String()
		}
	}
	return dns.RcodeToString[r.Rcode], address
}

func (s *liveServer) wantAnswer(name, rcode, address string) {
	s.t.Helper()
	if gotRcode, got := s.dig(name); gotRcode != rcode || got != address {
		s.t.Errorf("%s: %s %s, want %s %s", name, gotRcode, got, rcode, address)
	}
}
