package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// The bounds of bodies, in octets.
const (
	maxBody   = 1 << 20
	maxImport = 64 << 20
	maxDepth  = 64 // of arrays and objects in one another
)

// readBody reads the body of a call that takes one, before anything waits for the call: a
// client that sends slowly costs a connection.
func (c *call) readBody() *Error {
	if c.route.body == nil || c.route.multipart || c.octets != nil {
		return nil
	}
	return c.readOctets(maxBody)
}

func (c *call) readOctets(most int) *Error {
	octets, err := io.ReadAll(http.MaxBytesReader(c.w, c.req.Body, int64(most)))
	if err != nil {
		return tooLarge(err, most)
	}
	c.octets = octets
	return nil
}

func tooLarge(err error, most int) *Error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return errorf(http.StatusRequestEntityTooLarge, codeTooLarge, "the body has more than %d octets", most)
	}
	return errorf(http.StatusBadRequest, codeBadJSON, "the body could not be read: %s", err)
}

// decode reads the body into a value of the route's type, and notes the members that it
// does not know.
func (c *call) decode(into any) *Error {
	if len(bytes.TrimSpace(c.octets)) == 0 {
		return errorf(http.StatusBadRequest, codeBadJSON, "the body is empty; a JSON object is needed")
	}
	if err := checkDepth(c.octets); err != nil {
		return errorf(http.StatusBadRequest, codeBadJSON, "%s", err)
	}
	if err := json.Unmarshal(c.octets, into); err != nil {
		return badJSON(err)
	}
	for _, pointer := range unknownMembers(c.octets, reflect.TypeOf(into)) {
		c.note(codeUnknown, "the member is not known here and was ignored: "+pointer, pointer)
	}
	return nil
}

// badJSON words why a body is not what it has to be.
func badJSON(err error) *Error {
	if bad := badToken(err); bad != nil {
		return bad
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		pointer, what := "", "the body"
		if wrong.Field != "" {
			pointer = "/" + strings.ReplaceAll(wrong.Field, ".", "/")
			what = pointer[1:]
		}
		return invalid(codeBadJSON, pointer, "%s has the wrong type: %s", what, wrong.Value)
	}
	if wrong, ok := errors.AsType[*json.SyntaxError](err); ok {
		return errorf(http.StatusBadRequest, codeBadJSON, "the body is not JSON: %s, at octet %d", wrong, wrong.Offset)
	}
	return errorf(http.StatusBadRequest, codeBadJSON, "the body cannot be read: %s", clip(err.Error()))
}

// checkDepth refuses arrays and objects in one another without end, before they are read
// into anything.
func checkDepth(octets []byte) error {
	depth, quoted := 0, false
	for i := 0; i < len(octets); i++ {
		switch b := octets[i]; {
		case quoted && b == '\\':
			i++
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '{' || b == '[':
			if depth++; depth > maxDepth {
				return fmt.Errorf("the body has more than %d arrays and objects in one another", maxDepth)
			}
		case b == '}' || b == ']':
			depth--
		}
	}
	return nil
}

const (
	maxUnknown = 20 // members that are noted
	maxLooked  = maxBatch
)

// unknownMembers returns pointers to the members of a JSON text that a type does not have.
// Of long arrays it looks at the beginning alone: they are refused, or all alike.
func unknownMembers(octets []byte, t reflect.Type) (pointers []string) {
	fields := make(map[reflect.Type]map[string]reflect.Type) // of the types seen
	var walk func(raw json.RawMessage, t reflect.Type, at string)
	walk = func(raw json.RawMessage, t reflect.Type, at string) {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if inner, ok := reflect.Zero(t).Interface().(interface{ valueType() reflect.Type }); ok {
			t = inner.valueType()
		}
		switch t.Kind() {
		case reflect.Slice:
			var items []json.RawMessage
			if t.Elem().Kind() == reflect.Uint8 || json.Unmarshal(raw, &items) != nil {
				return
			}
			for i, item := range items[:min(len(items), maxLooked)] {
				walk(item, t.Elem(), at+"/"+strconv.Itoa(i))
			}
		case reflect.Struct:
			known, found := fields[t]
			if !found {
				known = fieldsOf(t)
				fields[t] = known
			}
			var members map[string]json.RawMessage
			if known == nil || json.Unmarshal(raw, &members) != nil {
				return
			}
			for name, value := range members {
				if field, ok := known[strings.ToLower(name)]; ok {
					walk(value, field, at+"/"+name)
				} else if len(pointers) < maxUnknown {
					pointers = append(pointers, at+"/"+escapePointer(name))
				}
			}
		}
	}
	walk(octets, t, "")
	slices.Sort(pointers)
	return pointers
}

// fieldsOf returns the types of a struct's members by name in lower case, which is how
// encoding/json finds them; nil for a type that reads itself.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	if reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return nil
	}
	fields := make(map[string]reflect.Type, t.NumField())
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" || f.Anonymous {
			continue
		}
		fields[strings.ToLower(name)] = f.Type
	}
	return fields
}

// escapePointer writes a name as a part of a JSON pointer (RFC 6901 section 3).
func escapePointer(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(clip(name))
}

// member is a member of a body that tells absent, null and set apart.
type member[T any] struct {
	Set   bool // it is there
	Null  bool
	Value T
}

// UnmarshalJSON implements json.Unmarshaler.
func (m *member[T]) UnmarshalJSON(octets []byte) error {
	m.Set = true
	if string(octets) == "null" {
		m.Null = true
		return nil
	}
	return json.Unmarshal(octets, &m.Value)
}

// has reports whether there is a value.
func (m member[T]) has() bool { return m.Set && !m.Null }

// valueType returns the type of the value.
func (m member[T]) valueType() reflect.Type { return reflect.TypeFor[T]() }

const maxName = 255 // octets of the name of an object

// checkName refuses the name of an object if it is there and nothing that people can read.
func checkName(name member[string], kind string) *Error {
	switch {
	case name.Set && strings.TrimSpace(name.Value) == "":
		return invalid(codeInvalid, "/name", "a %s needs a name", kind)
	case len(name.Value) > maxName || strings.ContainsFunc(name.Value, unicode.IsControl):
		return invalid(codeInvalid, "/name", "the name has more than %d octets or holds control characters", maxName)
	}
	return nil
}

// ifMatch reads the revision that the account must have.
func (c *call) ifMatch() (*uint64, *Error) {
	text := c.req.Header.Get("If-Match")
	if text == "" || text == "*" {
		return nil, nil
	}
	n, err := strconv.ParseUint(strings.Trim(text, `"`), 10, 64)
	if err != nil {
		return nil, errorf(http.StatusBadRequest, codeInvalid, `If-Match %q is no revision, write it as "7"`, clip(text))
	}
	return &n, nil
}
