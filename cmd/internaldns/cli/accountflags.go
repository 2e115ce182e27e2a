package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"

	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/store/bolt"
)

// accountFlags are those of a command that works on an account of a server, or of a store
// that no server holds.
type accountFlags struct {
	*remoteFlags
	store, account *string
}

func addAccountFlags(flags *flag.FlagSet) *accountFlags {
	return &accountFlags{
		remoteFlags: addRemoteFlags(flags),
		store:       flags.String("store", "", "`FILE` of a store that no server holds, instead of -api"),
		account:     flags.String("account", "default", "`NAME` of the account in the store"),
	}
}

// check finds what does not go together.
func (f *accountFlags) check(flags *flag.FlagSet) error {
	switch {
	case f.given() == (*f.store != ""):
		return usagef("say whose account: -api URL of a server, or -store FILE while no server holds that")
	case f.given() && len(givenOf(flags, "account")) > 0:
		return usagef("-account does not go with -api: the account is that of the token")
	}
	return nil
}

// local is an account in a store that this process holds.
type local struct {
	*live.Account
	store *bolt.Store
}

// open opens the account in the store. The store is made if that is allowed and there is
// none.
func (f *accountFlags) openStore(mayMake bool) (*local, error) {
	if _, err := os.Stat(*f.store); errors.Is(err, fs.ErrNotExist) && !mayMake {
		return nil, missingf("there is no store %s", *f.store)
	}
	opened, err := bolt.Open(*f.store, bolt.Options{})
	if errors.Is(err, store.ErrInUse) {
		return nil, fmt.Errorf("%w: a server holds it; use -api with its URL in place of -store", err)
	}
	if err != nil {
		return nil, err
	}
	account, err := live.Open(context.Background(), live.Config{Name: *f.account, Store: opened})
	if err == nil && account.Revision() == 0 && !mayMake {
		err = missingf("the store %s has no account %q; name one with -account", *f.store, *f.account)
	}
	if err != nil {
		return nil, errors.Join(err, opened.Close())
	}
	return &local{account, opened}, nil
}

// close gives the store back, and returns the first error of all.
func (l *local) close(err error) error {
	l.Close()
	if closed := l.store.Close(); err == nil {
		err = closed
	}
	return err
}

// call is who the history of the account says has made a change.
func (*local) call(command string) live.Call {
	return live.Call{TokenName: "internaldns", Method: "TOOL", Path: command}
}
