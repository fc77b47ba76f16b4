package booking_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"pavilion/booking"
)

func signed(message string) string {
	mac := hmac.New(sha256.New, []byte(hookSecret))
	mac.Write([]byte(message))
	return hex.EncodeToString(mac.Sum(nil))
}

// A provider makes a refund and reports days later that it failed. The member did not get the money, so a review
// opens.
func TestRefund_ABankThatSendsItBackLater(t *testing.T) {
	t.Parallel()
	for provider, call := range map[booking.Provider]func(charge string) (header map[string][]string, body string){
		booking.Stripe: func(charge string) (map[string][]string, string) {
			body := fmt.Sprintf(`{"id":"evt_undone","object":"event","type":"refund.failed","data":{"object":{"id":"re_1","object":"refund","status":"failed","amount":1000,"currency":"inr","payment_intent":%q}}}`, charge)
			stamp := fmt.Sprint(time.Now().Unix())
			return map[string][]string{"Stripe-Signature": {"t=" + stamp + ",v1=" + signed(stamp+"."+body)}}, body
		},
		booking.Razorpay: func(charge string) (map[string][]string, string) {
			body := fmt.Sprintf(`{"event":"refund.failed","payload":{"refund":{"entity":{"id":"rfnd_1","status":"failed","amount":1000}},"payment":{"entity":{"id":%q,"status":"captured","amount":1000,"currency":"INR","amount_refunded":0,"notes":[]}}}}`, charge)
			return map[string][]string{"X-Razorpay-Signature": {signed(body)}, "X-Razorpay-Event-Id": {"undone"}}, body
		},
	} {
		t.Run(string(provider), func(t *testing.T) {
			t.Parallel()
			l := newPaymentClub(t, "INR")
			l.at("2026-06-01T00:00:00Z")
			l.work()
			_, p := l.paid(player(1), provider)
			_, err := l.Refund(t.Context(), boss(), booking.RefundRequest{Club: l.club, Payment: p.ID})
			l.must(err)
			l.waitSettled()
			header, body := call(p.Charge)
			for range 2 {
				event, err := l.VerifyCallback(provider, booking.Callback{Header: header, Body: []byte(body)})
				l.must(err)
				l.must(l.StoreEvent(t.Context(), provider, event, []byte(body)))
			}
			l.waitUntil(`SELECT NOT EXISTS (SELECT FROM payment_event WHERE applied_at IS NULL)`)
			l.waitSettled()
			if open, err := l.Reviews(t.Context(), boss(), l.club); err != nil || len(open) != 1 || open[0].Payment != p.ID || l.alertsByReason()[booking.ReviewRefundRefused] != 1 {
				t.Errorf("open %+v %v, alerts %v", open, err, l.alertsByReason())
			}
			l.healthy()
		})
	}
}
