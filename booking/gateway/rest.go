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
	maxAnswer   = 1 << 20 // bytes
)

// Names of the metadata in which providers store our references and keys.
const (
	metaPayment = "pavilion_payment"
	metaRefund  = "pavilion_refund"
)

// errRefused is a refusal that a repeated call cannot change.
var errRefused = errors.New("refused")

// restAPI calls a provider's JSON API.
type restAPI struct {
	client *http.Client
	base   string
	login  func(r *http.Request)
}

// call sends in as JSON (no body when it is nil) and decodes the answer into out. The error is ErrGateway when a repeat may work, ErrUnknownPayment
// for 404, errRefused otherwise. It leaves out the provider's text, which may quote the request.
func (c restAPI) call(ctx context.Context, method, path string, header map[string]string, in, out any) error {
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
	defer res.Body.Close() //nolint:errcheck // the body is read; an error here changes nothing
	data, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
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

// statusError sorts statuses by whether a repeat can work. 401 and 403 count as such: a repeat works once the operator has corrected the key.
func statusError(status int) error {
	switch {
	case status < 300:
		return nil
	case status == http.StatusNotFound:
		return booking.ErrUnknownPayment
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusRequestTimeout, status == http.StatusConflict,
		status == http.StatusTooManyRequests, status >= 500, status < 400:
		return booking.ErrGateway
	}
	return errRefused
}

// unlessClosed returns nil for the refusal to close a page that takes no payment any more.
func unlessClosed(err error) error {
	if errors.Is(err, errRefused) || errors.Is(err, booking.ErrUnknownPayment) {
		return nil
	}
	return err
}

// refundError turns a final refusal into booking.ErrRefundRefused.
func refundError(err error) error {
	if errors.Is(err, errRefused) || errors.Is(err, booking.ErrUnknownPayment) {
		return fmt.Errorf("%w: %w", booking.ErrRefundRefused, err)
	}
	return err
}
