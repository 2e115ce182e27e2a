package live

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/model"
)

// Schedule is at which hours of a week a rule is in force (CLOUDFLARE-API 6.1). It is
// kept as it was sent. Immutable.
type Schedule struct {
	sent json.RawMessage
	days [7]string // by time.Weekday
	zone string
}

// MemberError says what is wrong with a member of an object, by its name.
type MemberError struct{ Member, Text string }

func (e *MemberError) Error() string { return strings.TrimSpace(e.Member + " " + e.Text) }

// ParseSchedule reads a schedule. Its hours and its zone are checked with the rule's
// expressions. One that says nothing is nil: clients send what they do not use as null or
// empty.
func ParseSchedule(sent json.RawMessage) (*Schedule, error) {
	s := new(Schedule)
	if err := json.Unmarshal(sent, s); err != nil {
		return nil, err
	}
	if s.days == [7]string{} && s.zone == "" {
		return nil, nil
	}
	return s, nil
}

// MarshalJSON implements json.Marshaler.
func (s *Schedule) MarshalJSON() ([]byte, error) { return s.sent, nil }

// UnmarshalJSON implements json.Unmarshaler.
func (s *Schedule) UnmarshalJSON(sent []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(sent, &members); err != nil {
		return &MemberError{"", "is no object of days and hours"}
	}
	*s = Schedule{sent: slices.Clone(sent)}
	names := model.DayNames()
	for _, name := range slices.Sorted(maps.Keys(members)) {
		into := &s.zone
		if day := slices.Index(names[:], name); day >= 0 {
			into = &s.days[day]
		} else if name != "time_zone" {
			return &MemberError{clipMember(name), "is not known, allowed: mon, tue, wed, thu, fri, sat, sun, time_zone"}
		}
		if err := json.Unmarshal(members[name], into); err != nil {
			return &MemberError{name, "is no text"}
		}
	}
	if s.days == [7]string{} && s.zone != "" {
		return &MemberError{"", "names a time zone and no day: a rule without a schedule is in force at all hours"}
	}
	return nil
}

// clipMember shortens the name of a member that there is not.
func clipMember(name string) string {
	const most = 64
	return name[:min(len(name), most)]
}

// spec is the schedule in the form of model.Build. Without a zone it is the server's: where
// a client is, nothing tells.
func (s *Schedule) spec(rule string) *model.ScheduleSpec {
	if s == nil || s.days == [7]string{} {
		return nil
	}
	spec := &model.ScheduleSpec{Pos: rulePos(rule, "schedule"), Days: s.days, ZoneName: s.zone, Zone: time.Local}
	if s.zone != "" {
		spec.Zone = nil
		if zone, err := time.LoadLocation(s.zone); err == nil && zone != time.Local {
			spec.Zone = zone
		}
	}
	return spec
}

// Expiration is when a rule ceases to be in force. Immutable.
type Expiration struct {
	ExpiresAt time.Time `json:"expires_at"`         // in UTC
	Duration  int64     `json:"duration,omitempty"` // minutes that a reset gives it; 0: none
}

// The bounds of a duration, in minutes. The lower one is Cloudflare's.
const (
	minDuration = 5
	maxDuration = 100 * 366 * 24 * 60
)

// NewExpiration returns one that can be kept. A time that is over is no fault: a rule that
// has expired can still be edited.
func NewExpiration(at time.Time, minutes int64) (*Expiration, error) {
	e := &Expiration{ExpiresAt: at.UTC(), Duration: minutes}
	return e, e.check()
}

func (e *Expiration) check() error {
	const firstYear, lastYear = 1970, 9999 // JSON has no later one
	switch year := e.ExpiresAt.UTC().Year(); {
	case year < firstYear || year > lastYear:
		return &MemberError{"expires_at", "is not from the year 1970 to 9999"}
	case e.Duration != 0 && (e.Duration < minDuration || e.Duration > maxDuration):
		return &MemberError{"duration", fmt.Sprintf("%d is not from %d to %d minutes", e.Duration, minDuration, maxDuration)}
	}
	return nil
}

// Expired reports whether the time is over.
func (e *Expiration) Expired(now time.Time) bool { return !now.Before(e.ExpiresAt) }

// expires returns when a rule ceases to be in force, zero for never.
func (r *Rule) expires() time.Time {
	if r.Expiration == nil {
		return time.Time{}
	}
	return r.Expiration.ExpiresAt
}

// ResetExpiration has a rule be in force from now on for its duration.
func (c *Change) ResetExpiration(id string) (*Rule, error) {
	return c.UpdateRule(id, func(r *Rule) error {
		if r.Expiration == nil || r.Expiration.Duration == 0 {
			return &MemberError{"duration", "is needed: the rule " + strconv.Quote(r.Name) + " has no expiration with a duration to begin anew"}
		}
		end := c.now.Add(time.Duration(r.Expiration.Duration) * time.Minute)
		var err error
		r.Expiration, err = NewExpiration(end, r.Expiration.Duration)
		return err
	})
}
