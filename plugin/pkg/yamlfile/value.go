package yamlfile

import (
	"net/netip"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Value is a value of a file. The zero Value stands for one that is absent; all
// methods of File read it as such, without a problem.
type Value struct{ node *yaml.Node }

// Given reports whether the value stands in the file.
func (v Value) Given() bool { return v.node != nil }

// Line returns the line that the value begins at, counted from 1, or 0 if it is absent.
func (v Value) Line() int {
	if v.node == nil {
		return 0
	}
	return v.node.Line
}

// IsList reports whether the value is a list.
func (v Value) IsList() bool { return v.node != nil && v.node.Kind == yaml.SequenceNode }

// IsMapping reports whether the value is a mapping.
func (v Value) IsMapping() bool { return v.node != nil && v.node.Kind == yaml.MappingNode }

// String tells in a few words what the value is, for messages.
func (v Value) String() string {
	switch {
	case !v.Given():
		return "nothing"
	case v.IsList():
		return "a list"
	case v.IsMapping():
		return "a mapping"
	}
	switch v.node.Tag {
	case "!!str":
		return "a text"
	case "!!null":
		return "nothing"
	case "!!int", "!!float":
		return "the number " + clip(v.node.Value)
	case "!!bool":
		return "the boolean " + clip(v.node.Value)
	case "!!timestamp":
		return "the date " + clip(v.node.Value)
	}
	return clip(v.node.Value)
}

// Text returns what stands in the file in place of a text, shortened for messages.
func (v Value) Text() string {
	if !v.Given() {
		return ""
	}
	return clip(v.node.Value)
}

// clip shortens a text for a message.
func clip(s string) string {
	const enough = 60
	if len(s) > enough {
		return strings.ToValidUTF8(s[:enough], "") + "..."
	}
	return s
}

// Member is a key of a mapping with its value.
type Member struct {
	Key   string
	Value Value
}

// Mapping is the members of a mapping in the order of the file, every key once.
type Mapping []Member

// Get returns the value of a key, the zero Value if it is absent.
func (m Mapping) Get(key string) Value {
	for _, member := range m {
		if member.Key == key {
			return member.Value
		}
	}
	return Value{}
}

// Mapping reads a mapping with any of the keys. What names it in messages.
func (f *File) Mapping(v Value, what string, keys ...string) Mapping {
	members := f.Members(v, what)
	return slices.DeleteFunc(members, func(m Member) bool {
		if slices.Contains(keys, m.Key) {
			return false
		}
		f.fail(m.Value.node.Line, "unknown key %q, allowed: %s", clip(m.Key), strings.Join(keys, ", "))
		return true
	})
}

// Members reads a mapping whose keys may be any text. What names it in messages.
func (f *File) Members(v Value, what string) Mapping {
	if !v.Given() {
		return nil
	}
	if !v.IsMapping() {
		f.Errorf(v, "%s must be a mapping, not %s", what, v)
		return nil
	}
	pairs := v.node.Content
	members := make(Mapping, 0, len(pairs)/2)
	lines := make(map[string]int, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		key, ok := f.Text(Value{pairs[i]}, "a key of "+what)
		if !ok {
			continue
		}
		if line, twice := lines[key]; twice {
			f.fail(pairs[i].Line, "key %q is repeated, line %d has it already", clip(key), line)
			continue
		}
		lines[key] = pairs[i].Line
		members = append(members, Member{key, Value{pairs[i+1]}})
	}
	return members
}

// List reads a list. What names it in messages.
func (f *File) List(v Value, what string) []Value {
	if !v.Given() {
		return nil
	}
	switch {
	case v.node.Tag == "!!null":
		f.Errorf(v, "%s must be a list, not nothing; an empty list is written []", what)
		return nil
	case !v.IsList():
		f.Errorf(v, "%s must be a list, not %s", what, v)
		return nil
	}
	items := make([]Value, len(v.node.Content))
	for i, n := range v.node.Content {
		items[i] = Value{n}
	}
	return items
}

// Text reads a text that is not empty. It reports false if the value is absent
// or wrong. What names it in messages.
func (f *File) Text(v Value, what string) (string, bool) {
	switch {
	case !v.Given():
		return "", false
	case v.node.Kind != yaml.ScalarNode, v.node.Tag == "!!null":
		f.Errorf(v, "%s must be a text, not %s", what, v)
		return "", false
	case v.node.Tag != "!!str":
		f.Errorf(v, "%s must be a text, not %s; write it in quotes: %q", what, v, clip(v.node.Value))
		return "", false
	case v.node.Value == "":
		f.Errorf(v, "%s is empty", what)
		return "", false
	case len(v.node.Value) > MaxText:
		f.Errorf(v, "%s has %d octets, at most %d are allowed", what, len(v.node.Value), MaxText)
		return "", false
	}
	return v.node.Value, true
}

// Texts reads a list of texts, and leaves out those that are wrong. What names
// the list, and each of them, in messages.
func (f *File) Texts(v Value, what string) []string {
	items := f.List(v, what)
	texts := make([]string, 0, len(items))
	for _, item := range items {
		if text, ok := f.Text(item, what); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

// Prefix reads an address, as a prefix of all its bits, or a CIDR without host
// bits. It reports false if the value is absent or wrong. What names it in messages.
func (f *File) Prefix(v Value, what string) (netip.Prefix, bool) {
	text, ok := f.Text(v, what)
	if !ok {
		return netip.Prefix{}, false
	}
	if !strings.Contains(text, "/") {
		addr, ok := f.parseAddr(v, text, what, "an address or a CIDR")
		return netip.PrefixFrom(addr, addr.BitLen()), ok
	}
	prefix, err := netip.ParsePrefix(text)
	switch {
	case err != nil:
		f.Errorf(v, "%s %q is neither an address nor a CIDR", what, clip(text))
		return prefix, false
	case prefix.Addr().Is4In6():
		f.Errorf(v, "%s %s is an IPv4 network, write it as one", what, prefix)
		return prefix, false
	case prefix != prefix.Masked():
		f.Errorf(v, "%s %s has host bits set, write %s", what, prefix, prefix.Masked())
		return prefix, false
	}
	return prefix, true
}

// Addr reads an address. It reports false if the value is absent or wrong. What
// names it in messages.
func (f *File) Addr(v Value, what string) (netip.Addr, bool) {
	text, ok := f.Text(v, what)
	if !ok {
		return netip.Addr{}, false
	}
	return f.parseAddr(v, text, what, "an address")
}

func (f *File) parseAddr(v Value, text, what, allowed string) (netip.Addr, bool) {
	addr, err := netip.ParseAddr(text)
	switch {
	case err != nil:
		f.Errorf(v, "%s %q is not %s", what, clip(text), allowed)
		return addr, false
	case addr.Zone() != "":
		f.Errorf(v, "%s %q has a zone, write %s", what, clip(text), addr.WithZone(""))
		return addr, false
	case addr.Is4In6():
		f.Errorf(v, "%s %s is an IPv4 address, write %s", what, addr, addr.Unmap())
		return addr, false
	}
	return addr, true
}
