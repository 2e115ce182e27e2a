package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// hclCall is a call of a function of Terraform's language.
type hclCall struct {
	function string
	argument any
}

// hclName is a name in Terraform's language, such as that of a variable.
type hclName string

// attribute is a member of a resource or of an object.
type attribute struct {
	name  string
	value any
}

// terraform returns the object as a resource of Cloudflare's provider, version 5, with the
// block that has Terraform take over the object there is.
func (o *copied) terraform() []byte {
	var b bytes.Buffer
	taken := o.taken
	for _, e := range o.beyond {
		if v, ok := cut(taken, e.path); ok && v != nil && v != e.usual {
			b.WriteString("# The provider has no attribute for " + e.path + ".\n")
		}
	}
	if o.hcl != nil {
		o.hcl(taken)
	}
	label := labelOf(o.named)
	if kind, ok := taken["type"].(string); ok && strings.Contains(o.path, "dns_records") {
		label = labelOf(o.named + "_" + kind)
	}
	for _, line := range o.notes() {
		b.WriteString("# " + line + "\n")
	}
	if o.declared == "" {
		b.WriteString("import {\n")
		writeAttributes(&b, "  ", []attribute{{"to", hclName(o.resource + "." + label)}, {"id", o.fill(o.imported)}})
		b.WriteString("}\n\n")
	}
	fmt.Fprintf(&b, "resource %s %s {\n", hclText(o.resource), hclText(label))
	writeAttributes(&b, "  ", o.attributes())
	b.WriteString("}\n")
	return b.Bytes()
}

// attributes are those of the resource: whose it is, and what the call takes.
func (o *copied) attributes() (list []attribute) {
	switch {
	case o.inside():
		list = append(list, attribute{"zone_id", hclName("var.zone_id")})
	case strings.Contains(o.path, "{zone}"):
		list = append(list, attribute{"zone_id", o.ids["zone"]})
	case strings.Contains(o.path, "{account}"):
		list = append(list, attribute{"account_id", o.ids["account"]})
	}
	for _, name := range o.members {
		if v, ok := o.taken[name]; ok {
			list = append(list, attribute{name, v})
		}
	}
	return list
}

// fill puts ids in the place of their names in a path.
func (o *copied) fill(path string) string {
	for name, id := range o.ids {
		path = strings.ReplaceAll(path, "{"+name+"}", id)
	}
	return path
}

// cut takes the member at a path away, and returns what it was. An object that is left
// empty goes too.
func cut(o object, path string) (v any, found bool) {
	name, rest, deeper := strings.Cut(path, ".")
	if !deeper {
		v, found = o[name]
		delete(o, name)
		return v, found
	}
	inner, ok := o[name].(object)
	if !ok {
		return nil, false
	}
	v, found = cut(inner, rest)
	if len(inner) == 0 {
		delete(o, name)
	}
	return v, found
}

// labelOf makes a name of Terraform's of what people call an object.
func labelOf(name string) string {
	const most = 64
	label := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return '_'
	}, name)
	label = label[:min(len(label), most)]
	if label == "" || label[0] >= '0' && label[0] <= '9' {
		label = "_" + label
	}
	return label
}

// writeAttributes writes attributes one below another, as `terraform fmt` would: the equal
// signs of those that stand on single lines are below each other.
func writeAttributes(b *bytes.Buffer, indent string, list []attribute) {
	values := make([]string, len(list))
	for i, a := range list {
		values[i] = hclValue(indent, a.value)
	}
	for i := 0; i < len(list); {
		end, width := i, 0
		for end < len(list) && (end == i || !strings.Contains(values[end-1]+values[end], "\n")) {
			width = max(width, utf8.RuneCountInString(hclKey(list[end].name)))
			end++
		}
		for ; i < end; i++ {
			fmt.Fprintf(b, "%s%-*s = %s\n", indent, width, hclKey(list[i].name), values[i])
		}
	}
}

// plainKey is a name that needs no quotes.
var plainKey = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func hclKey(name string) string {
	if plainKey.MatchString(name) {
		return name
	}
	return hclText(name)
}

// hclValue returns a JSON value as an expression of Terraform's language.
func hclValue(indent string, v any) string {
	switch v := v.(type) {
	case string:
		return hclText(v)
	case bool:
		return fmt.Sprint(v)
	case json.Number:
		return v.String()
	case hclName:
		return string(v)
	case hclCall:
		return v.function + "(" + hclValue(indent, v.argument) + ")"
	case []any:
		return hclList(indent, v)
	case object:
		if len(v) == 0 {
			return "{}"
		}
		var b bytes.Buffer
		var members []attribute
		for _, name := range slices.Sorted(maps.Keys(v)) {
			members = append(members, attribute{name, v[name]})
		}
		writeAttributes(&b, indent+"  ", members)
		return "{\n" + b.String() + indent + "}"
	}
	return "null"
}

// hclList writes a list on one line if that is short.
func hclList(indent string, list []any) string {
	const short = 100 // characters
	var items []string
	for _, item := range list {
		items = append(items, hclValue(indent+"  ", item))
	}
	if line := strings.Join(items, ", "); len(line) <= short && !strings.Contains(line, "\n") {
		return "[" + line + "]"
	}
	return "[\n" + indent + "  " + strings.Join(items, ",\n"+indent+"  ") + ",\n" + indent + "]"
}

// hclText returns a text in quotes, in which nothing is a template.
func hclText(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case (r == '$' || r == '%') && strings.HasPrefix(text[i+1:], "{"):
			b.WriteString(string(r) + string(r))
		case unicode.IsGraphic(r):
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
