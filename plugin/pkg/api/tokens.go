package api

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// The paths at which a token learns of itself.
const (
	verifyPath        = "/user/tokens/verify"
	accountVerifyPath = "/accounts/{account}/tokens/verify"
)

// tokenObject is a token as Cloudflare shows it. Value is there once, when it is made.
type tokenObject struct {
	ID         string           `json:"id"`
	Name       string           `json:"name"`
	Status     token.Status     `json:"status"`
	IssuedOn   string           `json:"issued_on"`
	ModifiedOn string           `json:"modified_on"`
	LastUsedOn *string          `json:"last_used_on"`
	NotBefore  *string          `json:"not_before,omitempty"`
	ExpiresOn  *string          `json:"expires_on,omitempty"`
	Condition  *token.Condition `json:"condition,omitempty"`
	Policies   []token.Policy   `json:"policies"`
	Value      string           `json:"value,omitempty"`
}

func (c *call) showToken(t *live.Token) tokenObject {
	return tokenObject{
		ID: t.ID, Name: t.Name, Status: t.State(time.Now()), IssuedOn: formatTime(t.IssuedOn), ModifiedOn: formatTime(t.Modified),
		LastUsedOn: formatTimeOf(c.api.limits.lastUse(t.ID)), NotBefore: formatTimeOf(t.NotBefore), ExpiresOn: formatTimeOf(t.ExpiresOn),
		Condition: t.Condition, Policies: t.Policies,
	}
}

// verifyObject says whether a token can be used.
type verifyObject struct {
	ID        string       `json:"id"`
	Status    token.Status `json:"status"`
	NotBefore *string      `json:"not_before,omitempty"`
	ExpiresOn *string      `json:"expires_on,omitempty"`
}

func verifyToken(c *call) *Error {
	t := c.token
	c.result = verifyObject{ID: t.ID, Status: t.State(time.Now()), NotBefore: formatTimeOf(t.NotBefore), ExpiresOn: formatTimeOf(t.ExpiresOn)}
	if t.Usable(time.Now(), c.client()) {
		c.note(codeAuthentication, "This API Token is valid and active", "")
	} else {
		c.note(codeAuthentication, "This API Token cannot be used now, or not from here", "")
	}
	return nil
}

// tokenBody is what a call says of a token.
type tokenBody struct {
	Name      member[string]           `json:"name" required:"true"`
	Policies  member[[]token.Policy]   `json:"policies" required:"true"`
	Status    member[token.Status]     `json:"status"`
	NotBefore member[time.Time]        `json:"not_before"`
	ExpiresOn member[time.Time]        `json:"expires_on"`
	Condition member[*token.Condition] `json:"condition"`
}

const (
	maxTokenName = 120
	maxPolicies  = 300
	maxPrefixes  = 1000
)

// read reads the body of a call about a token.
func (b *tokenBody) read(c *call) *Error {
	if bad := c.decode(b); bad != nil {
		return bad
	}
	if !b.Name.has() || strings.TrimSpace(b.Name.Value) == "" || len(b.Name.Value) > maxTokenName || printable(b.Name.Value) != b.Name.Value {
		return invalid(codeInvalid, "/name", "a token needs a name of at most %d octets", maxTokenName)
	}
	if n := len(b.Policies.Value); n == 0 || n > maxPolicies {
		return invalid(codeInvalid, "/policies", "a token needs 1 to %d policies", maxPolicies)
	}
	if s := b.Status.Value; b.Status.has() && s != token.StatusActive && s != token.StatusDisabled {
		return invalid(codeInvalid, "/status", "%q, allowed: active, disabled", clip(string(s)))
	}
	if ip := b.Condition.Value; ip != nil && ip.RequestIP != nil && len(ip.RequestIP.In)+len(ip.RequestIP.NotIn) > maxPrefixes {
		return invalid(codeInvalid, "/condition/request_ip", "more than %d prefixes", maxPrefixes)
	}
	return nil
}

// apply changes a token as the body says: what is absent goes to its default.
func (b *tokenBody) apply(t *live.Token, now time.Time) {
	t.Name, t.Policies, t.Condition = b.Name.Value, slices.Clone(b.Policies.Value), b.Condition.Value
	if b.Status.has() {
		t.Status = b.Status.Value
	}
	t.NotBefore, t.ExpiresOn = nil, nil
	if b.NotBefore.has() {
		t.NotBefore = &b.NotBefore.Value
	}
	if b.ExpiresOn.has() {
		t.ExpiresOn = &b.ExpiresOn.Value
	}
	t.Modified = now
}

// delegates refuses a change of a token that has rights which the bearer lacks, or is to
// have them.
func (c *call) delegates(t *live.Token) error {
	if c.token.ID == t.ID || c.token.Delegates(&t.Token) {
		return nil
	}
	return c.tooMuch()
}

func (c *call) tooMuch() *Error {
	err := c.forbidden(token.APITokensWrite)
	err.Message = "Authentication error: a token cannot make, change or roll one with rights that it lacks itself, or that lives longer"
	return err
}

func listTokens(c *call) *Error {
	p, bad := c.readPage(20, 50)
	if bad != nil {
		return bad
	}
	all := c.account.Tokens()
	if bad := turn(all, c.req.URL.Query()); bad != nil {
		return bad
	}
	return reply(c, p, all, c.showToken)
}

// findToken returns the token of the path.
func (c *call) findToken() (*live.Token, *Error) {
	id := c.req.PathValue("token")
	if t := c.account.Token(id); t != nil {
		return t, nil
	}
	return nil, notFound(&live.NotFoundError{Kind: "token", ID: id})
}

func getToken(c *call) *Error {
	t, bad := c.findToken()
	if bad != nil {
		return bad
	}
	c.result = c.showToken(t)
	return nil
}

func createToken(c *call) *Error {
	var body tokenBody
	if bad := body.read(c); bad != nil {
		return bad
	}
	text := token.NewText()
	var made *live.Token
	if bad := c.do(func(ch *live.Change) error {
		made = &live.Token{Token: token.Token{Status: token.StatusActive, IssuedOn: ch.Now()}, Hash: token.HashOf(text)}
		body.apply(made, ch.Now())
		if err := c.delegates(made); err != nil {
			return err
		}
		ch.SetToken(made)
		return nil
	}); bad != nil {
		return bad
	}
	o := c.showToken(made)
	o.Value = text
	c.result = o
	return nil
}

// changeToken makes a change of the token of the path.
func (c *call) changeToken(change func(*live.Change, *live.Token) error) (*live.Token, *Error) {
	old, bad := c.findToken()
	if bad != nil {
		return nil, bad
	}
	var now *live.Token
	bad = c.do(func(ch *live.Change) error {
		t, err := ch.Token(old.ID)
		if err != nil {
			return err
		}
		if err := c.delegates(t); err != nil {
			return err
		}
		next := *t
		now = &next
		return change(ch, now)
	})
	return now, bad
}

func putToken(c *call) *Error {
	var body tokenBody
	if bad := body.read(c); bad != nil {
		return bad
	}
	now, bad := c.changeToken(func(ch *live.Change, t *live.Token) error {
		body.apply(t, ch.Now())
		if !c.token.Delegates(&t.Token) { // its own rights a token may give up, not widen
			return c.tooMuch()
		}
		ch.SetToken(t)
		return nil
	})
	if bad != nil {
		return bad
	}
	c.result = c.showToken(now)
	return nil
}

func rollToken(c *call) *Error {
	text := token.NewText()
	if _, bad := c.changeToken(func(ch *live.Change, t *live.Token) error {
		t.Hash, t.Modified = token.HashOf(text), ch.Now()
		ch.SetToken(t)
		return nil
	}); bad != nil {
		return bad
	}
	c.result = text
	return nil
}

func deleteToken(c *call) *Error {
	now, bad := c.changeToken(func(ch *live.Change, t *live.Token) error { return ch.DeleteToken(t.ID) })
	if bad != nil {
		return bad
	}
	c.result = idObject{now.ID}
	return nil
}

// groupObject is a permission group.
type groupObject struct {
	ID     string        `json:"id"`
	Name   string        `json:"name"`
	Scopes []token.Scope `json:"scopes"`
}

func listGroups(c *call) *Error {
	q := c.req.URL.Query()
	shown := []groupObject{}
	for _, g := range token.Groups() {
		name, scope := q.Get("name"), q.Get("scope")
		if name != "" {
			if named, ok := token.GroupByName(name); !ok || named.ID != g.ID {
				continue
			}
		}
		if scope == "" || scope == string(g.Scope) {
			shown = append(shown, groupObject{g.ID, g.Name, []token.Scope{g.Scope}})
		}
	}
	c.result, c.info = shown, whole(len(shown))
	return nil
}

// badToken words what is wrong with the policies of a token.
func badToken(err error) *Error {
	if group, ok := errors.AsType[*token.UnknownGroupError](err); ok {
		return invalid(codeNoGroup, "/policies", "permission group not found: %q", clip(group.Group))
	}
	if resource, ok := errors.AsType[*token.ResourceError](err); ok {
		return invalid(codeNoGroup, "/policies", "%s", clip(resource.Text))
	}
	return nil
}
