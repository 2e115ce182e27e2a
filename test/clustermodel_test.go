package test

import (
	"hash/maphash"

	"github.com/anishathalye/porcupine"
)

// slots is how many names there are of which each has one record or none.
const slots = 3

// clusterOp is a call to a server.
type clusterOp struct {
	server int
	kind   int
	value  string // of a patch
	match  int    // the revision of If-Match; 0: any
	slot   int
	id     string // of the record that is deleted
}

const (
	opPatch  = iota // changes a record that is always there
	opAdd           // makes the record of a slot
	opDelete        // deletes a record that was in a slot
	opRead          // looks at a slot
)

// clusterResult is what it was answered with.
type clusterResult struct {
	outcome  int
	revision int    // that it has made, or that the server had before it
	id       string // of what it has made or seen
}

const (
	opDone    = iota
	opRefused // for what the account holds
	opNothing // has happened, and the server says so
	opUnknown // no answer, or one that says so
)

// said names what a call was answered with, for people.
func (op clusterOp) said(result clusterResult) string {
	return [...]string{"patch", "add", "delete", "read"}[op.kind] + " " + [...]string{"done", "refused", "nothing", "unknown"}[result.outcome]
}

// accountState is an account as a single server would have it, with what each of the real
// ones has shown of it.
type accountState struct {
	*accountAt
	shown [3]int // revisions, by server
}

// accountAt is what the account held at a revision.
type accountAt struct {
	revision int
	slots    [slots]string // ids of records; someID for one that was made without an answer
	sum      uint64        // of this and all before
	before   *accountAt
}

const someID = "?"

// next returns what the account holds with a call, nil if it cannot be done.
func (at *accountAt) next(op clusterOp, id string, seed maphash.Seed) *accountAt {
	next := &accountAt{revision: at.revision + 1, slots: at.slots, before: at}
	switch there := at.slots[op.slot]; {
	case op.match != 0 && op.match != at.revision:
		return nil
	case op.kind == opAdd && there == "":
		next.slots[op.slot] = id
	case op.kind == opDelete && (there == op.id || there == someID):
		next.slots[op.slot] = ""
	case op.kind != opPatch:
		return nil
	}
	next.sum = maphash.Comparable(seed, struct {
		sum   uint64
		slots [slots]string
	}{at.sum, next.slots})
	return next
}

// fits reports whether what a server has said fits what the account held.
func (at *accountAt) fits(op clusterOp, result clusterResult) bool {
	there := at.slots[op.slot]
	switch {
	case op.kind == opRead:
		return there == result.id || there == someID && result.id != ""
	case op.match != 0:
		return op.match != at.revision
	case op.kind == opAdd:
		return there != ""
	}
	return there != op.id // or is not known
}

// shows has a server show what fits: the oldest that it may.
func (s accountState) shows(op clusterOp, result clusterResult) []any {
	least, found := max(s.shown[op.server], result.revision), 0
	for at := s.accountAt; at != nil && at.revision >= least; at = at.before {
		if at.fits(op, result) {
			found = at.revision
		}
	}
	if found == 0 {
		return nil
	}
	s.shown[op.server] = found
	return []any{s}
}

// accountModel is an account of which each change that is done makes the next revision, one
// with If-Match at that revision only. What became of one without an answer is not known.
// What servers show, and refuse changes for, may be of a moment ago, but each goes forward
// only, and has all that it was itself that did.
func accountModel(first int) porcupine.Model {
	seed := maphash.MakeSeed()
	model := porcupine.NondeterministicModel{
		Init: func() []any {
			return []any{accountState{&accountAt{revision: first}, [3]int{first, first, first}}}
		},
		Step: func(state, input, output any) []any {
			s, op, result := state.(accountState), input.(clusterOp), output.(clusterResult)
			if op.kind == opRead || result.outcome == opRefused {
				return s.shows(op, result)
			}
			id := result.id
			if result.outcome == opUnknown {
				id = someID
			}
			next := s.next(op, id, seed)
			switch {
			case result.outcome == opUnknown && next == nil:
				return []any{s}
			case result.outcome == opUnknown:
				return []any{s, accountState{next, s.shown}}
			case next == nil || result.revision != next.revision:
				return nil
			}
			s.accountAt, s.shown[op.server] = next, next.revision
			return []any{s}
		},
		Equal: func(a, b any) bool {
			one, other := a.(accountState), b.(accountState)
			return one.shown == other.shown && one.revision == other.revision && one.sum == other.sum
		},
	}
	return model.ToModel()
}
