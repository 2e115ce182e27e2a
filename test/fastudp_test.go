package test

import (
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/internaldns/internaldns/plugin/pkg/datagram"
)

var (
	// serverBlock is a server block, which begins and ends at the first column.
	serverBlock = regexp.MustCompile(`(?ms)^\S[^\n]*\{\n.*?^\}`)
	// commonPolicies is the block that all policies of a server block share.
	commonPolicies = regexp.MustCompile(`(?m)^\s*resolverpolicy \{\n`)
)

// withFastUDP returns a Corefile in which every server block with policies has sockets of its own.
func withFastUDP(corefile string) string {
	return serverBlock.ReplaceAllStringFunc(corefile, func(block string) string {
		if at := commonPolicies.FindStringIndex(block); at != nil {
			return block[:at[1]] + "fast_udp\n" + block[at[1]:]
		}
		if !strings.Contains(block, "resolverpolicy ") && !strings.Contains(block, "internaldns") {
			return block
		}
		return strings.TrimSuffix(block, "}") + "resolverpolicy {\nfast_udp\n}\n}"
	})
}

// slower are scenarios that cannot be the same with fast_udp, and why.
var slower = map[string]string{
	"7-all-selectors": "the plugin geoip stands above, which the log says",
	"7-identity-file": "the plugin proxyproto reads every datagram, which the log says",
	"7-metadata-part": "the plugin metadata stands above, which the log says",
}

// TestScenariosFastUDP runs every scenario again with sockets of the suite's own: messages,
// counters and logs are the same.
func TestScenariosFastUDP(t *testing.T) {
	files, err := filepath.Glob("scenarios/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	var answered, passed float64
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		s := readScenario(t, file)
		if !s.MustStart() {
			continue
		}
		t.Run(name, func(t *testing.T) {
			if why := slower[name]; why != "" {
				t.Skip(why)
			}
			runIn(t, s, &server{fast: true, ending: func() {
				answered += fastQueries(t, "answered")
				passed += fastQueries(t, "passed")
			}})
		})
	}
	if answered < 500 {
		t.Errorf("%v queries were answered by sockets of the suite's own, %v passed on", answered, passed)
	}
	t.Logf("%v queries answered by sockets of the suite's own, %v passed on", answered, passed)
}

// fastQueries returns how many queries have had a result with fast_udp.
func fastQueries(t *testing.T, result string) (n float64) {
	t.Helper()
	families, err := prometheus.DefaultGatherer.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != "coredns_resolverpolicy_fast_udp_queries_total" {
			continue
		}
		for _, m := range f.Metric {
			if hasLabel(m, "result", result) {
				n += m.GetCounter().GetValue()
			}
		}
	}
	return n
}

func hasLabel(m *dto.Metric, name, value string) bool {
	for _, l := range m.Label {
		if l.GetName() == name && l.GetValue() == value {
			return true
		}
	}
	return false
}

// servingFast returns what serves an address with fast_udp, whose sockets come after
// CoreDNS's.
func servingFast(t testing.TB, address string) datagram.Handler {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; runtime.Gosched() {
		if h := datagram.Serving(address); h != nil {
			return h
		}
		if time.Now().After(deadline) {
			t.Fatal("fast_udp does not serve")
		}
	}
}
