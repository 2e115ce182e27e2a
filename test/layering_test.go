package test

import (
	"go/ast"
	"path"
	"slices"
	"strings"
	"testing"
)

// layer says where a package of plugin/ stands: it imports own packages of lower
// rank only, and of others' packages those named, besides the standard library.
type layer struct {
	rank    int
	foreign []string // by prefix
	pure    bool     // starts no goroutine, reads no clock, does no I/O but io.Reader and its like
}

const (
	miekgDNS    = "github.com/miekg/dns"
	prefixTable = "github.com/gaissmai/bart"
	punycode    = "golang.org/x/net/idna"
	rateLimiter = "golang.org/x/time/rate"
	yaml        = "go.yaml.in/yaml/v3"
	caddyServer = "github.com/coredns/caddy"
	coreDNS     = "github.com/coredns/coredns/"
	tracing     = "github.com/opentracing/opentracing-go"

	prometheusClient = "github.com/prometheus/client_golang/prometheus"
)

// layers is the arrows of plugin/README.md.
func layers() map[string]layer {
	return map[string]layer{
		"plugin/pkg/problem":     {rank: 0, pure: true},
		"plugin/pkg/domain":      {rank: 0, pure: true, foreign: []string{miekgDNS, punycode}},
		"plugin/pkg/expr":        {rank: 0, pure: true},
		"plugin/pkg/numbered":    {rank: 0, pure: true},
		"plugin/pkg/token":       {rank: 0},
		"plugin/pkg/store":       {rank: 0},
		"plugin/pkg/keyed":       {rank: 1, pure: true},
		"plugin/pkg/filewatch":   {rank: 1},
		"plugin/pkg/zone":        {rank: 1, pure: true, foreign: []string{miekgDNS, prefixTable}},
		"plugin/pkg/zonefile":    {rank: 1, foreign: []string{miekgDNS}},
		"plugin/pkg/yamlfile":    {rank: 1, pure: true, foreign: []string{yaml}},
		"plugin/pkg/category":    {rank: 1, pure: true},
		"plugin/pkg/list":        {rank: 2, pure: true, foreign: []string{prefixTable}},
		"plugin/pkg/identity":    {rank: 2, pure: true, foreign: []string{prefixTable}},
		"plugin/pkg/location":    {rank: 2, pure: true, foreign: []string{prefixTable}},
		"plugin/pkg/record":      {rank: 2, pure: true, foreign: []string{miekgDNS}},
		"plugin/pkg/model":       {rank: 2, pure: true, foreign: []string{miekgDNS, prefixTable}},
		"plugin/pkg/requestinfo": {rank: 3, pure: true, foreign: []string{miekgDNS}},
		"plugin/pkg/resolve":     {rank: 3, pure: true, foreign: []string{miekgDNS}},
		"plugin/pkg/compare":     {rank: 4, pure: true, foreign: []string{miekgDNS}},
		"plugin/pkg/lint":        {rank: 4, foreign: []string{miekgDNS}},
		"plugin/pkg/reply":       {rank: 4, pure: true, foreign: []string{miekgDNS, coreDNS + "request"}},
		"plugin/pkg/explain":     {rank: 5, pure: true, foreign: []string{miekgDNS}},
		"plugin/pkg/scope":       {rank: 4, foreign: []string{caddyServer, coreDNS, miekgDNS, tracing}},
		"plugin/pkg/asker":       {rank: 6, foreign: []string{miekgDNS, coreDNS + "plugin"}},
		"plugin/pkg/telemetry":   {rank: 5, foreign: []string{miekgDNS, coreDNS + "plugin", prometheusClient}},
		"plugin/pkg/querylog":    {rank: 6, foreign: []string{miekgDNS, coreDNS + "plugin/pkg/log"}},
		"plugin/pkg/datagram":    {rank: 0, foreign: []string{miekgDNS, coreDNS + "plugin/pkg/reuseport", "golang.org/x/net/", "golang.org/x/sys/unix"}},
		"plugin/pkg/upstream":    {rank: 5, foreign: []string{miekgDNS, coreDNS + "plugin/"}},
		"plugin/pkg/live":        {rank: 5, foreign: []string{miekgDNS, coreDNS + "plugin/pkg/log"}},
		"plugin/pkg/api":         {rank: 7, foreign: []string{miekgDNS, rateLimiter, coreDNS + "plugin/pkg/log"}},

		"plugin/pkg/api/apitest":     {rank: 1, foreign: []string{"github.com/getkin/kin-openapi/"}},
		"plugin/pkg/scope/scopetest": {rank: 5},
		"plugin/pkg/store/bolt":      {rank: 1, foreign: []string{"go.etcd.io/bbolt"}},
		"plugin/pkg/store/storetest": {rank: 1},
		"plugin/pkg/store/etcd":      {rank: 2, foreign: []string{"go.etcd.io/etcd/", "go.uber.org/zap", "google.golang.org/grpc", "github.com/klauspost/compress/zstd"}},

		"plugin/pkg/store/etcd/etcdtest": {rank: 0},

		"plugin/internaldns/dashboard": {rank: 0},

		"plugin/internaldns":    pluginLayer(),
		"plugin/resolverpolicy": pluginLayer(),
		"plugin/dnsview":        pluginLayer(),
		"plugin/internalzone":   pluginLayer(),
		"plugin/referencezone":  pluginLayer(),
	}
}

func pluginLayer() layer {
	return layer{rank: 8, foreign: []string{miekgDNS, prefixTable, caddyServer, coreDNS,
		prometheusClient, tracing}}
}

// setupFiles are the files of a plugin that may know Caddy: the setup, and what it
// hands its controller to.
func setupFiles() []string {
	return []string{
		"setup.go", "plugin/internalzone/shared.go", "plugin/resolverpolicy/sources.go", "plugin/resolverpolicy/selectors.go",
		"plugin/resolverpolicy/arrival.go", // the request of DoH stands under a key of the server
		"plugin/resolverpolicy/direct.go",  // whether the server block may have sockets of its own, and who serves it
	}
}

// DESIGN 3: every package imports what lies below it only.
func TestArrows(t *testing.T) {
	known := layers()
	for _, s := range sources(t) {
		if s.isTest() || !strings.HasPrefix(s.path, "plugin/") {
			continue
		}
		own, ok := known[s.dir()]
		if !ok {
			t.Errorf("%s: package %s has no place in the layers, give it one here and in plugin/README.md", s.path, s.dir())
			continue
		}
		for _, imported := range s.imports {
			switch other, isOwn := known[imported]; {
			case isOwn && other.rank >= own.rank:
				t.Errorf("%s imports %s, which does not lie below it", s.path, imported)
			case strings.HasPrefix(imported, "test/") || strings.HasPrefix(imported, "cmd/"):
				t.Errorf("%s imports %s", s.path, imported)
			case isOwn || !strings.Contains(imported, "."):
			case !slices.ContainsFunc(own.foreign, func(prefix string) bool { return strings.HasPrefix(imported, prefix) }):
				t.Errorf("%s imports %s; allowed to it besides the standard library: %q", s.path, imported, own.foreign)
			}
		}
	}
}

// Leaf packages stay leaves in their tests too, and cmd and test are imported by
// themselves only. What imports every plugin takes minutes to compile and a
// gigabyte to link, so one program and one test binary do.
func TestArrowsOfTests(t *testing.T) {
	for _, s := range sources(t) {
		for _, imported := range s.imports {
			top, _, _ := strings.Cut(imported, "/")
			switch {
			case top == "test" && !strings.HasPrefix(s.path, "test/"), imported == coreDNS+"coremain" && s.dir() != "cmd/program" && s.dir() != "test":
				t.Errorf("%s imports %s", s.path, imported)
			case imported == coreDNS+"core/plugin" && s.dir() != "cmd/program",
				imported == "cmd/program" && s.dir() != "cmd/coredns" && s.dir() != "cmd/internaldns" && s.dir() != "test":
				t.Errorf("%s imports every plugin of CoreDNS; only the assembled program may", s.path)
			case s.dir() == "plugin/pkg/expr" && strings.Contains(imported, ".") && !strings.HasPrefix(imported, "golang.org/x/tools/"):
				t.Errorf("%s imports %s; expr knows the standard library only", s.path, imported)
			}
		}
	}
}

// DESIGN 3: Caddy and the server stay at the edge.
func TestCaddyAtTheEdge(t *testing.T) {
	for _, s := range sources(t) {
		if s.isTest() || !strings.HasPrefix(s.path, "plugin/") || s.dir() == "plugin/pkg/scope" {
			continue
		}
		if slices.Contains(setupFiles(), path.Base(s.path)) || slices.Contains(setupFiles(), s.path) {
			continue
		}
		for _, imported := range s.imports {
			if imported == caddyServer || imported == coreDNS+"core/dnsserver" {
				t.Errorf("%s imports %s; only scope and the setup of a plugin may", s.path, imported)
			}
		}
	}
}

// DESIGN 3: the pure packages start no goroutine, read no clock and do no I/O.
func TestPurePackages(t *testing.T) {
	known := layers()
	for _, s := range sources(t) {
		if s.isTest() || !known[s.dir()].pure {
			continue
		}
		for _, imported := range s.imports {
			switch imported {
			case "os", "os/exec", "net/http", "syscall", "log", "math/rand", "math/rand/v2":
				t.Errorf("%s imports %s", s.path, imported)
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s:%d starts a goroutine", s.path, s.line(n))
			case *ast.SelectorExpr:
				if from, ok := n.X.(*ast.Ident); ok && isOutside(from.Name+"."+n.Sel.Name) {
					t.Errorf("%s:%d uses %s.%s", s.path, s.line(n), from.Name, n.Sel.Name)
				}
			}
			return true
		})
	}
}

// isOutside reports whether a function looks out of the process.
func isOutside(name string) bool {
	for _, prefix := range []string{"time.Now", "time.Since", "time.Sleep", "time.After", "time.New", "net.Listen", "net.Dial", "net.Lookup"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
