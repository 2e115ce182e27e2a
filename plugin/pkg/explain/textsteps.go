package explain

import (
	"fmt"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/resolve"
)

// node shows one search.
func (s *Search) node() *node {
	title := "search"
	switch s.Purpose {
	case "target":
		title = "search for the target"
	case "references":
		title = "search in the references of zone " + s.From
	}
	n := &node{style: head, text: fmt.Sprintf("%s: %s %s", title, s.Name, s.Type)}
	for _, c := range s.Zones {
		switch name := zoneName(c.Zone, c.Apex); {
		case c.Matches:
			n.add(plain, "✓ %s matches", name)
		case c.Apex == s.Name:
			n.add(dim, "· %s: DS at its apex is the parent zone's", name)
		default:
			n.add(dim, "· %s is shorter, and not searched", name)
		}
	}
	if len(s.Zones) == 0 && s.Purpose != "references" {
		n.add(bad, "no zone of the view matches")
	}
	for i := range s.Steps {
		s.Steps[i].node(n)
	}
	return n
}

// zoneName returns the ID, and the apex where the ID does not tell it.
func zoneName(id, apex string) string {
	if id == apex || id == domain.NoDot(apex) {
		return "zone " + id
	}
	return "zone " + id + " (" + apex + ")"
}

// node shows one step.
func (s *Step) node(n *node) {
	zone := zoneName(s.Zone, s.Apex)
	switch s.Kind {
	case "lookup":
		if s.Outcome == "cname" || s.Outcome == "dname" {
			return // the link says it, or why it does not count
		}
		style, text := s.outcome()
		n.add(style, "%s: %s", zone, text).records(s.Records)
	case "reference":
		text := fmt.Sprintf("reference %d, after %s: %s → %s", s.Number, words(s.Because), s.From, zone)
		if s.Skipped != "" {
			text += "; not searched, " + s.Apex + " is not above the name"
		}
		n.add(plain, "%s", text)
	case "ignored":
		n.add(plain, "%s: the %s at %s is ignored, it stands at or above zone %s itself", zone, words(s.Outcome), s.Owner, s.Covers)
	case "end":
		n.add(dim, "%s", s.end())
	case "alias":
		s.alias(n)
	case "form":
		n.add(dim, "%s", s.form())
	case "loop":
		n.add(bad, "given up: %s", s.loop())
	case "soa":
		n.add(dim, "the SOA is that of %s", zone)
	case "glue":
		n.add(plain, "%s: glue", zone).records(s.Records)
	}
}

// outcome words what a lookup found.
func (s *Step) outcome() (style, string) {
	by := ""
	if s.Wildcard {
		by = " by the wildcard " + s.Owner
	}
	switch s.Outcome {
	case "success":
		return good, "found" + by
	case "nodata":
		return bad, "NODATA, the name exists" + by + " without the type"
	case "nxdomain":
		return bad, "NXDOMAIN, there is no such name"
	case "empty_non_terminal":
		return bad, "empty non-terminal, only names below it own records" + by
	case "delegation":
		return good, "zone cut at " + s.Owner
	}
	return good, words(s.Outcome) + " at " + s.Owner
}

// words returns the words of an operator for an outcome.
func words(outcome string) string {
	switch outcome {
	case "nxdomain":
		return "NXDOMAIN"
	case "nodata":
		return "NODATA"
	case "empty_non_terminal":
		return "an empty non-terminal"
	case "cname":
		return "CNAME"
	case "dname":
		return "DNAME"
	case "delegation":
		return "zone cut"
	}
	return outcome
}

func (s *Step) end() string {
	switch s.Because {
	case ends[resolve.AtLast]:
		return fmt.Sprintf("end: zone %s has no reference", s.Zone)
	case ends[resolve.AtNoData]:
		return fmt.Sprintf("end: the name exists in zone %s, and its reference does not ask for nodata", s.Zone)
	case ends[resolve.AtApex]:
		return fmt.Sprintf("end: SOA and NS of its apex are zone %s's own", s.Zone)
	}
	return fmt.Sprintf("end: %d references are followed, that of zone %s is one more", model.MaxReferences, s.Zone)
}

func (s *Step) alias(n *node) {
	link := n.add(plain, "link %d, %s: %s", s.Number, zoneName(s.Zone, s.Apex), s.Records[0])
	switch {
	case s.Target == "":
		link.add(bad, "the name it leads to is over 255 octets")
	case !strings.HasSuffix(s.Records[0], " CNAME "+s.Target):
		link.add(plain, "→ %s", s.Target)
	}
}

func (s *Step) form() string {
	switch s.Form {
	case forms[resolve.FlattenOff]:
		return fmt.Sprintf("zone %s has flatten off: the chain is shown", s.Zone)
	case forms[resolve.ZoneType]:
		return "the type describes zones: the chain is shown"
	case forms[resolve.AliasItself]:
		return "the alias itself is asked for"
	}
	return "flatten is on: records of the final target are shown under the name asked for"
}

func (s *Step) loop() string {
	if s.Because == "too_many" {
		return fmt.Sprintf("more than %d links, the next one leads to %s", resolve.MaxLinks, s.Target)
	}
	return s.Target + " is a name of the chain already"
}

// additional shows the searches for the additional section, one a line.
func (x *Explanation) additional() *node {
	n := &node{style: head, text: "additional section"}
	for i := range x.Searches {
		if s := &x.Searches[i]; s.Purpose == "additional" {
			s.line(n)
		}
	}
	if n.below == nil {
		return nil
	}
	return n
}

// line shows a search by the last zone that was searched.
func (s *Search) line(n *node) {
	for i := len(s.Steps) - 1; i >= 0; i-- {
		switch step := &s.Steps[i]; step.Kind {
		case "lookup":
			style, text := step.outcome()
			if style == bad {
				style = dim
			}
			n.add(style, "%s %s: zone %s: %s", s.Name, s.Type, step.Zone, text)
			return
		case "glue":
			n.add(good, "%s %s: zone %s: glue", s.Name, s.Type, step.Zone)
			return
		}
	}
	n.add(dim, "%s %s: no zone of the view matches", s.Name, s.Type)
}
