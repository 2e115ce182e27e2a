package model_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/model"
)

func location(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// hours are the windows of days, by their names: "mon 08:00-12:00; sun 00:00-24:00".
func hours(t testing.TB, zone, text string) *model.ScheduleSpec {
	t.Helper()
	spec := &model.ScheduleSpec{Pos: at(7), ZoneName: zone, Zone: location(t, zone)}
	spec.Pos.Pointer = "/schedule"
	for part := range strings.SplitSeq(text, "; ") {
		name, windows, _ := strings.Cut(part, " ")
		for i, day := range model.DayNames() {
			if day == name {
				spec.Days[i] = windows
			}
		}
	}
	return spec
}

// scheduled builds one policy of a schedule.
func scheduled(t testing.TB, spec *model.ScheduleSpec) *model.Policy {
	t.Helper()
	s, problems := model.Build(model.Spec{Policies: []*model.PolicySpec{{Name: "p", Action: model.UsePublic, Schedule: spec}}}, nil)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return s.Policies[0]
}

// CLOUDFLARE-API 6.1: a schedule goes by the clock on the wall of its zone.
func TestScheduleAt(t *testing.T) {
	t.Parallel()
	const work = "mon 08:00-12:30,13:30-17:00; fri 22:00-24:00; sat 00:00-01:00"
	for _, c := range []struct {
		zone, hours, at string
		want            bool
	}{
		{"UTC", work, "2026-03-02T07:59:59.999Z", false}, // a Monday
		{"UTC", work, "2026-03-02T08:00:00Z", true},
		{"UTC", work, "2026-03-02T12:29:59Z", true},
		{"UTC", work, "2026-03-02T12:30:00Z", false},
		{"UTC", work, "2026-03-02T13:30:00Z", true},
		{"UTC", work, "2026-03-02T17:00:00Z", false},
		{"UTC", work, "2026-03-03T09:00:00Z", false}, // no hours on Tuesdays
		{"UTC", work, "2026-03-06T23:59:59Z", true},  // over midnight
		{"UTC", work, "2026-03-07T00:00:00Z", true},
		{"UTC", work, "2026-03-07T01:00:00Z", false},
		{"Asia/Tokyo", work, "2026-03-01T23:00:00Z", true}, // it is Monday there
		{"America/Chicago", work, "2026-03-02T13:59:59Z", false},
		{"America/Chicago", work, "2026-03-02T14:00:00Z", true},
		{"Asia/Kathmandu", work, "2026-03-02T02:15:00Z", true}, // 5:45 before UTC

		// Berlin skips 02:00 to 03:00 on 2026-03-29, and has them twice on 2026-10-25.
		{"Europe/Berlin", "sun 01:30-02:30", "2026-03-29T00:30:00Z", true},
		{"Europe/Berlin", "sun 01:30-02:30", "2026-03-29T00:59:59Z", true},
		{"Europe/Berlin", "sun 01:30-02:30", "2026-03-29T01:00:00Z", false}, // 03:00
		{"Europe/Berlin", "sun 02:00-03:00", "2026-03-29T01:00:00Z", false},
		{"Europe/Berlin", "sun 02:30-03:30", "2026-03-29T01:00:00Z", true},
		{"Europe/Berlin", "sun 02:00-03:00", "2026-10-25T00:00:00Z", true}, // the first time
		{"Europe/Berlin", "sun 02:00-03:00", "2026-10-25T00:59:59Z", true},
		{"Europe/Berlin", "sun 02:00-03:00", "2026-10-25T01:00:00Z", true}, // the second
		{"Europe/Berlin", "sun 02:00-03:00", "2026-10-25T02:00:00Z", false},
		{"Europe/Berlin", "mon 08:00-09:00", "2026-03-23T07:00:00Z", true}, // the same hour before and after
		{"Europe/Berlin", "mon 08:00-09:00", "2026-03-30T06:00:00Z", true},
		{"Europe/Berlin", "mon 08:00-09:00", "2026-03-30T07:00:00Z", false},
		{"America/New_York", "sun 02:00-03:00", "2026-03-08T07:00:00Z", false},
		{"America/New_York", "sun 01:00-02:00", "2026-11-01T05:30:00Z", true},
		{"America/New_York", "sun 01:00-02:00", "2026-11-01T06:30:00Z", true},
	} {
		instant, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		p := scheduled(t, hours(t, c.zone, c.hours))
		if got := p.Schedule.At(instant); got != c.want {
			t.Errorf("%s %s at %s: %t", c.zone, c.hours, c.at, got)
		}
	}
}

// A day's hours are those of that day and of no other.
func TestScheduleDays(t *testing.T) {
	t.Parallel()
	for day, name := range model.DayNames() {
		p := scheduled(t, hours(t, "UTC", name+" 00:00-24:00"))
		for i := range 7 {
			instant := time.Date(2026, 3, 1+i, 23, 59, 59, 0, time.UTC) // a Sunday and on
			if got := p.Schedule.At(instant); got != (i == day) {
				t.Errorf("%s on %s: %t", name, instant.Weekday(), got)
			}
		}
	}
}

// Windows are told in order, those that touch as one.
func TestScheduleString(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"mon 13:30-17:00, 08:00-12:30":                                       "mon 08:00-12:30,13:30-17:00 Europe/Berlin",
		"mon 08:00-10:00,09:00-11:00,11:00-12:00,08:30-08:40":                "mon 08:00-12:00 Europe/Berlin",
		"mon 09:00-10:00; tue 09:00-10:00; wed 09:00-10:00; sun 1:00":        "",
		"mon 09:00-10:00; tue 09:00-10:00; wed 09:00-10:00; sat \t":          "mon-wed 09:00-10:00 Europe/Berlin",
		"sat 00:00-24:00; sun 00:00-24:00":                                   "sat-sun 00:00-24:00 Europe/Berlin",
		"mon 00:00-00:01; wed 23:59-24:00":                                   "mon 00:00-00:01, wed 23:59-24:00 Europe/Berlin",
		"fri  ":                                                              "at no time Europe/Berlin",
		"mon " + strings.TrimSuffix(strings.Repeat("00:00-24:00,", 48), ","): "mon 00:00-24:00 Europe/Berlin",
	} {
		spec := model.Spec{Policies: []*model.PolicySpec{{Name: "p", Action: model.UsePublic, Schedule: hours(t, "Europe/Berlin", text)}}}
		s, problems := model.Build(spec, nil)
		got := ""
		if s != nil {
			got = s.Policies[0].Schedule.String()
		}
		if got != want || (s == nil) != problems.HasErrors() {
			t.Errorf("%s: %q, want %q (%v)", text, got, want, problems)
		}
	}
}

// What is wrong with a schedule is told with its member.
func TestScheduleProblems(t *testing.T) {
	t.Parallel()
	const form = ` is no window of a day, write HH:MM-HH:MM from 00:00 to 24:00, several with commas between: 08:00-12:30,13:30-17:00`
	for text, want := range map[string]string{
		"mon 8:00-12:00":        `mon "8:00-12:00"` + form,
		"tue 08:00":             `tue "08:00"` + form,
		"wed 08:00-12:60":       `wed "08:00-12:60"` + form,
		"thu 08:00-24:01":       `thu "08:00-24:01"` + form,
		"fri 24:00-24:00":       `fri "24:00-24:00"` + form,
		"sat 08:00-12:00,":      `sat ""` + form,
		"sun 08:00-+1:00":       `sun "08:00-+1:00"` + form,
		"mon 08:00-12:00-13:00": `mon "08:00-12:00-13:00"` + form,
		"mon 22:00-02:00":       `mon 22:00-02:00 ends no later than it begins; split what passes midnight: 22:00-24:00 here, and 00:00-02:00 on the next day`,
		"mon 08:00-08:00":       `mon 08:00-08:00 ends no later than it begins; split what passes midnight: 08:00-24:00 here, and 00:00-08:00 on the next day`,
		"mon " + strings.Repeat("00:00-24:00,", 48):    `mon more than 48 windows for one day`,
		"mon 00:00-24:00" + strings.Repeat(" ", 1<<20): `mon more than 48 windows for one day`,
		"mon " + strings.Repeat("x", 65):               `mon "` + strings.Repeat("x", 64) + `..."` + form,
	} {
		got := faultOf(hours(t, "UTC", text))
		if member, rest, _ := strings.Cut(want, " "); got != "/schedule/"+member+" "+rest {
			t.Errorf("%.40s: %s, want %s", text, got, want)
		}
	}
	nowhere := hours(t, "UTC", "mon 08:00-09:00")
	nowhere.Zone, nowhere.ZoneName = nil, "Europe/Nowhere"
	if got := faultOf(nowhere); got != `/schedule/time_zone there is no time zone "Europe/Nowhere", write a name of the IANA's database such as Europe/Berlin` {
		t.Error(got)
	}
}

// faultOf returns the pointer and the text of what is wrong with a schedule.
func faultOf(spec *model.ScheduleSpec) string {
	_, problems := model.Build(model.Spec{Policies: []*model.PolicySpec{{Name: "p", Action: model.UsePublic, Schedule: spec}}}, nil)
	if len(problems) != 1 {
		return fmt.Sprintf("%d problems: %v", len(problems), problems)
	}
	return problems[0].Pos.Pointer + " " + problems[0].Text
}

// FuzzSchedule holds that no text of a day is a panic, and that a schedule which is
// taken reads the same from its own words.
func FuzzSchedule(f *testing.F) {
	for _, text := range []string{"", "08:00-12:30,13:30-17:00", "00:00-24:00", "22:00-02:00", "1:-", ",", "24:00-24:00", " 08:00 - 09:00 , 08:30-10:00"} {
		f.Add(text, int64(1_770_000_000))
	}
	f.Fuzz(func(t *testing.T, text string, seconds int64) {
		spec := &model.ScheduleSpec{Zone: time.UTC}
		spec.Days[time.Monday] = text
		s, problems := model.Build(model.Spec{Policies: []*model.PolicySpec{{Name: "p", Action: model.UsePublic, Schedule: spec}}}, nil)
		if (s == nil) != problems.HasErrors() {
			t.Fatalf("%q: %v", text, problems)
		}
		if s == nil {
			return
		}
		first := s.Policies[0].Schedule
		words, ok := strings.CutPrefix(first.String(), "mon ")
		if !ok {
			if strings.TrimSpace(text) != "" || first.String() != "at no time UTC" {
				t.Fatalf("%q is told as %q", text, first)
			}
			return
		}
		again := scheduled(t, hours(t, "UTC", "mon "+strings.TrimSuffix(words, " UTC"))).Schedule
		instant := time.Unix(seconds%(1<<40), 0)
		if again.String() != first.String() || again.At(instant) != first.At(instant) {
			t.Errorf("%q is %q, and that is %q", text, first, again)
		}
		if first.At(instant) && instant.UTC().Weekday() != time.Monday {
			t.Errorf("%q holds on %s", text, instant.UTC().Weekday())
		}
	})
}
