package gateway_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"pavilion/booking"
	"pavilion/booking/gateway"
	"pavilion/internal/secret"
)

// A callback is verified by its raw body and headers; no call to the provider is needed.
func ExampleSandboxGateway_Verify() {
	now := time.Unix(1_790_000_000, 0)
	g, err := gateway.NewSandbox(gateway.SandboxOptions{
		Key: secret.New("api-key-of-the-club"), Secrets: gateway.Secrets{secret.New("webhook-secret-of-the-club")},
		URL: "https://pay.example", Now: func() time.Time { return now },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	body := []byte(`{"id":"evt_1","type":"payment.captured","payment":{"reference":"ref-1","charge":"ch_1","status":"captured","amount":60000,"currency":"INR"}}`)
	mac := hmac.New(sha256.New, []byte("webhook-secret-of-the-club"))
	fmt.Fprintf(mac, "%d.%s", now.Unix(), body)
	signature := fmt.Sprintf("t=%d,v1=%x", now.Unix(), mac.Sum(nil))

	event, err := g.Verify(booking.Callback{Header: map[string][]string{"Sandbox-Signature": {signature}}, Body: body})
	fmt.Println(event.ID, event.Report.Reference, event.Report.State, event.Report.Amount, err)

	_, err = g.Verify(booking.Callback{Header: map[string][]string{"Sandbox-Signature": {signature}}, Body: append(body, ' ')})
	fmt.Println("forged:", errors.Is(err, booking.ErrForged))
	// Output:
	// evt_1 ref-1 captured 600.00 INR <nil>
	// forged: true
}
