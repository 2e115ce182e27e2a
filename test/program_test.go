package test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"

	"github.com/internaldns/internaldns/cmd/suite"
)

// asProgram makes the test binary behave as the program itself: the one binary of
// the tests that links every plugin is then the only one.
const asProgram = "TEST_AS_PROGRAM"

// programAs gives a command that runs the program under a name.
func programAs(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	return programFor(t, time.Minute, name, args...)
}

// programFor gives a command that runs the program under a name for so long at most.
// Should it hang, it is ended with a dump of its goroutines.
func programFor(t *testing.T, most time.Duration, name string, args ...string) *exec.Cmd {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), most)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Args[0] = name
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGABRT) }
	cmd.WaitDelay = time.Second
	cmd.Env = append(os.Environ(), asProgram+"=1")
	cmd.Dir = t.TempDir()
	return cmd
}

func asServer(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	return programAs(t, "coredns", args...)
}

// The name decides what the program is, wherever the file lies.
func TestNames(t *testing.T) {
	const server, tool = "CoreDNS-" + coremain.CoreVersion + "\n", "internaldns-" + suite.Version + "\n"
	for name, want := range map[string]string{
		"coredns": server, "/usr/local/bin/dns": server, "internaldns-server": server,
		"internaldns": tool, "/usr/local/bin/internaldns": tool, "internaldns.exe": tool,
	} {
		out, err := programAs(t, name, "-version").CombinedOutput()
		if err != nil || (want == tool) != (string(out) == tool) || !strings.Contains(string(out), want) {
			t.Errorf("%s -version: %v\n%s", name, err, out)
		}
	}
}

func TestVersion(t *testing.T) {
	out, err := asServer(t, "-version").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	lines := strings.Split(string(out), "\n")
	if len(lines) != 4 || !strings.HasPrefix(lines[0], "internaldns-"+suite.Version) ||
		lines[1] != "CoreDNS-"+coremain.CoreVersion || !strings.HasPrefix(lines[2], "linux/") {
		t.Errorf("-version printed:\n%s", out)
	}
}

// Each directive must have its plugin compiled in, and the reverse.
func TestPlugins(t *testing.T) {
	out, err := asServer(t, "-plugins").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	names := strings.Fields(string(out))
	for _, directive := range dnsserver.Directives {
		if !slices.Contains(names, directive) {
			t.Errorf("directive %q has no plugin; -plugins names:\n%s", directive, out)
		}
	}
	for _, name := range names {
		if !slices.Contains(dnsserver.Directives, name) {
			t.Errorf("plugin %q has no directive", name)
		}
	}
}

func TestWrongFlag(t *testing.T) {
	out, err := asServer(t, "-no-such-flag").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "flag provided but not defined: -no-such-flag") {
		t.Errorf("got %v\n%s", err, out)
	}
}

// The program starts a Corefile, says so, reloads on SIGUSR1 and ends on SIGTERM.
func TestSignals(t *testing.T) {
	cmd := asServer(t, "-conf", "Corefile", "-dns.port", "0")
	corefile := filepath.Join(cmd.Dir, "Corefile")
	if err := os.WriteFile(corefile, []byte(".:0 {\n\tbind 127.0.0.1\n\twhoami\n}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	seen := new(bytes.Buffer)
	lines := bufio.NewScanner(io.TeeReader(stdout, seen))
	until := func(text string) {
		for lines.Scan() {
			if strings.Contains(lines.Text(), text) {
				return
			}
		}
		t.Fatalf("%q was not printed:\n%s", text, seen)
	}
	until("internaldns-" + suite.Version)
	until("CoreDNS-" + coremain.CoreVersion)
	until("linux/")
	for _, step := range []struct {
		signal syscall.Signal
		want   string
	}{{syscall.SIGUSR1, "Reloading complete"}, {syscall.SIGTERM, "SIGTERM: Shutting down"}} {
		stop := keepSending(cmd.Process, step.signal)
		until(step.want)
		stop()
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
	if n := strings.Count(seen.String(), "internaldns-"); n != 1 {
		t.Errorf("the version was printed %d times, want once:\n%s", n, seen)
	}
}

// keepSending sends a signal again and again until stopped: Caddy subscribes to
// signals in a goroutine of its own, so that one sent early is lost, and so is one
// sent while another waits.
func keepSending(process *os.Process, signal syscall.Signal) (stop func()) {
	stopped := make(chan struct{})
	var sender sync.WaitGroup
	sender.Go(func() {
		again := time.NewTicker(200 * time.Millisecond)
		defer again.Stop()
		for process.Signal(signal) == nil {
			select {
			case <-stopped:
				return
			case <-again.C:
			}
		}
	})
	return func() {
		close(stopped)
		sender.Wait()
	}
}
