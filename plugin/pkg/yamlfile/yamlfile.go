// Package yamlfile reads small languages written in YAML 1.2, of which JSON is a
// part, and says of every fault where it stands and what is allowed.
//
// It takes less than YAML offers: one document, no anchors, aliases or tags, and
// texts only, so that nothing is guessed: a number, a date or a boolean where a
// text belongs is an error that asks for quotes.
package yamlfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

const (
	// MaxOctets is the size of the largest file that is read. Reading takes 20 to 30
	// times as much memory for a while.
	MaxOctets = 64 << 20
	// MaxText is how many octets a text or a key may have.
	MaxText = 4096
	// MaxErrors is how many errors of one file are listed.
	MaxErrors = 100
	// maxDepth is how deep lists and mappings may nest.
	maxDepth = 16
)

// File is a file that is being read: its name and what is wrong with it. It
// belongs to one goroutine.
type File struct {
	name     string
	object   string
	problems problem.List
	cut      bool // there are more errors than are listed
}

// Read reads all of r. The value is the zero Value if the file holds nothing but
// comments, and if it is no YAML, which is a problem of the file then.
func Read(r io.Reader, name string) (*File, Value) {
	f := &File{name: name}
	text, err := io.ReadAll(io.LimitReader(r, MaxOctets+1))
	switch {
	case err != nil:
		f.fail(0, "%s", err)
		return f, Value{}
	case len(text) > MaxOctets:
		f.fail(0, "the file is too large, at most %d octets are allowed", MaxOctets)
		return f, Value{}
	}
	if !f.printable(text) {
		return f, Value{}
	}
	root, wrong := parse(unescape(text))
	if wrong != nil {
		f.fail(wrong.line, "%s", wrong.reason)
		return f, Value{}
	}
	if root == nil || !f.plain(root, 1) || root.Tag == "!!null" {
		return f, Value{}
	}
	return f, Value{root}
}

// fault is why a file is not what is read here. Line 0 is unknown.
type fault struct {
	line   int
	reason string
}

// parse returns the root of the only document, nil if there is none.
func parse(text []byte) (root *yaml.Node, wrong *fault) {
	defer func() {
		if v := recover(); v != nil { // the library panics on a few errors of syntax
			root, wrong = nil, &fault{reason: fmt.Sprintf("the file is no valid YAML: %v", v)}
		}
	}()
	in := yaml.NewDecoder(bytes.NewReader(text))
	var first, second yaml.Node
	switch err := in.Decode(&first); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, faultOf(err)
	}
	switch err := in.Decode(&second); {
	case err == nil:
		return nil, &fault{second.Line, "a second document begins here, one is allowed in a file"}
	case !errors.Is(err, io.EOF):
		return nil, faultOf(err)
	}
	return first.Content[0], nil
}

// position finds the line in an error of the library.
var position = regexp.MustCompile(`^yaml: (?:line ([0-9]+): )?`)

// faultOf splits an error of the library, which leaves out the number of the
// first line.
func faultOf(err error) *fault {
	text := err.Error()
	m := position.FindStringSubmatch(text)
	if m == nil {
		return &fault{reason: text}
	}
	line, err := strconv.Atoi(m[1])
	if err != nil {
		line = 1
	}
	return &fault{line, text[len(m[0]):]}
}

// plain reports whether a value uses no more of YAML than is allowed here.
func (f *File) plain(n *yaml.Node, depth int) bool {
	switch {
	case depth > maxDepth:
		f.fail(n.Line, "lists and mappings nest too deep, at most %d levels are allowed", maxDepth)
		return false
	case n.Kind == yaml.AliasNode:
		f.fail(n.Line, "alias *%s: anchors and aliases are not allowed, write the value out", clip(n.Value))
		return false
	case n.Anchor != "":
		f.fail(n.Line, "anchor &%s: anchors and aliases are not allowed, write the value out", clip(n.Anchor))
		return false
	case n.Style&yaml.TaggedStyle != 0:
		f.fail(n.Line, "tag %s: tags are not allowed, put a text into quotes", clip(n.Tag))
		return false
	}
	ok := true
	for _, child := range n.Content {
		ok = f.plain(child, depth+1) && ok
	}
	return ok
}

// About names what the following problems are about, such as `location "office"`.
func (f *File) About(object string) { f.object = object }

// Errorf reports an error at a value.
func (f *File) Errorf(at Value, format string, args ...any) { f.fail(at.Line(), format, args...) }

func (f *File) fail(line int, format string, args ...any) {
	switch {
	case f.cut:
		return
	case len(f.problems) == MaxErrors:
		f.cut = true
		f.problems.Errorf(problem.YAMLInvalid, problem.Pos{File: f.name}, "", "more errors follow, they are not listed")
		return
	}
	f.problems.Errorf(problem.YAMLInvalid, problem.Pos{File: f.name, Line: line}, f.object, format, args...)
}

// Full reports whether no further error would be listed, so that reading on is
// of no use.
func (f *File) Full() bool { return f.cut }

// Problems returns what was found so far, in the order of the lines.
func (f *File) Problems() problem.List {
	if f.cut { // the last one has no line
		f.problems[:MaxErrors].Sort()
		return f.problems
	}
	f.problems.Sort()
	return f.problems
}
