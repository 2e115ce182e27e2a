package internalzone

import (
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/filewatch"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
	"github.com/internaldns/internaldns/plugin/pkg/zonefile"
)

// source is what a zone's data are made of. Sources of equal key give equal data.
type source struct {
	pos            problem.Pos
	apex           string
	files          []string // paths
	records        []inlineRecord
	ttl            uint32 // seconds, for records that name none
	negativeTTL    uint32 // seconds
	hasNegativeTTL bool
	flatten        bool
	emptyOK        bool      // a file may hold no record
	corefile       time.Time // its modification time
}

// inlineRecord is a record written in the Corefile.
type inlineRecord struct {
	pos  problem.Pos
	text string
}

// key tells sources apart that may give different data.
func (s *source) key() string {
	return fmt.Sprintf("%q %q %v %d %d %t %t %t", s.apex, s.files, s.records, s.ttl, s.negativeTTL, s.hasNegativeTTL, s.flatten, s.emptyOK)
}

// read reads all files and records of the source. The zone is nil if the problems
// hold an error.
func (s *source) read(session *filewatch.Session) (*zone.Zone, problem.List) {
	var problems problem.List
	builder := zone.NewBuilder(zone.Options{
		Apex: s.apex, NegativeTTL: s.negativeTTL, HasNegativeTTL: s.hasNegativeTTL,
		Flatten: s.flatten, Pos: s.pos,
	})
	for _, name := range s.files {
		problems = append(problems, s.readFile(name, builder, session)...)
	}
	for _, record := range s.records {
		rr, err := zonefile.ParseRecord(record.text, zonefile.Options{Origin: s.apex, DefaultTTL: s.ttl})
		if err != nil {
			problems.Errorf(problem.RecordInvalid, record.pos, s.object(), "record %q: %s", record.text, err)
			continue
		}
		builder.Add(rr, record.pos)
	}
	if problems.HasErrors() && session.Failed() {
		return nil, problems // what the zone lacks now, it lacks for want of the file
	}
	builder.SetSerial(serial(s.newest(session.States())))
	data, more := builder.Build()
	problems = append(problems, more...)
	if problems.HasErrors() {
		return nil, problems
	}
	return data, problems
}

func (s *source) object() string { return fmt.Sprintf("zone %q", s.apex) }

// readFile parses one file, and those it includes, into the builder.
func (s *source) readFile(name string, builder *zone.Builder, session *filewatch.Session) (problems problem.List) {
	file, err := session.Open(name)
	if err != nil {
		problems.Errorf(problem.FileUnreadable, s.pos, s.object(), "zone file: %s", err)
		return problems
	}
	defer file.Close()
	below := zonefile.OpenBelow(filepath.Dir(name))
	return zonefile.Parse(file, zonefile.Options{
		Origin: s.apex, DefaultTTL: s.ttl, File: name,
		Open: func(include string) (io.ReadCloser, error) { return session.Include(include, below) },
	}, func(rr dns.RR, pos problem.Pos) {
		session.Count(pos.File, 1)
		builder.Add(rr, pos)
	})
}

// serial makes the serial of a synthesized SOA from a time: seconds since 1970,
// modulo 2^32 (RFC 1982 arithmetic carries on from there).
func serial(t time.Time) uint32 {
	if t.IsZero() {
		return 0
	}
	return uint32(t.Unix()) //nolint:gosec // wraps on purpose
}

// newest returns the time when the newest of the files was modified, included ones
// too; without files, the Corefile's.
func (s *source) newest(read []filewatch.State) time.Time {
	if len(read) == 0 {
		return s.corefile
	}
	var newest time.Time
	for _, f := range read {
		if at := f.Modified(); at.After(newest) {
			newest = at
		}
	}
	return newest
}
