package expr

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Print writes a checked tree in canonical form: word forms of and, or, xor and
// not, symbols for comparisons, no needless parentheses, single spaces, literals
// as they are compared. Compiling the result gives an equal tree, unless escapes
// make it longer than MaxSource.
func Print(e Expr) string {
	var w printer
	w.expr(e)
	return w.String()
}

type printer struct{ strings.Builder }

// binding tells how tightly the operator of a node binds.
func binding(e Expr) int {
	switch e.(type) {
	case *Or:
		return 0
	case *Xor:
		return 1
	case *And:
		return 2
	case *Not:
		return 3
	}
	return 4
}

func (w *printer) expr(e Expr) {
	switch e := e.(type) {
	case *And:
		w.join(e, e.Items, " and ")
	case *Or:
		w.join(e, e.Items, " or ")
	case *Xor:
		w.join(e, e.Items, " xor ")
	case *Not:
		w.WriteString("not ")
		w.operand(e.X, binding(e.X) < binding(e))
	case *Any:
		w.quantifier("any", e.X)
	case *All:
		w.quantifier("all", e.X)
	default:
		w.condition(e)
	}
}

func (w *printer) join(parent Expr, items []Expr, op string) {
	for i, item := range items {
		if i > 0 {
			w.WriteString(op)
		}
		w.operand(item, binding(item) <= binding(parent))
	}
}

func (w *printer) operand(e Expr, parentheses bool) {
	if !parentheses {
		w.expr(e)
		return
	}
	w.WriteByte('(')
	w.expr(e)
	w.WriteByte(')')
}

func (w *printer) quantifier(name string, x Expr) {
	w.WriteString(name)
	w.WriteByte('(')
	w.expr(x)
	w.WriteByte(')')
}

func (w *printer) condition(e Expr) {
	switch e := e.(type) {
	case *Compare:
		w.left(e.Left, e.Op)
		w.value(&e.Right)
	case *Match:
		w.left(e.Left, e.Op)
		if e.Op == OpMatches {
			w.WriteString(quotePattern(e.Pattern))
			return
		}
		w.WriteString(quote(e.Pattern))
	case *In:
		w.left(e.Left, OpIn)
		w.set(e.Set)
	case *InList:
		w.left(e.Left, OpIn)
		w.WriteString("$" + e.Name)
	case *Truth:
		w.value(e.Left)
	}
}

func (w *printer) left(v Value, op Op) {
	w.value(v)
	w.WriteByte(' ')
	w.WriteString(op.String())
	w.WriteByte(' ')
}

func (w *printer) value(v Value) {
	switch v := v.(type) {
	case *Literal:
		w.literal(v)
	case *Ref:
		array, member, ok := strings.Cut(v.Name, eachMember)
		switch {
		case !ok:
			w.WriteString(v.Name)
			w.path(v.Path)
		case len(v.Path) == 0:
			w.WriteString(array + "." + member)
		default:
			w.WriteString(array)
			w.path(v.Path)
			w.WriteString("." + member)
		}
	case *Call:
		w.WriteString(v.Func.String())
		w.WriteByte('(')
		for i, arg := range v.Args {
			if i > 0 {
				w.WriteString(", ")
			}
			w.value(arg)
		}
		w.WriteByte(')')
		w.path(v.Path)
	}
}

func (w *printer) literal(l *Literal) {
	switch l.Kind {
	case String:
		w.WriteString(quote(l.Str))
	case Int:
		w.WriteString(strconv.FormatInt(l.Int, 10))
	case IP:
		w.WriteString(l.IP.String())
	}
}

func (w *printer) path(path []Index) {
	for _, i := range path {
		switch i.Kind {
		case IndexEach:
			w.WriteString("[*]")
		case IndexAt:
			w.WriteString("[" + strconv.FormatUint(uint64(i.At), 10) + "]")
		case IndexKey:
			w.WriteString("[" + quote(i.Key) + "]")
		}
	}
}

func (w *printer) set(s Set) {
	var items []string
	for _, v := range s.Strings {
		items = append(items, quote(v))
	}
	for _, r := range s.Ints {
		item := strconv.FormatInt(r.From, 10)
		if r.To != r.From {
			item += ".." + strconv.FormatInt(r.To, 10)
		}
		items = append(items, item)
	}
	for _, r := range s.IPs {
		items = append(items, r.String())
	}
	w.WriteString("{" + strings.Join(items, " ") + "}")
}

// quote writes a string literal in double quotes.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteByte(byte(r))
		case r == utf8.RuneError && size == 1, !unicode.IsPrint(r):
			for _, c := range []byte(s[i : i+size]) {
				const hex = "0123456789abcdef"
				b.WriteString(`\x`)
				b.WriteByte(hex[c>>4])
				b.WriteByte(hex[c&15])
			}
		default:
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	b.WriteByte('"')
	return b.String()
}

// quotePattern writes a regular expression: in plain quotes, which leave
// backslashes alone, or raw with enough # if it holds a quote itself.
func quotePattern(p string) string {
	if !strings.Contains(p, `"`) {
		return `"` + p + `"`
	}
	fence := ""
	for strings.Contains(p, `"`+fence) {
		fence += "#"
	}
	return "r" + fence + `"` + p + `"` + fence
}
