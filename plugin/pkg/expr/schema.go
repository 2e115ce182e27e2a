package expr

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Field declares one field.
type Field struct {
	// Name is the field as expressions spell it, in lower case: "dns.fqdn". A member
	// of an array of records is declared as "identity.groups[*].name" with the type
	// of the array that holds that member of every record, an array of strings. An array
	// of strings that is declared after a map of the same name holds the entries of the
	// map as KEY=VALUE: it is what the name without a key stands for.
	Name string
	// Type is Int, String, IP, an array of one of them, or a map of arrays of strings.
	Type Type
	// Fold normalizes the string literals that ==, != and in compare with the field
	// or its elements; its error says what is wrong with the literal. Fold of its own
	// results changes nothing. Nil leaves the literals as they are.
	Fold func(string) (string, error)
	// Lower makes the literals of all other operators lower case, since the values are.
	Lower bool
}

// Schema is a closed list of fields. It is immutable and safe for concurrent use.
type Schema struct {
	fields  []Field
	index   map[string]int      // by name, "identity.groups[*].name" included
	records map[string][]string // "identity.groups" → its members
	entries map[string]int      // by the name of a map: the array of its entries
	hints   map[string]string
	names   []string // sorted, for messages
}

// eachMember stands between an array of records and a member in field names.
const eachMember = "[*]."

// NewSchema makes a schema of fields; a field's index is its place in the slice.
// The hints map a name of another product to what to say of it, such as "write
// dns.fqdn"; one that ends in "*" stands for all names that begin so, unless a
// longer one does. NewSchema panics on a name declared
// twice and on a type that no Source can give: both are errors in the program.
func NewSchema(fields []Field, hints map[string]string) *Schema {
	s := &Schema{
		fields:  slices.Clone(fields),
		index:   make(map[string]int, len(fields)),
		records: make(map[string][]string),
		entries: make(map[string]int),
		hints:   maps.Clone(hints),
	}
	for i, f := range s.fields {
		if first, twice := s.index[f.Name]; twice {
			if _, third := s.entries[f.Name]; !third && s.fields[first].Type.isMap() && f.Type == ArrayOf(String) {
				s.entries[f.Name] = i
				continue
			}
			panic(fmt.Sprintf("expr: field %s is declared twice", f.Name))
		}
		if !f.Type.declarable() {
			panic(fmt.Sprintf("expr: field %s has type %s, which no source gives", f.Name, f.Type))
		}
		s.index[f.Name] = i
		s.names = append(s.names, f.Name)
		if array, member, ok := strings.Cut(f.Name, eachMember); ok {
			if f.Type != ArrayOf(String) {
				panic(fmt.Sprintf("expr: field %s must be an array of strings", f.Name))
			}
			s.records[array] = append(s.records[array], member)
		}
	}
	slices.Sort(s.names)
	return s
}

// Index returns a field's index, a map's if it shares the name.
func (s *Schema) Index(name string) (int, bool) {
	i, ok := s.index[name]
	return i, ok
}

// Field returns the field with an index.
func (s *Schema) Field(i int) Field { return s.fields[i] }

// Len is the number of fields.
func (s *Schema) Len() int { return len(s.fields) }

// whole resolves the name of an expression to the field it names without an
// index, records.member included.
func (s *Schema) whole(name string) (int, bool) {
	if i, ok := s.index[name]; ok {
		return i, true
	}
	cut := strings.LastIndexByte(name, '.')
	if cut < 0 {
		return 0, false
	}
	i, ok := s.index[name[:cut]+eachMember+name[cut+1:]]
	return i, ok
}

// hint returns what to say of a name that another product knows.
func (s *Schema) hint(name string) (string, bool) {
	if h, ok := s.hints[name]; ok {
		return h, true
	}
	longest := ""
	for pattern := range s.hints {
		if prefix, ok := strings.CutSuffix(pattern, "*"); ok && strings.HasPrefix(name, prefix) && len(pattern) > len(longest) {
			longest = pattern
		}
	}
	return s.hints[longest], longest != ""
}
