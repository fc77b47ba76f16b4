// Stars and charges: balances, payments and refunds.

package world

import (
	"slices"
	"strconv"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// charge is a payment to a bot.
type charge struct {
	ID, ProviderID string
	Bot, User      int64
	Currency       string
	Amount         int64
	Payload        []byte
	Title          string
	Date           int
	Slug           string // of the paid link; empty for an invoice in a message
	Period         int    // of the subscription that it pays, in seconds; 0 for a single payment
	Refunded       bool
}

func (w *World) routeStars(d *tg.ServerDispatcher) {
	d.OnPaymentsGetStarsStatus(on(w, (*call).starsStatus))
	d.OnPaymentsGetStarsTransactions(on(w, (*call).starsTransactions))
	d.OnPaymentsRefundStarsCharge(on(w, (*call).refundStars))
	w.routeSubscriptions(d)
}

// self refuses a request about the stars of another account.
func (c *call) self(in tg.InputPeerClass) error {
	if p, err := c.peer(in); err != nil || p != UserPeer(c.me.ID) {
		return tgerr.New(400, "PEER_ID_INVALID")
	}
	return nil
}

func (c *call) starsStatus(r *tg.PaymentsGetStarsStatusRequest) (*tg.PaymentsStarsStatus, error) {
	if err := c.self(r.Peer); err != nil {
		return nil, err
	}
	return &tg.PaymentsStarsStatus{Balance: &tg.StarsAmount{Amount: c.me.Stars}}, nil
}

// starsTransactions returns one page of payments and refunds, the newest first unless the request says ascending.
func (c *call) starsTransactions(r *tg.PaymentsGetStarsTransactionsRequest) (*tg.PaymentsStarsStatus, error) {
	if err := c.self(r.Peer); err != nil {
		return nil, err
	}
	skip := 0
	if r.Offset != "" {
		var err error
		if skip, err = strconv.Atoi(r.Offset); err != nil || skip < 0 {
			return nil, tgerr.New(400, "OFFSET_INVALID")
		}
	}
	var all []tg.StarsTransaction
	for _, paid := range slices.Backward(c.state.Charges) {
		if c.me.ID != paid.Bot && c.me.ID != paid.User || paid.Currency != StarCurrency {
			continue
		}
		if paid.Refunded {
			all = append(all, c.starsTransaction(paid, true))
		}
		all = append(all, c.starsTransaction(paid, false))
	}
	all = slices.DeleteFunc(all, func(one tg.StarsTransaction) bool {
		in := one.Amount.GetAmount() > 0
		return r.Inbound && !in || r.Outbound && in
	})
	if r.Ascending {
		slices.Reverse(all)
	}
	status := &tg.PaymentsStarsStatus{Balance: &tg.StarsAmount{Amount: c.me.Stars}}
	end := min(skip+pageSize(r.Limit), len(all))
	if skip < end {
		status.SetHistory(all[skip:end])
	}
	if end < len(all) {
		status.SetNextOffset(strconv.Itoa(end))
	}
	status.Users = c.people.userList()
	return status, nil
}

// starsTransaction is a payment or its refund in the books of the caller.
func (c *call) starsTransaction(paid *charge, refund bool) tg.StarsTransaction {
	other, amount := paid.Bot, -paid.Amount
	if c.me.ID == paid.Bot {
		other, amount = paid.User, paid.Amount
	}
	if refund {
		amount = -amount
	}
	c.people.add(UserPeer(other))
	one := tg.StarsTransaction{ID: paid.ID, Refund: refund, Amount: &tg.StarsAmount{Amount: amount}, Date: paid.Date, Peer: &tg.StarsTransactionPeer{Peer: UserPeer(other).tg()}}
	one.SetTitle(paid.Title)
	if c.me.Bot != nil {
		one.SetBotPayload(slices.Clone(paid.Payload))
	}
	if paid.Period != 0 {
		one.SetSubscriptionPeriod(paid.Period)
	}
	return one
}

// refundStars refunds a charge, completely and once.
func (c *call) refundStars(r *tg.PaymentsRefundStarsChargeRequest) (tg.UpdatesClass, error) {
	if c.me.Bot == nil {
		return nil, tgerr.New(400, "USER_BOT_REQUIRED")
	}
	user, err := c.user(r.UserID)
	if err != nil {
		return nil, err
	}
	if r.ChargeID == "" {
		return nil, tgerr.New(400, "CHARGE_ID_EMPTY")
	}
	i := slices.IndexFunc(c.state.Charges, func(paid *charge) bool {
		return paid.ID == r.ChargeID && paid.Bot == c.me.ID && paid.Currency == StarCurrency
	})
	switch {
	case i < 0:
		return nil, tgerr.New(400, "CHARGE_NOT_FOUND")
	case c.state.Charges[i].User != user.ID:
		return nil, tgerr.New(400, "USER_ID_INVALID")
	case c.state.Charges[i].Refunded:
		return nil, tgerr.New(400, "CHARGE_ALREADY_REFUNDED")
	case c.me.Stars < c.state.Charges[i].Amount:
		return nil, tgerr.New(400, "BALANCE_TOO_LOW")
	}
	paid := c.state.Charges[i]
	paid.Refunded = true
	c.me.Stars -= paid.Amount
	user.Stars += paid.Amount
	action := &tg.MessageActionPaymentRefunded{
		Peer: UserPeer(user.ID).tg(), Currency: paid.Currency, TotalAmount: paid.Amount, Charge: tg.PaymentCharge{ID: paid.ID, ProviderChargeID: paid.ProviderID},
	}
	action.SetPayload(slices.Clone(paid.Payload))
	c.tell(paid, c.me.ID, user.ID, action, nil)
	return c.answer(), nil
}

// GiveStars adds stars to an account, like a purchase.
func (w *World) GiveStars(userID, n int64) error {
	w.mu.Lock()
	defer w.unlock()
	a := w.Accounts[userID]
	if a == nil {
		return errNoAccount
	}
	a.Stars += n
	return nil
}

// Stars returns the balance of an account.
func (w *World) Stars(accountID int64) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if a := w.Accounts[accountID]; a != nil {
		return a.Stars
	}
	return 0
}

// paidSendsFrom is the balance from which Telegram lets a bot pay for messages beyond the free limit. One costs a tenth of a Star.
const (
	paidSendsFrom   = 100_000
	messagesForStar = 10
)

// PayFloodskip takes the price of a message beyond the free limit from a bot's balance. It returns false for a bot that may not pay.
func (w *World) PayFloodskip(botID int64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	a := w.Accounts[botID]
	if a == nil || a.Bot == nil || a.Stars < paidSendsFrom {
		return false
	}
	if a.Unbilled++; a.Unbilled == messagesForStar {
		a.Unbilled = 0
		a.Stars--
	}
	return true
}

// Charge is a payment to a bot, in the Go API.
type Charge struct {
	ID       string
	User     int64
	Currency string
	Amount   int64
	Payload  string
	Refunded bool
}

// Charges returns the payments to a bot, the oldest first.
func (w *World) Charges(botID int64) []Charge {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []Charge
	for _, paid := range w.state.Charges {
		if paid.Bot == botID {
			list = append(list, Charge{ID: paid.ID, User: paid.User, Currency: paid.Currency, Amount: paid.Amount, Payload: string(paid.Payload), Refunded: paid.Refunded})
		}
	}
	return list
}
