package api

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// getState writes what the account held at a revision, as a backup.
func getState(c *call) *Error {
	text := cmp.Or(c.req.URL.Query().Get("revision"), strconv.FormatUint(c.revision, 10))
	revision, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return errorf(http.StatusBadRequest, codeInvalid, "%q is no revision", clip(text))
	}
	return c.sendBackup(fmt.Sprintf("internaldns-%s-%d.json", c.account.ID(), revision), func(ctx context.Context, w io.Writer) error {
		return c.account.BackupAt(ctx, revision, w)
	})
}
