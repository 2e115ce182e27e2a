package explain

import (
	"errors"
	"fmt"
	"slices"
)

// Check returns an error unless WriteText can tell of an explanation that was read from
// JSON: it holds what one that Explain has made always does.
func (x *Explanation) Check() error {
	if x.Version != Version {
		return fmt.Errorf("the explanation has the form %d, this version of internaldns reads the form %d", x.Version, Version)
	}
	for i := range x.Searches {
		if slices.ContainsFunc(x.Searches[i].Steps, func(s Step) bool { return s.Kind == "alias" && len(s.Records) == 0 }) {
			return errors.New("an alias has no record")
		}
	}
	if x.View == nil {
		return nil
	}
	if x.Result == nil || x.Fallback == nil || len(x.Policies) == 0 {
		return errors.New("the view has no policy, no result or no decision about the fallback")
	}
	if f := x.Fallback; (f.Decision == "ask" || f.Decision == "private") && len(f.Asks) == 0 {
		return errors.New("the fallback asks for nothing")
	}
	return nil
}
