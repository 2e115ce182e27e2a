package api

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/api/apitest"
)

// The document loads, is valid, and is the same however often it is made.
func TestDocument(t *testing.T) {
	document1, document2 := document(routes(), "1.2.3"), document(routes(), "1.2.3")
	if !bytes.Equal(document1, document2) {
		t.Error("two documents of the same routes differ")
	}
	if _, err := apitest.Read(document1); err != nil {
		t.Fatal(err)
	}
	var read struct {
		OpenAPI string
		Info    struct{ Version string }
		Paths   map[string]map[string]struct {
			Permission string `json:"x-permission"`
			Security   []map[string][]string
		}
	}
	if err := json.Unmarshal(document1, &read); err != nil {
		t.Fatal(err)
	}
	if read.OpenAPI != "3.1.0" || read.Info.Version != "1.2.3" {
		t.Errorf("OpenAPI %s of version %s", read.OpenAPI, read.Info.Version)
	}
	for _, r := range routes() {
		op, ok := read.Paths[r.path][strings.ToLower(r.method)]
		if !ok || op.Permission != needed(r) || (len(op.Security) == 0) != (r.open || r.scope == ofBody) {
			t.Errorf("%s: %t, permission %q, security %v", r.name(), ok, op.Permission, op.Security)
		}
	}
}

// What goes beyond Cloudflare's API is described as an extension.
func TestExtensionsNamed(t *testing.T) {
	var read struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]struct{ Description string }
			}
		}
	}
	if err := json.Unmarshal(document(routes(), ""), &read); err != nil {
		t.Fatal(err)
	}
	for name, members := range map[string][]string{
		"InternalDNSBody":         {"reference_nodata", "flatten", "negative_ttl"},
		"LiveInternalDNS":         {"reference_nodata", "flatten", "negative_ttl"},
		"ResolveInternallyChange": {"fallback_on", "private_names", "reenter"},
		"ZoneObject":              {"records", "own_soa", "declared", "problem"},
		"ViewObject":              {"policies", "declared", "problem"},
		"RuleObject":              {"declared", "problem"},
	} {
		for _, member := range members {
			if about := read.Components.Schemas[name].Properties[member].Description; !strings.HasPrefix(about, "Extension: ") {
				t.Errorf("%s.%s is described as %q", name, member, about)
			}
		}
	}
}

// The schema of each kind of type.
func TestSchema(t *testing.T) {
	for _, tt := range []struct {
		value any
		body  bool
		want  string
	}{
		{"", false, `{"type":"string"}`},
		{new(string), false, `{"type":["string","null"]}`},
		{[]int{}, false, `{"items":{"type":"integer"},"type":"array"}`},
		{member[bool]{}, true, `{"type":["boolean","null"]}`},
		{member[[]string]{}, true, `{"items":{"type":"string"},"type":["array","null"]}`},
		{member[soaBody]{}, true, `{"anyOf":[{"$ref":"#/components/schemas/SoaBody"},{"type":"null"}]}`},
		{json.RawMessage{}, false, `{}`},
		{map[string]any{}, false, `{"additionalProperties":{},"type":"object"}`},
		{zoneObject{}.NameServers, false, `{"items":{"type":"string"},"type":"array"}`},
		{tokenBody{}.ExpiresOn, true, `{"format":"date-time","type":["string","null"]}`},
		{idObject{}, false, `{"$ref":"#/components/schemas/IdObject"}`},
		{idObject{}, true, `{"$ref":"#/components/schemas/IdObjectChange"}`},
		{struct{}{}, false, `{"properties":{},"type":"object"}`},
	} {
		schema, err := json.Marshal(newSchemas().schema(reflect.TypeOf(tt.value), tt.body))
		if err != nil || string(schema) != tt.want {
			t.Errorf("%T: %v\n%s, want\n%s", tt.value, err, schema, tt.want)
		}
	}
}
