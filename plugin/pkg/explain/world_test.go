package explain_test

import (
	"encoding/json"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/explain"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
	"github.com/internaldns/internaldns/plugin/pkg/zonefile"
)

// world is a configuration and a question, written down in lines:
//
//	zone ID APEX [flatten=off]       its records follow, indented
//	reference FROM TO [nodata]
//	view NAME ID...
//	policy NAME PRECEDENCE ACTION    its properties follow, indented
//	gone VIEW                        the view is taken away after the start
//	ask NAME TYPE [client=IP] [server=IP] [norec] [cd] [noedns]
type world struct {
	t       testing.TB
	spec    model.Spec
	records []string
	gone    string
	query   explain.Query
}

func parseWorld(t testing.TB, text string) *world {
	t.Helper()
	w := &world{t: t}
	for i, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		if rest, ok := strings.CutPrefix(line, "  "); ok {
			w.indented(rest)
			continue
		}
		w.endZone()
		w.line(strings.Fields(line), problem.Pos{File: "world", Line: i + 1})
	}
	w.endZone()
	return w
}

func (w *world) line(words []string, pos problem.Pos) {
	switch words[0] {
	case "zone":
		w.spec.Zones = append(w.spec.Zones, &model.ZoneSpec{ID: words[1], Apex: words[2], Flatten: len(words) < 4, Pos: pos})
	case "reference":
		w.spec.References = append(w.spec.References, &model.ReferenceSpec{From: words[1], To: words[2], NoData: len(words) > 3, Pos: pos})
	case "view":
		v := &model.ViewSpec{Name: words[1], Pos: pos}
		for _, id := range words[2:] {
			v.Zones = append(v.Zones, model.Ref{Name: id})
		}
		w.spec.Views = append(w.spec.Views, v)
	case "policy":
		p := &model.PolicySpec{Name: words[1], Pos: pos}
		precedence, err := strconv.ParseUint(words[2], 10, 32)
		if err != nil {
			w.t.Fatal(err)
		}
		number := uint32(precedence)
		p.Precedence = &number
		switch words[3] {
		case "public":
			p.Action = model.UsePublic
		case "resolvers":
			p.Action, p.Resolvers = model.UseResolvers, words[4:]
		default:
			p.View.Name = words[3]
		}
		w.spec.Policies = append(w.spec.Policies, p)
	case "gone":
		w.gone = words[1]
	case "ask":
		w.ask(words[1:])
	default:
		w.t.Fatalf("unknown line %q", words)
	}
}

// indented reads a record of the last zone or a property of the last policy.
func (w *world) indented(line string) {
	if len(w.spec.Policies) == 0 {
		w.records = append(w.records, line)
		return
	}
	p := w.spec.Policies[len(w.spec.Policies)-1]
	name, value, _ := strings.Cut(line, " ")
	switch name {
	case "traffic":
		p.Traffic.Source = value
	case "identity":
		p.Identity.Source = value
	case "posture":
		p.Posture.Source = value
	case "expires":
		p.Expires = w.time(value)
	case "schedule": // in Berlin: sun 00:00-24:00, to and with sat
		if p.Schedule == nil {
			zone, err := time.LoadLocation("Europe/Berlin")
			if err != nil {
				w.t.Fatal(err)
			}
			p.Schedule = &model.ScheduleSpec{Zone: zone}
		}
		day, windows, _ := strings.Cut(value, " ")
		names := model.DayNames()
		p.Schedule.Days[slices.Index(names[:], day)] = windows
	case "fallback":
		for _, word := range strings.Fields(value) {
			trigger, ok := model.ParseTrigger(word)
			if !ok {
				w.t.Fatalf("unknown trigger %q", word)
			}
			p.Fallback |= trigger
		}
	case "private":
		p.Private = strings.Fields(value)
	default:
		w.t.Fatalf("unknown property %q", line)
	}
}

// endZone builds the data of the last zone, unless that is done.
func (w *world) time(text string) time.Time {
	w.t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		w.t.Fatal(err)
	}
	return at
}

func (w *world) endZone() {
	if len(w.spec.Zones) == 0 {
		return
	}
	z := w.spec.Zones[len(w.spec.Zones)-1]
	if z.Data != nil {
		return
	}
	b := zone.NewBuilder(zone.Options{Apex: z.Apex, Flatten: z.Flatten, Serial: 1})
	for _, text := range w.records {
		rr, err := zonefile.ParseRecord(text, zonefile.Options{Origin: z.Apex, DefaultTTL: 300})
		if err != nil {
			w.t.Fatalf("%s: %v", text, err)
		}
		b.Add(rr, z.Pos)
	}
	data, problems := b.Build()
	if err := problems.Err(); err != nil {
		w.t.Fatal(err)
	}
	z.Data, w.records = data, nil
}

func (w *world) ask(words []string) {
	w.query = explain.Query{Name: words[0], Type: dns.StringToType[words[1]]}
	for _, option := range words[2:] {
		name, value, _ := strings.Cut(option, "=")
		switch name {
		case "client":
			w.query.Client.Addr = netip.MustParseAddr(value)
		case "server":
			w.query.Client.Server = netip.MustParseAddr(value)
		case "at":
			w.query.Time = w.time(value)
		case "norec":
			w.query.NoRecursion = true
		case "cd":
			w.query.CheckingDisabled = true
		case "noedns":
			w.query.NoEDNS = true
		default:
			w.t.Fatalf("unknown option %q", option)
		}
	}
}

func (w *world) snapshot() *model.Snapshot {
	w.t.Helper()
	s, problems := model.Build(w.spec, nil)
	if err := problems.Err(); err != nil {
		w.t.Fatal(err)
	}
	if w.gone != "" {
		s = s.WithoutView(w.gone)
	}
	return s
}

func (w *world) explain() *explain.Explanation { return explain.Explain(w.snapshot(), w.query) }

// text returns the explanation as people see it.
func text(t testing.TB, x *explain.Explanation, color bool) string {
	t.Helper()
	var b strings.Builder
	if err := x.WriteText(&b, color); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// asJSON returns the explanation as programs see it.
func asJSON(t testing.TB, x *explain.Explanation) string {
	t.Helper()
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(x); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
