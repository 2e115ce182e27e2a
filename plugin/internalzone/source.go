package internalzone

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/files"
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
	corefile       time.Time // its modification time
}

// inlineRecord is a record written in the Corefile.
type inlineRecord struct {
	pos  problem.Pos
	text string
}

// key tells sources apart that may give different data.
func (s *source) key() string {
	return fmt.Sprintf("%q %q %v %d %d %t %t", s.apex, s.files, s.records, s.ttl, s.negativeTTL, s.hasNegativeTTL, s.flatten)
}

// reading is what one reading of a source gave.
type reading struct {
	zone     *zone.Zone // nil if problems holds an error
	problems problem.List
	files    []files.State // all files read, included ones too, as they were before
	failedIO bool          // a file, be it an included one, could not be opened or read
	complete bool          // every file ended in a newline
}

// read reads all files and records of the source.
func (s *source) read() reading {
	r := reading{complete: true}
	for _, name := range s.files {
		r.files = append(r.files, files.Stat(name))
	}
	builder := zone.NewBuilder(zone.Options{
		Apex: s.apex, NegativeTTL: s.negativeTTL, HasNegativeTTL: s.hasNegativeTTL,
		Flatten: s.flatten, Pos: s.pos,
	})
	whole := true
	for _, name := range s.files {
		whole = s.readFile(name, builder, &r) && whole
	}
	for _, record := range s.records {
		rr, err := zonefile.ParseRecord(record.text, zonefile.Options{Origin: s.apex, DefaultTTL: s.ttl})
		if err != nil {
			r.problems.Errorf(record.pos, s.object(), "record %q: %s", record.text, err)
			continue
		}
		builder.Add(rr, record.pos)
	}
	if r.problems.HasErrors() && !whole {
		return r // what the zone lacks now, it lacks for want of the file
	}
	builder.SetSerial(serial(s.newest(r.files)))
	data, problems := builder.Build()
	r.problems = append(r.problems, problems...)
	if !r.problems.HasErrors() {
		r.zone = data
	}
	return r
}

func (s *source) object() string { return fmt.Sprintf("zone %q", s.apex) }

// readFile parses one file, and those it includes, into the builder. It reports
// whether the file itself could be read to its end.
func (s *source) readFile(name string, builder *zone.Builder, r *reading) bool {
	file, err := files.Open(name)
	if err != nil {
		r.failedIO = true
		r.problems.Errorf(s.pos, s.object(), "zone file: %s", err)
		return false
	}
	defer file.Close()
	tails := []*tail{{ReadCloser: file}}
	below := zonefile.OpenBelow(filepath.Dir(name))
	problems := zonefile.Parse(tails[0], zonefile.Options{
		Origin: s.apex, DefaultTTL: s.ttl, File: name,
		Open: func(include string) (io.ReadCloser, error) {
			r.files = append(r.files, files.Stat(include))
			included, err := below(include)
			if err != nil {
				r.failedIO = true
				return nil, err
			}
			tails = append(tails, &tail{ReadCloser: included})
			return tails[len(tails)-1], nil
		},
	}, func(rr dns.RR, pos problem.Pos) { builder.Add(rr, pos) })
	r.problems = append(r.problems, problems...)
	for _, t := range tails {
		r.failedIO = r.failedIO || t.err != nil
		r.complete = r.complete && (t.last == '\n' || t.last == 0)
	}
	return tails[0].err == nil
}

// tail remembers the last octet of a file and the error that ended its reading.
type tail struct {
	io.ReadCloser
	last byte
	err  error
}

// Read implements io.Reader.
func (t *tail) Read(buf []byte) (int, error) {
	n, err := t.ReadCloser.Read(buf)
	if n > 0 {
		t.last = buf[n-1]
	}
	if err != nil && !errors.Is(err, io.EOF) {
		t.err = err
	}
	return n, err
}

// serial makes the serial of a synthesized SOA from a time: seconds since 1970,
// modulo 2^32 (RFC 1982 arithmetic carries on from there).
func serial(t time.Time) uint32 {
	if t.IsZero() {
		return 0
	}
	return uint32(t.Unix()) //nolint:gosec // wraps on purpose
}

// newest gives the time when the newest of the files was modified, included ones
// too; without files, the Corefile's.
func (s *source) newest(read []files.State) time.Time {
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
