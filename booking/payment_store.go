package booking

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// paymentColumns are the columns of a payment; scanPayment uses this order.
const paymentColumns = `id, reference, club_id, booking_id, member_id, version, provider, state, currency, amount_minor, price_currency, price_minor,
	coalesce(checkout, ''), coalesce(charge, ''), url, method, coalesce(payer_id, 0), coalesce(received_currency, currency), received_minor, refund_minor,
	refunded_minor, suspended, created_at, from_chat, title, return_url, invoice_link`

func scanPayment(row pgx.CollectableRow) (p Payment, err error) {
	err = row.Scan(&p.ID, &p.Reference, &p.Club, &p.Booking, &p.Member, &p.Version, &p.Provider, &p.State, &p.Amount.Currency, &p.Amount.Minor,
		&p.Price.Currency, &p.Price.Minor, &p.Checkout, &p.Charge, &p.URL, &p.Method, &p.Payer, &p.Received.Currency, &p.Received.Minor, &p.Refund,
		&p.Refunded, &p.suspended, &p.CreatedAt, &p.fromChat, &p.title, &p.returnURL, &p.InvoiceLink)
	return p, err
}

// selectPayments reads the payments that match a condition.
func selectPayments(ctx context.Context, q storage.Queryer, condition string, args ...any) ([]Payment, error) {
	list, err := collect(ctx, q, scanPayment, `SELECT `+paymentColumns+` FROM payment `+condition, args...)
	if err != nil {
		return nil, fmt.Errorf("read payments: %w", err)
	}
	return list, nil
}

// selectPaymentWhere reads the first payment that matches a condition, or returns ErrNoPayment.
func selectPaymentWhere(ctx context.Context, q storage.Queryer, condition string, args ...any) (Payment, error) {
	list, err := selectPayments(ctx, q, condition, args...)
	return firstOf(list, err, ErrNoPayment)
}

func selectPayment(ctx context.Context, q storage.Queryer, id PaymentID) (Payment, error) {
	return selectPaymentWhere(ctx, q, `WHERE id = $1`, id)
}

// selectChatPayment reads the payment of an invoice in the chat.
func selectChatPayment(ctx context.Context, q storage.Queryer, reference string) (Payment, error) {
	return selectPaymentWhere(ctx, q, `WHERE reference = $1 AND provider IN ('telegram', 'stars')`, reference)
}

// selectReportedPayment reads the payment that a report is about: by our reference, or else by the provider's ids of its checkout or charge.
func selectReportedPayment(ctx context.Context, q storage.Queryer, provider Provider, r Report) (Payment, error) {
	if r.Reference != "" {
		return selectPaymentWhere(ctx, q, `WHERE provider = $1 AND reference = $2`, provider, r.Reference)
	}
	return selectPaymentWhere(ctx, q, `WHERE provider = $1 AND (checkout = nullif($2, '') OR charge = nullif($3, ''))`, provider, r.Checkout, r.Charge)
}

// selectPaymentsByID reads the payments that exist among some ids.
func selectPaymentsByID(ctx context.Context, q storage.Queryer, ids []PaymentID) (map[PaymentID]Payment, error) {
	list, err := selectPayments(ctx, q, `WHERE id = ANY($1)`, ids)
	byID := make(map[PaymentID]Payment, len(list))
	for _, p := range list {
		byID[p.ID] = p
	}
	return byID, err
}

// selectPaymentsOf reads the payments of a booking, by id.
func selectPaymentsOf(ctx context.Context, q storage.Queryer, booking ID) ([]Payment, error) {
	return selectPayments(ctx, q, `WHERE booking_id = $1 ORDER BY id`, booking)
}

// selectPaymentsOfBookings reads the payments of some bookings.
func selectPaymentsOfBookings(ctx context.Context, q storage.Queryer, bookings []ID) ([]Payment, error) {
	return selectPayments(ctx, q, `WHERE booking_id = ANY($1)`, bookings)
}

// lockPaymentsOf locks and reads the payments of a booking, by id.
func lockPaymentsOf(ctx context.Context, tx pgx.Tx, booking ID) ([]Payment, error) {
	return selectPayments(ctx, tx, `WHERE booking_id = $1 ORDER BY id FOR UPDATE`, booking)
}

// hasOtherPayment reports whether another payment has the charge already.
func hasOtherPayment(ctx context.Context, q storage.Queryer, p Payment, charge string) (bool, error) {
	list, err := selectPayments(ctx, q, `WHERE provider = $1 AND charge = $2 AND id <> $3`, p.Provider, charge, p.ID)
	return len(list) > 0, err
}

func insertPayment(ctx context.Context, q storage.Queryer, p *Payment) error {
	var received *string
	if p.State.received() {
		received = &p.Received.Currency
	}
	err := q.QueryRow(ctx, `
		INSERT INTO payment (reference, club_id, booking_id, member_id, version, provider, state, currency, amount_minor, price_currency, price_minor,
			method, charge, received_currency, received_minor, created_at, changed_at, from_chat, title, return_url)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, nullif($13, ''), $14, $15, $16, $16, $17, $18, $19) RETURNING id`,
		p.Reference, p.Club, p.Booking, p.Member, p.Version, p.Provider, p.State, p.Amount.Currency, p.Amount.Minor, p.Price.Currency, p.Price.Minor,
		p.Method, p.Charge, received, p.Received.Minor, p.CreatedAt, p.fromChat, p.title, p.returnURL).Scan(&p.ID)
	if err != nil {
		return fmt.Errorf("insert payment: %w", err)
	}
	return nil
}

// updatePayment writes the state and the money of a payment. It fails with ErrState unless the row is still in the old state.
func updatePayment(ctx context.Context, q storage.Queryer, p Payment, old PaymentState, at time.Time) error {
	var received *string
	if p.State.received() {
		received = &p.Received.Currency
	}
	tag, err := q.Exec(ctx, `
		UPDATE payment SET state = $3, charge = nullif($4, ''), payer_id = nullif($5::bigint, 0), received_currency = $6, received_minor = $7, refund_minor = $8,
			refunded_minor = $9, suspended = $10, changed_at = $11
		WHERE id = $1 AND state = $2`, p.ID, old, p.State, p.Charge, p.Payer, received, p.Received.Minor, p.Refund, p.Refunded, p.suspended, at)
	if err != nil {
		return fmt.Errorf("update payment %d: %w", p.ID, err)
	}
	if tag.RowsAffected() != 1 {
		return ErrState
	}
	return nil
}

// acceptPayment records who accepted money that differs from the price.
func acceptPayment(ctx context.Context, q storage.Queryer, id PaymentID, by MemberID) error {
	if _, err := q.Exec(ctx, `UPDATE payment SET accepted_by = $2 WHERE id = $1`, id, by); err != nil {
		return fmt.Errorf("accept payment %d: %w", id, err)
	}
	return nil
}

// saveCheckout stores the gateway's checkout once; a repeated call would store the same values.
func saveCheckout(ctx context.Context, q storage.Queryer, id PaymentID, made Checkout) error {
	if _, err := q.Exec(ctx, `UPDATE payment SET checkout = $2, url = $3 WHERE id = $1 AND checkout IS NULL`, id, made.ID, made.URL); err != nil {
		return fmt.Errorf("keep checkout of payment %d: %w", id, err)
	}
	return nil
}

// saveInvoiceLink stores the first link of an open payment. It changes no row, and returns nil, if the payment has a link or was closed meanwhile.
func saveInvoiceLink(ctx context.Context, q storage.Queryer, id PaymentID, link string) error {
	if _, err := q.Exec(ctx, `UPDATE payment SET invoice_link = $2 WHERE id = $1 AND invoice_link = '' AND state = 'created'`, id, link); err != nil {
		return fmt.Errorf("keep invoice link of payment %d: %w", id, err)
	}
	return nil
}
