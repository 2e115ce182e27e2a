package test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/api/apitest"
	"github.com/internaldns/internaldns/test/loopback"
)

// withClients is what .ci/run sets: the clients are large.
const withClients = "INTERNALDNS_CLIENTS"

// clientTime is how long the tests of one client may take, its compilation included.
const clientTime = 10 * time.Minute

// Cloudflare's own clients, and others that are made for its API, drive a server.
func TestClients(t *testing.T) {
	if os.Getenv(withClients) == "" {
		t.Skipf("%s is not set: the clients take minutes to compile", withClients)
	}
	for name, run := range map[string]func(*testing.T, *apiServer, string){
		"cloudflare-go-v7": goClient, "cloudflare-go-v0": goClient, "lego": goClient,
		"npm": npmClient, "certbot": certbotClient,
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := os.Stat(filepath.Join("clients", name)); err != nil {
				t.Fatal(err)
			}
			run(t, startAPI(t), name)
		})
	}
}

// apiServer is a server as a process, with the API.
type apiServer struct {
	url   string // of a proxy that holds all answers against the document
	dns   string
	token string
}

// startAPI starts a server with an empty account.
func startAPI(t *testing.T) *apiServer {
	t.Helper()
	ports := make([]string, 2)
	for i := range ports {
		ports[i] = strconv.Itoa(loopback.Port(t))
	}
	cmd := programFor(t, clientTime, "coredns", "-conf", "Corefile")
	corefile := ".:" + ports[0] + ` {
	bind 127.0.0.1
	errors
	internaldns {
		store data/internaldns.db
		listen 127.0.0.1:` + ports[1] + `
		rate_limit 100000
	}
	template IN A public.example {
		answer "{{ .Name }} 60 IN A 203.0.113.80"
	}
}
`
	if err := os.WriteFile(filepath.Join(cmd.Dir, "Corefile"), []byte(corefile), 0o600); err != nil {
		t.Fatal(err)
	}
	log := new(strings.Builder)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil || t.Failed() {
			t.Logf("the server: %v\n%s", err, log)
		}
	})
	document := eventuallyGet(t, "http://127.0.0.1:"+ports[1]+"/client/v4/openapi.json")
	text, err := os.ReadFile(filepath.Join(cmd.Dir, "data", "internaldns.token"))
	if err != nil {
		t.Fatal(err)
	}
	return &apiServer{url: checkingProxy(t, document, "127.0.0.1:"+ports[1]), dns: "127.0.0.1:" + ports[0], token: strings.TrimSpace(string(text))}
}

// eventuallyGet reads what is at an address once something listens there.
func eventuallyGet(t *testing.T, address string) []byte {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		answer, err := http.Get(address)
		if err == nil {
			body, err := io.ReadAll(answer.Body)
			_ = answer.Body.Close()
			if err != nil || answer.StatusCode != http.StatusOK {
				t.Fatalf("%s: %s, %v", address, answer.Status, err)
			}
			return body
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// checkingProxy returns the base address of a proxy that fails the test if an answer of
// the server is not as its document says.
func checkingProxy(t *testing.T, document []byte, server string) string {
	t.Helper()
	contract, err := apitest.Read(document)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: server})
	}}
	front := httptest.NewServer(contract.Handler(t, proxy))
	t.Cleanup(front.Close)
	return front.URL + "/client/v4"
}

// run runs a client's test, which finds the server in its environment.
func (s *apiServer) run(t *testing.T, dir, program string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), clientTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "INTERNALDNS_URL="+s.url, "INTERNALDNS_TOKEN="+s.token, "INTERNALDNS_DNS="+s.dns)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s %s: %v\n%s", program, strings.Join(args, " "), err, out)
		return
	}
	t.Logf("%s", out)
}

// goClient runs the tests of a nested module.
func goClient(t *testing.T, s *apiServer, name string) {
	dir := filepath.Join("clients", name)
	download := exec.CommandContext(t.Context(), "go", "mod", "download")
	download.Dir = dir
	if out, err := download.CombinedOutput(); err != nil {
		t.Skipf("the modules of %s cannot be fetched: %v\n%s", name, err, out)
	}
	s.run(t, dir, "go", "test", "-count=1", "-v", ".")
}

// npmClient runs the tests of the packages of npm, in a folder that is not the project's.
func npmClient(t *testing.T, s *apiServer, name string) {
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed", program)
		}
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("clients", name))); err != nil {
		t.Fatal(err)
	}
	install := exec.CommandContext(t.Context(), "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	install.Dir = dir
	if out, err := install.CombinedOutput(); err != nil {
		t.Skipf("the packages cannot be fetched: %v\n%s", err, out)
	}
	s.run(t, dir, "node", "--test")
}

// certbotClient runs a script with Debian's certbot plugin, which Debian's Python finds.
func certbotClient(t *testing.T, s *apiServer, name string) {
	const python = "/usr/bin/python3"
	if err := exec.CommandContext(t.Context(), python, "-c", "import certbot_dns_cloudflare").Run(); err != nil {
		t.Skipf("python3-certbot-dns-cloudflare is not installed: %v", err)
	}
	s.run(t, filepath.Join("clients", name), python, "client.py")
}
