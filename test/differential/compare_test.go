package differential

import (
	"slices"
	"sync"
	"testing"

	"github.com/miekg/dns"
)

// field is a part of an answer that is compared.
type field uint8

const (
	fieldRcode field = iota
	fieldAA
	fieldRA
	fieldAnswer
	fieldAuthority
	fieldAdditional
)

// String returns the field's word.
func (f field) String() string {
	return [...]string{"rcode", "AA", "RA", "answer", "authority", "additional"}[f]
}

// difference is one field in which a peer's answer is not ours.
type difference struct {
	question question
	field    field
	peer     string
	ours     *reply
	theirs   *reply
	all      []*reply // of every peer
	agree    bool     // another peer has the same as ours in this field
	absent   bool     // a peer that might have was not asked
}

// workers is how many questions are under way at a time.
const workers = 6

// compareAll asks every server every question; servers[0] is ours.
func compareAll(t *testing.T, servers []server, questions []question) *report {
	t.Helper()
	reports := make([]*report, workers)
	spread(t, questions, func(worker int, jobs <-chan question) error {
		reports[worker] = newReport(nil)
		return compareSome(servers, jobs, reports[worker])
	})
	for _, r := range reports[1:] {
		reports[0].merge(r)
	}
	return reports[0]
}

// spread has workers take the questions, and returns when all are done.
func spread(t *testing.T, questions []question, work func(worker int, jobs <-chan question) error) {
	t.Helper()
	jobs := make(chan question)
	var running sync.WaitGroup
	for i := range workers {
		running.Go(func() {
			if err := work(i, jobs); err != nil {
				t.Error(err)
			}
			for range jobs { // after an error, so that the sender ends
			}
		})
	}
	for _, q := range questions {
		jobs <- q
	}
	close(jobs)
	running.Wait()
}

// connect opens links to servers; they are to be closed by end.
func connect(servers []server) (links []*link, end func(), err error) {
	end = func() {
		for _, l := range links {
			l.close()
		}
	}
	for _, s := range servers {
		l, err := newLink(s)
		if err != nil {
			end()
			return nil, nil, err
		}
		links = append(links, l)
	}
	return links, end, nil
}

// compareSome is one worker: it asks all servers each question at the same time.
func compareSome(servers []server, jobs <-chan question, out *report) error {
	links, end, err := connect(servers)
	if err != nil {
		return err
	}
	defer end()
	replies := make([]*reply, len(links))
	id := uint16(0)
	for q := range jobs {
		id++
		query, err := q.message(id).Pack()
		if err != nil {
			return err
		}
		for i, l := range links {
			replies[i] = nil
			m, size, err := l.ask(query, q.tcp)
			if err != nil {
				out.fail(q, err)
				continue
			}
			replies[i] = newReply(q, m)
			if size > max(dns.MinMsgSize, int(q.edns)) {
				replies[i].flaws = append(replies[i].flaws, "UDP answer larger than allowed")
			}
		}
		compareOne(q, servers, replies, out)
	}
	return nil
}

func compareOne(q question, servers []server, replies []*reply, out *report) {
	ours := replies[0]
	if ours == nil {
		return
	}
	for _, text := range ours.flaws {
		out.flaw(q, text, ours)
	}
	for f := fieldRcode; f <= fieldAdditional; f++ {
		var unlike []difference
		compared := 0
		for i, theirs := range replies[1:] {
			if theirs == nil {
				continue
			}
			compared++
			if !same(f, q, ours, theirs) {
				unlike = append(unlike, difference{question: q, field: f, peer: servers[i+1].name, ours: ours, theirs: theirs, all: replies[1:]})
			}
		}
		for i := range unlike {
			unlike[i].agree = len(unlike) < compared
			unlike[i].absent = compared < len(allPeers())
		}
		out.add(unlike)
	}
	for i, theirs := range replies[1:] {
		if theirs != nil {
			out.asked[servers[i+1].name]++
		}
	}
}

// same compares one field. Authority says something in negative answers and
// referrals only, additional data where it is addresses of names just given, and
// where there is room for it.
func same(f field, q question, ours, theirs *reply) bool {
	switch f {
	case fieldRcode:
		return ours.rcode == theirs.rcode
	case fieldAA:
		return ours.aa == theirs.aa
	case fieldRA:
		return ours.ra == theirs.ra
	case fieldAnswer:
		return slices.Equal(ours.answer, theirs.answer)
	case fieldAuthority:
		if theirs.positive && ours.positive {
			return slices.Equal(ours.proofs, theirs.proofs)
		}
		return slices.Equal(ours.authority, theirs.authority)
	}
	if !comparableExtra(q, ours) {
		return true
	}
	return slices.Equal(ours.additional, theirs.additional)
}

func comparableExtra(q question, ours *reply) bool {
	if !q.tcp && q.edns != 4096 {
		return false
	}
	switch q.kind {
	case dns.TypeMX, dns.TypeSRV, dns.TypeNS, dns.TypeSVCB, dns.TypeHTTPS:
		return true
	}
	return ours.referral
}
