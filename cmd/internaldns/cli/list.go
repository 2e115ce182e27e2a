package cli

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/internaldns/internaldns/plugin/pkg/expr"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// listing is one server block as `list` shows it: the kinds asked for are filled in.
// The tags are the form of -json.
type listing struct {
	Account    string          `json:"account,omitempty"` // of a server's, in place of a block
	Block      []string        `json:"block"`             // the block's keys
	Zones      []zoneLine      `json:"zones,omitempty"`
	Views      []viewLine      `json:"views,omitempty"`
	Policies   []policyLine    `json:"policies,omitempty"`
	References []referenceLine `json:"references,omitempty"`
}

type zoneLine struct {
	ID           string   `json:"id"`
	Name         string   `json:"name"`
	Records      int      `json:"records"`
	Serial       uint32   `json:"serial"`
	Synthesized  bool     `json:"synthesized_soa"`
	Files        []string `json:"files"` // empty: records in the Corefile only
	Views        []string `json:"views"`
	References   string   `json:"references,omitempty"`
	ReferencedBy []string `json:"referenced_by"`
	Position     string   `json:"position"`
	Problem      string   `json:"problem,omitempty"` // why it is not served
}

type viewLine struct {
	ID          string   `json:"id,omitempty"` // in the API
	Name        string   `json:"name"`
	Zones       []string `json:"zones"`
	Policies    []string `json:"policies"` // enabled ones
	Description string   `json:"description,omitempty"`
	Position    string   `json:"position"`
	Problem     string   `json:"problem,omitempty"` // why it is not served
}

type policyLine struct {
	ID          string   `json:"id,omitempty"` // in the API
	Precedence  uint32   `json:"precedence"`
	Name        string   `json:"name"`
	Action      string   `json:"action"` // view, resolvers or public
	View        string   `json:"view,omitempty"`
	Fallback    []string `json:"fallback"` // triggers; empty: none
	Reenter     bool     `json:"reenter,omitempty"`
	Traffic     string   `json:"traffic,omitempty"`
	Identity    string   `json:"identity,omitempty"`
	Posture     string   `json:"device_posture,omitempty"`
	Description string   `json:"description,omitempty"`
	Position    string   `json:"position"`
	Problem     string   `json:"problem,omitempty"` // why it is not served

	// Of the API: when it is in force.
	Schedule json.RawMessage `json:"schedule,omitempty"`
	Expires  string          `json:"expires_at,omitempty"`
	Expired  bool            `json:"expired,omitempty"`
}

type referenceLine struct {
	From     string   `json:"from"`
	To       string   `json:"to"`
	NoData   bool     `json:"nodata"`
	Chain    []string `json:"chain"` // of zone IDs, as followed from From
	Views    []string `json:"views"` // those that hold From
	Position string   `json:"position"`
}

func prepareList(flags *flag.FlagSet) body {
	conf := flags.String("conf", defaultCorefile, "Corefile to read, a `FILE` or stdin")
	asJSON := flags.Bool("json", false, "print one JSON array, an object for each server block")
	api := addRemoteFlags(flags)
	return func(p *program, args []string) (int, error) {
		kinds := listKinds()
		if len(args) > 1 || len(args) == 1 && !slices.Contains(kinds, args[0]) {
			return exitFailure, usagef("say what to list, one of zones, views, policies and references, or nothing for all; found %q", strings.Join(args, " "))
		}
		if len(args) == 1 {
			kinds = args
		}
		if api.given() {
			r, err := api.openInstead(flags, "conf")
			if err == nil {
				err = r.list(p, kinds, *asJSON)
			}
			return exitOf(err), err
		}
		c, err := p.loadGood(*conf)
		if err != nil {
			return exitFailure, err
		}
		blocks := make([]listing, 0, len(c.blocks))
		for _, b := range c.blocks {
			blocks = append(blocks, listingOf(b, kinds))
		}
		if *asJSON {
			return exitOK, printJSON(p.stdout, blocks)
		}
		for i, b := range blocks {
			if len(blocks) > 1 {
				if i > 0 {
					fmt.Fprintln(p.stdout)
				}
				fmt.Fprintln(p.stdout, bold(p.color, printable(c.blockName(&c.blocks[i]))))
			}
			b.print(p, kinds)
		}
		return exitOK, nil
	}
}

// listKinds returns the words that list takes, in the order they are shown.
func listKinds() []string { return []string{"zones", "views", "policies", "references"} }

func listingOf(b scope.Block, kinds []string) listing {
	l := listing{Block: b.Keys}
	for _, kind := range kinds {
		l.add(b.Snapshot, kind)
	}
	return l
}

// add fills in one kind.
func (l *listing) add(s *model.Snapshot, kind string) {
	switch kind {
	case "zones":
		l.Zones = zoneLines(s)
	case "views":
		for _, v := range s.Views {
			l.Views = append(l.Views, viewLine{
				Name: v.Name, Zones: namesOf(v.Zones, zoneID), Policies: policiesOf(s, v), Description: v.Description, Position: v.Pos.String(),
			})
		}
	case "policies":
		for _, p := range s.Policies {
			l.Policies = append(l.Policies, lineOf(p))
		}
	case "references":
		for _, z := range s.Zones {
			if chain := z.Chain(); len(chain) > 0 {
				l.References = append(l.References, referenceLine{
					From: z.ID, To: chain[0].To.ID, NoData: chain[0].NoData,
					Chain: namesOf(chain, func(r model.Reference) string { return r.To.ID }), Views: viewsOf(s, z), Position: chain[0].Pos.String(),
				})
			}
		}
	}
}

func zoneLines(s *model.Snapshot) []zoneLine {
	var out []zoneLine
	by := make(map[*model.Zone][]string)
	for _, z := range s.Zones {
		if chain := z.Chain(); len(chain) > 0 {
			by[chain[0].To] = append(by[chain[0].To], z.ID)
		}
	}
	for _, z := range s.Zones {
		data := s.Data(z)
		line := zoneLine{
			ID: z.ID, Name: z.Apex, Records: data.Records(), Serial: data.SOA().Serial, Synthesized: data.Synthesized(),
			Files: append([]string{}, z.Files...), Views: viewsOf(s, z), ReferencedBy: append([]string{}, by[z]...), Position: z.Pos.String(),
		}
		if chain := z.Chain(); len(chain) > 0 {
			line.References = chain[0].To.ID
		}
		out = append(out, line)
	}
	return out
}

func lineOf(p *model.Policy) policyLine {
	line := policyLine{
		Precedence: p.Precedence, Name: p.Name, Action: "view", View: p.ViewName, Fallback: []string{}, Reenter: p.Reenter,
		Traffic: source(p.Traffic), Identity: source(p.Identity), Description: p.Description, Position: p.Pos.String(),
	}
	switch p.Action {
	case model.UsePublic:
		line.Action = "public"
	case model.UseResolvers:
		line.Action = "resolvers"
	}
	for _, name := range model.TriggerNames() {
		if t, _ := model.ParseTrigger(name); p.Fallback.Has(t) {
			line.Fallback = append(line.Fallback, name)
		}
	}
	return line
}

// source returns an expression on one line, "" for none.
func source(p *expr.Program) string {
	if p == nil {
		return ""
	}
	return p.String()
}

func zoneID(z *model.Zone) string { return z.ID }

// namesOf returns the name, or another property, of each object.
func namesOf[T, N any](objects []T, name func(T) N) []N {
	out := make([]N, len(objects))
	for i, o := range objects {
		out[i] = name(o)
	}
	return out
}

// viewsOf returns the views that hold a zone.
func viewsOf(s *model.Snapshot, z *model.Zone) []string {
	out := []string{}
	for _, v := range s.Views {
		if slices.Contains(v.Zones, z) {
			out = append(out, v.Name)
		}
	}
	return out
}

// policiesOf returns the enabled policies that use a view.
func policiesOf(s *model.Snapshot, v *model.View) []string {
	out := []string{}
	for _, p := range s.Policies {
		if p.View == v {
			out = append(out, p.Name)
		}
	}
	return out
}

// print writes the kinds as tables, with a heading each if there are several.
func (l listing) print(p *program, kinds []string) {
	for i, kind := range kinds {
		if len(kinds) > 1 {
			if i > 0 {
				fmt.Fprintln(p.stdout)
			}
			fmt.Fprintln(p.stdout, bold(p.color, kind))
		}
		l.printKind(p.stdout, kind)
	}
}

// printKind writes one kind as a table.
func (l listing) printKind(w io.Writer, kind string) {
	switch {
	case kind == "zones" && l.Zones != nil:
		table(w, "ID\tNAME\tRECORDS\tSERIAL\tVIEWS\tREFERENCES\tREFERENCED BY\tFILE", l.Zones, func(z zoneLine) []string {
			return []string{z.ID, z.Name, fmt.Sprint(z.Records), fmt.Sprint(z.Serial), words(z.Views), z.References, words(z.ReferencedBy), words(z.Files)}
		})
	case kind == "views" && l.Views != nil:
		table(w, "NAME\tZONES\tPOLICIES\tDESCRIPTION", l.Views, func(v viewLine) []string {
			return []string{v.Name, words(v.Zones), words(v.Policies), v.Description}
		})
	case kind == "policies" && l.Policies != nil:
		printPolicies(w, l.Policies)
	case kind == "references" && l.References != nil:
		table(w, "FROM\tTO\tNODATA\tVIEWS\tCHAIN", l.References, func(r referenceLine) []string {
			nodata := ""
			if r.NoData {
				nodata = "nodata"
			}
			return []string{r.From, r.To, nodata, words(r.Views), strings.Join(append([]string{r.From}, r.Chain...), " → ")}
		})
	default:
		fmt.Fprintln(w, "none")
	}
}

func words(list []string) string { return strings.Join(list, " ") }

// table writes lines in columns; an empty cell shows as a dash.
func table[T any](w io.Writer, head string, lines []T, cells func(T) []string) {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, head)
	for _, line := range lines {
		row := cells(line)
		for i, cell := range row {
			if row[i] = printable(strings.ReplaceAll(cell, "\n", " ")); cell == "" {
				row[i] = "-"
			}
		}
		fmt.Fprintln(out, strings.Join(row, "\t"))
	}
	out.Flush()
}
