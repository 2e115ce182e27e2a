package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// site is where one server runs: a directory of its own and its ports on
// 127.0.0.1, the latter two for the CoreDNS programs only.
type site struct {
	dir                    string
	port, metrics, profile int
}

// block writes a server block for the zone with a body of its own.
func (s site) block(b *strings.Builder, w *world, body func()) {
	fmt.Fprintf(b, ".:%d {\nbind 127.0.0.1\n", s.port)
	if w.observed {
		fmt.Fprintf(b, "errors\nprometheus 127.0.0.1:%d\n", s.metrics)
	}
	if s.profile != 0 {
		fmt.Fprintf(b, "pprof 127.0.0.1:%d\n", s.profile)
	}
	body()
	if w.forwards {
		fmt.Fprintf(b, "cache\nforward . %s\n", w.upstream)
	}
	b.WriteString("}\n")
}

func (s site) write(text string) (string, error) {
	path := filepath.Join(s.dir, "Corefile")
	return path, os.WriteFile(path, []byte(text), 0o600)
}

// suiteCorefile configures the suite: one policy and one view for all clients, or
// one of each for every view of the world.
func suiteCorefile(w *world, s site) string { return ofSuite(w, s, "") }

// fastCorefile is the same with sockets of the suite's own.
func fastCorefile(w *world, s site) string { return ofSuite(w, s, "resolverpolicy {\nfast_udp\n}\n") }

func ofSuite(w *world, s site, common string) string {
	var b strings.Builder
	s.block(&b, w, func() {
		b.WriteString(common)
		var ids strings.Builder
		for i, z := range w.zones {
			file := z.file
			if z.own != "" {
				file = z.own
				fmt.Fprintf(&b, "internalzone %s %s {\nid base%d\n}\nreferencezone z%d base%d\n", z.origin, z.base, i, i, i)
			}
			fmt.Fprintf(&b, "internalzone %s %s {\nid z%d\n}\n", z.origin, file, i)
			fmt.Fprintf(&ids, " z%d", i)
		}
		fallback := ""
		if w.forwards {
			fallback = "fallback public_dns\n"
		}
		if w.views == 0 {
			fmt.Fprintf(&b, "dnsview all%s\nresolverpolicy all {\nview all\n%s}\n", ids.String(), fallback)
		}
		for i := range w.views {
			if i < len(w.zones) {
				fmt.Fprintf(&b, "dnsview v%d z%d\n", i, i)
			}
			fmt.Fprintf(&b, "resolverpolicy p%d {\ntraffic \"dns.src_ip in {%s}\"\nview v%d\n}\n", i, prefix(i), i%len(w.zones))
		}
	})
	return b.String()
}

// stockCorefile configures the same with `file`, and `view` in a block for each view.
func stockCorefile(w *world, s site) string {
	var b strings.Builder
	for i := range max(w.views, 1) {
		s.block(&b, w, func() {
			zones := w.zones
			if w.views > 0 {
				fmt.Fprintf(&b, "view v%d {\nexpr incidr(client_ip(), '%s')\n}\n", i, prefix(i))
				zones = w.zones[i%len(w.zones) : i%len(w.zones)+1]
			}
			fall := ""
			if w.forwards {
				fall = " {\nfallthrough\n}"
			}
			for _, z := range zones {
				fmt.Fprintf(&b, "file %s %s%s\n", z.file, z.origin, fall)
			}
		})
	}
	return b.String()
}

// blocksCorefile configures stock with a server block for each zone, which it
// finds faster than the zones of one block.
func blocksCorefile(w *world, s site) string {
	var b strings.Builder
	for _, z := range w.zones {
		fmt.Fprintf(&b, "%s:%d {\nbind 127.0.0.1\nfile %s\n}\n", z.origin, s.port, z.file)
	}
	return b.String()
}

// floorCorefile configures the plugin that answers from a map.
func floorCorefile(w *world, s site, how string) string {
	var b strings.Builder
	s.block(&b, w, func() {
		for _, z := range w.zones {
			fmt.Fprintf(&b, "floor %s %s %s\n", how, z.file, z.origin)
		}
	})
	return b.String()
}

// upstreamAddress is the address public DNS has for every name.
const upstreamAddress = "192.0.2.77"

// upstreamCorefile configures a resolver that has an address for every name.
func upstreamCorefile(s site) string {
	return fmt.Sprintf(".:%d {\nbind 127.0.0.1\ntemplate IN A . {\nanswer \"{{ .Name }} 3600 IN A %s\"\n}\n}\n", s.port, upstreamAddress)
}
