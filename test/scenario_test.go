package test

import (
	"log"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	clog "github.com/coredns/coredns/plugin/pkg/log"

	"github.com/internaldns/internaldns/test/scenario"
)

// The upstream of a scenario with no Corefile of its own for it.
const (
	upstreamCorefile = "upstream/Corefile"
	upstreamZone     = "upstream.zone"
	zoneCorefile     = ".:0 {\n\tbind 127.0.0.1\n\tfile upstream.zone .\n}\n"
)

// modified is the time stamp of every file laid out, and so the serial of a
// synthesized SOA: 1767225600.
var modified = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// TestScenarios runs every file of scenarios/; README.md tells their form.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("scenarios/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { runFile(t, file) })
	}
}

func readScenario(t *testing.T, file string) *scenario.Scenario {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s, err := scenario.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func runFile(t *testing.T, file string) {
	s := readScenario(t, file)
	file, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	runIn(t, s, new(server))
	if !*update {
		return
	}
	if err := os.WriteFile(file, s.Format(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// runIn runs a scenario in a folder of its own, against a server to be started.
func runIn(t *testing.T, s *scenario.Scenario, server *server) {
	dir := layOut(t, s.Files)
	provide(t, dir, s)
	t.Chdir(dir)
	runScenario(t, s, server)
}

// layOut writes the files below a directory that lives as long as the test.
func layOut(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, modified, modified); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func runScenario(t *testing.T, s *scenario.Scenario, server *server) {
	r := &runner{logged: captureLog(t)}
	var err error
	if r.metrics, err = gather(); err != nil {
		t.Fatal(err)
	}
	if corefile, ok := s.Files[upstreamCorefile]; ok {
		r.upstream = startUpstream(t, corefile)
	} else if _, ok := s.Files[upstreamZone]; ok {
		r.upstream = startUpstream(t, zoneCorefile)
	}
	r.logged.drain()
	corefile, account := withAPI(t, s.Files["Corefile"])
	r.account = account
	r.server, err = server.start(withUpstream(corefile, r.upstream))
	if !s.MustStart() {
		mustFail(t, s, r.server, err)
		return
	}
	if err != nil {
		t.Fatalf("the Corefile does not start:\n%v", err)
	}
	t.Cleanup(func() { r.server.stop(t) })
	for _, step := range s.Script {
		r.step(t, step)
	}
	if r.logged.contains("Recovered from panic") {
		t.Error("a handler panicked; run the scenario with `debug` in the Corefile to see where")
	}
}

// mustFail compares the error of a Corefile that must not start.
func mustFail(t *testing.T, s *scenario.Scenario, server *server, err error) {
	t.Helper()
	if err == nil {
		server.stop(t)
		t.Fatalf("the Corefile starts, want the error:\n%s", s.Error)
	}
	got := strings.Split(err.Error(), "\n")
	switch want := strings.Split(s.Error, "\n"); {
	case scenario.Equal(got, want):
	case *update:
		s.SetError(err.Error())
	default:
		t.Errorf("start error, got (+) and want (-):\n%s", scenario.Diff(got, want))
	}
}

// step runs one command and compares what it prints, or takes it over on update.
func (r *runner) step(t *testing.T, step *scenario.Step) {
	t.Helper()
	got, err := r.run(t, step)
	switch {
	case err != nil:
		t.Errorf("script:%d: $ %s: %v", step.Line, step, err)
	case scenario.Equal(got, step.Expect):
	case *update:
		step.Expect = got
	default:
		t.Errorf("script:%d: $ %s\ngot (+) and want (-):\n%s", step.Line, step, scenario.Diff(got, step.Expect))
	}
}

// captureLog diverts the log of the process for the time of the test.
func captureLog(t *testing.T) *capture {
	t.Helper()
	c := &capture{}
	flags := log.Flags()
	clog.SetOutput(c)
	log.SetOutput(c)
	log.SetFlags(0)
	t.Cleanup(func() {
		clog.SetOutput(os.Stdout)
		log.SetOutput(os.Stderr)
		log.SetFlags(flags)
	})
	return c
}
