package domain

import (
	"strings"
	"testing"

	"github.com/miekg/dns"
)

// Names at the limits of RFC 1035 section 2.3.4.
var (
	label63 = strings.Repeat("a", 63)
	name255 = strings.Repeat(label63+".", 3) + strings.Repeat("b", 61) + "."
	name256 = strings.TrimSuffix(name255, ".") + "b."
	octet63 = strings.Repeat(`\000`, 63)
)

func TestCanonical(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ in, want string }{
		{"example.org.", "example.org."},
		{"example.org", "example.org."},
		{"EXAMPLE.Org", "example.org."},
		{".", "."},
		{"local", "local."},
		{"*.Example.org.", "*.example.org."},
		{`\*.example.org.`, "*.example.org."},
		{"_dns-sd._udp.example.org.", "_dns-sd._udp.example.org."},
		{"0/25.2.0.192.in-addr.arpa.", "0/25.2.0.192.in-addr.arpa."},
		{`a\.b.example.org`, `a\.b.example.org.`},
		{`a\.`, `a\..`},
		{`a\\.`, `a\\.`},
		{`\065\090.example.`, "az.example."},
		{`a\046b.example.`, `a\.b.example.`},
		{`\000\255.example.`, `\000\255.example.`},
		{"ä.example.", `\195\164.example.`},
		{"two words.example.", `two\ words.example.`},
		{"a@b.example.", `a\@b.example.`},
		{`\@.example.`, `\@.example.`},
		{label63 + ".", label63 + "."},
		{name255, name255},
		{octet63 + ".example.", octet63 + ".example."},
	} {
		got, err := Canonical(row.in)
		if err != nil || got != row.want {
			t.Errorf("%q: %q, %v; want %q", row.in, got, err, row.want)
		}
	}
}

func TestCanonicalRefuses(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ in, want string }{
		{"", "empty domain name"},
		{"..", `".." has an empty label`},
		{".a.", `".a." has an empty label`},
		{"a..b.", `"a..b." has an empty label`},
		{"A..b.", `"A..b." has an empty label`},
		{label63 + "a.", `"` + label63 + `a." has a label of 64 octets, at most 63 are allowed`},
		{"B" + label63 + ".", `"B` + label63 + `." has a label of 64 octets, at most 63 are allowed`},
		{name256, `"` + name256 + `" is too long, a name has at most 255 octets`},
		{octet63 + `\000.`, `"` + strings.ReplaceAll(octet63, `\`, `\\`) + `\\000." is too long, a name has at most 255 octets`},
		{`a\`, `"a\\." is not a domain name`},
		{`\256.example.`, `"\\256.example." has the escape \256, at most \255 is allowed`},
		{`a\\\999`, `"a\\\\\\999." has the escape \999, at most \255 is allowed`},
	} {
		got, err := Canonical(row.in)
		if err == nil || err.Error() != row.want {
			t.Errorf("%q: %q, %v; want %s", row.in, got, err, row.want)
		}
	}
}

func TestParse(t *testing.T) { // RFC 5891
	t.Parallel()
	for _, row := range []struct{ in, want string }{
		{"Bücher.example", "xn--bcher-kva.example."},
		{"BÜCHER.example.", "xn--bcher-kva.example."},
		{"*._tcp.bücher.example", "*._tcp.xn--bcher-kva.example."},
		{"plain.example", "plain.example."},
		{`esc\.aped.example`, `esc\.aped.example.`},
	} {
		got, err := Parse(row.in)
		if err != nil || got != row.want {
			t.Errorf("%q: %q, %v; want %q", row.in, got, err, row.want)
		}
	}
	if got, err := Parse("-ü-.example"); err == nil || !strings.Contains(err.Error(), `"-ü-"`) {
		t.Errorf("a bad label gives %q, %v", got, err)
	}
}

func TestIsSubdomain(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		parent, child string
		want          bool
	}{
		{".", ".", true},
		{".", "a.", true},
		{"a.", ".", false},
		{"a.", "a.", true},
		{"a.", "b.a.", true},
		{"a.", "ba.", false},
		{"b.a.", "a.", false},
		{"a.", `b\.a.`, false},
		{"a.", `b\\.a.`, true},
		{"a.", `b\\\.a.`, false},
		{`b\.a.`, `c.b\.a.`, true},
	} {
		if got := IsSubdomain(row.parent, row.child); got != row.want {
			t.Errorf("%q below %q: %v", row.child, row.parent, got)
		}
	}
}

func TestParent(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		in, want string
		ok       bool
	}{
		{".", "", false},
		{"a.", ".", true},
		{"b.a.", "a.", true},
		{`c\.b.a.`, "a.", true},
		{`c\\.b.a.`, "b.a.", true},
	} {
		if got, ok := Parent(row.in); got != row.want || ok != row.ok {
			t.Errorf("%q: %q, %v", row.in, got, ok)
		}
	}
}

func TestNoDot(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{".": "", "a.": "a", "b.a.": "b.a"} {
		if got := NoDot(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func FuzzCanonical(f *testing.F) {
	for _, s := range []string{
		"", ".", "..", "a", "A.b.", `a\.b.`, `a\`, `a\\.`, `\000.`, `\256.`, `\1.`, `\12`, "ä.", "a b.", "\x00.", "*.", name255,
		label63 + "x.", octet63 + ".", name256, `\` + "\xff.",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := Canonical(s)
		want, ok := throughWire(s)
		if ok != (err == nil) {
			t.Fatalf("%q: %v, through the wire %q, %v", s, err, want, ok)
		}
		if err != nil {
			return
		}
		if got != want {
			t.Fatalf("%q: %q, through the wire %q", s, got, want)
		}
		if again, err := Canonical(got); err != nil || again != got {
			t.Fatalf("%q: %q, then %q, %v", s, got, again, err)
		}
		for name := got; name != Root; {
			up, _ := Parent(name)
			if !IsSubdomain(up, name) || IsSubdomain(name, up) {
				t.Fatalf("%q is not below %q", name, up)
			}
			name = up
		}
	})
}

// throughWire is what dns makes of a name, but for escapes over 255, which it wraps.
func throughWire(s string) (string, bool) {
	if s == "" {
		return "", false
	}
	wire := make([]byte, 256)
	s = dns.Fqdn(s)
	n, err := dns.PackDomainName(s, wire, 0, nil, false)
	if err != nil || overflow(s) != "" {
		return "", false
	}
	name, _, err := dns.UnpackDomainName(wire[:n], 0)
	return strings.ToLower(name), err == nil
}

func FuzzIsSubdomain(f *testing.F) {
	f.Add("a.", "b.a.")
	f.Add("a.", `b\.a.`)
	f.Add("a.", `b\\.a.`)
	f.Add(".", "a.")
	f.Add(`\.a.`, `\\.a.`)
	f.Fuzz(func(t *testing.T, x, y string) {
		parent, err := Canonical(x)
		if err != nil {
			return
		}
		child, err := Canonical(y)
		if err != nil {
			return
		}
		if got, want := IsSubdomain(parent, child), dns.IsSubDomain(parent, child); got != want {
			t.Fatalf("%q below %q: %v, want %v", child, parent, got, want)
		}
		if !IsSubdomain(child, child) {
			t.Fatalf("%q is not below itself", child)
		}
	})
}

// TestPlain holds which characters need no second look, those at the ends of their
// ranges included.
func TestPlain(t *testing.T) {
	t.Parallel()
	for c := range 256 {
		want := c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || strings.ContainsRune("-_.*/", rune(c))
		if got := plain(string([]byte{byte(c), '.'})); got != want {
			t.Errorf("%q is plain: %t, want %t", byte(c), got, want)
		}
	}
}

// TestLimits holds the limits of RFC 1035 section 2.3.4 to the octet.
func TestLimits(t *testing.T) {
	t.Parallel()
	label := func(n int) string { return strings.Repeat("a", n) + "." }
	for _, row := range []struct {
		name string
		ok   bool
	}{
		{label(63), true}, {label(64), false},
		{label(63) + label(63) + label(63) + label(61), true},
		{label(63) + label(63) + label(63) + label(62), false},
		{label(63) + label(64) + label(1), false},
		{strings.Repeat("a.", 127), true},
	} {
		if _, err := Canonical(row.name); (err == nil) != row.ok {
			t.Errorf("a name of %d characters: %v, want ok %t", len(row.name), err, row.ok)
		}
	}
}
