package api

import (
	"context"
	"net/http"
	"time"
)

// longestAwait is how long a call with wait=all waits for other servers: one that is gone
// is listed for some seconds.
const longestAwait = 10 * time.Second

// waiting is the parameter of all calls that change something.
func waiting() parameter {
	return parameter{"wait", "Extension: all answers once every server of the cluster that lives has the change; after 10 seconds a message names those that may not."}
}

// waits reports whether the call is to be answered once all servers have its change.
func (c *call) waits() (bool, *Error) {
	switch text := c.req.URL.Query().Get("wait"); text {
	case "":
		return false, nil
	case "all":
		return true, nil
	default:
		return false, errorf(http.StatusBadRequest, codeInvalid, "wait %q, allowed: all", clip(text))
	}
}

// awaitAll waits for all servers to have what the call has done.
func (c *call) awaitAll() {
	ctx, end := context.WithTimeout(c.req.Context(), longestAwait)
	defer end()
	if err := c.account.AwaitAll(ctx, c.revision); err != nil {
		c.note(codeAwaited, "the change is made, and not known to be on all servers: "+err.Error(), "")
	}
}

// storeObject is how the account is kept.
type storeObject struct {
	Kind      string  `json:"kind" about:"file, or etcd for what several servers share"`
	Connected bool    `json:"connected" about:"false: what is known is served on, and nothing can be changed"`
	Since     *string `json:"since" about:"when it was connected, or until when; null for a file"`
	Error     string  `json:"error,omitempty" about:"why it is not connected"`
}

// clusterServer is a server of the cluster.
type clusterServer struct {
	Name     string `json:"name"`
	Address  string `json:"address" about:"of its API, empty if it has none"`
	Version  string `json:"version"`
	Revision uint64 `json:"revision" about:"that it serves"`
	Lag      uint64 `json:"lag" about:"revisions that it is behind the newest one that is served"`
	Here     bool   `json:"here" about:"it gives this answer"`
}

func (c *call) storeObject() storeObject {
	link, shared := c.account.Link()
	if !shared {
		return storeObject{Kind: "file", Connected: true}
	}
	o := storeObject{Kind: "etcd", Connected: link.Connected}
	if !link.Since.IsZero() {
		o.Since = formatTimeOf(&link.Since)
	}
	if link.Err != nil {
		o.Error = link.Err.Error()
	}
	return o
}

// cluster returns the servers that live, as far as this one knows.
func (c *call) cluster() []clusterServer {
	all := []clusterServer{}
	for _, m := range c.account.Members(c.account.Server) {
		all = append(all, clusterServer{Name: m.Name, Address: m.Address, Version: m.Version, Revision: m.Revision, Lag: m.Lag, Here: m.Name == c.account.Server})
	}
	return all
}
