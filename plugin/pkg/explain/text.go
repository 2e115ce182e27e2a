package explain

import (
	"fmt"
	"io"
	"strings"
)

// WriteText writes the explanation as a tree for people, in colour if asked for.
// Nothing of the configuration or of the data can command a terminal. The error
// is the writer's.
func (x *Explanation) WriteText(w io.Writer, color bool) error {
	p := &printer{color: color}
	p.tree(x.question(), "", "")
	p.section(x.policies())
	if x.View != nil {
		p.section(x.view())
		for i := range x.Searches {
			if x.Searches[i].Purpose != "additional" {
				p.section(x.Searches[i].node())
			}
		}
		p.section(x.additional())
		p.section(x.fallback())
	}
	x.dig(p)
	_, err := io.WriteString(w, p.String())
	return err
}

// section writes a tree below an empty line; nil is none.
func (p *printer) section(n *node) {
	if n != nil {
		p.WriteByte('\n')
		p.tree(n, "", "")
	}
}

func (x *Explanation) question() *node {
	var b strings.Builder
	b.WriteString(x.Query.Name + " " + x.Query.Type)
	if x.Query.Client != "" {
		b.WriteString(" from " + x.Query.Client)
	}
	if x.Query.Server != "" {
		b.WriteString(" to " + x.Query.Server)
	}
	if !x.Query.RecursionDesired {
		b.WriteString(", without RD")
	}
	return &node{style: head, text: b.String()}
}

// policies shows those tried, each with the clauses that decided.
func (x *Explanation) policies() *node {
	n := &node{style: head, text: "policies"}
	for i := range x.Policies {
		x.Policies[i].node(n)
	}
	switch {
	case len(x.Policies) == 0:
		n.add(plain, "none is enabled")
	case x.Policy == "":
		n.add(plain, "none matches")
	case x.NotTried > 0:
		n.add(dim, "%d after it not tried", x.NotTried)
	}
	if x.Disagrees != "" {
		n.add(bad, "a bug, please report it: the server chooses policy %q", x.Disagrees)
	}
	switch x.Route {
	case "public":
		n.add(good, "the public path, unchanged")
	case "resolvers":
		n.add(good, "the policy's own resolvers are asked")
	case "refused":
		n.add(bad, "zone transfers are refused")
	}
	return n
}

func (t *Policy) node(above *node) {
	mark, s := "✗", bad
	if t.Matched {
		mark, s = "✓", good
	}
	text := fmt.Sprintf("%s %d %q", mark, t.Precedence, t.Name)
	if t.Position != "" {
		text += " (" + t.Position + ")"
	}
	if t.Matched {
		text += ": " + t.does()
	}
	n := above.add(s, "%s", text)
	if t.Traffic == nil && t.Identity == nil && t.Posture == nil && t.Expires == nil && t.Schedule == nil {
		n.add(dim, "matches everything")
	}
	t.Traffic.node("traffic", n)
	t.Identity.node("identity", n)
	t.Posture.node("posture", n)
	switch {
	case t.Expires == nil:
	case t.Expires.Result:
		n.add(plain, "expires at %s", t.Expires.At)
	default:
		n.add(plain, "expired at %s", t.Expires.At)
	}
	switch {
	case t.Schedule == nil:
	case t.Schedule.Result:
		n.add(plain, "within its schedule: %s; it is %s", t.Schedule.Hours, t.Schedule.Time)
	default:
		n.add(plain, "outside its schedule: %s; it is %s", t.Schedule.Hours, t.Schedule.Time)
	}
}

// does words what the policy does with the query.
func (t *Policy) does() string {
	switch {
	case t.Action != "view":
		return strings.Join(append([]string{t.Action}, t.Resolvers...), " ")
	case len(t.Fallback) == 0:
		return fmt.Sprintf("view %q, no fallback", t.View)
	}
	text := fmt.Sprintf("view %q, fallback on %s", t.View, strings.Join(t.Fallback, " "))
	if t.Reenter {
		text += ", reenter"
	}
	return text
}

func (e *Expression) node(title string, above *node) {
	if e == nil {
		return
	}
	for _, c := range e.Clauses {
		text := fmt.Sprintf("%s is %t: %s is %t", title, e.Result, c.Text, c.Result)
		var saw []string
		for _, s := range c.Saw {
			saw = append(saw, s.Field+" = "+s.Value)
		}
		if saw != nil {
			text += "; " + strings.Join(saw, ", ")
		}
		above.add(plain, "%s", text)
	}
}

func (x *Explanation) view() *node {
	switch {
	case x.View.Gone:
		return &node{style: bad, text: fmt.Sprintf("view %q no longer exists", x.View.Name)}
	case x.View.Zones == 1:
		return &node{style: head, text: fmt.Sprintf("view %q, of 1 zone", x.View.Name)}
	}
	return &node{style: head, text: fmt.Sprintf("view %q, of %d zones", x.View.Name, x.View.Zones)}
}

// fallback words the decision.
func (x *Explanation) fallback() *node {
	n := &node{style: head, text: "fallback"}
	f := x.Fallback
	switch f.Decision {
	case "no_trigger":
		n.add(plain, "not triggered: the outcome is %s", x.Result.Outcome)
	case "not_chosen":
		if len(x.Policies[len(x.Policies)-1].Fallback) == 0 {
			n.add(plain, "trigger %s: policy %q has no fallback, so the internal answer is sent", f.Trigger, x.Policy)
		} else {
			n.add(plain, "trigger %s: not among those of policy %q, so the internal answer is sent", f.Trigger, x.Policy)
		}
	case "not_allowed":
		n.add(plain, "trigger %s: a query without RD or of type ANY is never sent out, so the internal answer is sent", f.Trigger)
	case "private":
		n.add(bad, "trigger %s: %s is private to policy %q, so the internal answer is sent", f.Trigger, f.Asks[0].Name, x.Policy)
	case "ask":
		x.asks(n)
	}
	return n
}

// asks words what public DNS is asked for.
func (x *Explanation) asks(n *node) {
	f := x.Fallback
	n.add(good, "trigger %s: public DNS is asked for %s %s", f.Trigger, f.Asks[0].Name, f.Asks[0].Type)
	if x.Policies[len(x.Policies)-1].Reenter {
		n.add(plain, "where CNAMEs of the public answer lead to a name that the view has, the view answers from there")
	}
	switch {
	case len(f.Asks) == 1 && (f.Trigger == "nodata" || f.Trigger == "apex"):
		n.add(plain, "if it has no record, the internal answer is sent")
	case len(f.Asks) == 1:
	case f.Asks[1].Private:
		n.add(plain, "if it has no record: %s is private to policy %q, so the internal answer is sent", f.Asks[1].Name, x.Policy)
	default:
		n.add(plain, "if it has no record, for %s %s", f.Asks[1].Name, f.Asks[1].Type)
		n.add(plain, "if that has none either, the internal answer is sent, with the rcode public DNS gave for the first")
	}
}

// dig writes the answer as dig shows it.
func (x *Explanation) dig(p *printer) {
	p.WriteByte('\n')
	m := x.Answer
	switch {
	case m == nil && x.Route == "resolvers":
		p.line(dim, ";; what the policy's resolvers say is the answer")
		return
	case m == nil:
		p.line(dim, ";; what the public path says is the answer")
		return
	case m.Held:
		p.line(dim, ";; the internal answer, held back for what public DNS says:")
	}
	p.line(plain, ";; status: "+m.Status+", flags: "+strings.Join(m.Flags, " "))
	if m.EDE != nil {
		p.line(plain, fmt.Sprintf("; EDE: %d (%s): (%s)", m.EDE.Code, m.EDE.Name, m.EDE.Text))
	}
	p.line(plain, ";; QUESTION SECTION:")
	p.line(plain, ";"+x.Query.Name+" IN "+x.Query.Type)
	for _, s := range [...]struct {
		title   string
		records []string
	}{{"ANSWER", m.Answer}, {"AUTHORITY", m.Authority}, {"ADDITIONAL", m.Additional}} {
		if len(s.records) == 0 {
			continue
		}
		p.line(plain, ";; "+s.title+" SECTION:")
		for _, r := range s.records {
			p.line(plain, r)
		}
	}
}
