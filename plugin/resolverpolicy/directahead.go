package resolverpolicy

import "github.com/internaldns/internaldns/plugin/pkg/model"

// leastAhead is how many queries of a batch are worth a look ahead.
const leastAhead = 4

// lookahead is what a loop needs to look ahead for a batch. The clients of one socket are few,
// so that the policy of the last query is most likely that of the next.
type lookahead struct {
	model.Lookahead
	names      []string
	policy     string // of the last query; objects of a snapshot are not kept
	generation uint64 // of the snapshot that large is about
	large      bool   // the policy's view
}

// used notes which policy a query was answered by.
func (a *lookahead) used(policy *model.Policy) {
	if policy != nil && policy.Name != a.policy {
		a.policy, a.generation = policy.Name, 0
	}
}

// pays reports whether to look ahead in a policy's view costs less than it saves.
func (a *lookahead) pays(s *model.Snapshot, p *model.Policy) bool {
	if a.generation != s.Generation {
		a.generation, a.large = s.Generation, s.Large(p.View)
	}
	return a.large
}

// lookAhead has the processor fetch what a batch will be looked up in, for all queries at once.
func (l *directLoop) lookAhead(queries []directQuery) {
	defer func() { _ = recover() }() // as in Answer
	a := &l.ahead
	if len(queries) < leastAhead || a.policy == "" {
		return
	}
	snapshot := l.policies.scope.Load()
	policy := snapshot.Policy(a.policy)
	if policy == nil || policy.View == nil || !a.pays(snapshot, policy) {
		return
	}
	a.names = a.names[:0]
	for i := range queries {
		if queries[i].msg != nil {
			a.names = append(a.names, queries[i].Name)
		}
	}
	l.at.Policy(policy).Touch(a.Match(policy.View, a.names))
	a.Fetch(snapshot, a.names)
}
