// Package apitest holds what tests of the API share: a check of calls and answers
// against the OpenAPI document that the API itself gives.
package apitest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// TB is the part of testing.TB that a Contract needs.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
}

// Contract checks calls against a document. It is safe for concurrent use.
type Contract struct {
	doc    *openapi3.T
	router routers.Router

	mu   sync.Mutex
	seen map[string]bool // operations with the statuses they were answered with
}

// Read reads a document and validates it. Answers are taken strictly: a member that the
// document does not have is an error in a test, but not to other readers of the document.
func Read(document []byte) (*Contract, error) {
	doc, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		return nil, fmt.Errorf("loading: %w", err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("validating: %w", err)
	}
	strict, err := strictly(document)
	if err != nil {
		return nil, err
	}
	if doc, err = openapi3.NewLoader().LoadFromData(strict); err != nil {
		return nil, fmt.Errorf("loading again: %w", err)
	}
	router, err := gorillamux.NewRouter(doc)
	return &Contract{doc: doc, router: router, seen: make(map[string]bool)}, err
}

// strictly returns the document with additionalProperties false in all objects that
// list their members, but for what bodies hold.
func strictly(document []byte) ([]byte, error) {
	var root map[string]any
	if err := json.Unmarshal(document, &root); err != nil {
		return nil, err
	}
	schemas := root["components"].(map[string]any)["schemas"].(map[string]any)
	for name, schema := range schemas {
		if !strings.HasSuffix(name, "Body") && !strings.HasSuffix(name, "Change") && !strings.HasSuffix(name, "Patch") && name != "RecordForm" {
			closeObjects(schema)
		}
	}
	for _, item := range root["paths"].(map[string]any) {
		for _, op := range item.(map[string]any) {
			closeObjects(op.(map[string]any)["responses"])
		}
	}
	return json.Marshal(root)
}

func closeObjects(v any) {
	switch v := v.(type) {
	case map[string]any:
		if _, ok := v["properties"]; ok && v["type"] != nil {
			v["additionalProperties"] = false
		}
		for _, inner := range v {
			closeObjects(inner)
		}
	case []any:
		for _, inner := range v {
			closeObjects(inner)
		}
	}
}

// Handler returns a handler that does as another and fails the test when an answer is
// not as documented.
func (c *Contract) Handler(t TB, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		sent, err := io.ReadAll(req.Body)
		if err != nil { // what it reads then is not what the client sent
			next.ServeHTTP(w, req)
			return
		}
		before := req.Clone(req.Context())
		req.Body = io.NopCloser(bytes.NewReader(sent))
		if wantsEvents(req) {
			events := &teed{ResponseWriter: w, status: http.StatusOK}
			next.ServeHTTP(events, req)
			c.checkEvents(t, before, events)
			return
		}
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, req)
		c.check(t, before, sent, answer.Code, answer.Header(), answer.Body.Bytes())
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	})
}

// check holds a call and its answer against the document. A call that succeeds must
// itself be as documented.
func (c *Contract) check(t TB, req *http.Request, sent []byte, status int, header http.Header, body []byte) {
	t.Helper()
	at := *req.URL
	at.Host, at.Scheme = "", ""
	if len(at.Path) > 1 {
		at.Path = strings.TrimSuffix(at.Path, "/")
	}
	req.URL = &at
	what := fmt.Sprintf("%s %s: %d", req.Method, at.String(), status)
	route, params, err := c.router.FindRoute(req)
	if err != nil {
		c.checkFailure(t, what, status, body)
		return
	}
	c.see(route.Operation.OperationID, status)
	input := &openapi3filter.RequestValidationInput{
		Request: req, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true},
	}
	if status < http.StatusBadRequest {
		req.Body = io.NopCloser(bytes.NewReader(sent))
		if len(sent) == 0 {
			req.Body = http.NoBody
		}
		if err := openapi3filter.ValidateRequest(req.Context(), input); err != nil {
			t.Errorf("%s: the call is not as documented: %v\n%.500s", what, err, sent)
		}
	}
	answer := &openapi3filter.ResponseValidationInput{RequestValidationInput: input, Status: status, Header: header, Options: input.Options}
	answer.SetBodyBytes(body)
	if err := openapi3filter.ValidateResponse(req.Context(), answer); err != nil {
		t.Errorf("%s: the answer is not as documented: %v\n%.2000s", what, err, body)
	}
}

// checkFailure holds an answer to what no route is for against the form of errors.
func (c *Contract) checkFailure(t TB, what string, status int, body []byte) {
	t.Helper()
	var got any
	err := json.Unmarshal(body, &got)
	if err == nil {
		err = c.doc.Components.Schemas["Failure"].Value.VisitJSON(got, openapi3.EnableJSONSchema2020())
	}
	if status < http.StatusBadRequest || err != nil {
		t.Errorf("%s: no error as documented: %v\n%.500s", what, err, body)
	}
}

func (c *Contract) see(operation string, status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if status < http.StatusBadRequest {
		c.seen[operation] = true
	}
}

// Unseen returns the operations that never succeeded.
func (c *Contract) Unseen() (names []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, item := range c.doc.Paths.Map() {
		for _, op := range item.Operations() {
			if !c.seen[op.OperationID] {
				names = append(names, op.OperationID)
			}
			if name := asStream(op); name != "" && !c.seen[name] {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}
