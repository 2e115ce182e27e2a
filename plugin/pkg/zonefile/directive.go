package zonefile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// directive carries out a line that starts with $.
func (p *parser) directive() {
	if !p.directives {
		p.errorf(p.line, "directives are not allowed here, write one record")
		return
	}
	var err error
	switch strings.ToUpper(string(clip(p.text(p.toks[0])))) {
	case "$ORIGIN":
		err = p.originDirective()
	case "$TTL":
		err = p.ttlDirective()
	case "$INCLUDE":
		err = p.include()
	case "$GENERATE":
		err = p.generate()
	case "$DATE": // the time of a dump, as named writes it
		_, err = p.args(1, 1, "a time")
	default:
		err = errAt(p.toks[0], "unknown directive, known are $ORIGIN, $TTL, $INCLUDE and $GENERATE")
	}
	if err != nil {
		p.fail(err)
	}
}

// args returns the arguments of the present directive, of which the usage tells.
func (p *parser) args(least, most int, usage string) ([]token, error) {
	args := p.toks[1:]
	switch {
	case len(args) < least:
		return nil, errAt(p.toks[0], "needs %s", usage)
	case len(args) > most:
		return nil, errAt(args[most], "has %q behind %s", clip(p.text(args[most])), usage)
	}
	return args, nil
}

func (p *parser) originDirective() error {
	args, err := p.args(1, 1, "one domain name")
	if err != nil {
		return err
	}
	name, err := p.name(p.text(args[0]))
	if err != nil {
		return err
	}
	if name != p.origin {
		p.setOrigin(strings.Clone(name))
		p.warnOwner = true
	}
	return nil
}

func (p *parser) ttlDirective() error {
	args, err := p.args(1, 1, "one TTL")
	if err != nil {
		return err
	}
	ttl, err := p.statedTTL(args[0])
	if err != nil {
		return err
	}
	p.defTTL, p.hasDef = ttl, true
	return nil
}

// include reads another file in place of the line. Owner and origin are as
// before afterwards; TTLs stay as the file leaves them, as BIND has it.
func (p *parser) include() error {
	args, err := p.args(1, 2, "a file and, if need be, an origin")
	if err != nil {
		return err
	}
	name, err := p.includePath(string(bytes.ReplaceAll(p.text(args[0]), []byte(`\"`), []byte(`"`))))
	if err != nil {
		return err
	}
	origin := p.origin
	if len(args) == 2 {
		if origin, err = p.name(p.text(args[1])); err != nil {
			return fmt.Errorf("bad origin: %w", err)
		}
	}
	file, err := p.opt.Open(name)
	if err != nil {
		return fmt.Errorf("cannot open %q: %w", name, err)
	}
	defer file.Close()
	p.files++
	p.runIncluded(newSource(file, name, &p.left), origin)
	return nil
}

// includePath joins a path to the directory of the present file and confines it.
func (p *parser) includePath(path string) (string, error) {
	switch {
	case p.opt.Open == nil:
		return "", fmt.Errorf("files cannot be included here")
	case p.depth == maxDepth:
		return "", fmt.Errorf("files are included in one another more than %d deep", maxDepth)
	case p.files == maxIncludes:
		p.stopped = true
		return "", fmt.Errorf("more than %d files are included", maxIncludes)
	case !filepath.IsLocal(path):
		return "", fmt.Errorf("%q is not below the directory of the file that includes it, write a relative path without .. in it", path)
	}
	return filepath.Join(filepath.Dir(p.src.file), path), nil
}

// runIncluded reads src with an origin of its own.
func (p *parser) runIncluded(src *source, origin string) {
	outer, outerOrigin, owner, lost := p.src, p.origin, p.owner, p.lostOwner
	p.src = src
	p.depth++
	if origin != p.origin {
		p.setOrigin(strings.Clone(origin))
		p.warnOwner = true
	}
	p.run()
	p.depth--
	p.src = outer
	p.setOrigin(outerOrigin)
	p.owner, p.lostOwner, p.warnOwner = owner, lost, false
	p.toks = p.toks[:0] // they were of the included file
}

// OpenBelow makes an Options.Open for files below dir. Symbolic links are
// followed as long as they are relative and lead to a place below dir, so dir
// is best the directory of the zone file. Only regular files are opened. The
// function may be used concurrently.
func OpenBelow(dir string) func(name string) (io.ReadCloser, error) {
	return func(name string) (io.ReadCloser, error) {
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return nil, err
		}
		root, err := os.OpenRoot(dir)
		if err != nil {
			return nil, err
		}
		defer root.Close()
		info, err := root.Stat(rel) // first: opening a pipe would wait for a writer
		if failed, ok := errors.AsType[*fs.PathError](err); ok {
			return nil, fmt.Errorf("open %s: %w", name, failed.Err)
		}
		if err != nil {
			return nil, err
		}
		if !info.Mode().IsRegular() {
			return nil, fmt.Errorf("%s is not a regular file", name)
		}
		return root.Open(rel)
	}
}
