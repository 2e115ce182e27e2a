package differential

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/test/loopback"
)

// peer is another authoritative server and how to run it.
type peer struct {
	name   string
	path   string // of its program
	config func(dir string, port int, zones []zoneFile) string
	args   func(config string) []string // foreground, all messages to standard error

	versionFlag string
}

// Bounds of a peer's start and end. They only end a run that has gone wrong.
const (
	readyWithin   = 20 * time.Second
	stoppedWithin = 5 * time.Second
	startAttempts = 3 // another process may take the port in between
)

// installed returns the peers found on this machine.
func installed(t *testing.T) []peer {
	t.Helper()
	var found []peer
	for _, p := range allPeers() {
		path, err := lookPath(p.name)
		if err != nil {
			t.Logf("%s is not installed: its part is skipped", p.name)
			continue
		}
		p.path = path
		found = append(found, p)
	}
	return found
}

// lookPath also looks where daemons stand, which a user's PATH may lack.
func lookPath(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		path, err = exec.LookPath(filepath.Join("/usr/sbin", name))
	}
	return path, err
}

// version returns the first line the program says about its version.
func (p peer) version() string {
	out, err := exec.Command(p.path, p.versionFlag).CombinedOutput()
	if err != nil && len(out) == 0 {
		return err.Error()
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return line
}

// start runs the peer as a child process until the test ends, and returns once it
// answers for every zone.
func (p peer) start(t *testing.T, zones []zoneFile) server {
	t.Helper()
	var err error
	for range startAttempts {
		var s server
		if s, err = p.try(t, zones); err == nil {
			return s
		}
	}
	t.Fatalf("%s does not start: %v", p.name, err)
	return server{}
}

func (p peer) try(t *testing.T, zones []zoneFile) (server, error) {
	t.Helper()
	dir := t.TempDir()
	port := loopback.Port(t)
	config := filepath.Join(dir, p.name+".conf")
	if err := os.WriteFile(config, []byte(p.config(dir, port, zones)), 0o600); err != nil {
		t.Fatal(err)
	}
	logPath := filepath.Join(dir, p.name+".log")
	logFile, err := os.Create(logPath)
	if err != nil {
		t.Fatal(err)
	}
	defer logFile.Close()

	cmd := exec.Command(p.path, p.args(config)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, logFile, logFile
	if err := cmd.Start(); err != nil {
		return server{}, err
	}
	exited := make(chan struct{})
	go func() {
		_ = cmd.Wait() // a peer told to end may do so with any status
		close(exited)
	}()
	t.Cleanup(func() { stop(t, cmd.Process, exited) })

	address := fmt.Sprintf("127.0.0.1:%d", port)
	s := server{name: p.name, udp: address, tcp: address}
	if err := s.waitReady(zones, exited); err != nil {
		text, _ := os.ReadFile(logPath) // only to explain
		return server{}, fmt.Errorf("%w; it said:\n%s", err, text)
	}
	return s, nil
}

// stop ends a child process, by force if it does not end when told to.
func stop(t *testing.T, process *os.Process, exited <-chan struct{}) {
	t.Helper()
	_ = process.Signal(syscall.SIGTERM) // fails if it has ended, which is fine
	select {
	case <-exited:
	case <-time.After(stoppedWithin):
		t.Logf("process %d does not end on SIGTERM: killed", process.Pid)
		_ = process.Kill()
		<-exited
	}
}

// waitReady asks until every zone's SOA is answered.
func (s server) waitReady(zones []zoneFile, exited <-chan struct{}) error {
	client := dns.Client{Timeout: 200 * time.Millisecond}
	deadline := time.Now().Add(readyWithin)
	for _, z := range zones {
		m := new(dns.Msg)
		m.SetQuestion(z.apex, dns.TypeSOA)
		for {
			r, _, err := client.Exchange(m, s.udp)
			if err == nil && r.Rcode == dns.RcodeSuccess && len(r.Answer) == 1 {
				break
			}
			if time.Now().After(deadline) {
				return fmt.Errorf("no SOA of zone %s within %s", z.apex, readyWithin)
			}
			select {
			case <-exited:
				return errors.New("the process ended")
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
	return nil
}
