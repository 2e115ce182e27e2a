package api

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/live"
)

// callsBody is calls that are made as one change, or tried.
type callsBody struct {
	Calls []oneCall `json:"calls" required:"true" about:"at most 1000; in path and body ${0.id} stands for the id of the result of the first call, and so on"`
}

// oneCall is one of them.
type oneCall struct {
	Method string          `json:"method" required:"true" about:"POST, PUT, PATCH or DELETE"`
	Path   string          `json:"path" required:"true" about:"as of a call of its own, with or without /client/v4; force=true may stand in its query"`
	Body   json.RawMessage `json:"body"`
}

// callResult is what one of the calls is answered with.
type callResult struct {
	Result   any       `json:"result"`
	Messages []message `json:"messages"`
}

const maxCalls = 1000

// joined is calls on their way to be one change.
type joined struct {
	*call
	calls   []oneCall
	results []callResult
	by      map[string]int // which call has touched an object first, by live.Change.Touched
}

// readCalls reads the calls of a body.
func (c *call) readCalls() (*joined, *Error) {
	var body callsBody
	if bad := c.decode(&body); bad != nil {
		return nil, bad
	}
	switch n := len(body.Calls); {
	case n == 0:
		return nil, invalid(codeInvalid, "/calls", "there is no call")
	case n > maxCalls:
		return nil, invalid(codeInvalid, "/calls", "%d calls, at most %d are allowed", n, maxCalls)
	}
	return &joined{call: c, calls: body.Calls}, nil
}

// run makes the calls one after another; each sees what those before it have done. The
// first that fails ends it.
func (j *joined) run(ch *live.Change) error {
	if err := ch.Alone(); err != nil {
		return err
	}
	j.results, j.by = make([]callResult, 0, len(j.calls)), make(map[string]int)
	for i := range j.calls {
		made, bad := j.one(ch, i)
		if bad != nil {
			return bad
		}
		j.results = append(j.results, made)
		for _, at := range ch.Touched() {
			if _, known := j.by[at]; !known {
				j.by[at] = i
			}
		}
	}
	return nil
}

// one makes a call as part of a change.
func (j *joined) one(ch *live.Change, i int) (made callResult, bad *Error) {
	at := "/calls/" + number(i)
	req, octets, bad := j.request(i)
	if bad != nil {
		return made, bad
	}
	draft := ch.Draft()
	sub := &call{
		api: j.api, w: new(discard), account: j.account, token: j.token, octets: octets,
		change: ch, draft: &draft, prefix: at + "/body", force: j.forced(),
	}
	j.api.inner.ServeHTTP(sub.w, req.WithContext(context.WithValue(req.Context(), innerKey{}, sub)))
	switch {
	case sub.route == nil:
		return made, invalid(codeNoRoute, at+"/path", "there is no such call: %s %s", clip(req.Method), clip(req.URL.Path))
	case !sub.route.joins:
		return made, invalid(codeUnsupported, at+"/path", "%s cannot be one of several calls: it is made alone", sub.route.name())
	}
	if bad = sub.authorize(); bad == nil {
		bad = sub.route.handle(sub)
	}
	if bad != nil {
		return made, bad.within(at, sub.prefix)
	}
	if sub.messages == nil {
		sub.messages = []message{}
	}
	return callResult{sub.result, sub.messages}, nil
}

// within has an error of one call point into the body of all.
func (e *Error) within(at, prefix string) *Error {
	for _, one := range append([]*Error{e}, e.more...) {
		switch {
		case one.Source == nil:
			one.Source = &source{at}
		case !strings.HasPrefix(one.Source.Pointer, prefix):
			one.Source.Pointer = prefix + one.Source.Pointer
		}
	}
	return e
}

// placeholder stands for the id of the result of a call before.
var placeholder = regexp.MustCompile(`\$\{([0-9]{1,4})\.id\}`)

// request makes the request of a call.
func (j *joined) request(i int) (req *http.Request, octets []byte, bad *Error) {
	one, at := j.calls[i], "/calls/"+number(i)
	target, bad := j.fill(one.Path, i, at+"/path")
	if bad != nil {
		return nil, nil, bad
	}
	body, bad := j.fill(string(one.Body), i, at+"/body")
	if bad != nil {
		return nil, nil, bad
	}
	u, err := url.ParseRequestURI(target)
	if err != nil || u.Host != "" || !plainPath(u) {
		return nil, nil, invalid(codeNoRoute, at+"/path", "%q is no path of a call, such as /zones", clip(one.Path))
	}
	if !strings.HasPrefix(u.Path, base+"/") {
		u.Path = base + u.Path
	}
	switch one.Method {
	case http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
	default:
		return nil, nil, invalid(codeNoMethod, at+"/method", "%q, allowed: POST, PUT, PATCH, DELETE", clip(one.Method))
	}
	req = &http.Request{Method: one.Method, URL: u, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(nil)), RemoteAddr: j.req.RemoteAddr}
	return req.WithContext(j.req.Context()), []byte(body), nil
}

// fill puts ids in the place of placeholders.
func (j *joined) fill(text string, i int, pointer string) (filled string, bad *Error) {
	filled = placeholder.ReplaceAllStringFunc(text, func(found string) string {
		n, _ := strconv.Atoi(placeholder.FindStringSubmatch(found)[1])
		if n >= i {
			bad = invalid(codeInvalid, pointer, "%s: only calls before this one have results", found)
			return found
		}
		id := idOf(j.results[n].Result)
		if id == "" {
			bad = cmp.Or(bad, invalid(codeInvalid, pointer, "%s: the result of that call has no id", found))
		}
		return id
	})
	return filled, bad
}

// idOf returns the member id of a result, "" if it has none.
func idOf(result any) string {
	text, err := json.Marshal(result)
	if err != nil {
		return ""
	}
	var object struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(text, &object) // a list has none
	return object.ID
}

// refused has the problems of the change as a whole point to the calls they come from.
func (j *joined) refused(err error) *Error {
	bad := j.fail(err)
	guarded, _ := err.(*live.GuardError)
	for n, one := range append([]*Error{bad}, bad.more...) {
		at := one.object
		if guarded != nil && n == 0 {
			at = "/zones/" + guarded.Zone
		}
		i, known := j.by[at]
		if !known || one.Source != nil && strings.HasPrefix(one.Source.Pointer, "/calls/") {
			continue
		}
		pointer := "/calls/" + number(i)
		if one.Source != nil {
			pointer += "/body" + one.Source.Pointer
		}
		one.Source = &source{pointer}
	}
	return bad
}

// innerKey is where the request of one of several calls keeps the call.
type innerKey struct{}

// newInner returns a multiplexer that finds the routes of calls that are part of others.
func newInner(routes []*route) *http.ServeMux {
	mux := http.NewServeMux()
	for _, r := range routes {
		mux.HandleFunc(r.method+" "+base+r.path, func(_ http.ResponseWriter, req *http.Request) {
			if sub, ok := req.Context().Value(innerKey{}).(*call); ok {
				sub.route, sub.req = r, req
			}
		})
	}
	return mux
}

// discard is a http.ResponseWriter that nobody reads.
type discard struct{ header http.Header }

// Header implements http.ResponseWriter.
func (d *discard) Header() http.Header {
	if d.header == nil {
		d.header = make(http.Header)
	}
	return d.header
}

// Write implements http.ResponseWriter.
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }

// WriteHeader implements http.ResponseWriter.
func (d *discard) WriteHeader(int) {}

// madeObject is what several calls that are one change are answered with.
type madeObject struct {
	Revision uint64       `json:"revision"`
	Results  []callResult `json:"results" about:"of each call, in order"`
}

// postChanges makes several calls as one change.
func postChanges(c *call) *Error {
	j, bad := c.readCalls()
	if bad != nil {
		return bad
	}
	if bad := c.doAs(j.run, j.refused); bad != nil {
		return bad
	}
	c.result = madeObject{c.revision, j.results}
	return nil
}
