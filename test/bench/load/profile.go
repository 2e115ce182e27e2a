package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// profileAll asks every CoreDNS program once more, and keeps where its time and
// its allocations went.
func (b *bench) profileAll(ctx context.Context, w workload, all []*contender) error {
	if err := os.MkdirAll(b.profile, 0o750); err != nil {
		return err
	}
	for _, c := range all {
		if !c.isGo || c.failed != nil {
			continue
		}
		for _, a := range c.asks {
			if a.file == "" {
				continue
			}
			name := strings.NewReplacer(" ", "-", ",", "").Replace(w.name + "." + c.name + "." + a.name)
			if err := b.profileOne(ctx, c, a, filepath.Join(b.profile, name)); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
		}
	}
	return nil
}

func (b *bench) profileOne(ctx context.Context, c *contender, a ask, path string) error {
	length := time.Duration(b.seconds) * time.Second
	profiled := make(chan error, 1)
	ctx, cancel := context.WithTimeout(ctx, length+time.Minute)
	defer cancel()
	go func() {
		profiled <- fetch(ctx, fmt.Sprintf("http://127.0.0.1:%d/debug/pprof/profile?seconds=%d", c.site.profile, b.seconds), path+".cpu")
	}()
	_, err := b.perf(ctx, c.process, c.clients, c.ports, a.file, length)
	if err != nil {
		cancel()
		<-profiled
		return err
	}
	if err := <-profiled; err != nil {
		return err
	}
	return fetch(ctx, fmt.Sprintf("http://127.0.0.1:%d/debug/pprof/allocs", c.site.profile), path+".allocs")
}

// fetch writes what an URL gives to a file.
func fetch(ctx context.Context, url, path string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, response.Status)
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, response.Body); err != nil {
		return err
	}
	return f.Close()
}
