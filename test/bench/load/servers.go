package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// server is a program and how to run it in a world.
type server struct {
	name    string
	program string // looked for in PATH and where daemons stand; empty: the CoreDNS program under test
	version string // the flag that makes it print one
	// unfit says why the server has no part in a world, or nothing.
	unfit func(w *world, large bool) string
	// configure writes what the server reads, and gives its arguments.
	configure func(w *world, s site) ([]string, error)
}

// isCoreDNS reports whether the server has a Corefile, and so can be profiled.
func (s server) isCoreDNS() bool { return s.program == "" || s.program == floorProgram }

// floorProgram stands for the program in ../floor, which is built for each run.
const floorProgram = "floor"

func servers() []server {
	return []server{
		{name: suiteName, unfit: fits, configure: corefile(suiteCorefile)},
		{name: fastName, unfit: fits, configure: corefile(fastCorefile)},
		{name: "stock", unfit: fits, configure: corefile(stockCorefile)},
		{name: "stock, a block for each zone", unfit: notUnlessZones, configure: corefile(blocksCorefile)},
		{name: "floor, WriteMsg", program: floorProgram, unfit: notFloor, configure: corefile(floorOf("messages"))},
		{name: "floor, packed", program: floorProgram, unfit: notFloor, configure: corefile(floorOf("packed"))},
		{name: "floor, WriteMsg, tuned", program: floorProgram, unfit: notFloor, configure: tuned(floorOf("messages"))},
		{name: "floor, packed, tuned", program: floorProgram, unfit: notFloor, configure: tuned(floorOf("packed"))},
		{name: "named", program: "named", version: "-v", unfit: notNamed, configure: configureNamed},
		{name: "unbound", program: "unbound", version: "-V", unfit: notUnbound, configure: configureUnbound},
		{name: "nsd", program: "nsd", version: "-v", unfit: notAuthoritative, configure: configureNSD},
		{name: "knotd", program: "knotd", version: "-V", unfit: notAuthoritative, configure: configureKnot},
	}
}

// serverNames returns the words of the option -servers: variants of one server have
// its name in common.
func serverNames() []string {
	var names []string
	for _, s := range servers() {
		if group := s.group(); !slices.Contains(names, group) {
			names = append(names, group)
		}
	}
	return names
}

func (s server) group() string {
	group, _, _ := strings.Cut(s.name, ",")
	return group
}

func corefile(text func(*world, site) string) func(*world, site) ([]string, error) {
	return func(w *world, s site) ([]string, error) {
		path, err := s.write(text(w, s))
		return []string{"-conf", path}, err
	}
}

// tuned has the runtime of the floor tuned as that of the suite's program is.
func tuned(text func(*world, site) string) func(*world, site) ([]string, error) {
	return func(w *world, s site) ([]string, error) {
		args, err := corefile(text)(w, s)
		return append(args, "-tuned"), err
	}
}

func floorOf(how string) func(*world, site) string {
	return func(w *world, s site) string { return floorCorefile(w, s, how) }
}

func fits(*world, bool) string { return "" }

func notUnlessZones(w *world, _ bool) string {
	if len(w.zones) == 1 || w.views > 0 {
		return "one zone"
	}
	return ""
}

func notFloor(w *world, _ bool) string {
	if w.views > 0 || w.forwards || w.zones[0].own != "" {
		return "answers from one map only"
	}
	return ""
}

func notNamed(w *world, large bool) string {
	switch {
	case w.observed:
		return "no such plugins"
	case w.views > 1000:
		return "cannot hold that many views"
	case w.views > 100 && !large:
		return "needs 9 MiB a view, see -large"
	}
	return ""
}

func notUnbound(w *world, _ bool) string {
	switch {
	case w.observed:
		return "no such plugins"
	case w.views == 0 && (len(w.zones) > 1 || w.asks[0].nxdomain > 0 || w.zones[0].own != ""):
		return "not an authoritative server"
	}
	return ""
}

func notAuthoritative(w *world, _ bool) string {
	switch {
	case w.observed:
		return "no such plugins"
	case w.views > 0:
		return "has no views"
	case w.forwards:
		return "does not forward"
	}
	return ""
}

// findProgram also looks where daemons stand, which a user's PATH may lack.
func findProgram(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		path, err = exec.LookPath(filepath.Join("/usr/sbin", name))
	}
	return path, err
}

// versionOf returns the first lines a program says about its version.
func versionOf(path, flag string, lines int) string {
	out, err := exec.Command(path, flag).CombinedOutput()
	if err != nil && len(out) == 0 {
		return fmt.Sprintf("version unknown: %v", err)
	}
	said := strings.Split(strings.TrimSpace(string(out)), "\n")
	return strings.Join(said[:min(lines, len(said))], ", ")
}
