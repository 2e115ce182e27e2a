// Package api serves Cloudflare's v4 API for the accounts of package live, so that
// Cloudflare's own clients drive them: zones, records, settings, views, resolver
// policies and tokens.
//
// All calls stand in one table (routes.go), of which routing, authorization, the hints
// about unknown members and the OpenAPI document are made. There is one file a resource;
// the envelope, errors, paging and the reading of bodies have their own.
package api

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/telemetry"
)

// base is where the API stands, as at Cloudflare.
const base = "/client/v4"

// Account is an account with what its Corefile says of it.
type Account struct {
	*live.Account
	Servers      func() []Server // the server blocks that serve it
	Server       string          // name of this server in its cluster
	Streams      *StreamCounts
	History      *telemetry.History
	RateLimit    int  // calls of a token in 5 minutes
	Guardrails   bool // what would break something needs force=true
	HideInternal bool // lists of zones without type leave internal zones out [C]
}

// Config says what an API serves. Its functions are safe for concurrent use.
type Config struct {
	Accounts func() []Account // those that are served at the address
	// Hosts tells whether a Host header may have that name and port, "" for none, besides the
	// address that was connected to; may be nil.
	Hosts    func(name, port string) bool
	Observe  func(route string, code int) // told of each answer; may be nil
	Pages    func() http.Handler          // what answers beside the API, nil for nothing; may be nil
	Sessions *Sessions                    // shared with other APIs; nil for its own
	Version  string
	Host     string // name of the machine
}

// API is an http.Handler that is safe for concurrent use.
type API struct {
	cfg    Config
	routes []*route
	mux    *http.ServeMux
	inner  *http.ServeMux // finds the routes of calls within others
	limits limits
	slots  chan struct{} // held while a request is worked on
	large  chan struct{} // held while a large body is read, or an export is made

	restoring chan struct{} // held while a backup is restored
	streams   streams

	openAPI []byte
}

// The most that is worked on at a time.
const (
	maxRequests = 256
	maxLarge    = 2 // of which each may take a gigabyte
)

// New returns an API.
func New(cfg Config) *API {
	if cfg.Sessions == nil {
		cfg.Sessions = NewSessions()
	}
	a := &API{
		cfg: cfg, routes: routes(), mux: http.NewServeMux(),
		slots: make(chan struct{}, maxRequests), large: make(chan struct{}, maxLarge), restoring: make(chan struct{}, 1),
		streams: streams{ended: make(chan struct{})},
	}
	for _, r := range a.routes {
		a.mux.HandleFunc(r.method+" "+base+r.path, func(w http.ResponseWriter, req *http.Request) { a.serve(r, w, req) })
	}
	a.mux.HandleFunc("/", a.noRoute)
	a.inner = newInner(a.routes)
	a.openAPI = document(a.routes, cfg.Version)
	return a
}

// ServeHTTP implements http.Handler.
func (a *API) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	if err := a.checkOrigin(req); err != nil {
		a.answer(w, req, nil, "", envelope{Errors: []*Error{err}}, err.status)
		return
	}
	if pages := a.pages(req); pages != nil {
		a.page(pages, w, req)
		return
	}
	// Clients write collections with and without a final slash.
	if path := req.URL.Path; len(path) > 1 && strings.HasSuffix(path, "/") {
		req.URL.Path = strings.TrimSuffix(path, "/")
		req.URL.RawPath = strings.TrimSuffix(req.URL.RawPath, "/")
	}
	if !plainPath(req.URL) {
		a.noRoute(w, req)
		return
	}
	a.mux.ServeHTTP(w, req)
}

// noRoute answers what no route is for, and calls by another method.
func (a *API) noRoute(w http.ResponseWriter, req *http.Request) {
	err := errorf(http.StatusBadRequest, codeNoRoute, "Could not route to %s, perhaps your object identifier is invalid?", clip(req.URL.Path))
	if allowed := a.methods(req); len(allowed) > 0 {
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		err = errorf(http.StatusMethodNotAllowed, codeNoMethod, "Method %s is not available for that URI, allowed: %s", clip(req.Method), strings.Join(allowed, ", "))
	}
	a.answer(w, req, nil, "none", envelope{Errors: []*Error{err}}, err.status)
}

// methods returns the methods that there are routes for at the path of a request.
func (a *API) methods(req *http.Request) (allowed []string) {
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		probe := &http.Request{Method: method, URL: req.URL, Host: req.Host}
		if _, pattern := a.mux.Handler(probe); pattern != "/" && plainPath(req.URL) {
			allowed = append(allowed, method)
		}
	}
	return allowed
}

// serve has a route's handler answer a request, if its bearer may make it.
func (a *API) serve(r *route, w http.ResponseWriter, req *http.Request) {
	c := &call{api: a, route: r, w: w, req: req}
	c.finish(c.handle())
}

// handle works on a call up to what is to be answered.
func (c *call) handle() *Error {
	c.deadline(requestTime)
	if c.route.open {
		return c.route.handle(c)
	}
	if err := c.authenticate(); err != nil {
		return err
	}
	if err := c.api.limits.take(c); err != nil {
		return err
	}
	if err := c.authorize(); err != nil {
		return err
	}
	if err := c.readBody(); err != nil {
		return err
	}
	if c.wantsStream() { // these do not end, and are counted apart
		c.revision = c.account.Revision()
		return c.route.handle(c)
	}
	select {
	case c.api.slots <- struct{}{}:
	case <-c.req.Context().Done():
		return errorf(http.StatusServiceUnavailable, codeBusy, "the request was given up")
	case <-time.After(slotTime):
		c.w.Header().Set("Retry-After", "1")
		return errorf(http.StatusServiceUnavailable, codeBusy, "%d requests are worked on already; try again", maxRequests)
	}
	defer func() { <-c.api.slots }()
	c.revision = c.account.Revision()
	return c.answer()
}

// How long things may take.
const (
	requestTime = 30 * time.Second // to read a request and to write its answer
	largeTime   = 5 * time.Minute  // the same, of an import or export
	slotTime    = 10 * time.Second // for others to end
)

// deadline gives the client that long to send the rest of its request, and to read the
// answer.
func (c *call) deadline(d time.Duration) {
	deadline(c.w, d)
}

func deadline(w http.ResponseWriter, d time.Duration) {
	control := http.NewResponseController(w)
	until := time.Now().Add(d)
	_ = control.SetReadDeadline(until) // a test's recorder has none
	_ = control.SetWriteDeadline(until)
}

// finish writes the answer of a call.
func (c *call) finish(err *Error) {
	if c.sent {
		c.api.observe(c.route.name(), http.StatusOK)
		return
	}
	env := envelope{Errors: []*Error{}, Messages: c.messages, Result: c.result, Info: c.info, Timing: c.timing}
	status := http.StatusOK
	if c.status != 0 {
		status = c.status
	}
	switch {
	case err != nil:
		env.Result, env.Info = nil, nil
		env.Errors, status = append([]*Error{err}, err.more...), err.status
	case c.text != nil:
		c.deadline(largeTime)
		c.w.Header().Set("Content-Type", cmp.Or(c.textType, "text/plain; charset=utf-8"))
		c.w.Header().Set("Content-Length", strconv.Itoa(len(c.text)))
		c.setRevision()
		c.w.WriteHeader(status)
		_, _ = c.w.Write(c.text)
		c.api.observe(c.route.name(), status)
		return
	default:
		env.Success = true
	}
	c.setRevision()
	if c.large {
		c.deadline(largeTime)
	} else {
		c.deadline(requestTime)
	}
	c.api.answer(c.w, c.req, c, c.route.name(), env, status)
}

func (c *call) setRevision() {
	if c.account.Account != nil {
		c.w.Header().Set("X-Internaldns-Revision", strconv.FormatUint(c.revision, 10))
	}
}

func (a *API) observe(route string, status int) {
	if a.cfg.Observe != nil {
		a.cfg.Observe(route, status)
	}
}
