package apitest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// eventStream is the type of answers that come event by event.
const eventStream = "text/event-stream"

// teed hands an answer on as it comes, and keeps it.
type teed struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

// Unwrap is for http.ResponseController.
func (w *teed) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (w *teed) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *teed) Write(p []byte) (int, error) {
	w.body.Write(p)
	return w.ResponseWriter.Write(p)
}

func wantsEvents(req *http.Request) bool {
	return strings.Contains(req.Header.Get("Accept"), eventStream) || req.URL.Query().Get("stream") == "true"
}

// asStream returns what an operation is called where it answers with a stream, "" if it
// never does.
func asStream(op *openapi3.Operation) string {
	if success := op.Responses.Value("200"); success == nil || success.Value.Content[eventStream] == nil {
		return ""
	}
	return op.OperationID + " as a stream"
}

// checkEvents holds an answer to a call for a stream against the document. One that is no
// stream is as any other.
func (c *Contract) checkEvents(t TB, req *http.Request, answer *teed) {
	t.Helper()
	if answer.Header().Get("Content-Type") != eventStream {
		c.check(t, req, nil, answer.status, answer.Header(), answer.body.Bytes())
		return
	}
	what := fmt.Sprintf("%s %s", req.Method, req.URL)
	route, _, err := c.router.FindRoute(req)
	if err != nil {
		t.Errorf("%s: a stream without a route: %v", what, err)
		return
	}
	name := asStream(route.Operation)
	if name == "" {
		t.Errorf("%s: a stream where none is documented", what)
		return
	}
	c.see(name, answer.status)
	media := route.Operation.Responses.Value("200").Value.Content[eventStream]
	text := answer.body.String()
	whole := text[:strings.LastIndex(text, "\n\n")+1]
	for event := range strings.SplitSeq(whole, "\n\n") {
		if err := c.checkEvent(media, event); err != nil {
			t.Errorf("%s: an event is not as documented: %v\n%.2000s", what, err, event)
		}
	}
}

// checkEvent holds the data of an event against the schema of its kind.
func (c *Contract) checkEvent(media *openapi3.MediaType, event string) error {
	kind, data, id := "event", "", false
	for line := range strings.Lines(event) {
		field, value, found := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch {
		case line == "\n":
		case !found:
			return fmt.Errorf("the line %q has no value", line)
		case field == "event":
			kind = value
		case field == "data":
			data += value
		case field == "id":
			id = true
		case field != "" && field != "retry":
			return fmt.Errorf("there is no field %q", field)
		}
	}
	if data == "" {
		return nil
	}
	if !id {
		return errors.New("it has no id")
	}
	reference, _ := media.Extensions["x-"+kind].(map[string]any)
	name, _ := reference["$ref"].(string)
	schema := c.doc.Components.Schemas[strings.TrimPrefix(name, "#/components/schemas/")]
	if schema == nil {
		return fmt.Errorf("there is no kind %q", kind)
	}
	var got any
	if err := json.Unmarshal([]byte(data), &got); err != nil {
		return err
	}
	return schema.Value.VisitJSON(got, openapi3.EnableJSONSchema2020())
}
