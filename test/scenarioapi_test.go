package test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// accountAPI is the API of a scenario's account.
type accountAPI struct {
	address string
	token   string
	known   map[string]string // what the script has given a name to
	names   []string          // of these, in the order they came
}

// withAPI puts an address that nobody else has in place of ${API}.
func withAPI(t *testing.T, corefile string) (changed string, api *accountAPI) {
	t.Helper()
	if !strings.Contains(corefile, "${API}") {
		return corefile, nil
	}
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	api = &accountAPI{address: socket.Addr().String(), known: make(map[string]string)}
	if err := socket.Close(); err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(corefile, "${API}", api.address), api
}

// apiCall is the command `api` of a script.
type apiCall struct {
	method, path, file, ifMatch string
	keep, show                  []string // NAME=MEMBER, MEMBER
}

// parseCall reads: [if-match=REVISION] METHOD PATH [FILE] [NAME=MEMBER]... [show=MEMBER]...
func parseCall(args []string) (c apiCall, err error) {
	for _, arg := range args {
		name, value, assigned := strings.Cut(arg, "=")
		switch {
		case strings.HasPrefix(arg, "/"):
			c.path = arg
		case assigned && name == "if-match":
			c.ifMatch = value
		case assigned && name == "show":
			c.show = append(c.show, value)
		case assigned:
			c.keep = append(c.keep, arg)
		case c.method == "":
			c.method = arg
		default:
			c.file = arg
		}
	}
	if c.method == "" || c.path == "" {
		return c, errors.New("want a method and a path")
	}
	return c, nil
}

// fill puts what has a name in the place of ${NAME}.
func (a *accountAPI) fill(text string) string {
	for name, value := range a.known {
		text = strings.ReplaceAll(text, "${"+name+"}", value)
	}
	return text
}

// leastHidden is how long a value is at least that is not shown: revisions are.
const leastHidden = 8

// hide is the reverse: no output depends on what is made at random.
func (a *accountAPI) hide(text string) string {
	for _, name := range a.names {
		if value := a.known[name]; len(value) >= leastHidden {
			text = strings.ReplaceAll(text, value, "${"+name+"}")
		}
	}
	return text
}

func (a *accountAPI) name(name, value string) {
	if _, known := a.known[name]; !known {
		a.names = append(a.names, name)
	}
	a.known[name] = value
}

// api makes a call and prints the status, then each error and message with its code and
// pointer, then what is to be shown of the result.
func (r *runner) api(args []string) ([]string, error) {
	if r.account == nil {
		return nil, errors.New("the Corefile has no account that listens at ${API}")
	}
	c, err := parseCall(args)
	if err != nil {
		return nil, err
	}
	if r.account.token == "" {
		if err := r.account.begin(); err != nil {
			return nil, err
		}
	}
	var body []byte
	if c.file != "" {
		if body, err = os.ReadFile(c.file); err != nil {
			return nil, err
		}
	}
	return r.account.call(c, r.account.fill(string(body)))
}

// begin reads the first token, and gives the account's id its name.
func (a *accountAPI) begin() error {
	text, err := os.ReadFile("internaldns.token")
	if err != nil {
		return err
	}
	a.token = strings.TrimSpace(string(text))
	_, err = a.call(apiCall{method: http.MethodGet, path: "/accounts", keep: []string{"ACCOUNT=0.id"}}, "")
	return err
}

func (a *accountAPI) call(c apiCall, body string) ([]string, error) {
	req, err := http.NewRequest(c.method, "http://"+a.address+"/client/v4"+a.fill(c.path), strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+a.token)
	if c.ifMatch != "" {
		req.Header.Set("If-Match", a.fill(c.ifMatch))
	}
	client := &http.Client{Timeout: time.Minute}
	defer client.CloseIdleConnections()
	got, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		return nil, err
	}
	var env struct {
		Errors, Messages []struct {
			Code    int
			Message string
			Source  struct{ Pointer string }
		}
		Result json.RawMessage
	}
	if err := json.Unmarshal(text, &env); err != nil {
		return nil, fmt.Errorf("%w: %s", err, text)
	}
	lines := []string{fmt.Sprint(got.StatusCode)}
	for _, m := range slices.Concat(env.Errors, env.Messages) {
		at := ""
		if m.Source.Pointer != "" {
			at = " at " + m.Source.Pointer
		}
		lines = append(lines, strings.Split(fmt.Sprintf("%d%s: %s", m.Code, at, m.Message), "\n")...)
	}
	for _, keep := range c.keep {
		name, member, _ := strings.Cut(keep, "=")
		value := got.Header.Get("X-Internaldns-Revision")
		if member != "revision" {
			value = strings.Trim(memberOf(env.Result, member), `"`)
		}
		a.name(name, value)
	}
	for _, member := range c.show {
		lines = append(lines, member+" "+memberOf(env.Result, member))
	}
	for i := range lines {
		lines[i] = strings.TrimRight(a.hide(lines[i]), " ")
	}
	return lines, nil
}

// memberOf returns a member of a JSON text, by the names and numbers that lead to it.
func memberOf(text json.RawMessage, path string) string {
	for part := range strings.SplitSeq(path, ".") {
		var object map[string]json.RawMessage
		var list []json.RawMessage
		index := -1
		_, _ = fmt.Sscan(part, &index) // else it is a name
		switch {
		case json.Unmarshal(text, &list) == nil && index >= 0 && index < len(list):
			text = list[index]
		case json.Unmarshal(text, &list) == nil && part == "length":
			return fmt.Sprint(len(list))
		case json.Unmarshal(text, &object) == nil:
			text = object[part]
		default:
			return "none"
		}
	}
	var out bytes.Buffer
	if json.Compact(&out, text) != nil {
		return "none"
	}
	return out.String()
}
