package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"time"

	"pavilion/config"
	"pavilion/web/ops"
)

// healthTimeout is longer than the probes of a process take.
const healthTimeout = 3 * time.Second

// health asks the process that serves on this machine whether it can do its job and prints a line for each part. The image has no other program for a
// health check.
func health(ctx context.Context, cfg config.Config, out io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	host, port, err := net.SplitHostPort(cfg.HTTPAddr)
	if err != nil {
		return fmt.Errorf("%sHTTP_ADDR: %w", config.Prefix, err)
	}
	if ip := net.ParseIP(host); host == "" || ip.IsUnspecified() {
		host = "localhost"
	}
	url := "http://" + net.JoinHostPort(host, port) + "/health/ready"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return fmt.Errorf("health: %w", err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("no process of pavilion answers here: %w", err)
	}
	defer answer.Body.Close() //nolint:errcheck // it was only read
	var report struct {
		State ops.State
		Parts map[string]ops.Condition
	}
	if err := json.NewDecoder(io.LimitReader(answer.Body, 1<<20)).Decode(&report); err != nil {
		return fmt.Errorf("%s is not the address of a process of pavilion: %w", url, err)
	}
	for _, name := range slices.Sorted(maps.Keys(report.Parts)) {
		fmt.Fprintf(out, "%-8s  %s\n", report.Parts[name].State, name)
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("this process takes no work: it is %s", report.State)
	}
	return nil
}
