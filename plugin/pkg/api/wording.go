package api

import (
	"regexp"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// objectOf names the object of a problem as users of the API know it: not by directives
// of a Corefile, and zones by their names.
func (c *call) objectOf(p problem.Problem) string {
	directive, rest, found := strings.Cut(p.Object, " ")
	if !found {
		return p.Object
	}
	word, known := map[string]string{
		model.ZoneDirective: "zone", model.ViewDirective: "view", model.PolicyDirective: "resolver policy", model.ReferenceDirective: "reference",
	}[directive]
	if !known {
		return p.Object
	}
	return word + " " + c.withNames(rest)
}

// quotedID is an id in a text.
var quotedID = regexp.MustCompile(`"[0-9a-f]{32}"`)

// withNames puts the names of zones beside their ids.
func (c *call) withNames(text string) string {
	return quotedID.ReplaceAllStringFunc(text, func(quoted string) string {
		id := strings.Trim(quoted, `"`)
		if z := c.objects().Zone(id); z != nil {
			return `"` + shownZone(z) + `" (` + id + `)`
		}
		return quoted
	})
}
