package nets

import (
	"net/http"
	"testing"

	"pavilion/sandbox/caller"
	"pavilion/web"
)

// A receipt has the sums of the payment and its refunds. It is for the payer and the staff, once the money is the club's.
func TestReceipt_AddsUpWithTheRefunds(t *testing.T) {
	t.Parallel()
	b := setupPayments(t, nil)
	c, member, boss := b.club, b.member, b.signIn(adminID)
	held := b.hold(member, c, c.slot("10:00", "11:00", c.nets[0]))
	var p PaymentBody
	b.put("POST", boss, c.path("/bookings/%d/desk-payment", held.ID), map[string]string{"method": "cash"}).Into(t, &p)
	read := func(token string) answer {
		return b.Do(request{Path: c.path("/payments/%d/receipt", p.ID), Token: token})
	}
	read(b.signIn(someone())).Want(t, "a stranger", 404, "no-payment")
	var r ReceiptBody
	read(member).Into(t, &r)
	if r.Club != "Riverside" || r.Method != "cash" || r.Received.Minor != 60000 || r.Kept.Minor != 60000 || len(r.Refunds) != 0 || r.Booking.ID != held.ID || r.PaidAt.IsZero() {
		t.Errorf("%+v", r)
	}
	b.put("POST", boss, c.path("/payments/%d/refunds", p.ID), map[string]int{"amount_minor": 20000, "seen_minor": 0}).Want(t, "refund", http.StatusCreated, "")
	caller.WaitFor(t, func() bool { return b.count(`SELECT count(*) FROM refund WHERE by_hand`) == 1 })
	read(boss).Into(t, &r)
	if len(r.Refunds) != 1 || r.Refunds[0].Amount.Minor != 20000 || r.Kept.Minor != 40000 {
		t.Errorf("after a refund: %+v", r)
	}
	online := b.hold(member, c, c.slot("12:00", "13:00", c.nets[0]))
	a := b.Do(request{Method: http.MethodPost, Path: c.path("/bookings/%d/payments", online.ID), Token: member, Body: map[string]string{"provider": "sandbox"}})
	if a.Into(t, &p); a.Status != http.StatusOK {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	read(member).Want(t, "not paid yet", 409, "no-receipt")
	var all web.ListOf[PaymentBody]
	b.Do(request{Path: c.path("/bookings/%d/payments", online.ID), Token: member}).Into(t, &all)
	if len(all.Items) != 1 || all.Items[0].State != "created" {
		t.Errorf("%+v", all)
	}
}
