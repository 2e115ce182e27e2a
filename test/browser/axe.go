package browser

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// Axe is axe-core, which looks for what keeps people from using a page.
type Axe string

// LoadAxe reads axe-core from the packages that the dashboard is built with.
func LoadAxe(t testing.TB, dashboard string) Axe {
	t.Helper()
	script, err := os.ReadFile(filepath.Join(dashboard, "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Skip("axe-core is not installed (npm ci in the dashboard's folder)")
	}
	return Axe(script)
}

// Violation is a rule that a page breaks, and where.
type Violation struct {
	Rule  string
	Where []string
}

func (v Violation) String() string { return fmt.Sprintf("%s: %q", v.Rule, v.Where) }

// Violations looks at the page as it is (WCAG 2.2 AA and axe-core's best practice).
func (p *Page) Violations(axe Axe) []Violation {
	p.t.Helper()
	text := Eval[string](p, string(axe)+`;
		axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }).then((found) =>
			JSON.stringify(found.violations.map((v) => ({ Rule: v.id + " (" + v.help + ")", Where: v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200) + " " + (n.failureSummary ?? "").slice(0, 200)) }))))`)
	var out []Violation
	p.must("read axe-core's report", json.Unmarshal([]byte(text), &out))
	return out
}
