package test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

// metricsOfSuite returns the suite's metrics as NAME{LABELS} with their help, those
// without a series yet included.
func metricsOfSuite(t *testing.T) map[string]string {
	t.Helper()
	registry, ok := prometheus.DefaultRegisterer.(*prometheus.Registry)
	if !ok {
		t.Fatal("the default registry of metrics is of another kind")
	}
	descriptions := make(chan *prometheus.Desc)
	go func() {
		registry.Describe(descriptions)
		close(descriptions)
	}()
	form := regexp.MustCompile(`^Desc\{fqName: "(coredns_(?:internaldns|resolverpolicy|dnsview|internalzone|referencezone)_[a-z_]+)", help: "([^"]*)"(?:, unit: "[^"]*")?, constLabels: \{\}, variableLabels: \{(.*)\}\}$`)
	out := map[string]string{}
	for description := range descriptions {
		if match := form.FindStringSubmatch(description.String()); match != nil {
			out[match[1]+"{"+strings.ReplaceAll(match[3], ",", ", ")+"}"] = match[2]
		}
	}
	if len(out) == 0 {
		t.Fatal("the suite has no metrics")
	}
	return out
}

// Every metric stands in its plugin's README with its labels, and the reverse.
func TestMetricsDocumented(t *testing.T) {
	inCode := metricsOfSuite(t)
	entry := regexp.MustCompile("(?m)^\\* `(coredns_([a-z]+)_[a-z_]+\\{[a-z_, ]*\\})`")
	inReadme := map[string]bool{}
	for plugin, text := range pluginReadmes(t) {
		for _, match := range entry.FindAllStringSubmatch(text, -1) {
			inReadme[match[1]] = true
			if match[2] != plugin {
				t.Errorf("%s/README.md lists %s, a metric of another plugin", plugin, match[1])
			}
			if _, ok := inCode[match[1]]; !ok {
				t.Errorf("%s/README.md lists %s, the code has %q", plugin, match[1], slices.Sorted(maps.Keys(inCode)))
			}
		}
	}
	for metric := range inCode {
		if !inReadme[metric] {
			t.Errorf("no README lists the metric as: %s", fmt.Sprintf("* `%s` - ", metric))
		}
	}
}

// SPEC 8: the label server comes first, and never a name asked for or a client. Accounts,
// which several servers may have, are told apart by their own label; the API is one.
func TestMetricNames(t *testing.T) {
	form := regexp.MustCompile(`^coredns_[a-z]+_[a-z0-9_]+\{server(, [a-z_]+)*\}$|^coredns_internaldns_[a-z0-9_]+\{(account|route)(, [a-z_]+)*\}$`)
	for metric, help := range metricsOfSuite(t) {
		switch {
		case !form.MatchString(metric):
			t.Errorf("%s does not have the label server first, or that of an account", metric)
		case strings.HasPrefix(help, "Counter ") != strings.Contains(metric, "_total{"):
			t.Errorf("%s: a counter ends in _total and its help begins with Counter: %q", metric, help)
		case help == "" || !strings.HasSuffix(help, "."):
			t.Errorf("%s: the help is no sentence: %q", metric, help)
		}
		for _, label := range []string{"qname", "name", "client", "domain"} {
			if regexp.MustCompile(`[{ ]` + label + `[,}]`).MatchString(metric) {
				t.Errorf("%s has the label %s, which has no bound", metric, label)
			}
		}
	}
}
