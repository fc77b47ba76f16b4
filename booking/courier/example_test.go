package courier_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"pavilion/booking"
	"pavilion/booking/courier"
	"pavilion/internal/secret"
)

// transport answers in place of an SMS provider.
type transport func(r *http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

// The couriers implement booking's messenger: booking words the message and chooses the channel, a courier only sends it.
func ExampleSMS_Send() {
	provider := transport(func(r *http.Request) (*http.Response, error) {
		fmt.Println(r.Method, r.URL.Path)
		if err := r.ParseForm(); err != nil {
			return nil, err
		}
		fmt.Println(r.PostForm.Get("To"), r.PostForm.Get("Body"))
		return &http.Response{StatusCode: http.StatusCreated, Body: io.NopCloser(strings.NewReader(`{"status":"queued"}`))}, nil
	})
	sms, err := courier.NewSMS(courier.SMSOptions{
		URL: "https://sms.example", Account: "AC1", Token: secret.New("token"), From: "+15005550006", Client: &http.Client{Transport: provider},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = sms.Send(context.Background(), booking.Message{To: "+919876543210", Text: "✅ Booked: Net 1 · Sat 6 June, 18:00–19:00"})
	fmt.Println(err)
	// Output:
	// POST /2010-04-01/Accounts/AC1/Messages.json
	// +919876543210 Booked: Net 1, Sat 6 June, 18:00-19:00
	// <nil>
}
