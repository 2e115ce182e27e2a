package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/live"
)

// named is an account of the API.
type named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// remoteProblem says why an object is not served.
type remoteProblem struct {
	Text string `json:"text"`
}

// remoteZone is a zone of the API.
type remoteZone struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Records     int       `json:"records"`
	Serial      uint32    `json:"serial"`
	OwnSOA      bool      `json:"own_soa"`
	CreatedOn   time.Time `json:"created_on"`
	InternalDNS struct {
		ReferenceZoneID string `json:"reference_zone_id"`
		ReferenceNoData bool   `json:"reference_nodata"`
	} `json:"internal_dns"`
	Declared *live.Declared `json:"declared"`
	Problem  *remoteProblem `json:"problem"`
}

// remoteView is a view of the API.
type remoteView struct {
	ID          string         `json:"id"`
	Name        string         `json:"name"`
	Zones       []string       `json:"zones"`
	CreatedTime time.Time      `json:"created_time"`
	Declared    *live.Declared `json:"declared"`
	Problem     *remoteProblem `json:"problem"`
}

// remoteRule is a resolver policy of the API.
type remoteRule struct {
	ID          string          `json:"id"`
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Enabled     bool            `json:"enabled"`
	Precedence  uint32          `json:"precedence"`
	Traffic     string          `json:"traffic"`
	Identity    string          `json:"identity"`
	Posture     string          `json:"device_posture"`
	Schedule    json.RawMessage `json:"schedule"`
	Expiration  struct {
		ExpiresAt string `json:"expires_at"`
		Expired   bool   `json:"expired"`
	} `json:"expiration"`
	Settings struct {
		Internally *struct {
			ViewID     string   `json:"view_id"`
			Fallback   string   `json:"fallback"`
			FallbackOn []string `json:"fallback_on"`
		} `json:"resolve_dns_internally"`
		Public bool `json:"resolve_dns_through_cloudflare"`
	} `json:"rule_settings"`
	Declared *live.Declared `json:"declared"`
	Problem  *remoteProblem `json:"problem"`
}

// account returns the account of the token.
func (r *remote) account() (named, error) {
	all, err := collect[named](r, "/accounts", nil)
	if err != nil {
		return named{}, err
	}
	if len(all) == 0 {
		return named{}, fmt.Errorf("%s tells of no account", r.base)
	}
	return all[0], nil
}

// inAccount returns the path of something in the token's account.
func (r *remote) inAccount(path string) (string, error) {
	a, err := r.account()
	return "/accounts/" + a.ID + path, err
}

// isID reports whether a word is an id of the API.
var isID = regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString

// missingError says that there is no object of a name, or that there are several.
type missingError string

// Error implements error.
func (e missingError) Error() string { return string(e) }

func missingf(format string, args ...any) error { return missingError(fmt.Sprintf(format, args...)) }

// exitOf returns the exit code of an error.
func exitOf(err error) int {
	if err == nil {
		return exitOK
	}
	if _, missing := errors.AsType[missingError](err); missing {
		return exitFound
	}
	return exitFailure
}

// zone returns the zone of an id or of a name that only one has.
func (r *remote) zone(word string) (*remoteZone, error) {
	if isID(word) {
		z := new(remoteZone)
		_, err := r.call(http.MethodGet, "/zones/"+word, nil, z)
		if isStatus(err, http.StatusNotFound) {
			err = missingf("there is no zone with the id %s", word)
		}
		return z, err
	}
	found, err := r.zonesNamed(word)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, missingf("there is no zone %q that the token may see; `internaldns list -api %s zones` shows all", word, strings.TrimSuffix(r.base, apiPath))
	}
	return only("zone", word, found, func(z remoteZone) string { return z.ID })
}

// zonesNamed returns the zones of a name.
func (r *remote) zonesNamed(name string) ([]remoteZone, error) {
	return collect[remoteZone](r, "/zones", url.Values{"type": {"internal"}, "name": {"equal:" + name}})
}

// only returns the one object there is of a name.
func only[T any](kind, name string, found []T, id func(T) string) (*T, error) {
	switch len(found) {
	case 0:
		return nil, missingf("there is no %s %q", kind, name)
	case 1:
		return &found[0], nil
	}
	return nil, missingf("several have the name, say by its id which %s %q is meant: %s", kind, name, strings.Join(namesOf(found, id), ", "))
}
