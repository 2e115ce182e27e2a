package cli

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// shownToken is an API token in lists, in the form of the API.
type shownToken struct {
	ID         string           `json:"id"`
	Name       string           `json:"name"`
	Status     token.Status     `json:"status"`
	IssuedOn   time.Time        `json:"issued_on"`
	ModifiedOn time.Time        `json:"modified_on"`
	LastUsedOn *time.Time       `json:"last_used_on,omitempty"`
	NotBefore  *time.Time       `json:"not_before,omitempty"`
	ExpiresOn  *time.Time       `json:"expires_on,omitempty"`
	Condition  *token.Condition `json:"condition,omitempty"`
	Policies   []token.Policy   `json:"policies"`
}

// tokens is where the tokens of an account are worked on: a store, or a server.
type tokens interface {
	accountID() (string, error)
	zoneID(word string) (string, error)
	viewID(word string) (string, error)
	allTokens() ([]shownToken, error)
	create(name string, expires *time.Time, policies []token.Policy) (id, text string, err error)
	revoke(id string) error
}

func prepareToken(flags *flag.FlagSet) body {
	account := addAccountFlags(flags)
	asJSON := flags.Bool("json", false, "list: print one JSON array")
	rights := addRights(flags)
	return func(p *program, args []string) (int, error) {
		if len(args) == 0 {
			return exitFailure, usagef("say what to do: create, list or revoke")
		}
		what, rest := args[0], args[1:]
		if err := checkTokenWords(flags, what, rest); err != nil {
			return exitFailure, err
		}
		if err := account.check(flags); err != nil {
			return exitFailure, err
		}
		if what == "create" {
			if err := rights.check(); err != nil {
				return exitFailure, err
			}
		}
		err := account.withTokens(func(t tokens) error {
			switch what {
			case "create":
				return p.createToken(t, rights)
			case "revoke":
				return p.revokeToken(t, rest[0])
			}
			return p.listTokens(t, *asJSON)
		})
		return exitOf(err), err
	}
}

// checkTokenWords finds words and flags that do not go with a sub-command.
func checkTokenWords(flags *flag.FlagSet, what string, rest []string) error {
	ofCreate := []string{"all", "expires", "group", "name", "name-suffix", "type", "view", "zone"}
	others := slices.Concat(ofCreate, []string{"json"})
	count := 0
	switch what {
	case "create":
		others = []string{"json"}
	case "list":
		others = ofCreate
	case "revoke":
		count = 1
	default:
		return usagef("there is no `token %s`; say create, list or revoke", what)
	}
	if given := givenOf(flags, others...); len(given) > 0 {
		return usagef("-%s does not go with `token %s`", given[0], what)
	}
	switch {
	case len(rest) == count:
	case count == 1:
		return usagef("`token revoke` takes one NAME or ID, found %d words", len(rest))
	default:
		return usagef("`token %s` takes no argument, found %q", what, rest[0])
	}
	return nil
}

// withTokens has do work on the account's tokens.
func (f *accountFlags) withTokens(do func(tokens) error) error {
	if f.given() {
		r, err := f.remoteFlags.open()
		if err != nil {
			return err
		}
		return do(r)
	}
	l, err := f.openStore(false)
	if err != nil {
		return err
	}
	return l.close(do(l))
}

func (p *program) listTokens(t tokens, asJSON bool) error {
	all, err := t.allTokens()
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(p.stdout, append([]shownToken{}, all...))
	}
	if len(all) == 0 {
		fmt.Fprintln(p.stdout, "none")
		return nil
	}
	table(p.stdout, "ID\tNAME\tSTATUS\tISSUED\tEXPIRES\tLAST USED\tRIGHTS", all, func(t shownToken) []string {
		return []string{t.ID, t.Name, string(t.Status), day(&t.IssuedOn), day(t.ExpiresOn), day(t.LastUsedOn), rightsOf(t.Policies)}
	})
	return nil
}

// day returns the day of a time, "" for none.
func day(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// rightsOf returns the permissions of a token in short.
func rightsOf(policies []token.Policy) string {
	var parts []string
	for _, p := range policies {
		text := strings.Join(namesOf(p.Permissions, token.Permission.String), ", ")
		if len(p.Permissions) == len(token.Permissions()) {
			text = "all"
		}
		if p.Effect == token.Deny {
			text = "not " + text
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}

func (p *program) createToken(t tokens, rights *rightsFlags) error {
	policies, err := rights.policies(t)
	if err != nil {
		return err
	}
	expires, err := rights.expiry(time.Now())
	if err != nil {
		return err
	}
	id, text, err := t.create(rights.name, expires, policies)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stderr, "token %q, ID %s; it is shown this once:\n", rights.name, printable(id))
	_, err = fmt.Fprintln(p.stdout, printable(text))
	return err
}

func (p *program) revokeToken(t tokens, word string) error {
	all, err := t.allTokens()
	if err != nil {
		return err
	}
	found := slices.DeleteFunc(all, func(t shownToken) bool { return t.ID != word && t.Name != word })
	one, err := only("token", word, found, func(t shownToken) string { return t.ID })
	if err != nil {
		return err
	}
	if err := t.revoke(one.ID); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "token %q, ID %s, is gone\n", one.Name, printable(one.ID))
	return nil
}

// The tokens of a store.

func (l *local) accountID() (string, error) { return l.ID(), nil }

func (l *local) zoneID(word string) (string, error) {
	found := slices.DeleteFunc(l.Zones(), func(z *live.Zone) bool { return z.ID != word && domain.NoDot(z.Name) != domain.NoDot(word) })
	return idOf("zone", word, found, func(z *live.Zone) string { return z.ID })
}

func (l *local) viewID(word string) (string, error) {
	found := slices.DeleteFunc(l.Views(), func(v *live.View) bool { return v.ID != word && v.Name != word })
	return idOf("view", word, found, func(v *live.View) string { return v.ID })
}

// idOf returns the id of the one object there is of a name.
func idOf[T any](kind, word string, found []T, id func(T) string) (string, error) {
	one, err := only(kind, word, found, id)
	if err != nil {
		return "", err
	}
	return id(*one), nil
}

func (l *local) allTokens() (all []shownToken, err error) {
	for _, t := range l.Tokens() {
		all = append(all, shownToken{
			ID: t.ID, Name: t.Name, Status: t.State(time.Now()), IssuedOn: t.IssuedOn, ModifiedOn: t.Modified,
			NotBefore: t.NotBefore, ExpiresOn: t.ExpiresOn, Condition: t.Condition, Policies: t.Policies,
		})
	}
	return all, nil
}

func (l *local) create(name string, expires *time.Time, policies []token.Policy) (id, text string, err error) {
	text = token.NewText()
	_, err = l.Change(context.Background(), l.call("token create"), func(c *live.Change) error {
		made := &live.Token{
			Token: token.Token{Name: name, Status: token.StatusActive, IssuedOn: c.Now(), Modified: c.Now(), ExpiresOn: expires, Policies: policies},
			Hash:  token.HashOf(text),
		}
		c.SetToken(made)
		id = made.ID
		return nil
	})
	return id, text, err
}

func (l *local) revoke(id string) error {
	_, err := l.Change(context.Background(), l.call("token revoke"), func(c *live.Change) error { return c.DeleteToken(id) })
	return err
}

// The tokens of a server.

func (r *remote) accountID() (string, error) {
	a, err := r.account()
	return a.ID, err
}

func (r *remote) zoneID(word string) (string, error) {
	z, err := r.zone(word)
	if err != nil {
		return "", err
	}
	return z.ID, nil
}

func (r *remote) viewID(word string) (string, error) {
	path, err := r.inAccount("/dns_settings/views")
	if err != nil {
		return "", err
	}
	all, err := collect[remoteView](r, path, nil)
	if err != nil {
		return "", err
	}
	found := slices.DeleteFunc(all, func(v remoteView) bool { return v.ID != word && v.Name != word })
	return idOf("view", word, found, func(v remoteView) string { return v.ID })
}

func (r *remote) allTokens() ([]shownToken, error) {
	path, err := r.inAccount("/tokens")
	if err != nil {
		return nil, err
	}
	return collect[shownToken](r, path, nil)
}

func (r *remote) create(name string, expires *time.Time, policies []token.Policy) (id, text string, err error) {
	path, err := r.inAccount("/tokens")
	if err != nil {
		return "", "", err
	}
	body := map[string]any{"name": name, "policies": policies}
	if expires != nil {
		body["expires_on"] = expires
	}
	var made struct {
		ID    string `json:"id"`
		Value string `json:"value"`
	}
	_, err = r.call(http.MethodPost, path, body, &made)
	return made.ID, made.Value, err
}

func (r *remote) revoke(id string) error {
	path, err := r.inAccount("/tokens/" + id)
	if err == nil {
		_, err = r.call(http.MethodDelete, path, nil, &json.RawMessage{})
	}
	return err
}
