package test

import (
	"testing"

	"github.com/anishathalye/porcupine"
)

// The model takes what a cluster may do, and finds what it must not.
func TestClusterModel(t *testing.T) {
	type call struct {
		op     clusterOp
		result clusterResult
	}
	add := func(server, outcome, revision int, id string) call {
		return call{clusterOp{server: server, kind: opAdd}, clusterResult{outcome, revision, id}}
	}
	read := func(server, revision int, id string) call {
		return call{clusterOp{server: server, kind: opRead}, clusterResult{opDone, revision, id}}
	}
	remove := func(server, outcome, revision int, id string) call {
		return call{clusterOp{server: server, kind: opDelete, id: id}, clusterResult{outcome: outcome, revision: revision}}
	}
	patch := func(outcome, revision, match int) call {
		return call{clusterOp{kind: opPatch, match: match}, clusterResult{outcome: outcome, revision: revision}}
	}
	for name, c := range map[string]struct {
		calls []call // one after another
		holds bool
	}{
		"in order":                      {[]call{add(0, opDone, 2, "a"), read(0, 2, "a"), remove(1, opDone, 3, "a"), patch(opDone, 4, 3)}, true},
		"one behind":                    {[]call{add(0, opDone, 2, "a"), read(1, 1, ""), read(1, 2, "a")}, true},
		"going back":                    {[]call{add(0, opDone, 2, "a"), read(1, 1, "a"), read(1, 1, "")}, false},
		"behind its own":                {[]call{add(0, opDone, 2, "a"), read(0, 1, "")}, false},
		"older than it says":            {[]call{add(0, opDone, 2, "a"), read(1, 2, "")}, false},
		"never there":                   {[]call{read(0, 1, "a")}, false},
		"a revision twice":              {[]call{patch(opDone, 2, 0), patch(opDone, 2, 0)}, false},
		"a revision left out":           {[]call{patch(opDone, 3, 0)}, false},
		"two of one name":               {[]call{add(0, opDone, 2, "a"), add(1, opDone, 3, "b")}, false},
		"refused as there":              {[]call{add(0, opDone, 2, "a"), add(1, opRefused, 1, "")}, true},
		"refused as there, and never":   {[]call{add(1, opRefused, 1, "")}, false},
		"refused as not there":          {[]call{add(0, opDone, 2, "a"), remove(1, opDone, 3, "a"), remove(0, opRefused, 2, "a")}, true},
		"refused as not there, but is":  {[]call{add(0, opDone, 2, "a"), remove(0, opRefused, 2, "a")}, false},
		"refused for a revision":        {[]call{patch(opDone, 2, 0), patch(opRefused, 2, 1)}, true},
		"refused for the right one":     {[]call{patch(opDone, 2, 0), patch(opRefused, 2, 2)}, false},
		"done on a wrong one":           {[]call{patch(opDone, 2, 0), patch(opDone, 3, 1)}, false},
		"unknown, and done":             {[]call{add(0, opUnknown, 0, ""), read(1, 2, "a"), remove(1, opDone, 3, "a")}, true},
		"unknown, and not done":         {[]call{add(0, opUnknown, 0, ""), add(1, opDone, 2, "b")}, true},
		"unknown, and done in two ways": {[]call{add(0, opUnknown, 0, ""), read(1, 2, "a"), add(1, opDone, 3, "b")}, false},
	} {
		var ops []porcupine.Operation
		for i, one := range c.calls {
			ops = append(ops, porcupine.Operation{Input: one.op, Call: int64(2 * i), Output: one.result, Return: int64(2*i + 1)})
		}
		if got := porcupine.CheckOperations(accountModel(1), ops); got != c.holds {
			t.Errorf("%s: %v, want %v", name, got, c.holds)
		}
	}
}
