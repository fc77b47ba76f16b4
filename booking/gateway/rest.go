package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"pavilion/booking"
)

const (
	callTimeout = 15 * time.Second
	answerMost  = 1 << 20
)

// errRefused is an answer that a repeat will not change.
var errRefused = errors.New("refused")

// rest is a JSON API under an address.
type rest struct {
	client *http.Client
	base   string
	login  func(r *http.Request)
}

// call sends in as JSON (nothing where nil) and reads the answer into out. Errors are ErrGateway where a repeat may work, ErrNothingToAsk for
// 404, errRefused otherwise. What the provider wrote is not part of them: it may repeat what was sent.
func (c rest) call(ctx context.Context, method, path string, header map[string]string, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var body io.Reader
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("%s %s: %w", method, path, err)
		}
		body = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, value := range header {
		req.Header.Set(name, value)
	}
	c.login(req)
	res, err := c.client.Do(req)
	if err != nil {
		return fmt.Errorf("%w: %w", booking.ErrGateway, err)
	}
	defer res.Body.Close() //nolint:errcheck // read to the end
	data, err := io.ReadAll(io.LimitReader(res.Body, answerMost))
	if err != nil {
		return fmt.Errorf("%w: %w", booking.ErrGateway, err)
	}
	if err := statusError(res.StatusCode); err != nil {
		return fmt.Errorf("%s answered %d: %w", method, res.StatusCode, err)
	}
	if err := json.Unmarshal(data, out); err != nil {
		return fmt.Errorf("%w: an answer that cannot be read", booking.ErrGateway)
	}
	return nil
}

// statusError sorts statuses by whether a repeat can work. A wrong key is for us to mend, and then a repeat works.
func statusError(status int) error {
	switch {
	case status < 300:
		return nil
	case status == http.StatusNotFound:
		return booking.ErrNothingToAsk
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusRequestTimeout, status == http.StatusConflict,
		status == http.StatusTooManyRequests, status >= 500, status < 400:
		return booking.ErrGateway
	}
	return errRefused
}
