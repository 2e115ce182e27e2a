package filewatch

import (
	"os"
	"syscall"
	"time"
)

// changeTime returns when anything of a file was changed last, its times included:
// that time cannot be set, so that it tells of a change whose author set the other
// one back.
func changeTime(info os.FileInfo) time.Time {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return time.Time{}
	}
	return time.Unix(stat.Ctim.Unix())
}
