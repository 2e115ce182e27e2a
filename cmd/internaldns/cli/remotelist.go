package cli

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/model"
)

// remoteState is what a token may see of an account.
type remoteState struct {
	zones []remoteZone
	views []remoteView
	rules []remoteRule
}

// state reads what kinds of a list need. What the token may not see is left out, unless
// it was asked for.
func (r *remote) state(kinds []string) (*remoteState, error) {
	s := new(remoteState)
	a, err := r.account()
	if err != nil {
		return nil, err
	}
	if s.zones, err = collect[remoteZone](r, "/zones", map[string][]string{"type": {"internal"}}); err != nil {
		if s.zones = nil; slices.Contains(kinds, "zones") || slices.Contains(kinds, "references") || !isStatus(err, http.StatusForbidden) {
			return nil, err
		}
	}
	if s.views, err = collect[remoteView](r, "/accounts/"+a.ID+"/dns_settings/views", nil); err != nil {
		if s.views = nil; slices.Contains(kinds, "views") || !isStatus(err, http.StatusForbidden) {
			return nil, err
		}
	}
	if s.rules, err = collect[remoteRule](r, "/accounts/"+a.ID+"/gateway/rules", nil); err != nil {
		if s.rules = nil; slices.Contains(kinds, "policies") || !isStatus(err, http.StatusForbidden) {
			return nil, err
		}
	}
	s.rules = slices.DeleteFunc(s.rules, func(p remoteRule) bool { return !p.Enabled })
	return s, nil
}

// listing returns the state in the form of a server block's.
func (s *remoteState) listing(account string, kinds []string) listing {
	l := listing{Account: account, Block: []string{}}
	if slices.Contains(kinds, "zones") {
		for _, z := range s.zones {
			l.Zones = append(l.Zones, s.zoneLine(z))
		}
	}
	if slices.Contains(kinds, "views") {
		for _, v := range s.views {
			l.Views = append(l.Views, viewLine{
				ID: v.ID, Name: v.Name, Zones: append([]string{}, v.Zones...), Policies: s.policiesOf(v.ID), Position: declaredAt(v.Declared), Problem: textOf(v.Problem),
			})
		}
	}
	if slices.Contains(kinds, "policies") {
		for _, p := range s.rules {
			l.Policies = append(l.Policies, s.policyLine(p))
		}
	}
	if slices.Contains(kinds, "references") {
		l.References = s.references()
	}
	return l
}

func (s *remoteState) zoneLine(z remoteZone) zoneLine {
	line := zoneLine{
		ID: z.ID, Name: z.Name, Records: z.Records, Serial: z.Serial, Files: []string{}, Views: s.viewsOf(z.ID), References: z.InternalDNS.ReferenceZoneID,
		Synthesized: !z.OwnSOA, ReferencedBy: []string{}, Position: declaredAt(z.Declared), Problem: textOf(z.Problem),
	}
	for _, other := range s.zones {
		if other.InternalDNS.ReferenceZoneID == z.ID {
			line.ReferencedBy = append(line.ReferencedBy, other.ID)
		}
	}
	return line
}

func (s *remoteState) policyLine(p remoteRule) policyLine {
	line := policyLine{
		ID: p.ID, Precedence: p.Precedence, Name: p.Name, Action: "resolvers", Fallback: []string{}, Traffic: p.Traffic, Identity: p.Identity,
		Posture: p.Posture, Description: p.Description, Position: declaredAt(p.Declared), Problem: textOf(p.Problem),
		Schedule: p.Schedule, Expires: p.Expiration.ExpiresAt, Expired: p.Expiration.Expired,
	}
	if string(line.Schedule) == "null" {
		line.Schedule = nil
	}
	if p.Settings.Public {
		line.Action = "public"
	}
	internally := p.Settings.Internally
	if internally == nil {
		return line
	}
	line.Action, line.View = "view", internally.ViewID
	for _, v := range s.views {
		if v.ID == internally.ViewID {
			line.View = v.Name
		}
	}
	if len(internally.FallbackOn) > 0 {
		line.Fallback = internally.FallbackOn
	} else if internally.Fallback == "public_dns" {
		for _, name := range model.TriggerNames() {
			if t, _ := model.ParseTrigger(name); model.DefaultTriggers.Has(t) {
				line.Fallback = append(line.Fallback, name)
			}
		}
	}
	return line
}

// references returns the references with the chains that are followed from there.
func (s *remoteState) references() (lines []referenceLine) {
	zones := make(map[string]remoteZone, len(s.zones))
	for _, z := range s.zones {
		zones[z.ID] = z
	}
	for _, z := range s.zones {
		to := z.InternalDNS.ReferenceZoneID
		if to == "" {
			continue
		}
		line := referenceLine{From: z.ID, To: to, NoData: z.InternalDNS.ReferenceNoData, Views: s.viewsOf(z.ID), Position: declaredAt(z.Declared)}
		for ; to != "" && !slices.Contains(line.Chain, to); to = zones[to].InternalDNS.ReferenceZoneID {
			line.Chain = append(line.Chain, to)
		}
		lines = append(lines, line)
	}
	return lines
}

// viewsOf returns the names of the views that hold a zone.
func (s *remoteState) viewsOf(zone string) []string {
	out := []string{}
	for _, v := range s.views {
		if slices.Contains(v.Zones, zone) {
			out = append(out, v.Name)
		}
	}
	return out
}

// policiesOf returns the names of the policies that use a view.
func (s *remoteState) policiesOf(view string) []string {
	out := []string{}
	for _, p := range s.rules {
		if p.Settings.Internally != nil && p.Settings.Internally.ViewID == view {
			out = append(out, p.Name)
		}
	}
	return out
}

// declaredAt returns where a Corefile declares an object, "" for one of the account.
func declaredAt(d *live.Declared) string {
	if d == nil {
		return ""
	}
	return fmt.Sprintf("%s:%d", d.File, d.Line)
}

func textOf(p *remoteProblem) string {
	if p == nil {
		return ""
	}
	return p.Text
}

// list prints what a server's account holds.
func (r *remote) list(p *program, kinds []string, asJSON bool) error {
	account, err := r.account()
	if err != nil {
		return err
	}
	state, err := r.state(kinds)
	if err != nil {
		return err
	}
	l := state.listing(account.Name, kinds)
	if asJSON {
		return printJSON(p.stdout, []listing{l})
	}
	l.print(p, kinds)
	for _, text := range l.problems() {
		fmt.Fprintf(p.stderr, "not served: %s\n", cutWords(printable(text)))
	}
	return nil
}

// problems returns why objects are not served.
func (l listing) problems() (texts []string) {
	add := func(text string) {
		if text != "" {
			texts = append(texts, text)
		}
	}
	for _, z := range l.Zones {
		add(z.Problem)
	}
	for _, v := range l.Views {
		add(v.Problem)
	}
	for _, p := range l.Policies {
		add(p.Problem)
	}
	return texts
}
