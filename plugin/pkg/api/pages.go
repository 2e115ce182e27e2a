package api

import (
	"net/http"
	"path"
	"strings"
)

// top is what the API's paths begin with, those of other versions of it included, and
// those that mean one of them by a detour, which the API refuses. All others belong to the
// dashboard.
const top = "/client"

// pages returns what answers a request for the dashboard: nil if it is one of the API, or
// there is no dashboard.
func (a *API) pages(req *http.Request) http.Handler {
	if at := req.URL.Path; a.cfg.Pages == nil || ofAPI(at) || ofAPI(path.Clean(at)) {
		return nil
	}
	return a.cfg.Pages()
}

func ofAPI(at string) bool { return at == top || strings.HasPrefix(at, top+"/") }

// page has the dashboard answer a request.
func (a *API) page(pages http.Handler, w http.ResponseWriter, req *http.Request) {
	deadline(w, requestTime)
	told := &toldStatus{ResponseWriter: w, status: http.StatusOK}
	pages.ServeHTTP(told, req)
	a.observe("dashboard", told.status)
}

// toldStatus remembers the status of an answer.
type toldStatus struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (w *toldStatus) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}
