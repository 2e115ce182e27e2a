// Package zonefile reads and writes master files (RFC 1035 section 5) in the
// dialect of BIND: $ORIGIN, $TTL (RFC 2308), $INCLUDE, $GENERATE, TTLs with
// units, records in RFC 3597 notation.
//
// The package judges syntax alone: whether a record may stand in its zone is
// for the zone's builder to say. Differences from BIND are deliberate and few:
// Unicode owners become Punycode, a byte order mark is skipped, and the rdata of
// $GENERATE may be several words.
package zonefile

import (
	"cmp"
	"errors"
	"io"
	"strings"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// Limits that hold for every file.
const (
	maxLine     = 512 << 10 // octets of one record with its comments; 64 KiB of rdata fit in any notation
	maxDepth    = 8         // files included in one another
	maxIncludes = 1000      // $INCLUDE lines followed in one load
	maxTTL      = 1<<31 - 1 // RFC 2181 section 8
	maxExpanded = 64 << 10  // octets of one record made by $GENERATE
)

// Limits that Options may change.
const (
	defaultMaxRecords   = 16 << 20
	defaultMaxGenerated = 1 << 20
	defaultMaxProblems  = 1000
	defaultMaxBytes     = 4 << 30
)

// Options says how to read a file. The zero value of a limit is its default.
type Options struct {
	Origin     string // canonical apex; the first $ORIGIN
	DefaultTTL uint32 // seconds; for a record without TTL when no earlier TTL, $TTL or SOA MINIMUM is known
	File       string // name in positions; its directory is where $INCLUDE starts

	// Open opens the file of an $INCLUDE. The name is the included path joined to
	// the directory of the including file; it lies below that directory by its
	// text, and it is up to Open where symbolic links may lead. OpenBelow makes
	// one. With nil, an $INCLUDE is an error.
	Open func(name string) (io.ReadCloser, error)

	// Comment, if set, is told the comment of a record that has one, just before the
	// record is added: what stands behind the semicolon, up to the end of the line. Of a
	// record of several lines it is the last one.
	Comment func(text string)

	// KeepAutomatic leaves TTL 1, which Cloudflare exports for an automatic one, as it is,
	// and takes an export of Cloudflare without a word. It is for those who know what such
	// a TTL means.
	KeepAutomatic bool

	// Refused, if set, is told of each record that is passed over and why, in place of the
	// list: the other records mean the same without it. What the list holds as an error
	// then is about the file as a whole. Records that fall with the owner of the one before
	// are told of, too.
	Refused func(problem.Problem)

	MaxRecords   int   // records of one load; default 16777216
	MaxGenerated int   // records that $GENERATE makes in one load; default 1048576
	MaxProblems  int   // problems listed; default 1000, the others are counted
	MaxBytes     int64 // octets read or made by $GENERATE in one load; default 4 GiB
}

// withDefaults fills in the limits that are not set.
func (o Options) withDefaults() Options {
	o.Origin = cmp.Or(o.Origin, domain.Root)
	o.MaxRecords = cmp.Or(o.MaxRecords, defaultMaxRecords)
	o.MaxGenerated = cmp.Or(o.MaxGenerated, defaultMaxGenerated)
	o.MaxProblems = cmp.Or(o.MaxProblems, defaultMaxProblems)
	o.MaxBytes = cmp.Or(o.MaxBytes, defaultMaxBytes)
	return o
}

// Parse reads a master file and calls add for each good record, in the order of
// the file. The records are of class IN; owners are canonical, names in rdata
// are fully qualified and keep their case. add takes ownership of the record.
//
// A bad record is listed with its position and owner, and reading goes on with
// the next one, so the list may hold errors although add was called. Parse
// neither closes r nor keeps it.
func Parse(r io.Reader, opt Options, add func(rr dns.RR, pos problem.Pos)) problem.List {
	opt = opt.withDefaults()
	p := newParser(opt, add)
	p.src = newSource(r, opt.File, &p.left)
	p.run()
	return p.list()
}

// ParseRecord reads one record in zone-file form, such as `www 60 A 192.0.2.1`.
// Names are relative to opt.Origin. Directives, no record and more than one
// record are errors; the error carries no position. Warnings are dropped.
func ParseRecord(text string, opt Options) (dns.RR, error) {
	var found []dns.RR
	opt = opt.withDefaults()
	p := newParser(opt, func(rr dns.RR, _ problem.Pos) { found = append(found, rr) })
	p.directives = false
	p.src = textSource([]byte(strings.TrimLeft(text, " \t\r\n")), "", 1)
	p.run()
	if errs := p.list().Only(problem.Error); len(errs) > 0 {
		errs[0].Pos = problem.Pos{}
		return nil, errs[:1]
	}
	switch len(found) {
	case 0:
		return nil, errors.New("no record, write it as OWNER [TTL] [IN] TYPE RDATA")
	case 1:
		return found[0], nil
	}
	return nil, errors.New("more than one record, one is allowed here")
}
