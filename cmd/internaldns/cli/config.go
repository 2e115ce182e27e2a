package cli

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"github.com/coredns/caddy"
	"github.com/coredns/caddy/caddyfile"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

const (
	defaultCorefile = "Corefile"
	maxCorefile     = 64 << 20 // octets
)

// config is a Corefile that was read, and what is wrong with it.
type config struct {
	file     string
	body     []byte
	blocks   []scope.Block // those that hold lines of the suite
	problems problem.List  // of the suite and of all others, sorted
}

// load reads a Corefile, as `coredns -conf` would; stdin stands for standard
// input. The error is about the file itself, what is wrong in it are problems.
func load(file string) (*config, error) {
	c := &config{file: file}
	var err error
	if c.body, err = readCorefile(file); err != nil {
		return nil, err
	}
	blocks, problems, other := scope.Read(caddy.CaddyfileInput{Contents: c.body, Filepath: file, ServerTypeName: "dns"})
	c.blocks, c.problems = blocks, problems
	for _, err := range other {
		c.problems = append(c.problems, c.asProblem(err))
	}
	c.problems.Sort()
	return c, nil
}

// loadGood is load for the commands that need a Corefile without errors; its
// problems are printed as check would.
func (p *program) loadGood(file string) (*config, error) {
	c, err := load(file)
	if err != nil {
		return nil, err
	}
	if !c.problems.HasErrors() {
		return c, nil
	}
	found := c.problems.Only(problem.Error).Findings()
	addExcerpts(c, found)
	printFindings(p.stderr, false, found)
	return nil, fmt.Errorf("%s has problems", file)
}

func readCorefile(file string) ([]byte, error) {
	var in io.Reader = os.Stdin
	if file != "stdin" {
		f, err := os.Open(filepath.Clean(file))
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	body, err := io.ReadAll(io.LimitReader(in, maxCorefile+1))
	if err == nil && len(body) > maxCorefile {
		err = fmt.Errorf("%s has more than %d octets", file, maxCorefile)
	}
	return body, err
}

// otherError is how Caddy and CoreDNS word an error: the plugin whose setup
// failed, the position and the text, as far as they are known.
var otherError = regexp.MustCompile(`(?s)^(?:plugin/([^:]+): )?(?:([^\n]+?):(\d+) - (?:Error during parsing|Syntax error): )?(.*)$`)

// asProblem returns an error of someone else the form of the suite's own.
func (c *config) asProblem(err error) problem.Problem {
	p := problem.Problem{Code: problem.ConfigInvalid, Severity: problem.Error, Text: err.Error()}
	found := otherError.FindStringSubmatch(err.Error())
	if found == nil {
		return p
	}
	p.Text = found[4]
	if found[1] != "" {
		p.Object = "plugin " + found[1]
	}
	if line, err := strconv.Atoi(found[3]); err == nil {
		p.Pos = problem.Pos{File: found[2], Line: line}
	} else if found[1] != "" {
		p.Pos = c.position(found[1])
	}
	return p
}

// position returns the place of a directive, if it is written in one server block only.
func (c *config) position(directive string) problem.Pos {
	blocks, err := caddyfile.Parse(c.file, bytes.NewReader(c.body), nil)
	if err != nil {
		return problem.Pos{}
	}
	var found []problem.Pos
	for _, b := range blocks {
		if tokens := b.Tokens[directive]; len(tokens) > 0 {
			found = append(found, problem.Pos{File: cmp.Or(tokens[0].File, c.file), Line: tokens[0].Line})
		}
	}
	if len(found) != 1 {
		return problem.Pos{}
	}
	return found[0]
}
