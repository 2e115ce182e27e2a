package api

import (
	"cmp"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// openAPI answers with the document itself, which has no envelope.
func openAPI(c *call) *Error {
	c.text, c.textType = c.api.openAPI, "application/json"
	return nil
}

// node is an object of the document. encoding/json sorts its members, so that the same
// routes give the same text.
type node = map[string]any

// document returns the OpenAPI 3.1 document of the routes.
func document(routes []*route, version string) []byte {
	types := newSchemas()
	paths := make(map[string]node)
	for _, r := range routes {
		if paths[r.path] == nil {
			paths[r.path] = node{}
		}
		paths[r.path][strings.ToLower(r.method)] = operation(r, types)
	}
	components := node{
		"responses":       errorResponses(types),
		"headers":         answerHeaders(),
		"securitySchemes": securitySchemes(),
		"parameters":      headerParameters(),
	}
	components["schemas"] = types.components // the last: it has grown until here
	out, err := json.MarshalIndent(node{
		"openapi": "3.1.0",
		"info": node{
			"title": "Internal DNS", "version": cmp.Or(version, "unknown"),
			"description": "Cloudflare's v4 API for internal zones, views and resolver policies. What it has beyond Cloudflare's is described as an extension, and can be left out.",
		},
		"servers":    []node{{"url": base}},
		"paths":      paths,
		"components": components,
		"tags":       tags(routes),
	}, "", " ")
	if err != nil {
		panic(err) // nothing but maps, lists and texts
	}
	return append(out, '\n')
}

// headerParameters returns the parameters that several routes have.
func headerParameters() node {
	return node{
		"if-match": node{
			"name": "If-Match", "in": "header", "schema": node{"type": "string"},
			"description": "Extension: the revision that the account must have, in quotes; the call is refused with 412 when it has another.",
		},
		"csrf": node{
			"name": csrfHeader, "in": "header", "schema": node{"type": "string"},
			"description": "Extension: csrf of the session, which a call has to have if it is authorized by one.",
		},
	}
}

// operation returns what the document says of a route.
func operation(r *route, types *schemas) node {
	op := node{
		"operationId": operationID(r), "summary": r.summary, "tags": []string{tagOf(r)},
		"parameters": parameters(r), "responses": responses(r, types), "security": security(r),
	}
	if needs := needed(r); needs != "" {
		op["description"] = "Needs the permission " + strconv.Quote(needs) + "."
		op["x-permission"] = needs
	}
	if r.backup && r.method != http.MethodGet {
		op["requestBody"] = node{"required": true, "content": node{"application/json": node{"schema": node{"type": "object"}}}}
	}
	if r.body != nil {
		kind := "application/json"
		if r.multipart {
			kind = "multipart/form-data"
		}
		op["requestBody"] = node{"required": true, "content": node{kind: node{"schema": types.ofBody(reflect.TypeOf(r.body))}}}
	}
	return op
}

// needed returns the name of the permission that a route needs.
func needed(r *route) string {
	if r.open || r.scope.free() {
		return ""
	}
	return r.permission.String()
}

// security returns how a route is authorized: by a token, in the headers of old clients,
// or by a session.
func security(r *route) []map[string][]string {
	switch {
	case r.open, r.scope == ofBody:
		return []map[string][]string{}
	case r.scope == ofSession:
		return []map[string][]string{{"session": {}}}
	}
	roles := []string{}
	if needs := needed(r); needs != "" {
		roles = append(roles, needs)
	}
	return []map[string][]string{{"token": roles}, {"email": {}, "key": roles}, {"session": roles}}
}

func securitySchemes() node {
	return node{
		"token": node{"type": "http", "scheme": "bearer", "description": "A token of this server."},
		"email": node{"type": "apiKey", "in": "header", "name": "X-Auth-Email", "description": "Any address: there are no users beside tokens."},
		"key":   node{"type": "apiKey", "in": "header", "name": "X-Auth-Key", "description": "A token of this server, from clients that know no Authorization header."},
		"session": node{"type": "apiKey", "in": "cookie", "name": sessionCookie + "_PORT", "description": "Extension: the session that POST /session has begun. PORT is the one connected to; with TLS the name begins with __Host-. " +
			"It ends 12 hours after signing in, 1 hour after the last call, or with its token."},
	}
}

// operationID returns a name for a route that can be one in a program.
func operationID(r *route) string {
	name := strings.ToLower(r.method)
	for part := range strings.FieldsFuncSeq(r.path, func(c rune) bool { return strings.ContainsRune("/{}_.", c) }) {
		name += upperFirst(part)
	}
	return name
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// tagOf returns what a route is about: the last part of its path that is a collection
// of something.
func tagOf(r *route) string {
	for _, known := range []string{"session", "tokens", "views", "rules", "lists", "locations", "dns_records", "dns_settings", "zones"} {
		if slices.Contains(strings.Split(r.path, "/"), known) {
			return known
		}
	}
	return "accounts"
}

func tags(routes []*route) (all []node) {
	seen := make(map[string]bool)
	for _, r := range routes {
		if tag := tagOf(r); !seen[tag] {
			seen[tag] = true
			all = append(all, node{"name": tag})
		}
	}
	return all
}

// parameters returns those of a route's path, query and header.
func parameters(r *route) []node {
	all := []node{}
	for part := range strings.SplitSeq(r.path, "/") {
		name, ok := strings.CutPrefix(part, "{")
		if !ok {
			continue
		}
		name = strings.TrimSuffix(name, "}")
		all = append(all, node{
			"name": name, "in": "path", "required": true, "schema": node{"type": "string"}, "description": "id of the " + name,
		})
	}
	query := r.query
	if r.method != http.MethodGet && !r.open && !r.scope.free() {
		query = append(slices.Clip(query), waiting())
	}
	for _, p := range query {
		one := node{"name": p.name, "in": "query", "schema": ofParameter(p.name)}
		if p.about != "" {
			one["description"] = p.about
		}
		all = append(all, one)
	}
	if r.form != nil {
		all = append(all, node{
			"name": "as", "in": "query", "schema": node{"type": "string", "enum": r.form.shapes()},
			"description": "Extension: the object as text to copy: a curl command that makes it, a resource of Terraform, lines of a zone file.",
		})
	}
	if r.method != http.MethodGet && !r.open && r.scope != ofBody {
		all = append(all, node{"$ref": "#/components/parameters/csrf"})
		if r.scope != ofSession {
			all = append(all, node{"$ref": "#/components/parameters/if-match"})
		}
	}
	return all
}

// ofParameter returns the schema of a parameter of a query.
func ofParameter(name string) node {
	switch name {
	case "page", "per_page":
		return node{"type": "integer", "minimum": 1}
	case "direction":
		return node{"type": "string", "enum": []string{"asc", "desc"}}
	case "match", "tag_match":
		return node{"type": "string", "enum": []string{"all", "any"}}
	}
	return node{"type": "string"}
}

// responses returns the answers of a route.
func responses(r *route, types *schemas) node {
	kind, schema := "application/json", node{"type": "object"}
	switch {
	case r.backup && r.method == http.MethodGet:
	case r.text:
		kind, schema = "text/plain", node{"type": "string"}
	case !r.open:
		schema = answerSchema(r, types)
	}
	content := node{kind: node{"schema": schema}}
	if r.form != nil {
		content["text/plain"] = node{"schema": node{"type": "string"}}
	}
	if r.events {
		content["text/event-stream"] = eventsSchema(r, types)
	}
	success := node{"description": "what was asked for", "content": content}
	if !r.open {
		success["headers"] = node{"X-Internaldns-Revision": node{"$ref": "#/components/headers/revision"}}
	}
	if r.events {
		success["headers"].(node)[eventHeader] = node{"$ref": "#/components/headers/event"}
	}
	all := node{"200": success}
	for _, status := range statuses(r) {
		code := strconv.Itoa(status)
		all[code] = node{"$ref": "#/components/responses/" + code}
	}
	return all
}

// statuses returns the statuses of errors that a route may answer with.
func statuses(r *route) []int {
	all := []int{http.StatusForbidden} // a wrong Host header
	if r.open {
		return all
	}
	all = append(all, http.StatusBadRequest, http.StatusUnauthorized, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusServiceUnavailable)
	if strings.Contains(strings.TrimPrefix(r.path, "/accounts/{account}"), "{") || r.backup {
		all = append(all, http.StatusNotFound)
	}
	if r.method != http.MethodGet && r.scope != ofBody && r.scope != ofSession {
		all = append(all, http.StatusNotFound, http.StatusPreconditionFailed, http.StatusInsufficientStorage)
	}
	if r.body != nil || r.backup {
		all = append(all, http.StatusRequestEntityTooLarge)
	}
	if r.multipart {
		all = append(all, http.StatusUnsupportedMediaType)
	}
	return all
}

// eventsSchema describes the stream that a route answers with if it is asked for: OpenAPI
// 3.1 has no words for the single events.
func eventsSchema(r *route, types *schemas) node {
	return node{
		"schema": node{"type": "string", "description": "Server-sent events. The data of one without a name is a result. " +
			"An event gap says that results are missing, and how many if that is known; an event end why the stream ends. " +
			"A client that comes again with the id of the last event as Last-Event-ID goes on behind it."},
		"x-event": types.of(reflect.TypeOf(r.result)),
		"x-gap":   types.of(reflect.TypeFor[gapObject]()),
		"x-end":   types.of(reflect.TypeFor[endObject]()),
	}
}

// answerSchema returns the schema of a route's answer, in its envelope.
func answerSchema(r *route, types *schemas) node {
	result := types.of(reflect.TypeOf(r.result))
	if r.list {
		result = node{"type": "array", "items": result}
	}
	return types.envelope(result, r.list, r.multipart || r.backup)
}

// errorResponses returns the answers that are errors, by status.
func errorResponses(types *schemas) node {
	all := node{}
	for status, about := range map[int]string{
		http.StatusBadRequest:            "the call is not what it has to be, or would make what is not allowed",
		http.StatusUnauthorized:          "there is no such token or session, or it cannot be used now or from here",
		http.StatusForbidden:             "the token lacks a permission, whose name the text says, or the object can only be read here, or the session is used without its header",
		http.StatusNotFound:              "there is no such object, or the token may not see it",
		http.StatusPreconditionFailed:    "the account has another revision than If-Match",
		http.StatusRequestEntityTooLarge: "the body is too large",
		http.StatusUnsupportedMediaType:  "the body is no form",
		http.StatusTooManyRequests:       "the token made too many calls",
		http.StatusInternalServerError:   "the server failed; its log says more",
		http.StatusServiceUnavailable:    "the server has too much to do or is being handed over, others change the account all the time, or what the servers share cannot be reached",
		http.StatusInsufficientStorage:   "nothing was changed: there is no space left, or the store cannot be written",
	} {
		one := node{"description": about, "content": node{"application/json": node{"schema": types.failure()}}}
		if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
			one["headers"] = node{"Retry-After": node{"$ref": "#/components/headers/retry-after"}}
		}
		all[strconv.Itoa(status)] = one
	}
	return all
}

func answerHeaders() node {
	return node{
		"revision":    node{"description": "Extension: the revision of the account that the answer is of.", "schema": node{"type": "string"}},
		"event":       node{"description": "Extension: with a list, the id of an event that a stream goes on behind without a gap.", "schema": node{"type": "string"}},
		"retry-after": node{"description": "Seconds to wait.", "schema": node{"type": "string"}},
	}
}
