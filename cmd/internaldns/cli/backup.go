package cli

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

func prepareBackup(flags *flag.FlagSet) body {
	account := addAccountFlags(flags)
	output := flags.String("o", "", "`FILE` to write instead of standard output, readable for its owner alone")
	return func(p *program, args []string) (int, error) {
		if len(args) > 0 {
			return exitFailure, usagef("no argument is taken, found %q", args[0])
		}
		if err := account.check(flags); err != nil {
			return exitFailure, err
		}
		write := account.backup
		if *output == "" {
			err := write(p.stdout)
			return exitOf(err), err
		}
		err := writeStream(*output, write)
		return exitOf(err), err
	}
}

// backup writes the backup of the account.
func (f *accountFlags) backup(w io.Writer) error {
	if f.given() {
		r, err := f.remoteFlags.open()
		if err != nil {
			return err
		}
		path, err := r.inAccount("/internal_dns/backup")
		if err != nil {
			return err
		}
		return r.download(path, w)
	}
	l, err := f.openStore(false)
	if err != nil {
		return err
	}
	return l.close(l.Backup(context.Background(), w))
}

// writeStream has a file hold what write writes, whole or as it was before, for its owner
// alone.
func writeStream(name string, write func(io.Writer) error) error {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a directory; name a file", name)
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".internaldns-") // mode 0600
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		at.Path = name // the name of the temporary file says nothing
	}
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone already if all went well
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// restored says what an account holds after a restore.
type restored struct {
	Revision  uint64 `json:"revision"`
	Zones     int    `json:"zones"`
	Records   int    `json:"records"`
	Views     int    `json:"views"`
	Rules     int    `json:"rules"`
	Tokens    int    `json:"tokens"`
	Lists     int    `json:"lists"`
	Locations int    `json:"locations"`
}

func prepareRestore(flags *flag.FlagSet) body {
	account := addAccountFlags(flags)
	return func(p *program, args []string) (int, error) {
		if len(args) != 1 {
			return exitFailure, usagef("one FILE is taken, or - for standard input, found %d words", len(args))
		}
		if err := account.check(flags); err != nil {
			return exitFailure, err
		}
		in, size, err := openInput(args[0])
		if err != nil {
			return exitFailure, err
		}
		defer in.Close()
		done, err := account.restore(in, size)
		if err != nil {
			return codeOfRefusal(err), inFile(args[0], err)
		}
		fmt.Fprintf(p.stdout, "revision %d: %d zones, %d records, %d views, %d policies, %d lists, %d locations, %d tokens\n",
			done.Revision, done.Zones, done.Records, done.Views, done.Rules, done.Lists, done.Locations, done.Tokens)
		return exitOK, nil
	}
}

// openInput opens a file, or standard input for -. The size is -1 if it is not known.
func openInput(name string) (io.ReadCloser, int64, error) {
	if name == "-" {
		return io.NopCloser(os.Stdin), -1, nil
	}
	f, err := os.Open(filepath.Clean(name))
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return f, -1, err
	}
	return f, info.Size(), nil
}

// restore puts a backup in the place of all that the account holds.
func (f *accountFlags) restore(in io.Reader, size int64) (*restored, error) {
	done := new(restored)
	if f.given() {
		r, err := f.remoteFlags.open()
		if err != nil {
			return nil, err
		}
		path, err := r.inAccount("/internal_dns/restore")
		if err == nil {
			_, err = r.upload(path, "application/json", in, size, done)
		}
		return done, err
	}
	// Before the store is made, if there is none: a file that is wrong leaves nothing behind.
	b, err := live.ReadBackup(context.Background(), bufio.NewReader(in))
	if err != nil {
		return nil, err
	}
	l, err := f.openStore(true)
	if err != nil {
		return nil, err
	}
	done.Revision, err = l.Change(context.Background(), l.call("restore"), func(c *live.Change) error { return c.Restore(b) })
	n := b.Count()
	done.Zones, done.Records, done.Views, done.Rules, done.Tokens, done.Lists, done.Locations = n["zone"], n["record"], n["view"], n["rule"], n["token"], n["list"], n["location"]
	return done, l.close(err)
}

// codeOfRefusal returns the exit code of a restore: 1 if the file is not one to restore.
func codeOfRefusal(err error) int {
	if _, wrong := errors.AsType[problem.List](err); wrong || isStatus(err, 400) {
		return exitFound
	}
	return exitOf(err)
}

// inFile names the file in the positions of problems.
func inFile(name string, err error) error {
	list, ok := errors.AsType[problem.List](err)
	if !ok {
		return err
	}
	for i := range list {
		list[i].Pos.File = name
	}
	return list
}
