package api

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/list"
	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/record"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// schemas makes JSON schemas of Go types. A member's struct tag `about` is its
// description, `required:"true"` says that a body must have it, and `nullable:"true"`
// that a slice may be null.
type schemas struct {
	components map[string]node // of types with a name
}

func newSchemas() *schemas { return &schemas{components: make(map[string]node)} }

// policyForm says what token.Policy reads and writes.
type policyForm struct {
	ID        string       `json:"id,omitempty"`
	Effect    token.Effect `json:"effect"`
	Groups    []groupForm  `json:"permission_groups" required:"true"`
	Resources resources    `json:"resources" required:"true"`
}

// groupForm names a permission group.
type groupForm struct {
	ID   string `json:"id,omitempty" about:"or name"`
	Name string `json:"name,omitempty" about:"or id"`
}

// resources stands for token.Resources.
type resources map[string]any

// recordForm says what record.Fields reads.
type recordForm struct {
	ID       string         `json:"id" about:"of the record; in batches only"`
	Name     string         `json:"name" about:"@, a name below the zone, or a full name"`
	Type     string         `json:"type"`
	TTL      int            `json:"ttl" about:"seconds; 1 is automatic"`
	Content  *string        `json:"content"`
	Data     map[string]any `json:"data" nullable:"true" about:"the parts of the content, of types that have some; goes before content"`
	Priority *int           `json:"priority"`
	Comment  *string        `json:"comment"`
	Tags     []string       `json:"tags" nullable:"true"`
	Proxied  *bool          `json:"proxied" about:"no internal record is"`
	Settings map[string]any `json:"settings" nullable:"true"`
}

// standIns returns types that say what others, which read and write themselves, do.
func standIns() map[reflect.Type]reflect.Type {
	return map[reflect.Type]reflect.Type{
		reflect.TypeFor[token.Policy]():    reflect.TypeFor[policyForm](),
		reflect.TypeFor[token.Resources](): reflect.TypeFor[resources](),
		reflect.TypeFor[record.Fields]():   reflect.TypeFor[recordForm](),
		reflect.TypeFor[live.Schedule]():   reflect.TypeFor[scheduleForm](),
	}
}

// fixed returns the schema of a type that reflection says too little of, nil of others.
func fixed(t reflect.Type) node {
	switch t {
	case reflect.TypeFor[json.RawMessage]():
		return node{}
	case reflect.TypeFor[time.Time]():
		return node{"type": "string", "format": "date-time"}
	case reflect.TypeFor[token.Prefix]():
		return node{"type": "string", "description": "an address or a CIDR"}
	case reflect.TypeFor[token.Status]():
		return node{"type": "string", "enum": []token.Status{token.StatusActive, token.StatusDisabled, token.StatusExpired}}
	case reflect.TypeFor[token.Effect]():
		return node{"type": "string", "enum": []token.Effect{token.Allow, token.Deny}}
	case reflect.TypeFor[token.Scope]():
		return node{"type": "string", "enum": []token.Scope{token.ScopeAccount, token.ScopeZone}}
	case reflect.TypeFor[live.TTLMode]():
		return node{"type": "string", "enum": []live.TTLMode{live.TTLInherit, live.TTLOverride, live.TTLDisabled}}
	case reflect.TypeFor[list.Kind]():
		return node{"type": "string", "enum": list.Kinds()}
	case reflect.TypeFor[resources]():
		return node{
			"description": `What the policy is about, as at Cloudflare: "com.cloudflare.api.account.ID", "com.cloudflare.api.account.zone.ID", with * for any, and "*" or an object as value. ` +
				`Extensions: "internaldns.view.ID" (the zones of a view), "internaldns.rule.ID", "internaldns.list.ID", "internaldns.location.ID"; values {"name ends_with": SUFFIX, "type": TYPES}.`,
			"anyOf": []node{{"type": "object"}, {"type": "string", "description": "the object as JSON"}},
		}
	}
	return nil
}

// of returns the schema of a type in an answer.
func (s *schemas) of(t reflect.Type) node { return s.schema(t, false) }

// ofBody returns the schema of a type in a body: members that are not there stay, or go
// to their defaults.
func (s *schemas) ofBody(t reflect.Type) node { return s.schema(t, true) }

func (s *schemas) schema(t reflect.Type, body bool) node {
	if other, ok := standIns()[t]; ok {
		t = other
	}
	if schema := fixed(t); schema != nil {
		return schema
	}
	if t.Kind() != reflect.Interface {
		if inner, ok := reflect.Zero(t).Interface().(interface{ valueType() reflect.Type }); ok {
			return nullable(s.schema(inner.valueType(), body))
		}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return nullable(s.schema(t.Elem(), body))
	case reflect.Slice:
		return node{"type": "array", "items": s.schema(t.Elem(), body)}
	case reflect.Map:
		return node{"type": "object", "additionalProperties": s.schema(t.Elem(), body)}
	case reflect.Struct:
		return s.reference(t, body)
	case reflect.String:
		return node{"type": "string"}
	case reflect.Bool:
		return node{"type": "boolean"}
	case reflect.Float64:
		return node{"type": "number"}
	case reflect.Int, reflect.Int64:
		return node{"type": "integer"}
	case reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return node{"type": "integer", "minimum": 0}
	}
	return node{}
}

// nullable returns a schema that allows null, too.
func nullable(schema node) node {
	if kind, ok := schema["type"].(string); ok && schema["enum"] == nil {
		schema["type"] = []string{kind, "null"}
		return schema
	}
	if _, ref := schema["$ref"]; ref || schema["enum"] != nil || len(schema) == 0 {
		return node{"anyOf": []node{schema, {"type": "null"}}}
	}
	return schema
}

// reference returns a reference to the component of a struct, which it makes.
func (s *schemas) reference(t reflect.Type, body bool) node {
	if t.Name() == "" {
		return s.object(t, body)
	}
	name := componentName(t)
	if body && !isBody(t) {
		name += "Change" // what is required of an answer is not of a body
	}
	if _, ok := s.components[name]; !ok {
		s.components[name] = node{} // a type that holds itself ends here
		s.components[name] = s.object(t, body)
	}
	return node{"$ref": "#/components/schemas/" + name}
}

// isBody reports whether a type is there for bodies alone.
func isBody(t reflect.Type) bool {
	return strings.HasSuffix(t.Name(), "Body") || t == reflect.TypeFor[recordForm]() || t == reflect.TypeFor[zonePatch]()
}

// componentName returns the name of a type, with its package if that is not this one.
func componentName(t reflect.Type) string {
	name := upperFirst(t.Name())
	if t.PkgPath() != reflect.TypeFor[route]().PkgPath() {
		name = upperFirst(t.PkgPath()[strings.LastIndexByte(t.PkgPath(), '/')+1:]) + name
	}
	return name
}

// object returns the schema of a struct.
func (s *schemas) object(t reflect.Type, body bool) node {
	properties, required := make(map[string]node), []string{}
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" || f.Anonymous {
			continue
		}
		schema := s.member(t, f, name, body)
		if about := f.Tag.Get("about"); about != "" {
			schema["description"] = about // beside a $ref, too, as OpenAPI 3.1 has it
		}
		if f.Tag.Get("nullable") != "" {
			schema = nullable(schema)
		}
		properties[name] = schema
		if f.Tag.Get("required") != "" || !body && options != "omitempty" {
			required = append(required, name)
		}
	}
	out := node{"type": "object", "properties": properties}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

// member returns the schema of a member of a struct.
func (s *schemas) member(t reflect.Type, f reflect.StructField, name string, body bool) node {
	switch t {
	case reflect.TypeFor[ruleObject](), reflect.TypeFor[ruleBody]():
		switch {
		case name == "rule_settings": // kept as it was sent
			return s.reference(reflect.TypeFor[ruleSettings](), true)
		case name == "schedule" && body:
			return s.orEmpty(reflect.TypeFor[scheduleForm]())
		case name == "expiration" && body:
			return s.orEmpty(reflect.TypeFor[expirationBody]())
		}
	case reflect.TypeFor[expirationBody]():
		if name == "expires_at" {
			return node{"type": []string{"string", "null"}}
		}
	case reflect.TypeFor[resolveInternally]():
		switch name {
		case "fallback":
			return node{"type": "string", "enum": []string{"", "none", "public_dns"}}
		case "fallback_on":
			return node{"type": "array", "items": node{"type": "string", "enum": model.TriggerNames()}}
		}
	}
	schema := s.schema(f.Type, body)
	if isTime(name) && f.Type.Kind() != reflect.Struct {
		schema["format"] = "date-time"
	}
	return schema
}

// orEmpty returns the schema of an object that clients which do not use it send as null or
// as an empty text.
func (s *schemas) orEmpty(t reflect.Type) node {
	return node{"anyOf": []node{s.reference(t, true), {"type": "null"}, {"const": ""}}}
}

// isTime reports whether a member is a time, going by its name: formatTime has made a
// text of it.
func isTime(name string) bool {
	if strings.HasSuffix(name, "_on") || name == "not_before" {
		return name != "fallback_on"
	}
	return strings.HasSuffix(name, "_at") || name == "created_time" || name == "modified_time" || name == "start_time" || name == "end_time"
}

// envelope returns the schema of an answer with a result.
func (s *schemas) envelope(result node, list, timed bool) node {
	properties := node{
		"success":  node{"type": "boolean", "const": true},
		"errors":   node{"type": "array", "maxItems": 0},
		"messages": node{"type": "array", "items": s.of(reflect.TypeFor[message]())},
		"result":   result,
	}
	required := []string{"success", "errors", "messages", "result"}
	if list {
		properties["result_info"] = s.of(reflect.TypeFor[pageInfo]())
		required = append(required, "result_info")
	}
	if timed {
		properties["timing"] = s.of(reflect.TypeFor[timing]())
		required = append(required, "timing")
	}
	return node{"type": "object", "properties": properties, "required": required}
}

// failure returns the schema of an answer with errors.
func (s *schemas) failure() node {
	s.components["Failure"] = node{
		"type": "object", "required": []string{"success", "errors", "messages", "result"},
		"properties": node{
			"success":  node{"type": "boolean", "const": false},
			"errors":   node{"type": "array", "minItems": 1, "items": s.of(reflect.TypeFor[Error]())},
			"messages": node{"type": "array", "items": s.of(reflect.TypeFor[message]())},
			"result":   node{"type": "null"},
		},
	}
	return node{"$ref": "#/components/schemas/Failure"}
}
