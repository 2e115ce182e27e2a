package test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	goyaml "go.yaml.in/yaml/v3"

	"github.com/internaldns/internaldns/plugin/pkg/store/etcd/etcdtest"
)

// composeFile is what compose.yaml has; another word in it is a mistake.
type composeFile struct {
	Name     string
	Server   goyaml.Node `yaml:"x-server"` // merged into the services
	Services map[string]composeService
	Volumes  map[string]any
}

type composeService struct {
	Image       string
	Build       struct{ Context, Dockerfile string }
	NetworkMode string `yaml:"network_mode"`
	Restart     string
	ReadOnly    bool                         `yaml:"read_only"`
	CapDrop     []string                     `yaml:"cap_drop"`
	SecurityOpt []string                     `yaml:"security_opt"`
	DependsOn   map[string]map[string]string `yaml:"depends_on"`
	Ulimits     map[string]int
	GracePeriod string `yaml:"stop_grace_period"`
	Environment map[string]string
	Command     []string
	Volumes     []string
	Healthcheck struct {
		Test              []string
		Interval, Timeout string
		Retries           int
	}
}

const (
	deploy   = "../deploy"
	stateDir = "/var/lib/internaldns"
)

func readCompose(t *testing.T) (c composeFile) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(deploy, "compose.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	decoder := goyaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&c); err != nil {
		t.Fatal(err)
	}
	return c
}

// servers returns the names of the services that are ours, in order.
func (c composeFile) servers() (names []string) {
	for name, s := range c.Services {
		if s.Image == "internaldns" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Nothing of compose.yaml can write but to its own volume, or has a right of root's; what
// it names exists.
func TestCompose(t *testing.T) {
	c := readCompose(t)
	if names := c.servers(); len(names) != 3 || len(c.Services) != 4 {
		t.Fatalf("servers %q of %d services, want three and etcd", names, len(c.Services))
	}
	owner := make(map[string]string) // of volumes
	for name, s := range c.Services {
		if !s.ReadOnly || !slices.Equal(s.CapDrop, []string{"ALL"}) || !slices.Equal(s.SecurityOpt, []string{"no-new-privileges:true"}) {
			t.Errorf("%s may do more than it needs: %+v", name, s)
		}
		for _, v := range s.Volumes {
			from, to, _ := strings.Cut(v, ":")
			if !strings.HasPrefix(from, ".") {
				if _, ok := c.Volumes[from]; !ok || owner[from] != "" {
					t.Errorf("%s: volume %s is not declared, or that of %q", name, from, owner[from])
				}
				owner[from] = name
				continue
			}
			if _, err := os.Stat(filepath.Join(deploy, from)); err != nil || !strings.HasSuffix(to, ":ro") {
				t.Errorf("%s: mounts %s: %v; want a file, and :ro", name, v, err)
			}
		}
	}
	if len(owner) != len(c.Volumes) || len(owner) != 4 {
		t.Errorf("volumes %v and their owners %v, want one for each", c.Volumes, owner)
	}
	for _, name := range c.servers() {
		s := c.Services[name]
		if _, err := os.Stat(filepath.Join(deploy, s.Build.Context, s.Build.Dockerfile)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if s.Environment["SERVER"] != name || s.DependsOn["etcd"]["condition"] != "service_healthy" || !slices.Contains(s.Volumes, name+":"+stateDir) {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// composed starts what compose.yaml does: etcd with the flags that it has there, which are
// not about addresses, and the servers with the Corefile that is mounted.
func composed(t *testing.T) (m *etcdtest.Member, servers []*liveServer, ready []string) {
	t.Helper()
	c := readCompose(t)
	var flags []string
	for _, flag := range c.Services["etcd"].Command[1:] {
		if !strings.Contains(flag, "://") && !strings.HasPrefix(flag, "--name=") && !strings.HasPrefix(flag, "--data-dir=") {
			flags = append(flags, flag)
		}
	}
	m = etcdtest.Start(t, flags...)
	text, err := os.ReadFile(filepath.Join(deploy, "Corefile.cluster"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range c.servers() {
		s, at := newLive(t, t.TempDir()), reserve(t)
		for variable, value := range c.Services[name].Environment {
			switch variable {
			case "ADDRESS":
				value = "127.0.0.1"
			case "ETCD":
				value = m.Endpoint()
			}
			t.Setenv(variable, value)
		}
		s.write(strings.NewReplacer(
			":1053 {", ":DNS {", ":8080", ":API", "{$ADDRESS}:8181", at, "{$ADDRESS}:8180", reserve(t), "{$ADDRESS}:9153", reserve(t),
			stateDir, "DIR", "/etc/resolv.conf", "127.0.0.1:1",
		).Replace(string(text)))
		s.launch()
		servers, ready = append(servers, s), append(ready, "http://"+at+"/ready")
	}
	return m, servers, ready
}

// isReady reports whether /ready says yes; before there is a socket it does not.
func isReady(s *liveServer, url string) bool {
	r, err := s.client.Get(url)
	if err != nil {
		return false
	}
	_ = r.Body.Close()
	return r.StatusCode == http.StatusOK
}

// What compose.yaml starts is a cluster; a server of it that starts without etcd is ready
// from its copy.
func TestComposeServes(t *testing.T) {
	m, servers, ready := composed(t)
	c := &liveCluster{t: t, etcd: m, servers: servers}
	token := c.token()
	for i, s := range servers {
		s.token = token
		s.await("the API", s.verified)
		s.await("/ready", func() bool { return isReady(s, ready[i]) })
		s.await("DNS", s.resolves) // whose sockets are opened last
	}
	zone := servers[0].zone("example.org")
	servers[0].call(http.MethodPost, "/zones/"+zone+"/dns_records?wait=all", aRecord("www.example.org", "192.0.2.1"), nil)
	for _, s := range servers {
		s.wantAnswer("www.example.org.", "NOERROR", "192.0.2.1")
	}
	servers[0].await("all in the status", func() bool { return len(servers[0].status().Cluster) == len(servers) })
	var names []string
	for _, member := range servers[0].status().Cluster {
		names = append(names, member.Name)
	}
	if slices.Sort(names); !slices.Equal(names, []string{"dns1", "dns2", "dns3"}) {
		t.Errorf("the servers call themselves %q", names)
	}

	last := servers[2] // whose environment this process still has
	last.kill()
	m.Kill()
	last.launch()
	last.await("/ready without etcd", func() bool { return isReady(last, ready[2]) })
	last.await("DNS", last.resolves)
	last.wantAnswer("www.example.org.", "NOERROR", "192.0.2.1")
	last.await("the API", last.verified)
	if status := last.status(); status.Store.Connected || status.Store.Error == "" {
		t.Errorf("the status without etcd is %+v", status.Store)
	}
}
