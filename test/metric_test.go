package test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// series is the value of every series, by name and labels in order.
type series map[string]value

type value struct {
	name   string
	labels map[string]string
	number float64
	gauge  bool // its present value counts, not its growth
}

// gather takes the present values of all metrics of the process.
func gather() (series, error) {
	families, err := prometheus.DefaultGatherer.Gather()
	if err != nil {
		return nil, err
	}
	out := series{}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			v := value{name: family.GetName(), labels: map[string]string{}}
			key := v.name
			for _, label := range m.GetLabel() {
				v.labels[label.GetName()] = label.GetValue()
				key += "\n" + label.GetName() + "=" + label.GetValue()
			}
			v.number, v.gauge = number(family.GetType(), m)
			out[key] = v
		}
	}
	return out, nil
}

// total sums up all series of some names.
func total(t *testing.T, names ...string) (sum float64) {
	t.Helper()
	all, err := gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range all {
		if slices.Contains(names, v.name) {
			sum += v.number
		}
	}
	return sum
}

func number(kind dto.MetricType, m *dto.Metric) (n float64, gauge bool) {
	switch kind {
	case dto.MetricType_COUNTER:
		return m.GetCounter().GetValue(), false
	case dto.MetricType_HISTOGRAM:
		return float64(m.GetHistogram().GetSampleCount()), false
	case dto.MetricType_SUMMARY:
		return float64(m.GetSummary().GetSampleCount()), false
	}
	return m.GetGauge().GetValue(), true
}

// metric sums the series of one name that carry at least the labels given, as
// NAME{label="value",...}: gauges as they stand, all others by how much they grew
// since the scenario began. Series of other servers are left out.
func (r *runner) metric(args []string) ([]string, error) {
	name, labels, err := parseSelector(strings.Join(args, " "))
	if err != nil {
		return nil, err
	}
	now, err := gather()
	if err != nil {
		return nil, err
	}
	total := 0.0
	for key, v := range now {
		if v.name != name || !r.server.owns(v) || !v.has(labels) {
			continue
		}
		total += v.number
		if !v.gauge {
			total -= r.metrics[key].number
		}
	}
	return []string{strconv.FormatFloat(total, 'g', -1, 64)}, nil
}

// owns reports whether a series may be this server's: those of servers that
// other scenarios ran stay in the process.
func (s *server) owns(v value) bool {
	address, labelled := v.labels["server"]
	if !labelled {
		return true
	}
	for _, port := range s.ports {
		if strings.HasSuffix(address, fmt.Sprintf(":%d", port)) {
			return true
		}
	}
	return false
}

func (v value) has(labels map[string]string) bool {
	for name, want := range labels {
		if v.labels[name] != want {
			return false
		}
	}
	return true
}

func parseSelector(text string) (name string, labels map[string]string, err error) {
	name, rest, found := strings.Cut(text, "{")
	if name == "" {
		return "", nil, errors.New("which metric?")
	}
	labels = map[string]string{}
	if !found {
		return name, labels, nil
	}
	rest, closed := strings.CutSuffix(rest, "}")
	if !closed {
		return "", nil, fmt.Errorf("no closing brace in %q", text)
	}
	for pair := range strings.SplitSeq(rest, ",") {
		label, quoted, found := strings.Cut(strings.TrimSpace(pair), "=")
		unquoted, err := strconv.Unquote(quoted)
		if !found || err != nil {
			return "", nil, fmt.Errorf("want label=\"value\", got %q", pair)
		}
		labels[label] = unquoted
	}
	return name, labels, nil
}
