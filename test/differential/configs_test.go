package differential

import (
	"fmt"
	"strings"
)

// allPeers returns the peers this test knows. They listen on loopback only, neither
// notify nor transfer nor resolve, and refuse no ANY.
func allPeers() []peer {
	return []peer{
		{name: "named", config: namedConfig, args: func(c string) []string { return []string{"-g", "-4", "-n", "1", "-c", c} }, versionFlag: "-v"},
		{name: "nsd", config: nsdConfig, args: func(c string) []string { return []string{"-d", "-c", c} }, versionFlag: "-v"},
		{name: "knotd", config: knotConfig, args: func(c string) []string { return []string{"-c", c} }, versionFlag: "-V"},
	}
}

func namedConfig(dir string, port int, zones []zoneFile) string {
	var b strings.Builder
	fmt.Fprintf(&b, `options {
    directory %[1]q;
    pid-file none;
    session-keyfile none;
    managed-keys-directory %[1]q;
    listen-on port %[2]d { 127.0.0.1; };
    listen-on-v6 { none; };
    recursion no;
    notify no;
    allow-transfer { none; };
    dnssec-validation no;
    empty-zones-enable no;
    minimal-any no;
    zero-no-soa-ttl no;
    max-udp-size 4096;
    check-names primary ignore;
    check-integrity no;
    check-spf ignore;
};
controls { };
`, dir, port)
	for _, z := range zones {
		fmt.Fprintf(&b, "zone %q { type primary; file %q; };\n", z.apex, z.path)
	}
	return b.String()
}

func nsdConfig(dir string, port int, zones []zoneFile) string {
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
    refuse-any: no
    minimal-responses: no
    ipv4-edns-size: 4096
    rrl-ratelimit: 0
    rrl-whitelist-ratelimit: 0
remote-control:
    control-enable: no
`, dir, port, dir+"/xfrd.state", dir+"/zone.list")
	for _, z := range zones {
		fmt.Fprintf(&b, "zone:\n    name: %q\n    zonefile: %q\n", z.apex, z.path)
	}
	return b.String()
}

func knotConfig(dir string, port int, zones []zoneFile) string {
	var b strings.Builder
	fmt.Fprintf(&b, `server:
    rundir: %[1]q
    listen: 127.0.0.1@%[2]d
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
    udp-max-payload: 4096
control:
    listen: "knot.sock"
database:
    storage: %[1]q
log:
  - target: stderr
    any: warning
template:
  - id: default
    storage: %[1]q
    semantic-checks: off
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: none
zone:
`, dir, port)
	for _, z := range zones {
		fmt.Fprintf(&b, "  - domain: %q\n    file: %q\n", z.apex, z.path)
	}
	return b.String()
}
