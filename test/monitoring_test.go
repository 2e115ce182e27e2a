package test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/test/loopback"
)

const monitoring = "../cmd/coredns/monitoring"

// monitored is a server block with something to count of every kind.
const monitored = `.:0 {
	bind 127.0.0.1
	root %s
	prometheus %s
	reload
	internaldns {
		store account.db
	}
	internalzone example.org {
		record www A 192.0.2.1
		record alias CNAME www
	}
	internalzone . {
		id root
		record base.example.org. A 192.0.2.2
	}
	referencezone example.org root
	dnsview office example.org
	resolverpolicy {
		query_log queries.json
		fast_udp
	}
	resolverpolicy staff {
		list names names.txt
		traffic "any(dns.domains[*] in $names)"
		view office
		fallback public_dns
		private secret.example.org
	}
	forward . %s
}`

// startMonitored runs a server whose metrics hold all there is, and gives the
// address of these.
func startMonitored(t *testing.T) (s *server, address string) {
	t.Helper()
	address = reserve(t)
	dir := layOut(t, map[string]string{"names.txt": "example.org\nexample.com\n"})
	up := startUpstream(t, ".:0 {\n\tbind 127.0.0.1\n\ttemplate ANY ANY {\n\t\trcode NXDOMAIN\n\t}\n}\n")
	corefile, api := ownAPI(t, fmt.Sprintf(monitored, dir, address, up.address))
	s = startFor(t, corefile)
	get(t, "http://"+api+"/")
	at, err := s.addr("udp", netip.Addr{})
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS == "linux" {
		servingFast(t, at)
	}
	for _, name := range []string{"www.example.org.", "alias.example.org.", "base.example.org.", "none.example.org.", "example.com.", "secret.example.org.", "example.edu."} {
		question(t, s, name)
	}
	return s, address
}

// reserve returns an address whose port nobody else has for the time of the test.
func reserve(t *testing.T) string {
	t.Helper()
	return fmt.Sprintf("127.0.0.1:%d", loopback.Port(t))
}

// question asks for an address over UDP.
func question(t *testing.T, s *server, name string) *dns.Msg {
	t.Helper()
	address, err := s.addr("udp", netip.Addr{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := dns.Exchange(new(dns.Msg).SetQuestion(name, dns.TypeA), address)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return r
}

// get reads a page of the server.
func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	client := http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	r, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(text)
}

func scrape(t *testing.T, address string) string {
	t.Helper()
	status, text := get(t, "http://"+address+"/metrics")
	if status != http.StatusOK {
		t.Fatalf("the metrics are answered with %d:\n%s", status, text)
	}
	return text
}

// metricName is a metric of CoreDNS, wherever it is written.
var metricName = regexp.MustCompile(`\bcoredns_[a-z_]+`)

// Every metric that the dashboard, the alert rules and the READMEs name is one
// that a running server has.
func TestMonitoringNames(t *testing.T) {
	texts := map[string]string{}
	for _, name := range []string{"dashboard.json", "alerts.yml", "README.md"} {
		text, err := os.ReadFile(filepath.Join(monitoring, name))
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = string(text)
	}
	maps.Copy(texts, pluginReadmes(t))
	texts["deploy/README.md"] = deployText(t, "README.md")
	_, address := startMonitored(t)
	known := map[string]bool{}
	for _, name := range metricName.FindAllString(scrape(t, address), -1) {
		known[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		for _, metric := range metricName.FindAllString(texts[name], -1) {
			if !known[metric] {
				t.Errorf("%s names %s, which the server does not have", name, metric)
			}
		}
	}
}

// The labels that the dashboard selects and groups by are those of the metrics.
func TestDashboard(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(monitoring, "dashboard.json"))
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Title      string
		Templating struct{ List []struct{ Name string } }
		Panels     []struct {
			ID      int
			Type    string
			Title   string
			Targets []struct{ Expr, RefID string }
			GridPos struct{ H, W, X, Y int }
		}
	}
	if err := json.Unmarshal(text, &dashboard); err != nil {
		t.Fatal(err)
	}
	variables := map[string]bool{"__rate_interval": true, "__range": true}
	for _, v := range dashboard.Templating.List {
		variables[v.Name] = true
	}
	for _, name := range []string{"datasource", "server", "policy", "view", "zone"} {
		if !variables[name] {
			t.Errorf("there is no variable %s", name)
		}
	}
	ids := map[int]bool{}
	for _, p := range dashboard.Panels {
		if ids[p.ID] {
			t.Errorf("panel %q: the number %d is taken", p.Title, p.ID)
		}
		ids[p.ID] = true
		if p.GridPos.X+p.GridPos.W > 24 {
			t.Errorf("panel %q does not fit into the row", p.Title)
		}
		if len(p.Targets) == 0 && p.Type != "row" {
			t.Errorf("panel %q shows nothing", p.Title)
		}
		for _, target := range p.Targets {
			for _, used := range regexp.MustCompile(`\$(\w+)`).FindAllStringSubmatch(target.Expr, -1) {
				if !variables[used[1]] {
					t.Errorf("panel %q uses the variable %s, which is none", p.Title, used[1])
				}
			}
		}
	}
}

// promtool runs it, or skips the test where it is not installed.
func promtool(t *testing.T, input string, args ...string) {
	t.Helper()
	path, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not installed (Debian: prometheus)")
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Stdin = strings.NewReader(input)
	if out, err := cmd.CombinedOutput(); err != nil || bytes.Contains(out, []byte("FAILED")) {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func TestAlertRules(t *testing.T) {
	promtool(t, "", "check", "rules", filepath.Join(monitoring, "alerts.yml"))
	promtool(t, "", "test", "rules", filepath.Join(monitoring, "alerts_test.yml"))
}

// The suite's metrics are as Prometheus wants them.
func TestPromlint(t *testing.T) {
	_, address := startMonitored(t)
	var own strings.Builder
	for line := range strings.Lines(scrape(t, address)) {
		if regexp.MustCompile(`coredns_(resolverpolicy|dnsview|internalzone|referencezone)_`).MatchString(line) {
			own.WriteString(line)
		}
	}
	promtool(t, own.String(), "check", "metrics")
}

// A reload that fails late, when the new instance has begun to start, leaves the
// metrics of the old one alone.
func TestMetricsLateFailure(t *testing.T) {
	s, address := startMonitored(t)
	taken := reserve(t)
	listener, err := net.Listen("tcp", taken)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	err = s.reload(fmt.Sprintf(`.:0 {
		bind 127.0.0.1
		prometheus %s
		internalzone example.edu {
			record @ A 192.0.2.3
		}
		dnsview other example.edu
		resolverpolicy others {
			view other
		}
	}
	edu.:%s {
		bind 127.0.0.1
	}`, address, taken[strings.LastIndexByte(taken, ':')+1:]))
	if err == nil {
		t.Fatalf("a server started on %s, which is taken", taken)
	}
	question(t, s, "www.example.org.")
	text := scrape(t, address)
	for _, gone := range []string{`zone="example.edu"`, `policy="others"`} {
		if strings.Contains(text, gone) {
			t.Errorf("the metrics hold %s of an instance that did not start", gone)
		}
	}
	if want := `policy="staff",rcode="NOERROR"`; !strings.Contains(text, want) {
		t.Errorf("the metrics lack %s:\n%s", want, text)
	}
}

// Whoever asks for the metrics while Corefiles come and go gets them, and never a
// series twice.
func TestMetricsWhileReloading(t *testing.T) {
	const corefile = `.:0 {
		bind 127.0.0.1
		internalzone %[1]s {
			record @ A 192.0.2.1
		}
		dnsview office %[1]s
		resolverpolicy staff {
			view office
		}
	}
	example.com.:0 {
		bind 127.0.0.1
		internalzone %[1]s
		dnsview office %[1]s
		resolverpolicy staff {
			view office
		}
	}`
	s := startFor(t, fmt.Sprintf(corefile, "example.org"))
	stop := make(chan struct{})
	var asking sync.WaitGroup
	asking.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			if _, err := gather(); err != nil {
				t.Errorf("the metrics cannot be gathered: %v", err)
				return
			}
		}
	})
	for i := range 10 {
		zone := []string{"example.net", "example.org"}[i%2]
		question(t, s, "example.org.")
		if err := s.reload(fmt.Sprintf(corefile, zone)); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	asking.Wait()
}
