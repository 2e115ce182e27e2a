package expr

import "testing"

// TestMembers holds that the members of one record stay together, whatever the
// others lack, and that a member which a record lacks is a missing value.
func TestMembers(t *testing.T) {
	t.Parallel()
	some := values{
		groupID:    []string{"", "17", ""},
		groupName:  []string{"web", "dns", ""},
		groupEmail: []string{"", "", "ops@example.com"},
	}
	for src, want := range map[string]bool{
		`any(identity.groups[*].name == "dns" and identity.groups[*].id == "17")`:     true,
		`any(identity.groups[*].name == "web" and identity.groups[*].id == "17")`:     false,
		`any(identity.groups[*].name == "web" and identity.groups[*].id != "17")`:     true,
		`identity.groups[1].id == "17"`:                                               true,
		`identity.groups[0].id == ""`:                                                 false,
		`identity.groups[0].id != ""`:                                                 true,
		`any(identity.groups[*].id == "")`:                                            false,
		`any(identity.groups[*].id < "17")`:                                           false,
		`any(identity.groups[*].id in {""})`:                                          false,
		`any(identity.groups[*].id contains "")`:                                      true,
		`all(identity.groups[*].id contains "")`:                                      false,
		`all(identity.groups[*].id matches "")`:                                       false,
		`all(identity.groups[*].id wildcard "*")`:                                     false,
		`all(identity.groups[*].id != "18")`:                                          true,
		`all(starts_with(identity.groups[*].id, ""))`:                                 false,
		`any(len(identity.groups[*].email)[*] == 0)`:                                  false,
		`any(concat(identity.groups[*].id, identity.groups[0].email)[*] == "")`:       false,
		`any(concat(identity.groups.id, identity.groups.name)[*] in {"" "absent"})`:   false,
		`len(identity.groups.name) == 3 and identity.groups[2].email wildcard "ops*"`: true,
	} {
		p, err := Compile(src, testSchema(), testLists())
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		if got := p.Match(some); got != want {
			t.Errorf("%s: %t", src, got)
		}
		if got := interpret(p.Expr(), some); got != want {
			t.Errorf("%s: %t by the interpreter", src, got)
		}
	}
}

// lacking returns what the interpreter sees of the members of records: nil for those
// that a record lacks.
func lacking(raw any) any {
	members, ok := raw.([]string)
	if !ok {
		return nil
	}
	out := make([]any, len(members))
	for i, m := range members {
		if m != "" {
			out[i] = m
		}
	}
	return out
}
