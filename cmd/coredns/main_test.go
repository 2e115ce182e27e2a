package main

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

	"github.com/coredns/coredns/coremain"

	"github.com/internaldns/internaldns/cmd/suite"
)

// asProgram makes the test binary behave as the program itself.
const asProgram = "TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// program returns a command that runs the program. Should it hang, it is ended with
// a dump of its goroutines.
func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGABRT) }
	cmd.WaitDelay = time.Second
	cmd.Env = append(os.Environ(), asProgram+"=1")
	cmd.Dir = t.TempDir()
	return cmd
}

func TestVersion(t *testing.T) {
	out, err := program(t, "-version").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	lines := strings.Split(string(out), "\n")
	if len(lines) != 4 || !strings.HasPrefix(lines[0], "internaldns-"+suite.Version) ||
		lines[1] != "CoreDNS-"+coremain.CoreVersion || !strings.HasPrefix(lines[2], "linux/") {
		t.Errorf("-version printed:\n%s", out)
	}
}

func TestPlugins(t *testing.T) {
	out, err := program(t, "-plugins").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	names := strings.Fields(string(out))
	for _, want := range []string{"forward", "cache"} {
		if !slices.Contains(names, want) {
			t.Errorf("-plugins does not name %s:\n%s", want, out)
		}
	}
}

func TestWrongFlag(t *testing.T) {
	out, err := program(t, "-no-such-flag").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "flag provided but not defined: -no-such-flag") {
		t.Errorf("got %v\n%s", err, out)
	}
}

// The program starts a Corefile, says so, reloads on SIGUSR1 and ends on SIGTERM.
func TestSignals(t *testing.T) {
	cmd := program(t, "-conf", "Corefile", "-dns.port", "0")
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
