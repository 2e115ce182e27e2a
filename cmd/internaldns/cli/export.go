package cli

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
	"github.com/internaldns/internaldns/plugin/pkg/zonefile"
)

func prepareExport(flags *flag.FlagSet) body {
	conf := flags.String("conf", defaultCorefile, "Corefile to read, a `FILE` or stdin")
	key := flags.String("block", "", "`KEY` of the server block or its position, where several have a zone of that ID")
	output := flags.String("o", "", "`FILE` to write instead of standard output")
	api := addRemoteFlags(flags)
	return func(p *program, args []string) (int, error) {
		if len(args) != 1 {
			return exitFailure, usagef("one ZONE is taken, found %d words", len(args))
		}
		if api.given() {
			r, err := api.openInstead(flags, "conf", "block")
			if err == nil {
				err = r.export(p, args[0], *output)
			}
			return exitOf(err), err
		}
		c, err := p.loadGood(*conf)
		if err != nil {
			return exitFailure, err
		}
		snapshot, z, err := c.zone(*key, args[0])
		if err != nil {
			return exitFound, err
		}
		// Written whole or not at all: half a zone file is a zone, too.
		var text bytes.Buffer
		if err := export(&text, snapshot, z); err != nil {
			return exitFailure, fmt.Errorf("zone %q: %w", z.ID, err)
		}
		if err := p.write(*output, text.Bytes()); err != nil {
			return exitFailure, err
		}
		return exitOK, nil
	}
}

// write writes a file, or standard output if it has no name.
func (p *program) write(name string, text []byte) error {
	if name == "" {
		_, err := p.stdout.Write(text)
		return err
	}
	return writeWhole(name, text)
}

// export writes a zone of a server's account, by its id or name.
func (r *remote) export(p *program, word, output string) error {
	z, err := r.zone(word)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := r.download("/zones/"+z.ID+"/dns_records/export", &text); err != nil {
		return err
	}
	return p.write(output, text.Bytes())
}

// export writes a zone's records as a master file. A synthesized SOA is written as
// a comment: without it, the file loads to the same zone again.
func export(out *bytes.Buffer, s *model.Snapshot, z *model.Zone) error {
	data := s.Data(z)
	fmt.Fprintf(out, "; zone %s, ID %q\n", z.Apex, z.ID)
	if data.Synthesized() {
		fmt.Fprintf(out, "; no SOA in the data; answers show: %s\n", data.SOA())
	}
	return zonefile.Write(out, z.Apex, data.All())
}

// writeWhole replaces a file in one step.
func writeWhole(name string, text []byte) error {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a directory; name a file", name)
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".internaldns-")
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		at.Path = name // the name of the temporary file says nothing
	}
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone already if all went well
	if _, err := f.Write(text); err != nil {
		f.Close()
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// zone finds a zone by its ID, in the block of a key or in all blocks.
func (c *config) zone(key, id string) (*model.Snapshot, *model.Zone, error) {
	blocks := c.all()
	if key != "" {
		b, err := c.block(key)
		if err != nil {
			return nil, nil, err
		}
		blocks = []*scope.Block{b}
	}
	var found []*scope.Block
	var known []string
	for _, b := range blocks {
		if b.Snapshot.Zone(id) != nil {
			found = append(found, b)
		}
		known = append(known, namesOf(b.Snapshot.Zones, zoneID)...)
	}
	switch {
	case len(found) == 1:
		return found[0].Snapshot, found[0].Snapshot.Zone(id), nil
	case len(found) > 1:
		return nil, nil, fmt.Errorf("several server blocks have a zone with the ID %q, choose one with -block: %s", id, c.blockNames(found))
	case len(known) == 0:
		return nil, nil, fmt.Errorf("there is no zone with the ID %q, nor any other", id)
	}
	const most = 8
	shown := strings.Join(known[:min(len(known), most)], ", ")
	if len(known) > most {
		shown += fmt.Sprintf(" and %d more, see `internaldns list zones`", len(known)-most)
	}
	return nil, nil, fmt.Errorf("there is no zone with the ID %q; known: %s", id, shown)
}
