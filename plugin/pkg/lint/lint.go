// Package lint finds what is legal in a configuration and yet hardly meant: what
// a start does not look for, because it takes a walk through all records or
// because it depends on the plugins around the suite.
package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// Block is what is checked: one server block.
type Block struct {
	Snapshot   *model.Snapshot
	PublicPath bool // a plugin below the suite can answer
}

// Report is what was found. Warnings are to be acted on or accepted; notes tell
// what a choice entails.
type Report struct {
	Warnings problem.List
	Notes    problem.List
}

// maxNames bounds how many names one finding lists.
const maxNames = 8

// Check checks a block. It reads the records of every zone once, and again the
// files of zones with aliases that lead nowhere, to tell where those stand.
func Check(b Block) Report {
	c := &check{Block: b, policies: make(map[*model.View][]*model.Policy), aliases: make(map[*model.Zone][]alias), cuts: make(map[*model.Zone][]string)}
	for _, p := range b.Snapshot.Policies {
		c.policies[p.View] = append(c.policies[p.View], p)
	}
	c.publicPath()
	c.specialNames()
	c.readZones()
	c.madeUpSOAs()
	c.orphanCuts()
	c.deadReferences()
	c.deadAliases()
	return c.report
}

// check is one run of Check.
type check struct {
	Block
	report   Report
	policies map[*model.View][]*model.Policy
	aliases  map[*model.Zone][]alias
	cuts     map[*model.Zone][]string // owners of NS records below the apex

	// What aliases lead to, worked out when first asked for.
	targets   map[string]bool // targets and the names above them
	redirects map[string]bool // targets of DNAMEs, with the value true
}

func (c *check) warn(code problem.Code, pos problem.Pos, object, format string, args ...any) {
	c.report.Warnings.Warnf(code, pos, object, format, args...)
}

func (c *check) note(code problem.Code, pos problem.Pos, object, format string, args ...any) {
	c.report.Notes.Warnf(code, pos, object, format, args...)
}

func zoneObject(z *model.Zone) string { return fmt.Sprintf("%s %q", model.ZoneDirective, z.ID) }

func policyObject(p *model.Policy) string { return fmt.Sprintf("%s %q", model.PolicyDirective, p.Name) }

// publicPath warns about policies that lead to public DNS where nothing asks it.
func (c *check) publicPath() {
	if c.PublicPath {
		return
	}
	for _, p := range c.Snapshot.Policies {
		switch {
		case p.Action == model.UsePublic:
			c.warn(problem.PublicPathMissing, p.Pos, policyObject(p), "the policy sends queries to public DNS, and no plugin below the suite in this server block asks it; add forward")
		case p.Fallback != 0:
			c.warn(problem.PublicPathMissing, p.Pos, policyObject(p), "the fallback has no public path: no plugin below the suite in this server block asks public DNS, so that misses become SERVFAIL; add forward")
		}
	}
}

// specialNames notes which policies send out names of special use that lie in no
// zone of their view. Those in a zone are warned about by the model.
func (c *check) specialNames() {
	for _, p := range c.Snapshot.Policies {
		if p.View == nil || !p.Fallback.Has(model.OnRefused) {
			continue
		}
		var sent []string
		for _, name := range model.SpecialNames() {
			if p.View.Match(name) == nil && !p.Private(name) {
				sent = append(sent, name)
			}
		}
		if len(sent) > 0 {
			c.note(problem.SpecialNamesLeak, p.Pos, policyObject(p), "the fallback sends names of special use to public DNS, which cannot know them: those below %s; `private special` keeps them in", listed(sent))
		}
	}
}

// Validation notes which zones a client that validates DNSSEC by itself may
// reject: it asks for the DS of the apex, and gets the zone's own unsigned word
// where it wants a signed one of the public parent. Such clients commonly exempt
// names of special use by themselves. It is one note for all server blocks of a
// Corefile, none if it concerns no zone.
func Validation(snapshots ...*model.Snapshot) problem.List {
	var apexes []string
	var notes problem.List
	var first *model.Zone
	seen := make(map[string]bool)
	for _, s := range snapshots {
		for _, v := range s.Views {
			for _, z := range v.Zones {
				if seen[z.Apex] || special(z.Apex) {
					continue
				}
				if first == nil {
					first = z
				}
				seen[z.Apex] = true
				apexes = append(apexes, z.Apex)
			}
		}
	}
	if first != nil {
		notes.Warnf(problem.ValidatorsNeedAnchor, first.Pos, "", "clients that validate DNSSEC by themselves reject the answers of a zone whose public parent is signed, as the root and most TLDs are, unless they have a negative trust anchor for it (RFC 7646): %s", listed(apexes))
	}
	return notes
}

func special(name string) bool {
	return slices.ContainsFunc(model.SpecialNames(), func(s string) bool { return domain.IsSubdomain(s, name) })
}

// listed words some names and how many more there are.
func listed(names []string) string {
	shown := strings.Join(names[:min(len(names), maxNames)], ", ")
	if more := len(names) - maxNames; more > 0 {
		shown += fmt.Sprintf(" and %d more", more)
	}
	return shown
}
