package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// expiration is when a rule ceases to be in force. As Cloudflare does, it is shown in UTC,
// whatever the offset it was sent with.
type expiration struct {
	ExpiresAt string `json:"expires_at"`
	Duration  int64  `json:"duration,omitempty"`
	Expired   bool   `json:"expired"`
}

// expirationBody is what a call says of it.
type expirationBody struct {
	ExpiresAt string `json:"expires_at" about:"with an offset from UTC (RFC 3339); needed unless all is empty"`
	Duration  *int64 `json:"duration" about:"minutes that reset_expiration gives it, at least 5"`
	Expired   *bool  `json:"expired" about:"computed: what a body says has no effect"`
}

// scheduleForm says what live.Schedule reads and writes.
type scheduleForm struct {
	Mon      *string `json:"mon,omitempty" about:"hours of the day by the clock on the wall: 08:00-12:30,13:30-17:00, up to 24:00; without any the rule is not in force on it"`
	Tue      *string `json:"tue,omitempty"`
	Wed      *string `json:"wed,omitempty"`
	Thu      *string `json:"thu,omitempty"`
	Fri      *string `json:"fri,omitempty"`
	Sat      *string `json:"sat,omitempty"`
	Sun      *string `json:"sun,omitempty"`
	TimeZone *string `json:"time_zone,omitempty" about:"of the IANA's database; without one the zone of the server"`
}

// showExpiration words when a rule expires, nil if it does not.
func showExpiration(r *live.Rule, now time.Time) *expiration {
	if r.Expiration == nil {
		return nil
	}
	return &expiration{
		ExpiresAt: r.Expiration.ExpiresAt.UTC().Format(time.RFC3339Nano),
		Duration:  r.Expiration.Duration, Expired: r.Expiration.Expired(now),
	}
}

// isValue reports whether a member holds more than nothing: clients send what they do not
// use as null or empty.
func isValue(m member[json.RawMessage]) bool {
	text := string(bytes.TrimSpace(m.Value))
	return m.has() && text != "{}" && text != `""`
}

// applyTimes changes when a rule is in force. What is null or empty says always.
func (b *ruleBody) applyTimes(r *live.Rule) *Error {
	if b.Schedule.Set {
		r.Schedule = nil
		if isValue(b.Schedule) {
			var err error
			if r.Schedule, err = live.ParseSchedule(b.Schedule.Value); err != nil {
				return badMember("/schedule", err)
			}
		}
	}
	if !b.Expiration.Set {
		return nil
	}
	r.Expiration = nil
	if !isValue(b.Expiration) {
		return nil
	}
	return applyExpiration(r, b.Expiration.Value)
}

// applyExpiration reads when a rule expires.
func applyExpiration(r *live.Rule, raw json.RawMessage) *Error {
	const at = "/expiration"
	var e expirationBody
	if err := json.Unmarshal(raw, &e); err != nil {
		bad := badJSON(err)
		pointer := at
		if bad.Source != nil {
			pointer += bad.Source.Pointer
		}
		bad.Source = &source{pointer}
		return bad
	}
	var minutes int64
	if e.Duration != nil {
		minutes = *e.Duration
	}
	if e.ExpiresAt == "" {
		if minutes == 0 {
			return nil
		}
		return invalid(codeInvalid, at+"/expires_at", "is needed, with an offset from UTC (RFC 3339), such as 2030-01-31T17:00:00Z")
	}
	end, err := time.Parse(time.RFC3339, e.ExpiresAt)
	if err != nil {
		return invalid(codeInvalid, at+"/expires_at", "%q is no time with an offset from UTC (RFC 3339), such as 2030-01-31T17:00:00Z", clip(e.ExpiresAt))
	}
	if r.Expiration, err = live.NewExpiration(end, minutes); err != nil {
		return badMember(at, err)
	}
	return nil
}

// badMember words what is wrong with a member of an object that stands at a pointer.
func badMember(at string, err error) *Error {
	wrong, ok := errors.AsType[*live.MemberError](err)
	if !ok {
		return badJSON(err)
	}
	if wrong.Member != "" {
		at += "/" + escapePointer(wrong.Member)
	}
	return invalid(codeInvalid, at, "%s %s", at[1:], wrong.Text)
}

// resetExpiration has a rule be in force again for its duration.
func resetExpiration(c *call) *Error {
	old, bad := c.findRule(token.ResolverPoliciesWrite)
	if bad != nil {
		return bad
	}
	return c.writeRule(old, func(ch *live.Change) (*live.Rule, error) {
		r, err := ch.ResetExpiration(old.ID)
		if wrong, ok := errors.AsType[*live.MemberError](err); ok {
			return nil, badMember("/expiration", wrong)
		}
		return r, err
	})
}
