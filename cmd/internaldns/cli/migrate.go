package cli

import (
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/store/bolt"
	"github.com/internaldns/internaldns/plugin/pkg/store/etcd"
)

// inEtcd is what stands for etcd among the words of the command.
const inEtcd = "etcd"

// migrateFlags say what is copied, and how etcd is reached.
type migrateFlags struct {
	account, endpoints, path, username, passwordFile, cert, key, ca *string
	force                                                           *bool
}

func prepareMigrate(flags *flag.FlagSet) body {
	f := &migrateFlags{
		account:      flags.String("account", "default", "`NAME` of the account"),
		endpoints:    flags.String("etcd", "", "`URL`s of etcd, with commas between them"),
		path:         flags.String("path", etcd.DefaultPath, "`PATH` that all keys in etcd begin with"),
		username:     flags.String("username", "", "`NAME` to show to etcd"),
		passwordFile: flags.String("password", "", "`FILE` that holds the password"),
		cert:         flags.String("cert", "", "`FILE` of the certificate to show to etcd"),
		key:          flags.String("key", "", "`FILE` of its key"),
		ca:           flags.String("cacert", "", "`FILE` of the authorities that etcd's certificate comes from"),
		force:        flags.Bool("force", false, "replace what the account holds where it goes"),
	}
	return func(p *program, args []string) (int, error) {
		if len(args) != 2 || (args[0] == inEtcd) == (args[1] == inEtcd) {
			return exitFailure, usagef("say from where to where: FILE etcd, or etcd FILE")
		}
		if *f.endpoints == "" {
			return exitFailure, usagef("-etcd is needed: the URLs of etcd")
		}
		done, err := f.migrate(args[0], args[1])
		if err == nil {
			fmt.Fprintln(p.stdout, done)
		}
		return exitOf(err), err
	}
}

// migrate copies the account, and holds the backups of both against each other.
func (f *migrateFlags) migrate(from, to string) (done string, err error) {
	copies, err := os.MkdirTemp("", "internaldns-migrate-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(copies) // of what etcd has
	if _, err := os.Stat(from); from != inEtcd && errors.Is(err, fs.ErrNotExist) {
		return "", missingf("there is no store %s", from)
	}
	source, err := f.open(from, copies)
	if err != nil {
		return "", err
	}
	defer func() { err = source.close(err) }()
	if source.Revision() == 0 {
		return "", missingf("%s has no account %q; name one with -account", from, *f.account)
	}
	target, err := f.open(to, copies)
	if err != nil {
		return "", err
	}
	defer func() { err = target.close(err) }()
	if n := target.Revision(); n > 0 && !*f.force {
		return "", fmt.Errorf("%s holds the account %q already, at revision %d; -force replaces it", to, *f.account, n)
	}
	var before [sha256.Size]byte
	b, err := source.read(&before)
	if err != nil {
		return "", err
	}
	call := live.Call{TokenName: "internaldns", Method: "TOOL", Path: "migrate"}
	revision, err := target.Change(context.Background(), call, func(c *live.Change) error { return c.Restore(b) })
	if err != nil {
		return "", err
	}
	var after [sha256.Size]byte
	if _, err := target.read(&after); err != nil {
		return "", err
	}
	if before != after {
		return "", fmt.Errorf("what %s holds now is not what %s does: somebody else has changed it meanwhile; begin anew", to, from)
	}
	n := b.Count()
	return fmt.Sprintf("revision %d: %d zones, %d records, %d views, %d policies, %d lists, %d locations, %d tokens; both backups are the same",
		revision, n["zone"], n["record"], n["view"], n["rule"], n["list"], n["location"], n["token"]), nil
}

// migrated is one of the two accounts.
type migrated struct {
	*live.Account
	store store.Store
}

// open opens an account in a file or in etcd.
func (f *migrateFlags) open(where, copies string) (*migrated, error) {
	opened, err := f.openStore(where, copies)
	if errors.Is(err, store.ErrInUse) {
		return nil, fmt.Errorf("%w: stop the server that holds it", err)
	}
	if err != nil {
		return nil, err
	}
	account, err := live.Open(context.Background(), live.Config{Name: *f.account, Store: opened})
	if err != nil {
		return nil, errors.Join(err, opened.Close())
	}
	return &migrated{account, opened}, nil
}

func (f *migrateFlags) openStore(where, copies string) (store.Store, error) {
	if where != inEtcd {
		return bolt.Open(where, bolt.Options{})
	}
	opt := etcd.Options{
		Endpoints: strings.Split(*f.endpoints, ","), Path: *f.path, Username: *f.username, Cert: *f.cert, Key: *f.key, CA: *f.ca,
		Copy: filepath.Join(copies, "copy.db"),
	}
	if *f.passwordFile != "" {
		text, err := os.ReadFile(filepath.Clean(*f.passwordFile))
		if err != nil {
			return nil, err
		}
		opt.Password = strings.TrimRight(string(text), "\r\n")
	}
	return etcd.Open(opt)
}

// read reads all that the account holds, with the sum of its backup.
func (m *migrated) read(sum *[sha256.Size]byte) (*live.Backup, error) {
	out, in := io.Pipe()
	written := make(chan error, 1)
	hash := sha256.New()
	go func() {
		err := m.Backup(context.Background(), io.MultiWriter(in, hash))
		in.CloseWithError(err) //nolint:errcheck // documented never to return one
		written <- err
	}()
	b, err := live.ReadBackup(context.Background(), out)
	_ = out.CloseWithError(errors.New("the backup is not read to its end"))
	if wrote := <-written; err == nil {
		err = wrote
	}
	hash.Sum(sum[:0])
	return b, err
}

func (m *migrated) close(err error) error {
	m.Close()
	if closed := m.store.Close(); err == nil {
		err = closed
	}
	return err
}
