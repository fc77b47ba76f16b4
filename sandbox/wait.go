package sandbox

import (
	"context"
	"errors"
	"net/http"
	"time"
)

var errNotReady = errors.New("the server is not ready")

// AwaitReady waits until the server at a base address can do its job.
func AwaitReady(ctx context.Context, base string) error {
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/health/ready", http.NoBody)
		if err != nil {
			return err
		}
		if res, err := http.DefaultClient.Do(req); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		if Pause(ctx, 50*time.Millisecond) != nil { // readiness sends no signal
			return errNotReady
		}
	}
}

// Pause waits for some time. It returns the error of ctx if that ends before.
func Pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
