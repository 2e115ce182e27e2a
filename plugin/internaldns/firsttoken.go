package internaldns

import (
	"context"
	"errors"
	stdlog "log"
	"os"
	"path/filepath"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// tokenFile returns where the first token of an account is written.
func tokenFile(account, dir string) string {
	name := "internaldns.token"
	if account != defaultAccount {
		name = "internaldns." + account + ".token"
	}
	return filepath.Join(dir, name)
}

// errHasTokens says that another server has made the first token.
var errHasTokens = errors.New("the account has tokens")

// firstToken makes a token with all rights for an account that has none, and writes it
// beside the store. The file is written first: a token that nobody knows is of no use. Of
// servers that start at once one makes it, and only that has the file.
func firstToken(account *live.Account, dir string) error {
	if len(account.Tokens()) > 0 {
		return nil
	}
	text := token.NewText()
	file := tokenFile(account.Name(), dir)
	if err := writeSecret(file, text+"\n"); err != nil {
		return err
	}
	policy, err := token.Full(account.ID())
	if err != nil {
		return err
	}
	_, err = account.Change(context.Background(), live.Call{TokenName: pluginName, Method: "START"}, func(c *live.Change) error {
		if c.HasTokens() {
			return errHasTokens
		}
		c.SetToken(&live.Token{
			Token: token.Token{Name: "first", Status: token.StatusActive, IssuedOn: c.Now(), Modified: c.Now(), Policies: []token.Policy{policy}},
			Hash:  token.HashOf(text),
		})
		return nil
	})
	switch {
	case err == nil:
		log.Infof("Account %s is new; a token with all rights is in %s", account.Name(), file)
	case errors.Is(err, errHasTokens):
		log.Infof("Account %s is new; another server has made its first token, and has it in a file", account.Name())
		return os.Remove(file)
	case errors.Is(err, store.ErrUncertain):
		log.Warningf("Account %s is new; a token with all rights may be in %s: %v", account.Name(), file, err)
		return nil
	case errors.Is(err, store.ErrUnreachable), errors.Is(err, live.ErrBusy):
		log.Warningf("Account %s has no token, the next start makes one: %v", account.Name(), err)
		return os.Remove(file)
	}
	return err
}

// writeSecret writes a file that only its owner can read, whole or not at all.
func writeSecret(file, text string) error {
	temporary, err := os.CreateTemp(filepath.Dir(file), ".token-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = temporary.WriteString(text)
	if err == nil {
		err = temporary.Sync()
	}
	if closed := temporary.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(temporary.Name(), file)
	}
	if err != nil {
		_ = os.Remove(temporary.Name())
	}
	return err
}

// errorLog is where net/http tells of broken connections, which are worth a line of the
// lowest level only.
func errorLog() *stdlog.Logger { return stdlog.New(debugWriter{}, "", 0) }

type debugWriter struct{}

// Write implements io.Writer.
func (debugWriter) Write(line []byte) (int, error) {
	log.Debug(strings.TrimSpace(string(line)))
	return len(line), nil
}
