package test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/miekg/dns"
	corev1 "k8s.io/api/core/v1"

	"github.com/internaldns/internaldns/plugin/pkg/store/etcd/etcdtest"
	"github.com/internaldns/internaldns/test/scenario"
)

// Secrets that the pods have, with the user of etcd and certificates.
const (
	chartUser     = "root"
	chartPassword = "with a space"
)

// The program starts with the Corefile of every set of values, at the ports, with the volumes and
// the environment of its container, is ready and answers.
func TestChartServes(t *testing.T) {
	for name, values := range chartValues(t) {
		t.Run(name, func(t *testing.T) {
			d := install(t, "--values", values)
			s, ports := d.layOut(t)
			s.launch()
			s.await("the port of DNS", func() bool {
				connection, err := net.Dial("tcp", ports[d.container().StartupProbe.TCPSocket.Port.StrVal])
				return err == nil && connection.Close() == nil
			})
			for _, probe := range []*corev1.Probe{d.container().LivenessProbe, d.container().ReadinessProbe} {
				if status, text := get(t, "http://"+ports[probe.HTTPGet.Port.StrVal]+probe.HTTPGet.Path); status != http.StatusOK {
					t.Errorf("%s: %d %s", probe.HTTPGet.Path, status, text)
				}
			}
			scrape(t, ports["metrics"])
			d.checkAnswers(t, s, name == "declared" || name == "everything")
			if ports["api"] == "" {
				return
			}
			tokens, err := filepath.Glob(s.dir + "/internaldns*.token")
			if err != nil || len(tokens) != 1 {
				t.Fatalf("tokens: %q (%v)\n%s", tokens, err, s.out)
			}
			text, err := os.ReadFile(tokens[0])
			if err != nil {
				t.Fatal(err)
			}
			s.token = strings.TrimSpace(string(text))
			s.call(http.MethodGet, "/zones", nil, nil)
		})
	}
}

// checkAnswers asks for a name that the Corefile declares, or for one that public DNS has.
func (d *installed) checkAnswers(t *testing.T, s *liveServer, declares bool) {
	t.Helper()
	name, want := "www.example.org.", "203.0.113.80"
	if declares {
		name, want = "www.corp.example.", "192.0.2.80"
	}
	for _, network := range []string{"udp", "tcp"} {
		client := dns.Client{Net: network}
		r, _, err := client.Exchange(new(dns.Msg).SetQuestion(name, dns.TypeA), fmt.Sprintf("127.0.0.1:%d", s.dns))
		if err != nil || len(r.Answer) != 1 || r.Answer[0].(*dns.A).A.String() != want {
			t.Errorf("%s over %s: %v (%v), want %s\n%s", name, network, r, err, want, s.out)
		}
	}
}

// layOut writes what the pod's volumes hold, with paths, ports and addresses of this test in place
// of its own, and gives the server to be started, and the addresses of its ports.
func (d *installed) layOut(t *testing.T) (*liveServer, map[string]string) {
	t.Helper()
	s := newLive(t, t.TempDir())
	files := ofKind[*corev1.ConfigMap](d)[0].Data
	corefile := files["Corefile"]
	ports := map[string]string{}
	for _, port := range d.container().Ports {
		address := reserve(t)
		before, after := "", ""
		switch port.Name {
		case "dns-udp":
			before, after = fmt.Sprintf(".:%d {", port.ContainerPort), fmt.Sprintf(".:%d {\n    bind 127.0.0.1", s.dns)
		case "health", "ready":
			before, after = fmt.Sprintf("%s :%d", port.Name, port.ContainerPort), port.Name+" "+address
		case "metrics":
			before, after = fmt.Sprintf("prometheus :%d", port.ContainerPort), "prometheus "+address
		case "api":
			address = fmt.Sprintf("127.0.0.1:%d", s.api)
			before, after = fmt.Sprintf(":%d\n", port.ContainerPort), fmt.Sprintf(":%d\n", s.api)
		case "dns-tcp":
			ports[port.Name] = fmt.Sprintf("127.0.0.1:%d", s.dns)
			continue
		default:
			continue
		}
		if !strings.Contains(corefile, before) {
			t.Fatalf("the container has port %s (%d), the Corefile not:\n%s", port.Name, port.ContainerPort, corefile)
		}
		corefile, ports[port.Name] = strings.Replace(corefile, before, after, 1), address
	}
	d.laySecrets(t, s)
	public := startUpstream(t, ".:0 {\n\tbind 127.0.0.1\n\ttemplate IN A . {\n\t\tanswer \"{{ .Name }} 60 IN A 203.0.113.80\"\n\t}\n}\n")
	corefile = regexp.MustCompile(`forward \. .*\{`).ReplaceAllString(corefile, "forward . "+public.address+" {")
	corefile = strings.Replace(corefile, "listen :", "listen 127.0.0.1:", 1)
	if strings.Contains(corefile, "store etcd") {
		corefile = regexp.MustCompile(`endpoint .*`).ReplaceAllString(corefile, "endpoint "+d.startEtcd(t, s.dir))
	}
	files["Corefile"] = corefile
	inDir := strings.NewReplacer("/etc/internaldns-tls/", s.dir+"/", "/etc/internaldns/", s.dir+"/", "/var/lib/internaldns/", s.dir+"/")
	for name, text := range files {
		replace(t, filepath.Join(s.dir, name), []byte(inDir.Replace(text)))
	}
	return s, ports
}

// laySecrets writes the certificates that are mounted, and sets the environment.
func (d *installed) laySecrets(t *testing.T, s *liveServer) {
	t.Helper()
	if err := makeCertificates(s.dir, []scenario.Client{{Name: "pod", CommonName: chartUser}}); err != nil {
		t.Fatal(err)
	}
	certificate, key := clientFiles("pod")
	for _, volume := range d.pod.Spec.Volumes {
		if volume.Secret == nil {
			continue
		}
		from := map[string]string{"ca.crt": authorityFile, "tls.crt": certificate, "tls.key": key}
		if volume.Name == "api-tls" {
			from["tls.crt"], from["tls.key"] = serverFile, serverKeyFile
			s.trust(t, certificate, key)
		}
		dir := filepath.Join(s.dir, strings.TrimSuffix(volume.Name, "-tls"))
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		for name, file := range from {
			if err := os.Link(filepath.Join(s.dir, file), filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, variable := range d.container().Env {
		value := variable.Value
		if variable.ValueFrom != nil {
			value = map[string]string{"username": chartUser, "password": chartPassword}[variable.ValueFrom.SecretKeyRef.Key]
		}
		t.Setenv(variable.Name, value)
	}
}

// trust has the test's client use HTTPS, with a certificate of its own.
func (s *liveServer) trust(t *testing.T, certificate, key string) {
	t.Helper()
	pem, err := os.ReadFile(filepath.Join(s.dir, authorityFile))
	if err != nil {
		t.Fatal(err)
	}
	own, err := tls.LoadX509KeyPair(filepath.Join(s.dir, certificate), filepath.Join(s.dir, key))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	s.scheme = "https"
	s.client.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{own}}}
}

// startEtcd starts one that asks for what the pod shows, and gives its URL.
func (d *installed) startEtcd(t *testing.T, dir string) string {
	t.Helper()
	if _, err := os.Stat(filepath.Join(dir, "etcd")); err != nil {
		return etcdtest.Start(t).Endpoint()
	}
	url := "https://" + reserve(t)
	in := func(name string) string { return filepath.Join(dir, name) }
	m := etcdtest.StartWith(t, url, "--cert-file", in(serverFile), "--key-file", in(serverKeyFile), "--trusted-ca-file", in(authorityFile), "--client-cert-auth")
	m.Ctl("user", "add", chartUser+":"+chartPassword)
	m.Ctl("user", "grant-role", chartUser, "root")
	m.Ctl("auth", "enable")
	return url
}
