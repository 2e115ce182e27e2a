package api

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	clog "github.com/coredns/coredns/plugin/pkg/log"

	"github.com/internaldns/internaldns/plugin/pkg/record"
)

var log = clog.NewWithPlugin("internaldns")

// envelope is what every answer is wrapped in (CLOUDFLARE-API 1.3).
type envelope struct {
	Success  bool      `json:"success"`
	Errors   []*Error  `json:"errors"`
	Messages []message `json:"messages"`
	Result   any       `json:"result"`
	Info     *pageInfo `json:"result_info,omitempty"`
	Timing   *timing   `json:"timing,omitempty"`
}

// message is a note beside an answer that is no error.
type message struct {
	Code    int     `json:"code"`
	Message string  `json:"message"`
	Source  *source `json:"source,omitempty"`
}

// source is where in the body of a call something stands.
type source struct {
	Pointer string `json:"pointer"`
}

// timing is how long an import took.
type timing struct {
	StartTime   string  `json:"start_time"`
	EndTime     string  `json:"end_time"`
	ProcessTime float64 `json:"process_time"` // seconds
}

// answer writes an envelope.
func (a *API) answer(w http.ResponseWriter, req *http.Request, c *call, route string, env envelope, status int) {
	if env.Messages == nil {
		env.Messages = []message{}
	}
	body, err := json.Marshal(env)
	if err != nil {
		log.Errorf("%s %s: the answer cannot be written as JSON: %v", req.Method, route, err)
		status, body = http.StatusInternalServerError, []byte(`{"success":false,"errors":[{"code":10500,"message":"internal error"}],"messages":[],"result":null}`)
	}
	if status >= http.StatusBadRequest && c == nil {
		w.Header().Set("Connection", "close") // its body was not read
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that is gone is no error of ours
	a.observe(route, status)
}

// note adds a message to the answer.
func (c *call) note(code int, text, pointer string) {
	m := message{Code: code, Message: text}
	if pointer != "" {
		m.Source = &source{pointer}
	}
	c.messages = append(c.messages, m)
}

func formatTime(t time.Time) string { return record.FormatTime(t) }

// formatTimeOf is formatTime for a time that may be missing.
func formatTimeOf(t *time.Time) *string {
	if t == nil {
		return nil
	}
	text := formatTime(*t)
	return &text
}
