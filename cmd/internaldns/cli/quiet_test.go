package cli

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// everything is a Corefile with plugins that listen, watch and ask in a server.
const everything = `.:1053 tls://.:1853 https://.:1443 {
    bind 127.0.0.1
    root .
    errors
    log
    health 127.0.0.1:1080
    ready 127.0.0.1:1081
    prometheus 127.0.0.1:1082
    pprof 127.0.0.1:1083
    reload 2s
    loop
    internalzone example.org example.org.zone
    dnsview office example.org
    resolverpolicy office {
        list names names.txt
        traffic "dns.fqdn in $names"
        view office
        fallback public_dns
    }
    resolverpolicy others {
        resolvers 127.0.0.1:1054 tls://127.0.0.1:1055
    }
    cache
    forward . 127.0.0.1:1054 tls://127.0.0.1:1055
}
`

// TestNothingRuns holds that no command opens a socket or leaves a goroutine behind.
func TestNothingRuns(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"Corefile": everything, "example.org.zone": "www 300 A 192.0.2.1\n", "names.txt": "www.example.org\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	invoke(false, "check") // what is set up once in a process
	goroutines, before := runtime.NumGoroutine(), sockets(t)
	for range 5 {
		for _, args := range [][]string{
			{"check"}, {"list", "zones"}, {"export", "example.org"}, {"diff", "Corefile", "Corefile"}, {"explain", "www.example.org"},
		} {
			if out := invoke(false, args...); strings.Contains(out, "[exit") {
				t.Fatalf("%v:\n%s", args, out)
			}
		}
	}
	for end := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > goroutines && time.Now().Before(end); {
		runtime.Gosched()
	}
	if now := runtime.NumGoroutine(); now > goroutines {
		t.Errorf("%d goroutines, were %d", now, goroutines)
	}
	if now := sockets(t); now > before { // those that an earlier test asked public DNS with may have ended
		t.Errorf("%d sockets are open, were %d", now, before)
	}
}

// sockets counts the open sockets of the process.
func sockets(t *testing.T) int {
	t.Helper()
	links, err := filepath.Glob("/proc/self/fd/*")
	if err != nil || len(links) == 0 {
		t.Skip("the system does not list open files under /proc")
	}
	n := 0
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && strings.HasPrefix(target, "socket:") {
			n++
		}
	}
	return n
}

// TestColor holds when output is coloured.
func TestColor(t *testing.T) {
	pipe, other, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	defer other.Close()
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "xterm")
	if colorful(other) {
		t.Error("a pipe is coloured")
	}
	device, err := os.Open(os.DevNull) // a character device, as a terminal is
	if err != nil {
		t.Fatal(err)
	}
	defer device.Close()
	if !colorful(device) {
		t.Error("a device is not coloured")
	}
	t.Setenv("NO_COLOR", "1")
	if colorful(device) {
		t.Error("coloured against NO_COLOR")
	}
	t.Chdir(t.TempDir())
	if err := os.WriteFile("Corefile", []byte(".:1053 {\n dnsview\n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want := "\x1b[1mCorefile:2:\x1b[0m \x1b[31merror\x1b[0m: dnsview: a view needs a name, write: dnsview NAME [ZONE-ID...]\n    dnsview\n    ^\nCorefile: 1 error\n[exit 1]\n"
	if got := invoke(true, "check"); got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
}

// TestStandardInput holds that a Corefile may come through a pipe.
func TestStandardInput(t *testing.T) {
	pipe, other, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	if _, err := other.WriteString(".:1053 {\n dnsview\n}\n"); err != nil {
		t.Fatal(err)
	}
	other.Close()
	stdin := os.Stdin
	os.Stdin = pipe
	defer func() { os.Stdin = stdin }()
	want := "stdin:2: error: dnsview: a view needs a name, write: dnsview NAME [ZONE-ID...]\n    dnsview\n    ^\nstdin: 1 error\n[exit 1]\n"
	if got := invoke(false, "check", "-conf", "stdin"); got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
}
