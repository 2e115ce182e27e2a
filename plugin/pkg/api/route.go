package api

import (
	"context"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/record"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// route is one call of the API. Routing, authorization, the hints about unknown members
// and the OpenAPI document come from it.
type route struct {
	method  string
	path    string // below base, as net/http's ServeMux has it
	summary string

	permission token.Permission
	scope      subject
	open       bool // needs no token

	query     []parameter // what it reads; others are ignored
	body      any         // a value of the body's type; nil if it takes none
	multipart bool        // the body is a form with a file
	result    any         // a value of the result's type
	list      bool        // the result is an array, with result_info
	text      bool        // the answer is text
	form      *form       // the answer can be had as other text, too; nil if it cannot
	joins     bool        // it can be one of several calls of a change
	events    bool        // the answer may be a stream of results
	backup    bool        // with GET the answer is a backup, without an envelope; else the body is one

	handle func(*call) *Error
}

// parameter is a member of a query.
type parameter struct{ name, about string }

// subject is what a permission is needed on.
type subject uint8

const (
	anything    subject = iota // the handler shows what the token may see
	ofAccount                  // the account as a whole
	ofZone                     // the zone of the path
	anyToken                   // any token will do
	ofNewObject                // the handler asks once it knows of what
	ofBody                     // any token, which the body holds: who calls signs in
	ofSession                  // any token of a session
)

// free reports whether no permission is needed.
func (s subject) free() bool { return s == anyToken || s == ofBody || s == ofSession }

// name is the route's label in metrics and the log.
func (r *route) name() string { return r.method + " " + r.path }

// call is one request on its way. It belongs to the goroutine that serves it.
type call struct {
	api   *API
	route *route
	w     http.ResponseWriter
	req   *http.Request

	account Account
	token   *live.Token
	session session    // if it is part of one
	zone    *live.Zone // of the path
	octets  []byte     // the body

	// Of a call that is one of several in a change.
	change *live.Change
	draft  *live.Draft
	prefix string // of pointers into its body
	force  bool   // whatever it breaks

	revision uint64
	status   int // of a success, if it is not 200
	result   any
	info     *pageInfo
	timing   *timing
	messages []message
	text     []byte // answered without an envelope
	textType string // of text, if it is not plain
	sent     bool   // the handler has answered
	large    bool   // the answer may take long to read
}

const idLength = 32 // hexadecimal digits

// isID reports whether s is an id of 32 lower-case hexadecimal digits.
func isID(s string) bool { return len(s) == idLength && isHex(s) }

func isHex(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return (r < '0' || r > '9') && (r < 'a' || r > 'f') })
}

// plainPath reports whether a path means what it says: without dots, empty parts or
// escapes, which nothing in this API has.
func plainPath(u *url.URL) bool {
	return path.Clean(u.Path) == u.Path && (u.RawPath == "" || u.RawPath == u.Path)
}

// objects are what calls read of an account: as it is, or as the calls before in the same
// change have made it.
type objects interface {
	Zone(id string) *live.Zone
	View(id string) *live.View
	Rule(id string) *live.Rule
	List(id string) *live.List
	Location(id string) *live.Location
	Gateway() live.Gateway
	ViewsOf(zone string) []string
	Record(ctx context.Context, z *live.Zone, id string) (*record.Record, error)
}

func (c *call) objects() objects {
	if c.draft != nil {
		return c.draft
	}
	return c.account.Account
}

// do makes a change in the name of the bearer.
func (c *call) do(change func(*live.Change) error) *Error {
	if c.change != nil {
		return c.fail(change(c.change))
	}
	return c.doAs(change, c.fail)
}

// attribution says who makes a change, and by what.
func (c *call) attribution() (live.Call, *Error) {
	match, bad := c.ifMatch()
	return live.Call{
		TokenID: c.token.ID, TokenName: c.token.Name, Address: c.client(),
		Method: c.req.Method, Path: c.req.URL.Path, IfMatch: match, Force: c.forced(),
	}, bad
}

// doAs makes a change in the name of the bearer; what is wrong with it refused words.
func (c *call) doAs(change func(*live.Change) error, refused func(error) *Error) *Error {
	by, bad := c.attribution()
	if bad != nil {
		return bad
	}
	waits, bad := c.waits()
	if bad != nil {
		return bad
	}
	revision, err := c.account.Change(c.req.Context(), by, change)
	if err != nil {
		return refused(err)
	}
	c.revision = revision
	log.Infof("Account %s: revision %d: %s %s by token %s (%s) from %s", c.account.Name(), revision, c.req.Method, c.req.URL.Path, c.token.ID, printable(c.token.Name), c.client())
	if waits {
		c.awaitAll()
	}
	return nil
}

// printable returns a name that cannot break a line of the log.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, clip(s))
}
