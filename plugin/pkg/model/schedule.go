package model

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// ScheduleSpec is a schedule as it is written (CLOUDFLARE-API 6.1).
type ScheduleSpec struct {
	Pos      problem.Pos // its days and its time zone stand below the pointer
	Days     [7]string   // by time.Weekday: "08:00-12:30,13:30-17:00", "" for not on that day
	ZoneName string
	Zone     *time.Location // nil if no time zone has that name
}

// Schedule says at which hours of a week a policy is in force, by the clock on the wall of
// a time zone: an hour that a change of that clock skips is not there, one that it repeats
// is there twice. Immutable.
type Schedule struct {
	days [7][]window // by time.Weekday
	zone *time.Location
}

// window is part of a day, in minutes since its midnight by the clock on the wall; the last
// one is not part of it.
type window struct{ from, to int }

const (
	minutesOfHour = 60
	minutesOfDay  = 24 * minutesOfHour
	maxWindows    = 48 // of one day
	maxHoursText  = maxWindows * len("00:00-24:00,  ")
)

// DayNames returns what the days are called in a schedule, by time.Weekday.
func DayNames() [7]string { return [7]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} }

// newSchedule reads a schedule. A fault is told with the member of the schedule that it is
// in.
func newSchedule(spec *ScheduleSpec) (s *Schedule, member string, err error) {
	if spec.Zone == nil {
		return nil, "time_zone", fmt.Errorf("there is no time zone %q, write a name of the IANA's database such as Europe/Berlin", clipped(spec.ZoneName))
	}
	s = &Schedule{zone: spec.Zone}
	for day, text := range spec.Days {
		if s.days[day], err = parseHours(text); err != nil {
			return nil, DayNames()[day], err
		}
	}
	return s, "", nil
}

// parseHours reads the windows of one day, sorts them and joins those that overlap or
// touch.
func parseHours(text string) ([]window, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	if len(text) > maxHoursText || strings.Count(text, ",") >= maxWindows {
		return nil, fmt.Errorf("more than %d windows for one day", maxWindows)
	}
	var all []window
	for part := range strings.SplitSeq(text, ",") {
		w, err := parseWindow(strings.TrimSpace(part))
		if err != nil {
			return nil, err
		}
		all = append(all, w)
	}
	slices.SortFunc(all, func(a, b window) int { return cmp.Compare(a.from, b.from) })
	joined := all[:1]
	for _, w := range all[1:] {
		if last := &joined[len(joined)-1]; w.from <= last.to {
			last.to = max(last.to, w.to)
		} else {
			joined = append(joined, w)
		}
	}
	return slices.Clip(joined), nil
}

func parseWindow(text string) (w window, err error) {
	from, to, found := strings.Cut(text, "-")
	from, to = strings.TrimSpace(from), strings.TrimSpace(to)
	var fromOK, toOK bool
	w.from, fromOK = parseClock(from)
	w.to, toOK = parseClock(to)
	switch {
	case !found || !fromOK || !toOK || w.from == minutesOfDay:
		return w, fmt.Errorf("%q is no window of a day, write HH:MM-HH:MM from 00:00 to 24:00, several with commas between: 08:00-12:30,13:30-17:00", clipped(text))
	case w.to <= w.from:
		return w, fmt.Errorf("%s ends no later than it begins; split what passes midnight: %s-24:00 here, and 00:00-%s on the next day", text, from, to)
	}
	return w, nil
}

// parseClock reads HH:MM in minutes.
func parseClock(text string) (minutes int, ok bool) {
	if len(text) != len("00:00") || text[2] != ':' || strings.Trim(text[:2]+text[3:], "0123456789") != "" {
		return 0, false
	}
	hour, _ := strconv.Atoi(text[:2])
	minute, _ := strconv.Atoi(text[3:])
	minutes = hour*minutesOfHour + minute
	return minutes, minute < minutesOfHour && minutes <= minutesOfDay
}

// clipped shortens a text for a message.
func clipped(text string) string {
	const most = 64
	if len(text) > most {
		return text[:most] + "..."
	}
	return text
}

// At reports whether an instant lies within the hours.
func (s *Schedule) At(t time.Time) bool {
	t = t.In(s.zone)
	hour, minute, _ := t.Clock()
	now := hour*minutesOfHour + minute
	for _, w := range s.days[t.Weekday()] {
		if w.from <= now && now < w.to {
			return true
		}
	}
	return false
}

// In returns an instant by the clock that the hours go by.
func (s *Schedule) In(t time.Time) time.Time { return t.In(s.zone) }

// String words the hours, from Monday on: "mon 08:00-12:30,13:30-17:00, tue-thu 09:00-10:00
// Europe/Berlin".
func (s *Schedule) String() string {
	var out []string
	for i := 0; i < len(s.days); {
		from := i
		hours := s.day(i)
		for i++; i < len(s.days) && slices.Equal(s.day(i), hours); i++ {
		}
		if len(hours) == 0 {
			continue
		}
		text := dayName(from)
		if i-from > 1 {
			text += "-" + dayName(i-1)
		}
		out = append(out, text+" "+hoursText(hours))
	}
	if out == nil {
		out = []string{"at no time"}
	}
	return strings.Join(out, ", ") + " " + s.zone.String()
}

// day returns the windows of a day, counted from Monday.
func (s *Schedule) day(i int) []window { return s.days[(i+1)%len(s.days)] }

func dayName(i int) string {
	names := DayNames()
	return names[(i+1)%len(names)]
}

func hoursText(hours []window) string {
	texts := make([]string, len(hours))
	for i, w := range hours {
		texts[i] = clockText(w.from) + "-" + clockText(w.to)
	}
	return strings.Join(texts, ",")
}

func clockText(minutes int) string {
	return fmt.Sprintf("%02d:%02d", minutes/minutesOfHour, minutes%minutesOfHour)
}
