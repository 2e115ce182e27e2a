package scope

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/coredns/caddy"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// Line is a property or the head of a declaration: its words, quotes removed and
// without the property's or directive's own name, and where it stands.
type Line struct {
	Pos   problem.Pos
	Words []string
}

// check refuses what an environment variable alone can bring into a Corefile. Words
// become labels of metrics, where such text would end the program.
func (l Line) check() error {
	for _, word := range l.Words {
		if !utf8.ValidString(word) {
			return fmt.Errorf("%q holds octets that are not UTF-8", word)
		}
	}
	return nil
}

// Property is one line a declaration's block may hold.
type Property struct {
	Usage  string // its name, then its arguments: `id ID`
	Repeat bool   // may be written more than once
	Min    int    // arguments at least
	Max    int    // arguments at most, -1 for any number
	Secret bool   // its arguments are in no message
	Set    func(Line) error
	// Block returns what a block behind the property holds, nil if it takes none. It is
	// called once the property is set. May be nil.
	Block func() *Declaration
}

// name returns the first word of the usage.
func (p Property) name() string {
	name, _, _ := strings.Cut(p.Usage, " ")
	return name
}

// Declaration is how the block of one declaration is read.
type Declaration struct {
	Object     string // for messages, such as `internalzone "example.org."`
	Properties []Property
	Empty      string // what to say of a declaration without any property; empty if that is fine
	End        func() // called when the block is read; may be nil
}

// Declarations reads all declarations of c's directive in its server block.
// Errors do not stop the reading: they are reported to the scope, with their
// position, and shown together when the load ends.
func (s *Scope) Declarations(c *caddy.Controller, read func(head Line) (Declaration, error)) {
	for c.Next() {
		directive := c.Val()
		head := line(c)
		var d Declaration
		err := head.check()
		if err == nil {
			d, err = read(head)
		}
		if err != nil {
			s.lose(directive, problem.Problem{Code: problem.PropertyInvalid, Severity: problem.Error, Pos: head.Pos, Object: directive, Text: err.Error()})
			d = Declaration{Object: directive}
		}
		if lines := s.block(c, directive, d, err == nil); lines == 0 && d.Empty != "" {
			s.lose(directive, problem.Problem{Code: problem.PropertyInvalid, Severity: problem.Error, Pos: head.Pos, Object: d.Object, Text: d.Empty})
		}
		if d.End != nil {
			d.End()
		}
	}
}

// block reads the properties and gives how many lines there were; of a declaration
// that is wrong itself they are skipped.
func (s *Scope) block(c *caddy.Controller, directive string, d Declaration, known bool) (lines int) {
	seen := make(map[string]problem.Pos)
	for ; c.NextBlock(); lines++ {
		s.one(c, directive, d, known, seen)
	}
	return lines
}

// one reads a property, with the block behind it.
func (s *Scope) one(c *caddy.Controller, directive string, d Declaration, known bool, seen map[string]problem.Pos) {
	name := c.Val()
	l := line(c)
	if !known {
		skipBlock(c)
		return
	}
	err := d.property(name, l, seen)
	var inner *Declaration
	if p := d.find(name); err == nil && p.Block != nil {
		inner = p.Block()
	}
	if inner != nil {
		s.inner(c, directive, *inner)
	} else if nested := skipBlock(c); err == nil && nested {
		err = fmt.Errorf("property %s takes no block", name)
	}
	if err != nil {
		s.lose(directive, problem.Problem{Code: problem.PropertyInvalid, Severity: problem.Error, Pos: l.Pos, Object: d.Object, Text: err.Error()})
	}
}

// inner reads the block behind a property, if there is one.
func (s *Scope) inner(c *caddy.Controller, directive string, d Declaration) {
	if c.NextArg() { // an opening brace: all else belongs to the line
		seen := make(map[string]problem.Pos)
		for c.Next() && c.Val() != "}" {
			s.one(c, directive, d, true, seen)
		}
	}
	if d.End != nil {
		d.End()
	}
}

// lose reports an error by which a declaration is not what it was meant to be.
func (s *Scope) lose(directive string, p problem.Problem) {
	if directive != model.ZoneDirective {
		s.spec.Incomplete = true
	}
	s.Report(p)
}

// property checks one line of the block and sets it.
func (d Declaration) property(name string, l Line, seen map[string]problem.Pos) error {
	p := d.find(name)
	if err := l.check(); err != nil {
		if p != nil && p.Secret {
			err = errors.New("an argument holds octets that are not UTF-8")
		}
		return fmt.Errorf("property %s: %w", name, err)
	}
	if p == nil {
		return fmt.Errorf("unknown property %q, allowed: %s", name, d.allowed())
	}
	if before, ok := seen[name]; ok && !p.Repeat {
		return fmt.Errorf("property %s is repeated, it stands at %s already", name, before)
	}
	seen[name] = l.Pos
	if n := len(l.Words); n < p.Min || p.Max >= 0 && n > p.Max {
		return fmt.Errorf("property %s has %s, write: %s", name, arguments(n), p.Usage)
	}
	return p.Set(l)
}

// find returns the property of a name, nil if there is none.
func (d Declaration) find(name string) *Property {
	for i, p := range d.Properties {
		if p.name() == name {
			return &d.Properties[i]
		}
	}
	return nil
}

// arguments words a number of them.
func arguments(n int) string {
	if n == 1 {
		return "1 argument"
	}
	return fmt.Sprintf("%d arguments", n)
}

// allowed lists the names of the properties.
func (d Declaration) allowed() string {
	names := make([]string, len(d.Properties))
	for i, p := range d.Properties {
		names[i] = p.name()
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// line reads the rest of the current line, up to an opening brace.
func line(c *caddy.Controller) Line {
	pos := problem.Pos{File: c.File(), Line: c.Line()}
	return Line{Pos: pos, Words: c.RemainingArgs()}
}

// skipBlock passes over a block that opens where a property ends, and reports
// whether there is one.
func skipBlock(c *caddy.Controller) bool {
	if !c.NextArg() {
		return false
	}
	for depth := 1; depth > 0 && c.Next(); {
		switch c.Val() {
		case "{":
			depth++
		case "}":
			depth--
		}
	}
	return true
}
