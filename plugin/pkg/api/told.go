package api

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/model"
)

// toldRule is what a client reads of a rule beside what the body of a call says, too.
type toldRule struct {
	ruleBody
	ID        string         `json:"id"`
	CreatedAt time.Time      `json:"created_at"`
	Declared  *live.Declared `json:"declared"`
}

// ReadRule returns the rule of an answer, as the account holds it. It is for clients that
// want to know what would be served.
func ReadRule(answer json.RawMessage) (*live.Rule, error) {
	var told toldRule
	if err := json.Unmarshal(answer, &told); err != nil {
		return nil, err
	}
	r := &live.Rule{ID: told.ID, Created: told.CreatedAt, Declared: told.Declared}
	if !told.Precedence.has() || told.Precedence.Value < 0 || told.Precedence.Value > maxPrecedence {
		return nil, fmt.Errorf("rule %q has no precedence from 0 to %d", told.Name.Value, maxPrecedence)
	}
	var declared struct {
		Resolvers []string `json:"resolvers"`
	}
	if err := json.Unmarshal(told.RuleSettings.Value, &declared); err != nil {
		return nil, fmt.Errorf("rule %q: rule_settings: %w", told.Name.Value, err)
	}
	if declared.Resolvers != nil && told.Declared != nil { // as declaredSettings has them
		r.Action, r.Resolvers = model.UseResolvers, slices.Clone(declared.Resolvers)
		told.RuleSettings.Set = false
	}
	if bad := told.apply(r); bad != nil {
		return nil, fmt.Errorf("rule %q: %w", told.Name.Value, bad)
	}
	return r, nil
}
