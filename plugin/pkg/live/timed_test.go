package live

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
)

// readSchedule reads a schedule.
func readSchedule(t *testing.T, text string) *Schedule {
	t.Helper()
	s, err := ParseSchedule(json.RawMessage(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A schedule is stored as it was sent; one that says nothing is none, wherever it is read.
func TestScheduleKept(t *testing.T) {
	text, err := json.Marshal(&Rule{Name: "r", Schedule: readSchedule(t, `{"mon": "08:00-09:00", "sun":null}`)})
	if err != nil || !strings.Contains(string(text), `"schedule":{"mon":"08:00-09:00","sun":null}`) {
		t.Errorf("%s, %v", text, err)
	}
	again := new(Rule)
	if err := json.Unmarshal(text, again); err != nil {
		t.Fatal(err)
	}
	if spec := again.Schedule.spec("r"); spec.Days[time.Monday] != "08:00-09:00" || spec.Zone != time.Local {
		t.Errorf("%+v", spec)
	}
	if empty := readSchedule(t, `{ "tue" : null, "time_zone": "" }`); empty != nil {
		t.Errorf("%+v of a schedule that says nothing", empty)
	}
	if err := json.Unmarshal([]byte(`{"schedule":{}}`), again); err != nil || again.Schedule.spec("r") != nil {
		t.Errorf("%v: a stored schedule that says nothing is one", err)
	}
}

// A rule whose time zone is known no more is left out, not served at all hours.
func TestScheduleQuarantined(t *testing.T) {
	const id = "00000000-0000-0000-0000-000000000001"
	r := &Rule{ID: id, Name: "r", Enabled: true, Action: model.UsePublic, Schedule: readSchedule(t, `{"mon":"08:00-09:00","time_zone":"Europe/Nowhere"}`)}
	other := &Rule{ID: "00000000-0000-0000-0000-000000000002", Name: "other", Enabled: true, Precedence: 1, Action: model.UsePublic}
	s := &specs{policies: []*model.PolicySpec{policySpec(r, nil), policySpec(other, nil)}}
	next, problems := new(Block).build(s, new(layer[zone.Zone]), nil)
	if problems.HasErrors() || len(next.snapshot.Policies) != 1 || next.snapshot.Policies[0].Name != "other" {
		t.Fatalf("%v, %+v", problems, next.snapshot)
	}
	if why := next.out["/rules/"+id]; why.Pos.Pointer != "/rules/"+id+"/schedule/time_zone" || !strings.Contains(why.Text, "Europe/Nowhere") {
		t.Errorf("%+v", next.out)
	}
}
