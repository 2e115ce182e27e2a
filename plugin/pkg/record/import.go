package record

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/zonefile"
)

// Limits of an import that ImportOptions may change.
const (
	defaultImportRecords = 1 << 20
	defaultImportBytes   = 64 << 20
)

// ImportOptions bound an import. The zero value of a limit is its default.
type ImportOptions struct {
	File        string // name in positions
	MaxRecords  int    // default 1048576, those of $GENERATE included
	MaxBytes    int64  // octets read, or made by $GENERATE; default 64 MiB
	MaxProblems int    // problems listed; default 1000

	// Refused, if set, is told of each record that cannot be in the zone and why, in place
	// of the list: the others can be added without it, unless the list holds an error.
	Refused func(problem.Problem)
}

// Imported is a record of an import, and the line it starts on.
type Imported struct {
	Record *Record
	Line   int
}

// Import reads a master file as the export of Cloudflare writes it, and as others do. The
// SOA and NS records of the zone itself are passed over; parsed is the number of all
// records that could be read. The records are to be added only if no problem is an error.
func Import(r io.Reader, zone string, opt ImportOptions) (records []Imported, parsed int, problems problem.List) {
	in := &importer{zone: zone, opt: opt, most: cmp.Or(opt.MaxProblems, 1000)}
	list := zonefile.Parse(r, zonefile.Options{
		Origin: zone, File: opt.File, DefaultTTL: AutomaticTTL, KeepAutomatic: true,
		Comment:      func(text string) { in.trailing, in.trailed = text, true },
		MaxRecords:   cmp.Or(opt.MaxRecords, defaultImportRecords),
		MaxGenerated: cmp.Or(opt.MaxRecords, defaultImportRecords),
		MaxBytes:     cmp.Or(opt.MaxBytes, defaultImportBytes),
		MaxProblems:  in.most,
		Refused:      opt.Refused,
	}, in.add)
	problems = append(list, in.list()...)
	slices.SortStableFunc(problems, func(a, b problem.Problem) int { return cmp.Compare(a.Pos.Line, b.Pos.Line) })
	return in.records, in.parsed, problems
}

// importer is the state of one import.
type importer struct {
	zone     string
	opt      ImportOptions
	records  []Imported
	parsed   int
	trailing string // the comment of the next record
	trailed  bool

	most     int // problems listed
	problems problem.List
	dropped  int
	fatal    bool // an error is among the dropped
	toldNS   bool
	toldTTL  bool
}

// list returns the problems, with a count of those that did not fit.
func (in *importer) list() problem.List {
	if in.dropped == 0 {
		return in.problems
	}
	more := problem.Problem{Code: problem.MoreOfAKind, Pos: problem.Pos{File: in.opt.File}, Text: fmt.Sprintf("and %d more problems", in.dropped)}
	if in.fatal {
		more.Severity = problem.Error
	}
	return append(in.problems, more)
}

func (in *importer) report(sev problem.Severity, code problem.Code, pos problem.Pos, rr dns.RR, text string) {
	refused := sev == problem.Error && in.opt.Refused != nil
	if !refused && len(in.problems) >= in.most {
		in.dropped++
		in.fatal = in.fatal || sev == problem.Error
		return
	}
	p := problem.Problem{
		Code: code, Pos: pos, Severity: sev, Text: text,
		Object: fmt.Sprintf("record %q %s", rr.Header().Name, domain.TypeName(rr.Header().Rrtype)),
	}
	if refused {
		in.opt.Refused(p)
		return
	}
	in.problems = append(in.problems, p)
}

// add takes a record of the file.
func (in *importer) add(rr dns.RR, pos problem.Pos) {
	in.parsed++
	trailing, trailed := in.trailing, in.trailed
	in.trailing, in.trailed = "", false
	h := rr.Header()
	if h.Rrtype == dns.TypeSOA {
		return
	}
	r, err := FromRR(rr)
	code := problem.RecordInvalid
	if err == nil {
		code, err = in.check(r)
	}
	if err != nil {
		in.report(problem.Error, code, pos, rr, err.Error())
		return
	}
	if r.Type == dns.TypeNS && r.Name == in.zone {
		if !in.toldNS {
			in.toldNS = true
			in.report(problem.Warning, problem.ZoneFileDoubtful, pos, rr, "NS records of the zone itself are passed over, the zone's settings make them")
		}
		return
	}
	in.limitTTL(r, rr, pos)
	if trailed && !in.readTrailing(r, trailing, rr, pos) {
		return
	}
	in.records = append(in.records, Imported{Record: r, Line: pos.Line})
}

// check finds what keeps a record out of the zone.
func (in *importer) check(r *Record) (problem.Code, error) {
	if !domain.IsSubdomain(in.zone, r.Name) {
		return problem.OwnerOutside, fmt.Errorf("it lies outside of the zone %s", in.zone)
	}
	if err := checkType(r.Type); err != nil {
		return problem.RecordTypeUnknown, err
	}
	if err := checkSize(r.rdata); err != nil {
		return problem.ContentInvalid, err
	}
	return problem.ContentInvalid, r.check()
}

// limitTTL brings a TTL within its range: those of files for other servers are often
// longer, and nobody wants to edit each.
func (in *importer) limitTTL(r *Record, rr dns.RR, pos problem.Pos) {
	limited := min(max(r.TTL, lowestTTL), highestTTL)
	if r.TTL == AutomaticTTL || r.TTL == limited {
		return
	}
	if !in.toldTTL {
		in.toldTTL = true
		in.report(problem.Warning, problem.TTLInvalid, pos, rr,
			fmt.Sprintf("TTL %d is %d here, and so are others out of the range from %d to %d", r.TTL, limited, lowestTTL, highestTTL))
	}
	r.TTL = limited
}

// readTrailing takes comment and tags, and reports whether they are good.
func (in *importer) readTrailing(r *Record, text string, rr dns.RR, pos problem.Pos) bool {
	comment, tags := readTrailing(text)
	if err := checkComment(comment); err != nil {
		in.report(problem.Error, problem.CommentInvalid, pos, rr, "its comment: "+err.Error())
		return false
	}
	r.Comment = comment
	for _, tag := range tags {
		if isReserved(tag) {
			if strings.EqualFold(tag, "cf-proxied:true") {
				in.report(problem.Warning, problem.ProxiedUnsupported, pos, rr, "it was proxied; proxying does not apply to internal zones")
			}
			continue
		}
		if err := checkTag(tag); err != nil {
			in.report(problem.Error, problem.TagInvalid, pos, rr, "its tag "+err.Error())
			return false
		}
		r.Tags = append(r.Tags, tag)
	}
	if len(r.Tags) > maxTags {
		in.report(problem.Error, problem.TagInvalid, pos, rr, fmt.Sprintf("it has %d tags, at most %d are allowed", len(r.Tags), maxTags))
		return false
	}
	return true
}
