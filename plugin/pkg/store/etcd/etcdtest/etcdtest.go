// Package etcdtest starts processes of etcd for tests, on loopback, and does to them what
// happens to servers.
package etcdtest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Member is a process of etcd. It is killed when the test ends.
type Member struct {
	t       testing.TB
	name    string
	dir     string
	client  string // URLs
	also    string // more of them, with a comma before
	peer    string
	args    []string // that all starts have
	cluster string   // --initial-cluster
	token   string
	command *exec.Cmd // nil while it does not run
	exited  chan struct{}
	output  *bytes.Buffer
}

// Start starts a cluster of one with more arguments, or skips the test if there is no etcd.
func Start(t testing.TB, args ...string) *Member {
	t.Helper()
	return StartCluster(t, 1, args...)[0]
}

// StartWith starts one that listens at another URL besides, such as one with https.
func StartWith(t testing.TB, url string, args ...string) *Member {
	t.Helper()
	m := &Member{t: t, also: "," + url}
	return start(t, []*Member{m}, args)[0]
}

// StartCluster starts a cluster of some members.
func StartCluster(t testing.TB, members int, args ...string) Cluster {
	t.Helper()
	c := make(Cluster, members)
	for i := range c {
		c[i] = &Member{t: t}
	}
	return start(t, c, args)
}

func start(t testing.TB, c Cluster, args []string) Cluster {
	t.Helper()
	for _, program := range []string{"etcd", "etcdctl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("no %s in the PATH: apt-get install etcd-server etcd-client", program)
		}
	}
	var all []string
	for i, m := range c {
		m.name, m.dir, m.token = fmt.Sprintf("m%d", i), t.TempDir(), fmt.Sprintf("test-%d", os.Getpid())
		m.client, m.peer, m.args = freeURL(t), freeURL(t), args
		all = append(all, m.name+"="+m.peer)
	}
	for _, m := range c {
		m.cluster = strings.Join(all, ",")
		t.Cleanup(m.Kill)
		m.launch()
	}
	for _, m := range c {
		m.await()
	}
	return c
}

// freeURL returns the URL of an address that nobody listens on.
func freeURL(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return "http://" + l.Addr().String()
}

// Endpoint returns the URL for clients.
func (m *Member) Endpoint() string { return m.client }

// PID returns the number of the process.
func (m *Member) PID() int { return m.command.Process.Pid }

func (m *Member) data() string { return filepath.Join(m.dir, "data") }

// launch starts the process.
func (m *Member) launch() {
	m.t.Helper()
	m.output = new(bytes.Buffer)
	m.command = exec.Command("etcd", append([]string{
		"--name", m.name, "--data-dir", m.data(), "--listen-client-urls", m.client + m.also, "--advertise-client-urls", m.client,
		"--listen-peer-urls", m.peer, "--initial-advertise-peer-urls", m.peer, "--initial-cluster", m.cluster,
		"--initial-cluster-token", m.token, "--initial-cluster-state", "new", "--log-level", "error", "--logger", "zap",
	}, m.args...)...)
	m.command.Env = append(os.Environ(), "ETCD_UNSUPPORTED_ARCH=arm64")
	m.command.Stdout, m.command.Stderr = m.output, m.output
	m.command.SysProcAttr = attributes()
	if err := m.command.Start(); err != nil {
		m.t.Fatal(err)
	}
	exited, command := make(chan struct{}), m.command
	m.exited = exited
	go func() {
		_ = command.Wait()
		close(exited)
	}()
}

// await returns when the member answers.
func (m *Member) await() {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for !m.healthy(ctx) {
		select {
		case <-m.exited:
			m.t.Fatalf("etcd has ended: %s", m.output)
		case <-ctx.Done():
			m.Kill()
			m.t.Fatalf("etcd does not answer: %s", m.output)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (m *Member) healthy(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, m.client+"/health", nil)
	if err != nil {
		return false
	}
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer func() { _ = reply.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(reply.Body, 1<<10))
	// While there is an alarm it says false, and answers all the same.
	return err == nil && (strings.Contains(string(text), `"true"`) || m.hasAlarm())
}

func (m *Member) hasAlarm() bool {
	text, err := exec.Command("etcdctl", "--endpoints", m.client, "--command-timeout", "1s", "alarm", "list").Output() // #nosec G204 -- of a test
	return err == nil && strings.Contains(string(text), "alarm")
}

// signal ends the process by a signal, and waits for its end.
func (m *Member) signal(number syscall.Signal) {
	if m.command == nil {
		return
	}
	_ = m.command.Process.Signal(syscall.SIGCONT)
	_ = m.command.Process.Signal(number)
	<-m.exited
	m.command = nil
}

// Kill ends the process at once (kill -9).
func (m *Member) Kill() { m.signal(syscall.SIGKILL) }

// Stop ends it as systemd does.
func (m *Member) Stop() { m.signal(syscall.SIGTERM) }

// Pause lets it do nothing, with all its connections open, until Resume.
func (m *Member) Pause() { _ = m.command.Process.Signal(syscall.SIGSTOP) }

// Resume lets it go on.
func (m *Member) Resume() { _ = m.command.Process.Signal(syscall.SIGCONT) }

// Restart starts it on the data that it has, with more arguments, and waits until it
// answers.
func (m *Member) Restart(more ...string) {
	m.t.Helper()
	m.Launch(more...)
	m.await()
}

// Launch starts it like Restart, and does not wait: a cluster answers when most members
// are there.
func (m *Member) Launch(more ...string) {
	m.t.Helper()
	m.Kill()
	m.args = append(m.args[:len(m.args):len(m.args)], more...)
	m.launch()
}

// Await returns when it answers.
func (m *Member) Await() {
	m.t.Helper()
	m.await()
}

// Ctl runs etcdctl against it, and returns what that says.
func (m *Member) Ctl(args ...string) string {
	m.t.Helper()
	text, err := exec.Command("etcdctl", append([]string{"--endpoints", m.client, "--command-timeout", "30s"}, args...)...).CombinedOutput() // #nosec G204 -- of a test
	if err != nil {
		m.t.Fatalf("etcdctl %q: %v: %s", args, err, text)
	}
	return string(text)
}

// Empty ends the process and removes what it has.
func (m *Member) Empty(token string) {
	m.t.Helper()
	m.Kill()
	if token != "" {
		m.token = token
	}
	if err := os.RemoveAll(m.data()); err != nil {
		m.t.Fatal(err)
	}
}

// Compact throws away what was before, so that a watch cannot start there.
func (m *Member) Compact() {
	m.t.Helper()
	_, after, ok := strings.Cut(m.Ctl("endpoint", "status", "-w", "json"), `"revision":`)
	revision, _, _ := strings.Cut(after, ",")
	if !ok {
		m.t.Fatal("etcdctl tells no revision")
	}
	m.Ctl("compact", revision)
}
