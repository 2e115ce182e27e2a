package test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/internaldns/internaldns/cmd/suite"
)

// Whatever the values, the objects fit each other.
func TestChartObjects(t *testing.T) {
	for name, values := range chartValues(t) {
		t.Run(name, func(t *testing.T) {
			d := install(t, "--values", values)
			d.checkNames(t)
			d.checkSelectors(t)
			d.checkPorts(t)
			d.checkVolumes(t)
			d.checkSecurity(t)
			d.checkStart(t)
		})
	}
}

// checkNames holds that names and labels are ones, and that no two objects have one name.
func (d *installed) checkNames(t *testing.T) {
	t.Helper()
	seen := map[string]bool{}
	for _, object := range d.objects {
		name := fmt.Sprintf("%T %s", object, object.GetName())
		problems := validation.IsDNS1035Label(object.GetName())
		for key, value := range object.GetLabels() {
			problems = append(problems, validation.IsQualifiedName(key)...)
			problems = append(problems, validation.IsValidLabelValue(value)...)
		}
		if seen[name] || len(problems) > 0 || object.GetNamespace() != chartNamespace {
			t.Errorf("%s, namespace %q, twice: %t: %q", name, object.GetNamespace(), seen[name], problems)
		}
		seen[name] = true
	}
}

// checkSelectors holds that all selectors find the pods, or the Service that is meant.
func (d *installed) checkSelectors(t *testing.T) {
	t.Helper()
	check := func(by string, selector *metav1.LabelSelector, of map[string]string) {
		t.Helper()
		s, err := metav1.LabelSelectorAsSelector(selector)
		if err != nil || s.Empty() || !s.Matches(labels.Set(of)) {
			t.Errorf("%s selects %v, there is %v (%v)", by, selector, of, err)
		}
	}
	check("the workload", d.selector, d.pod.Labels)
	for _, o := range ofKind[*corev1.Service](d) {
		check("Service "+o.Name, &metav1.LabelSelector{MatchLabels: o.Spec.Selector}, d.pod.Labels)
	}
	for _, o := range ofKind[*policyv1.PodDisruptionBudget](d) {
		check("the PodDisruptionBudget", o.Spec.Selector, d.pod.Labels)
	}
	for _, o := range ofKind[*networkingv1.NetworkPolicy](d) {
		check("the NetworkPolicy", &o.Spec.PodSelector, d.pod.Labels)
	}
	for _, constraint := range d.pod.Spec.TopologySpreadConstraints {
		check("a constraint", constraint.LabelSelector, d.pod.Labels)
	}
	for _, o := range ofKind[*serviceMonitor](d) {
		var found []string
		for _, service := range ofKind[*corev1.Service](d) {
			selector, err := metav1.LabelSelectorAsSelector(&o.Spec.Selector)
			if err != nil || !selector.Matches(labels.Set(service.Labels)) {
				continue
			}
			found = append(found, service.Name)
			if !slices.ContainsFunc(service.Spec.Ports, func(p corev1.ServicePort) bool { return p.Name == o.Spec.Endpoints[0].Port }) {
				t.Errorf("Service %s has no port %s", service.Name, o.Spec.Endpoints[0].Port)
			}
		}
		if len(found) != 1 || !slices.Equal(o.Spec.NamespaceSelector.MatchNames, []string{chartNamespace}) {
			t.Errorf("the ServiceMonitor finds the Services %q in %q", found, o.Spec.NamespaceSelector.MatchNames)
		}
	}
}

// checkPorts holds that whatever leads to a port of the container leads to one that it has.
func (d *installed) checkPorts(t *testing.T) {
	t.Helper()
	check := func(by, name string, protocol corev1.Protocol) {
		t.Helper()
		if len(validation.IsValidPortName(name)) > 0 || !slices.ContainsFunc(d.container().Ports, func(p corev1.ContainerPort) bool {
			return p.Name == name && p.Protocol == protocol && p.ContainerPort > 1023
		}) {
			t.Errorf("%s leads to port %s/%s, the container has %v", by, name, protocol, d.container().Ports)
		}
	}
	c := d.container()
	for _, port := range []intstr.IntOrString{c.StartupProbe.TCPSocket.Port, c.LivenessProbe.HTTPGet.Port, c.ReadinessProbe.HTTPGet.Port} {
		check("a probe", port.StrVal, corev1.ProtocolTCP)
	}
	for _, service := range ofKind[*corev1.Service](d) {
		for _, port := range service.Spec.Ports {
			check("Service "+service.Name, port.TargetPort.StrVal, port.Protocol)
		}
	}
	for _, policy := range ofKind[*networkingv1.NetworkPolicy](d) {
		for _, rule := range policy.Spec.Ingress {
			for _, port := range rule.Ports {
				check("the NetworkPolicy", port.Port.StrVal, *port.Protocol)
			}
		}
		if len(policy.Spec.Egress) == 0 {
			t.Error("the NetworkPolicy lets no query out")
		}
	}
	dns := ofKind[*corev1.Service](d)
	dns = slices.DeleteFunc(dns, func(s *corev1.Service) bool { return s.Name != d.workload.GetName() })
	for i, protocol := range []corev1.Protocol{corev1.ProtocolUDP, corev1.ProtocolTCP} {
		if len(dns) != 1 || dns[0].Spec.Ports[i].Port != 53 || dns[0].Spec.Ports[i].Protocol != protocol {
			t.Errorf("no port 53/%s in the Service: %v", protocol, dns)
		}
	}
}

// checkVolumes holds that all volumes that are mounted are there, and the reverse.
func (d *installed) checkVolumes(t *testing.T) {
	t.Helper()
	there := map[string]int{}
	for _, volume := range d.pod.Spec.Volumes {
		there[volume.Name]++
		if claim := volume.PersistentVolumeClaim; claim != nil {
			claims := ofKind[*corev1.PersistentVolumeClaim](d)
			if len(claims) != 1 || claims[0].Name != claim.ClaimName {
				t.Errorf("volume %s is of the claim %s, there are %v", volume.Name, claim.ClaimName, claims)
			}
		}
	}
	for _, claim := range d.claims {
		there[claim.Name]++
	}
	for _, mount := range d.container().VolumeMounts {
		if there[mount.Name] != 1 || mount.ReadOnly != (mount.Name != "state") {
			t.Errorf("%s is mounted (read-only: %t), there are %v", mount.Name, mount.ReadOnly, there)
		}
		delete(there, mount.Name)
	}
	if len(there) > 0 {
		t.Errorf("these volumes are not mounted: %v", there)
	}
	if set, ok := d.workload.(*appsv1.StatefulSet); ok {
		services := ofKind[*corev1.Service](d)
		if !slices.ContainsFunc(services, func(s *corev1.Service) bool {
			return s.Name == set.Spec.ServiceName && s.Spec.ClusterIP == corev1.ClusterIPNone
		}) {
			t.Errorf("the pods' names are in the Service %s, which is none", set.Spec.ServiceName)
		}
	}
	if o, ok := d.workload.(*appsv1.Deployment); ok && len(ofKind[*corev1.PersistentVolumeClaim](d)) > 0 && o.Spec.Strategy.Type != appsv1.RecreateDeploymentStrategyType {
		t.Errorf("the next pod would wait for the store of the one before: %v", o.Spec.Strategy)
	}
}

// checkSecurity holds what Kubernetes calls the restricted profile, and more.
func (d *installed) checkSecurity(t *testing.T) {
	t.Helper()
	spec := d.pod.Spec
	own := spec.SecurityContext
	if !*own.RunAsNonRoot || *own.RunAsUser != 65532 || *own.FSGroup != 65532 || own.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault {
		t.Errorf("the pod runs as %v", own)
	}
	if spec.HostNetwork || spec.HostPID || spec.HostIPC || *spec.AutomountServiceAccountToken || *spec.EnableServiceLinks {
		t.Errorf("the pod has what it does not need: %v", spec)
	}
	for _, c := range append(spec.InitContainers, spec.Containers...) {
		s := c.SecurityContext
		if *s.AllowPrivilegeEscalation || !*s.ReadOnlyRootFilesystem || !slices.Equal(s.Capabilities.Drop, []corev1.Capability{"ALL"}) || len(s.Capabilities.Add) > 0 {
			t.Errorf("container %s runs as %v", c.Name, s)
		}
	}
	accounts := ofKind[*corev1.ServiceAccount](d)
	if len(accounts) != 1 || accounts[0].Name != spec.ServiceAccountName || *accounts[0].AutomountServiceAccountToken {
		t.Errorf("the pod is of the account %s, there are %v", spec.ServiceAccountName, accounts)
	}
}

// checkStart holds that the image is the program of this version, and has the time to start.
func (d *installed) checkStart(t *testing.T) {
	t.Helper()
	c := d.container()
	const repository = "ghcr.io/internaldns/internaldns"
	if c.Image != repository+":"+suite.Version && !strings.HasPrefix(c.Image, repository+"@sha256:") {
		t.Errorf("the image is %s", c.Image)
	}
	if len(c.Args) < 2 || c.Args[0] != "-conf" || c.Args[1] != "/etc/internaldns/Corefile" {
		t.Errorf("the program is called with %q", c.Args)
	}
	if seconds := c.StartupProbe.PeriodSeconds * c.StartupProbe.FailureThreshold; seconds < 120 {
		t.Errorf("a start may take %d s", seconds)
	}
}

// Several pods are not taken away at once, and each has its own volume; one pod holds up no node.
func TestChartCluster(t *testing.T) {
	values := chartValues(t)
	d := install(t, "--values", values["etcd"])
	budgets := ofKind[*policyv1.PodDisruptionBudget](d)
	if len(budgets) != 1 || *budgets[0].Spec.MaxUnavailable != intstr.FromInt32(1) || len(d.claims) != 1 || len(d.pod.Spec.TopologySpreadConstraints) != 1 {
		t.Errorf("budgets %v, claims %v, constraints %v", budgets, d.claims, d.pod.Spec.TopologySpreadConstraints)
	}
	if class := d.claims[0].Spec.StorageClassName; class == nil || *class != "" {
		t.Errorf("the storage class - is %v, not an empty name", class)
	}
	if budgets := ofKind[*policyv1.PodDisruptionBudget](install(t)); len(budgets) != 0 {
		t.Errorf("one pod has a budget: %v", budgets)
	}
}

// What a reload of the Corefile cannot change rolls the pods, and nothing else does unless that is wanted.
func TestChartRolls(t *testing.T) {
	sum := func(args ...string) string {
		return fmt.Sprint(install(t, args...).pod.Annotations)
	}
	first, all := sum(), "rollOnChange=true"
	if changed := sum("--set", "plugins=log"); changed != first {
		t.Errorf("another Corefile: %s, before: %s", changed, first)
	}
	if changed := sum("--set", "store.type=etcd,store.etcd.endpoints={http://192.0.2.1:2379}"); changed == first {
		t.Errorf("another store: %s", changed)
	}
	if before, changed := sum("--set", all), sum("--set", all+",plugins=log"); before == changed {
		t.Errorf("another Corefile with %s: %s", all, changed)
	}
}

// The state is where the values say, and nothing else is claimed then.
func TestChartState(t *testing.T) {
	etcd := "store.type=etcd,store.etcd.endpoints={http://192.0.2.1:2379},"
	for set, want := range map[string]corev1.VolumeSource{
		"persistence.enabled=false":                         {EmptyDir: &corev1.EmptyDirVolumeSource{}},
		"persistence.existingClaim=mine":                    {PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "mine"}},
		"kind=Deployment,persistence.existingClaim=mine":    {PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "mine"}},
		"kind=Deployment":                                   {PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "office-internaldns"}},
		etcd + "kind=DaemonSet,persistence.hostPath=/srv/a": {HostPath: &corev1.HostPathVolumeSource{Path: "/srv/a", Type: new(corev1.HostPathDirectory)}},
	} {
		d := install(t, "--set", set)
		at := slices.IndexFunc(d.pod.Spec.Volumes, func(v corev1.Volume) bool { return v.Name == "state" })
		if at < 0 || !reflect.DeepEqual(d.pod.Spec.Volumes[at].VolumeSource, want) {
			t.Errorf("%s: %v, want %v", set, d.pod.Spec.Volumes, want)
		}
		if claims := len(d.claims) + len(ofKind[*corev1.PersistentVolumeClaim](d)); (claims == 1) != (set == "kind=Deployment") {
			t.Errorf("%s: %d claims", set, claims)
		}
	}
}

// The API is reached through a Service only if that is wanted, and is off where there is no account.
func TestChartAPI(t *testing.T) {
	for set, want := range map[string]string{
		"api.enabled=true":                           "listen 127.0.0.1:8080\n",
		"api.service.enabled=true,api.insecure=true": "listen :8080 insecure\n",
		"api.enabled=false,api.service.enabled=true": "listen off\n",
		"store.type=none":                            "",
	} {
		d := install(t, "--set", set)
		corefile := ofKind[*corev1.ConfigMap](d)[0].Data["Corefile"]
		if !strings.Contains(corefile, want) || strings.Contains(corefile, "listen") != (want != "") {
			t.Errorf("%s: the Corefile is\n%s", set, corefile)
		}
		leads := slices.ContainsFunc(ofKind[*corev1.Service](d), func(s *corev1.Service) bool { return s.Name == "office-internaldns-api" })
		has := slices.ContainsFunc(d.container().Ports, func(p corev1.ContainerPort) bool { return p.Name == "api" })
		if leads != strings.Contains(want, "listen :") || has != strings.Contains(want, ":8080") {
			t.Errorf("%s: a Service: %t, a port: %t", set, leads, has)
		}
	}
}
