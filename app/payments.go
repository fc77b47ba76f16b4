package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"pavilion/booking"
	"pavilion/booking/gateway"
	"pavilion/config"
	"pavilion/storage"
	"pavilion/web/nets"
)

// stars refunds Telegram Stars through the bot. It reads parts.chat at each call, because the bot is built after booking and again after a lost lease.
type stars struct{ parts *parts }

// RefundStars gives stars back over the bot's connection.
func (s stars) RefundStars(ctx context.Context, user int64, charge string) error {
	return s.parts.chat.Load().bot.Nets.RefundStars(ctx, user, charge)
}

// returnPage is the page to which gateways send a payer back. It reads parts.chat at each call, as stars does.
type returnPage struct {
	parts     *parts
	chosen    string // by the operator; may be empty
	publicURL string // of this server
}

// address is the operator's page, else the bot's chat. The server's own address stands in while the bot has never signed in.
func (r returnPage) address(ctx context.Context) string {
	if r.chosen != "" {
		return r.chosen
	}
	return cmp.Or(r.parts.chat.Load().bot.ChatLink(ctx), r.publicURL)
}

// payments builds the configured gateways. Its error names every gateway that cannot work.
func payments(cfg config.Config, p *parts) (booking.PaymentOptions, error) {
	client := providerClient()
	//exhaustruct:enforce
	o := booking.PaymentOptions{
		Gateways:  map[booking.Provider]booking.Gateway{booking.Desk: gateway.DeskGateway{}},
		ReturnURL: returnPage{p, cfg.ReturnURL, cfg.PublicURL}.address, PayloadKey: cfg.BotToken, StarPrice: cfg.StarPrices,
	}
	var errs []error
	add := func(provider booking.Provider, g booking.Gateway, err error) {
		if err != nil {
			errs = append(errs, fmt.Errorf("payments over %s: %w", provider, err))
			return
		}
		o.Gateways[provider] = g
	}
	stripe, razorpay, sandbox := cfg.Gateways()
	if stripe {
		//exhaustruct:enforce
		g, err := gateway.NewStripe(gateway.StripeOptions{Key: cfg.StripeKey, Secrets: config.SplitSecrets(cfg.StripeSecrets), URL: cfg.StripeURL, Client: client, Now: time.Now})
		add(booking.Stripe, g, err)
	}
	if razorpay {
		//exhaustruct:enforce
		g, err := gateway.NewRazorpay(gateway.RazorpayOptions{KeyID: cfg.RazorpayKeyID, Key: cfg.RazorpayKey, Secrets: config.SplitSecrets(cfg.RazorpaySecrets), URL: cfg.RazorpayURL, Client: client})
		add(booking.Razorpay, g, err)
	}
	if sandbox {
		//exhaustruct:enforce
		g, err := gateway.NewSandbox(gateway.SandboxOptions{Key: cfg.SandboxPayKey, Secrets: config.SplitSecrets(cfg.SandboxSecrets), URL: cfg.SandboxPayURL, Client: client, Now: time.Now})
		add(booking.Sandbox, g, err)
	}
	inMoney, inStars := cfg.ChatPayments()
	if inMoney {
		add(booking.Telegram, gateway.NewTelegram(nil), nil)
	}
	if inStars {
		add(booking.Stars, gateway.NewTelegram(stars{p}), nil)
	}
	return o, errors.Join(errs...)
}

// callbacks are the gateways that call back over HTTP, and their networks.
func (p *parts) callbacks(cfg config.Config) nets.Callbacks {
	c := nets.Callbacks{From: cfg.CallbackSources(), Database: storage.NewIncarnation(p.db, p.now)}
	stripe, razorpay, sandbox := cfg.Gateways()
	for provider, pays := range map[booking.Provider]bool{booking.Stripe: stripe, booking.Razorpay: razorpay, booking.Sandbox: sandbox} {
		if pays {
			c.Providers = append(c.Providers, provider)
		}
	}
	slices.Sort(c.Providers)
	return c
}
