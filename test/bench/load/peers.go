package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
)

// The peers run on one core like everything else, answer without the records that
// the suite does not send either, and keep no log.

func (s site) config(name, text string) (string, error) {
	path := filepath.Join(s.dir, name)
	return path, os.WriteFile(path, []byte(text), 0o600)
}

func configureNamed(w *world, s site) ([]string, error) {
	var b strings.Builder
	forward := "recursion no;"
	if w.forwards {
		host, port, err := net.SplitHostPort(w.upstream)
		if err != nil {
			return nil, err
		}
		forward = fmt.Sprintf("recursion yes; allow-recursion { any; }; forward only; forwarders { %s port %s; };", host, port)
	}
	fmt.Fprintf(&b, `options {
    directory %[1]q;
    pid-file none;
    session-keyfile none;
    managed-keys-directory %[1]q;
    listen-on port %[2]d { 127.0.0.1; };
    listen-on-v6 { none; };
    %[3]s
    notify no;
    allow-query { any; };
    dnssec-validation no;
    empty-zones-enable no;
    minimal-responses yes;
    check-integrity no;
};
controls { };
`, s.dir, s.port, forward)
	switch {
	case w.forwards:
	case w.views > 0:
		for i := range w.views {
			z := w.zones[i%len(w.zones)]
			fmt.Fprintf(&b, "view v%d { match-clients { %s; }; zone %q { type primary; file %q; }; };\n", i, prefix(i), z.origin, z.file)
		}
	default:
		for _, z := range w.zones {
			fmt.Fprintf(&b, "zone %q { type primary; file %q; };\n", z.origin, z.file)
		}
	}
	path, err := s.config("named.conf", b.String())
	return []string{"-f", "-4", "-n", "1", "-c", path}, err
}

func configureUnbound(w *world, s site) ([]string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, `server:
    directory: %[1]q
    chroot: ""
    username: ""
    pidfile: ""
    use-syslog: no
    interface: 127.0.0.1
    port: %[2]d
    num-threads: 1
    do-ip6: no
    access-control: 127.0.0.0/8 allow
    do-not-query-localhost: no
    module-config: "iterator"
    minimal-responses: yes
`, s.dir, s.port)
	for i := range w.views {
		fmt.Fprintf(&b, "    access-control-view: %s v%d\n", prefix(i), i)
	}
	kind := "static"
	if w.forwards {
		kind = "transparent" // what it lacks is resolved
	}
	if w.views == 0 {
		if err := localData(&b, w.zones[0], kind); err != nil {
			return nil, err
		}
	}
	if w.forwards {
		host, port, err := net.SplitHostPort(w.upstream)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "forward-zone:\n    name: \".\"\n    forward-addr: %s@%s\n", host, port)
	}
	for i := range w.views {
		fmt.Fprintf(&b, "view:\n    name: v%d\n    view-first: no\n", i)
		if err := localData(&b, w.zones[i%len(w.zones)], kind); err != nil {
			return nil, err
		}
	}
	b.WriteString("remote-control:\n    control-enable: no\n")
	path, err := s.config("unbound.conf", b.String())
	return []string{"-d", "-c", path}, err
}

// localData repeats the addresses of a master file in Unbound's configuration.
func localData(b *strings.Builder, z zoneData, kind string) error {
	fmt.Fprintf(b, "    local-zone: %q %s\n", z.origin, kind)
	f, err := os.Open(z.file)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if fields := strings.Fields(lines.Text()); len(fields) == 3 && fields[1] == "A" {
			fmt.Fprintf(b, "    local-data: \"%s.%s. 3600 A %s\"\n", fields[0], z.origin, fields[2])
		}
	}
	return lines.Err()
}

func configureNSD(w *world, s site) ([]string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, `server:
    ip-address: 127.0.0.1@%[2]d
    server-count: 1
    do-ip6: no
    username: ""
    chroot: ""
    zonesdir: %[1]q
    database: ""
    pidfile: ""
    xfrdfile: %[3]q
    xfrdir: %[1]q
    zonelistfile: %[4]q
    minimal-responses: yes
    rrl-ratelimit: 0
    rrl-whitelist-ratelimit: 0
remote-control:
    control-enable: no
`, s.dir, s.port, filepath.Join(s.dir, "xfrd.state"), filepath.Join(s.dir, "zone.list"))
	for _, z := range w.zones {
		fmt.Fprintf(&b, "zone:\n    name: %q\n    zonefile: %q\n", z.origin, z.file)
	}
	path, err := s.config("nsd.conf", b.String())
	return []string{"-d", "-c", path}, err
}

func configureKnot(w *world, s site) ([]string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, `server:
    rundir: %[1]q
    listen: 127.0.0.1@%[2]d
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
control:
    listen: "knot.sock"
database:
    storage: %[1]q
log:
  - target: stderr
    any: error
template:
  - id: default
    storage: %[1]q
    semantic-checks: off
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: none
zone:
`, s.dir, s.port)
	for _, z := range w.zones {
		fmt.Fprintf(&b, "  - domain: %q\n    file: %q\n", z.origin, z.file)
	}
	path, err := s.config("knot.conf", b.String())
	return []string{"-c", path}, err
}
