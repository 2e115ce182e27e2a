package test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/kubernetes/scheme"
	kubeyaml "sigs.k8s.io/yaml"

	"github.com/internaldns/internaldns/cmd/suite"
)

const (
	chart          = "../deploy/chart"
	chartNamespace = "dns"
)

// helm runs it and returns what it says, or skips the test where there is none.
func helm(t *testing.T, args ...string) (string, error) {
	t.Helper()
	path, err := filepath.Abs("../bin/helm")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		if path, err = exec.LookPath("helm"); err != nil {
			t.Skip("helm is neither in bin nor in the PATH: make chart builds it")
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	home := t.TempDir() // its settings are nobody's
	cmd.Env = append(os.Environ(), "HOME="+home, "HELM_CONFIG_HOME="+home, "HELM_CACHE_HOME="+home, "HELM_DATA_HOME="+home)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// chartValues lists the files of values that the chart is tried with, by what they are about.
func chartValues(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob(chart + "/ci/*-values.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no values to try the chart with: %v", err)
	}
	out := map[string]string{}
	for _, file := range files {
		out[strings.TrimSuffix(filepath.Base(file), "-values.yaml")] = file
	}
	return out
}

// serviceMonitor is what the Prometheus operator scrapes by.
type serviceMonitor struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`

	Spec struct {
		Selector          metav1.LabelSelector `json:"selector"`
		NamespaceSelector struct {
			MatchNames []string `json:"matchNames"`
		} `json:"namespaceSelector"`
		Endpoints []struct {
			Port          string `json:"port"`
			Path          string `json:"path"`
			Interval      string `json:"interval"`
			ScrapeTimeout string `json:"scrapeTimeout"`
		} `json:"endpoints"`
	} `json:"spec"`
}

// prometheusRule is a file of rules as an object of the Prometheus operator.
type prometheusRule struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`

	Spec alertRules `json:"spec"`
}

type alertRules struct {
	Groups []struct {
		Name  string `json:"name"`
		Rules []struct {
			Alert       string            `json:"alert"`
			Expr        string            `json:"expr"`
			For         string            `json:"for"`
			Labels      map[string]string `json:"labels"`
			Annotations map[string]string `json:"annotations"`
		} `json:"rules"`
	} `json:"groups"`
}

// decode reads an object, in which no field is unknown and none there twice.
func decode(text string) (metav1.Object, error) {
	var kind metav1.TypeMeta
	if err := kubeyaml.Unmarshal([]byte(text), &kind); err != nil {
		return nil, err
	}
	switch kind.APIVersion + " " + kind.Kind {
	case "monitoring.coreos.com/v1 ServiceMonitor":
		object := new(serviceMonitor)
		return object, kubeyaml.UnmarshalStrict([]byte(text), object)
	case "monitoring.coreos.com/v1 PrometheusRule":
		object := new(prometheusRule)
		return object, kubeyaml.UnmarshalStrict([]byte(text), object)
	}
	decoder := serializer.NewCodecFactory(scheme.Scheme, serializer.EnableStrict).UniversalDeserializer()
	decoded, _, err := decoder.Decode([]byte(text), nil, nil)
	if err != nil {
		return nil, err
	}
	object, ok := decoded.(metav1.Object)
	if !ok {
		return nil, fmt.Errorf("%T has no name", decoded)
	}
	return object, nil
}

// installed is what the chart makes of values.
type installed struct {
	objects  []metav1.Object
	workload metav1.Object // the one that has the pods
	pod      corev1.PodTemplateSpec
	selector *metav1.LabelSelector
	claims   []corev1.PersistentVolumeClaim // of each pod
}

// container is the one that serves.
func (d *installed) container() corev1.Container { return d.pod.Spec.Containers[0] }

// ofKind gives the objects of one type.
func ofKind[T metav1.Object](d *installed) (out []T) {
	for _, object := range d.objects {
		if o, ok := object.(T); ok {
			out = append(out, o)
		}
	}
	return out
}

// install has Helm make the objects of a release.
func install(t *testing.T, args ...string) *installed {
	t.Helper()
	text, err := helm(t, append([]string{"template", "office", chart, "--namespace", chartNamespace}, args...)...)
	if err != nil {
		t.Fatalf("helm template: %v\n%s", err, text)
	}
	d := new(installed)
	for document := range strings.SplitSeq(text, "\n---\n") {
		if regexp.MustCompile(`(?m)^kind:`).FindString(document) == "" {
			continue // comments of a template that makes nothing
		}
		object, err := decode(document)
		if err != nil {
			t.Fatalf("%v\n%s", err, document)
		}
		d.objects = append(d.objects, object)
		switch o := object.(type) {
		case *appsv1.StatefulSet:
			d.workload, d.pod, d.selector, d.claims = o, o.Spec.Template, o.Spec.Selector, o.Spec.VolumeClaimTemplates
		case *appsv1.Deployment:
			d.workload, d.pod, d.selector = o, o.Spec.Template, o.Spec.Selector
		case *appsv1.DaemonSet:
			d.workload, d.pod, d.selector = o, o.Spec.Template, o.Spec.Selector
		}
	}
	if d.workload == nil || len(d.pod.Spec.Containers) != 1 {
		t.Fatalf("no workload, or not one container:\n%s", text)
	}
	return d
}

func TestChartLint(t *testing.T) {
	for name, values := range chartValues(t) {
		if out, err := helm(t, "lint", "--strict", chart, "--values", values); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

// The chart deploys the version that it is released with, and its alert rules are those of
// cmd/coredns/monitoring.
func TestChartFiles(t *testing.T) {
	text, err := os.ReadFile(chart + "/Chart.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var about struct{ Version, AppVersion string }
	if err := kubeyaml.Unmarshal(text, &about); err != nil || about.AppVersion != suite.Version {
		t.Errorf("appVersion %q, the suite has %q (%v)", about.AppVersion, suite.Version, err)
	}
	rules, err := os.ReadFile(monitoring + "/alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	if own, err := os.ReadFile(chart + "/files/alerts.yml"); err != nil || string(own) != string(rules) {
		t.Errorf("the chart's alerts.yml is not that of %s (%v): cp %[1]s/alerts.yml %s/files/", monitoring, err, chart)
	}
	var want alertRules
	if err := kubeyaml.UnmarshalStrict(rules, &want); err != nil {
		t.Fatal(err)
	}
	made := ofKind[*prometheusRule](install(t, "--set", "prometheusRule.enabled=true"))
	if len(made) != 1 || !reflect.DeepEqual(made[0].Spec, want) {
		t.Errorf("the PrometheusRule holds:\n%+v\nwant:\n%+v", made, want)
	}
}

// What cannot work is refused before anything is installed, and says what would.
func TestChartRefuses(t *testing.T) {
	for set, want := range map[string]string{
		"replicaCount=3": "replicaCount has to be 1, not 3; store.type etcd is for several pods",
		"kind=DaemonSet": "kind has to be StatefulSet or Deployment",
		"store.type=etcd,store.etcd.endpoints={http://192.0.2.1:2379},kind=DaemonSet":  "set persistence.enabled=false",
		"store.type=etcd,store.etcd.endpoints={http://192.0.2.1:2379},kind=Deployment": "a copy belongs to one",
		"store.type=etcd": "needs store.etcd.endpoints",
		"store.type=etcd,store.etcd.endpoints={etcd}":                    "store/etcd/endpoints/0",
		"store.type=redis":                                               "store/type",
		"store.type=etcd,store.etcd.endpoints={http://etcd.db.svc:2379}": "which dnsPolicy Default does not know",
		"store.etcd.tls.certKey=tls.crt":                                 "certKey and keyKey go together",
		"store.etcd.tls.secretName=etcd,store.etcd.tls.caKey=":           "nothing of the Secret is used",
		"dnsPolicy=ClusterFirst":                                         "name the forwarders by address",
		"api.service.enabled=true":                                       "tokens would cross the network as plain text",
		"persistence.hostPath=/srv/dns":                                  "persistence.hostPath is for kind DaemonSet",
		"persistence.hostPath=/srv,persistence.existingClaim=a":          "exclude each other",
		"store.type=none,replicaCount=2,persistence.existingClaim=a":     "persistence.existingClaim is for one pod",
		"api.port=8181":       "ports and api.port have to differ",
		"ports.dns=53":        "ports/dns",
		"replicas=3":          "replicas",
		"forwarders={}":       "forwarders",
		"files.Corefile=x":    "invalid propertyName 'Corefile'",
		"image.digest=latest": "image/digest",
	} {
		out, err := helm(t, "template", "office", chart, "--set", set)
		if err == nil || !strings.Contains(out, want) {
			t.Errorf("--set %s (%v):\n%s\nwant %q", set, err, out, want)
		}
	}
}
