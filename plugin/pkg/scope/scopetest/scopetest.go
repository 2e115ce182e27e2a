// Package scopetest changes server blocks in tests as their accounts do.
package scopetest

import (
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// Change publishes what a block that serves is to declare from now on. The test fails if that
// has errors.
func Change(tb testing.TB, s *scope.Scope, change func(*model.Spec)) {
	tb.Helper()
	problems := s.Update(func(old *model.Snapshot) (*model.Snapshot, problem.List) {
		spec := old.Spec()
		change(&spec)
		return model.Build(spec, old)
	})
	if err := problems.Err(); err != nil {
		tb.Fatal(err)
	}
}
