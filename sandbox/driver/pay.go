package driver

import (
	"context"
	"errors"
	"fmt"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// RefusedError is a payment that the bot refused; Text is shown to the person.
type RefusedError struct{ Text string }

// Error returns the text.
func (e *RefusedError) Error() string { return e.Text }

var errNoInvoice = errors.New("that message is no invoice")

// Pay pays an invoice, with stars of the account or with a card.
func (u *User) Pay(ctx context.Context, in string, m *tg.Message, card string) error {
	p, err := u.Peer(ctx, in)
	if err != nil {
		return err
	}
	if _, ok := m.Media.(*tg.MessageMediaInvoice); !ok {
		return errNoInvoice
	}
	return u.PayInvoice(ctx, &tg.InputInvoiceMessage{Peer: p, MsgID: m.ID}, card)
}

// Bill is what a person sees of an invoice before they pay.
type Bill struct {
	Title    string
	Currency string
	Total    int64
}

// ReadInvoice opens the form of an invoice.
func (u *User) ReadInvoice(ctx context.Context, invoice tg.InputInvoiceClass) (Bill, error) {
	form, err := u.API.PaymentsGetPaymentForm(ctx, &tg.PaymentsGetPaymentFormRequest{Invoice: invoice})
	if err != nil {
		return Bill{}, fmt.Errorf("open the form: %w", err)
	}
	terms := form.GetInvoice()
	bill := Bill{Currency: terms.Currency}
	switch form := form.(type) {
	case *tg.PaymentsPaymentForm:
		bill.Title = form.Title
	case *tg.PaymentsPaymentFormStars:
		bill.Title = form.Title
	}
	for _, price := range terms.Prices {
		bill.Total += price.Amount
	}
	return bill, nil
}

// PayInvoice pays an invoice that is in a message or behind a link.
func (u *User) PayInvoice(ctx context.Context, invoice tg.InputInvoiceClass, card string) error {
	form, err := u.API.PaymentsGetPaymentForm(ctx, &tg.PaymentsGetPaymentFormRequest{Invoice: invoice})
	if err != nil {
		return fmt.Errorf("open the form: %w", err)
	}
	before := u.popups()
	if _, stars := form.(*tg.PaymentsPaymentFormStars); stars {
		_, err = u.API.PaymentsSendStarsForm(ctx, &tg.PaymentsSendStarsFormRequest{FormID: form.GetFormID(), Invoice: invoice})
	} else {
		_, err = u.API.PaymentsSendPaymentForm(ctx, &tg.PaymentsSendPaymentFormRequest{
			FormID: form.GetFormID(), Invoice: invoice, Credentials: &tg.InputPaymentCredentials{Data: tg.DataJSON{Data: fmt.Sprintf(`{"type":"card","id":%q}`, card)}},
		})
	}
	if tgerr.Is(err, "PRECHECKOUT_FAILED") {
		return u.refused(ctx, before)
	}
	if err != nil {
		return fmt.Errorf("pay: %w", err)
	}
	return nil
}

// refused waits for the service notification that Telegram sends instead of an error.
func (u *User) refused(ctx context.Context, before int) error {
	for {
		u.mu.Lock()
		changed, texts := u.changed, u.popup
		u.mu.Unlock()
		if len(texts) > before {
			return &RefusedError{texts[len(texts)-1]}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("refused without a text: %w", context.Cause(ctx))
		case <-changed:
		}
	}
}

func (u *User) popups() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return len(u.popup)
}

// note stores a service notification.
func (u *User) note(updates tg.UpdatesClass) {
	all, ok := updates.(*tg.Updates)
	if !ok {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, one := range all.Updates {
		if n, ok := one.(*tg.UpdateServiceNotification); ok && n.Popup {
			u.popup = append(u.popup, n.Message)
		}
	}
}
