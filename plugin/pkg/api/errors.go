package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// Error is one of the errors of an answer.
type Error struct {
	Code             int     `json:"code"`
	Message          string  `json:"message"`
	DocumentationURL string  `json:"documentation_url,omitempty"`
	Source           *source `json:"source,omitempty"`
	Chain            []cause `json:"error_chain,omitempty"`

	status int
	more   []*Error
	object string // that it is about, as live.Change.Touched has it
}

// cause is what an error comes from.
type cause struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// The codes of errors: Cloudflare's where it has one (CLOUDFLARE-API 3.4 and 6.7), those
// from 10500 on are ours.
const (
	codeInvalidZoneName = 1002
	codeNoToken         = 1003
	codeValidation      = 1004
	codeNoView          = 1015
	codeHost            = 1020
	codeBadZoneType     = 1066
	codeNoGroup         = 1001
	codeNoZone          = 1001
	codeBadHeaders      = 6003
	codeBadKeyFormat    = 6103
	codeBadAuthFormat   = 6111
	codeNoMethod        = 7001
	codeNoRoute         = 7003
	codeMissingAuth     = 9106
	codeBadZoneID       = 9109
	codeAuthentication  = 10000
	codeBadJSON         = 9207
	codeTooLarge        = 10413
	codeRate            = 10429
	codeNoLocation      = 1103
	codeDemoted         = 1216 // the default location
	codeDefaultDeleted  = 1217
	codeNoList          = 2218
	codeNoRecord        = 81044
	codeRecordConflict  = 81053
	codeNSConflict      = 81056
	codeRecordRepeated  = 81058
	codeBadRecordID     = 7003

	codeInternal     = 10500
	codeInvalid      = 10501 // a change that breaks something; the text says what
	codeDeclared     = 10502
	codeInUse        = 10503
	codeRevision     = 10504
	codeFull         = 10505
	codeReadOnly     = 10506
	codeBusy         = 10507
	codeUnknown      = 10508 // of messages: a member that is ignored
	codeNoEffect     = 10509 // of messages: a setting that internal zones do not have
	codeNoRule       = 10510
	codeUnsupported  = 10511
	codeDelegation   = 10512
	codeQuarantined  = 10513
	codeViewMissing  = 10514
	codeSkipped      = 10515
	codeImportedNote = 10516
	codeConflict     = 10517
	codeManyItems    = 10518 // of messages: items that are not shown
	codeUnreachable  = 10519 // what the servers of a cluster share
	codeUncertain    = 10520 // whether a change was made
	codeAwaited      = 10521 // of messages: servers that may not have a change yet
	codeCSRF         = 10530
)

func errorf(status, code int, format string, args ...any) *Error {
	return &Error{status: status, Code: code, Message: fmt.Sprintf(format, args...)}
}

// invalid is an error about a member of the body.
func invalid(code int, pointer, format string, args ...any) *Error {
	err := errorf(http.StatusBadRequest, code, format, args...)
	if pointer != "" {
		err.Source = &source{pointer}
	}
	return err
}

// Error implements error, so that a function that makes a change can return one.
func (e *Error) Error() string { return e.Message }

const maxClip = 200

// clip shortens what somebody sent for a message.
func clip(s string) string {
	if len(s) > maxClip {
		return s[:maxClip] + "..."
	}
	return s
}

// fail turns what a change or a read returns into the error of an answer.
func (c *call) fail(err error) *Error {
	var own *Error
	var problems problem.List
	var missing *live.NotFoundError
	var declared *live.DeclaredError
	var used *live.InUseError
	var first *live.DefaultLocationError
	var conflict *live.ConflictError
	var guarded *live.GuardError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &own):
		return own
	case errors.As(err, &problems):
		return c.refused(problems)
	case errors.As(err, &missing):
		return notFound(missing)
	case errors.As(err, &declared):
		return errorf(http.StatusForbidden, codeDeclared, "%s", declared.Error())
	case errors.As(err, &first):
		if first.Deleted {
			return errorf(http.StatusBadRequest, codeDefaultDeleted, "%s", first.Error())
		}
		return invalid(codeDemoted, "/client_default", "%s", first.Error())
	case errors.As(err, &used):
		return errorf(http.StatusBadRequest, codeInUse, "%s", used.Error())
	case errors.As(err, &guarded):
		return errorf(http.StatusBadRequest, codeInUse, "%s", guarded.Error())
	case errors.As(err, &conflict):
		return errorf(http.StatusBadRequest, codeConflict, "%s", conflict.Error())
	case errors.Is(err, live.ErrRevision):
		return errorf(http.StatusPreconditionFailed, codeRevision, "%s; read it again and repeat the call with the new revision in If-Match", err)
	}
	return c.broken(err)
}

// broken is the answer to what is nobody's fault who made the call.
func (c *call) broken(err error) *Error {
	switch {
	case errors.Is(err, store.ErrUncertain):
		log.Errorf("%s: %v", c.route.name(), err)
		return errorf(http.StatusServiceUnavailable, codeUncertain, "the store did not answer in time: it is not known whether the change was made; look, or repeat the call with If-Match and the revision it was meant for")
	case errors.Is(err, store.ErrUnreachable):
		log.Warningf("%s: %v", c.route.name(), err)
		c.w.Header().Set("Retry-After", "5")
		return errorf(http.StatusServiceUnavailable, codeUnreachable, "nothing was changed: the store that the servers share cannot be reached; what is known is served on")
	case errors.Is(err, live.ErrBusy):
		c.w.Header().Set("Retry-After", "1")
		return errorf(http.StatusServiceUnavailable, codeBusy, "nothing was changed: %s; try again", live.ErrBusy)
	case errors.Is(err, store.ErrFull):
		return errorf(http.StatusInsufficientStorage, codeFull, "nothing was changed: no space is left for the store; make room and repeat the call")
	case errors.Is(err, store.ErrReadOnly):
		return errorf(http.StatusInsufficientStorage, codeReadOnly, "nothing was changed: the store cannot be written")
	case errors.Is(err, live.ErrClosed), errors.Is(err, store.ErrClosed):
		c.w.Header().Set("Retry-After", "1")
		return errorf(http.StatusServiceUnavailable, codeBusy, "the account is being handed over; try again")
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return errorf(http.StatusServiceUnavailable, codeBusy, "the request was given up")
	}
	log.Errorf("%s: %v", c.route.name(), err)
	return errorf(http.StatusInternalServerError, codeInternal, "internal error; the server's log says more")
}

// notFound words that there is no object of an id, by kind.
func notFound(err *live.NotFoundError) *Error {
	switch err.Kind {
	case "zone":
		return errorf(http.StatusNotFound, codeNoZone, "Invalid zone identifier: there is no zone %q", clip(err.ID))
	case "record":
		return errorf(http.StatusNotFound, codeNoRecord, "Record does not exist: %q", clip(err.ID))
	case "view":
		return errorf(http.StatusNotFound, codeNoView, "DNS view not found: %q", clip(err.ID))
	case "location":
		return errorf(http.StatusNotFound, codeNoLocation, "location not found: %q", clip(err.ID))
	case "list":
		return errorf(http.StatusNotFound, codeNoList, "list not found: %q", clip(err.ID))
	case "token":
		return errorf(http.StatusNotFound, codeNoToken, "Token not found: %q", clip(err.ID))
	}
	return errorf(http.StatusNotFound, codeNoRule, "there is no %s %q", err.Kind, clip(err.ID))
}

// refused words the problems of a change, one error each.
func (c *call) refused(problems problem.List) *Error {
	var first *Error
	for i, p := range problems {
		if i == maxErrors {
			break
		}
		err := c.ofProblem(p)
		if first == nil {
			first = err
		} else {
			first.more = append(first.more, err)
		}
	}
	return first
}

const maxErrors = 100 // of one answer

// ofProblem words one problem. Those of records have Cloudflare's codes.
func (c *call) ofProblem(p problem.Problem) *Error {
	text := c.withNames(p.Text)
	if p.Object != "" {
		text = c.objectOf(p) + ": " + text
	}
	if p.Excerpt != "" {
		text += "\n" + p.Excerpt
	}
	if p.Pos.Line > 0 {
		text = fmt.Sprintf("line %d: %s", p.Pos.Line, text)
	}
	pointer, object := inBody(p.Pos.Pointer)
	err := worded(p, pointer, text)
	err.object = object
	return err
}

// worded gives a problem the code that Cloudflare has for it, if it has one.
func worded(p problem.Problem, pointer, text string) *Error {
	if top, ok := recordCodes()[p.Code]; ok {
		return invalid(top, pointer, "%s", text)
	}
	if code, ok := validationCodes()[p.Code]; ok {
		err := invalid(codeValidation, pointer, "DNS Validation Error: %s", text)
		err.Chain = []cause{{Code: code, Message: text}}
		return err
	}
	err := invalid(codeInvalid, pointer, "%s", text)
	err.Chain = []cause{{Code: codeInvalid, Message: string(p.Code)}}
	return err
}

// recordCodes are those of problems with a code of their own.
func recordCodes() map[problem.Code]int {
	return map[problem.Code]int{
		problem.RecordRepeated:    codeRecordRepeated,
		problem.CNAMEBesideOthers: codeRecordConflict,
		problem.RecordNotSingle:   codeRecordConflict,
		problem.NSBesideOthers:    codeNSConflict,
	}
}

// validationCodes are those of problems that stand in the chain of a validation error.
func validationCodes() map[problem.Code]int {
	return map[problem.Code]int{
		problem.OwnerInvalid:       9000,
		problem.OwnerOutside:       9000,
		problem.RecordInvalid:      9005,
		problem.ContentInvalid:     9005,
		problem.SettingsInvalid:    9005,
		problem.RecordTypeUnknown:  9005,
		problem.RecordTypeFixed:    9005,
		problem.ProxiedUnsupported: 9004,
		problem.TTLInvalid:         9021,
		problem.TagInvalid:         9300,
		problem.CommentInvalid:     9313,
		problem.ZoneFileInvalid:    9005,
		problem.RRsetTooLarge:      81045,
		problem.SOANotAtApex:       9005,
		problem.RecordBelowDNAME:   codeNSConflict,
		problem.TTLTooHigh:         9021,
	}
}

// inBody returns the part of a position that points into the body of the call, and the
// object: those of objects begin with the kind and the id.
func inBody(pointer string) (member, object string) {
	for _, kind := range []string{"/zones/", "/views/", "/rules/", "/locations/"} {
		if rest, ok := strings.CutPrefix(pointer, kind); ok {
			if id, member, _ := strings.Cut(rest, "/"); len(id) >= idLength {
				if member != "" {
					member = "/" + member
				}
				return member, kind + id
			}
		}
	}
	return pointer, ""
}
