package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/internaldns/internaldns/plugin/pkg/record"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// curl returns a command of a POSIX shell that makes the object once more. Nothing of the
// object means anything to the shell.
func (o *copied) curl() []byte {
	var b bytes.Buffer
	for _, line := range o.notes() {
		b.WriteString("# " + line + "\n")
	}
	fmt.Fprintf(&b, "curl --globoff -X %s %s \\\n", o.method, o.target())
	b.WriteString("  -H \"Authorization: Bearer $CLOUDFLARE_API_TOKEN\" \\\n  -H 'Content-Type: application/json' \\\n")
	b.WriteString("  --data-raw " + shellQuote(jsonText(o.taken)) + "\n")
	return b.Bytes()
}

// target returns the URL of the call as a word of a shell.
func (o *copied) target() string {
	before, after, found := strings.Cut(o.path, "{zone}")
	if !found || !o.inside() {
		return shellQuote(o.base + o.fill(o.path))
	}
	return shellQuote(o.base+o.fill(before)) + `"$ZONE_ID"` + shellQuote(o.fill(after))
}

// shellQuote returns a text as one word of a POSIX shell, which takes nothing in it for
// more than itself.
func shellQuote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// jsonText returns a value as JSON for people, with every character escaped that a
// terminal might take for a command.
func jsonText(v any) string {
	var text bytes.Buffer
	out := json.NewEncoder(&text)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	if out.Encode(v) != nil { // it was read from JSON
		return ""
	}
	var b strings.Builder
	for _, r := range strings.TrimSuffix(text.String(), "\n") {
		if r == '\n' || unicode.IsGraphic(r) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}

// declaredResolvers gives a rule of the Corefile that has resolvers the settings that a
// call takes.
func declaredResolvers(o object) *Error {
	settings, _ := o["rule_settings"].(object)
	words, ok := settings["resolvers"].([]any)
	if !ok || o["declared"] == nil {
		return nil
	}
	families := map[string][]any{}
	for _, w := range words {
		word, _ := w.(string)
		host, port, err := net.SplitHostPort(word)
		if err != nil {
			host, port = strings.Trim(word, "[]"), "53"
		}
		addr, err := netip.ParseAddr(host)
		if err != nil || addr.Zone() != "" {
			return errorf(http.StatusBadRequest, codeUnsupported, "the Corefile's resolver %q has no counterpart in the API, which takes addresses with a port, asked by UDP and TCP", clip(word))
		}
		family := "ipv6"
		if addr.Is4() {
			family = "ipv4"
		}
		families[family] = append(families[family], object{"ip": addr.String(), "port": json.Number(port)})
	}
	resolvers := make(object)
	for family, list := range families {
		resolvers[family] = slices.Clone(list)
	}
	o["rule_settings"] = object{"dns_resolvers": resolvers}
	return nil
}

// recordLine answers with a record as one line of a zone file.
func recordLine(c *call) *Error {
	r, bad := c.findRecord(token.DNSRead)
	if bad != nil {
		return bad
	}
	line, err := record.Line(r)
	if err != nil {
		return c.fail(err)
	}
	c.text = []byte(line)
	return nil
}
