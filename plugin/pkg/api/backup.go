package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// maxBackup bounds the file of a restore, in octets.
const maxBackup = 512 << 20

// restoreObject says what an account holds after a restore.
type restoreObject struct {
	Revision  uint64 `json:"revision"`
	Zones     int    `json:"zones"`
	Records   int    `json:"records"`
	Views     int    `json:"views"`
	Rules     int    `json:"rules"`
	Tokens    int    `json:"tokens"`
	Lists     int    `json:"lists"`
	Locations int    `json:"locations"`
}

// everything refuses a token that lacks any right on anything of its account: a backup
// holds all, and a restore replaces all.
func (c *call) everything() *Error {
	return c.wholly(token.Permissions(), "a backup or restore needs a token that has all rights on the whole account and is denied nothing")
}

// readsAll refuses a token that may not read all that an answer of DNS depends on.
func (c *call) readsAll() *Error {
	return c.wholly([]token.Permission{token.ZoneRead, token.DNSRead, token.ZoneDNSSettingsRead, token.DNSViewRead, token.ResolverPoliciesRead},
		"this tells of all zones, views and policies; it needs a token that may read the whole account's (Zone Read, DNS Read, Zone DNS Settings Read, DNS View Read, Resolver Policies Read) and is denied nothing")
}

// wholly refuses a token that lacks some permissions on anything of its account.
func (c *call) wholly(permissions []token.Permission, needs string) *Error {
	policy, err := token.Full(c.account.ID())
	if err != nil {
		return c.fail(err)
	}
	policy.Permissions = permissions
	asked := token.Token{ExpiresOn: c.token.ExpiresOn, Condition: c.token.Condition, Policies: []token.Policy{policy}}
	if c.token.Delegates(&asked) {
		return nil
	}
	bad := c.forbidden(c.route.permission)
	bad.Message = "Authentication error: " + needs
	return bad
}

// getBackup writes all that the account holds.
func getBackup(c *call) *Error {
	return c.sendBackup("internaldns-"+c.account.ID()+".json", c.account.Backup)
}

// sendBackup writes a backup itself, without an envelope and as it is read from the store.
// If it cannot be ended the connection is cut, so that no part passes for a whole.
func (c *call) sendBackup(name string, write func(context.Context, io.Writer) error) *Error {
	if bad := c.everything(); bad != nil {
		return bad
	}
	release, bad := c.largeSlot()
	if bad != nil {
		return bad
	}
	defer release()
	c.deadline(largeTime)
	h := c.w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	c.setRevision()
	body := &begun{w: c.w}
	err := write(c.req.Context(), body)
	if c.sent = body.begun; err == nil {
		return nil
	}
	if !body.begun {
		h.Del("Content-Disposition")
		return c.fail(err)
	}
	if c.req.Context().Err() == nil {
		log.Errorf("%s: %v", c.route.name(), err)
	}
	panic(http.ErrAbortHandler)
}

// begun is a writer that knows whether anything was written.
type begun struct {
	w     io.Writer
	begun bool
}

// Write implements io.Writer.
func (b *begun) Write(p []byte) (int, error) {
	b.begun = true
	return b.w.Write(p)
}

// postRestore puts what a backup holds in the place of all that the account holds.
func postRestore(c *call) *Error {
	if bad := c.everything(); bad != nil {
		return bad
	}
	select {
	case c.api.restoring <- struct{}{}:
		defer func() { <-c.api.restoring }()
	default:
		c.w.Header().Set("Retry-After", "10")
		return errorf(http.StatusServiceUnavailable, codeBusy, "another restore is under way; try again once it has ended")
	}
	c.deadline(largeTime)
	began := time.Now()
	b, err := live.ReadBackup(c.req.Context(), http.MaxBytesReader(c.w, c.req.Body, maxBackup))
	if err != nil {
		return c.unreadable(err)
	}
	if bad := c.delegatesAll(b); bad != nil {
		return bad
	}
	if bad := c.do(func(ch *live.Change) error { return ch.Restore(b) }); bad != nil {
		return bad
	}
	end, n := time.Now(), b.Count()
	c.result = restoreObject{Revision: c.revision, Zones: n["zone"], Records: n["record"], Views: n["view"], Rules: n["rule"], Tokens: n["token"], Lists: n["list"], Locations: n["location"]}
	c.timing = &timing{StartTime: formatTime(began), EndTime: formatTime(end), ProcessTime: end.Sub(began).Seconds()}
	return nil
}

// unreadable words why a backup could not be read.
func (c *call) unreadable(err error) *Error {
	if problems, ok := errors.AsType[problem.List](err); ok {
		return c.refused(problems)
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return errorf(http.StatusRequestEntityTooLarge, codeTooLarge, "the backup has more than %d octets; restore it with `internaldns restore -store` while no server holds the store", maxBackup)
	}
	return tooLarge(err, maxBackup)
}

// delegatesAll refuses a backup with tokens that live longer than the bearer, or that may
// be used from where it may not, unless they are those of the account.
func (c *call) delegatesAll(b *live.Backup) *Error {
	for _, t := range b.Tokens() {
		// All that an account has is the bearer's already: what is left is how long, and from where.
		bound := t.Token
		bound.Policies = c.token.Policies
		if !c.token.Delegates(&bound) && !isSame(c.account.Token(t.ID), t) {
			bad := c.tooMuch()
			bad.Message += fmt.Sprintf("; the backup holds one, %q", clip(t.Name))
			return bad
		}
	}
	return nil
}

// isSame reports whether two tokens are the same in all they have; the first may be nil.
func isSame(a, b *live.Token) bool {
	textA, errA := json.Marshal(a)
	textB, errB := json.Marshal(b)
	return errA == nil && errB == nil && bytes.Equal(textA, textB)
}
